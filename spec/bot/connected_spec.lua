-- When a bot is told that it is in a network.

local bots = require "spec.support.bots"
local gop2p = require "gop2p"
local kit = require "spec.support.kit"
local net = require "spec.support.net"
local testing = require "gop2p.testing"

local expect, refute = testing.expect, testing.refute

after_each(kit.close)

local BOT = [[
  local bot = require("gop2p.bot").new {
    name = "back", join = %s, store = false, log = { level = "error" },
  }
  for _, event in ipairs { "start", "connected", "met", "joined" } do
    bot:on(event, function(peer)
      print(event, peer, bot.node:is_connected())
      if event == "start" then bot:say("I have started") end
      if event == "connected" then bot:say("I am back") end
    end)
  end
  bot:run()
]]

local function start(network, join)
  return kit.start(network, BOT:format(join), { name = "back" })
end

describe("a bot is told that it is connected", function()
  it("when it has joined, before it is told of members", function()
    local network = kit.network { entry = false }
    local ann = network:user("ann", { address = "localhost:5000" })
    local bob = network:user("bob")
    local bot = start(network, '"localhost:5000"')
    expect(bob:hears(), "^I am back$")
    network:advance(60)
    local seen = table.concat(bot:prints(), "\n")
    assert.matches("^start\tnil\tfalse\nconnected\tnil\ttrue\n"
                   .. "met\t%a+\ttrue\n"
                   .. "met\t%a+\ttrue$", seen)
    ann:leave()
    network:advance(5)
    ann:come_back()
    network:advance(60)
    assert.equal(1, select(2, table.concat(bot:prints(), "\n")
                           :gsub("connected", "")))
  end)

  it("when its entry comes later, and each time that it is there again",
     function()
    local network = kit.network { entry = false }
    local bot = start(network, '"localhost:5000"')
    network:advance(600)
    refute(bot:prints(), "connected", 0)
    local ann = network:user("ann", { address = "localhost:5000" })
    expect(ann:hears(), "^I am back$", 100)
    ann:kill()
    network:advance(600)
    refute(bot:prints(), "connected.*connected", 0)
    ann:come_back()
    expect(ann:hears(), "^I am back$", 100)
    refute(ann:hears(), "back", 600)
    refute(ann:hears(), "started", 0)
  end)

  it("when others join through it, or a network is whole again", function()
    local network = kit.network { entry = false }
    local bot = start(network, "nil")
    local ann = network:user("ann", { join = "back" })
    expect(ann:hears(), "^I am back$")
    network:partition({ "back" }, { "ann" })
    network:advance(60)
    network:heal()
    expect(ann:hears(), "^I am back$", 600)
    expect(bot:prints(), "^connected")
    expect(bot:prints(), "^connected")
  end)

  it("and so is who waits for that", function()
    local bot <close> = bots.new()
    local seen
    assert(bot:start())
    gop2p.spawn(function()
      seen = table.pack(bot:wait_for("connected", 20))
    end)
    local user <close> = assert(gop2p.start_local_node(0))
    assert(user:connect(bot.node:self()))
    net.await(function() return seen end)
    assert.equal(0, seen.n)
  end)
end)

describe("what a bot says at its start", function()
  it("waits for the first attempt to join", function()
    local network = kit.network()
    local ann = network:user("ann")
    local bot = start(network, '"localhost:5000"')
    expect(ann:hears(), "^I have started$")
    assert.equal("start\tnil\tfalse", bot:prints()[1])
  end)
end)
