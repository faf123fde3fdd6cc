-- The test kit: bots in a simulated network, on virtual time.

local core = require "gop2p.core"
local gop2p = require "gop2p"
local process = require "spec.support.process"
local script = require "spec.support.script"
local testing = require "gop2p.testing"

local expect, refute = testing.expect, testing.refute
local HERE = debug.getinfo(1, "S").short_src

-- What most of the scripts here do: a node that joins, and a handler.
local NODE = [[
  local gop2p = require "gop2p"
  local node
  local function serve(handle)
    gop2p.run(function()
      node = assert(gop2p.start_local_node(5001))
      assert(node:connect(5000))
      print("ready")
      for msg in node:inbox() do handle(msg) end
    end)
  end
  local function answer(msg, text)
    if msg.type == "direct" then
      node:send(msg.from, text)
    else
      node:broadcast(text)
    end
  end
]]

local DICE = NODE .. [[
  serve(function(msg)
    if msg.data:find("roll") then
      answer(msg, ("%s rolled %d"):format(msg.from, math.random(1000)))
    elseif msg.data == "tell the time" then
      answer(msg, os.date("%Y-%m-%d %H:%M:%S") .. " " .. os.time())
    elseif msg.data == "sleep" then
      gop2p.sleep(600)
      answer(msg, "awake")
    elseif msg.data == "who" then
      answer(msg, "members " .. #node:members())
    elseif msg.data == "fall" then
      error("fallen")
    elseif msg.data == "exit" then
      gop2p.spawn(function() gop2p.sleep(1) node:broadcast("still here") end)
      os.exit(tonumber(3))
    end
  end)
]]

-- Everything that is closed at the end of a test.
local open
before_each(function() open = {} end)
after_each(function()
  for i = #open, 1, -1 do open[i]:close() end
end)

local function network(options)
  local net = testing.network(options)
  open[#open + 1] = net
  return net
end

local function start(net, text, options)
  local file = script(text)
  open[#open + 1] = file
  options = options or {}
  options.name = options.name or "bot"
  return net:bot(file.name, options)
end

local function fails(pattern, f, ...)
  local ok, problem = pcall(f, ...)
  assert.is_false(ok, "no error")
  local text = type(problem) == "table" and problem.message or problem
  assert.matches(pattern, tostring(text))
  return tostring(text)
end

describe("a simulated bot", function()
  it("answers everybody and one, unmodified", function()
    local net = network {seed = 7}
    start(net, DICE, {name = "dice"})
    local ann, bob = net:user("ann"), net:user("bob")
    ann:say("!roll")
    expect(net:said_by("dice"), "^ann:5000 rolled %d+$")
    expect(bob:hears(), "!roll")
    expect(bob:hears(), "ann:5000 rolled")
    bob:dm("dice", "roll")
    expect(bob:hears(), "bob:5000 rolled")
    refute(ann:hears(), "bob:5000 rolled")
  end)

  it("has globals, modules and files of its own", function()
    local net = network()
    local text = [[
      counter = (counter or 0) + 1
      local json = require "cjson"
      local scheduler, own = require "gop2p.scheduler", require "gop2p.file"
      print(counter, _G.counter, rawget(_G, "describe"), json.encode {1})
      print(scheduler ~= nil, require "gop2p.file" == own, own.marked)
      own.marked = true
      os.time = nil
      string.marked = nil
      assert(load("loaded = 1"))()
      print(loaded, not pcall(require, "no.such.module"))
      local f <close> = assert(io.open("state.txt", "a+"))
      f:write("x")
      f:seek("set")
      print(f:read("a"))
    ]]
    for _, name in ipairs {"one", "two"} do
      local bot = start(net, text, {name = name})
      assert.equal("ended", bot:state())
      assert.same({"1\t1\tnil\t[1]", "true\ttrue\tnil", "1\ttrue", "x"},
                  {table.unpack(bot:prints())})
      bot:start()
      assert.equal("xx", bot:prints()[8])
      assert.equal("xx", bot:read("state.txt"))
    end
    assert.is_nil(rawget(_G, "counter"))
    assert.is_nil(rawget(_G, "loaded"))
    assert.is_function(os.time)
    assert.is_nil(io.open("state.txt"))
  end)

  it("lives on virtual time", function()
    local real = os.time()
    local net = network {start = "2031-02-03 04:05"}
    start(net, DICE, {name = "dice"})
    local ann = net:user("ann")
    net:advance("09:00")
    ann:say("tell the time")
    local text = expect(ann:hears(), "2031%-02%-03 09:00:0%d (%d+)")
    assert.equal(os.time {year = 2031, month = 2, day = 3, hour = 9},
                 tonumber(text) // 60 * 60)
    ann:say("sleep")
    refute(ann:hears(), "awake", 599)
    expect(ann:hears(), "awake", 2)
    net:advance(10 * 86400)
    assert.near(os.time {year = 2031, month = 2, day = 13, hour = 9},
                net:now(), 700)
    net:close()
    assert.is_true(os.time() - real < 60)
    assert.is_true(math.abs(core.time() - real) < 60)
  end)

  it("waits for its tasks as in a process of its own", function()
    local net = network()
    local bot = start(net, [[
      local gop2p = require "gop2p"
      local function task(name, time)
        gop2p.sleep(time)
        print(name)
      end
      gop2p.spawn(task, "before", 20)
      gop2p.run(function()
        gop2p.spawn(task, "inside", 30)
        gop2p.run(function() task("nested", 10) end)
        print("run")
      end)
      print("end")
      gop2p.spawn(task, "after", 1)
    ]])
    assert.equal("running", bot:state())
    net:advance(40)
    assert.same({"nested", "run", "before", "inside", "end"},
                {table.unpack(bot:prints())})
    assert.equal("ended", bot:state())
    net:advance(5)
    assert.equal(5, #bot:prints())
  end)

  it("writes and reads what the test sees and types", function()
    local net = network()
    local bot = start(net, [[
      local gop2p = require "gop2p"
      io.write("a", 1, "\nb")
      io.stderr:write("careful\n")
      print()
      print(arg[0]:match("%.lua$"), arg[1], (select(2, ...)),
            os.getenv("COLOUR"), os.getenv("HOME"))
      for line in gop2p.lines() do print("<" .. line .. ">") end
      print(io.read())
      io.write("no end")
    ]], {args = {"x", "y"}, env = {COLOUR = "red", HOME = false}})
    net:advance(1)
    bot:type("one")
    bot:type("two")
    expect(bot:prints(), "<two>")
    bot:end_input()
    expect(bot:prints(), "no end")
    assert.same({"a1", "b", ".lua\tx\ty\tred\tnil", "<one>", "<two>",
                 "nil", "no end"}, {table.unpack(bot:prints())})
    expect(bot:complains(), "^careful$")
  end)

  it("ends by os.exit with nobody else", function()
    local net = network()
    local dice = start(net, DICE, {name = "dice"})
    start(net, (DICE:gsub("5001", "5002")), {name = "other"})
    local ann = net:user("ann")
    ann:say("nothing")
    ann:dm("dice", "exit")
    net:advance(20)
    assert.equal("failed", dice:state())
    refute(net:said_by("dice"), "still here")
    assert.matches("dice has exited with status 3", net:transcript())
    ann:say("who")
    expect(net:said_by("other"), "members 2")
  end)

  it("that fails makes the next call fail, unless it may", function()
    local net = network()
    local dice = start(net, DICE, {name = "dice"})
    local ann = net:user("ann")
    local text = fails("dice has failed: .*fallen", ann.say, ann, "fall")
    assert.matches("ann: fall", text)
    assert.matches("stack traceback", text)
    assert.equal("failed", dice:state())
    net:advance(1)
    local may = start(net, "error('at once')", {name = "x", may_fail = true})
    assert.equal("failed", may:state())
    expect(may:complains(), "at once")
    fails("y has failed", start, net, "error('at once')", {name = "y"})
    fails("unexpected symbol", start, net, "=", {name = "z"})
    fails("cannot open", net.bot, net, "/nowhere/bot.lua")
  end)

  it("is missed when it is killed, and comes back with its files", function()
    local net = network()
    local bot = start(net, [[
      local old = io.open("count")
      local count = (old and old:read("n") or 0) + 1
      local new <close> = io.open("count", "w")
      new:write(count)
      new:close()
      local _ <close> = setmetatable({}, {__close = function()
        io.open("count", "w"):write("closed")
      end})
      ]] .. NODE .. [[
      serve(function(msg) answer(msg, "start " .. count) end)
    ]])
    local ann = net:user("ann")
    for i = 1, 3 do
      ann:say("?")
      expect(ann:hears(), "start " .. i)
      bot:kill()
      assert.equal(2, #ann:members())
      net:advance(10)
      assert.equal(1, #ann:members())
      bot:start()
      assert.equal(2, #ann:members())
    end
    assert.is_nil(io.open("count"))
  end)

  it("gets signals", function()
    local net = network()
    local bot = start(net, [[
      local ok, why = pcall(function() ]] .. NODE .. [[
        serve(print)
      end)
      print(ok, why)
      if why:find("interrupted!") then error(why) end
    ]])
    bot:signal("INT")
    net:advance(1)
    assert.equal("ended", bot:state())
    expect(bot:prints(), "interrupted!")
    bot:start()
    bot:stop()                          -- SIGTERM, for which it has no handler
    assert.equal("ended", bot:state())
    assert.equal(3, #bot:prints())
    fails("bot is not running", bot.stop, bot)
  end)

  it("stands still and goes on", function()
    local net = network()
    local bot = start(net, [[
      local gop2p = require "gop2p"
      gop2p.spawn(function()
        while true do gop2p.sleep(1) print("tick") end
      end) ]] .. NODE .. [[ serve(function(msg) answer(msg, "pong") end) ]])
    local ann = net:user("ann")
    bot:hang()
    local before = #bot:prints()
    net:advance(60)
    assert.equal(before, #bot:prints())
    assert.equal(1, #ann:members())
    bot:resume()
    net:advance(60)
    assert.is_true(#bot:prints() > before + 50)
    assert.equal(2, #ann:members())
    ann:say("ping")
    expect(ann:hears(), "pong")
  end)

  it("that never waits is told of", function()
    local net = network()
    start(net, [[
      local gop2p = require "gop2p"
      gop2p.sleep(5)
      while true do gop2p.sleep(0) end
    ]])
    fails("time stands still", net.advance, net, 60)
  end)
end)

describe("a simulated network", function()
  it("is the same for the same seed", function()
    local function run(seed)
      local net = network {seed = seed}
      start(net, DICE, {name = "dice"})
      local ann, bob = net:user("ann"), net:user("bob")
      net:loss(0.1)
      for i = 1, 20 do
        local who = i % 2 == 0 and ann or bob
        who:say("roll " .. i)
        net:advance(7)
      end
      return net:transcript()
    end
    local first, other = run(3), run(4)
    assert.equal(first, run(3))
    assert.not_equal(first, other)
    assert.matches("ann:5000 rolled", first)
  end)

  it("parts and heals, and so do its members", function()
    local net = network()
    start(net, DICE, {name = "dice"})
    local ann, bob = net:user("ann"), net:user("bob")
    net:advance(3600)
    net:partition({"ann"}, {bob})
    net:advance(40)
    assert.same({}, ann:members())
    assert.same({}, bob:members())
    bob:dm("dice", "roll")
    refute(net:said_by("dice"), "rolled", 30)
    net:heal()
    net:advance(60)
    assert.equal(3, #ann:members())
    ann:say("roll")
    expect(bob:hears(), "ann:5000 rolled")
    net:partition {"ann"}
    net:advance(40)
    assert.equal(2, #bob:members())
    assert.same({}, ann:members())
  end)

  it("loses and delays what it is told to", function()
    local net = network {latency = {0.4, 0.4}}
    start(net, DICE, {name = "dice"})
    local ann = net:user("ann")
    local before = net:now()
    ann:dm("dice", "roll")              -- there, and the answer is back
    assert.near(0.8, net:now() - before, 0.001)
    net:latency(0.1)
    before = net:now()
    ann:dm("dice", "roll")
    assert.near(0.2, net:now() - before, 0.001)
    expect(ann:hears(), "rolled")
    expect(ann:hears(), "rolled")
    net:loss(1)
    ann:say("roll")
    refute(ann:hears(), "rolled", 20)
    assert.matches("ann ! .*could not deliver", net:transcript())
    net:heal()
    net:advance(60)
    ann:say("roll")
    expect(ann:hears(), "rolled")
  end)

  it("passes a day of timers in no time", function()
    local net = network()
    start(net, DICE, {name = "dice"})
    start(net, [[ ]] .. NODE:gsub("5001", "5002") .. [[
      gop2p.spawn(function()
        while true do
          gop2p.sleep(86400)
          node:broadcast("another day")
        end
      end)
      serve(print)
    ]], {name = "daily"})
    local ann = net:user("ann")
    net:user("bob")
    net:advance(60)
    local steps = net:stats().steps
    net:advance(86400)
    expect(ann:hears(), "another day")
    assert.is_true(net:stats().steps - steps < 50)
    net:advance(1000 * 86400)
    assert.equal(1001, #net:said_by("daily"))
    assert.is_true(net:stats().steps - steps < 50000)
  end)

  it("may be more than one, with a bot between them", function()
    local net = network {entry = {5000, "localhost:6000"}}
    start(net, [[
      local gop2p = require "gop2p"
      gop2p.run(function()
        local a = assert(gop2p.start_local_node(5001))
        local b = assert(gop2p.start_local_node(5002))
        assert(a:connect(5000))
        assert(b:connect(6000))
        gop2p.spawn(function()
          for msg in b:inbox() do a:broadcast("b: " .. msg.data) end
        end)
        for msg in a:inbox() do b:broadcast("a: " .. msg.data) end
      end)
    ]], {name = "bridge"})
    local ann = net:user("ann")
    local bob = net:user("bob", {join = "localhost:6000"})
    assert.equal(2, #ann:members())
    ann:say("hello")
    expect(bob:hears(), "^a: hello$")
    bob:say("hi")
    expect(ann:hears(), "^b: hi$")
    refute(ann:hears(), "^hi$")
  end)

  it("lets a bot be the entry point, or stand alone", function()
    local net = network()
    start(net, [[
      local gop2p = require "gop2p"
      local node = assert(gop2p.start_local_node(5000))
      for msg in node:inbox() do node:broadcast("heard " .. msg.data) end
    ]])
    local ann = net:user("ann")
    ann:say("this")
    expect(ann:hears(), "heard this")
    assert.equal(1, #ann:members())

    net = network {entry = false}
    start(net, (DICE:gsub("assert%(node:connect%(5000%)%)", "")))
    local bob = net:user("bob")
    bob:say("roll")
    expect(bob:hears(), "rolled")
  end)

  it("takes users who leave, are killed and come back", function()
    local net = network()
    start(net, DICE, {name = "dice"})
    local ann, bob = net:user("ann"), net:user("bob")
    bob:leave()
    ann:say("who")
    expect(ann:hears(), "members 2")
    fails("'say': bob is not in the network", bob.say, bob, "x")
    bob:come_back()
    bob:say("who")
    expect(bob:hears(), "members 3")
    bob:kill()
    net:advance(10)
    ann:say("who")
    expect(ann:hears(), "members 2")
    assert.equal("192.168.1.7:4000",
                 tostring(net:user("eve", {address = "192.168.1.7:4000"})
                          :peer()))
  end)

  it("is one at a time, and leaves the process as it was", function()
    local before = {os.time, core.start, core.post, math.random, print}
    local first = network()
    start(first, DICE)
    local second = network()
    fails("'advance': the network is closed", first.advance, first, 1)
    second:user("ann")
    second:close()
    second:close()
    assert.same(before, {os.time, core.start, core.post, math.random, print})
    do
      local a <close> = assert(gop2p.start_local_node(0))
      local b <close> = assert(gop2p.start_local_node(0))
      assert(b:connect(a:self()))
      b:broadcast("real")
      assert.equal("real", a:receive(5).data)
      local text = fails("nodes on the network are open", testing.network)
      assert.is_nil(text:find("world.lua", 1, true))
      b:broadcast("still")
      assert.equal("still", a:receive(5).data)
    end
    network():user("ann")
  end)

  it("leaves nothing behind", function()
    local file <close> = script(DICE)
    local function round()
      local net <close> = testing.network()
      local dice = net:bot(file.name, {name = "dice"})
      net:user("ann"):say("roll")
      dice:restart()
      dice:hang()
    end
    for _ = 1, 20 do round() end
    collectgarbage() collectgarbage()
    local before = collectgarbage("count")
    for _ = 1, 100 do round() end
    collectgarbage() collectgarbage()
    assert.is_true(collectgarbage("count") - before < 100)
  end)
end)

describe("an expectation", function()
  local net, ann
  before_each(function()
    net = network()
    start(net, DICE, {name = "dice"})
    ann = net:user("ann")
  end)

  it("gives what it found, and goes on behind it", function()
    ann:say("roll")
    local who, number = expect(net:said_by("dice"), "(%w+):5000 rolled (%d+)")
    assert.equal("ann", who)
    assert.matches("^%d+$", number)
    refute(net:said_by("dice"), "rolled")
    ann:say("roll")
    ann:say("roll")
    expect(net:said_by("dice"), "rolled")
    assert.equal(7, expect(net:said_by("dice"), function(text)
      return text:find("rolled") and 7
    end))
    refute(net:said_by("dice"), "rolled")
    assert.equal(3, #net:said_by("dice"))
  end)

  it("that fails shows the conversation, at the caller's line", function()
    ann:say("roll")
    local text = fails('expected that dice says "nope" within 5 s',
                       function() expect(net:said_by("dice"), "nope") end)
    local line = debug.getinfo(1, "l").currentline - 1
    assert.equal(1, text:find(("%s:%d: "):format(HERE, line), 1, true))
    assert.matches("2024%-01%-01 00:00:00%.%d%d%d  ann: roll\n", text)
    assert.matches("dice: ann:5000 rolled %d", text)
    ann:say("roll (now)")
    text = fails("letter by letter", expect, net:said_by(ann), "roll (now)")
    assert.matches("ann: roll", text)
    text = fails("expected that dice never says", refute,
                 net:said_by("dice"), "rolled")
    assert.matches("ann: roll", text)
  end)

  it("refuses what is no expectation", function()
    fails("#1 to 'expect' %(what somebody says", expect, {"x"}, "x")
    fails("#2 to 'expect' %(pattern or function", expect, ann:hears())
    fails("#3 to 'refute'", refute, ann:hears(), "x", -1)
    fails("malformed pattern", expect, ann:hears(), "[")
  end)
end)

describe("misuse of the kit", function()
  it("is raised at the caller's line", function()
    local function at(pattern, f)
      local text = fails(pattern, f)
      assert.equal(1, text:find(HERE, 1, true), text)
    end
    at("unknown option 'sed'", function() network {sed = 1} end)
    at("'seed'", function() network {seed = "x"} end)
    at("'start'", function() network {start = "soon"} end)
    at("'entry'", function() network {entry = "?"} end)
    at("'loss'", function() network {loss = 2} end)
    at("'latency'", function() network {latency = -1} end)
    at("'keep'", function() network {keep = 0} end)
    local net = network()
    local ann = net:user("ann")
    at("'ann' is there already", function() net:user("ann") end)
    at("name of letters", function() net:user("a b") end)
    at("the port is taken", function()
      net:user("bob", {address = "ann:5000"})
    end)
    at("could not join", function() net:user("bob", {join = "x:1"}) end)
    net:user("bob")
    at("nobody is called 'eve' here; there are: ann, bob",
       function() net:said_by("eve") end)
    at("nobody is called 'eve'", function() ann:dm("eve", "x") end)
    at("nobody is called 'eve'", function() net:partition {"eve"} end)
    at("string expected", function() ann:say() end)
    at("seconds or a time of day", function() net:advance("soon") end)
    at("share from 0 to 1", function() net:loss(50) end)
    at("with a colon", function() net.advance(1) end)
  end)
end)

-- Files and processes of their own, as an author would write them.
local TEST = [[
  local testing = require "gop2p.testing"
  local expect = testing.expect
  local net <close> = testing.network { seed = 7 }
  net:bot(%q, { name = "dice" })
  local ann = net:user("ann")
  ann:say("!roll")
  expect(net:said_by("dice"), %q)
]]

local function run(argv)
  local errors = os.tmpname()
  local p <close> = assert(process.start(argv, {stderr = errors}))
  local lines = {}
  for line in function() return p:line(20) end do
    lines[#lines + 1] = line
  end
  local status = p:wait(20)
  local file <close> = assert(io.open(errors))
  os.remove(errors)
  return status, table.concat(lines, "\n"), file:read("a")
end

describe("outside of busted", function()
  it("a test is a script, which a failure ends", function()
    local dice <close> = script(DICE)
    local good <close> = script(TEST:format(dice.name, "rolled %d"))
    local bad <close> = script(TEST:format(dice.name, "rolled nothing"))
    local status, out, err = run {"lua5.4", good.name}
    assert.same({0, "", ""}, {status, out, err})
    status, out, err = run {"lua5.4", bad.name}
    assert.equal(1, status)
    assert.equal("", out)
    assert.equal(1, err:find(("lua5.4: %s:7: expected that dice says "
                              .. '"rolled nothing"'):format(bad.name), 1,
                             true), err)
    assert.matches("ann: !roll", err)
  end)
end)

describe("under busted", function()
  it("a failure is one, and no error", function()
    local dice <close> = script(DICE)
    local bad <close> = script(('it("fails", function() %s end)')
                               :format(TEST:format(dice.name, "nothing")))
    local _, out = run {"lua5.4", ".ci/busted.lua", "-o", "TAP", bad.name}
    assert.matches("not ok 1", out)
    assert.matches("# Failure message: .*expected that dice says", out)
  end)
end)
