-- Starting and joining; entry points that misbehave.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"

describe("a new node", function()
  it("has a free port and its name", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local me = node:self()
    assert.equal("localhost", me.address)
    assert.is_true(me.port >= 1024 and me.port <= 65535)
    assert.equal(gop2p.me(me.port), me)
    assert.equal("gop2p node " .. me, tostring(node))
    assert.same({}, node:members())
    assert.is_false(node:is_connected())
  end)

  it("serves at once", function()
    local node <close> = assert(gop2p.start_local_node(0))
    assert.equal(204, net.ask(node, net.http("OPTIONS /", {}))
                         .status)
  end)

  it("is told when its port is taken", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local port = node:self().port
    local again, err = gop2p.start_local_node(port)
    assert.is_nil(again)
    assert.equal("EADDRINUSE", err.code)
    assert.equal("connection", err.kind)
    assert.matches("localhost:" .. port, tostring(err), 1, true)
    again, err = gop2p.start_node("127.0.0.1", port, {listen = "127.0.0.1"})
    assert.is_nil(again)
    assert.equal("EADDRINUSE", err.code)
    node:close()
    local later <close> = assert(gop2p.start_local_node(port))
    assert.equal(port, later:self().port)
  end)

  it("is told when the port is another program's", function()
    local other <close> = net.hung()
    local node, err = gop2p.start_local_node(other.port)
    assert.is_nil(node)
    assert.equal("EADDRINUSE", err.code)
  end)

  it("listens where it is told to", function()
    local node <close> = assert(gop2p.start_node("a-name", 0,
                                                 {listen = "127.0.0.5"}))
    local port = node:self().port
    assert.equal("a-name:" .. port, tostring(node:self()))
    local probe = net.http("OPTIONS /", {Host = "localhost"})
    assert.equal(204, net.ask(port, probe, "127.0.0.5").status)
    assert.is_nil((net.dial(port, "127.0.0.1")))
  end)

  it("that is local listens on both loopback addresses alone", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local port, probe = node:self().port,
                        net.http("OPTIONS /", {Host = "localhost"})
    assert.equal(204, net.ask(port, probe, "127.0.0.1").status)
    assert.equal(204, net.ask(port, probe, "::1").status)
    assert.is_nil((net.dial(port, "127.0.0.2")))
  end)

  it("listens everywhere unless it is told otherwise", function()
    local node <close> = assert(gop2p.start_node("127.0.0.1", 0))
    local port, probe = node:self().port,
                        net.http("OPTIONS /", {Host = "localhost"})
    for _, address in ipairs({"127.0.0.1", "127.0.0.9", "::1"}) do
      assert.equal(204, net.ask(port, probe, address).status)
    end
  end)

  it("cannot listen at what is no address of this machine", function()
    local other, err = gop2p.start_node("localhost", 0,
                                        {listen = "192.0.2.1"})
    assert.is_nil(other)
    assert.equal("EADDRNOTAVAIL", err.code)
  end)
end)

