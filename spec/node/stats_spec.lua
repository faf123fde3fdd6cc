-- What a node knows of its peers and of itself.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"

local LIMIT = 30 -- seconds

describe("stats", function()
  local open

  before_each(function() open = {} end)

  after_each(function()
    for i = #open, 1, -1 do open[i]:close() end
  end)

  local function keep(thing)
    open[#open + 1] = thing
    return thing
  end

  local function start(options)
    return keep(assert(gop2p.start_local_node(0, options)))
  end

  -- The one entry, once it has been probed.
  local function probed(node, peer)
    return net.await(function()
      local one = node:member(peer)
      return one and one.rtt and one
    end, LIMIT)
  end

  it("of a node alone are all there, and zero", function()
    local node = start()
    assert.same({members = 0, suspected = 0, failed = 0, inbox_messages = 0,
                 inbox_bytes = 0, outbox_messages = 0, outbox_bytes = 0,
                 lost_events = 0, self_doubt = 0, peers = {}}, node:stats())
  end)

  it("name form, times and queue of one of ours", function()
    local a, b = start(), start({name = "anna"})
    assert(a:connect(b:self()))
    local one = probed(a, b:self())
    assert.is_true(one.rtt >= 0 and one.rtt < LIMIT, one.rtt)
    assert.is_true(one.heard >= 0 and one.heard < LIMIT, one.heard)
    one.rtt, one.heard = nil, nil
    local text = ("{form = ours, name = anna, outbox_bytes = 0, "
                  .. "outbox_messages = 0, peer = anna, state = alive}")
    assert.equal(text, tostring(one))
    assert.same({peer = b:self(), name = "anna", state = "alive",
                 form = "ours", outbox_messages = 0, outbox_bytes = 0}, one)
    local stats = a:stats()
    assert.equal(1, stats.members)
    assert.matches("^{failed = 0, .*, members = 1, .*, peers = {{form = "
      .. "ours, .*, rtt = .*, state = alive}}, .*}$", tostring(stats))
  end)

  it("name the form of each published program", function()
    local node = start()
    for _, form in ipairs(net.forms) do
      local peer = keep(go.start(form, "localhost"))
      assert(node:connect(peer.name))
      net.await(function()
        return node:member(peer.name).form == form
      end, LIMIT)
      assert.equal("alive", probed(node, peer.name).state)
      assert.is_nil(node:member(peer.name).name)
      assert(node:leave())
      peer:close()
    end
  end)

  it("count what waits, at the sender and in the inbox", function()
    local peer <close> = net.canned({message = "hang"})
    local a, b = start(), start({inbox_messages = 1})
    assert(a:connect(peer.name))
    a:broadcast("12345")
    a:broadcast("67")
    local one = a:member(peer.name)
    assert.equal(2, one.outbox_messages)
    assert.equal(7, one.outbox_bytes)
    assert.equal(2, a:stats().outbox_messages)
    assert.equal(7, a:stats().outbox_bytes)
    assert(b:connect(start():self()))
    assert(b:member(b:members()[1]))
    local c = open[#open]
    assert(assert(c:broadcast("abc")):wait(LIMIT))
    assert.equal(1, b:stats().inbox_messages)
    assert.equal(3, b:stats().inbox_bytes)
    b:receive(0)
    assert.equal(0, b:stats().inbox_messages)
  end)

  it("count events that nobody read", function()
    local a = start({max_events = 1})
    for _ = 1, 3 do assert(a:connect(start():self())) end
    assert.equal(2, a:stats().lost_events)
  end)

  it("tell who is suspected, who has failed, and who is a candidate",
     function()
    local gone = keep(go.start("v1.1.3", "localhost"))
    local a, b = start(), start()
    assert(a:connect(b:self()))
    assert(a:connect(gone.name))
    assert.same({b:self(), gop2p.peer(gone.name)},
                {table.unpack(a:members("alive"))})
    gone:close()
    local saw = false
    net.await(function()
      saw = saw or a:members("suspected")[1] == gop2p.peer(gone.name)
              and a:stats().suspected == 1
              and a:member(gone.name).state == "suspected"
      return a:members("failed")[1]
    end, LIMIT)
    assert.is_true(saw)
    assert.equal("failed", a:member(gone.name).state)
    assert.equal(1, a:stats().failed)
    assert.equal(0, a:stats().suspected)
    assert.equal(1, a:stats().members)
    assert.same({b:self()}, {table.unpack(a:members())})
    assert.same({}, {table.unpack(a:members("candidate"))})
  end)

  it("know one peer by every name that is meant by it", function()
    local a, b = start(), start()
    assert(a:connect(b:self()))
    local port = b:self().port
    for _, who in ipairs({b:self(), port, "127.0.0.1:" .. port,
                          "[::1]:" .. port, "localhost:" .. port}) do
      assert.equal(b:self(), a:member(who).peer)
    end
    assert.is_nil(a:member(1))
    a:close()
    assert.is_nil(a:member(port))
    assert.equal("{}", tostring(a:members("alive")))
  end)

  it("are asked for rightly, or the call raises", function()
    local node = start()
    for _, wrong in ipairs({5, true, "", "dead", {}}) do
      local ok, err = pcall(function() local _ = node:members(wrong) end)
      assert.is_false(ok)
      assert.matches("^spec/node/stats_spec.lua:%d+: bad argument #1 to "
        .. "'members'", err)
    end
    for _, wrong in ipairs({0, true, "", "5x", "a b", {}}) do
      local ok, err = pcall(function() local _ = node:member(wrong) end)
      assert.is_false(ok)
      assert.matches("^spec/node/stats_spec.lua:%d+: bad argument #1 to "
        .. "'member'", err)
    end
  end)
end)
