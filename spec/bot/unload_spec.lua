-- New code for a bot that runs: the old code is told to end, and the tasks
-- that it has spawned end with it.

local kit = require "spec.support.kit"
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
end)
