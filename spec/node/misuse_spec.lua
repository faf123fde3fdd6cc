-- Misuse raises at the line of the caller, and names what is wrong.

local gop2p = require "gop2p"
local net = require "spec.support.net"

local HERE = debug.getinfo(1, "S").short_src

-- f(1) raises an error that names the line in which f is written, and
-- matches the pattern.
local function raises(pattern, f)
  local ok, err = pcall(f)
  assert.is_false(ok, "not refused")
  local line = debug.getinfo(f, "S").linedefined
  assert.equal(HERE .. ":" .. line .. ":",
               tostring(err):match("^.-:%d+:") or tostring(err))
  assert.matches(pattern, tostring(err))
end

local notpeers = {true, {}, print, "", "localhost:",
                  ":5000", "localhost:0", "localhost:65536", "localhost:-1",
                  "localhost:5x", "localhost:5.0", "local host:5000",
                  "localhost\r\n:5000", "localhost:5000\n", "a\0b:5000",
                  "::1:5000", "[::1]", "[::g]:5000", "[localhost]:5000",
                  "http://localhost:5000", "localhost:99999999999999999999",
                  0, 65536, -1, 5000.5, 0/0, 1/0,
                  {address = "localhost"}, {address = "", port = 5000},
                  {address = "localhost", port = 0},
                  {address = "localhost", port = "x"},
                  {address = 5, port = 5000},
                  {address = ("a"):rep(300), port = 5000}}

local nottimes = {-1, "x", "1", {}, true, 0/0, -math.huge}

-- What fails with every one of 'values' at the line of f's caller.
local function refusesall(values, pattern, f)
  for _, value in ipairs(values) do
    local function call() f(value) end
    local ok, err = pcall(call)
    assert.is_false(ok, "not refused: " .. tostring(value))
    local line = debug.getinfo(f, "S").linedefined
    assert.equal(HERE .. ":" .. line .. ":",
                 tostring(err):match("^.-:%d+:") or tostring(err))
    assert.matches(pattern, tostring(err))
  end
end

describe("misuse of the module", function()
  it("raises in peer", function()
    local one, two = "bad argument #1 to 'peer'", "bad argument #2 to 'peer'"
    refusesall(notpeers, one, function(x) local _ = gop2p.peer(x) end)
    local names = {"x", "localhost", "[x]"}
    refusesall(names, one, function(x) local _ = gop2p.peer(x) end)
    raises(one, function() local _ = gop2p.peer() end)
    raises(one, function() local _ = gop2p.peer(nil, 5000) end)
    for _, address in ipairs({"", "a b", "a\r\nb", "a\n", "\0", "a/b", "é",
                              ("a"):rep(300), "a:b", "::g", "[::1"}) do
      raises(one, function() local _ = gop2p.peer(address, 5000) end)
    end
    for _, port in ipairs({0, 65536, -1, 5.5, "x", {}, true}) do
      raises(two, function() local _ = gop2p.peer("localhost", port) end)
    end
  end)

  it("raises in me", function()
    for _, port in ipairs({0, 65536, -1, 5.5, "x", {}, true, 0/0}) do
      raises("'me'", function() local _ = gop2p.me(port) end)
    end
    raises("'me'", function() local _ = gop2p.me() end)
  end)

  it("raises in start_local_node", function()
    local name = "'start_local_node'"
    for _, port in ipairs({65536, -1, 5.5, "x", {}, true, 0/0, 1/0}) do
      raises("#1 to " .. name, function()  gop2p.start_local_node(port) end)
    end
    raises("#1 to " .. name, function() gop2p.start_local_node() end)
    raises("#2 to " .. name, function() gop2p.start_local_node(0, 5) end)
    raises("#2 to " .. name, function() gop2p.start_local_node(0, "x") end)
  end)

  it("raises in start_node", function()
    for _, address in ipairs({"", "a b", "a\r\nb", "0.0.0.0", "::", "[::]",
                              ("a"):rep(300)}) do
      raises("#1 to", function() gop2p.start_node(address, 0) end)
    end
    raises("#1 to 'start_node'", function() gop2p.start_node({}, 0) end)
    raises("#2 to 'start_node'", function() gop2p.start_node("localhost") end)
    for _, port in ipairs({65536, -1, 5.5, "x"}) do
      raises("#2 to", function() gop2p.start_node("localhost", port) end)
    end
    raises("#3 to", function() gop2p.start_node("localhost", 0, true) end)
  end)

  for _, options in ipairs({{nonsense = 1}, {5}, {max_body = "x"},
                            {max_body = "5"}, {max_body = 0},
                            {max_body = -1}, {max_body = 1e300},
                            {max_body = 0/0}, {request_timeout = 0},
                            {request_timeout = -1}, {listen = 5},
                            {listen = ""}, {listen = "nonsense"},
                            {listen = "127.0.0.1\n"}, {listen = "::1\0"},
                            {listen = "[127.0.0.1]"}, {listen = "[::1"},
                            {hosts = "a"}, {["max_body\0"] = 5},
                            {max_errors = 1.5}, {max_body = 1e6 + 0.1},
                            {inbox_messages = true}, {max_members = {}},
                            {[{}] = 1}}) do
    local key = tostring(next(options)):gsub("[ %z].*", "")
    it("raises in an option: " .. key, function()
      raises("#2 to", function() gop2p.start_local_node(0, options) end)
      raises("#3 to", function() gop2p.start_node("x", 0, options) end)
      raises(key, function() gop2p.start_local_node(0, options) end)
    end)
  end

  it("raises in run, spawn, sleep, pump", function()
    for _, f in ipairs({5, "x", {}, true}) do
      raises("'run'", function() gop2p.run(f) end)
      raises("'spawn'", function() gop2p.spawn(f) end)
    end
    raises("'spawn'", function() gop2p.spawn() end)
    raises("'sleep'", function() gop2p.sleep() end)
    refusesall(nottimes, "'sleep'", function(x) gop2p.sleep(x) end)
    refusesall(nottimes, "'pump'", function(x) gop2p.pump(x) end)
  end)

  it("raises in lines and readable", function()
    local closed = assert(io.open(HERE))
    closed:close()
    local bad = {"x", {}, true, -1, 1.5, 1 << 40, closed}
    refusesall(bad, "'lines'", function(x) gop2p.lines(x) end)
    refusesall(bad, "'readable'", function(x) gop2p.readable(x, 0) end)
    raises("'readable'", function() gop2p.readable() end)
    refusesall(nottimes, "'readable'", function(x) gop2p.readable(0, x) end)
  end)
end)

