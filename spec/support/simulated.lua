-- What happens in a simulation while memory may run out: what fails may
-- fail; afterwards another simulation is as good as ever.
-- luacheck: globals arm disarm

local core = require "gop2p.core"
local gop2p = require "gop2p"
local testing = require "gop2p.testing"

warn("@off")

local function nodes()
  core.sim.begin(1, 0)
  local a = assert(gop2p.start_local_node(0))
  local b = assert(gop2p.start_node("b", 5000))
  return a, b
end

-- Every step by itself: one that fails does not keep the others from it.
local function steps(a, b)
  pcall(function() a:connect(b:self(), 1) end)
  pcall(function() a:broadcast("one"):wait(1) end)
  pcall(function() b:receive(1) end)
  pcall(core.sim.side, a, 1)
  pcall(core.sim.side, b, 2)
  pcall(core.sim.cut, 1, 2)
  pcall(gop2p.sleep, 20)
  pcall(core.sim.heal)
  pcall(core.sim.hang, a)
  pcall(core.sim.resume, a)
  pcall(gop2p.sleep, 60)
  pcall(core.sim.crash, b)
  pcall(function() b = assert(gop2p.start_node("b", 5000)) end)
  pcall(function() b:connect(a:self(), 1) end)
end

local function kit()
  local net <close> = testing.network()
  net:user("ann"):say("hello")
  net:advance(60)
end

local function talk()
  local net <close> = testing.network()
  local ann, bob = net:user("ann"), net:user("bob")
  ann:say("hello")
  testing.expect(bob:hears(), "hello")
end

arm()
local ok, a, b = pcall(nodes)
if ok then pcall(steps, a, b) end
pcall(core.sim.finish)
pcall(kit)
disarm()
core.sim.finish()
talk()
