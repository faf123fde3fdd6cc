-- The installed command on a terminal: what the screen shows while somebody
-- types and others talk.

local go = require "spec.support.go"
local installed = require "spec.support.installed"

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
    t:type(text)
    t:key("Enter")
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
    port = t:shows "^You are localhost:(%d+)%. Try help%.$"
    t:prompts(">")
  end

  describe("chat", function()
    it("keeps what is half typed below what arrives", function()
      chat()
      t:type("Hello, ev")
      t:prompts("> Hello, ev")
      for _, word in ipairs {"one", "two", "three"} do
        broadcast(word)
        t:shows("^%d%d:%d%d %[" .. peer.name .. "%] " .. word .. "$")
        t:prompts("> Hello, ev")
      end
      enter "erybody"
      assert.equal("Hello, everybody", (peer:message()))
      t:prompts(">")
      ends_with("> Hello, everybody", ">")
    end)

    it("keeps a line that is longer than the screen is wide", function()
      chat()
      local long = ("0123456789"):rep(10)
      t:type(long)
      t:prompts(long:sub(79))
      broadcast("one")
      t:shows("%] one$")
      t:prompts(long:sub(79))
      ends_with("> " .. long:sub(1, 78), long:sub(79))
      t:key("Enter")
      assert.equal(long, (peer:message()))
    end)

    it("stays whole when the window changes", function()
      chat()
      t:type("half")
      t:prompts("> half")
      t:resize(60, 20)
      broadcast("one")
      t:shows("%] one$")
      t:prompts("> half")
      enter(" typed")
      assert.equal("half typed", (peer:message()))
    end)

    it("has a history, and lets one edit", function()
      chat()
      enter "first"
      assert.equal("first", (peer:message()))
      enter "second"
      assert.equal("second", (peer:message()))
      t:key("Up", "Up")
      t:prompts("> first")
      t:key("Home")
      t:type("at ")
      t:key("Enter")
      assert.equal("at first", (peer:message()))
    end)

    it("completes commands and members", function()
      chat()
      t:type("/di")
      t:key("Tab")
      t:prompts("> /disconnect")
      t:key("C-u")
      t:type("/dm loc")
      t:key("Tab")
      t:prompts("> /dm " .. peer.name)
      enter(" psst")
      assert.same({"psst", "localhost:" .. port, "direct"}, {peer:message()})
      t:type("me")
      t:key("Tab")
      t:prompts("> members")
      t:key("Enter")
      t:shows("^Here: " .. peer.name .. "$")
      t:prompts(">")
      t:key("Tab", "Tab")
      t:shows("^connect +disconnect +dm +exit +help +members$")
      t:prompts(">")
    end)

    it("gives each speaker a colour, but for NO_COLOR", function()
      local seen = {}
      for i, env in ipairs {{NO_COLOR = ""}, {NO_COLOR = "1"}} do
        chat(env)
        broadcast("a\27[31mb")
        t:shows("^%d%d:%d%d %[" .. peer.name .. "%] a%?%[31mb$")
        local screen = table.concat(t:screen(true), "\n")
        seen[i] = screen:match("(\27%[%d+m)%[" .. peer.name .. "%]\27") or ""
        t:key("C-d")
        assert.equal(0, t:wait())
        t:close()
      end
      assert.matches("^\27%[%d+m$", seen[1])
      assert.equal("", seen[2])
    end)

    it("leaves with Ctrl-C, Ctrl-D and /quit", function()
      for _, key in ipairs {"C-c", "C-d", "/quit"} do
        chat()
        assert.same({"localhost:" .. port}, peer:members())
        if key == "C-c" then
          t:type("half")
          t:prompts("> half")
        end
        if key == "/quit" then enter(key) else t:key(key) end
        assert.equal(0, t:wait())
        assert.same({}, peer:members())
        t:close()
      end
    end)

    it("stays when nobody can be joined", function()
      local name = peer.name
      peer:close()
      t = tree:terminal {"chat", "--join", name}
      t:shows("^Not connected: could not join through " .. name)
      t:prompts(">")
      enter "exit"
      assert.equal(0, t:wait())
    end)

    it("can do without readline", function()
      chat(nil, "--plain")
      broadcast("one")
      t:shows("%[" .. peer.name .. "%] one$")
      t:key("Tab")
      enter "hello"
      assert.equal("\thello", (peer:message()))
    end)
  end)

  describe("repl", function()
    before_each(function()
      t = tree:terminal {"repl", "--join", peer.name}
      port = t:shows "'node' is localhost:(%d+), 'gop2p' the module%.$"
      t:prompts(">")
    end)

    it("shows what arrives above a chunk that is not complete", function()
      enter "for i = 1, 2 do"
      t:prompts(">>")
      t:type("  print(i")
      for _, word in ipairs {"one", "two", "th\27[31mree"} do
        broadcast(word)
        t:shows("^%[" .. peer.name .. "%] " .. word:sub(1, 2))
        t:prompts(">>   print(i")
      end
      enter ", 'x') end"
      t:prompts(">")
      ends_with("[" .. peer.name .. "] th?[31mree",
                ">>   print(i, 'x') end", "1       x", "2       x", ">")
    end)

    it("leaves messages to those who wait for them", function()
      enter "m = node:receive(20).data"
      t:shows("^> m = ")
      broadcast("one")
      t:prompts(">")
      enter "m .. '!'"
      t:shows("^one!$")
      enter "gop2p.spawn(function() for m in node:inbox() do t = m end end)"
      t:prompts(">")
      broadcast("two")
      enter "t.data .. '?'"
      t:shows("^two%?$")
      for _, line in ipairs(t:screen()) do
        assert.is_nil(line:find("^%[localhost"), line)
      end
    end)

    it("shows what tasks print above what is typed, and errors", function()
      enter "gop2p.spawn(function() m = node:receive() print'task' end)"
      t:prompts(">")
      t:type("1 +")
      t:prompts("> 1 +")
      broadcast("go")
      t:shows("^task$")
      t:prompts("> 1 +")
      enter " 1"
      t:shows("^2$")
      enter "gop2p.spawn(function() m = node:receive() error'oops' end)"
      t:prompts(">")
      broadcast("go")
      t:shows("^stdin:1: oops$")
      t:prompts(">")
      enter "'still ' .. 'here'"
      t:shows("^still here$")
    end)

    it("goes on after Ctrl-C, any number of times", function()
      for i = 1, 3 do
        enter("print('waits', " .. i .. ") node:receive()")
        t:shows("^waits   " .. i .. "$")
        t:key("C-c")
        t:prompts(">")
      end
      enter "print'computes' while true do end"
      t:shows("^computes$")
      t:key("C-c")
      t:prompts(">")
      ends_with("^Cinterrupted!", ">")
      enter "x = {"
      t:prompts(">>")
      t:type("1, ")
      t:key("C-c")
      t:prompts(">")
      enter "'the same: ' .. tostring(x)"
      t:shows("^the same: nil$")
      broadcast("one")
      t:shows("^%[" .. peer.name .. "%] one$")
      assert.same({"localhost:" .. port}, peer:members())
    end)

    it("completes fields, methods and members", function()
      t:type("gop2p.start_l")
      t:key("Tab")
      t:prompts("> gop2p.start_local_node")
      t:key("C-u")
      t:type("node:mem")
      t:key("Tab")
      t:prompts("> node:members")
      enter "()"
      t:shows("^{" .. peer.name .. "}$")
      t:type("node:send('localhost:")
      t:key("Tab")
      t:prompts("> node:send('" .. peer.name)
      enter "', 'psst')"
      assert.equal("psst", (peer:message()))
    end)

    it("leaves with Ctrl-D", function()
      t:key("C-d")
      assert.equal(0, t:wait())
      assert.same({}, peer:members())
    end)

    it("survives the end of its node", function()
      enter "node:close()"
      t:prompts(">")
      enter "node"
      t:shows("^gop2p node localhost:" .. port .. " %(stopped%)$")
      t:key("C-d")
      assert.equal(0, t:wait())
    end)
  end)

  it("watch stays in its place", function()
    t = tree:terminal {"watch", "--join", peer.name, "--interval", "0.1"}
    t:shows("^" .. peer.name .. " +0 +0%.0 +0 +%-$")
    broadcast("Hello")
    t:shows("^" .. peer.name .. " +1 +0%.0 +5 +0 s$")
    local lines = t:screen()
    assert.equal(3, #lines, table.concat(lines, "\n"))
    assert.matches(": 1 members$", lines[1])
    t:key("C-c")
    assert.equal(0, t:wait())
    assert.same({}, peer:members())
  end)
end)
