-- Member lists as an entry point, or a peer that says it is one, may send.

local gop2p = require "gop2p"
local net = require "spec.support.net"

local function entry(list, more)
  return net.canned({connect = net.response("200 OK", list, more)})
end

local function listed(peers)
  local out = {}
  for i, peer in ipairs(peers) do
    out[i] = ('{"port":%d,"address":"%s"}'):format(peer.port, peer.address)
  end
  return "[" .. table.concat(out, ",") .. "]"
end

describe("a member list", function()
  local node, nobody

  before_each(function()
    node = assert(gop2p.start_local_node(0))
    nobody = net.nobody()
  end)
  after_each(function()
    node:close()
    nobody:close()
  end)

  it("with ourselves and the entry point in it adds neither", function()
    local me <close> = entry(listed({node:self(), node:self()}))
    assert.is_true(node:connect(me.name))
    assert.same({me.name}, net.names(node:members()))
  end)

  it("with duplicates adds each once", function()
    local other <close> = assert(gop2p.start_local_node(0))
    local twice <close> = entry(listed({other:self(), other:self(),
                                        other:self()}))
    assert.is_true(node:connect(twice.name))
    assert.same({twice.name, tostring(other:self())},
                net.names(node:members()))
    assert(assert(node:send(other:self(), "x")):wait(5))
    assert.equal("x", assert(other:receive(5)).data)
    assert.is_nil((other:receive(0)))
  end)

  it("with unreachable ones adds those that respond", function()
    local other <close> = assert(gop2p.start_local_node(0))
    local hung <close> = net.hung("127.0.0.9")
    local mixed <close> = entry(listed({
      gop2p.peer(nobody.name), other:self(), gop2p.peer(hung.name),
      gop2p.peer("no-such-host.invalid", 5)}))
    assert.is_true(node:connect(mixed.name, 5))
    net.await(function()
      local names = net.names(node:members())
      table.sort(names)
      return #names == 2 and names[1] == mixed.name
             and names[2] == tostring(other:self())
    end, 10)
  end)

  it("larger than max_response is not taken", function()
    local parts = {}
    for i = 1, 30000 do
      parts[i] = ('{"port":%d,"address":"127.3.3.3"}'):format(i)
    end
    local giant <close> = entry("[" .. table.concat(parts, ",") .. "]")
    local ok, err = node:connect(giant.name)
    assert.is_nil(ok)
    assert.equal("EPROTO", err.code)
    assert.same({}, node:members())
    assert.is_true(#table.concat(parts, ",") > 1048576)
  end)

  it("in endless chunks, or with an endless chunk size, is not taken",
     function()
    local small <close> =
      assert(gop2p.start_local_node(0, {max_response = 1000}))
    for name, body in pairs({
      many = ("1\r\n \r\n"):rep(40000), size = ("0"):rep(200000),
      large = "ffffffff\r\n", negative = "-1\r\n", none = "x\r\n",
    }) do
      local bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      local bad <close> = net.canned({connect = bytes .. body})
      local ok, err = small:connect(bad.name, 3)
      assert.is_nil(ok, name)
      assert.equal("connection", err.kind == "parsing" and "connection"
                   or err.kind, name)
      assert.same({}, small:members())
    end
  end)

  it("of more than a node may have as members adds no more", function()
    local few <close> = assert(gop2p.start_local_node(0, {max_members = 3}))
    local others <close> = net.network(5)
    local ok = few:connect(others[1]:self())
    assert.is_true(ok)
    net.pass(0.3)
    assert.is_true(#few:members() <= 3, #few:members())
  end)
end)

describe("a full network", function()
  it("refuses newcomers with 503, and goes on", function()
    local full <close> = assert(gop2p.start_local_node(0, {max_members = 2}))
    local nodes <close> = net.network(2)
    for _, node in ipairs(nodes) do
      assert.is_true(node:connect(full:self()))
    end
    net.await(function() return #full:members() == 2 end)
    local newcomer <close> = assert(gop2p.start_local_node(0))
    local ok, err = newcomer:connect(full:self())
    assert.is_nil(ok)
    assert.same({"EBUSY", 503}, {err.code, err.status})
    local response = net.ask(full, net.json(0, gop2p.peer("127.1.2.3", 4)))
    assert.equal(503, response.status)
    assert.is_truthy(response.headers["retry-after"])
    local told = assert(net.errors(full, 1)[1])
    assert.same({"ELIMIT", 503}, {told.code, told.status})
    assert(assert(full:broadcast("x")):wait(5))
    for _, node in ipairs(nodes) do
      assert.equal("x", assert(node:receive(5)).data)
    end
    assert(assert(nodes[1]:broadcast("y")):wait(5))
    assert.equal("y", assert(full:receive(5)).data)
    assert.is_true(nodes[2]:connect(full:self()))
  end)
end)

describe("a member that calls itself something else each time", function()
  it("is known by a few names alone", function()
    local sender <close> = net.sender({address = "127.0.0.1"})
    local node <close> = assert(gop2p.start_local_node(0))
    local conn <close> = assert(net.dial(node))
    local function connect(address)
      local peer = gop2p.peer(address, sender.port)
      conn:send(net.json(0, peer))
      assert.equal(200, assert(conn:response()).status)
      return peer
    end
    local first = connect("127.0.0.1")
    local last
    for i = 1, 100 do last = connect(("name%d.localhost"):format(i)) end
    assert.same({last}, node:members())
    assert.is_truthy(node:member("name99.localhost:" .. sender.port))
    assert.is_nil(node:member("name1.localhost:" .. sender.port))
    assert.equal(last, node:member(first).peer)
  end)
end)
