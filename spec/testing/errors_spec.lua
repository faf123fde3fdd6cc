-- A test in which a bot has logged an error of its own fails, unless it
-- expects the error.

local kit = require "spec.support.kit"
local script = require "spec.support.script"
local testing = require "gop2p.testing"

local expect, fails = testing.expect, kit.fails

after_each(kit.close)

local BOT = [[
  local bot = require("gop2p.bot").new {
    name = "bot", join = "localhost:5000", log = { level = arg[1] },
  }
  bot:command("fail", "fails", function() error("on purpose") end)
  bot:command("keep", "cannot", function() bot.store.f = print end)
  bot:command("task", "fails later", function()
    require("gop2p").spawn(error, "in a task")
  end)
  bot:command("far", "sends where nobody is", function()
    bot:send("nobody:1", "x")
  end)
  bot:run()
]]

local function begin(options)
  local net = kit.network {}
  local bot = kit.start(net, BOT, options)
  return net, bot, net:user("ann")
end

describe("an error that a bot logs", function()
  for line, error in pairs {
    fail = "command fail failed: .*on purpose",
    keep = "could not store: store%.f: a function",
    task = "a task failed: in a task",
  } do
    it("fails the test that does not expect it: " .. line, function()
      local net, _, ann = begin()
      ann:say("!" .. line)
      net:advance(2)
      local text = fails("^bot has logged errors that no expectation has "
                         .. "found:\n  internal error: " .. error, net.close,
                         net)
      assert.matches("\nthe conversation:\n.*\n.*ann: !" .. line, text)
      net:close()
    end)

    it("is no failure of the test that does: " .. line, function()
      local net, bot, ann = begin()
      ann:say("!" .. line)
      expect(bot:errors(), error)
      net:close()
    end)
  end

  it("fails a test also when its log tells nothing", function()
    local net, bot, ann = begin {args = {"off"}}
    ann:say("!fail")
    assert.same({}, {table.unpack(bot:complains())})
    fails("on purpose", net.close, net)
  end)

  it("fails a test also when it was killed since", function()
    local net, bot, ann = begin()
    ann:say("!fail")
    bot:kill()
    fails("on purpose", net.close, net)
  end)

  it("is one of several, each of which is to be expected", function()
    local net, bot, ann = begin()
    ann:say("!fail")
    ann:say("!task")
    ann:say("!fail")
    expect(bot:errors(), "in a task")
    expect(bot:errors(), "on purpose")
    local text = fails("found:\n  internal error: command fail", net.close,
                       net)
    assert.falsy(text:match("found:(.-)the conversation"):find("in a task"))
  end)

  it("fails the test where its network is a variable to be closed",
     function()
    fails("errors_spec.lua:%d+: bot has logged errors", function()
      local file <close> = script(BOT)
      local net <close> = testing.network {}
      net:bot(file.name, {name = "bot"})
      net:user("ann"):say("!fail")
    end)
    fails("^what the test says", function()
      local file <close> = script(BOT)
      local net <close> = testing.network {}
      net:bot(file.name, {name = "bot"})
      net:user("ann"):say("!fail")
      error("what the test says", 0)
    end)
  end)

  it("is told where the next network begins, if not before", function()
    local _, _, ann = begin()
    ann:say("!fail")
    fails("^bot has logged errors", testing.network)
    kit.network {}
  end)

  it("is not told where the test has failed already", function()
    local net, bot, ann = begin()
    ann:say("!fail")
    fails("expected that bot logs \"else\" within 5 s", expect, bot:errors(),
          "else")
    net:close()
  end)

  it("is no failure where the bot may fail", function()
    local net, _, ann = begin {may_fail = true}
    ann:say("!fail")
    net:close()
  end)

  it("does not count when it is the network's", function()
    local net, bot, ann = begin()
    ann:say("!far")
    net:advance(30)
    expect(bot:complains(), "error .*could not deliver to nobody:1")
    assert.same({}, {table.unpack(bot:errors())})
    net:close()
  end)

  it("is told where a bot does not even start", function()
    local net = kit.network {}
    kit.start(net, [[
      local new = require("gop2p.bot").new
      assert(new { port = 5001, store = false }:start())
      new { port = 5001, store = false }:start()
    ]])
    fails("\n  not started: connection error: .*5001", net.close, net)
  end)
end)

describe("a bot that has failed", function()
  it("fails the test, if no call has told so before", function()
    local net = kit.network {}
    local bot = kit.start(net, [[
      local gop2p = require "gop2p"
      local node = assert(gop2p.start_local_node(0))
      assert(node:connect(5000))
      node:receive()
      gop2p.sleep(2)
      print("falling")
      error("fallen")
    ]])
    net:user("ann"):say("go")
    expect(bot:prints(), "falling")
    assert.equal("failed", bot:state())
    fails("^bot has failed: .*fallen", net.close, net)
  end)
end)
