-- A Go member that holds us under two names sends each broadcast to both:
-- while that can be, it is delivered once.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local party = require "spec.support.party"

local function heard(node)
  local list = {}
  local msg = node:receive(0.1)
  while msg do
    list[#list + 1] = msg.type:sub(1, 1) .. " " .. msg.data
    msg = node:receive(0.1)
  end
  return list
end

describe("what a Go member sends under two names arrives once:", function()
  -- It comes anew by another name and holds us by both, until we have looked.
  for _, form in ipairs({"v1.1.3", "v1.1.2", "seed"}) do
    it("it has connected by another name, " .. form, function()
      local ours <close> = party.start("ours")
      local go <close> = party.start(form, "localhost")
      go:connect("localhost:" .. ours.port)
      go:connect("127.0.0.1:" .. ours.port)
      go:broadcast("anew")
      assert.same({"message anew from " .. go.name}, ours:heard())
      net.await(function() return #go:members() == 1 end)
      go:broadcast("later")
      assert.same({"message later from " .. go.name}, ours:heard())
    end)
  end

  it("one that calls itself 0.0.0.0", function()
    local ours <close> = party.start("ours")
    local go <close> = party.start("v1.1.3", "0.0.0.0")
    go:connect("0.0.0.0:" .. ours.port)
    go:connect("localhost:" .. ours.port)
    for i = 1, 3 do go:broadcast("line " .. i) end
    local list = {}
    for i = 1, 3 do
      list[i] = ("message line %d from %s"):format(i, go.name)
    end
    assert.same(list, ours:heard())
  end)
end)

describe("while we look what a member calls us,", function()
  local node, peer, from, over

  before_each(function()
    node = assert(gop2p.start_local_node(0))
    peer = net.canned({connect = "hang"})
    from = gop2p.peer(peer.name)
    assert.equal(200, net.ask(node, net.json(0, from)).status)
  end)
  after_each(function()
    node:close()
    peer:close()
  end)

  local function look()
    over = false
    gop2p.spawn(function()
      node:connect(peer.name, 1)
      over = true
    end)
    assert.equal("connect", (peer:request()))
  end

  local function say(kind, data)
    assert.equal(200, net.ask(node, net.json(kind, from, data)).status)
  end

  it("a broadcast that comes twice is one", function()
    look()
    say(2, "YQ==")
    say(2, "YQ==")
    say(2, "Yg==")
    say(2, "Yg==")
    assert.same({"b a", "b b"}, heard(node))
    net.await(function() return over end)
  end)

  it("others, and what comes a third time, are not", function()
    look()
    for _, data in ipairs({"YQ==", "Yg==", "YQ==", "YQ==", "YQ=="}) do
      say(2, data)
    end
    say(3, "YQ==")
    say(3, "YQ==")
    assert.same({"b a", "b b", "b a", "b a", "d a", "d a"}, heard(node))
    net.await(function() return over end)
  end)

  it("and after that, each is delivered", function()
    say(2, "YQ==")
    look()
    say(2, "YQ==")
    net.await(function() return over end)
    say(2, "YQ==")
    say(2, "YQ==")
    assert.same({"b a", "b a", "b a", "b a"}, heard(node))
  end)
end)
