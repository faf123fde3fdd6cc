-- Bodies that are large, or that never end: what a node reads and keeps of
-- them is bounded, for each that sends and for all together, and whoever is a
-- member is the last to notice.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local netns = require "spec.support.netns"
local process = require "spec.support.process"

local MEMBER = net.sender({address = "127.0.0.1"})

teardown(function() MEMBER:close() end)

local function head(length)
  return "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " .. length
         .. "\r\n\r\n"
end

describe("a body of whoever is no member", function()
  local node

  before_each(function() node = assert(gop2p.start_local_node(0)) end)
  after_each(function() node:close() end)

  local function status(bytes)
    local conn <close> = assert(net.dial(node))
    conn:send(bytes)
    return assert(conn:response()).status
  end

  it("has 64 KiB; a larger one is refused unread", function()
    assert.equal(400, status(head(65536) .. ("x"):rep(65536)))
    assert.equal(413, status(head(65537)))
    local err = assert(net.errors(node, 2)[2])
    assert.same({"ELIMIT", 413}, {err.code, err.status})
  end)

  it("has as much in chunks", function()
    local start = "POST / HTTP/1.1\r\nHost: localhost\r\n"
                  .. "Transfer-Encoding: chunked\r\n\r\n"
    local chunk = "8000\r\n" .. ("x"):rep(32768) .. "\r\n"
    assert.equal(400, status(start .. chunk:rep(2) .. "0\r\n\r\n"))
    assert.equal(413, status(start .. chunk:rep(2) .. "1\r\n"))
  end)

  it("has more once it is one, on the same connection", function()
    local conn <close> = assert(net.dial(node))
    conn:send(net.json(0, MEMBER))
    assert.equal(200, assert(conn:response()).status)
    conn:send(net.json(2, MEMBER, ("YWFh"):rep(349525)))
    assert.equal(200, assert(conn:response()).status)
    assert.equal(1048575, #assert(node:receive(1)).data)
    conn:send(net.json(1, MEMBER))
    assert.equal(200, assert(conn:response()).status)
    conn:send(head(65537))
    assert.equal(413, assert(conn:response()).status)
  end)
end)

describe("bodies that never end", function()
  it("hold so much together; of the largest no more is kept", function()
    local node <close> =
      assert(gop2p.start_local_node(0, {receive_bytes = 200000}))
    local conns = {}
    for i, size in ipairs({30000, 60000, 20000, 40000}) do
      conns[i] = assert(net.dial(node))
      conns[i]:send(head(65536) .. ("x"):rep(size))
      gop2p.pump(0)
    end
    local last <close> = assert(net.dial(node))
    last:send(head(65536) .. ("x"):rep(55000))
    assert.equal(503, assert(conns[2]:response()).status)
    conns[2]:close()
    conns[2] = last
    for i, size in ipairs({30000, 55000, 20000, 40000}) do
      conns[i]:send(("x"):rep(65536 - size))
      assert.equal(400, assert(conns[i]:response()).status, i)
      conns[i]:close()
    end
    local err = assert(net.errors(node, 1)[1])
    assert.same({"ELIMIT", 503}, {err.code, err.status})
  end)
end)

describe("messages of one member that nobody reads", function()
  it("wait for room, 32 MiB of them, and let others wait, too", function()
    local node <close> = assert(gop2p.start_local_node(0,
      {inbox_messages = 1, inbox_timeout = 60}))
    local other <close> = assert(gop2p.start_local_node(0,
      {request_timeout = 60}))
    assert(other:connect(node:self()))
    assert.equal(200, net.ask(node, net.json(0, MEMBER)).status)
    assert.equal(200, net.ask(node, net.json(2, MEMBER, "YQ==")).status)
    local headers = {Host = "localhost", Peer_address = MEMBER.address,
                     Peer_port = MEMBER.port}
    local bytes = net.http("PUT /", headers, ("x"):rep(1048576))
    local conns = {}
    local function say()
      local conn = assert(net.dial(node))
      conns[#conns + 1] = conn
      conn:send(bytes)
      return conn
    end
    for _ = 1, 32 do say() end
    local response = assert(say():response())
    assert.equal(503, response.status)
    assert.equal("1", response.headers["retry-after"])
    local err = assert(net.errors(node, 1)[1])
    assert.same({"ELIMIT", 503}, {err.code, err.status})
    local receipt = other:send(node:self(), "small")
    assert.is_nil((receipt:wait(0.2)))
    for _, conn in ipairs(conns) do conn:close() end
    net.pass(0.2)
    assert.equal("a", assert(node:receive(1)).data)
    assert.equal("small", assert(node:receive(1)).data)
    assert.is_true((receipt:wait(5)))
    assert.is_nil((node:receive(0)))
  end)
end)

describe("among machines", function()
  local LUA = os.getenv("LUA") or "lua5.4"
  local machines, reason, server, clients, there, ask

  -- Prints what each line that it reads, which is Lua, returns.
  local PROGRAM = [[
    local gop2p = require "gop2p"
    local socket = require "socket"
    io.stdout:setvbuf("line")
    function dial(address)
      local conn = assert(socket.connect(address, 5000))
      conn:settimeout(10)
      return conn
    end
    function send(conn, bytes)
      local sent, why = conn:send(bytes)
      return sent and "sent" or why
    end
    function status(conn)
      local line, why = conn:receive()
      repeat local more = conn:receive() until more == "" or not more
      return line and line:match("^HTTP/1.1 (%d+)") or why
    end
    gop2p.run(function()
      if arg[1] then
        node = assert(gop2p.start_node(arg[1], 5000,
          {receive_bytes = 2000000, listen = "*"}))
      end
      for line in gop2p.lines() do print(assert(load(line))()) end
    end)
  ]]

  setup(function()
    machines, reason = netns.open(3)
    if not machines then return end
    -- Programs of v1.1.3 respond where those who send say that they are.
    machines:etc(1, "hosts", "127.0.0.1 localhost\n" .. machines:address(2)
                             .. " bob\n")
    there = {}
    for i, port in ipairs {6000, 5000} do
      there[i] = go.start("v1.1.3", machines:address(i), {
        port = port, within = machines:within(i, {})})
    end
    clients = {}
    for i = 1, 4 do -- the fourth is on the machine of the node
      local name = i == 1 and machines:address(1)
      clients[i] = assert(process.start(machines:within(i == 4 and 1 or i, {
        LUA, "-e", ("arg = {%s}\n"):format(name and '"' .. name .. '"' or "")
        .. PROGRAM})))
    end
    server = machines:address(1)
    assert.equal("node", ask(1, "return 'node'")) -- it listens
  end)

  teardown(function()
    for _, child in ipairs(clients or {}) do child:close() end
    for _, peer in ipairs(there or {}) do peer:close() end
    if machines then machines:close() end
  end)

  function ask(i, code, ...)
    clients[i]:send(code:format(...))
    local line, why = clients[i]:line(20)
    return line or ("%s, status %s"):format(why, clients[i].status)
  end

  local function it_there(what, f)
    it(what, function()
      if not machines then pending("no namespaces here: " .. reason) end
      f()
    end)
  end

  -- Bytes as Lua reads them, in a line.
  local function quoted(bytes)
    return (("%q"):format(bytes):gsub("\\\n", "\\n"))
  end

  -- The status of a request that is answered at once; 'more' bytes follow it.
  -- The fourth comes from the address that it goes to.
  local function status(i, bytes, more)
    return ask(i, "c = dial('%s') send(c, %s .. ('x'):rep(%d)) "
                  .. "s = status(c) c:close() return s",
               i == 4 and "127.0.0.1" or server, quoted(bytes), more or 0)
  end

  -- One that calls itself so says 'size' bytes.
  local function put(i, name, size, port)
    return status(i, ("PUT / HTTP/1.1\r\nHost: localhost\r\n"
      .. "Peer_address: %s\r\nPeer_port: %d\r\n"
      .. "Content-Length: %d\r\n\r\n"):format(name, port or 5000, size), size)
  end

  it_there("a member may send much, and no other", function()
    local member = machines:address(2)
    assert.equal("413", put(2, member, 65537))
    assert.equal("200", status(2, net.json(0, gop2p.peer(member, 5000))))
    assert.equal("200", put(2, member, 1048576))
    assert.equal("413", put(3, member, 65537))
    assert.equal("200", status(2, net.json(1, gop2p.peer(member, 5000))))
    assert.equal("413", put(2, member, 65537))
  end)

  it_there("whoever calls itself by a name may send much, too", function()
    local named = gop2p.peer("bob", 5000)
    assert.equal("200", status(2, net.json(0, named)))
    assert.equal("200", put(2, named.address, 1048576))
    assert.equal("413", put(3, named.address, 65537))
    assert.equal("200", status(2, net.json(1, named)))
  end)

  it_there("one of the same machine may, too, whatever it is called there",
           function()
    local member = machines:address(1)
    assert.equal("413", put(4, member, 65537, 6000))
    assert.equal("200", status(4, net.json(0, gop2p.peer(member, 6000))))
    assert.equal("413", put(3, member, 65537))
    assert.equal("200", put(4, member, 1048576, 6000))
    assert.equal("200", status(4, net.json(1, gop2p.peer(member, 6000))))
  end)

  it_there("members keep what they send when strangers send too much",
           function()
    local member = machines:address(2)
    assert.equal("200", status(2, net.json(0, gop2p.peer(member, 5000))))
    assert.equal("sent", ask(2, "a = dial('%s') return send(a, %s .. "
      .. "('x'):rep(1300000))", server, quoted(head(1350000))))
    for i = 1, 15 do -- of these there is no room for some
      assert.equal("sent", ask(3, "b = b or {} b[%d] = dial('%s') return "
        .. "send(b[%d], %s .. ('x'):rep(60000))", i, server, i,
        quoted(head(65000))))
    end
    assert.equal("503", ask(3, "return status(b[1])"))
    assert.equal("sent", ask(2, "return send(a, ('x'):rep(50000))"))
    assert.equal("400", ask(2, "return status(a)")) -- read whole: no message
  end)
end)
