-- New code for a bot that runs: the old code is told to end, and the tasks
-- that it has spawned end with it.

local kit = require "spec.support.kit"
local page = require "spec.support.page"
local testing = require "gop2p.testing"

local expect, refute = testing.expect, testing.refute

after_each(kit.close)

-- Each version says its number where it does something.
local HEAD = [[
  local gop2p = require "gop2p"
  local V = %d
  local function say(...) print(V, ...) end
  local function tick(name)
    local done <close> = setmetatable({}, { __close = function()
      say("closes", name)
    end })
    while true do
      say(name)
      gop2p.sleep(10)
    end
  end
  local bot = require("gop2p.bot").new {
    name = "bot", join = "localhost:5000", log = { level = "warn" },
  }
  bot:command("reload", function() say("reload", bot:reload()) end)
]]

local net, bot, ann

-- A bot whose first code is HEAD and 'text'.
local function begin(text)
  net = kit.network {}
  bot = kit.start(net, HEAD:format(1) .. text)
  ann = net:user("ann")
end

-- What the code printed since the last call, each line once.
local printed
local function prints()
  local lines, seen = bot:prints(), {}
  for i = (printed or 0) + 1, #lines do seen[lines[i]] = true end
  printed = #lines
  return seen
end

before_each(function() printed = nil end)

local function reload(text, version)
  bot:write(bot.path, HEAD:format(version or 2) .. text)
  prints()
  ann:say("!reload")
end

