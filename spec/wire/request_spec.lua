-- The recorded requests of published programs get the responses that they got
-- from their own.

local gop2p = require "gop2p"
local net = require "spec.support.net"

local ADDRESS = {seed = "127.1.2.3", ["v1.1.2"] = "localhost",
                 ["v1.1.3"] = "0.0.0.0"}
local HOSTS = {ADDRESS.seed, "x"} -- that they say, and are not ours
local HELLO = "Hello network!"

local function statusandbody(bytes)
  local response = assert(net.parse(bytes))
  return response.status, response.body
end

-- Who responds where a program of the form says that it is: what a request
-- says of its sender counts only then.
local senders = {}

setup(function()
  for _, form in ipairs(net.forms) do
    senders[form] = net.sender({form = form, address = "0.0.0.0"})
  end
end)

teardown(function()
  for _, one in pairs(senders) do one:close() end
end)

-- The program that sends the recordings.
local function sender(form)
  return gop2p.peer(ADDRESS[form], senders[form].port)
end

-- A recorded request, from there.
local function recorded(form, name)
  local text = net.recorded(form, name):gsub("7302", senders[form].port)
               :gsub("192%.0%.2%.9", ADDRESS.seed)
  local body = text:match("\r\n\r\n(.*)$")
  return (text:gsub("Content%-Length: %d+", "Content-Length: " .. #body))
end

-- Replays a recorded request; its response has the status and body of the
-- recorded response 'name' of 'form'.
local function replay(node, form, request, name, by)
  local status, body = statusandbody(net.recorded(by or form, name))
  local response = net.ask(node, recorded(form, request))
  assert.same({status, body}, {response.status, response.body}, request)
  assert.equal("*", response.headers["access-control-allow-origin"])
  return response
end

for _, form in ipairs(net.forms) do
  -- Strangers: seed and v1.1.2 look alike, and the later response counts.
  local strict = form == "seed" and "v1.1.2" or form

  describe("a program of " .. form, function()
    local node

    before_each(function()
      node = assert(gop2p.start_local_node(0, {hosts = HOSTS}))
    end)
    after_each(function() node:close() end)

    local function join()
      replay(node, form, "request-connect-to-entry", "response-connect-first")
    end

    for _, where in ipairs({"entry", "member"}) do
      it("joins as it does at the " .. where, function()
        replay(node, form, "request-connect-to-" .. where,
               "response-connect-first")
        net.await(function() return node:is_connected() end)
        assert.equal(senders[form].port, node:members()[1].port)
        assert.equal(1, #node:members())
      end)

      it("broadcasts as it does to the " .. where, function()
        join()
        replay(node, form, "request-broadcast-to-" .. where,
               "response-broadcast-member")
        local msg = assert(node:receive(1))
        assert.same({"broadcast", HELLO}, {msg.type, msg.data})
        assert.equal(sender(form), msg.from)
        assert.is_nil(msg.to)
        assert.equal(("[%s] %s"):format(sender(form), HELLO), tostring(msg))
      end)

      it("leaves as it does from the " .. where, function()
        join()
        replay(node, form, "request-disconnect-to-" .. where,
               "response-disconnect-member")
        assert.is_false(node:is_connected())
        assert.same({}, node:members())
        replay(node, form, "request-broadcast-to-entry",
               "response-broadcast-stranger", strict)
      end)
    end

    it("is refused as a stranger", function()
      replay(node, form, "request-broadcast-to-member",
             "response-broadcast-stranger", strict)
      replay(node, form, "request-disconnect-to-member",
             "response-disconnect-stranger", strict)
      if form ~= "seed" then
        replay(node, form, "request-direct-to-member",
               "response-broadcast-stranger", strict)
      end
      assert.is_nil((node:receive(0)))
      assert.same({}, node:members())
    end)

    if form ~= "seed" then
      it("writes to one", function()
        join()
        replay(node, form, "request-direct-to-member",
               "response-direct-member")
        local msg = assert(node:receive(1))
        assert.same({"direct", "psst"}, {msg.type, msg.data})
        assert.equal(sender(form), msg.from)
        assert.equal(1, #msg.to)
        assert.equal(form == "v1.1.3" and gop2p.peer("0.0.0.0", 7301)
                     or node:self(), msg.to[1])
      end)
    end

    for what, host in pairs {ours = false, another = "127.7.7.7:7",
                             word = "x", nothing = ""} do
      it("is the same whatever its Host is: " .. what, function()
        host = host or tostring(node:self())
        local bytes = recorded(form, "request-connect-to-entry")
        local other = bytes:gsub("Host: [^\r]*", "Host: " .. host)
        assert.not_equal(bytes, other)
        assert.equal(200, net.ask(node, other).status)
        other = recorded(form, "request-broadcast-to-entry")
                   :gsub("Host: [^\r]*", "Host: " .. host)
        assert.equal(200, net.ask(node, other).status)
        assert.equal(HELLO, assert(node:receive(1)).data)
      end)
    end

    it("is read also when it comes byte by byte", function()
      local conn <close> = assert(net.dial(node))
      for byte in recorded(form, "request-connect-to-entry"):gmatch(".")
      do
        conn:send(byte)
        gop2p.pump()
      end
      assert.equal(200, assert(conn:response()).status)
    end)

    it("may ask again on the same connection, and at once", function()
      local conn <close> = assert(net.dial(node))
      conn:send(recorded(form, "request-connect-to-entry")
                .. recorded(form, "request-broadcast-to-entry")
                .. recorded(form, "request-broadcast-to-entry"))
      for _ = 1, 3 do
        assert.equal(200, assert(conn:response()).status)
      end
      assert.equal(HELLO, assert(node:receive(1)).data)
      assert.equal(HELLO, assert(node:receive(1)).data)
      conn:send(recorded(form, "request-disconnect-to-entry"))
      assert.equal(200, assert(conn:response()).status)
      assert.is_false(node:is_connected())
    end)
  end)
end

describe("a response", function()
  local node

  before_each(function() node = assert(gop2p.start_local_node(0)) end)
  after_each(function() node:close() end)

  local function published(form, name, bytes)
    local status, body = statusandbody(net.recorded(form, name))
    local response = net.ask(node, bytes)
    assert.same({status, body}, {response.status, response.body})
  end

  it("to what is not understood is 400", function()
    published("v1.1.2", "response-no-peer-headers",
              net.http("GET /", {Host = "localhost"}))
    published("v1.1.2", "response-no-peer-headers",
              net.http("DELETE /", {Host = "localhost"}))
    published("v1.1.3", "response-not-json", net.post("no JSON"))
    published("v1.1.3", "response-not-json", net.post(""))
  end)

  it("to an unknown type is 405", function()
    for _, kind in ipairs({4, 7, -1}) do
      published("v1.1.3", "response-unknown-type",
                net.json(kind, gop2p.peer("127.1.2.3", 4000)))
    end
  end)

  it("to one that has our own name is 400", function()
    for kind = 0, 3 do
      published("v1.1.3", "response-own-host",
                net.json(kind, node:self(), "eA==", {node:self()}))
    end
    local me = {Host = "localhost", Peer_address = "localhost",
                Peer_port = node:self().port}
    for _, method in ipairs({"GET", "DELETE", "POST", "PUT"}) do
      published("v1.1.3", "response-own-host",
                net.http(method .. " /", me, "x"))
    end
    assert.same({}, node:members())
    assert.is_nil((node:receive(0)))
  end)

  it("to OPTIONS is 204, and has four headers and no effect", function()
    local response = net.ask(node, net.http("OPTIONS /", {}))
    local wanted = assert(net.parse(net.recorded("v1.1.3",
                                                 "response-options")))
    assert.equal(204, response.status)
    for _, name in ipairs({"credentials", "headers", "methods", "origin"}) do
      name = "access-control-allow-" .. name
      assert.equal(wanted.headers[name], response.headers[name], name)
    end
    net.ask(node, net.http("OPTIONS /", {Host = "[::1]", Peer_port = "4000",
                                         Peer_address = "127.1.2.3"}))
    assert.same({}, node:members())
    assert.is_nil((node:receive(0)))
  end)

  it("to a connect is the list as it was before", function()
    local function connect(peer)
      local response = net.ask(node, net.json(0, peer))
      assert.equal(200, response.status)
      return response.body
    end
    local first <close> = net.sender()
    local last <close> = net.sender()
    local form = '{"port":%d,"address":"127.1.2.3"}'
    local one, two = form:format(first.port), form:format(last.port)
    assert.equal("[]", connect(first))
    assert.equal("[" .. one .. "]", connect(last))
    assert.equal(("[%s,%s]"):format(one, two), connect(last))
    assert.equal(("[%s,%s]"):format(one, two), connect(first))
    assert.same({first.name, last.name}, net.names(node:members()))
  end)
end)

describe("a request", function()
  local node, peer, from

  setup(function()
    peer = gop2p.peer("127.1.2.3", senders["v1.1.3"].port)
    from = ('{"port":%d,"address":"127.1.2.3"}'):format(peer.port)
  end)
  before_each(function() node = assert(gop2p.start_local_node(0)) end)
  after_each(function() node:close() end)

  -- The body of a post, and the status that it gets.
  local function gets(status, format, ...)
    local body = format:format(...)
    assert.equal(status, net.ask(node, net.post(body)).status, body)
  end

  it("names its sender in either way", function()
    local six <close> = net.sender({address = "::1"})
    local seven <close> = net.sender({address = "::1"})
    for name, text in pairs {
      [peer] = from,
      [gop2p.peer("127.1.2.4", peer.port)] =
        '{"port":"' .. peer.port .. '","address":"127.1.2.4"}',
      [gop2p.peer("::1", six.port)] =
        '{"port":' .. six.port .. ',"address":"::1"}',
      [gop2p.peer("::1", seven.port)] =
        '{"port":' .. seven.port .. ',"address":"[::1]"}',
      [gop2p.peer("a-name.localhost", peer.port)] =
        '{"port":' .. peer.port .. ',"address":"a-name.localhost"}',
    } do
      gets(200, '{"type":0,"from":%s}', text)
      local members = node:members()
      assert.equal(tostring(name), tostring(members[#members]))
    end
    assert.equal(5, #node:members())
  end)

  it("may not name a sender that is none", function()
    for _, port in ipairs({"0", "65536", "-1", "5.5", "null", '""', "true",
                           '"0"', '"65536"', '"5x"', '" 5"', '"+5"', "[]",
                           "{}", '"99999999999"', "1e9", '"0x10"'}) do
      gets(400, '{"type":0,"from":{"port":%s,"address":"127.1.2.3"}}', port)
    end
    for _, address in ipairs({'""', "null", "5", "[]", [["a\r\nb"]],
                              [["a\nX: y"]], [["a\u0000b"]], '"a b"',
                              '"a/b"', '"a:b"', '"[::1"', '"::g"', '"a\\"b"',
                              [["\u00e9"]], '"' .. ("a"):rep(300) .. '"'}) do
      gets(400, '{"type":0,"from":{"port":4000,"address":%s}}', address)
    end
    assert.same({}, node:members())
  end)

  it("in headers may not name a sender that is none", function()
    for _, port in ipairs({"0", "65536", "-1", "5.5", "", "5x", "0x10"}) do
      local bytes = net.http("GET /", {Host = "localhost", PEER_PORT = port,
                                       PEER_ADDRESS = "127.1.2.3"})
      assert.equal(400, net.ask(node, bytes).status, port)
    end
    for _, address in ipairs({"", "a b", "a/b", "::g", "a:b"}) do
      local bytes = net.http("GET /", {Host = "localhost", PEER_PORT = "4000",
                                       PEER_ADDRESS = address})
      assert.equal(400, net.ask(node, bytes).status, address)
    end
    local bytes = net.http("GET /", {PEER_ADDRESS = "127.1.2.3"})
    assert.equal(400, net.ask(node, bytes).status)
    assert.same({}, node:members())
  end)

  it("that is odd JSON is 400", function()
    for _, body in ipairs({"null", "[]", "[null]", "5", '"x"', "{", "{}",
                           '{"type":2}', '{"type":"2","from":%s}',
                           '{"type":null,"from":%s}',
                           '{"type":1.5,"from":%s}',
                           '{"type":0,"from":null}', '{"type":0,"from":[]}',
                           '{"type":2,"data":5,"from":%s}',
                           '{"type":2,"data":"?","from":%s}',
                           '{"type":2,"data":"YQ","from":%s}',
                           '{"type":2,"data":"YQ=","from":%s}',
                           '{"type":2,"data":"-_-_","from":%s}',
                           '{"type":3,"data":null,"from":%s,"to":[null]}',
                           '{"type":3,"data":null,"from":%s,"to":[{}]}',
                           '{"type":3,"data":null,"from":%s,"to":"x"}',
                           ("["):rep(5000), ("[{"):rep(500)}) do
      gets(400, "%s", (body:gsub("%%s", from)))
    end
    assert.same({}, node:members())
    gets(200, '{"type":0,"from":%s}', from)
  end)

  it("has names without case, and fields that nobody knows", function()
    gets(200, [[ {"Type":0,"x":{"type":9},"FROM":{"Port":%d,"zone":null,
                 "ADDRESS":"127.1.2.3"},"data":null,"y":[1,{}]} ]], peer.port)
    assert.same({tostring(peer)}, net.names(node:members()))
    gets(200, [[{"TYPE":2,"DATA":"YQ==",
                 "From":{"pORT":%d,"address":"127.1.2.3"}}]], peer.port)
    assert.equal("a", assert(node:receive(1)).data)
  end)

  -- Which of two fields is met first changes with the process.
  it("has a field that goes on behind a zero byte as another one", function()
    net.ask(node, net.json(0, peer))
    for i = 1, 9 do
      local other = ("x"):rep(i)
      gets(200, [[{"type\u0000%s":0,"type":2,"data\u0000%s":"Yg==",
                   "data":"YQ==","from":%s}]], other, other, from)
      assert.equal("a", assert(node:receive(1)).data)
      gets(400, [[{"type\u0000%s":2,"data":"YQ==","from":%s}]], other, from)
    end
  end)

  it("without data has none", function()
    net.ask(node, net.json(0, peer))
    gets(200, '{"type":2,"data":null,"from":%s}', from)
    gets(200, '{"type":2,"data":"","from":%s}', from)
    gets(200, '{"type":2,"from":%s}', from)
    for _ = 1, 3 do assert.equal("", assert(node:receive(1)).data) end
  end)

  it("has several receivers", function()
    net.ask(node, net.json(0, peer))
    local to = {gop2p.peer("127.4.4.4", 4), node:self(),
                gop2p.peer("::1", 5)}
    assert.equal(200, net.ask(node, net.json(3, peer, "YQ==", to)).status)
    local msg = assert(node:receive(1))
    assert.same(net.names(to), net.names(msg.to))
  end)

  -- It counts as one of the header forms, and its address responds so.
  it("in all forms at once joins", function()
    local old = gop2p.peer("127.1.2.3", senders["v1.1.2"].port)
    local body = ('{"type":0,"data":null,"from":{"port":%d,"address":"%s"}}')
                 :format(old.port, old.address)
    local headers = {Host = tostring(old), Peer_address = old.address,
                     Peer_port = old.port}
    local response = net.ask(node, net.http("GET /", headers, body))
    assert.same({200, "[]"}, {response.status, response.body})
    assert.same({tostring(old)}, net.names(node:members()))
  end)

  it("may be what curl makes of it", function()
    local port = node:self().port
    local process = require "spec.support.process"
    local big = '{"type":0,"data":"' .. ("A"):rep(8192)
                .. '","from":' .. from .. "}"
    for _, option in ipairs({"Transfer-Encoding: chunked",
                             "Expect: 100-continue", "X: y"}) do
      local curl <close> = assert(process.start({
        "curl", "-s", "-S", "--max-time", "5", "-H", option, "-w",
        " %{http_code}\\n", "--data-binary", big,
        "http://127.0.0.1:" .. port .. "/"}))
      local line = curl:line(5, net.idle)
      assert.matches("^%[.*%] 200$", line, option)
    end
  end)
end)
