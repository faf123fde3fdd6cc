-- The prompt of the stock interpreter on a terminal: Ctrl-C, Ctrl-Z and
-- Ctrl-D.

local net = require "spec.support.net"
local session = require "spec.support.session"

describe("the prompt", function()
  local s

  before_each(function() s = session.new() end)

  after_each(function() s:close() end)

  it("lets a call that waits be interrupted, and the node serves on",
     function()
    local t, node = s:begin()
    local name = tostring(node:self())
    for _, call in ipairs({"node:receive()", "gop2p.sleep(1000)",
                           "node:wait()",
                           "gop2p.run(function() node:wait() end)",
                           "for m in node:inbox() do print(m) end"}) do
      t:type("C-l", "print 'waits' " .. call, "Enter")
      t:await("\nwaits$")
      t:type("C-c")
      t:await("\nstack traceback:\n.*\n>$")
      assert.truthy(t:text():find("interrupted!", 1, true))
      t:type("C-l")
      t:await("^>$")
      session.say(node, "still there")
      t:await("still there\n>$")
    end
    assert.same({"[" .. name .. "] still there", ">"}, t:screen())
  end)

  it("shows the line again after Ctrl-Z and fg", function()
    local t = s:start({"sh"}, {env = {PS1 = "$ "}})
    t:await("^%$$")
    t:type(session.LUA, "Enter")
    session.node(t)
    t:type("'half")
    t:await("^> 'half$")
    t:type("C-z")
    t:await("\n%$$")
    t:type("fg", "Enter")
    t:await("fg\n.*\n> 'half$")
    t:type(" typed'", "Enter")
    t:await("\nhalf typed\n>$")
  end)

  it("leaves the network at the end of its input", function()
    local t, node = s:begin()
    assert.equal(1, #node:members())
    t:type("C-d")
    assert.equal(0, t:over())
    session.was_told(node)
    assert.same({}, net.names(node:members()))
  end)

  it("leaves the network whatever its tasks are about", function()
    local t, node = s:begin()
    t:type("file = io.tmpfile() function talk() while true do " ..
           "gop2p.sleep(0.01) node:send(node:members()[1], 'x') " ..
           "file:write('x') end end", "Enter",
           "gop2p.spawn(talk) print 'on'", "Enter")
    t:await("\non\n>$")
    assert(node:receive(5))
    t:type("C-d")
    assert.equal(0, t:over())
    session.was_told(node)
  end)

  it("ends by Ctrl-C as it does without us, having said goodbye", function()
    local t, node = s:begin()
    t:type("half", "C-c")
    assert.equal(130, t:over())
    session.was_told(node)
  end)

  it("says goodbye before a signal ends it", function()
    for signal, status in pairs({TERM = 143, HUP = 129}) do
      local t, node = s:begin()
      t:type("half")
      t:await("half$")
      os.execute(("kill -%s %d"):format(signal, t:pid()))
      assert.equal(status, t:over())
      session.was_told(node)
    end
  end)

  it("says goodbye at os.exit, in a chunk and in a task", function()
    for _, call in ipairs({"os.exit(3)", "os.exit(3, true)",
                           "gop2p.spawn(os.exit, 3)"}) do
      local t, node = s:begin()
      t:type(call, "Enter")
      assert.equal(3, t:over())
      session.was_told(node)
    end
  end)

  it("has Lua's own os.exit where it serves no node", function()
    local t = s:start()
    t:await(">$")
    t:type('gop2p, own = require "gop2p", os.exit', "Enter")
    t:type("node = gop2p.start_local_node(0)", "Enter")
    t:type("os.exit == own", "Enter")
    t:await("\nfalse\n>$")
    t:type("node:close()", "Enter", "os.exit == own", "Enter")
    t:await("\ntrue\n>$")
  end)

  it("ends by Ctrl-C also while a handler waits or a task computes",
     function()
    for _, handler in ipairs({"function(_, n) print 'busy' n:wait() end",
                              "function() print 'busy' repeat until false end"
                             }) do
      local t, node = s:begin()
      t:type("gop2p.prompt{on_message = " .. handler .. "}", "Enter")
      t:await("true\n>$")
      t:type("C-l")
      t:await("^>$")
      node:broadcast("Hello")
      t:await("^busy")
      t:type("C-c")
      assert.equal(130, t:over())
    end
  end)

  it("ends by the second Ctrl-C where a task does not end", function()
    local t = s:begin()
    t:type("gop2p.spawn(function() print 'busy' repeat until false end)",
           "Enter")
    t:await("\nbusy")
    -- Two that come before the process runs again are one.
    net.await(function()
      t:type("C-c")
      return t:text():find("(over)", 1, true)
    end)
    assert.equal(130, t:over())
  end)

  it("has its tasks intact after Ctrl-C while one of them computed",
     function()
    local t, node = s:begin()
    t:type("function busy() print 'busy' local till = os.time() + 2 " ..
           "while os.time() < till do end coroutine.yield() end", "Enter",
           "gop2p.spawn(busy) gop2p.run(busy)", "Enter")
    t:await("\nbusy$")
    t:type("C-c")
    t:await("interrupted!.*\n>$")
    t:type("C-l", "gop2p.run() print 'over'", "Enter")
    t:await("\nover\n>$")
    session.say(node, "Hello")
    t:await("Hello\n>$")
    t:type("gop2p.spawn(error, 'wrong')", "Enter")
    t:await("! wrong\n")
  end)

  it("gives the terminal back when a task ends the process", function()
    local t = s:start({"sh", "-c",
                       session.LUA .. "; stty -a | grep -o '.echo .*'"})
    session.node(t)
    t:type("gop2p.spawn(function() gop2p.sleep(0.1) os.exit(3) end)",
           "Enter")
    assert.truthy(t:await("\n([^\n]*)\n%(over%)"):find("^ echo "))
  end)
end)
