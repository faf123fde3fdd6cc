-- The prompt where the interpreter has libedit in the place of readline: that
-- is loaded first, so the stock interpreter calls it.

local net = require "spec.support.net"
local session = require "spec.support.session"

local LIBEDIT = "libedit.so.2"

describe("the prompt with libedit", function()
  local s

  before_each(function() s = session.new() end)

  after_each(function() s:close() end)

  -- Debian has it where clang is; elsewhere it may not be there.
  local function is_there()
    local pipe <close> = assert(io.popen(
      "env LD_PRELOAD=" .. LIBEDIT .. " true 2>&1"))
    return pipe:read("a") == ""
  end

  if not is_there() then
    return pending("needs " .. LIBEDIT)
  end

  local function begin(options)
    options = options or {}
    options.env = options.env or {}
    options.env.LD_PRELOAD = LIBEDIT
    local t, node, port = s:begin(options)
    local maps = net.read("/proc/" .. t:pid() .. "/maps")
    assert.truthy(maps:find(LIBEDIT, 1, true))
    return t, node, port
  end

  it("keeps a half-typed line, and the place of the cursor", function()
    local t, node = begin()
    local name = tostring(node:self())
    t:type("'secnd'", "Left", "Left", "Left")
    t:await("> 'secnd'$")
    for i = 1, 3 do session.say(node, "Hello " .. i) end
    t:await("Hello 3\n> 'secnd'$")
    t:type("o", "Enter")
    t:await("\nsecond\n>$")
    assert.same({
      "[" .. name .. "] Hello 1", "[" .. name .. "] Hello 2",
      "[" .. name .. "] Hello 3", "> 'second'", "second", ">",
    }, t:screen())
  end)

  it("keeps the history from before the first node", function()
    local t, node = begin()
    t:type("'first'", "Enter", "Up", "Up")
    t:await("> node:self%(%).port$")
    session.say(node, "Hello")
    t:await("Hello\n> node:self%(%).port$")
    t:type("Up", "Up")
    t:await("> gop2p = require \"gop2p\"$")
  end)

  it("loses nothing that is typed while the first node starts", function()
    local t = s:start(nil, {env = {LD_PRELOAD = LIBEDIT}})
    t:await(">$")
    t:type("gop2p = require 'gop2p' print 'now' os.execute 'sleep 0.3' " ..
           "gop2p.start_local_node(0)", "Enter")
    t:await("\nnow$")
    t:type("1 + 1", "Enter", "'half")
    t:await("\n2\n> 'half$")
    t:type(" typed'", "Enter")
    t:await("\nhalf typed\n>$")
  end)

  it("loses nothing at the moment at which it takes the prompt over",
     function()
    local flushing = assert(package.searchpath("flushing", package.cpath))
    local t = s:start(nil, {env = {LD_PRELOAD = LIBEDIT .. " " .. flushing}})
    t:await(">$")
    t:type("gop2p = require 'gop2p' print 'now' gop2p.start_local_node(0)",
           "Enter")
    t:await("\nnow")
    t:type("1 + 1", "Enter")
    t:await("\n2\n>$")
  end)

  it("takes a chunk of several lines between which messages come",
     function()
    local t, node = begin()
    t:type("for i = 1, 2 do", "Enter", "  print(")
    t:await(">>   print%($")
    session.say(node, "one")
    t:await("one\n>>   print%($")
    t:type("i) end", "Enter")
    t:await("\n1\n2\n>$")
  end)

  it("redraws long lines, also when the window is resized", function()
    local t, node = begin({columns = 40})
    local name = tostring(node:self())
    t:type("x = '" .. ("a"):rep(70))
    t:await("a\na+$")
    session.say(node, "one")
    t:await("one\n> x = 'a+\na+$")
    assert.equal("[" .. name .. "] one", t:screen()[1])
    t:resize(60, 24)
    session.say(node, "two")
    t:await("two\n> x = '" .. ("a"):rep(53) .. "\na+$")
    t:type("'", "Enter", "#x", "Enter")
    t:await("\n70\n>$")
  end)

  -- The interpreter itself has no locale but "C", where these are no letters.
  it("knows how wide letters are, where there is a locale", function()
    local t, node = begin({columns = 40, env = {LC_ALL = "C.UTF-8"}})
    local name = tostring(node:self())
    t:type("os.setlocale('')", "Enter")
    t:await("C.UTF%-8\n>$")
    t:type("C-l", "x = '" .. ("\u{65E5}"):rep(35))
    local rows = t:await("^(> x = '[^\n]+\n[^\n]+)$")
    session.say(node, "one")
    session.say(node, "two")
    t:await("two\n> x = '[^\n]+\n[^\n]+$")
    assert.equal(("[%s] one\n[%s] two\n%s"):format(name, name, rows),
                 t:text())
    t:type("'", "Enter", "utf8.len(x)", "Enter")
    t:await("\n35\n>$")
    t:type("C-l", "y = '\u{65E5}', node:rec", "Tab")
    t:await("^> y = '[^']+', node:receive$")
  end)

  it("shows what tasks print above the line", function()
    local t = begin()
    t:type("gop2p.spawn(function() gop2p.sleep(0.3) print 'one' " ..
           "io.write 'two' gop2p.sleep(0.1) os.execute 'echo three' end)",
           "Enter", "C-l")
    t:type("half")
    t:await("three\n> half$")
    assert.same({"one", "two", "three", "> half"}, t:screen())
  end)

  it("completes names, fields and members", function()
    local t, node = begin()
    t:type("C-l", "node:rec", "Tab")
    t:await("^> node:receive$")
    t:type("C-u", "C-l", "x = string.forma", "Tab")
    t:await("^> x = string.format$")
    local name = tostring(node:self())
    t:type("C-u", "C-l", "node:send('" .. name:sub(1, -2), "Tab")
    t:await("^> node:send%('" .. name .. "$")
  end)

  -- As above: where no letter but ASCII can be put into the line, it stays.
  it("completes names, where there is a locale", function()
    local t, node = begin({env = {LC_ALL = "C.UTF-8"}})
    assert(node:set_name("Jürgen"))
    t:await("is now Jürgen\n>$")
    t:type("C-l", "node:send('J", "Tab", "x")
    t:await("^> node:send%('Jx$")
    t:type("C-u", "os.setlocale('')", "Enter")
    t:await("C%.UTF%-8[^\n]*\n>$")
    t:type("C-l", "node:send('J", "Tab", "x")
    t:await("^> node:send%('Jürgen'?x$")
  end)

  it("has Ctrl-C end a call that waits, and Ctrl-D the prompt", function()
    local t, node = begin()
    t:type("print 'waits' node:receive()", "Enter")
    t:await("\nwaits$")
    t:type("C-c")
    t:await("interrupted!.*\n>$")
    t:type("C-l")
    session.say(node, "still there")
    t:await("still there\n>$")
    t:type("C-d")
    assert.equal(0, t:over())
    local events = node:events()
    assert.matches(" joined$", tostring(events()))
    assert.matches(" left$", tostring(events()))
  end)

  it("ends by Ctrl-C while a line is typed", function()
    local t = begin()
    t:type("half")
    t:await("half$")
    t:type("C-c")
    assert.equal(130, t:over())
  end)

  it("goes on without a node as it did", function()
    local t, node = begin()
    t:type("node:close()", "Enter", "gop2p.prompt()", "Enter")
    t:await("\nfalse\n>$")
    t:type("1 + 1", "Enter")
    t:await("\n2\n>$")
    net.await(function() return not node:connect(node:self().port, 0) end)
    t:type("C-l")
    local second = s:visitor((session.node(t)))
    session.say(second, "Hello")
    t:await("%[localhost:%d+%] Hello\n>$")
  end)

  it("is that of the command, too", function()
    local t = s:start({session.LUA, "lua/gop2p/bin/gop2p", "repl"},
                      {env = {LD_PRELOAD = LIBEDIT}})
    local port = t:await("'node' is localhost:(%d+).*\n>$")
    t:type("C-l", "x = {", "Enter", "1,")
    t:await(">> 1,$")
    t:type("C-c")
    t:await("\n>$")
    t:type("C-l", "'half")
    local node = s:visitor(math.tointeger(tonumber(port)))
    session.say(node, "Hello")
    t:await("Hello\n> 'half$")
    t:type(" typed'", "Enter")
    t:await("\nhalf typed\n>$")
  end)

  it("has the command take all letters of the locale", function()
    local t = s:start({session.LUA, "lua/gop2p/bin/gop2p", "repl"},
                      {env = {LD_PRELOAD = LIBEDIT, LC_ALL = "C.UTF-8"}})
    t:await("'node' is localhost:%d+.*\n>$")
    t:type("C-l", "'\u{E4}\u{65E5}'", "Enter")
    t:await("^> '\u{E4}\u{65E5}'\n\u{E4}\u{65E5}\n>$")
  end)
end)
