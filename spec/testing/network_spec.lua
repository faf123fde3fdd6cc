-- The test kit: the network, its time, its faults and its users.

local core = require "gop2p.core"
local gop2p = require "gop2p"
local kit = require "spec.support.kit"
local script = require "spec.support.script"
local system = require "gop2p.system"
local testing = require "gop2p.testing"
local values = require "gop2p.values"

local network, start, fails = kit.network, kit.start, kit.fails
local NODE, DICE = kit.NODE, kit.DICE
local expect, refute = testing.expect, testing.refute

after_each(kit.close)

describe("a simulated network", function()
  it("is the same for the same seed", function()
    local function run(seed)
      local net = network {seed = seed}
      start(net, DICE, {name = "dice"})
      local ann, bob = net:user("ann"), net:user("bob")
      net:loss(0.1)
      for i = 1, 20 do
        local who = i % 2 == 0 and ann or bob
        who:say("roll " .. i)
        net:advance(7)
      end
      return net:transcript()
    end
    local first, other = run(3), run(4)
    assert.equal(first, run(3))
    assert.not_equal(first, other)
    assert.matches("ann rolled", first)
  end)

  it("has no kernel to ask: who joins is localhost", function()
    local net = network()
    net:user("ann")
    local bot = start(net, [[
      local gop2p = require "gop2p"
      gop2p.run(function()
        local node = assert(gop2p.join {"ann:5000", "10.0.0.5:5000"})
        print(node:self().address .. " " .. node:members()[1])
        local other = assert(gop2p.start_node(nil, 5002))
        print(other:self())
        assert(other:connect("ann:5000"))
        print("joined")
      end)
    ]], {name = "joiner"})
    assert.same({"localhost ann", "localhost:5002", "joined"},
                {table.unpack(bot:prints())})
  end)

  it("parts and heals, and so do its members", function()
    local net = network()
    start(net, DICE, {name = "dice"})
    local ann, bob = net:user("ann"), net:user("bob")
    net:advance(3600)
    net:partition({"ann"}, {bob})
    net:advance(40)
    assert.same({}, ann:members())
    assert.same({}, bob:members())
    bob:dm("dice", "roll")
    refute(net:said_by("dice"), "rolled", 30)
    net:heal()
    net:advance(60)
    assert.equal(3, #ann:members())
    ann:say("roll")
    expect(bob:hears(), "ann rolled")
    net:partition {"ann"}
    net:advance(40)
    assert.equal(2, #bob:members())
    assert.same({}, ann:members())
  end)

  it("loses and delays what it is told to", function()
    local net = network {latency = {0.4, 0.4}}
    start(net, DICE, {name = "dice"})
    local ann = net:user("ann")
    net:advance(5)   -- each has asked the other whether it is there
    local before = net:now()
    ann:dm("dice", "roll")              -- there, and the answer is back
    assert.near(0.8, net:now() - before, 0.001)
    net:latency(0.1)
    before = net:now()
    ann:dm("dice", "roll")
    assert.near(0.2, net:now() - before, 0.001)
    expect(ann:hears(), "rolled")
    expect(ann:hears(), "rolled")
    net:loss(1)
    ann:say("roll")
    refute(ann:hears(), "rolled", 20)
    assert.matches("ann ! .*perhaps not delivered", net:transcript())
    net:heal()
    net:advance(60)
    ann:say("roll")
    expect(ann:hears(), "rolled")
  end)

  it("passes a day of timers in no time", function()
    local net = network()
    start(net, DICE, {name = "dice"})
    start(net, [[ ]] .. NODE:gsub("5001", "5002") .. [[
      gop2p.spawn(function()
        while true do
          gop2p.sleep(86400)
          node:broadcast("another day")
        end
      end)
      serve(print)
    ]], {name = "daily"})
    local ann = net:user("ann")
    net:user("bob")
    net:advance(60)
    local steps = net:stats().steps
    net:advance(86400)
    expect(ann:hears(), "another day")
    assert.is_true(net:stats().steps - steps < 50)
    net:advance(1000 * 86400)
    assert.equal(1001, #net:said_by("daily"))
    assert.is_true(net:stats().steps - steps < 50000)
  end)

  it("may be more than one, with a bot between them", function()
    local net = network {entry = {5000, "localhost:6000"}}
    start(net, [[
      local gop2p = require "gop2p"
      gop2p.run(function()
        local a = assert(gop2p.start_local_node(5001))
        local b = assert(gop2p.start_local_node(5002))
        assert(a:connect(5000))
        assert(b:connect(6000))
        gop2p.spawn(function()
          for msg in b:inbox() do a:broadcast("b: " .. msg.data) end
        end)
        for msg in a:inbox() do b:broadcast("a: " .. msg.data) end
      end)
    ]], {name = "bridge"})
    local ann = net:user("ann")
    local bob = net:user("bob", {join = "localhost:6000"})
    assert.equal(2, #ann:members())
    ann:say("hello")
    expect(bob:hears(), "^a: hello$")
    bob:say("hi")
    expect(ann:hears(), "^b: hi$")
    refute(ann:hears(), "^hi$")
  end)

  it("lets a bot be the entry point, or stand alone", function()
    local net = network()
    start(net, [[
      local gop2p = require "gop2p"
      local node = assert(gop2p.start_local_node(5000))
      for msg in node:inbox() do node:broadcast("heard " .. msg.data) end
    ]])
    local ann = net:user("ann")
    ann:say("this")
    expect(ann:hears(), "heard this")
    assert.equal(1, #ann:members())

    net = network {entry = false}
    start(net, (DICE:gsub("assert%(node:connect%(5000%)%)", "")))
    local bob = net:user("bob")
    bob:say("roll")
    expect(bob:hears(), "rolled")
  end)

  it("takes users who leave, are killed and come back", function()
    local net = network()
    start(net, DICE, {name = "dice"})
    local ann, bob = net:user("ann"), net:user("bob")
    bob:leave()
    ann:say("who")
    expect(ann:hears(), "members 2")
    fails("'say': bob is not in the network", bob.say, bob, "x")
    bob:come_back()
    bob:say("who")
    expect(bob:hears(), "members 3")
    bob:kill()
    net:advance(10)
    ann:say("who")
    expect(ann:hears(), "members 2")
    local eve = net:user("eve", {address = "192.168.1.7:4000"})
    assert.equal("eve (192.168.1.7:4000)", values.described(eve:peer()))
  end)

  it("is one at a time, and leaves the process as it was", function()
    local function taken()
      return {os.time, core.start, core.post, math.random, print,
              system.simulated, system.start, system.post, system.warn,
              system.statefile}
    end
    local before = taken()
    local first = network()
    start(first, DICE)
    local second = network()
    fails("'advance': the network is closed", first.advance, first, 1)
    second:user("ann")
    second:close()
    second:close()
    assert.same(before, taken())
    do
      local a <close> = assert(gop2p.start_local_node(0))
      local b <close> = assert(gop2p.start_local_node(0))
      assert(b:connect(a:self()))
      b:broadcast("real")
      assert.equal("real", a:receive(5).data)
      local text = fails("close the nodes on the network", testing.network)
      assert.is_nil(text:find("world.lua", 1, true))
      b:broadcast("still")
      assert.equal("still", a:receive(5).data)
    end
    network():user("ann")
  end)

  it("leaves nothing behind", function()
    local file <close> = script(DICE)
    local function round()
      local net <close> = testing.network()
      local dice = net:bot(file.name, {name = "dice"})
      net:user("ann"):say("roll")
      dice:restart()
      dice:hang()
    end
    for _ = 1, 20 do round() end
    collectgarbage() collectgarbage()
    local before = collectgarbage("count")
    for _ = 1, 100 do round() end
    collectgarbage() collectgarbage()
    assert.is_true(collectgarbage("count") - before < 100)
  end)
end)
