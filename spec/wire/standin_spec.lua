-- The stand-ins of the published programs are held against the recordings
-- themselves, byte for byte, and are as strict as the programs: else what
-- the other specs show would be worth little. No node of ours takes part.

local go = require "spec.support.go"
local net = require "spec.support.net"
local party = require "spec.support.party"

-- What each called itself when it was recorded as 7302.
local ADDRESS = {seed = "192.0.2.9", ["v1.1.2"] = "localhost",
                 ["v1.1.3"] = "0.0.0.0"}

-- A recorded request as from port 'from' to port 'to' of this machine; the
-- length of a body follows its ports, which may be longer.
local function moved(form, name, from, to)
  local text = net.recorded(form, name):gsub("192%.0%.2%.9", "localhost")
    :gsub("730[01]", tostring(to)):gsub("7302", tostring(from))
  local body = text:match("\r\n\r\n(.*)$")
  return (text:gsub("(Content%-Length: )%d+", "%1" .. #body))
end

local function from_port(requests, port)
  local out = {}
  for _, raw in ipairs(requests) do
    if raw:find(port, 1, true) then out[#out + 1] = raw end
  end
  return out
end

for _, form in ipairs(go.forms) do
  describe("the stand-in of " .. form .. " sends what was recorded",
           function()
    local address = form == "seed" and "localhost" or ADDRESS[form]
    local list, entry, member, peer

    before_each(function()
      list = party.group()
      for i = 1, 3 do list[i] = party.start(form, address, {log = true}) end
      entry, member, peer = table.unpack(list)
      member:connect(entry.name)
    end)

    after_each(function() getmetatable(list).__close(list) end)

    it("to its entry point and to who is named there", function()
      assert.equal(2, peer:connect(entry.name))
      peer:broadcast("Hello network!")
      if form ~= "seed" then peer:direct(member.name, "psst") end
      peer:leave()
      local function sent(to, ...)
        local expected = {}
        for i, name in ipairs({...}) do
          expected[i] = moved(form, "request-" .. name, peer.port, to.port)
        end
        assert.same(expected, from_port(to:requests(), peer.port))
      end
      sent(entry, "connect-to-entry", "broadcast-to-entry",
           "disconnect-to-entry")
      if form == "seed" then
        sent(member, "connect-to-member", "broadcast-to-member",
             "disconnect-to-member")
      else
        sent(member, "connect-to-member", "broadcast-to-member",
             "direct-to-member", "disconnect-to-member")
      end
    end)
  end)
end

-- What 'form' sends from localhost:'port', on a connection of its own.
local function request(form, what, port, data)
  local methods = {connect = "GET", disconnect = "DELETE",
                   broadcast = "POST", direct = "PUT"}
  local types = {connect = 0, disconnect = 1, broadcast = 2, direct = 3}
  if form ~= "v1.1.3" then
    return net.http(methods[what] .. " /", {
      Host = "x", Connection = "close", PEER_ADDRESS = "localhost",
      Peer_Port = port}, data)
  end
  return net.post(('{"type":%d,"data":%s,"from":{"port":%d,"address":' ..
    '"localhost"}}'):format(types[what] or 9, data and '"YQ=="' or "null",
    port), {Host = "localhost:" .. port, Connection = "close"})
end

-- All of a response but when it was given.
local function undated(bytes)
  local text, count = bytes:gsub("\r\nDate: [^\r]*", "")
  assert.equal(1, count)
  return text
end

for _, form in ipairs(go.forms) do
  describe("the stand-in of " .. form .. " responds as was recorded",
           function()
    local peer

    before_each(function() peer = party.start(form) end)
    after_each(function() peer:close() end)

    local function responds(name, bytes)
      local response = net.ask(peer.port, bytes)
      assert.equal(undated(net.recorded(form, "response-" .. name)),
                   undated(response.raw))
    end

    it("to who joins, talks and leaves", function()
      responds("connect-first", request(form, "connect", 7401))
      responds("connect-second", request(form, "connect", 7402))
      responds("connect-again", request(form, "connect", 7402))
      responds("broadcast-member", request(form, "broadcast", 7401, "a"))
      responds("direct-member", request(form, "direct", 7401, "a"))
      responds("disconnect-member", request(form, "disconnect", 7401))
      assert.same({"localhost:7402"}, peer:members())
    end)

    it("to strangers", function()
      responds("broadcast-stranger", request(form, "broadcast", 7401, "a"))
      responds("disconnect-stranger", request(form, "disconnect", 7401))
      local heard = form == "seed" and {"message a from localhost:7401"}
      assert.same(heard or {}, peer:heard())
    end)

    it("to what is none of its requests", function()
      local bare = {Host = "x", Connection = "close"}
      responds("options", net.http("OPTIONS /", bare))
      if form ~= "v1.1.3" then
        if form == "seed" then
          net.ask(peer.port, request(form, "connect", 7401))
          net.ask(peer.port, request(form, "connect", 7402))
        end
        return responds("no-peer-headers", net.http("GET /", bare))
      end
      responds("not-json", net.post("no JSON", bare))
      responds("unknown-type", request(form, "of no kind", 7401))
      responds("own-host", net.post("", {Host = peer.name,
                                        Connection = "close"}))
    end)
  end)
end

-- An entry point that responds to a connect with this body.
local function entry(body)
  return net.canned({connect = net.response("200 OK", body)})
end

describe("the stand-in of", function()
  -- Whether each form parses a list with a port written like that.
  local lists = {
    ['"5000"'] = {seed = true, ["v1.1.2"] = false, ["v1.1.3"] = false},
    ["5000"] = {seed = false, ["v1.1.2"] = true, ["v1.1.3"] = true},
    ["5000.0"] = {seed = false, ["v1.1.2"] = false, ["v1.1.3"] = false},
    ["5e3"] = {seed = false, ["v1.1.2"] = false, ["v1.1.3"] = false},
  }

  for _, form in ipairs(go.forms) do
    it(form .. " refuses the other's ports in a list", function()
      for port, forms in pairs(lists) do
        local peer <close> = party.start(form)
        -- It is the newcomer itself, so that nobody need be greeted.
        port = port:gsub("5000", peer.port):gsub("5e3", peer.port .. "e0")
        local canned <close> = entry(
          ('[{"port":%s,"address":"localhost"}]'):format(port))
        local reply = peer.peer:ask("connect " .. canned.name, 5, net.idle)
        if forms[form] then
          assert.equal("connected 1", reply)
        else
          assert.matches("^failed .*error parsing incoming member list",
                         reply)
        end
      end
    end)

    it(form .. " does not join through one that lists a dead one", function()
      local peer <close> = party.start(form)
      local dead <close> = net.nobody()
      local quote = form == "seed" and '"' or ""
      local canned <close> = entry(
        ('[{"port":%s%d%s,"address":"127.0.0.1"}]'):format(quote, dead.port,
                                                           quote))
      assert.matches("^failed .*refused",
                     peer.peer:ask("connect " .. canned.name, 5, net.idle))
      assert.same({}, peer:members())
    end)

    it(form .. " stops a broadcast at the first dead member", function()
      local peer <close> = party.start(form)
      local dead <close> = net.nobody()
      local other <close> = party.start(form)
      net.ask(peer.port, request(form, "connect", dead.port))
      net.ask(peer.port, request(form, "connect", other.port))
      net.ask(other.port, request(form, "connect", peer.port))
      assert.matches("^failed .*refused",
                     peer.peer:ask("broadcast a", 5, net.idle))
      assert.same({}, other:heard())
      other:broadcast("b")
      assert.same({"message b from " .. other.name}, peer:heard())
    end)

    it(form .. " responds to a message when it is read", function()
      local peer <close> = party.start(form)
      net.ask(peer.port, request(form, "connect", 7401))
      peer:ask("pause", "paused")
      local conn <close> = net.dial(peer.port)
      conn:send(request(form, "broadcast", 7401, "a"))
      peer:members()
      assert.is_nil((conn.socket:receive(1)))
      assert.same({}, peer:heard())
      peer:ask("resume", "resumed")
      assert.equal(200, conn:response().status)
      assert.equal(1, #peer:heard())
    end)
  end

  it("v1.1.2 and v1.1.3 know members by their exact names", function()
    for _, form in ipairs({"v1.1.2", "v1.1.3"}) do
      local peer <close> = party.start(form)
      net.ask(peer.port, request(form, "connect", 7401))
      -- As many letters, so its length is right still.
      local bytes = request(form, "broadcast", 7401, "a"):gsub("localhost",
                                                               "127.0.0.1")
      assert.equal(403, net.ask(peer.port, bytes).status)
      assert.equal(200, net.ask(peer.port,
        request(form, "broadcast", 7401, "a")).status)
    end
  end)

  it("v1.1.3 looks at the JSON alone", function()
    for i, method in ipairs({"GET", "PUT", "DELETE", "PATCH"}) do
      local peer <close> = party.start("v1.1.3")
      local bytes = request("v1.1.3", "connect", 7400 + i):gsub("^POST",
                                                                method)
      assert.equal("[]", net.ask(peer.port, bytes).body)
      assert.same({"localhost:" .. 7400 + i}, peer:members())
    end
  end)

  it("the header forms look at the method and headers alone", function()
    local body = '{"type":1,"data":null,"from":{"port":1,"address":"x"}}'
    for _, form in ipairs({"seed", "v1.1.2"}) do
      local peer <close> = party.start(form)
      net.ask(peer.port, request(form, "connect", 7401, body))
      assert.same({"localhost:7401"}, peer:members())
      net.ask(peer.port, request(form, "broadcast", 7401, body))
      assert.same({"message " .. body .. " from localhost:7401"},
                  peer:heard())
    end
  end)

  it("v1.1.3 refuses a port that is no integer", function()
    local peer <close> = party.start("v1.1.3")
    for _, port in ipairs({"7401.0", '"7401"', "7401e0", "true"}) do
      local body = '{"type":0,"from":{"port":' .. port .. ',"address":"x"}}'
      assert.equal(400, net.ask(peer.port, net.post(body)).status)
    end
    assert.same({}, peer:members())
  end)

  it("v1.1.3 does not survive a nil member", function()
    local peer <close> = party.start("v1.1.3")
    assert.equal(200, net.ask(peer.port, net.post("{}")).status)
    peer.peer:send("broadcast Hello")
    assert.equal("crashed", peer.peer:event(5, net.idle))
    assert.equal(2, peer.peer.process:wait(5, net.idle))
  end)
end)
