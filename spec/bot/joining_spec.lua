-- A bot's way into its network, and back into it, whatever becomes of that;
-- what it says before it is there.

local bots = require "spec.support.bots"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local scriptfile = require "spec.support.script"
local testing = require "gop2p.testing"

local LIMIT = 20   -- seconds
local HOUR = 3600

local function has_members(bot, count)
  return function() return #bot:members() == count end
end

describe("a bot", function()
  it("joins when an entry point comes that was not there", function()
    local early = assert(gop2p.start_local_node(0))
    local name = early:self()
    early:close()
    local nobody <close> = net.nobody()
    local bot <close> = bots.new {join = {nobody.name, name}}
    assert(bot:start())
    net.pass(0.3)
    local entry <close> = assert(gop2p.start_local_node(name.port))
    net.await(function() return entry:members()[1] == bot.node:self() end,
              LIMIT)
  end)

  it("joins again when everybody has left", function()
    local entry = assert(gop2p.start_local_node(0))
    local name = entry:self()
    local bot <close> = bots.new {join = name}
    assert(bot:start())
    net.await(has_members(bot, 1), LIMIT)
    assert(entry:leave())
    net.await(has_members(bot, 0), LIMIT)
    entry:close()
    local again <close> = assert(gop2p.start_local_node(name.port))
    net.await(function() return again:members()[1] == bot.node:self() end,
              LIMIT)
  end)

  it("joins two parts of a network by its entry points", function()
    local nodes <close> = net.network(2)
    local other <close> = assert(gop2p.start_local_node(0))
    local bot <close> = bots.new {join = {nodes[1]:self(), other:self()}}
    assert(bot:start())
    net.await(has_members(bot, 3), LIMIT)
  end)

  it("is no entry point of its own, and asks nobody who is there already",
     function()
    local entry <close> = assert(gop2p.start_local_node(0))
    local free = assert(gop2p.start_local_node(0))
    local port, path = free:self().port, os.tmpname()
    free:close()
    local bot <close> = bots.new {
      port = port, log = {file = path},
      join = {gop2p.me(port), "127.0.0.1:" .. port, "[::1]:" .. port,
              "127.0.0.1:" .. entry:self().port},
    }
    assert(bot:start())
    net.await(has_members(bot, 1), LIMIT)
    local third <close> = assert(gop2p.start_local_node(0))
    assert(third:connect(entry:self()))
    net.await(has_members(bot, 2), LIMIT)
    assert(third:leave())
    net.await(has_members(bot, 1), LIMIT)
    net.pass(0.1)
    local text = net.read(path)
    local _, count = text:gsub("connected", "")
    os.remove(path)
    assert.equal(1, count)
    assert.is_nil(text:find("not connected", 1, true))
  end)

  it("starts although an entry point cannot be looked up yet", function()
    local user <close> = assert(gop2p.start_local_node(0))
    local bot <close> = bots.new {join = {"nobody.invalid:5000"}}
    assert(bot:start())
    assert.equal("localhost", bot.node:self().address)
    assert(user:connect(bot.node:self()))
    assert.is_true(has_members(bot, 1)())
  end)

  it("listens at the port that its node is told", function()
    local port = net.free_port()
    local bot <close> = bots.new {address = "127.0.0.1", port = 7000,
                                  node = {listen_port = port}}
    assert(bot:start())
    assert.equal(7000, bot.node:self().port)
    assert.equal(204, net.ask(port, net.http("OPTIONS /",
                                             {Host = "localhost"})).status)
  end)

  it("finds its network again after a stop, by those whom it knew",
     function()
    local path = os.tmpname()
    os.remove(path)
    local nodes <close> = net.network(2)
    local options = {join = nodes[1]:self(), state = path}
    local bot <close> = bots.new(options)
    assert(bot:start())
    net.await(has_members(bot, 2), LIMIT)
    bot:stop()
    assert.equal(1, #nodes[2]:members())
    assert(nodes[1]:leave())
    nodes[1]:close()
    local again <close> = bots.new(options)
    assert(again:start())
    net.await(function()
      return nodes[2]:members()[1] == again.node:self()
    end, LIMIT)
    os.remove(path)
  end)
end)

describe("what a bot says when it has just started", function()
  it("waits until it has joined", function()
    local user <close> = assert(gop2p.start_local_node(0))
    local bot <close> = bots.new {join = user:self()}
    local told = bots.new {join = user:self()}
    told:on("start", function() told:say("I am back") end)
    assert(bot:start())
    assert.truthy(bot:say("Hello"))
    assert.equal("Hello", assert(user:receive(5)).data)
    assert(told:start())
    assert.equal("I am back", assert(user:receive(5)).data)
    told:stop()
  end)

  it("waits no longer than it takes to try", function()
    local nobody <close> = net.nobody()
    local hung <close> = net.hung()
    local bot <close> = bots.new {join = nobody.name}
    assert(bot:start())
    local receipt = assert(bot:broadcast("Is there anybody?"))
    assert.is_true(receipt:wait())
    local other <close> = bots.new {join = hung.name}
    assert(other:start())
    local said
    gop2p.spawn(function() said = table.pack(other:say("Hello")) end)
    net.idle()
    assert.is_nil(said)
    local seconds = net.timed(other.stop, other)
    assert.is_true(seconds < 4, seconds)
    net.await(function() return said end)
    assert.same({nil, "ECANCELED"}, {said[1], said[2].code})
  end)
end)

-- On virtual time, with the test kit.
describe("a bot comes back", function()
  local script, network, bot

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
    network = testing.network { seed = 5 }
    bot = network:bot(script.name, { name = "bot" })
  end)
  after_each(function()
    network:close()
    script:close()
  end)

  it("after its network was cut for an hour", function()
    local ann = network:user("ann")
    talks(ann)
    network:partition { "bot" }
    network:advance(HOUR)
    assert.equal(1, #ann:members())
    network:heal()
    network:advance(120)
    talks(ann)
  end)

  it("after its machine has slept for a day", function()
    local ann = network:user("ann")
    bot:hang()
    network:advance(24 * HOUR)
    bot:resume()
    network:advance(120)
    talks(ann)
  end)

  it("after a week without anybody", function()
    network:partition { "bot" }
    network:advance(7 * 24 * HOUR)
    network:heal()
    network:advance(120)
    talks(network:user("ann"))
  end)
end)
