-- The installed command on a terminal: what the screen shows while somebody
-- types and others talk.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local installed = require "spec.support.installed"
local net = require "spec.support.net"
local socket = require "socket"

describe("gop2p on a terminal", function()
  local tree, peer, t, port

  setup(function() tree = installed.make() end)
  teardown(function() tree:remove() end)
  before_each(function()
    peer = go.start("v1.1.3", "localhost", {kinds = true})
  end)
  after_each(function()
    if t then t:close() end
    t = nil
    peer:close()
  end)

  local function enter(text)
    t:type(text, "Enter")
  end

  -- Waits until found(lines of the screen) is something, and returns it.
  local function await(what, found)
    local deadline = socket.gettime() + 10
    repeat
      local got = found(t:screen())
      if got then return got end
      net.idle()
    until socket.gettime() > deadline
    error(("%s did not come:\n%s"):format(what, t:text()), 3)
  end

  -- A line of the screen matches; what it captures.
  local function shows(pattern)
    return await(pattern, function(lines)
      for _, line in ipairs(lines) do
        local got = line:match(pattern)
        if got then return got end
      end
    end)
  end

  -- The last line, where one types, is this.
  local function prompts(text)
    return await("the line " .. text, function(lines)
      return lines[#lines] == text
    end)
  end

  -- These lines of the screen stand one below the other, at its end.
  local function ends_with(...)
    local want, lines = {...}, t:screen()
    assert.same(want, {table.unpack(lines, #lines - #want + 1)})
  end

  local function broadcast(text)
    assert.equal("sent", peer:ask("broadcast " .. go.encode(text)))
  end

  local function chat(env, ...)
    t = tree:terminal({"chat", "--join", peer.name, ...}, {env = env})
    port = shows "^You are localhost:(%d+)%. Try help%.$"
    prompts(">")
  end

  describe("chat", function()
    it("keeps what is half typed below what arrives", function()
      chat()
      t:type("Hello, ev")
      prompts("> Hello, ev")
      for _, word in ipairs {"one", "two", "three"} do
        broadcast(word)
        shows("^%d%d:%d%d %[" .. peer.name .. "%] " .. word .. "$")
        prompts("> Hello, ev")
      end
      enter "erybody"
      assert.equal("Hello, everybody", (peer:message()))
      prompts(">")
      ends_with("> Hello, everybody", ">")
    end)

    it("keeps a line that is longer than the screen is wide", function()
      chat()
      local long = ("0123456789"):rep(10)
      t:type(long)
      prompts(long:sub(79))
      broadcast("one")
      shows("%] one$")
      prompts(long:sub(79))
      ends_with("> " .. long:sub(1, 78), long:sub(79))
      t:type("Enter")
      assert.equal(long, (peer:message()))
    end)

    it("stays whole when the window changes", function()
      chat()
      t:type("half")
      prompts("> half")
      t:resize(60, 20)
      broadcast("one")
      shows("%] one$")
      prompts("> half")
      enter(" typed")
      assert.equal("half typed", (peer:message()))
    end)

    it("has a history, and lets one edit", function()
      chat()
      enter "first"
      assert.equal("first", (peer:message()))
      enter "second"
      assert.equal("second", (peer:message()))
      t:type("Up", "Up")
      prompts("> first")
      t:type("C-a")
      t:type("at ")
      t:type("Enter")
      assert.equal("at first", (peer:message()))
    end)

    it("completes commands and members", function()
      chat()
      t:type("/di")
      t:type("Tab")
      prompts("> /disconnect")
      t:type("C-u")
      t:type("/dm loc")
      t:type("Tab")
      prompts("> /dm " .. peer.name)
      enter(" psst")
      assert.same({"psst", "localhost:" .. port, "direct"}, {peer:message()})
      t:type("me")
      t:type("Tab")
      prompts("> members")
      t:type("Enter")
      shows("^Here: " .. peer.name .. "$")
      prompts(">")
      t:type("Tab", "Tab")
      shows("^connect +disconnect +dm +exit +help +members$")
      prompts(">")
    end)

    it("tells who comes and goes", function()
      chat()
      local other <close> = go.start("v1.1.3", "localhost")
      assert.equal("connected 2", other:ask("connect localhost:" .. port))
      shows("^%d%d:%d%d %* " .. other.name .. " joined$")
      assert.equal("sent", other:ask("disconnect"))
      shows("^%d%d:%d%d %* " .. other.name .. " left$")
      prompts(">")
    end)

    it("gives each speaker a colour, but for NO_COLOR", function()
      local seen = {}
      for i, env in ipairs {{NO_COLOR = ""}, {NO_COLOR = "1"}} do
        chat(env)
        broadcast("a\27[31mb")
        shows("^%d%d:%d%d %[" .. peer.name .. "%] a%?%[31mb$")
        local screen = t:tmux("capture-pane", "-p", "-e")
        seen[i] = screen:match("(\27%[%d+m)%[" .. peer.name .. "%]\27") or ""
        t:type("C-d")
        assert.equal(0, t:over())
        t:close()
      end
      assert.matches("^\27%[%d+m$", seen[1])
      assert.equal("", seen[2])
    end)

    -- Line by line: what is typed, what the other one does.
    it("does what the README shows", function()
      local readme = assert(io.open("README.md")):read("a")
      local session = readme:match("```text\n(%$ gop2p chat.-)```")
      chat()
      session = session:gsub("500[01]", {["5000"] = peer.port,
                                         ["5001"] = port})
      local want, heard = {}, {}
      for line in session:gmatch("[^\n]+") do
        local typed = line:match("^> (.*)")
        local said = line:match("^%d%d:%d%d %[.-%] (.*)")
        if typed then enter(typed) end
        if typed and (not typed:find("^/") or typed:find("^/dm")) then
          heard[#heard + 1] = peer:message()
        end
        if said then broadcast(said) end
        if line:find("left$") then
          assert.equal("sent", peer:ask("disconnect"))
        end
        if not line:find("^%$") then
          want[#want + 1] = line:gsub("^%d%d:%d%d", "12:34")
          await(line, function(lines)
            return lines[#want] and
                   lines[#want]:gsub("^%d%d:%d%d", "12:34") == want[#want]
          end)
        end
      end
      assert.equal(0, t:over())
      assert.same({"Hello, everybody", "Thank you."}, heard)
    end)

    it("leaves with Ctrl-C, Ctrl-D and /quit", function()
      for _, key in ipairs {"C-c", "C-d", "/quit"} do
        chat()
        assert.same({"localhost:" .. port}, peer:members())
        if key == "C-c" then
          t:type("half")
          prompts("> half")
        end
        if key == "/quit" then enter(key) else t:type(key) end
        assert.equal(0, t:over())
        assert.same({}, peer:members())
        t:close()
      end
    end)

    it("stays when nobody can be joined", function()
      local name = peer.name
      peer:close()
      t = tree:terminal {"chat", "--join", name}
      shows("^Not connected: could not join through " .. name)
      prompts(">")
      enter "exit"
      assert.equal(0, t:over())
    end)

    it("can do without readline", function()
      chat(nil, "--plain")
      t:type("Tab", "hel")
      prompts(">       hel")
      broadcast("one")
      shows("^%[" .. peer.name .. "%] one$")
      prompts(">")
      enter "lo"
      assert.equal("\thello", (peer:message()))
    end)
  end)

  describe("repl", function()
    before_each(function()
      t = tree:terminal {"repl", "--join", peer.name}
      port = shows "'node' is localhost:(%d+), 'gop2p' the module%.$"
      prompts(">")
    end)

    it("shows what arrives above a chunk that is not complete", function()
      enter "for i = 1, 2 do"
      prompts(">>")
      t:type("  print(i")
      for _, word in ipairs {"one", "two", "th\27[31mree"} do
        broadcast(word)
        shows("^%[" .. peer.name .. "%] " .. word:sub(1, 2))
        prompts(">>   print(i")
      end
      enter ", 'x') end"
      prompts(">")
      ends_with("[" .. peer.name .. "] th?[31mree",
                ">>   print(i, 'x') end", "1       x", "2       x", ">")
    end)

    it("leaves messages to those who wait for them", function()
      enter "print'waits' m = node:receive(20).data"
      shows("^waits$")
      broadcast("one")
      prompts(">")
      enter "m .. '!'"
      shows("^one!$")
      enter "function f() for m in node:inbox() do t = m print'got' end end"
      enter "gop2p.spawn(f) print'on'"
      shows("^on$")
      broadcast("two")
      shows("^got$")
      enter "t.data .. '?'"
      shows("^two%?$")
      for _, line in ipairs(t:screen()) do
        assert.is_nil(line:find("^%[localhost"), line)
      end
    end)

    it("shows what tasks print above what is typed, and errors", function()
      enter "gop2p.spawn(function() m = node:receive() print'task' end)"
      prompts(">")
      t:type("1 +")
      prompts("> 1 +")
      broadcast("go")
      shows("^task$")
      prompts("> 1 +")
      enter " 1"
      shows("^2$")
      enter "function f() m = node:receive() error'oops' end"
      enter "gop2p.spawn(f) print'armed'"
      shows("^armed$")
      broadcast("go")
      shows("^! stdin:1: oops$")
      prompts(">")
      enter "'still ' .. 'here'"
      shows("^still here$")
    end)

    it("shows what comes to any node, as it is told to", function()
      enter "other = gop2p.start_local_node(0)"
      enter(("other:connect(%d)"):format(peer.port))
      shows("^true$")
      enter("gop2p.prompt{on_message = function(m, n) " ..
            "print(m.data:upper(), n == node, n == other) end}")
      prompts(">")
      t:type("C-l", "half")
      prompts("> half")   -- or the screen is cleared after the first line
      broadcast("hello")
      shows("^HELLO +true +false$")
      shows("^HELLO +false +true$")
      prompts("> half")
      t:type("C-u", "gop2p.prompt{on_message = true, on_event = false}",
             "Enter")
      prompts(">")
      t:type("C-u", "C-l", "half")
      await("half", function(lines) return lines[1] == "> half" end)
      broadcast("again")
      await("both", function(lines)
        local line = "[" .. peer.name .. "] again"
        return lines[1] == line and lines[2] == line
               and lines[3] == "> half"
      end)
      t:type("C-u", "C-d")
      assert.equal(0, t:over())
      assert.same({}, peer:members())
    end)

    it("shows nothing while it is told not to", function()
      local visitor <close> = assert(gop2p.start_local_node(0))
      assert(visitor:connect(math.tointeger(tonumber(port))))
      enter "gop2p.prompt(false)"
      shows("^false$")
      t:type("half")
      local receipt = visitor:broadcast("Hello")
      assert.is_nil((receipt:wait(0.3)))
      t:type(" typed")
      prompts("> half typed")
      t:type("C-u")
      enter "gop2p.prompt(true)"
      shows("%] Hello$")
      assert.is_true(receipt:wait(5))
    end)

    it("shows what tasks print in whatever way above the line", function()
      t:type("gop2p.spawn(function() gop2p.sleep(0.3) io.write 'one' " ..
             "gop2p.sleep(0.1) io.stderr:write 'two' gop2p.sleep(0.1) " ..
             "os.execute 'echo three' end)", "Enter", "C-l", "half")
      prompts("> half")
      shows("^three$")
      prompts("> half")
      ends_with("one", "two", "three", "> half")
    end)

    it("says goodbye at os.exit", function()
      enter "os.exit(3)"
      assert.equal(3, t:over())
      assert.same({}, peer:members())
    end)

    it("goes on after Ctrl-C, any number of times", function()
      for i = 1, 3 do
        enter("print('waits', " .. i .. ") node:receive()")
        shows("^waits   " .. i .. "$")
        t:type("C-c")
        prompts(">")
      end
      enter "print'computes' while true do end"
      shows("^computes$")
      t:type("C-c")
      prompts(">")
      ends_with("^Cinterrupted!", ">")
      enter "x = {"
      prompts(">>")
      t:type("1, ")
      t:type("C-c")
      prompts(">")
      enter "'the same: ' .. tostring(x)"
      shows("^the same: nil$")
      broadcast("one")
      shows("^%[" .. peer.name .. "%] one$")
      assert.same({"localhost:" .. port}, peer:members())
    end)

    it("completes fields, methods and members", function()
      t:type("gop2p.start_l")
      t:type("Tab")
      prompts("> gop2p.start_local_node")
      t:type("C-u")
      t:type("node:mem")
      t:type("Tab")
      prompts("> node:member")
      t:type("s")
      enter "()"
      shows("^{" .. peer.name .. "}$")
      t:type("node:send('localhost:")
      t:type("Tab")
      prompts("> node:send('" .. peer.name)
      enter "', 'psst')"
      assert.equal("psst", (peer:message()))
    end)

    it("tells who comes and goes", function()
      local other <close> = go.start("v1.1.3", "localhost")
      assert.equal("connected 2", other:ask("connect localhost:" .. port))
      shows("^%* " .. other.name .. " joined$")
      assert.equal("sent", other:ask("disconnect"))
      shows("^%* " .. other.name .. " left$")
      prompts(">")
    end)

    it("survives the end of its node", function()
      enter "node:close()"
      prompts(">")
      enter "node"
      shows("^gop2p node localhost:" .. port .. " %(stopped%)$")
      t:type("C-d")
      assert.equal(0, t:over())
    end)
  end)

  it("repl asks again below what arrives, without readline", function()
    t = tree:terminal {"repl", "--plain", "--join", peer.name}
    prompts(">")
    t:type("1 +")
    prompts("> 1 +")
    broadcast("one")
    shows("^%[" .. peer.name .. "%] one$")
    prompts(">")
    enter " 1"
    shows("^2$")
    prompts(">")
    ends_with("> 1 +", "[" .. peer.name .. "] one", ">  1", "2", ">")
    enter "print'waits' node:receive()"
    shows("^waits$")
    t:type("C-c")
    shows("interrupted!$")
    prompts(">")
    for i = 1, 3 do
      enter "x = {"
      prompts(">>")
      t:type("C-c")
      prompts(">")
      enter("'Ctrl-C ' .. " .. i)
      shows("^Ctrl%-C " .. i .. "$")
    end
    t:type("C-d")
    assert.equal(0, t:over())
    assert.same({}, peer:members())
  end)

  it("watch stays in its place", function()
    t = tree:terminal {"watch", "--join", peer.name, "--interval", "0.1"}
    shows("^" .. peer.name .. " +alive +%S.- +0 +0%.0 +0 +%-$")
    broadcast("Hello")
    shows("^" .. peer.name .. " +alive +%S.- +1 +0%.0 +5 +0 s$")
    local lines = t:screen()
    assert.equal(3, #lines, table.concat(lines, "\n"))
    assert.matches(": 1 member$", lines[1])
    t:type("C-c")
    assert.equal(0, t:over())
    assert.same({}, peer:members())
  end)

  it("watch stays in its place in a window that is narrower", function()
    local function look()
      return t:text():match(".*\n(%d%d:%d%d:%d%d  )")
             or t:text():match("^%d%d:%d%d:%d%d  ")
    end

    -- How many lines there are, also after another look.
    local function stays()
      local before, lines = look(), #t:screen()
      await("another look", function() return look() ~= before end)
      assert.equal(lines, #t:screen(), t:text())
      return lines
    end

    t = tree:terminal({"watch", "--join", peer.name, "--interval", "0.1"},
                      {columns = 40})
    shows("^" .. peer.name .. " +alive ")
    assert.equal(3, stays())
    t:resize(30, 24)
    await("a look of that width", function(lines)
      return #lines > 3 and lines[#lines - 1]:find("^MEMBER +STATE  ROUND$")
    end)
    stays()
  end)
end)
