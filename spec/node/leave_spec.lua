-- Leaving: everybody is told, and nobody holds it up.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local socket = require "socket"

describe("leave", function()
  net.both(it, "tells everybody, and one can connect again", function()
    local nodes <close> = net.network(4)
    local one = nodes[2]
    for _ = 1, 3 do
      assert.is_true((one:leave()))
      assert.same({}, one:members())
      assert.is_false(one:is_connected())
      for _, i in ipairs({1, 3, 4}) do
        assert.equal(2, #nodes[i]:members())
      end
      assert.is_true((one:connect(nodes[4]:self())))
      assert.equal(3, #one:members())
    end
  end)

  it("comes after all that was sent before", function()
    local nodes <close> = net.network(3)
    for i = 1, 20 do nodes[1]:broadcast("n" .. i) end
    assert(nodes[1]:leave())
    for _, node in ipairs({nodes[2], nodes[3]}) do
      for i = 1, 20 do
        assert.equal("n" .. i, assert(node:receive(5)).data)
      end
      assert.equal(1, #node:members())
    end
    assert.same({}, net.errors(nodes[1], 1, 0.1))
  end)

  it("of one who is alone is done at once", function()
    local node <close> = assert(gop2p.start_local_node(0))
    assert.is_true((node:leave()))
    assert.is_true((node:leave(0)))
    assert.is_true((node:leave(5)))
  end)

  it("twice at once is all right", function()
    local nodes <close> = net.network(3)
    local done = 0
    gop2p.run(function()
      for _ = 1, 3 do
        gop2p.spawn(function()
          assert.is_true((nodes[1]:leave()))
          done = done + 1
        end)
      end
    end)
    assert.equal(3, done)
    assert.same({}, nodes[1]:members())
  end)

  it("of the last one ends the network", function()
    local nodes <close> = net.network(2)
    assert(nodes[2]:leave())
    assert.is_false(nodes[1]:is_connected())
  end)

  it("is not held up by a member that hangs or is dead", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local hung <close> = net.hung()
    local dead = net.hung()
    local slow <close> = net.canned({disconnect = "hang"})
    local item = '{"port":%d,"address":"127.0.0.1"}'
    local body = ("[" .. item .. "," .. item .. "," .. item .. "]"):format(
      hung.port, dead.port, slow.port)
    local live <close> = net.canned({connect = net.response("200 OK", body)})
    assert(node:connect(live.name))
    dead:close()
    local from = socket.gettime()
    assert.is_true((node:leave()))
    assert.is_true(socket.gettime() - from < 4)
    assert.same({}, node:members())
    local kind = live:request()
    assert.equal("connect", kind)
    assert.equal("disconnect", (live:request()))
    assert(node:connect(live.name))
  end)

  it("gives up earlier when it is told to", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local peer <close> = net.canned({disconnect = "hang"})
    assert(node:connect(peer.name))
    local time, ok, err = net.timed(node.leave, node, 0.1)
    assert.is_true(time < 0.95, time)
    assert.is_nil(ok)
    assert.equal("ETIMEDOUT", err.code)
    net.await(function() return not node:is_connected() end, 2)
  end)

  it("reaches a program of another kind", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local other <close> = go.start("v1.1.3", "localhost")
    assert(node:connect(other.name))
    assert(node:leave())
    assert.same({}, other:members(5, net.idle))
  end)
end)
