-- What is promised of a message: a response of 200 means that it stands in
-- the inbox of a live program; it is said once, in its order, and what was
-- not delivered is told to whoever sent it.

local gop2p = require "gop2p"
local net = require "spec.support.net"

-- It responds at every address of this machine.
local sender = net.sender({address = "0.0.0.0"})
local MEMBER = gop2p.peer("127.1.2.3", sender.port)

teardown(function() sender:close() end)

-- A message with the number that nodes of ours give it.
local function numbered(id, data)
  return (net.json(2, MEMBER, data):gsub("\r\n",
          ("\r\nGop2p-Id: 00000000000000aa-%x\r\n"):format(id), 1))
end

describe("a message with a response of 200", function()
  it("stands in the inbox, also if its sender is gone by then", function()
    local node <close> = assert(gop2p.start_local_node(0))
    net.ask(node, net.json(0, MEMBER))
    assert.equal(200, net.ask(node, net.json(2, MEMBER, "YQ==")).status)
    net.ask(node, net.json(1, MEMBER))
    assert.equal("a", assert(node:receive(0)).data)
  end)

  it("is not said again when it is repeated", function()
    local node <close> = assert(gop2p.start_local_node(0))
    net.ask(node, net.json(0, MEMBER))
    for _ = 1, 3 do
      assert.equal(200, net.ask(node, numbered(5, "YQ==")).status)
    end
    assert.equal(200, net.ask(node, numbered(6, "Yg==")).status)
    assert.equal(200, net.ask(node, numbered(5, "YQ==")).status)
    assert.equal("a", assert(node:receive(0)).data)
    assert.equal("b", assert(node:receive(0)).data)
    assert.is_nil((node:receive(0)))
  end)

  it("is known again after hundreds of others have come and gone",
     function()
    local node <close> = assert(gop2p.start_local_node(0))
    net.ask(node, net.json(0, MEMBER))
    assert.equal(200, net.ask(node, numbered(5, "YQ==")).status)
    assert.equal("a", assert(node:receive(0)).data)
    net.ask(node, net.json(1, MEMBER))
    local conn <close> = assert(net.dial(node))
    for i = 1, 300 do
      local other = gop2p.peer(("127.2.%d.%d"):format(i >> 8, i & 255),
                               sender.port)
      local id = ("\r\nGop2p-Id: %016x-1\r\n"):format(1000 + i)
      conn:send(net.json(0, other))
      assert.equal(200, assert(conn:response()).status)
      conn:send((net.json(2, other, "eA=="):gsub("\r\n", id, 1)))
      assert.equal(200, assert(conn:response()).status)
      conn:send(net.json(1, other))
      assert.equal(200, assert(conn:response()).status)
      assert.equal("x", assert(node:receive(0)).data)
    end
    net.ask(node, net.json(0, MEMBER))
    assert.equal(200, net.ask(node, numbered(5, "YQ==")).status)
    assert.is_nil((node:receive(0)))
  end)

  it("is not known by a number that is none", function()
    local node <close> = assert(gop2p.start_local_node(0))
    net.ask(node, net.json(0, MEMBER))
    for _, id in ipairs({"", "x", "-1", "1", "1-", "1-x", "1-0", " ",
                         ("f"):rep(100), "1-" .. ("f"):rep(100) .. "x"}) do
      local bytes = net.json(2, MEMBER, "YQ=="):gsub("\r\n",
        "\r\nGop2p-Id: " .. id .. "\r\n", 1)
      local status = net.ask(node, bytes).status
      assert.equal(200, status, id)
    end
    assert.equal("a", assert(node:receive(0)).data)
  end)
end)

describe("a receiver that does not read", function()
  it("holds its senders up, responds with 503, and misses nothing in the end",
     function()
    local reader <close> = assert(gop2p.start_local_node(0,
      {inbox_messages = 1, inbox_timeout = 0.1}))
    local writers <close> = net.network(3, {request_timeout = 30})
    local receipts = {}
    for _, writer in ipairs(writers) do
      assert(writer:connect(reader:self()))
    end
    for i = 1, 5 do
      for w, writer in ipairs(writers) do
        receipts[#receipts + 1] = writer:send(reader:self(), w .. ":" .. i)
      end
    end
    -- Some have been told 503 by now.
    local told = net.errors(reader, 1)
    assert.same({"ELIMIT", 503}, {told[1].code, told[1].status})
    local heard = {0, 0, 0}
    for _ = 1, 15 do
      local w, i = assert(reader:receive(20)).data:match("(%d):(%d)")
      w, i = math.tointeger(tonumber(w)), math.tointeger(tonumber(i))
      assert.equal(heard[w] + 1, i)
      heard[w] = i
    end
    for _, receipt in ipairs(receipts) do
      assert.is_true((receipt:wait(10)))
    end
    assert.is_nil((reader:receive(0)))
  end)

  it("is told of, with the message, to who waits and to who does not",
     function()
    local reader <close> = assert(gop2p.start_local_node(0,
      {inbox_messages = 1, inbox_timeout = 0.1}))
    -- The last of the tries that have time for it ends long before the rest.
    local writer <close> = assert(gop2p.start_local_node(0,
                                                     {request_timeout = 2}))
    assert(writer:connect(reader:self()))
    assert(assert(writer:broadcast("first")):wait())
    local ok, err = writer:broadcast("second"):wait()
    assert.is_nil(ok)
    assert.equal("EBUSY", err.failed[reader:self()].code)
    writer:broadcast("third")
    local late = assert(net.errors(writer, 1)[1])
    assert.same({"EBUSY", "third"}, {late.code, late.message.data})
    assert.equal(reader:self(), late.peer)
    assert.equal("first", assert(reader:receive(1)).data)
    assert.is_nil((reader:receive(0)))
  end)
end)

describe("in doubt", function()
  it("nothing is sent twice to a program of Go", function()
    local go <close> = net.canned({message = "close"})
    local node <close> = assert(gop2p.start_local_node(0))
    assert(node:connect(go.name))
    assert.equal("connect", (go:request()))
    local ok, err = node:broadcast("x"):wait()
    assert.is_nil(ok)
    assert.equal("ECONNRESET", err.failed[gop2p.peer(go.name)].code)
    local kind
    local messages = 0
    repeat
      kind = go:request(0.5)
      if kind == "message" then messages = messages + 1 end
    until not kind
    assert.equal(1, messages)
  end)

  it("a 503 is tried again, with any program, until its time is up",
     function()
    local go <close> = net.canned({
      message = net.response("503 Busy", "", "Retry-After: 1\r\n")})
    local node <close> = assert(gop2p.start_local_node(0,
                                                     {request_timeout = 1.4}))
    assert(node:connect(go.name))
    local seconds, ok, err = net.timed(function()
      return node:broadcast("x"):wait()
    end)
    assert.is_nil(ok)
    assert.equal("EBUSY", err.failed[gop2p.peer(go.name)].code)
    assert.is_true(seconds < 2, seconds)
    local messages = 0
    for kind in function() return (go:request(0.3)) end do
      if kind == "message" then messages = messages + 1 end
    end
    assert.is_true(messages > 1, messages)
  end)
end)