describe("misuse of a node", function()
  local node

  before_each(function() node = assert(gop2p.start_local_node(0)) end)
  after_each(function() node:close() end)

  for _, name in ipairs {"connect", "visit", "look"} do
    it("raises in " .. name, function()
      local called = "'" .. name .. "'"
      refusesall(notpeers, called, function(x) node[name](node, x) end)
      raises(called, function() node[name](node) end)
      refusesall(nottimes, called, function(x) node[name](node, 5000, x) end)
    end)
  end

  it("raises in send", function()
    refusesall(notpeers, "#1 to 'send'", function(x) node:send(x, "y") end)
    raises("#1 to 'send'", function() node:send(nil, "x") end)
    raises("#1 to 'send'", function() node:send({5000, 0}, "x") end)
    raises("#1 to 'send'", function() node:send({5000, "x y"}, "x") end)
    raises("#1 to 'send'", function() node:send({"x", ""}, "x") end)
    raises("#2 to 'send'", function() node:send(5000) end)
    for _, data in ipairs({true, {}, print}) do
      raises("#2 to 'send'", function() node:send(5000, data) end)
    end
  end)

  it("raises in set_name", function()
    for _, wrong in ipairs({5, true, "", "5", "a b", "a:b", "a\0", {}}) do
      raises("#1 to 'set_name'", function() node:set_name(wrong) end)
    end
    raises("#1 to 'set_name'", function() node:set_name() end)
    assert.is_nil(node:self().name)
  end)

  it("raises in broadcast", function()
    raises("#1 to 'broadcast'", function() node:broadcast() end)
    raises("#2 to 'broadcast' %(table expected, got string%)",
           function() node:broadcast("x", "notice") end)
    raises("#2 to 'broadcast' %(unknown option 'notise'%)",
           function() node:broadcast("x", {notise = true}) end)
    raises("#3 to 'send' %(unknown option '1'%)",
           function() node:send("localhost:5000", "x", {true}) end)
    for _, data in ipairs({true, {}, print, node}) do
      raises("#1 to 'broadcast'", function() node:broadcast(data) end)
    end
  end)

  it("raises in receive and leave", function()
    refusesall(nottimes, "'receive'", function(x) node:receive(x) end)
    refusesall(nottimes, "'leave'", function(x) node:leave(x) end)
  end)

  it("raises in a receipt", function()
    local receipt = assert(node:broadcast("x"))
    refusesall(nottimes, "'wait'", function(x) receipt:wait(x) end)
    raises("wait", function() receipt.wait() end)
    raises("wait", function() receipt.wait(node) end)
  end)

  local calls = {"connect", "visit", "look", "broadcast", "send", "inbox",
                 "receive", "errors", "self", "members", "is_connected",
                 "leave",
                 "member", "set_name", "stop", "close", "wait"}

  for _, name in ipairs(calls) do
    it("raises in " .. name .. " of what is no node", function()
      for _, other in ipairs({5, "x", {}, io.stdout}) do
        raises("node", function() local _ = node[name](other) end)
      end
      raises("node", function() local _ = node[name]() end)
    end)
  end

  it("does nothing half", function()
    local peer <close> = net.canned({})
    pcall(node.send, node, {peer.name, "x:"}, "y")
    assert.is_nil((node:send({peer.name, "x"}, "y")))
    pcall(node.connect, node, peer.name, "x")
    pcall(node.send, node, peer.name, {})
    assert.is_nil((peer:request(0.1)))
  end)

  it("raises from a task at the same line", function()
    local line = debug.getinfo(1, "l").currentline + 1
    local ok, err = pcall(gop2p.run, function() node:connect("x:") end)
    assert.is_false(ok)
    assert.matches(HERE .. ":" .. line .. ":", err, 1, true)
  end)
end)

