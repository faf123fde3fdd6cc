-- The test kit: bots as their authors write them, with gop2p.bot.

local kit = require "spec.support.kit"
local testing = require "gop2p.testing"

local network, start = kit.network, kit.start
local expect, refute = testing.expect, testing.refute

after_each(kit.close)

local DICE = [[
local bot = require("gop2p.bot").new {
  port = 5001, join = { "localhost:5000" }, name = "dice"
}

bot:command("roll [sides:integer=6]", "rolls a die", function(ctx, args)
  return ("%s rolled %d"):format(ctx.from, math.random(args.sides))
end)
bot:hear("good morning", function(ctx)
  ctx:reply("good morning, " .. tostring(ctx.from))
end)
bot:every("09:00", function() bot:broadcast("standup!") end)
bot:on("joined", function(peer)
  bot:send(peer, "welcome; try !help")
end)
bot:run()
]]

describe("a bot of gop2p.bot", function()
  it("does in a test what it does for its author", function()
    local net = network {seed = 7}
    start(net, DICE, {name = "dice"})
    local ann, bob = net:user("ann"), net:user("bob")
    expect(ann:hears(), "welcome; try !help")
    ann:say("!roll")
    expect(net:said_by("dice"), "ann rolled %d")
    bob:dm("dice", "roll 1")
    expect(bob:hears(), "bob rolled 1")
    bob:say("good morning")
    expect(ann:hears(), "good morning, bob")
    ann:say("!roll many")
    expect(ann:hears(), "roll %[sides:integer=6%]")
    net:advance("08:59")
    refute(ann:hears(), "standup!")
    net:advance("09:01")
    expect(ann:hears(), "standup!")
    net:advance(30 * 86400)
    local days = 0
    for _, text in ipairs(bob:hears()) do
      if text == "standup!" then days = days + 1 end
    end
    assert.equal(31, days)
  end)

  it("rolls the same for the same seed", function()
    local function run(seed)
      local net = network {seed = seed}
      start(net, DICE, {name = "dice"})
      local ann = net:user("ann")
      for _ = 1, 10 do ann:say("!roll 1000") end
      net:advance(86400)
      return net:transcript()
    end
    local first = run(1)
    assert.equal(first, run(1))
    assert.not_equal(first, run(2))
    assert.matches("rolled %d", first)
    assert.matches("standup", first)
  end)

  local COUNT = [[
    local bot = require("gop2p.bot").new {
      port = 5001, join = "localhost:5000", name = "counter"
    }
    bot:command("count", function()
      bot.store.n = (bot.store.n or 0) + 1
      return "WORD " .. bot.store.n
    end)
    bot:command("again", function()
      local ok, err = bot:reload()
      return ok and "reloaded" or "not reloaded: " .. err
    end)
    bot:on("stop", function() bot:broadcast("goodbye") end)
    assert(bot:run())
    print("stopped")
  ]]

  it("stores and takes leave when it is told to stop", function()
    local net = network()
    local bot = start(net, COUNT)
    local ann = net:user("ann")
    for _, how in ipairs {"TERM", "INT"} do
      ann:say("!count")
      expect(ann:hears(), "WORD %d")
      bot:signal(how)
      expect(ann:hears(), "goodbye")
      expect(bot:prints(), "stopped")
      assert.equal("ended", bot:state())
      assert.equal(1, #ann:members())      -- who was not told needs longer
      bot:start()
    end
    ann:say("!count")
    expect(ann:hears(), "WORD 3")
    net:advance(2)
    bot:kill()
    bot:start()
    ann:say("!count")
    expect(ann:hears(), "WORD 4")
    assert.matches('"n":3', bot:read("counter.json"))
    bot:stop()
    assert.matches('"n":4', bot:read("counter.json"))
  end)

  it("is reloaded from what the test writes", function()
    local net = network()
    local bot = start(net, COUNT)
    local ann = net:user("ann")
    ann:say("!count")
    expect(ann:hears(), "WORD 1")
    bot:write(bot.path, (COUNT:gsub("WORD", "number")))
    ann:say("!again")
    expect(ann:hears(), "^reloaded$")
    ann:say("!count")
    expect(ann:hears(), "number 2")
    bot:write(bot.path, "=")
    ann:say("!again")
    expect(ann:hears(), "^not reloaded")
    expect(bot:errors(), "could not reload .*, the old code stays: ")
    ann:say("!count")
    expect(ann:hears(), "number 3")
  end)

  it("waits for an answer on virtual time", function()
    local net = network()
    start(net, [[
      local bot = require("gop2p.bot").new {
        port = 5001, join = "localhost:5000"
      }
      bot:command("order", function(ctx)
        local what = ctx:ask("what?", 600)
        return what and "a " .. what or "nothing then"
      end)
      bot:run()
    ]])
    local ann, bob = net:user("ann"), net:user("bob")
    ann:say("!order")
    expect(ann:hears(), "what%?")
    bob:say("beer")
    net:advance(300)
    ann:say("tea")
    expect(ann:hears(), "a tea")
    ann:say("!order")
    expect(ann:hears(), "what%?")
    refute(ann:hears(), "nothing", 598)
    expect(ann:hears(), "nothing then", 5)
  end)

  it("stores within a second what changes between two waits", function()
    local net = network()
    local bot = start(net, [[
      local bot = require("gop2p.bot").new {
        port = 5001, join = "localhost:5000"
      }
      bot:command("go", function(ctx)
        ctx:ask("now?", 86400)
        bot.store.now = true
        bot:wait_for("left", 86400)
        bot.store.later = true
        ctx:ask("on?", 86400)
      end)
      bot:run()
    ]])
    local ann, bob = net:user("ann"), net:user("bob")
    ann:say("!go")
    net:advance(3600)
    assert.is_nil(bot:read("bot.json"))
    ann:say("yes")
    net:advance(1.1)
    assert.matches('"now":true', bot:read("bot.json"))
    net:advance(80000)
    bob:leave()
    net:advance(1.1)
    assert.matches('"later":true', bot:read("bot.json"))
  end)

  it("is cut when it computes for ever, and so is its echo", function()
    local net = network()
    local busy = start(net, [[
      local bot = require("gop2p.bot").new {
        port = 5001, join = "localhost:5000", budget = 0.1
      }
      bot:command("hang", function() while true do end end)
      bot:command("ping", function() return "pong" end)
      bot:run()
    ]], {name = "busy"})
    local ECHO = [[
      local bot = require("gop2p.bot").new {
        port = PORT, join = "localhost:5000", name = "echo", prefix = false
      }
      bot:hear(".", function(ctx) ctx:reply("I heard " .. ctx.text) end)
      bot:run()
    ]]
    local ann = net:user("ann")
    ann:say("!hang")
    ann:say("!ping")
    expect(ann:hears(), "pong")
    expect(busy:errors(), "command hang failed: .* without waiting$")
    start(net, (ECHO:gsub("PORT", "5002")), {name = "one", may_fail = true})
    start(net, (ECHO:gsub("PORT", "5003")), {name = "two", may_fail = true})
    ann:say("hello")
    net:advance(3600)
    local said = #net:said_by("one") + #net:said_by("two")
    assert.is_true(said > 2 and said < 200, said)
  end)
end)
