-- Strangers that make a node send to others: what it sends is no more than so
-- many times what they have sent.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local ours = require "spec.support.ours"

local MOST = 5 -- bytes to others for each byte of strangers
local COUNT = 60
local QUIET = {probe_interval = 86400} -- it probes nobody by itself meanwhile

describe("for requests of a stranger a member gets little more", function()
  local node, ann, bob

  -- What the node has sent to members until nothing comes any more. Nodes of
  -- other specs that run meanwhile may take them for members of their own,
  -- who were at these ports before.
  local function sent()
    local name, texts = tostring(node:self()), {}
    for _, one in ipairs {ann, bob} do
      repeat
        local line = one.server.process:line(0.5, net.idle)
        local text = line and line:match("^%a+ %d+ (.*)$")
        text = text and go.decode(text) or ""
        if text:find(name, 1, true) then texts[#texts + 1] = text end
      until not line
    end
    return table.concat(texts)
  end

  before_each(function()
    node = assert(gop2p.start_local_node(0, QUIET))
    ann, bob = ours.start(), ours.start()
    for _, one in ipairs {ann, bob} do
      assert.equal(200, net.ask(node, one:connect()).status)
    end
    net.await(function() return #node:members() == 2 end)
    assert.not_equal("", sent()) -- it has asked them who they are
  end)
  after_each(function()
    node:close()
    ann:close()
    bob:close()
  end)

  -- 'make' makes the request with that number, 'most': bytes to others for
  -- each byte of it.
  local function flood(make, most)
    local said, conns = 0, {}
    for i = 1, COUNT do
      local bytes = make(i)
      said = said + #bytes
      conns[i] = assert(net.dial(node))
      conns[i]:send(bytes)
    end
    for _, conn in ipairs(conns) do
      assert(conn:response())
      conn:close()
    end
    local to = sent()
    assert.is_true(#to <= (most or MOST) * said,
                   ("%d for %d: %s"):format(#to, said, to))
  end

  local function probe(headers)
    headers.Host = "localhost"
    return net.http("OPTIONS /", headers)
  end

  it("of one that suspects it", function()
    flood(function() return probe {["Gop2p-Suspect"] = bob.name} end, 0)
  end)

  it("of one that wants it probed", function()
    flood(function() return probe {["Gop2p-Probe"] = bob.name} end, 0)
  end)

  it("of one that suspects it in the name of a member", function()
    flood(function(i)
      return probe {["Gop2p-Suspect"] = bob.name,
                    ["Gop2p-Lua"] = "1 " .. ann.name,
                    ["Gop2p-Process"] = ann.process,
                    ["Gop2p-Cookie"] = i % 2 == 0 and ("%032x"):format(i)
                                       or nil}
    end)
  end)

  it("of one that tells of another list", function()
    flood(function(i)
      return probe {["Gop2p-Digest"] = ("%032x %s"):format(i, ann.name)}
    end)
  end)

  it("of one that comes in its name", function()
    flood(function(i)
      return net.http("GET /", ann:headers {
        ["Gop2p-Cookie"] = ("%032x"):format(i)})
    end)
    flood(function() return net.json(0, ann) end)
  end)

  it("of one that looks in its name", function()
    flood(function() return probe {
      ["Gop2p-List"] = "1", ["Gop2p-Lua"] = "1 " .. ann.name,
      ["Gop2p-Process"] = ann.process, Peer_address = ann.address,
      Peer_port = tostring(ann.port)} end)
  end)
end)

describe("whoever is named by strangers, and is no node", function()
  it("gets little more than they say, until nothing comes any more",
     function()
    local node <close> = assert(gop2p.start_local_node(0, {
      name = ("x"):rep(32)}))
    local web <close> = net.canned({options = net.page("200 OK", "hello")})
    local said, to, conns = 0, 0, {}
    for i = 1, COUNT do
      local bytes = net.http("GET /", {
        Peer_address = web.address, Peer_port = tostring(web.port),
        ["Gop2p-Cookie"] = ("%032x"):format(i)})
      said = said + #bytes
      conns[i] = assert(net.dial(node))
      conns[i]:send(bytes)
    end
    repeat
      local line = web.process:line(2, net.idle)
      local text = line and line:match("^%a+ %d+ (.*)$")
      to = to + (text and #go.decode(text) or 0)
    until not line
    for _, conn in ipairs(conns) do conn:close() end
    assert.is_true(to > 0)
    assert.is_true(to <= MOST * said, ("%d for %d"):format(to, said))
  end)
end)

describe("a member that suspects another", function()
  it("has it probed once a second", function()
    local node <close> = assert(gop2p.start_local_node(0, QUIET))
    local ann <close> = ours.start()
    local bob <close> = ours.start()
    for _, one in ipairs {ann, bob} do
      assert.equal(200, net.ask(node, one:connect()).status)
    end
    net.await(function() return #node:members() == 2 end)
    repeat until not bob.server.process:line(0.5, net.idle)
    for _ = 1, 30 do
      net.ask(node, net.http("OPTIONS /", ann:headers {
        ["Gop2p-Suspect"] = bob.name}))
    end
    local probes = 0
    while bob.server.process:line(0.5, net.idle) do probes = probes + 1 end
    assert.is_true(probes >= 1 and probes <= 3, probes)
  end)
end)