describe("a stopped node", function()
  local node

  before_each(function()
    node = assert(gop2p.start_local_node(0))
    node:stop()
  end)

  it("raises in what needs it", function()
    raises("stopped", function() node:connect(5000) end)
    raises("stopped", function() node:broadcast("x") end)
    raises("stopped", function() node:send(5000, "x") end)
    raises("stopped", function() node:inbox() end)
    raises("stopped", function() node:receive(0) end)
    raises("stopped", function() node:errors() end)
    raises("stopped", function() node:leave() end)
  end)

  it("still says what it can", function()
    assert.equal("localhost", node:self().address)
    assert.same({}, node:members())
    assert.is_false(node:is_connected())
    assert.matches("^gop2p node localhost:%d+ %(stopped%)$", tostring(node))
  end)

  it("stops, closes and is waited for any number of times", function()
    for _ = 1, 3 do
      node:stop()
      node:close()
      node:wait()
    end
  end)
end)

describe("a peer", function()
  it("is a value with address and port", function()
    local peer = gop2p.peer("192.168.1.43", 5000)
    assert.equal("192.168.1.43", peer.address)
    assert.equal(5000, peer.port)
    assert.equal("integer", math.type(peer.port))
    assert.equal("192.168.1.43:5000", tostring(peer))
    assert.equal("<192.168.1.43:5000>", "<" .. peer .. ">")
    assert.equal(peer, gop2p.peer("192.168.1.43:5000"))
    assert.not_equal(peer, gop2p.peer("192.168.1.43:5001"))
    assert.not_equal(gop2p.me(5000), gop2p.peer("127.0.0.1", 5000))
    assert.equal(gop2p.me(5000), gop2p.peer("localhost:5000"))
    assert.equal(gop2p.me(5000), gop2p.peer("localhost", 5000.0))
  end)

  it("has an IPv6 address in brackets where there is a port", function()
    for _, peer in ipairs({gop2p.peer("[::1]:5000"), gop2p.peer("::1", 5000),
                           gop2p.peer("[::1]", 5000)}) do
      assert.equal("::1", peer.address)
      assert.equal("[::1]:5000", tostring(peer))
    end
    assert.equal(gop2p.peer("::1", 5000), gop2p.peer("[::1]:5000"))
  end)

  it("is not changed by what is done to another", function()
    local peer = gop2p.peer("127.3.3.3", 5000)
    pcall(function() peer.port = 1 end)
    pcall(function() peer.address = "x" end)
    assert.equal("127.3.3.3:5000", tostring(gop2p.peer("127.3.3.3", 5000)))
  end)

  it("is given as it is, whatever a program wrote into it before", function()
    local node <close> = assert(gop2p.start_local_node(0, {name = "anna"}))
    local shown = tostring(node:self())
    local address, port = node:self().address, node:self().port
    for field, value in pairs({address = address .. "\0", port = 1,
                               name = "anna\0", show_address = false}) do
      local peer = node:self()
      peer[field] = value
      local again = node:self()
      assert.same({address, port, "anna"},
                  {again.address, again.port, again.name}, field)
      assert.equal(shown, tostring(again), field)
    end
  end)

  it("has the least and the greatest port", function()
    assert.equal(1, gop2p.me(1).port)
    assert.equal(65535, gop2p.me(65535).port)
    assert.equal(65535, gop2p.peer("localhost:65535").port)
  end)
end)
