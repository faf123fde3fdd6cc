-- What happens in a simulation while memory may run out: what fails may
-- fail; afterwards another simulation is as good as ever.
-- luacheck: globals arm disarm

local core = require "gop2p.core"
local gop2p = require "gop2p"
local testing = require "gop2p.testing"

warn("@off")

local function nodes()
  core.simulate(1, 0)
  local a = assert(gop2p.start_local_node(0))
  local b = assert(gop2p.start_node("b", 5000))
  return a, b
end

-- Every step by itself: one that fails does not keep the others from it.
local function steps(a, b)
  pcall(function() a:connect(b:self(), 1) end)
  pcall(function() a:broadcast("one"):wait(1) end)
  pcall(function() b:receive(1) end)
  pcall(core.side, a, 1)
  pcall(core.side, b, 2)
  pcall(core.cut, 1, 2)
  pcall(gop2p.sleep, 20)
  pcall(core.mend)
  pcall(core.hang, a)
  pcall(core.goon, a)
  pcall(gop2p.sleep, 60)
  pcall(core.crash, b)
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
pcall(core.endsimulation)
pcall(kit)
disarm()
core.endsimulation()
talk()
