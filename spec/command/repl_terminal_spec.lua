-- `gop2p repl`, as it is installed, on a terminal: what the screen shows
-- while somebody types and others talk.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local installed = require "spec.support.installed"

describe("gop2p repl on a terminal", function()
  local tree, peer, t, port

  before_each(function()
    tree, peer = installed.make()
    t = tree:terminal {"repl", "--join", peer.name}
    port = t:shows "'node' is localhost:(%d+), 'gop2p' the module%.$"
    t:prompts(">")
  end)

  after_each(function() tree:close() end)

  it("shows what arrives above a chunk that is not complete", function()
    t:enter "for i = 1, 2 do"
    t:prompts(">>")
    t:type("  print(i")
    for _, word in ipairs {"one", "two", "th\27[31mree"} do
      peer:broadcast(word)
      t:shows("^%[" .. peer.name .. "%] " .. word:sub(1, 2))
      t:prompts(">>   print(i")
    end
    t:enter ", 'x') end"
    t:prompts(">")
    assert.same({"[" .. peer.name .. "] th?[31mree",
                 ">>   print(i, 'x') end", "1       x", "2       x", ">"},
                t:last(5))
  end)

  it("leaves messages to those who wait for them", function()
    t:enter "print'waits' m = node:receive(20).data"
    t:shows("^waits$")
    peer:broadcast("one")
    t:prompts(">")
    t:enter "m .. '!'"
    t:shows("^one!$")
    t:enter "function f() for m in node:inbox() do t = m print'got' end end"
    t:enter "gop2p.spawn(f) print'on'"
    t:shows("^on$")
    peer:broadcast("two")
    t:shows("^got$")
    t:enter "t.data .. '?'"
    t:shows("^two%?$")
    for _, line in ipairs(t:screen()) do
      assert.is_nil(line:find("^%[localhost"), line)
    end
  end)

  it("shows what tasks print above what is typed, and errors", function()
    t:enter "gop2p.spawn(function() m = node:receive() print'task' end)"
    t:prompts(">")
    t:type("1 +")
    t:prompts("> 1 +")
    peer:broadcast("go")
    t:shows("^task$")
    t:prompts("> 1 +")
    t:enter " 1"
    t:shows("^2$")
    t:enter "function f() m = node:receive() error'oops' end"
    t:enter "gop2p.spawn(f) print'armed'"
    t:shows("^armed$")
    peer:broadcast("go")
    t:shows("^! stdin:1: oops$")
    t:prompts(">")
    t:enter "'still ' .. 'here'"
    t:shows("^still here$")
  end)

  it("shows what comes to any node, as it is told to", function()
    t:enter "other = gop2p.start_local_node(0)"
    t:enter(("other:connect(%d)"):format(peer.port))
    t:shows("^true$")
    t:enter("gop2p.prompt{on_message = function(m, n) " ..
            "print(m.data:upper(), n == node, n == other) end}")
    t:prompts(">")
    t:type("C-l", "half")
    t:prompts("> half")   -- or the screen is cleared after the first line
    peer:broadcast("hello")
    t:shows("^HELLO +true +false$")
    t:shows("^HELLO +false +true$")
    t:prompts("> half")
    t:type("C-u", "gop2p.prompt{on_message = true, on_event = false}",
           "Enter")
    t:prompts(">")
    t:type("C-u", "C-l", "half")
    t:see("half", function(lines) return lines[1] == "> half" end)
    peer:broadcast("again")
    t:see("both", function(lines)
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
    t:enter "gop2p.prompt(false)"
    t:shows("^false$")
    t:type("half")
    local receipt = visitor:broadcast("Hello")
    assert.is_nil((receipt:wait(0.3)))
    t:type(" typed")
    t:prompts("> half typed")
    t:type("C-u")
    t:enter "gop2p.prompt(true)"
    t:shows("%] Hello$")
    assert.is_true(receipt:wait(5))
  end)

  it("shows what tasks print in whatever way above the line", function()
    t:type("gop2p.spawn(function() gop2p.sleep(0.3) io.write 'one' " ..
           "gop2p.sleep(0.1) io.stderr:write 'two' gop2p.sleep(0.1) " ..
           "os.execute 'echo three' end)", "Enter", "C-l", "half")
    t:prompts("> half")
    t:shows("^three$")
    t:prompts("> half")
    assert.same({"one", "two", "three", "> half"}, t:last(4))
  end)

  it("says goodbye at os.exit", function()
    t:enter "os.exit(3)"
    assert.equal(3, t:over())
    assert.same({}, peer:members())
  end)

  it("goes on after Ctrl-C, any number of times", function()
    for i = 1, 3 do
      t:enter("print('waits', " .. i .. ") node:receive()")
      t:shows("^waits   " .. i .. "$")
      t:type("C-c")
      t:prompts(">")
    end
    t:enter "print'computes' while true do end"
    t:shows("^computes$")
    t:type("C-c")
    t:prompts(">")
    assert.same({"^Cinterrupted!", ">"}, t:last(2))
    t:enter "x = {"
    t:prompts(">>")
    t:type("1, ")
    t:type("C-c")
    t:prompts(">")
    t:enter "'the same: ' .. tostring(x)"
    t:shows("^the same: nil$")
    peer:broadcast("one")
    t:shows("^%[" .. peer.name .. "%] one$")
    assert.same({"localhost:" .. port}, peer:members())
  end)

  it("completes fields, methods and members", function()
    t:type("gop2p.start_l")
    t:type("Tab")
    t:prompts("> gop2p.start_local_node")
    t:type("C-u")
    t:type("node:mem")
    t:type("Tab")
    t:prompts("> node:member")
    t:type("s")
    t:enter "()"
    t:shows("^{" .. peer.name .. "}$")
    t:type("node:send('localhost:")
    t:type("Tab")
    t:prompts("> node:send('" .. peer.name)
    t:enter "', 'psst')"
    assert.equal("psst", (peer:message()))
  end)

  it("tells who comes and goes", function()
    local other <close> = go.start("v1.1.3", "localhost")
    assert.equal("connected 2", other:ask("connect localhost:" .. port))
    t:shows("^%* " .. other.name .. " joined$")
    assert.equal("sent", other:ask("disconnect"))
    t:shows("^%* " .. other.name .. " left$")
    t:prompts(">")
  end)

  it("survives the end of its node", function()
    t:enter "node:close()"
    t:prompts(">")
    t:enter "node"
    t:shows("^gop2p node localhost:" .. port .. " %(stopped%)$")
    t:type("C-d")
    assert.equal(0, t:over())
  end)
end)

describe("gop2p repl without readline", function()
  local tree, peer

  before_each(function() tree, peer = installed.make() end)

  after_each(function() tree:close() end)

  it("asks again below what arrives", function()
    local t = tree:terminal {"repl", "--plain", "--join", peer.name}
    t:prompts(">")
    t:type("1 +")
    t:prompts("> 1 +")
    peer:broadcast("one")
    t:shows("^%[" .. peer.name .. "%] one$")
    t:prompts(">")
    t:enter " 1"
    t:shows("^2$")
    t:prompts(">")
    assert.same({"> 1 +", "[" .. peer.name .. "] one", ">  1", "2", ">"},
                t:last(5))
    t:enter "print'waits' node:receive()"
    t:shows("^waits$")
    t:type("C-c")
    t:shows("interrupted!$")
    t:prompts(">")
    for i = 1, 3 do
      t:enter "x = {"
      t:prompts(">>")
      t:type("C-c")
      t:prompts(">")
      t:enter("'Ctrl-C ' .. " .. i)
      t:shows("^Ctrl%-C " .. i .. "$")
    end
    t:type("C-d")
    assert.equal(0, t:over())
    assert.same({}, peer:members())
  end)
end)
