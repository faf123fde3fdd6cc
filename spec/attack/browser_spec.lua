-- A page in a browser on this machine must not be able to write to a node,
-- nor to learn anything of it, unless the option cors allows its origin.

local gop2p = require "gop2p"
local net = require "spec.support.net"

local PEER = gop2p.peer("127.1.2.3", 4000)
local JSON = '{"type":%d,"data":"YQ==","from":'
             .. '{"port":4000,"address":"127.1.2.3"}}'

-- A request as a browser sends it for a page of 'origin'; what it may not
-- set, such as Host, it does not.
local function page(node, method, origin, site, body, more)
  local headers = {Host = "localhost:" .. node:self().port, Origin = origin,
                   ["Sec-Fetch-Site"] = site, ["User-Agent"] = "Mozilla/5.0"}
  for name, value in pairs(more or {}) do headers[name] = value end
  return net.ask(node, net.http(method .. " /", headers, body))
end

-- Everything that a page can try.
local function attempts(node, origin, site)
  local seed = {PEER_ADDRESS = "127.1.2.3", PEER_PORT = "4000"}
  local list = {}
  local function try(...)
    list[#list + 1] = page(node, ...).status
  end
  for kind = 0, 3 do
    try("POST", origin, site, JSON:format(kind), {["Content-Type"] =
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
  local node

  before_each(function()
    node = assert(gop2p.start_local_node(0))
    assert.equal(200, net.ask(node, net.json(0, PEER)).status)
  end)
  after_each(function() node:close() end)

  for name, origin in pairs({
    another = "http://example.com", secure = "https://example.com",
    sandboxed = "null", ["from a port of this machine"] =
      "http://localhost:8080", ["from a file"] = "file://",
  }) do
    it("is refused whatever it tries: " .. name, function()
      assert.same(all(403), attempts(node, origin, "cross-site"))
      assert.is_nil((node:receive(0)))
      assert.same({tostring(PEER)}, net.names(node:members()))
      local err = assert(net.errors(node, 1)[1])
      assert.same({"ECORS", 403}, {err.code, err.status})
    end)
  end

  it("is refused when only the site is told", function()
    for _, site in ipairs({"cross-site", "same-site", "same-origin"}) do
      assert.equal(403, page(node, "GET", nil, site).status, site)
    end
  end)

  it("is refused under a name that leads here", function()
    -- Rebinding: to the browser the page and the node are one origin.
    local name = "http://evil.example:" .. node:self().port
    for kind = 0, 3 do
      assert.equal(403, page(node, "POST", name, "same-origin",
                             JSON:format(kind)).status)
    end
    assert.is_nil((node:receive(0)))
  end)

  it("hears nothing of the members", function()
    local response = page(node, "POST", "http://example.com", "cross-site",
                        JSON:format(0))
    assert.is_nil(response.body:find("4000", 1, true))
  end)
end)

describe("the option cors", function()
  it("lets in the origins that it names, and no others", function()
    local node <close> = assert(gop2p.start_local_node(0,
      {cors = "http://a.example https://b.example:8443"}))
    net.ask(node, net.json(0, PEER))
    for origin, status in pairs({
      ["http://a.example"] = 200, ["https://b.example:8443"] = 200,
      ["https://a.example"] = 403, ["http://a.example:80"] = 403,
      ["http://a.example.evil"] = 403, ["https://b.example"] = 403,
      ["http://a.exampl"] = 403, ["null"] = 403, [""] = 403, ["*"] = 403,
      ["http://a.example https://b.example:8443"] = 403,
    }) do
      assert.equal(status, page(node, "POST", origin, "cross-site",
                                JSON:format(2)).status, origin)
    end
  end)

  it("lets in all with a star, as Go does", function()
    local node <close> = assert(gop2p.start_local_node(0, {cors = "*"}))
    net.ask(node, net.json(0, PEER))
    assert.equal(200, page(node, "POST", "http://example.com", "cross-site",
                           JSON:format(2)).status)
    assert.equal("a", assert(node:receive(0)).data)
    assert.equal(204, page(node, "OPTIONS", "http://example.com",
                           "cross-site").status)
  end)
end)

describe("somebody at this machine", function()
  it("is no page: what they type into a browser is served", function()
    local node <close> = assert(gop2p.start_local_node(0))
    assert.equal(400, page(node, "GET", nil, "none").status)
    assert.equal(204, net.ask(node, net.http("OPTIONS /", {}))
                      .status)
  end)
end)
