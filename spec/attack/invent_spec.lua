-- Strangers that claim addresses which are not theirs: nobody is invented so,
-- and whoever is honest still gets in.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local socket = require "socket"

local CLAIMS = 300

-- Whoever is dialled at any address of this machine, at its port: it takes
-- connections, and says nothing.
local Silent = {}
Silent.__index = Silent

local function silent()
  local sock = assert(socket.bind("0.0.0.0", 0, 4096))
  sock:settimeout(0)
  local _, port = sock:getsockname()
  return setmetatable({socket = sock, taken = {},
                       port = math.tointeger(tonumber(port))}, Silent)
end

-- How often it was dialled so far.
function Silent:dials()
  repeat
    local conn = self.socket:accept()
    self.taken[#self.taken + 1] = conn
  until not conn
  return #self.taken
end

function Silent:__close()
  self:dials()
  for _, conn in ipairs(self.taken) do conn:close() end
  self.socket:close()
end

describe("members that a stranger invents", function()
  local node, seen, nowhere, conns

  -- So many connects, each in a name of its own, on connections that stay.
  local function invent(count)
    for i = 1, count do
      local conn = assert(net.dial(node))
      conn:send(net.json(0, gop2p.peer(("127.4.%d.%d"):format(
        i // 250, i % 250 + 1), nowhere.port)))
      conns[#conns + 1] = conn
    end
  end

  before_each(function()
    node = assert(gop2p.start_local_node(0))
    seen, nowhere, conns = net.watch(node), silent(), {}
  end)
  after_each(function()
    for _, conn in ipairs(conns) do conn:close() end
    getmetatable(nowhere).__close(nowhere)
    node:close()
  end)

  it("are none, and nobody is told of them", function()
    invent(CLAIMS)
    for _, conn in ipairs(conns) do
      local response = assert(conn:response(8))
      assert.is_true(response.status == 200 or response.status == 503)
      assert.equal(response.status == 200 and "[]" or response.body,
                   response.body)
    end
    assert.same({}, node:members())
    assert.same({}, node:members("failed"))
    assert.same({}, seen)
  end)

  it("are dialled for some seconds, and then no more", function()
    invent(50)
    net.await(function() return nowhere:dials() > 0 end)
    net.pass(5)
    local dials = nowhere:dials()
    assert.is_true(dials <= 7 * 50, dials)
    net.pass(2)
    assert.equal(dials, nowhere:dials())
  end)

  it("keep no honest newcomer out", function()
    invent(CLAIMS)
    local other <close> = assert(gop2p.start_local_node(0))
    local seconds, ok, err = net.timed(other.connect, other, node:self(), 8)
    assert.is_true(ok, tostring(err))
    assert.is_true(seconds < 5, seconds)
    assert.same({other:self()}, node:members())
    assert.is_true((assert(node:broadcast("Hello")):wait(5)))
    assert.equal("Hello", assert(other:receive(5)).data)
  end)
end)
