-- The prompt of the stock interpreter on a terminal: what is on the screen.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"
local terminal = require "spec.support.terminal"

local LUA = os.getenv("LUA") or "lua5.4"

describe("the prompt", function()
  local open

  before_each(function() open = {} end)

  after_each(function()
    for i = #open, 1, -1 do open[i]:close() end
  end)

  local function keep(thing)
    open[#open + 1] = thing
    return thing
  end

  local function start(argv, options)
    return keep(terminal.start(argv or {LUA}, options))
  end

  -- A node of this process that is joined to the terminal's.
  local function visitor(port)
    local node = keep(assert(gop2p.start_local_node(0)))
    if port then assert(node:connect(port, 5)) end
    return node
  end

  local function say(node, text)
    assert(assert(node:broadcast(text)):wait(5))
  end

  -- Starts a node there, called 'node', and wipes the screen; its port.
  local function begin(t)
    t:await(">$")
    t:type('gop2p = require "gop2p"', "Enter")
    t:type('node = assert(gop2p.start_local_node(0))', "Enter")
    t:type("node:self().port", "Enter")
    local port = math.tointeger(tonumber((t:await("\n(%d+)\n>$"))))
    t:type("C-l")
    t:await("^>$")
    return port
  end

  local function session(options, argv)
    local t = start(argv, options)
    local port = begin(t)
    local node = visitor(port)
    t:await("^%* " .. node:self() .. " joined\n>$")
    t:type("C-l")
    t:await("^>$")
    return t, node, port
  end

  it("keeps a half-typed line under what arrives, and runs it", function()
    local t, node = session()
    local name = tostring(node:self())
    t:type("print(1")
    t:await("^> print%(1$")
    for i = 1, 3 do say(node, "Hello " .. i) end
    t:await("Hello 3\n> print%(1$")
    t:type(" + 1)", "Enter")
    t:await("\n2\n>$")
    assert.same({
      "[" .. name .. "] Hello 1", "[" .. name .. "] Hello 2",
      "[" .. name .. "] Hello 3", "> print(1 + 1)", "2", ">",
    }, t:screen())
  end)

  it("keeps the place of the cursor, and its history", function()
    local t, node = session()
    local name = tostring(node:self())
    t:type("'first'", "Enter", "'sec'", "Left", "Left")
    t:await("> 'sec'$")
    say(node, "Hello")
    t:await("Hello\n> 'sec'$")
    t:type("_", "End", " .. 'ond'", "Enter")
    t:await("\nse_cond\n>$")
    t:type("Up", "Up")
    t:await("> 'first'$")
    say(node, "again")
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
    local t, node = session()
    local name = tostring(node:self())
    t:type("for i = 1, 2 do", "Enter", "  print(")
    t:await(">>   print%($")
    say(node, "one")
    t:await("one\n>>   print%($")
    t:type("i)", "Enter")
    t:await(">>   print%(i%)\n>>$")
    say(node, "two")
    t:await("two\n>>$")
    t:type("end", "Enter")
    t:await("\n1\n2\n>$")
    assert.same({
      "> for i = 1, 2 do", "[" .. name .. "] one", ">>   print(i)",
      "[" .. name .. "] two", ">> end", "1", "2", ">",
    }, t:screen())
  end)

  it("redraws lines that are longer than the screen is wide", function()
    local t, node = session({columns = 40})
    t:type("x = '" .. ("a"):rep(70))
    t:await("a\na+$")
    say(node, "Hello")
    t:await("Hello\n> x = 'a+\na+$")
    t:type("'", "Enter", "#x", "Enter")
    t:await("\n70\n>$")
    assert.equal("[" .. node:self() .. "] Hello", t:screen()[1])
  end)

  it("follows a window that is resized", function()
    local t, node = session({columns = 60})
    t:type("x = '" .. ("a"):rep(40))
    t:await("a+$")
    t:resize(30, 20)
    t:await("x = 'a+\na+$")
    say(node, "small")
    t:await("small\n> x = 'a+\na+$")
    t:resize(100, 24)
    t:await("> x = '" .. ("a"):rep(40) .. "$")
    say(node, "large")
    t:await("large\n> x = '" .. ("a"):rep(40) .. "$")
    t:type("'", "Enter", "#x", "Enter")
    t:await("\n40\n>$")
  end)

  it("lets a call that waits be interrupted, and the node serves on",
     function()
    local t, node = session()
    local name = tostring(node:self())
    for _, call in ipairs({"node:receive()", "gop2p.sleep(1000)",
                           "node:wait()", "gop2p.run(function() node:wait() end)",
                           "for m in node:inbox() do print(m) end"}) do
      t:type("C-l", call, "Enter")
      t:await("^> [^\n]+$")
      t:type("C-c")
      t:await("\nstack traceback:\n.*\n>$")
      assert.truthy(t:text():find("interrupted!", 1, true))
      t:type("C-l")
      t:await("^>$")
      say(node, "still there")
      t:await("still there\n>$")
    end
    assert.same({"[" .. name .. "] still there", ">"}, t:screen())
  end)

  it("leaves what a call of a chunk waits for to that call", function()
    local t, node = session()
    t:type("m = node:receive()", "Enter")
    t:await("^> m = node:receive%(%)$")
    say(node, "for the chunk")
    t:await("\n>$")
    t:type("m.data", "Enter")
    t:await("\nfor the chunk\n>$")
    assert.same({"> m = node:receive()", "> m.data", "for the chunk", ">"},
                t:screen())
  end)

  it("shows who comes and goes, as it is told to", function()
    local t, node, port = session()
    t:type("half")
    local second = visitor(port)
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
    say(node, "Hello")
    t:await("^%[localhost:%d+%] Hello\n>$")
  end)

  it("leaves a node's messages to a task that reads them", function()
    local t, node = session()
    t:type("gop2p.spawn(function() for m in node:inbox() do " ..
           "io.write('<', m.data, '>\\n') gop2p.sleep(0.05) end end)",
           "Enter", "C-l")
    t:await("^>$")
    t:type("half")
    t:await("^> half$")
    for i = 1, 4 do say(node, tostring(i)) end
    t:await("<4>\n> half$")
    assert.same({"<1>", "<2>", "<3>", "<4>", "> half"}, t:screen())
  end)

  it("shows what tasks print above the line, in whatever way", function()
    local t = session()
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
    local t, node = session()
    t:type("gop2p.spawn(function() error 'this is wrong' end)", "Enter")
    t:await("! stdin:1: this is wrong\n  stack traceback:\n.*\n>$")
    t:type("C-l")
    say(node, "Hello")
    t:await("^%[[^\n]*%] Hello\n>$")
    assert.same({"[" .. node:self() .. "] Hello", ">"}, t:screen())
  end)

  it("shows errors that nobody reads", function()
    local t = session()
    local hidden = net.nobody()
    t:type("_ = node:send(" .. hidden.port .. ", 'Hello')", "Enter", "half")
    t:await("! connection error: could not deliver to localhost:%d+: "
            .. "connection refused\n> half$")
    hidden:close()
  end)

  it("makes what commands a terminal harmless", function()
    local t, node = session()
    t:type("half")
    say(node, "a\27[2Jb\rc\7\8d\xC2\x9B1me\xFFf\nsecond > line")
    t:await("line\n> half$")
    assert.same({
      "[" .. node:self() .. "] a?[2Jb?c??d??1me?f", "  second > line",
      "> half",
    }, t:screen())
    say(node, "g\xC2\x9Bh \xC3\xA4")
    t:await("g%?h \xC3\xA4\n> half$")
  end)

  it("leaves the network at the end of its input", function()
    local t, node = session()
    assert.equal(1, #node:members())
    t:type("C-d")
    assert.equal(0, t:over())
    net.await(function() return #node:members() == 0 end)
    assert.is_nil((node:receive(0)))
  end)

  it("ends by Ctrl-C as it does without us, the terminal intact", function()
    local t = session()
    t:type("half", "C-c")
    assert.equal(130, t:over())
  end)

  it("ends by Ctrl-C also while a handler waits or a task computes",
     function()
    for _, handler in ipairs({"function(_, n) print 'busy' n:wait() end",
                              "function() print 'busy' repeat until false end"
                             }) do
      local t, node = session()
      t:type("gop2p.prompt{on_message = " .. handler .. "}", "Enter")
      t:await("true\n>$")
      node:broadcast("Hello")
      t:await("busy")
      t:type("C-c")
      assert.equal(130, t:over())
    end
  end)

  it("has its tasks intact after Ctrl-C while one of them computed",
     function()
    local t, node = session()
    t:type("function busy() print 'busy' local till = os.time() + 2 " ..
           "while os.time() < till do end coroutine.yield() end", "Enter",
           "gop2p.spawn(busy) gop2p.run(busy)", "Enter")
    t:await("\nbusy$")
    t:type("C-c")
    t:await("interrupted!.*\n>$")
    t:type("C-l", "gop2p.run() print 'over'", "Enter")
    t:await("\nover\n>$")
    say(node, "Hello")
    t:await("Hello\n>$")
    t:type("gop2p.spawn(error, 'wrong')", "Enter")
    t:await("! wrong\n")
  end)

  it("gives the terminal back when a task ends the process", function()
    local t = start({"sh", "-c", LUA .. "; stty -a | grep -o '.echo .*'"})
    begin(t)
    t:type("gop2p.spawn(function() gop2p.sleep(0.1) os.exit(3) end)",
           "Enter")
    assert.truthy(t:await("\n([^\n]*)\n%(over%)"):find("^ echo "))
  end)

  it("does nothing of this when it is told not to", function()
    local t, node = session()
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
    local t, port = start(nil, {env = {GOP2P_PROMPT = "0"}})
    port = begin(t)
    t:type("gop2p.prompt()", "Enter")
    t:await("\nfalse\n>$")
    local node = keep(assert(gop2p.start_local_node(0)))
    assert.is_nil((node:connect(port, 0.3)))
  end)

  it("shows what it is told to, in the way it is told to", function()
    local t, node = session()
    t:type("gop2p.prompt{on_message = function(m, n) " ..
           "print(m.data:upper(), n == node) end}", "Enter")
    t:await("\ntrue\n>$")
    t:type("C-l", "half")
    say(node, "Hello")
    t:await("^HELLO%s+true\n> half$")
    t:type("C-u", "gop2p.prompt{on_message = function() " ..
           "error 'not so' end}", "Enter")
    t:await("\ntrue\n>$")
    say(node, "wrong")
    t:await("! stdin:1: not so\n  stack traceback:.*\n>$")
    t:type("gop2p.prompt{on_message = false}", "Enter", "C-l")
    t:await("^>$")
    say(node, "kept")
    t:type("node:receive(0)", "Enter")
    t:await("\n%[localhost:%d+%] kept\n>$")
    assert.same({"> node:receive(0)", "[" .. node:self() .. "] kept", ">"},
                t:screen())
    t:type("C-l", "gop2p.prompt{on_message = true}", "Enter")
    t:await("\ntrue\n>$")
    say(node, "again")
    t:await("%[localhost:%d+%] again\n>$")
  end)

  it("ends with the last node, and comes back with the next", function()
    local t, node = session()
    t:type("node:close()", "Enter", "gop2p.prompt()", "Enter")
    t:await("\nfalse\n>$")
    net.await(function() return not node:connect(node:self().port, 0) end)
    t:type("C-l")
    local second = visitor((begin(t)))
    t:type("half")
    say(second, "Hello")
    t:await("^%* localhost:%d+ joined\n%[localhost:%d+%] Hello\n> half$")
  end)

  it("completes names of what there is", function()
    local t, _, port = session()
    local other = visitor(port)
    t:await("joined\n>$")
    local function completes(typed, line)
      t:type("C-u", "C-l", typed, "Tab")
      local shown = t:await("^> (" .. line:gsub("%p", "%%%0") .. ")$")
      assert.equal(line, shown)
    end
    completes("gop2p.start_l", "gop2p.start_local_node")
    completes("node:rec", "node:receive")
    completes("node.rec", "node.receive")
    completes("no", "no")
    completes("nod", "node")
    completes("x = func", "x = function")
    completes("x = string.forma", "x = string.format")
    completes("('a'..nod", "('a'..node")
    t:type("C-u", "p = node:self()", "Enter")
    completes("p.addr", "p.address")
    completes("p:addr", "p:addr")
    completes("nothing.at.all", "nothing.at.all")
    local name = tostring(other:self())
    completes("node:send('" .. name:sub(1, -2), "node:send('" .. name)
    t:type("C-u", "C-l", "node:con", "Tab", "(", "Tab", "C-u", "C-l")
    t:await("^>$")
  end)

  it("answers while readline asks about completions", function()
    local t, node = session({rows = 40})
    for i = 1, 4 do
      t:type(("for i=1,99 do _G['zz%d'..i]=1 end"):format(i), "Enter")
    end
    t:type("C-l", "zz", "Tab", "Tab")
    t:await("possibilities%? %(y or n%)")
    say(node, "Hello")
    t:await("y or n%)\n%[localhost:%d+%] Hello")
    t:type("n", "11", "Enter")
    t:await("\n1\n>$")
  end)

  it("has help in what one has in hand", function()
    local t = session({rows = 40})
    t:type("node:help()", "Enter")
    t:await("node:connect%(peer %[, timeout%]%)")
    t:type("C-l", "gop2p", "Enter")
    t:await("gop2p [%d.]+, see gop2p.help%(%)\n>$")
    t:type("C-l", "gop2p.help()", "Enter")
    t:await("gop2p.start_local_node%(port %[, options%]%)")
    t:type("C-l", "node", "Enter")
    t:await("gop2p node localhost:%d+\n>$")
  end)

  it("is there after a script with -i, and not in the script", function()
    local file = os.tmpname()
    keep({close = function() os.remove(file) end})
    local f <close> = assert(io.open(file, "w"))
    f:write([[
      gop2p = require "gop2p"
      first = assert(gop2p.start_local_node(0))
      print(gop2p.prompt())]])
    f:close()
    local t = start({LUA, "-i", file})
    t:await("\ntrue\n>$")
    t = start({LUA, file})
    assert.equal(0, t:over())
    assert.same({"false", "(over)"}, t:screen())
  end)

  it("is that of a terminal alone", function()
    local child <close> = assert(process.start({LUA, "-i"}))
    child:send('gop2p = require "gop2p"')
    child:send("node = gop2p.start_local_node(0)")
    child:send("print('is', gop2p.prompt(), gop2p.prompt(true))")
    assert.truthy(child:upto("is\tfalse\tfalse\n"))
    child:finish()
    assert.equal(0, child:wait())
  end)

  it("takes no time while nothing happens", function()
    local t, node = session()
    t:type("io.open('/proc/self/stat'):read('n')", "Enter")
    local pid = t:await("\n(%d+)\n>$")
    local function switches()
      local count = 0
      for _, kind in ipairs({"voluntary", "nonvoluntary"}) do
        local text = net.read("/proc/" .. pid .. "/status")
        count = count + text:match("\n" .. kind .. "_ctxt_switches:%s*(%d+)")
      end
      return count
    end
    say(node, "Hello")
    t:await("Hello\n>$")
    net.pass(2)
    local before = switches()
    net.pass(10)
    assert.is_true(switches() - before <= 4, switches() - before)
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