describe("a task", function()
  it("ends with the code whose file has spawned it", function()
    begin [[
      gop2p.spawn(tick, "top")
      gop2p.spawn(function()
        gop2p.spawn(tick, "under")
        tick("over")
      end)
      bot:run()
      say("after run")
    ]]
    reload [[ gop2p.spawn(tick, "new") bot:run() ]]
    net:advance(20)
    assert.same({ ["1\tcloses\ttop"] = true, ["1\tcloses\tover"] = true,
                  ["1\tcloses\tunder"] = true, ["1\treload\ttrue"] = true,
                  ["2\tnew"] = true }, prints())
    reload([[ bot:run() ]], 3)
    net:advance(20)
    assert.same({ ["2\tcloses\tnew"] = true, ["2\treload\ttrue"] = true },
                prints())
    bot:stop()
    expect(bot:prints(), "^1\tafter run$")
  end)

  it("ends with the code whose handlers, times, questions and errors have "
     .. "spawned it", function()
    begin [[
      bot:on("start", function() gop2p.spawn(tick, "start") end)
      bot:after(1, function() gop2p.spawn(tick, "after") end)
      bot:command("go", function(ctx)
        gop2p.spawn(tick, "command")
        ctx:ask("?")
        gop2p.spawn(tick, "answer")
        error("on purpose")
      end)
      bot:on("error", function() gop2p.spawn(tick, "error") end)
      bot:run()
    ]]
    ann:say("!go")
    net:advance(2)
    ann:say("yes")
    expect(bot:errors(), "on purpose")
    net:advance(11)
    for _, name in ipairs { "start", "after", "command", "answer",
                            "error" } do
      expect(bot:prints(), "^1\t" .. name .. "$")
    end
    reload [[ bot:run() ]]
    local seen = prints()
    for _, name in ipairs { "start", "after", "command", "answer",
                            "error" } do
      assert.is_true(seen["1\tcloses\t" .. name], name)
    end
    net:advance(60)
    assert.same({}, prints())
  end)

  it("is also what a handler of \"start\" does", function()
    begin [[
      bot:on("start", function() tick("start") end)
      bot:on("start", function() gop2p.spawn(tick, "spawned") end)
      bot:run()
    ]]
    net:advance(11)
    expect(bot:prints(), "^1\tstart$")
    reload [[ bot:on("start", function() tick("start") end) bot:run() ]]
    net:advance(20)
    assert.same({ ["1\tcloses\tstart"] = true, ["2\tstart"] = true,
                  ["1\tcloses\tspawned"] = true,
                  ["1\treload\ttrue"] = true }, prints())
  end)

  it("that a handler of the old code spawns ends with the handler",
     function()
    begin [[
      bot:command("slow", function()
        gop2p.sleep(30)
        gop2p.spawn(tick, "late")
        gop2p.run(function() gop2p.spawn(gop2p.sleep, 5) end)
        gop2p.sleep(30)
        return "done"
      end)
      bot:run()
    ]]
    ann:say("!slow")
    reload [[ bot:run() ]]
    net:advance(31)
    assert.is_true(prints()["1\tlate"])
    expect(ann:hears(), "^done$", 60)
    net:advance(60)
    assert.is_true(prints()["1\tcloses\tlate"])
    net:advance(60)
    assert.same({}, prints())
  end)

  it("is of the code that spawns it, through whatever coroutines", function()
    local text = [[
      local function deep(f, n)
        if n == 0 then return f() end
        local ok, err = coroutine.resume(coroutine.create(deep), f, n - 1)
        if not ok then error(err) end
      end
      deep(function() gop2p.spawn(tick, "one") end, 1)
      deep(function()
        gop2p.run(function() gop2p.spawn(tick, "two") end)
      end, 2)
      gop2p.spawn(deep, function() gop2p.spawn(tick, "under") end, 3)
    ]]
    begin [[ bot:run() ]]
    for version = 2, 3 do
      reload(text .. "bot:run()", version)
      net:advance(21)
      local seen = prints()
      for _, name in ipairs { "one", "two", "under" } do
        assert.is_true(seen[version .. "\t" .. name], name)
        assert.is_nil(seen[version .. "\tcloses\t" .. name], name)
      end
      net:advance(20)
      assert.is_true(prints()[version .. "\tone"])
    end
    reload([[ bot:run() ]], 4)
    net:advance(20)
    assert.same({ ["3\tcloses\tone"] = true, ["3\tcloses\ttwo"] = true,
                  ["3\tcloses\tunder"] = true,
                  ["3\treload\ttrue"] = true }, prints())
  end)

  it("of the new code waits until the old code has ended", function()
    begin [[
      bot:on("unload", function() gop2p.sleep(1.5) end)
      gop2p.spawn(function()
        while true do say("old") gop2p.sleep(0.1) end
      end)
      bot:run()
    ]]
    reload [[
      gop2p.spawn(tick, "new")
      gop2p.spawn(tick, "never"):cancel()
      bot:run()
    ]]
    net:advance(1)
    assert.same({ ["1\told"] = true }, prints())
    net:advance(1)
    assert.same({ ["1\told"] = true, ["1\treload\ttrue"] = true,
                  ["2\tnew"] = true }, prints())
  end)

  it("of the new code may be waited for while that is run", function()
    begin [[ gop2p.spawn(tick, "old") bot:run() ]]
    reload [[
      local done
      gop2p.spawn(function() gop2p.sleep(1) done = true end)
      while not done do gop2p.sleep(0.1) end
      bot:run()
    ]]
    net:advance(3)
    expect(bot:prints(), "^1\treload\ttrue$")
  end)

  it("that reloads the bot itself goes on until it waits", function()
    begin [[
      gop2p.spawn(function()
        bot:wait_for("joined")
        gop2p.sleep(1)
        say("reloads", bot:reload())
        gop2p.sleep(1)
        say("still there")
      end)
      bot:run()
    ]]
    bot:write(bot.path, HEAD:format(2) .. [[ say("new") bot:run() ]])
    net:advance(10)
    assert.same({ ["2\tnew"] = true, ["1\treloads\ttrue"] = true }, prints())
  end)

  it("goes on when it was started with bot:keep, until the end", function()
    begin [[
      bot:keep(tick, "kept")
      bot:command("keep", function()
        bot:keep(function(name)
          gop2p.spawn(tick, "its own")
          tick(name)
        end, "by a command")
      end)
      bot:run()
    ]]
    ann:say("!keep")
    reload [[ bot:keep(tick, "new") bot:run() ]]
    net:advance(20)
    reload([[ bot:run() ]], 3)
    net:advance(20)
    assert.same({ ["1\tkept"] = true, ["1\tby a command"] = true,
                  ["1\tits own"] = true, ["2\tnew"] = true,
                  ["2\treload\ttrue"] = true }, prints())
    bot:stop()
    assert.same({ ["1\tcloses\tkept"] = true, ["2\tcloses\tnew"] = true,
                  ["1\tcloses\tby a command"] = true,
                  ["1\tcloses\tits own"] = true }, prints())
  end)

  it("that is closed at the stop tells what its <close> raises", function()
    begin [[
      bot:on("start", function()
        local _ <close> = setmetatable({}, { __close = function()
          error("cannot write")
        end})
        tick("start")
      end)
      bot:on("error", function() say("handled") end)
      bot:run()
    ]]
    net:advance(1)
    bot:stop()
    expect(bot:errors(), "a task failed: .*cannot write$")
    expect(bot:prints(), "^1\tcloses\tstart$")
    refute(bot:prints(), "handled", 1)
  end)

  it("that ends with its code tells what its <close> raises", function()
    begin [[
      local function raising(text)
        return setmetatable({}, { __close = function() error(text) end})
      end
      bot:on("start", function()
        local _ <close> = raising("where it waits")
        gop2p.sleep(1000)
      end)
      bot:on("start", function()
        local _ <close> = raising("where it reloads")
        bot:wait_for("message")
        bot:reload()
        gop2p.sleep(1000)
      end)
      bot:run()
    ]]
    bot:write(bot.path, HEAD:format(2) .. "bot:run()")
    ann:say("now")
    expect(bot:errors(), "where it waits")
    expect(bot:errors(), "where it reloads")
  end)

  it("of new code that fails ends, and that of the old code goes on",
     function()
    begin [[ gop2p.spawn(tick, "old") bot:run() ]]
    reload [[
      gop2p.spawn(tick, "new")
      bot:keep(tick, "kept")
      gop2p.sleep(1)
      error("no good")
    ]]
    net:advance(3)
    expect(bot:errors(), "no good")
    net:advance(20)
    local seen = prints()
    assert.is_true(seen["2\tcloses\tnew"] and seen["1\told"])
    assert.is_nil(seen["2\tkept"])
    net:advance(20)
    assert.same({ ["1\told"] = true }, prints())
  end)
end)