describe("connect", function()
  local node

  before_each(function() node = assert(gop2p.start_local_node(0)) end)
  after_each(function() node:close() end)

  net.both(it, "joins everybody", function()
    local nodes <close> = net.network(4)
    assert.is_true((node:connect(nodes[3]:self())))
    local names = {}
    for _, other in ipairs(nodes) do names[tostring(other:self())] = true end
    assert.equal(4, #node:members())
    for _, peer in ipairs(node:members()) do
      assert.is_true(names[tostring(peer)])
    end
    for _, other in ipairs(nodes) do
      local last = other:members()[4]
      assert.equal(node:self(), last)
      assert.is_true(other:is_connected())
    end
  end)

  it("takes a peer in all its forms", function()
    local other <close> = assert(gop2p.start_local_node(0))
    local port = other:self().port
    for _, peer in ipairs({other:self(), gop2p.me(port), port,
                           "localhost:" .. port, tostring(port),
                           {address = "localhost", port = port}}) do
      assert.is_true((node:connect(peer)))
      assert.same({"localhost:" .. port}, net.names(node:members()))
      assert(node:leave())
    end
  end)

  it("joins by name, by IPv4 and by IPv6", function()
    local other <close> = assert(gop2p.start_local_node(0))
    for _, host in ipairs({"localhost", "127.0.0.1", "[::1]"}) do
      local name = host .. ":" .. other:self().port
      assert(node:connect(name))
      assert.equal(1, #node:members())
      assert.same({tostring(node:self())}, net.names(other:members()))
      assert(node:send(name, "to " .. host):wait())
      assert.equal("to " .. host, assert(other:receive(5)).data)
      assert(node:broadcast("all"):wait())
      assert.equal("all", assert(other:receive(5)).data)
      assert(other:broadcast("back"):wait())
      assert.equal("back", assert(node:receive(5)).data)
      assert(node:leave())
      assert.same({}, other:members())
      assert.is_nil((other:receive(0)))
    end
  end)

  it("again is harmless", function()
    local nodes <close> = net.network(3)
    for _ = 1, 3 do
      for _, other in ipairs(nodes) do
        assert.is_true((node:connect(other:self())))
      end
    end
    assert.equal(3, #node:members())
    for _, other in ipairs(nodes) do assert.equal(3, #other:members()) end
    assert(node:broadcast("once"):wait())
    for _, other in ipairs(nodes) do
      assert.equal("once", assert(other:receive(5)).data)
      assert.is_nil((other:receive(0)))
    end
  end)

  it("to oneself is an error", function()
    local ok, err = node:connect(node:self())
    assert.is_nil(ok)
    assert.equal(node:self(), err.peer)
    assert.matches("could not join through " .. node:self(),
                   tostring(err), 1, true)
    assert.is_false(node:is_connected())
  end)

  it("takes the first of several entry points that lets us in", function()
    local nodes <close> = net.network(2)
    local gone <close> = net.nobody()
    local hung <close> = net.hung()
    local last <close> = assert(gop2p.start_local_node(0))
    local took = net.timed(function()
      assert(node:connect({gone.name, hung.name, nodes[2]:self().port,
                           last:self()}, 0.5))
    end)
    assert.is_true(took >= 0.49, took)
    assert.equal(2, #node:members())
    assert.is_false(last:is_connected())
  end)

  it("fails with the error of the last, when none of several does", function()
    local one <close> = net.nobody()
    local two <close> = net.hung()
    local ok, err = node:connect({two.name, one.name}, 0.5)
    assert.is_nil(ok)
    assert.equal("ECONNREFUSED", err.code)
    assert.equal(gop2p.peer(one.name), err.peer)
    ok, err = node:connect({one.name, two.name}, 0.5)
    assert.is_nil(ok)
    assert.equal("ETIMEDOUT", err.code)
    assert.equal(gop2p.peer(two.name), err.peer)
    assert.is_false(node:is_connected())
  end)

  it("from several tasks at once is all right", function()
    local nodes <close> = net.network(3)
    local count = 0
    gop2p.run(function()
      for i = 1, 6 do
        gop2p.spawn(function()
          assert(node:connect(nodes[i % 3 + 1]:self()))
          count = count + 1
        end)
      end
    end)
    assert.equal(6, count)
    assert.equal(3, #node:members())
  end)

  it("of two nodes with each other at once is all right", function()
    local other <close> = assert(gop2p.start_local_node(0))
    gop2p.run(function()
      gop2p.spawn(function() assert(node:connect(other:self())) end)
      assert(other:connect(node:self()))
    end)
    assert.same({tostring(other:self())}, net.names(node:members()))
    assert.same({tostring(node:self())}, net.names(other:members()))
  end)

  it("merges two networks", function()
    local left <close> = net.network(2)
    local right <close> = net.network(2)
    assert(left[1]:connect(right[1]:self()))
    assert.equal(3, #left[1]:members())
    assert.equal(2, #right[2]:members())
  end)
end)

describe("an entry point", function()
  local node

  before_each(function() node = assert(gop2p.start_local_node(0)) end)
  after_each(function() node:close() end)

  -- It cannot be joined through 'peer', which is an error that says so,
  -- and the node goes on.
  local function fails(peer, code, ...)
    local ok, err = node:connect(peer.name, ...)
    assert.is_nil(ok)
    assert.equal("table", type(err))
    assert.matches("^could not join through " .. peer.name:gsub("%p", "%%%0"),
                   err.text)
    assert.equal(gop2p.peer(peer.name), err.peer)
    assert.equal(code, err.code)
    local kinds = {connection = true, parsing = true, internal = true}
    assert.is_true(kinds[err.kind])
    assert.matches("^" .. err.kind .. " error: ", tostring(err))
    assert.equal("string", type("" .. err))
    assert.same({}, node:members())
    assert.is_false(node:is_connected())
    local other <close> = assert(gop2p.start_local_node(0))
    assert(node:connect(other:self()))
    assert(node:broadcast("still here"):wait())
    assert.equal("still here", assert(other:receive(5)).data)
    return err
  end

  net.both(it, "where nobody listens", function()
    local peer <close> = net.nobody()
    local time, err = net.timed(fails, peer, "ECONNREFUSED")
    assert.equal("connection", err.kind)
    assert.is_true(time < 2)
  end)

  it("whose name nobody knows", function()
    local peer = {name = "no-such-host.invalid:5000"}
    local ok, err = node:connect(peer.name)
    assert.is_nil(ok)
    assert.equal("connection", err.kind)
    assert.matches(peer.name, tostring(err), 1, true)
  end)

  net.both(it, "that never responds", function()
    local peer <close> = net.hung()
    local time = net.timed(fails, peer, "ETIMEDOUT", 0.3)
    assert.is_true(time >= 0.29 and time < 2, time)
  end)

  it("that reads, but never responds", function()
    local peer <close> = net.canned({connect = "hang"})
    fails(peer, "ETIMEDOUT", 0.3)
  end)

  it("that responds with half", function()
    local whole = net.recorded("v1.1.3", "response-connect-first")
    for length = 1, #whole - 1, 37 do
      local peer <close> = net.canned({connect = whole:sub(1, length)
        :gsub("Connection: close", "Connection: fine!")})
      local ok, err = node:connect(peer.name, 0.05)
      assert.is_nil(ok)
      assert.equal("connection", err.kind)
    end
  end)

  it("that closes at once", function()
    local peer <close> = net.canned({connect = "close"})
    fails(peer, "ECONNRESET")
  end)

  for name, body in pairs({
    ["null"] = "null", ["[null]"] = "[null]",
    ["{}"] = "{}", ["[{}]"] = "[{}]",
    nothing = "", ["no JSON"] = "rubbish", ["half a list"] = "[",
    ["a list and more"] = "[] x", number = "5", string = '"x"',
    ["a list of numbers"] = "[1]", ["a list of lists"] = "[[]]",
    ["port zero"] = '[{"port":0,"address":"localhost"}]',
    ["a great port"] = '[{"port":65536,"address":"localhost"}]',
    ["a broken port"] = '[{"port":5.5,"address":"localhost"}]',
    ["a text for a port"] = '[{"port":"x","address":"localhost"}]',
    ["no address"] = '[{"port":5000}]',
    ["empty address"] = '[{"port":5000,"address":""}]',
    ["a line end"] = '[{"port":5000,"address":"a\\r\\nX: y"}]',
    ["a zero byte"] = '[{"port":5000,"address":"a\\u0000b"}]',
    ["one bad of two"] = '[{"port":5000,"address":"127.1.1.1"},null]',
    ["deep"] = ("["):rep(10000),
    ["bytes"] = "\255\254\0\1",
  }) do
    it("that responds with a list which is none: " .. name, function()
      local peer <close> = net.canned(
        {connect = net.response("200 OK", body)})
      assert.equal("parsing", fails(peer, "EPROTO").kind)
    end)
  end

  for name, bytes in pairs({
    ["no HTTP"] = "rubbish\r\n\r\n", ["SSH"] = "SSH-2.0-OpenSSH_9.2\r\n",
    ["zero bytes"] = ("\0"):rep(100),
    ["no status"] = "HTTP/1.1\r\n\r\n",
    ["a great status"] = "HTTP/1.1 99999 x\r\nContent-Length: 2\r\n\r\n[]",
    ["a negative length"] = "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n[]",
    ["endless headers"] = "HTTP/1.1 200 OK\r\n" .. ("X: y\r\n"):rep(20000),
  }) do
    it("that responds with no HTTP: " .. name, function()
      local peer <close> = net.canned({connect = bytes}, {drop = true})
      local ok, err = node:connect(peer.name, 1)
      assert.is_nil(ok)
      assert.matches(peer.name, tostring(err), 1, true)
      assert.same({}, node:members())
    end)
  end

  for _, status in ipairs({"500 Internal Server Error", "404 Not Found",
                           "301 Moved\r\nLocation: http://127.1.1.1/",
                           "204 No Content", "503 Busy",
                           "418 I'm a teapot", "100 Continue"}) do
    local number = math.tointeger(tonumber(status:match("^%d+")))
    it("that responds with status " .. number, function()
      local peer <close> = net.canned({connect =
                                       net.response(status, "[]")})
      local ok, err = node:connect(peer.name, 1)
      assert.is_nil(ok)
      if number > 204 then
        assert.equal(number, err.status)
        assert.matches("status " .. number, tostring(err), 1, true)
      end
      assert.same({}, node:members())
    end)
  end

  it("that responds with 201 is not joined without those whom it names",
     function()
    local live <close> = net.canned({})
    local body = ('[{"port":%d,"address":"127.0.0.1"}]'):format(live.port)
    local peer <close> = net.canned(
      {connect = net.response("201 Created", body)})
    if node:connect(peer.name, 1) then
      assert.same({peer.name, live.name}, net.names(node:members()))
    else
      assert.same({}, node:members())
    end
  end)

  it("that responds with too much", function()
    local live <close> = net.canned({})
    local item = ('{"port":%d,"address":"127.0.0.1"}'):format(live.port)
    local body = "[" .. (item .. ","):rep(100) .. item .. "]"
    local peer <close> = net.canned({connect = net.response("200 OK", body)})
    node:close()
    node = assert(gop2p.start_local_node(0, {max_response = #body - 1}))
    local ok, err = node:connect(peer.name)
    assert.is_nil(ok)
    assert.matches(peer.name, tostring(err), 1, true)
    assert.same({}, node:members())
    node:close()
    node = assert(gop2p.start_local_node(0, {max_response = #body}))
    assert(node:connect(peer.name))
    assert.equal(2, #node:members())
  end)

  it("that is not waited for", function()
    local peer <close> = net.canned({})
    local time, ok, err = net.timed(node.connect, node, peer.name, 0)
    assert.is_true(time < 3, time)
    assert.is_nil(ok)
    assert.equal("ETIMEDOUT", err.code)
    assert.equal("table", type(err))
  end)

  it("that lists a hung and a dead one delays nobody", function()
    local hung <close> = net.hung()
    local dead <close> = net.nobody()
    local live <close> = assert(gop2p.start_local_node(0))
    local body = '[{"port":%d,"address":"127.0.0.1"},'
      .. '{"port":%d,"address":"127.0.0.1"},'
      .. '{"port":%d,"address":"localhost"}]'
    local peer <close> = net.canned({connect = net.response("200 OK",
      body:format(hung.port, dead.port, live:self().port))})
    local time, ok, err = net.timed(node.connect, node, peer.name)
    assert.is_true(ok, tostring(err))
    assert.is_true(time < 4, time)
    local names = {}
    for _, member in ipairs(node:members()) do names[member .. ""] = true end
    assert.is_true(names[peer.name] and names[live:self() .. ""])
    assert.is_nil(names[dead.name])
    assert.same({tostring(node:self())}, net.names(live:members()))
    local found
    for _, one in ipairs(net.errors(node, 1)) do
      if one.peer == gop2p.peer(dead.name) then found = one end
    end
    assert.equal("ECONNREFUSED", found.code)
    assert.equal("could not greet " .. dead.name, found.text)
  end)

  it("is joined in less time than a hung member takes", function()
    local hung <close> = net.hung()
    local peer <close> = net.canned({connect = net.response("200 OK",
      ('[{"port":%d,"address":"127.0.0.1"}]'):format(hung.port))})
    local ok, err = node:connect(peer.name, 0.3)
    assert.is_true(ok, tostring(err))
  end)

  it("that is a program of v1.1.3 is joined", function()
    local first <close> = go.start("v1.1.3", "localhost")
    local second <close> = go.start("v1.1.3", "localhost")
    assert.equal("connected 1", second:ask("connect " .. first.name, 5,
                                           net.idle))
    assert(node:connect(first.name))
    assert.same({first.name, second.name}, net.names(node:members()))
    local me = tostring(node:self())
    assert.same({second.name, me}, first:members(5, net.idle))
    assert.same({first.name, me}, second:members(5, net.idle))
  end)
end)
