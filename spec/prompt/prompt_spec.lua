-- The prompt of the stock interpreter on a terminal: what is on the screen.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"
local session = require "spec.support.session"

describe("the prompt", function()
  local s

  before_each(function() s = session.new() end)

  after_each(function() s:close() end)

  it("keeps a half-typed line under what arrives, and runs it", function()
    local t, node = s:begin()
    local name = tostring(node:self())
    t:type("print(1")
    t:await("^> print%(1$")
    for i = 1, 3 do session.say(node, "Hello " .. i) end
    t:await("Hello 3\n> print%(1$")
    t:type(" + 1)", "Enter")
    t:await("\n2\n>$")
    assert.same({
      "[" .. name .. "] Hello 1", "[" .. name .. "] Hello 2",
      "[" .. name .. "] Hello 3", "> print(1 + 1)", "2", ">",
    }, t:screen())
  end)

  it("keeps the place of the cursor, and its history", function()
    local t, node = s:begin()
    local name = tostring(node:self())
    t:type("'first'", "Enter", "'sec'", "Left", "Left")
    t:await("> 'sec'$")
    session.say(node, "Hello")
    t:await("Hello\n> 'sec'$")
    t:type("_", "End", " .. 'ond'", "Enter")
    t:await("\nse_cond\n>$")
    t:type("Up", "Up")
    t:await("> 'first'$")
    session.say(node, "again")
    t:await("again\n> 'first'$")
    t:type("Enter")
    t:await("> 'first'\nfirst\n>$")
    assert.same({
      "> 'first'", "first", "[" .. name .. "] Hello",
      "> 'se_c' .. 'ond'", "se_cond", "[" .. name .. "] again",
      "> 'first'", "first", ">",
    }, t:screen())
  end)

  it("takes a chunk of several lines between which messages come",
     function()
    local t, node = s:begin()
    local name = tostring(node:self())
    t:type("for i = 1, 2 do", "Enter", "  print(")
    t:await(">>   print%($")
    session.say(node, "one")
    t:await("one\n>>   print%($")
    t:type("i)", "Enter")
    t:await(">>   print%(i%)\n>>$")
    session.say(node, "two")
    t:await("two\n>>$")
    t:type("end", "Enter")
    t:await("\n1\n2\n>$")
    assert.same({
      "> for i = 1, 2 do", "[" .. name .. "] one", ">>   print(i)",
      "[" .. name .. "] two", ">> end", "1", "2", ">",
    }, t:screen())
  end)

  it("redraws lines that are longer than the screen is wide", function()
    local t, node = s:begin({columns = 40})
    t:type("x = '" .. ("a"):rep(70))
    t:await("a\na+$")
    session.say(node, "Hello")
    t:await("Hello\n> x = 'a+\na+$")
    t:type("'", "Enter", "#x", "Enter")
    t:await("\n70\n>$")
    assert.equal("[" .. node:self() .. "] Hello", t:screen()[1])
  end)

  it("follows a window that is resized", function()
    local t, node = s:begin({columns = 60})
    t:type("x = '" .. ("a"):rep(40))
    t:await("a+$")
    -- The terminal changes the lines itself; that the prompt has seen it,
    -- too, shows by a key.
    t:resize(30, 20)
    t:type("b")
    t:await("x = 'a+\na+b$")
    session.say(node, "small")
    t:await("small\n> x = 'a+\na+b$")
    t:resize(100, 24)
    t:type("c")
    t:await("> x = '" .. ("a"):rep(40) .. "bc$")
    session.say(node, "large")
    t:await("large\n> x = '" .. ("a"):rep(40) .. "bc$")
    t:type("'", "Enter", "#x", "Enter")
    t:await("\n42\n>$")
  end)

  it("leaves what a call of a chunk waits for to that call", function()
    local t, node = s:begin()
    t:type("print 'waits' m = node:receive()", "Enter")
    t:await("\nwaits$")
    session.say(node, "for the chunk")
    t:await("\n>$")
    t:type("m.data", "Enter")
    t:await("\nfor the chunk\n>$")
    assert.same({"> print 'waits' m = node:receive()", "waits", "> m.data",
                 "for the chunk", ">"}, t:screen())
  end)

  it("shows who comes and goes, as it is told to", function()
    local t, node, port = s:begin()
    t:type("half")
    local second = s:visitor(port)
    t:await("^%* " .. second:self() .. " joined\n> half$")
    assert(second:leave())
    t:await("\n%* " .. second:self() .. " left\n> half$")
    t:type("C-u", "gop2p.prompt{on_event = function(e, n) " ..
           "print(e.type, e.peer, n == node) end}", "Enter")
    t:await("true\n>$")
    assert(node:leave())
    t:await("left%s+" .. node:self() .. "%s+true\n>$")
    t:type("gop2p.prompt{on_event = false}", "Enter", "C-l")
    t:await("^>$")
    assert(node:connect(port))
    session.say(node, "Hello")
    t:await("^%[localhost:%d+%] Hello\n>$")
  end)

  it("leaves a node's messages to a task that reads them", function()
    local t, node = s:begin()
    t:type("gop2p.spawn(function() for m in node:inbox() do " ..
           "io.write('<', m.data, '>\\n') gop2p.sleep(0.05) end end)",
           "Enter", "C-l")
    t:await("^>$")
    t:type("half")
    t:await("^> half$")
    for i = 1, 4 do session.say(node, tostring(i)) end
    t:await("<4>\n> half$")
    assert.same({"<1>", "<2>", "<3>", "<4>", "> half"}, t:screen())
  end)

  it("shows what tasks print above the line, in whatever way", function()
    local t = s:begin()
    t:type("gop2p.spawn(function() gop2p.sleep(0.3) print 'one' " ..
           "io.write 'two' gop2p.sleep(0.1) io.stderr:write 'three' " ..
           "gop2p.sleep(0.1) os.execute 'echo four' end)",
           "Enter", "C-l")
    t:type("half")
    t:await("four\n> half$")
    assert.same({"one", "two", "three", "four", "> half"}, t:screen())
    t:type("C-u", "1 + 1", "Enter")
    t:await("four\n> 1 %+ 1\n2\n>$")
  end)

  it("shows the error of a task, and goes on", function()
    local t, node = s:begin()
    t:type("gop2p.spawn(function() error 'this is wrong' end)", "Enter")
    t:await("! stdin:1: this is wrong\n  stack traceback:\n.*\n>$")
    t:type("C-l")
    session.say(node, "Hello")
    t:await("^%[[^\n]*%] Hello\n>$")
    assert.same({"[" .. node:self() .. "] Hello", ">"}, t:screen())
  end)

  it("shows errors that nobody reads", function()
    local t = s:begin()
    local hidden = net.nobody()
    t:type("_ = node:send(" .. hidden.port .. ", 'Hello')", "Enter", "half")
    t:await("! connection error: could not deliver to localhost:%d+: "
            .. "connection refused\n> half$")
    hidden:close()
  end)

  it("makes what commands a terminal harmless", function()
    local t, node = s:begin()
    t:type("half")
    session.say(node, "a\27[2Jb\rc\7\8d\xC2\x9B1me\xFFf\nsecond > line")
    t:await("line\n> half$")
    assert.same({
      "[" .. node:self() .. "] a?[2Jb?c??d?1me?f", "  second > line",
      "> half",
    }, t:screen())
    session.say(node, "g\xC2\x9Bh \xC3\xA4")
    t:await("g%?h \xC3\xA4\n> half$")
  end)

  it("does nothing of this when it is told not to", function()
    local t, node = s:begin()
    t:type("gop2p.prompt(false)", "Enter")
    t:await("\nfalse\n>$")
    t:type("half")
    local receipt = node:broadcast("Hello")
    assert.is_nil((receipt:wait(0.3)))
    assert.same({"> gop2p.prompt(false)", "false", "> half"}, t:screen())
    t:type("C-u", "gop2p.prompt(true)", "Enter")
    t:await("true\n%[[^\n]*%] Hello\n>$")
    assert.is_true(receipt:wait(5))
  end)

  it("heeds GOP2P_PROMPT=0", function()
    local t = s:start(nil, {env = {GOP2P_PROMPT = "0"}})
    local port = session.node(t)
    t:type("gop2p.prompt()", "Enter")
    t:await("\nfalse\n>$")
    local node = s:keep(assert(gop2p.start_local_node(0)))
    assert.is_nil((node:connect(port, 0.3)))
  end)

  it("shows what it is told to, in the way it is told to", function()
    local t, node = s:begin()
    t:type("gop2p.prompt{on_message = function(m, n) " ..
           "print(m.data:upper(), n == node) end}", "Enter")
    t:await("\ntrue\n>$")
    t:type("C-l", "half")
    session.say(node, "Hello")
    t:await("^HELLO%s+true\n> half$")
    t:type("C-u", "gop2p.prompt{on_message = function() " ..
           "error 'not so' end}", "Enter")
    t:await("\ntrue\n>$")
    session.say(node, "wrong")
    t:await("! stdin:1: not so\n  stack traceback:.*\n>$")
    t:type("gop2p.prompt{on_message = false}", "Enter", "C-l")
    t:await("^>$")
    session.say(node, "kept")
    t:type("node:receive(0)", "Enter")
    t:await("\n%[localhost:%d+%] kept\n>$")
    assert.same({"> node:receive(0)", "[" .. node:self() .. "] kept", ">"},
                t:screen())
    t:type("C-l", "gop2p.prompt{on_message = true}", "Enter")
    t:await("\ntrue\n>$")
    session.say(node, "again")
    t:await("%[localhost:%d+%] again\n>$")
  end)

  it("ends with the last node, and comes back with the next", function()
    local t, node = s:begin()
    t:type("node:close()", "Enter", "gop2p.prompt()", "Enter")
    t:await("\nfalse\n>$")
    net.await(function() return not node:connect(node:self().port, 0) end)
    t:type("C-l")
    local second = s:visitor((session.node(t)))
    t:type("half")
    session.say(second, "Hello")
    t:await("^%* localhost:%d+ joined\n%[localhost:%d+%] Hello\n> half$")
  end)

  it("is there after a script with -i, and not in the script", function()
    local file = os.tmpname()
    s:keep({close = function() os.remove(file) end})
    local f <close> = assert(io.open(file, "w"))
    f:write([[
      gop2p = require "gop2p"
      first = assert(gop2p.start_local_node(0))
      print(gop2p.prompt())]])
    f:close()
    local t = s:start({session.LUA, "-i", file})
    t:await("\ntrue\n>$")
    t = s:start({session.LUA, file})
    assert.equal(0, t:over())
    assert.same({"false", "(over)"}, t:screen())
  end)

  it("is that of a terminal alone", function()
    local child <close> = assert(process.start({session.LUA, "-i"}))
    child:send('gop2p = require "gop2p"')
    child:send("node = gop2p.start_local_node(0)")
    child:send("print('is', gop2p.prompt(), gop2p.prompt(true))")
    assert.truthy(child:upto("is\tfalse\tfalse\n"))
    child:finish()
    assert.equal(0, child:wait())
  end)

  it("sleeps while nothing happens", function()
    local function pid_of(t)
      t:type("C-l", "io.open('/proc/self/stat'):read('n')", "Enter")
      return t:await("\n(%d+)\n>$")
    end
    -- Wake-ups so far, and ticks of processor time.
    local function spent(pid)
      local switches = 0
      for count in net.read("/proc/" .. pid .. "/status")
                      :gmatch("voluntary_ctxt_switches:%s*(%d+)") do
        switches = switches + count
      end
      local user, system = net.read("/proc/" .. pid .. "/stat")
        :match("%) %a" .. (" %S+"):rep(10) .. " (%d+) (%d+)")
      return switches, user + system
    end
    local alone = s:start()
    session.node(alone)
    local joined, node = s:begin()
    session.say(node, "Hello")
    joined:await("Hello\n>$")
    local first, second = pid_of(alone), pid_of(joined)
    net.pass(2)
    local switches, ticks = spent(first)
    local switches2, ticks2 = spent(second)
    net.pass(10)
    local later, late = spent(first)
    assert.is_true(later - switches <= 3, later - switches)
    assert.is_true(late - ticks <= 2, late - ticks)
    -- Each asks the other every 0.6 s (probe_interval): a wake-up for the
    -- timer, for the response, for what is asked and for what then went out.
    later, late = spent(second)
    assert.is_true(later - switches2 <= 100, later - switches2)
    assert.is_true(late - ticks2 <= 10, late - ticks2)
  end)

  it("raises what it does not understand", function()
    local function refused(value, text)
      local ok, problem = pcall(function() gop2p.prompt(value) end)
      assert.is_false(ok)
      assert.matches("prompt_spec.lua:%d+: bad argument #1 to 'prompt' %("
                     .. text, problem)
    end
    refused(1, "boolean or table expected, got number")
    refused("x", "boolean or table expected, got string")
    refused({on_mesage = print}, "unknown option 'on_mesage'")
    refused({on_event = 1}, "on_event: function or boolean expected")
  end)
end)
