--[[
examples - the example bots, unmodified, in simulated networks.

  local examples = require "spec.support.examples"
  local net, bot, ann, bob = examples.stage("echo")
  local eve = examples.user(net, "eve")
  local net, bridge, ann, bob = examples.bridge()   -- one in each network

Who opened a network closes it.
]]
local testing = require "gop2p.testing"

local examples = {FOLDER = "lua/gop2p/examples/"}

local ONE, TWO = "one:5000", "two:5000"

-- A user whose node has the name, too.
function examples.user(net, name, options)
  local one = net:user(name, options)
  assert(one.node:set_name(name))
  return one
end

-- A network with the bot of that file, and ann and bob.
function examples.stage(file, options, network)
  local net = testing.network(network or {seed = 7})
  local bot = net:bot(examples.FOLDER .. file .. ".lua",
                      options or {args = {"5001", "localhost:5000"}})
  return net, bot, examples.user(net, "ann"), examples.user(net, "bob")
end

-- One more bridge, with two ports, between the networks of 'bridge'.
function examples.another_bridge(net, first, second, name)
  return net:bot(examples.FOLDER .. "bridge.lua", {
    name = name, args = {first, ONE, second, TWO},
  })
end

-- A bridge between two networks, with ann in the one and bob in the other.
function examples.bridge()
  local net = testing.network {seed = 7, entry = {ONE, TWO}}
  local bridge = examples.another_bridge(net, "5001", "5002")
  return net, bridge, examples.user(net, "ann", {join = ONE}),
         examples.user(net, "bob", {join = TWO})
end

return examples
