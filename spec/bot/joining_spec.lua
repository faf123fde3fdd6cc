-- A bot comes back by itself, whatever becomes of its network: on virtual
-- time, with the test kit.

local scriptfile = require "spec.support.script"
local testing = require "gop2p.testing"

local HOUR = 3600

describe("a bot comes back", function()
  local script, net, bot

  -- Whether it and the user hear each other.
  local function talks(user)
    user:dm("bot", "ping")
    testing.expect(user:hears(), "pong")
  end

  before_each(function()
    script = scriptfile [[
      local bot = require("gop2p.bot").new { join = "localhost:5000" }
      bot:command("ping", function() return "pong" end)
      bot:run()
    ]]
    net = testing.network { seed = 5 }
    bot = net:bot(script.name, { name = "bot" })
  end)
  after_each(function()
    net:close()
    script:close()
  end)

  it("after its network was cut for an hour", function()
    local ann = net:user("ann")
    talks(ann)
    net:partition { "bot" }
    net:advance(HOUR)
    assert.equal(1, #ann:members())
    net:heal()
    net:advance(120)
    talks(ann)
  end)

  it("after its machine has slept for a day", function()
    local ann = net:user("ann")
    bot:hang()
    net:advance(24 * HOUR)
    bot:resume()
    net:advance(120)
    talks(ann)
  end)

  it("after a week without anybody", function()
    net:partition { "bot" }
    net:advance(7 * 24 * HOUR)
    net:heal()
    net:advance(120)
    talks(net:user("ann"))
  end)
end)
