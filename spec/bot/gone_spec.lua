-- Questions to those who cannot be reached, or who go before they answer.

local kit = require "spec.support.kit"
local testing = require "gop2p.testing"

local expect, refute = testing.expect, testing.refute

after_each(kit.close)

-- Asks who calls, and says in the room what came of it, and when.
local BOT = [[
  local bot = require("gop2p.bot").new {
    name = "asker", join = "localhost:5000", store = false,
    log = { level = "error" }, max_message = 40,
  }
  local function tell(began, text, err)
    bot:say(("%s after %d s"):format(text or err.code, os.time() - began))
  end
  bot:command("ask <who:peer>", function(_, args)
    tell(os.time(), bot:ask(args.who, "Are you well?", 300))
  end)
  bot:command("long <who:peer>", function(_, args)
    tell(os.time(), bot:ask(args.who, ("Are you well? "):rep(10), 300))
  end)
  bot:command("me", function(ctx)
    tell(os.time(), ctx:ask("Are you well?", 300))
  end)
  bot:on("error", function(err) print("error", err.code) end)
  bot:run()
]]

describe("ask", function()
  local net, bot, ann, bob

  before_each(function()
    net = kit.network()
    bot = kit.start(net, BOT, { name = "asker" })
    ann, bob = net:user("ann"), net:user("bob")
  end)

  for _, text in ipairs { "!me", "!ask ann" } do
    it("ends when the member leaves: " .. text, function()
      ann:say(text)
      expect(ann:hears(), "Are you well")
      net:advance(10)
      ann:leave()
      expect(bob:hears(), "^ENOTCONN after 1%d s", 2)
    end)

    it("ends when the member fails: " .. text, function()
      ann:say(text)
      expect(ann:hears(), "Are you well")
      ann:kill()
      expect(bob:hears(), "^ENOTCONN after", 30)
    end)
  end

  it("ends at once when nobody is there to be asked", function()
    for _, text in ipairs { "!ask localhost:5999", "!long localhost:5999" } do
      bob:say(text)
      expect(bob:hears(), "^ECONNREFUSED after [0-6] s", 7)
    end
    net:advance(60)
    assert.same({}, bot:prints())   -- the call has given the error
  end)

  it("ends at once when the member has gone before", function()
    bob:say("!ask ann")
    expect(ann:hears(), "Are you well")
    ann:kill()
    bob:say("!ask ann:5000")
    expect(bob:hears(), "^ENOTCONN after [0-6] s", 7)
    expect(bob:hears(), "^ENOTCONN after [0-6] s", 7)
    bob:say("!ask ann:5000")
    expect(bob:hears(), "^ECONNREFUSED after [0-6] s", 7)
    refute(bob:hears(), " after ", 60)
    assert.same({}, bot:prints())
  end)

  it("of one that has left the room before it was asked ends", function()
    net:partition({ "asker" }, { "ann" })
    net:latency(2)
    net:heal()
    ann:say("!me")
    ann:leave()
    expect(bob:hears(), "^ENOTCONN after", 30)
  end)

  it("goes on when another one goes", function()
    ann:say("!me")
    expect(ann:hears(), "Are you well")
    bob:kill()
    net:advance(60)
    ann:say("yes")
    expect(ann:hears(), "^yes after 6%d s")
    ann:say("!ask ann")
    expect(ann:hears(), "Are you well")
    ann:dm("asker", "very")
    expect(ann:hears(), "^very after 0 s")
  end)
end)
