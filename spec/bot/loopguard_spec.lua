-- Bots that answer everything, in one network: they come to rest, and then
-- are there for people.

local kit = require "spec.support.kit"
local testing = require "gop2p.testing"

local expect, refute = testing.expect, testing.refute
local DAY = 86400

after_each(kit.close)

-- Answers all that is said, after 'pause' seconds, and greets who is there.
local CHATTERBOX = [[
  local gop2p = require "gop2p"
  local bot = require("gop2p.bot").new {
    name = "bot" .. arg[1], port = arg[1], join = "localhost:5000",
    log = { level = "error" },
  }
  local function greet(peer) bot:send(peer, "welcome") end
  bot:on("joined", greet)
  bot:on("met", greet)
  bot:hear(".*", function(ctx)
    gop2p.sleep(%s)
    return "indeed, " .. ctx.text:sub(1, 20)
  end)
  bot:run()
]]

for pause, name in pairs { [0] = "at once", [3] = "like people" } do
  describe("bots that answer everything " .. name, function()
    local net, bots, ann

    before_each(function()
      net = kit.network { seed = 11, keep = 100000 }
      ann = net:user("ann")
      bots = {}
      for i = 1, 3 do
        bots[i] = kit.start(net, CHATTERBOX:format(pause), {
          name = "bot" .. i, args = { tostring(5000 + i) }, may_fail = true,
        })
      end
    end)

    local function said()
      local count = 0
      for _, bot in ipairs(bots) do count = count + #net:said_by(bot) end
      return count
    end

    it("come to rest, and go on for people", function()
      ann:say("Good morning!")
      net:advance(3600)
      local count = said()
      assert.is_true(count > 20 and count < 1500, count)
      net:advance(DAY)
      assert.equal(count, said())
      for _, bot in ipairs(bots) do
        expect(bot:complains(), "we have answered each other too often")
        ann:dm(bot, "Are you well?")
        expect(ann:hears(), "^indeed, Are you well%?$")
      end
      net:advance(10)
      assert.equal(count + 3, said())
    end)
  end)
end

describe("a bot that answers everything", function()
  it("does not keep another from others", function()
    local net = kit.network { seed = 11 }
    kit.start(net, CHATTERBOX:format(0), {
      name = "bot1", args = { "5001" }, may_fail = true,
    })
    local echo = net:bot("lua/gop2p/examples/echo.lua",
                         { args = { "5002", "localhost:5000" } })
    local ann = net:user("ann")   -- whom both greet
    ann:dm("bot1", "echo what bot1 says")
    net:advance(60)
    expect(echo:errors(), "not listening to bot5001")
    ann:dm("echo", "Are you there?")
    expect(ann:hears(), "^Are you there%?$")
    local before = #net:said_by("bot1") + #net:said_by("echo")
    refute(ann:hears(), "welcome", DAY)
    assert.equal(before, #net:said_by("bot1") + #net:said_by("echo"))
  end)
end)