describe("on(\"unload\")", function()
  it("is told before new code takes the place of the old", function()
    begin [[
      bot:command("who", function() return "old" end)
      bot:on("unload", function()
        gop2p.sleep(1)
        say("unloads")
      end)
      bot:on("unload", function() gop2p.sleep(60) say("too late") end)
      gop2p.spawn(tick, "task")
      bot:run()
    ]]
    reload [[
      bot:command("who", function() return "new" end)
      bot:on("start", function() say("starts") end)
      bot:run()
    ]]
    net:advance(1.5)
    ann:say("!who")
    expect(ann:hears(), "^old$")
    net:advance(1)
    ann:say("!who")
    expect(ann:hears(), "^new$")
    expect(bot:prints(), "^1\tunloads$")
    expect(bot:prints(), "^1\tcloses\ttask$")
    expect(bot:prints(), "^2\tstarts$")
  end)

  it("is not told when the new code fails", function()
    begin [[ bot:on("unload", function() say("unloads") end) bot:run() ]]
    reload [[ error("no good") ]]
    expect(bot:errors(), "no good")
    refute(bot:prints(), "unloads", 5)
  end)

  it("is told at the end, after \"stop\", while the bot is still there",
     function()
    begin [[
      bot:on("unload", function() say("unloads") bot:say("unloaded") end)
      bot:on("stop", function()
        gop2p.sleep(1)
        say("stops")
      end)
      bot:run()
    ]]
    bot:stop()
    expect(bot:prints(), "^1\tstops$")
    expect(bot:prints(), "^1\tunloads$")
    expect(ann:hears(), "^unloaded$")
  end)

  it("that fails or stops the bot keeps nothing up", function()
    begin [[
      bot:on("unload", function() error("cannot unload") end)
      bot:run()
    ]]
    reload [[
      bot:on("unload", function() bot:stop() end)
      bot:on("start", function() say("starts") end)
      bot:run()
    ]]
    expect(bot:errors(), "on unload failed: .*cannot unload")
    expect(bot:prints(), "^2\tstarts$")
    reload([[ bot:on("start", function() say("starts") end) bot:run() ]], 3)
    net:advance(20)
    assert.equal("ended", bot:state())
    refute(bot:prints(), "^3\tstarts")
  end)

  it("has run once when the bot is stopped meanwhile", function()
    begin [[
      bot:command("stop", function() bot:stop() end)
      bot:on("unload", function()
        say("unloads")
        gop2p.sleep(1)
        say("unloaded")
      end)
      gop2p.spawn(function()
        bot:wait_for("message")
        say("reloads", select(2, bot:reload()))
      end)
      bot:run()
      gop2p.sleep(1)
    ]]
    bot:write(bot.path, HEAD:format(2) .. [[
      gop2p.spawn(tick, "new")
      bot:run()
    ]])
    ann:say("now")
    net:advance(0.3)
    ann:say("!stop")
    net:advance(5)
    local lines = {}
    for i, line in ipairs(bot:prints()) do lines[i] = line end
    assert.same({ "1\tunloads", "1\tunloaded" },
                { lines[1], lines[2] })
    assert.matches("^1\treloads\tinternal error: could not reload .*: no bot "
                   .. "is running$", lines[3])
    assert.equal(3, #lines)
    assert.equal(0, #bot:errors())
  end)

  it("gives back what the new code opens at its \"start\"", function()
    local text = page.read("lua/gop2p/bot/README.md"):section("reloading")
    local gate = assert(page.of("", text):blocks("lua")[1])
    net = kit.network {}
    bot = kit.start(net, gate)
    for i = 1, 3 do
      bot:write(bot.path, gate .. ("\n"):rep(i))
      net:advance(3)
      expect(bot:complains(), "info gate: reloaded")
    end
    assert.equal(0, #bot:errors())
    bot:stop()
    assert.equal("ended", bot:state())
  end)
end)

describe("new code that runs in a coroutine", function()
  it("registers what it does with the new code", function()
    begin [[
      coroutine.wrap(function()
        bot:command("who", function() return "old" end)
      end)()
      bot:run()
    ]]
    reload [[
      coroutine.wrap(function()
        gop2p.sleep(0.1)
        bot:command("who", function() return "new" end)
        bot:hear("^hey", function() return "heard" end)
        bot:every(10, function() say("every") end)
        bot:on("start", function() say("starts") end)
        coroutine.wrap(function() bot:keep(tick, "kept") end)()
      end)()
      bot:run()
    ]]
    net:advance(1)
    ann:say("!who")
    expect(ann:hears(), "^new$")
    ann:say("hey")
    expect(ann:hears(), "^heard$")
    net:advance(11)
    local seen = prints()
    assert.is_true(seen["2\tevery"] and seen["2\tstarts"] and
                   seen["2\tkept"])
  end)

  it("has registered nothing when it fails", function()
    begin [[ bot:run() ]]
    reload [[
      coroutine.wrap(function()
        bot:command("who", function() return "new" end)
        bot:every(10, function() say("every") end)
      end)()
      error("no good")
    ]]
    expect(bot:errors(), "no good")
    ann:say("!who")
    refute(ann:hears(), "^new$", 2)
    net:advance(11)
    assert.is_nil(prints()["2\tevery"])
  end)

  it("may make its bot there, and run it", function()
    begin [[ bot:run() ]]
    bot:write(bot.path, ([[
      coroutine.wrap(function()
        %s
        bot:command("who", function() return "new" end)
        bot:run()
      end)()
    ]]):format(HEAD:format(2)))
    ann:say("!reload")
    expect(bot:prints(), "^1\treload\ttrue$")
    ann:say("!who")
    expect(ann:hears(), "^new$")
  end)
end)
