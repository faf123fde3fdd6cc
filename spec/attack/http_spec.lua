-- Requests that break the rules of HTTP, or play with them: each gets the
-- status that says so, the program learns of it, and all others are served.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local socket = require "socket"

local HOST = "Host: 127.9.9.9:9999\r\n"
local sender = net.sender()
local GOOD = net.json(0, sender)

teardown(function() sender:close() end)

local function post(headers, body)
  return "POST / HTTP/1.1\r\n" .. HOST .. headers .. "\r\n" .. (body or "")
end

local function chunked(body)
  return post("Transfer-Encoding: chunked\r\n", body)
end

describe("refused with its proper status:", function()
  local node, bystander, process

  before_each(function()
    node = assert(gop2p.start_local_node(0, {max_body = 1000}))
    bystander = assert(net.dial(node))
    bystander:send(GOOD)
    local response = assert(bystander:response())
    assert.equal(200, response.status)
    process = assert(response.headers["gop2p-process"])
  end)

  after_each(function()
    bystander:close()
    node:close()
  end)

  -- The status of the response, after which the connection is closed; the
  -- error that the program is told; and somebody else is served meanwhile.
  local function refused(status, code, bytes)
    local conn <close> = assert(net.dial(node))
    conn:send(bytes)
    local response, rest = conn:response()
    response = response or error(("no response: %q"):format(rest))
    assert.equal(status, response.status)
    assert.equal("close", response.headers.connection)
    assert.equal(process, response.headers["gop2p-process"])
    assert.equal("", response.body)
    assert.is_nil(response.headers["content-type"])
    local more, left = conn:response()
    assert.is_nil(more)
    assert.equal("", left)
    bystander:send(GOOD)
    assert.equal(200, assert(bystander:response()).status)
    local err = assert(net.errors(node, 1)[1])
    assert.same({code, status}, {err.code, err.status})
    assert.matches("127.0.0.1", tostring(err), 1, true)
    assert.is_nil((node:receive(0)))
    return response
  end

  local function each(status, code, list)
    for name, bytes in pairs(list) do
      it(("%d to %s"):format(status, name), function()
        local response = refused(status, code, bytes)
        assert.equal(status == 405, response.headers.allow ~= nil)
      end)
    end
  end

  each(405, "EBADMSG", {
    ["a method that nobody knows"] = "BREW / HTTP/1.1\r\n" .. HOST .. "\r\n",
    ["HEAD"] = "HEAD / HTTP/1.1\r\n" .. HOST .. "\r\n",
    ["TRACE with a body"] = "TRACE / HTTP/1.1\r\n" .. HOST
                            .. "Content-Length: 5\r\n\r\nGET /",
    ["CONNECT"] = "CONNECT / HTTP/1.1\r\n" .. HOST .. "\r\n",
    ["a method in small letters"] = "get / HTTP/1.1\r\n" .. HOST .. "\r\n",
  })

  each(505, "EBADMSG", {
    ["HTTP/2.0"] = "GET / HTTP/2.0\r\n" .. HOST .. "\r\n",
    ["the preface of HTTP/2"] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ["HTTP/1.2"] = "GET / HTTP/1.2\r\n" .. HOST .. "\r\n",
  })

  each(400, "EBADMSG", {
    ["HTTP/0.9"] = "GET /\r\n\r\n",
    ["no version"] = "GET / HTTP/\r\n\r\n",
    ["an empty first line"] = "\r\n" .. GOOD,
    ["what is no HTTP"] = "hello\r\n\r\n",
    ["the hello of TLS"] = "\22\3\1\2\0\1\0\1\252\3\3",
    ["two spaces"] = "GET  / HTTP/1.1\r\n" .. HOST .. "\r\n",
    ["a space in the path"] = "GET /a b HTTP/1.1\r\n" .. HOST .. "\r\n",
    ["a path that is none"] = "GET x HTTP/1.1\r\n" .. HOST .. "\r\n",
    ["a path that names a host"] = "GET //a/ HTTP/1.1\r\n" .. HOST .. "\r\n",
    ["a NUL in the first line"] = "GET /\0 HTTP/1.1\r\n" .. HOST .. "\r\n",
    ["a NUL in a header"] = post("X: a\0b\r\nContent-Length: 0\r\n"),
    ["a line without CR"] = "GET / HTTP/1.1\n" .. HOST .. "\r\n",
    ["a CR without LF"] = post("X: a\rY: b\r\nContent-Length: 0\r\n"),
    ["a folded header"] = post("X: a\r\n b\r\nContent-Length: 0\r\n"),
    ["a header without colon"] = post("X\r\nContent-Length: 0\r\n"),
    ["a header without name"] = post(": x\r\nContent-Length: 0\r\n"),
    ["a space before the colon"] = post("Content-Length : 0\r\n"),
    ["two Hosts"] = post(HOST .. "Content-Length: 0\r\n"),
    ["two lengths"] = post("Content-Length: 1\r\nContent-Length: 2\r\n",
                           "ab"),
    ["the same length twice"] = post("Content-Length: 1\r\n"
                                     .. "Content-Length: 1\r\n", "a"),
    ["two lengths in one"] = post("Content-Length: 1, 1\r\n", "a"),
    ["a length below zero"] = post("Content-Length: -1\r\n"),
    ["a length with a sign"] = post("Content-Length: +1\r\n", "a"),
    ["a length that is no number"] = post("Content-Length: x\r\n"),
    ["a length that is empty"] = post("Content-Length:\r\n"),
    ["length and chunks"] = post("Content-Length: 5\r\n"
      .. "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    ["two codings"] = post("Transfer-Encoding: chunked\r\n"
      .. "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    ["chunks in HTTP/1.0"] = "POST / HTTP/1.0\r\n"
      .. "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ["a chunk size that is none"] = chunked("x\r\n"),
    ["an empty chunk size"] = chunked("\r\n"),
    ["a chunk size with a sign"] = chunked("+1\r\na\r\n"),
    ["a chunk size with 0x"] = chunked("0x1\r\na\r\n"),
    ["a chunk size below zero"] = chunked("-1\r\n"),
    ["a chunk size without end"] = chunked(("0"):rep(100)),
    ["a chunk extension"] = chunked("1;a=b\r\na\r\n"),
    ["a chunk longer than it says"] = chunked("1\r\nab\r\n"),
    ["chunks of a byte without end"] = chunked(("1\r\na\r\n"):rep(300)),
    ["trailers"] = chunked("0\r\nPeer_address: x\r\n\r\n"),
  })

  each(501, "EBADMSG", {
    ["another coding"] = post("Transfer-Encoding: gzip\r\n"),
    ["two codings in one"] = post("Transfer-Encoding: gzip, chunked\r\n"),
  })

  each(417, "EBADMSG", {
    ["an expectation that nobody knows"] =
      post("Expect: the unexpected\r\nContent-Length: 1\r\n", "a"),
  })

  each(411, "EBADMSG", {
    ["POST without a length"] = post(""),
    ["PUT without a length"] = "PUT / HTTP/1.1\r\n" .. HOST .. "\r\n",
  })

  -- The limit of the data is 1,000; on the wire this is base64 in JSON.
  each(413, "ELIMIT", {
    ["a length beyond the limit"] = post("Content-Length: 80000\r\n"),
    ["a length beyond all numbers"] =
      post("Content-Length: " .. ("9"):rep(40) .. "\r\n"),
    ["a chunk beyond the limit"] = chunked("fffff\r\n"),
    ["a chunk beyond all numbers"] = chunked("ffffffffffffffff\r\n"),
    ["many chunks"] = chunked((("1000\r\n" .. ("a"):rep(4096) .. "\r\n"))
                              :rep(20)),
    ["a body that is expected"] =
      post("Expect: 100-continue\r\nContent-Length: 80000\r\n"),
  })

  each(431, "ELIMIT", {
    ["a first line beyond the limit"] = "GET /" .. ("a"):rep(17000),
    ["a header beyond the limit"] = post("X: " .. ("a"):rep(17000)),
    ["headers beyond the limit"] =
      post(("X: " .. ("a"):rep(500) .. "\r\n"):rep(40)),
    ["headers without number"] = post(("a:\r\n"):rep(2000)),
  })
end)

describe("served like any other:", function()
  local node

  before_each(function() node = assert(gop2p.start_local_node(0)) end)
  after_each(function() node:close() end)

  local body = ('{"type":0,"from":{"port":%d,"address":"127.1.2.3"}}')
               :format(sender.port)
  local length = "Content-Length: " .. #body .. "\r\n"

  it("HTTP/1.0, after which the connection ends", function()
    local conn <close> = assert(net.dial(node))
    conn:send("POST / HTTP/1.0\r\n" .. length .. "\r\n" .. body)
    local whole, text = conn:response()
    assert.is_nil(whole)
    assert.matches("^HTTP/1.0 200 .*\r\n\r\n%[%]$", text)
  end)

  it("HTTP/1.0 that wants to go on", function()
    local conn <close> = assert(net.dial(node))
    for _ = 1, 3 do
      conn:send("POST / HTTP/1.0\r\nConnection: keep-alive\r\n" .. length
                .. "\r\n" .. body)
      assert.equal(200, assert(conn:response()).status)
    end
  end)

  it("an address in full, as for a proxy", function()
    for _, target in ipairs({"http://localhost:65535/", "http://a-b.c",
                             "http://127.0.0.1/x?y"}) do
      local again <close> = assert(net.dial(node))
      again:send("POST " .. target .. " HTTP/1.1\r\n" .. HOST .. length
                 .. "\r\n" .. body)
      assert.equal(200, assert(again:response()).status, target)
    end
  end)

  it("chunks of any size, also byte by byte", function()
    local conn <close> = assert(net.dial(node))
    local bytes = {}
    for i = 1, #body do bytes[i] = "1\r\n" .. body:sub(i, i) .. "\r\n" end
    conn:send(chunked(table.concat(bytes) .. "000\r\n\r\n"))
    assert.equal(200, assert(conn:response()).status)
    local whole = chunked(("%X\r\n%s\r\n0\r\n\r\n"):format(#body, body))
    for i = 1, #whole do
      conn:send(whole:sub(i, i))
      gop2p.pump()
    end
    assert.equal(200, assert(conn:response()).status)
  end)

  it("who waits for leave to send", function()
    local conn <close> = assert(net.dial(node))
    conn:send(post("Expect: 100-continue\r\n" .. length))
    net.await(function()
      local data, _, part = conn.socket:receive(65536)
      conn.unread = (conn.unread or "") .. (data or part or "")
      return conn.unread:find("\r\n\r\n", 1, true)
    end)
    assert.matches("^HTTP/1.1 100 ", conn.unread)
    conn.unread = ""
    conn:send(body)
    assert.equal(200, assert(conn:response()).status)
  end)

  it("requests one after the other, however they are cut", function()
    local one = post(length, body)
    local many = one:rep(5) .. "OPTIONS / HTTP/1.1\r\n" .. HOST .. "\r\n"
    for cut = 1, #many, 7 do
      local conn <close> = assert(net.dial(node))
      conn:send(many:sub(1, cut))
      gop2p.pump()
      conn:send(many:sub(cut + 1))
      for _ = 1, 5 do assert.equal(200, assert(conn:response()).status) end
      assert.equal(204, assert(conn:response()).status)
    end
  end)

  it("the good ones before a bad one", function()
    local conn <close> = assert(net.dial(node))
    local good = post(length, body)
    conn:send(good .. good .. "BREW / HTTP/1.1\r\n\r\n" .. good)
    assert.equal(200, assert(conn:response()).status)
    assert.equal(200, assert(conn:response()).status)
    assert.equal(405, assert(conn:response()).status)
    local more, rest = conn:response()
    assert.is_nil(more)
    assert.equal("", rest)
  end)
end)

describe("requests that take long to read", function()
  it("do not hold up short ones", function()
    local node <close> = assert(gop2p.start_local_node(0))
    assert.equal(200, net.ask(node, net.json(0,
      gop2p.peer("127.0.0.1", 4000))).status) -- may send so much
    local list = {}
    for i = 1, 32000 do list[i] = ('"%s%x"'):format(("a"):rep(33), i) end
    local request = net.post('{"type":2,"x":[' .. table.concat(list, ",")
                             .. "]}")
    local probe <close> = assert(net.dial(node))
    local conns, sockets = {}, {}
    for i = 1, 12 do
      conns[i] = assert(net.dial(node))
      sockets[i] = conns[i].socket
      conns[i]:send(request:sub(1, -2))
    end
    for _ = 1, 1000 do gop2p.pump() end   -- all but that byte is read
    for _, one in ipairs(sockets) do one:send(request:sub(-1)) end
    probe:send("OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert.equal(204, assert(probe:response()).status)
    local responded = socket.select(sockets, nil, 0)
    assert.is_true(#responded <= 6, #responded)
    for _, conn in ipairs(conns) do
      assert.equal(400, assert(conn:response(20)).status)
      conn:close()
    end
  end)
end)
