-- The name of a member that lives is nobody else's, whatever a newcomer says
-- beside it.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local ours = require "spec.support.ours"

describe("one that comes with the name of a member", function()
  local node, anna, eve

  before_each(function()
    node = assert(gop2p.start_local_node(0))
    anna = assert(gop2p.start_local_node(0, {name = "anna"}))
    assert.is_true(anna:connect(node:self()))
    eve = ours.start({name = "anna"})
  end)
  after_each(function()
    for _, one in ipairs {node, anna, eve} do one:close() end
  end)

  for _, more in ipairs {
    {}, {["Gop2p-Again"] = "1"}, {["Gop2p-Again"] = "0"},
    {["Gop2p-Brief"] = "1"}, {["Gop2p-Visit"] = "1"},
  } do
    local name, value = next(more)
    local what = name and name .. ": " .. value or "nothing"
    local merges = more["Gop2p-Again"] == "1"   -- it comes with its network
    it("and " .. what .. " is not called so", function()
      local seen = net.watch(node)
      assert.equal(merges and 200 or 409,
                   net.ask(node, eve:connect(more)).status)
      assert.equal(anna:self(), node:member("anna").peer)
      net.await(function() return seen[1] end)
      assert.equal("anna joined", seen[1])
      assert.equal(merges and eve.name .. " joined" or nil, seen[2])
      if merges then assert.is_nil(node:member(eve.name).name) end
    end)
  end
end)
