-- A Go member has taken leave of us, and another one does not know it yet:
-- its list does not bring back who left. A Go program that is about to end
-- still lets everybody in, and then is there no more.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"

-- How often it was asked to let somebody in.
local function connects(peer)
  local count = 0
  for _, request in ipairs(peer:requests()) do
    if request:find('"type":0', 1, true) then count = count + 1 end
  end
  return count
end

describe("a list that is older than a goodbye", function()
  it("does not bring back the one who left", function()
    local ann <close> = go.start("v1.1.3", "localhost", {log = true})
    local bob <close> = go.start("v1.1.3", "localhost", {log = true})
    assert.equal("connected 1", bob:ask("connect " .. ann.name))
    local node <close> = assert(gop2p.start_local_node(0))
    assert.is_true(node:connect(ann.name))
    assert.equal(2, #node:members())

    local conn <close> = net.dial(node)
    conn:send(net.json(1, gop2p.peer(bob.name)))
    assert.equal(200, conn:response().status)
    assert.equal("{" .. ann.name .. "}", tostring(node:members()))

    local asked, greeted = connects(ann), connects(bob)
    net.await(function() return connects(ann) > asked end)
    node:send(bob.name, "after whatever else it is told")
    net.await(function() return (bob:message(0, net.idle)) end)
    assert.equal(greeted, connects(bob))
    assert.equal("{" .. ann.name .. "}", tostring(node:members()))
  end)
end)
