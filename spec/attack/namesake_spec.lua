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
    {["Gop2p-Again"] = "1", ["Gop2p-Brief"] = "1", ["Gop2p-Visit"] = "1"},
  } do
    local headers = {}
    for name, value in pairs(more) do
      headers[#headers + 1] = name .. ": " .. value
    end
    table.sort(headers)
    local what = #headers > 0 and table.concat(headers, ", ") or "nothing"
    it("and " .. what .. " is refused", function()
      local seen = net.watch(node)
      assert.equal(409, net.ask(node, eve:connect(more)).status)
      assert.equal(anna:self(), node:member("anna").peer)
      assert.same({"anna joined"}, seen)
      assert.equal(403, net.ask(node, eve:message("x")).status)
    end)
  end
end)
