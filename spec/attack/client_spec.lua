-- Clients that are slow, too many, or not there any more: nobody else
-- notices, and nothing of them stays.

local gop2p = require "gop2p"
local net = require "spec.support.net"

local sender = net.sender()
local GOOD = net.json(0, sender)

teardown(function() sender:close() end)

local function served(node)
  return net.ask(node, GOOD).status == 200
end

-- Whether the other side has closed the connection, and what came before.
local function ended(conn)
  local data, err, part = conn.socket:receive(65536)
  conn.unread = (conn.unread or "") .. (data or part or "")
  return err == "closed"
end

describe("a slow sender", function()
  local node

  before_each(function()
    node = assert(gop2p.start_local_node(0, {receive_timeout = 0.4,
                                             max_headers = 1e6}))
  end)
  after_each(function() node:close() end)

  local function late(step)
    local conn <close> = assert(net.dial(node))
    local seconds = net.timed(net.await, function()
      step(conn)
      return ended(conn)
    end)
    assert.matches("^HTTP/1.1 408 ", conn.unread)
    assert.matches("\r\nGop2p%-Process: %x+\r\n", conn.unread)
    assert.is_true(seconds >= 0.35, seconds)
    local err = assert(net.errors(node, 1)[1])
    assert.same({"ELIMIT", 408}, {err.code, err.status})
    assert.is_true(served(node))
  end

  it("of nothing but a beginning is 408", function()
    local sent
    late(function(conn)
      if not sent then conn.socket:send("POST / HT") end
      sent = true
    end)
  end)

  it("of headers, byte by byte, is 408", function()
    local bytes = "GET / HTTP/1.1\r\nX: "
    local at = 0
    late(function(conn)
      at = at + 1
      conn.socket:send(at <= #bytes and bytes:sub(at, at) or "x")
    end)
  end)

  -- A head, and then one piece of a body after the other.
  local function trickle(headers, piece)
    local begun
    late(function(conn)
      conn.socket:send(begun and piece or "POST / HTTP/1.1\r\nHost: [::1]\r\n"
                       .. headers .. "\r\n\r\n")
      begun = true
    end)
  end

  it("of a body, byte by byte, is 408", function()
    trickle("Content-Length: 65536", "x")
  end)

  it("of a chunk, byte by byte, is 408", function()
    trickle("Transfer-Encoding: chunked\r\n\r\nffff", "x")
  end)
end)

describe("a connection", function()
  it("that is idle is closed, one that is used is not", function()
    local node <close> = assert(gop2p.start_local_node(0,
                                                       {idle_timeout = 0.5}))
    local silent <close> = assert(net.dial(node))
    local quiet <close> = assert(net.dial(node))
    local busy <close> = assert(net.dial(node))
    quiet:send(GOOD)
    assert.equal(200, assert(quiet:response()).status)
    net.await(function()
      busy:send(GOOD)
      assert.equal(200, assert(busy:response()).status)
      return ended(silent) and ended(quiet)
    end)
    assert.equal("", silent.unread)
    busy:send(GOOD)
    assert.equal(200, assert(busy:response()).status)
  end)

  -- Opens so many, each from 'address'; those that have a response at once,
  -- and with what.
  local function open(node, count, address)
    local list = setmetatable({}, {__close = function(all)
      for _, conn in ipairs(all) do conn:close() end
    end})
    local socket = require "socket"
    for i = 1, count do
      local sock = socket.tcp4()
      assert(sock:bind(address, 0))
      sock:settimeout(5)
      assert(sock:connect("127.0.0.1", node:self().port))
      sock:settimeout(0)
      list[i] = {socket = sock, close = function() sock:close() end}
      gop2p.pump()
    end
    return list
  end

  local function refusals(list)
    local n = 0
    for _, conn in ipairs(list) do
      if ended(conn) or conn.unread ~= "" then
        assert.matches("^HTTP/1.1 503 ", conn.unread)
        assert.matches("\r\nRetry%-After: %d", conn.unread)
        assert.matches("\r\nGop2p%-Process: %x+\r\n", conn.unread)
        n = n + 1
      end
    end
    return n
  end

  it("too many from one address of another machine is 503", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local own <close> = assert(net.dial(node))
    do
      -- An address of this machine is one that is at both ends.
      local many <close> = open(node, 70, "127.0.0.2")
      net.await(function() return refusals(many) >= 6 end)
      local other <close> = open(node, 1, "127.0.0.3")
      net.pass(0.1)
      assert.equal(6, refusals(many))
      assert.equal(0, refusals(other))
      own:send(GOOD)
      assert.equal(200, assert(own:response()).status)
      local local_ones <close> = open(node, 100, "127.0.0.1")
      net.pass(0.1)
      assert.equal(0, refusals(local_ones))
    end
    local err = assert(net.errors(node, 1)[1])
    assert.same({"ELIMIT", 503}, {err.code, err.status})
    assert.matches("127.0.0.2", tostring(err), 1, true)
    -- They are gone, and there is room again.
    net.await(function()
      local again <close> = open(node, 1, "127.0.0.2")
      net.pass(0.05)
      return refusals(again) == 0
    end)
  end)

  it("too many for an option is 503", function()
    local node <close> = assert(gop2p.start_local_node(0,
      {max_connections_per_address = 2}))
    local many <close> = open(node, 5, "127.0.0.2")
    net.await(function() return refusals(many) >= 3 end)
    net.pass(0.1)
    assert.equal(3, refusals(many))
  end)

  it("too many in all is 503, and there is room when others go", function()
    local node <close> = assert(gop2p.start_local_node(0,
                                                       {max_connections = 5}))
    do
      local many <close> = open(node, 5, "127.0.0.1")
      for _, conn in ipairs(many) do -- or it would rest
        conn.socket:send("P")
      end
      local more <close> = open(node, 3, "127.0.0.1")
      net.await(function() return refusals(more) == 3 end)
      assert.equal(0, refusals(many))
      local err = assert(net.errors(node, 1)[1])
      assert.same({"ELIMIT", 503}, {err.code, err.status})
    end
    net.await(function()
      local conn <close> = assert(net.dial(node))
      conn:send(GOOD)
      local response = conn:response()
      return response and response.status == 200
    end)
  end)

  it("far too many of which nobody reads anything block nobody for long",
     function()
    local node <close> = assert(gop2p.start_local_node(0,
                                                       {max_connections = 4}))
    do
      local many <close> = open(node, 300, "127.0.0.1")
      net.pass(0.1)
      assert.is_true(#many == 300)
    end
    net.await(function()
      local conn <close> = net.dial(node)
      conn:send(GOOD)
      local response = conn:response()
      return response and response.status == 200
    end)
  end)
end)

describe("a client that leaves", function()
  local node

  before_each(function()
    node = assert(gop2p.start_local_node(0, {inbox_messages = 1}))
    assert.equal(200, net.ask(node, GOOD).status)
  end)
  after_each(function() node:close() end)

  it("in the middle of a request leaves nothing", function()
    local whole = net.json(2, sender, "YQ==")
    for cut = 0, #whole - 1, 5 do
      local conn = assert(net.dial(node))
      conn:send(whole:sub(1, cut))
      gop2p.pump()
      conn:close()
    end
    net.pass(0.05)
    assert.is_nil((node:receive(0)))
    assert.is_true(served(node))
  end)

  it("before its response was written hurts nobody", function()
    for _ = 1, 50 do
      local conn = assert(net.dial(node))
      conn:send(GOOD)
      conn.socket:setoption("linger", {on = true, timeout = 0})
      conn:close()
    end
    assert.is_true(served(node))
  end)

  it("while its response is held back is not heard", function()
    assert.equal(200, net.ask(node, net.json(2, sender, "YQ==")).status)
    for _, reset in ipairs({true, false}) do
      local conn = assert(net.dial(node))
      conn:send(net.json(2, sender, "Yg=="))
      net.pass(0.05)
      conn:send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") -- and wants more
      net.pass(0.05)
      if reset then
        conn.socket:setoption("linger", {on = true, timeout = 0})
      end
      conn:close()
      net.pass(0.05)
    end
    assert.equal("a", assert(node:receive(1)).data)
    net.pass(0.05)
    assert.is_nil((node:receive(0)))
    assert.is_true(served(node))
  end)

  it("with one half of its connection still gets its response", function()
    local conn <close> = assert(net.dial(node))
    conn:send(GOOD)
    conn.socket:shutdown("send")
    assert.equal(200, assert(conn:response()).status)
    assert.is_nil((conn:response()))
  end)

  it("is not read to when it takes no responses", function()
    -- Pipelines without reading: its responses must not pile up.
    local conn <close> = assert(net.dial(node))
    local many = net.http("OPTIONS /", {Host = "localhost"}):rep(1000)
    local sent = 0
    for _ = 1, 300 do
      local last, _, part = conn.socket:send(many)
      sent = sent + (last or part)
      gop2p.pump()
    end
    assert.is_true(sent < 300 * #many)
    assert.is_true(served(node))
  end)
end)
