-- A page in a browser is not a peer: what browsers send is refused, wherever
-- it comes from. And a node that its machine alone reaches is none of a name
-- that is not its machine's, to which a page can be bound. (What a real
-- browser sends, chromium_spec.lua tries.)

local gop2p = require "gop2p"
local net = require "spec.support.net"
local party = require "spec.support.party"

-- A node with a member that is there, whose name is no secret.
local function start()
  local node = assert(gop2p.start_local_node(0))
  local member = party.start("v1.1.2")
  member:connect(tostring(node:self()))
  return node, member
end

-- What its program would send, as v1.1.3 does, or in headers.
local function json(kind, member)
  return ('{"type":%d,"data":"YQ==","from":'
          .. '{"port":%d,"address":"localhost"}}'):format(kind, member.port)
end

local function fields(member)
  return {PEER_ADDRESS = "localhost", PEER_PORT = member.port}
end

-- A request as a browser sends it for a page of 'origin'; what it may not
-- set, such as Host, it does not.
local function page(node, method, origin, site, body, more)
  local headers = {Host = "localhost:" .. node:self().port, Origin = origin,
                   ["Sec-Fetch-Site"] = site, ["User-Agent"] = "Mozilla/5.0"}
  for name, value in pairs(more or {}) do headers[name] = value end
  return net.ask(node, net.http(method .. " /", headers, body))
end

