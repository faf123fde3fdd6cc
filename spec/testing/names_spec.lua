-- The test kit: what users, bots and their nodes are called.

local kit = require "spec.support.kit"
local testing = require "gop2p.testing"
local values = require "gop2p.values"

local network, start, fails = kit.network, kit.start, kit.fails
local NODE = kit.NODE
local expect, refute = testing.expect, testing.refute

after_each(kit.close)

-- Prints what comes, and by whom.
local EAR = NODE .. [[
  serve(function(msg) print(msg, msg.name) end)
]]

-- Has the name "dice", or the next one that is free, and says it when it is
-- told something.
local DICE = [[
  local gop2p = require "gop2p"
  local naming = require "gop2p.naming"
  gop2p.run(function()
    local node = assert(gop2p.start_local_node(PORT, { name = "dice" }))
    assert(naming.connect(node, 5000, "dice"))
    gop2p.spawn(function()
      for event in node:events() do print(event) end
    end)
    for msg in node:inbox() do
      node:send(msg.from, "I am " .. node:self().name)
    end
  end)
]]

local TAKEN = "the name is taken by another member"

local function dice(net, name, port)
  return start(net, (DICE:gsub("PORT", port)), {name = name})
end

describe("a user", function()
  it("has a node of its name, of another, or of none", function()
    local net = network()
    local ear = start(net, EAR, {name = "ear"})
    for _, case in ipairs {
      {"ann", nil, "%[ann%] hello\tann"},
      {"bob", {name = "robert"}, "%[robert%] hello\trobert"},
      {"joe", {name = false}, "%[joe:5000%] hello\tnil"},
    } do
      local name, options, heard = table.unpack(case, 1, 3)
      local user = net:user(name, options)
      user:say("hello")
      expect(ear:prints(), "^" .. heard .. "$")
      assert.equal(name .. ":5000", values.endpoint(user:peer()))
    end
    assert.matches("  ann: hello\n", net:transcript())
    assert.matches("  bob %(robert%): hello\n", net:transcript())
    assert.matches("  joe: hello\n", net:transcript())
  end)

  it("may have any name that a node can have", function()
    local net = network()
    local ear = start(net, EAR, {name = "Hörrohr"})
    local zoe = net:user("Zoë")
    local names = {"Zoé", ("ü"):rep(32), "a+b", ("𠀀"):rep(32)}
    for i, name in ipairs(names) do
      local user = net:user(name)
      user:dm("Hörrohr", "hallo")
      expect(ear:prints(), "^%[" .. name:gsub("%p", "%%%0") .. "%] hallo")
      assert.equal(2 + i, #user:members())
      assert.truthy(net:transcript():find(
        ("  %s to Hörrohr: hallo\n"):format(name), 1, true))
    end
    assert.equal("Zo_eb:5000", values.endpoint(zoe:peer()))
    fails("1 to 32 visible characters", net.user, net, ("ü"):rep(33))
  end)

  it("is not let in under a name that another one has", function()
    local net = network()
    local ann = net:user("ann")
    fails(TAKEN, net.user, net, "eve", {name = "ann"})
    fails("nobody is called 'eve'", ann.dm, ann, "eve", "x")
    ann:kill()
    net:advance(60)
    local eve = net:user("eve", {name = "ann"})
    assert.equal("ann", eve:peer().name)
    fails(TAKEN, ann.come_back, ann)
    eve:leave()
    ann:come_back()
    assert.equal("ann", ann:peer().name)
  end)

  it("takes another name, and keeps it", function()
    local net = network()
    local ear = start(net, NODE .. [[
      gop2p.spawn(function()
        while not node do gop2p.sleep(0.1) end
        for event in node:events() do print(event) end
      end)
      serve(function(msg) print(msg) end)
    ]], {name = "ear"})
    local ann, bob = net:user("ann"), net:user("bob", {name = false})
    ann:set_name("Änne")
    assert.equal("Änne", bob:members()[3].name)
    expect(ear:prints(), "^ann is now Änne$")
    ann:say("hello")
    expect(ear:prints(), "^%[Änne%] hello$")
    bob:dm("Änne", "hi")
    expect(ann:hears(), "^hi$")
    bob:dm("ann", "ho")
    expect(ann:hears(), "^ho$")
    local text = net:transcript()
    assert.matches("  %* ann is now Änne\n.*  ann %(Änne%): hello\n", text)
    assert.matches("  bob to ann %(Änne%): hi\n", text)
    fails("could not take the name Änne", bob.set_name, bob, "Änne")
    bob:set_name("ann")
    assert.equal("ann", bob:peer().name)
    ann:leave()
    fails("ann is not in the network", ann.set_name, ann, "x")
    ann:come_back()
    assert.equal("Änne", ann:peer().name)
  end)
end)

describe("a bot", function()
  it("is found by its name in the test and by that of its node", function()
    local net = network()
    dice(net, "one", 5001)
    local two = dice(net, "two", 5002)
    local ann = net:user("ann")
    assert.equal("dice-2", two:peer().name)
    for _, who in ipairs {"two", "dice-2", two, two:peer(), 5002} do
      ann:dm(who, "who?")
      expect(ann:hears(), "^I am dice%-2$")
      expect(net:said_by(who), "^I am dice%-2$")
    end
    ann:dm("dice", "who?")
    expect(ann:hears(), "^I am dice$")
    expect(net:said_by("one"), "^I am dice$")
    assert.matches("  ann to two %(dice%-2%): who%?\n"
                   .. ".*  two %(dice%-2%) to ann: I am dice%-2\n",
                   net:transcript())
    for _, side in ipairs {{"dice-2"}, {two:peer()}, two:peer(), "two"} do
      net:partition(side)
      net:advance(40)
      assert.equal(2, #ann:members())
      net:heal()
      net:advance(60)
      assert.equal(3, #ann:members())
    end
  end)

  it("is asked for in vain when two have its name", function()
    local net = network()
    dice(net, "one", 5001)
    net:user("bob", {join = "dice"})
    net:partition({"one", "bob"})
    net:advance(40)
    dice(net, "two", 5002)
    local ann = net:user("ann", {join = "two"})
    net:heal()
    net:advance(60)
    assert.equal(4, #ann:members())
    local text = "several nodes are called 'dice': those of one, two%)"
    fails(text, ann.dm, ann, "dice", "x")
    fails(text, net.user, net, "eve", {join = "dice"})
    fails(text, net.partition, net, {"dice"})
    fails(text, net.said_by, net, "dice")
    for _, name in ipairs {"one", "two"} do
      ann:dm(name, "who?")
      expect(net:said_by(name), "^I am dice$")
      assert.matches(("  ann to %s %%(dice%%): who%%?\n"):format(name),
                     net:transcript())
    end
  end)

  it("that is not let in for its name is told of", function()
    local net = network()
    net:user("ann")
    local late = start(net, [[
      local gop2p = require "gop2p"
      local node = gop2p.start_local_node(5001, { name = "ann" })
      node:wait()
    ]], {name = "late"})
    assert.matches("  late ! .*" .. TAKEN, net:transcript())
    refute(late:prints(), ".")
  end)
end)
