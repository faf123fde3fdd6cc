-- The test kit: a script runs in it as in a process of its own.

local core = require "gop2p.core"
local kit = require "spec.support.kit"
local testing = require "gop2p.testing"

local network, start, fails = kit.network, kit.start, kit.fails
local NODE, DICE = kit.NODE, kit.DICE
local expect, refute = testing.expect, testing.refute

after_each(kit.close)

describe("a simulated bot", function()
  it("answers everybody and one, unmodified", function()
    local net = network {seed = 7}
    start(net, DICE, {name = "dice"})
    local ann, bob = net:user("ann"), net:user("bob")
    ann:say("!roll")
    expect(net:said_by("dice"), "^ann rolled %d+$")
    expect(bob:hears(), "!roll")
    expect(bob:hears(), "ann rolled")
    bob:dm("dice", "roll")
    expect(bob:hears(), "bob rolled")
    refute(ann:hears(), "bob rolled")
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

  it("measures virtual time", function()
    local net = network()
    local bot = start(net, [[
      local gop2p = require "gop2p"
      gop2p.run(function()
        for _, seconds in ipairs {0.25, 3600} do
          local before = gop2p.now()
          gop2p.sleep(seconds)
          print(("%.3f"):format(gop2p.now() - before))
        end
      end)
    ]], {name = "one"})
    net:advance(3601)
    assert.same({"0.250", "3600.000"}, {table.unpack(bot:prints())})
  end)

  it("has a store that begins empty, whatever the disk holds", function()
    local path = os.tmpname()
    local f <close> = assert(io.open(path, "w"))
    f:write('{"n":41}')
    f:close()
    local net = network()
    local bot = start(net, ([[
      local bot = require("gop2p.bot").new {
        port = 5001, join = "localhost:5000", store = %q
      }
      bot.store.n = (bot.store.n or 0) + 1
      bot:on("start", function() print(bot.store.n) end)
      bot:run()
    ]]):format(path))
    expect(bot:prints(), "^1$")
    bot:restart()
    expect(bot:prints(), "^2$")
    local kept <close> = assert(io.open(path))
    assert.equal('{"n":41}', kept:read("a"))
    os.remove(path)
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

  it("waits anywhere, as nothing in earnest is waited for", function()
    local net = network()
    local bot = start(net, [[
      local gop2p = require "gop2p"
      local list = {3, 1, 2}
      table.sort(list, function(a, b)
        gop2p.sleep(100)
        return a < b
      end)
      print(table.concat(list, " "))
      coroutine.wrap(function() gop2p.sleep(100) print("wrapped") end)()
      gop2p.pump(100)
      print("pumped")
      for line in gop2p.lines(io.open(arg[0])) do
        print("a line")
        break
      end
      local pipe <close> = io.popen("sleep 1")
      print(pcall(function()
        for line in gop2p.lines(pipe) do print(line) end
      end))
      print(gop2p.readable(pipe))
    ]])
    net:advance(10000)
    local lines = {table.unpack(bot:prints())}
    local why = "internal error: could not watch a descriptor: in a "
                .. "simulated network a program waits for nothing but files "
                .. "and its standard input"
    assert.equal("nil\t" .. why, table.remove(lines))
    assert.matches("^false\t.*:%d+: " .. why .. "$", table.remove(lines))
    assert.same({"1 2 3", "wrapped", "pumped", "a line"}, lines)
    assert.equal("ended", bot:state())
  end)

  it("raises where lines cannot be read, as in earnest", function()
    local bot = start(network(), [[
      local gop2p = require "gop2p"
      local function try(file)
        print(pcall(function() for _ in gop2p.lines(file) do end end))
      end
      try(io.open("/"))
      local closed = io.open(arg[0])
      closed:close()
      try(closed)
      local file = io.open("new.txt", "w")
      try(file)
      file:write("a\nb\n"):close()
      for line in gop2p.lines(io.open("new.txt")) do print(line) end
    ]])
    local lines = {table.unpack(bot:prints())}
    assert.matches("^false\t.*directory", lines[1])
    assert.matches("^false\t.*#1 to 'lines' %(closed file", lines[2])
    assert.matches("^false\t.*[Bb]ad file descriptor", lines[3])
    assert.same({"a", "b"}, {table.unpack(lines, 4)})
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
      local function spoil() io.open("count", "w"):write("x") end
      local _ <close> = setmetatable({}, {__close = spoil, __gc = spoil})
      ]] .. NODE .. [[
      serve(function(msg) answer(msg, "start " .. count) end)
    ]])
    local ann = net:user("ann")
    for i = 1, 3 do
      ann:say("?")
      expect(ann:hears(), "start " .. i)
      bot:kill()
      collectgarbage()
      collectgarbage()
      assert.equal(2, #ann:members())
      net:advance(10)
      assert.equal(1, #ann:members())
      bot:start()
      assert.equal(2, #ann:members())
    end
    assert.is_nil(io.open("count"))
  end)

  it("loses what it has stored within a second before it is killed",
     function()
    local net = network()
    local bot = start(net, [[
      local bot = require("gop2p.bot").new {
        name = "count", join = "localhost:5000", log = { level = "error" },
      }
      bot:command("more", function()
        bot.store.count = (bot.store.count or 0) + 1
        return "That makes " .. bot.store.count
      end)
      bot:run()
    ]])
    local ann = net:user("ann")
    for _, seconds in ipairs {1.5, 0} do
      ann:say("!more")
      expect(ann:hears(), "That makes")
      net:advance(seconds)
    end
    bot:kill()
    bot:start()
    ann:say("!more")
    expect(ann:hears(), "That makes 2$")
  end)

  it("finds its network again by its state file", function()
    local net = network {entry = false}
    local ann = net:user("ann")
    net:user("bob")
    local bot = start(net, [[
      local gop2p = require "gop2p"
      local node = assert(gop2p.start_local_node(5001, {state = "peers"}))
      node:wait()
    ]])
    net:advance(60)
    assert.equal(2, #ann:members())
    assert.matches("bob:5000", bot:read("peers"))
    bot:kill()
    net:advance(60)
    assert.equal(1, #ann:members())
    bot:start()
    assert.equal(2, #ann:members())
    assert.is_nil(io.open("peers"))
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
    bot:stop()   -- by SIGTERM, for which it has no handler
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
