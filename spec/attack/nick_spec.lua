-- Somebody at an address of its own, which says all that it says of itself
-- as well, says in every way that it is called as a member is that lives: it
-- is not, and has no role of that one.

local bots = require "spec.support.bots"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local ours = require "spec.support.ours"

local LIMIT = 10 -- seconds

local AGAIN = {["Gop2p-Again"] = "1"}

describe("the name of a member that lives", function()
  local bot, node, ann, done

  before_each(function()
    done = {}
    bot = bots.new({name = "dice", owner = "ann", prefix = "!",
                    log = {level = "off"},
                    node = {probe_interval = 0.1}})
    bot:command("shut", function(ctx)
      done[#done + 1] = tostring(gop2p.peer(ctx.from))
      return "shut"
    end, {role = "owner"})
    assert(bot:start())
    node = bot.node
    ann = assert(gop2p.start_local_node(0, {name = "ann"}))
    assert(ann:connect(node:self()))
    net.await(function() return node:member("ann") end)
  end)

  after_each(function()
    bot:stop()
    ann:close()
  end)

  -- What a connect of 'eve' says in place of its own name.
  local function called(eve, name, others)
    local fields = {["Gop2p-Process"] = eve.process .. " " .. name}
    for field, value in pairs(others or {}) do fields[field] = value end
    return eve:connect(fields)
  end

  -- Ann has her name and her role, and eve has neither.
  local function unchanged(eve)
    assert.equal(ann:self(), node:member("ann").peer)
    local known = node:member(eve.name)
    if known then assert.is_nil(known.name) end
    net.ask(node, eve:message("!shut"))
    assert(ann:send(node:self(), "shut"))
    local message
    repeat message = assert(ann:receive(LIMIT))
    until message.type == "direct"
    assert.equal("shut", message.data)
    assert.same({tostring(gop2p.peer(ann:self()))}, done)
    assert.is_true(bot:is("ann", "owner"))
    assert.is_false(bot:is(eve.name, "owner"))
  end

  it("is not that of a newcomer", function()
    local eve <close> = ours.start({name = "ann"})
    assert.equal(409, net.ask(node, eve:connect()).status)
    assert.equal(1, #node:members())
    unchanged(eve)
  end)

  it("nor of one that copies the process as well", function()
    local process = net.ask(ann, net.http("OPTIONS /", {Host = "localhost"}))
      .headers["gop2p-process"]:match("^%x+")
    local eve <close> = ours.start({name = "ann", process = process})
    assert.equal(409, net.ask(node, eve:connect()).status)
    unchanged(eve)
  end)

  it("nor of one that comes with its network", function()
    local eve <close> = ours.start({name = "ann"})
    assert.equal(200, net.ask(node, eve:connect(AGAIN)).status)
    assert.equal(200, net.ask(node, eve:connect(AGAIN)).status)
    unchanged(eve)
  end)

  it("nor of a member that takes it", function()
    local eve <close> = ours.start({name = "eve"})
    assert.equal(200, net.ask(node, eve:connect()).status)
    assert.equal("eve", node:member(eve.name).name)
    assert.equal(200, net.ask(node, called(eve, "ann", AGAIN)).status)
    unchanged(eve)
  end)

  it("nor of one that says it when it is probed", function()
    local eve <close> = ours.start({name = "ann"})
    assert.equal(200, net.ask(node, called(eve, "eve")).status)
    assert.equal("eve", node:member(eve.name).name)
    net.await(function() return not node:member(eve.name).name end, LIMIT)
    unchanged(eve)
  end)

  it("nor of one that says it when it lets others in", function()
    local eve <close> = ours.start({name = "ann"})
    assert(node:connect(eve.name))
    unchanged(eve)
  end)

  it("is another's when its owner has gone, and the role is not", function()
    local eve <close> = ours.start({name = "ann"})
    assert.equal(200, net.ask(node, eve:connect(AGAIN)).status)
    ann:leave()
    net.await(function() return node:member(eve.name).name == "ann" end,
              LIMIT)
    net.ask(node, eve:message("!shut"))
    assert.is_false(bot:is("ann", "owner"))
    assert.same({}, done)
  end)
end)