-- Everything that a page can try.
local function attempts(node, member, origin, site)
  local seed = fields(member)
  local list = {}
  local function try(...)
    list[#list + 1] = page(node, ...).status
  end
  for kind = 0, 3 do
    try("POST", origin, site, json(kind, member), {["Content-Type"] =
        "text/plain"})
  end
  try("GET", origin, site)
  try("GET", origin, site, nil, seed)
  try("POST", origin, site, "a", seed)
  try("PUT", origin, site, "a", seed)
  try("DELETE", origin, site, nil, seed)
  try("OPTIONS", origin, site, nil, {
    ["Access-Control-Request-Method"] = "PUT",
    ["Access-Control-Request-Headers"] = "peer_address, peer_port"})
  return list
end

local function all(status)
  local list = {}
  for i = 1, 10 do list[i] = status end
  return list
end

describe("a page of another origin", function()
  local node, member

  before_each(function() node, member = start() end)
  after_each(function()
    member:close()
    node:close()
  end)

  for name, origin in pairs({
    another = "http://example.com", secure = "https://example.com",
    sandboxed = "null", ["from a port of this machine"] =
      "http://localhost:8080", ["from a file"] = "file://",
  }) do
    it("is refused whatever it tries: " .. name, function()
      assert.same(all(403), attempts(node, member, origin, "cross-site"))
      assert.is_nil((node:receive(0)))
      assert.same({member.name}, net.names(node:members()))
      local err = assert(net.errors(node, 1)[1])
      assert.same({"EBROWSER", 403}, {err.code, err.status})
    end)
  end

  it("is refused when only the site is told", function()
    for _, site in ipairs({"cross-site", "same-site", "same-origin", "none",
                           ""}) do
      assert.equal(403, page(node, "GET", nil, site).status, site)
    end
  end)

  it("is refused under a name that leads here", function()
    -- Rebinding: to the browser the page and the node are one origin.
    local name = "http://evil.example:" .. node:self().port
    for kind = 0, 3 do
      assert.equal(403, page(node, "POST", name, "same-origin",
                             json(kind, member)).status)
    end
    assert.is_nil((node:receive(0)))
  end)

  it("hears nothing of the members", function()
    local response = page(node, "POST", "http://example.com", "cross-site",
                        json(0, member))
    assert.is_nil(response.body:find(tostring(member.port), 1, true))
  end)
end)

-- Each of these alone; a page cannot leave out all of them.
local SIGNS = {"Accept-Language", "accept-language", "Referer", "Cookie",
               "COOKIE", "Origin", "oRIGIN", "Sec-Fetch-Mode", "sec-ch-ua",
               "Sec-WebSocket-Key", "Sec-"}

describe("a request with a header that browsers send", function()
  local node, member

  before_each(function() node, member = start() end)
  after_each(function()
    member:close()
    node:close()
  end)

  -- The same request is taken without the sign, but for methods that no node
  -- takes.
  local function refused(method, sign, value, body)
    local headers = fields(member)
    local bytes = net.http(method .. " /", headers, body)
    headers[sign] = value
    local response = net.ask(node, net.http(method .. " /", headers, body))
    assert.equal(403, response.status, method .. ", " .. sign)
    assert.equal("A page in a browser is not a peer\n", response.body)
    return response, bytes
  end

  it("is refused whatever its method, and with any value", function()
    for _, sign in ipairs(SIGNS) do
      for _, method in ipairs({"GET", "OPTIONS", "DELETE", "HEAD", "TRACE",
                               "CONNECT", "ANY"}) do
        refused(method, sign, "a")
      end
      for _, method in ipairs({"POST", "PUT", "PATCH"}) do
        refused(method, sign, "", "a")
      end
    end
    assert.is_nil((node:receive(0)))
    assert.same({member.name}, net.names(node:members()))
  end)

  it("is taken without it", function()
    for _, method in ipairs({"POST", "PUT"}) do
      local _, bytes = refused(method, "Referer", "a", "a")
      assert.equal(200, net.ask(node, bytes).status)
      assert.equal("a", assert(node:receive(1)).data)
    end
  end)

  it("is refused before its body comes, however large", function()
    local conn <close> = assert(net.dial(node))
    conn:send("POST / HTTP/1.1\r\nOrigin: null\r\n"
              .. "Content-Length: 99999999999\r\n\r\n")
    assert.equal(403, assert(conn:response()).status)
    conn:send("POST / HTTP/1.1\r\n\r\n")
    local response, rest = conn:response()
    assert.same({nil, ""}, {response, rest})
  end)

  it("is refused behind one that is taken, on one connection", function()
    local conn <close> = assert(net.dial(node))
    conn:send(net.http("OPTIONS /", {})
              .. net.http("OPTIONS /", {Cookie = 1}))
    assert.equal(204, assert(conn:response()).status)
    assert.equal(403, assert(conn:response()).status)
  end)

  it("gets a response that its page may not read, and that shows nothing",
     function()
    for _, method in ipairs({"GET", "OPTIONS", "POST"}) do
      local response = refused(method, "Origin", "http://a.example",
                               method == "POST" and "a" or nil)
      for name in pairs(response.headers) do
        assert.is_nil(name:match("^access%-control"), name)
        assert.is_nil(name:match("^gop2p"), name)
      end
    end
  end)

  it("is told to the program, a few in a second", function()
    local asked, told, dropped = 0, 0, 0
    gop2p.spawn(function()
      for err in node:errors() do
        assert.same({"EBROWSER", "connection", 403},
                    {err.code, err.kind, err.status})
        assert.matches("^connection error: refused a request from 127.0.0.1:"
                       .. " a browser sent it, which is not a peer",
                       tostring(err))
        told, dropped = told + 1, dropped + (err.dropped or 0)
      end
    end)
    local seconds = net.timed(net.await, function()
      refused("GET", "Origin", "null")
      asked = asked + 1
      return asked >= 100 and dropped > 0 and told + dropped == asked
    end)
    assert.is_true(told <= 16 * (seconds + 2), told)
  end)
end)

describe("the Host of a request", function()
  local MACHINE = io.popen("hostname"):read("l")

  -- For each host: whether a node started so answers.
  local function answers(expected, hosts, options, address, at)
    local node <close> = assert(gop2p.start_node(address or "localhost", 0,
                                                 options))
    for _, host in ipairs(hosts) do
      local response = net.ask(node, net.http("OPTIONS /", {Host = host}),
                               at)
      assert.equal(expected and 204 or 421, response.status, host)
      if not expected then
        assert.equal("The Host is none of this machine\n", response.body)
        assert.is_nil(response.headers["access-control-allow-origin"])
      end
    end
  end

  local OURS = {
    "localhost", "localhost:5000", "LOCALHOST:1", "LocalHost", "localhost.",
    "a.localhost:80", "127.0.0.1", "127.0.0.1:65535", "127.9.8.7:80",
    "[::1]", "[::1]:5000", "0.0.0.0", "0.0.0.0:7600", "[::]", "[::]:7600",
    "[::ffff:127.0.0.1]:80", ":::7600", "", MACHINE, MACHINE .. ":5000",
    MACHINE:upper() .. ".",
  }
  local OTHERS = {
    "evil.example", "evil.example:5000", "localhost.evil.example",
    "127.0.0.1.evil.example:80", "localhost:80.evil.example",
    "evillocalhost", "local", "192.0.2.9", "192.0.2.9:5000",
    "[2001:db8::9]:5000", "evil.example:localhost",
    "evil.example:.localhost", "evil.example/.localhost", ":80",
    "x", "1", "127.1", MACHINE .. ".evil.example", "a@localhost",
    "localhost@evil.example", "[localhost]x", "[::1", "localhost:80:80",
    ("a"):rep(300) .. ".localhost",
  }

  it("is one of this machine, or absent", function()
    for listen, at in pairs({localhost = "::1", ["127.0.0.1"] = "127.0.0.1",
                             ["127.0.0.5"] = "127.0.0.5"}) do
      answers(true, OURS, {listen = listen}, nil, at)
      answers(false, OTHERS, {listen = listen}, nil, at)
    end
    local node <close> = assert(gop2p.start_local_node(0))
    assert.equal(204, net.ask(node, net.http("OPTIONS /", {})).status)
  end)

  it("may be an address of this machine", function()
    local found
    for address in io.popen("hostname -I"):read("a"):gmatch("%S+") do
      local host = address:find(":") and "[" .. address .. "]" or address
      answers(true, {host, host .. ":5000"}, {listen = "localhost"})
      found = true
    end
    if not found then pending("this machine has no other address") end
  end)

  it("may be what the node calls itself", function()
    answers(true, {"box.example:5000", "BOX.example"},
            {listen = "127.0.0.1"}, "box.example")
    answers(true, {"192.0.2.9:5000"}, {listen = "127.0.0.1"}, "192.0.2.9")
    answers(true, {"[2001:db8::9]:5000"}, {listen = "127.0.0.1"},
            "2001:db8::9")
  end)

  it("may be a name of the option hosts", function()
    local options = {listen = "localhost",
                     hosts = {"Box.example", "192.0.2.9", "2001:db8::9"}}
    answers(true, {"box.example:5000", "box.EXAMPLE.", "192.0.2.9:1",
                   "[2001:db8::9]", "localhost"}, options)
    answers(false, {"a.box.example", "example", "192.0.2.8"}, options)
    answers(false, {"box.example"}, {listen = "localhost", hosts = {}})
  end)

  it("may be any where other machines reach the node", function()
    for _, listen in ipairs({"*", "0.0.0.0", "::"}) do
      answers(true, {"evil.example:5000", "192.0.2.9", "localhost"},
              {listen = listen})
    end
  end)

  it("that is not ours is told to the program, and to whoever asked",
     function()
    local node <close> = assert(gop2p.start_local_node(0))
    local other <close> = assert(gop2p.start_node("box.example", 0,
                                                  {listen = "127.0.0.1"}))
    local ok, err = other:connect(node:self())
    assert.same({nil, "EHOST", 421}, {ok, err.code, err.status})
    assert.matches("the Host is none of its machine (see option hosts)",
                   tostring(err), 1, true)
    err = assert(net.errors(node, 1)[1])
    assert.same({"EHOST", 421}, {err.code, err.status})
    assert.same({}, node:members())
  end)

  it("has a list of names in the option, and no other values", function()
    for _, hosts in ipairs({"box.example", 5, true, {5}, {""}, {"a b"},
                            {"a:80"}, {"http://a"}, {"a\0b"}, {{}},
                            {("a"):rep(254)}, {"é"}}) do
      assert.error_matches(function()
        gop2p.start_local_node(0, {hosts = hosts})
      end, "option 'hosts': ")
    end
    local many = {}
    for i = 1, 17 do many[i] = "a" .. i end
    assert.error_matches(function()
      gop2p.start_local_node(0, {hosts = many})
    end, "option 'hosts': 16 names at most expected, got 17")
  end)
end)
