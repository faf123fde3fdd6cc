-- What leaves us, byte for byte: what the published programs send in the
-- same place, header by header, but for their order and additions.

local go = require "spec.support.go"
local net = require "spec.support.net"
local party = require "spec.support.party"

-- A request in parts; the header fields by name.
local function parse(raw)
  local head, body = raw:match("^(.-\r\n)\r\n(.*)$")
  local request = {fields = {}, count = {}, body = body,
                   first = head:match("^([^\r]*)\r\n")}
  for name, value in head:gmatch("\n([^:\r\n]+): ([^\r\n]*)\r") do
    request.fields[name] = value
    request.count[name] = (request.count[name] or 0) + 1
  end
  return request
end

-- The recording as its program would have sent it from 'from' to 'to'.
local function recorded(form, name, from, to)
  local text = net.recorded(form, name)
  local address, port = from.address, tostring(from.port)
  if form == "v1.1.3" then
    text = text:gsub("Host: 0%.0%.0%.0:7302", "Host: " .. from.name)
      :gsub('"from":{"port":7302,"address":"0%.0%.0%.0"}',
            ('"from":{"port":%s,"address":"%s"}'):format(port, address))
      :gsub('"to":%[.*%]', ('"to":[{"port":%d,"address":"%s"}]'):format(
        to.port, to.address))
  else
    text = text:gsub("Host: [^\r]*", "Host: " .. to.name)
      :gsub("Peer_address: [^\r]*", "Peer_address: " .. address)
      :gsub("Peer_port: [^\r]*", "Peer_port: " .. port)
  end
  local request = parse(text)
  if request.fields["Content-Length"] then
    request.fields["Content-Length"] = tostring(#request.body)
  end
  return request
end

-- Fields that Go's client adds by itself, and which say nothing here.
local incidental = {["User-Agent"] = true, ["Accept-Encoding"] = true}

local function assert_as(expected, raw)
  local sent = parse(raw)
  assert.equal(expected.first, sent.first)
  assert.equal(expected.body, sent.body)
  for name, value in pairs(expected.fields) do
    if not incidental[name] then
      assert.equal(value, sent.fields[name], name)
    end
  end
  for name, count in pairs(sent.count) do assert.equal(1, count, name) end
  return sent
end

-- Two members of a form that log what ours sends them: the entry point and
-- one that it names.
local function network(form, address)
  local list = party.group()
  list[1] = party.start(form, address, {log = true})
  list[2] = party.start(form, address, {log = true})
  list[2]:connect(list[1].name)
  list[3] = party.start("ours", nil, {name = "Jürgen"})
  return list
end

local function parts(one)
  return {name = one.name, port = one.port,
          address = one.name:match("^(.*):")}
end

-- The requests that came from ours since the last call, but for probes.
local function fresh(peer, ours, seen)
  local list = {}
  local all = peer:requests()
  for i = (seen[peer] or 0) + 1, #all do
    local from_ours = all[i]:find(tostring(ours.port), 1, true)
    if from_ours and not all[i]:find("^OPTIONS") then
      list[#list + 1] = all[i]
    end
  end
  seen[peer] = #all
  return list
end

local headers = {"seed", "v1.1.2"}

for _, form in ipairs(go.forms) do
  describe("to " .. form .. " we send what it sends", function()
    local list, entry, member, ours, seen

    before_each(function()
      list = network(form, "localhost")
      entry, member, ours = table.unpack(list)
      seen = {}
      ours:connect(entry.name)
      party.settled(ours, {entry.name, member.name})
    end)

    after_each(function() getmetatable(list).__close(list) end)

    -- All that came is one request, the recorded one.
    local function one(peer, name)
      local got = fresh(peer, ours, seen)
      assert.equal(1, #got)
      return assert_as(recorded(form, name, parts(ours), parts(peer)),
                       got[1])
    end

    local function skip()
      fresh(entry, ours, seen)
      fresh(member, ours, seen)
    end

    it("to broadcast", function()
      skip()
      ours:broadcast("Hello network!")
      local a = one(entry, "request-broadcast-to-entry")
      local b = one(member, "request-broadcast-to-member")
      assert.is_nil(a.fields["Gop2p-Lua"])
      assert.is_nil(b.fields["Gop2p-Lua"])
    end)

    it("to send a notice, which it does not know", function()
      skip()
      ours.node:broadcast("Hello network!", {notice = true}):wait()
      assert.is_nil(one(entry, "request-broadcast-to-entry")
                    .fields["Gop2p-Notice"])
    end)

    it("to write to one", function()
      skip()
      ours:direct(member.name, "psst")
      assert.same({}, fresh(entry, ours, seen))
      if form == "seed" then
        local got = fresh(member, ours, seen)
        assert.equal(1, #got)
        local expected = recorded("v1.1.2", "request-direct-to-member",
                                  parts(ours), parts(member))
        expected.first = "POST / HTTP/1.1"
        assert_as(expected, got[1])
      else
        one(member, "request-direct-to-member")
      end
    end)

    it("to leave", function()
      skip()
      ours:leave()
      one(entry, "request-disconnect-to-entry")
      one(member, "request-disconnect-to-member")
    end)

    it("to connect, so that every form understands it", function()
      for name, peer in pairs({entry = entry, member = member}) do
        local got = fresh(peer, ours, seen)
        assert.equal(1, #got)
        local sent = parse(got[1])
        local as113 = recorded("v1.1.3", "request-connect-to-" .. name,
                               parts(ours), parts(peer))
        -- The method is that of the others, which this form ignores.
        as113.first = "GET / HTTP/1.1"
        assert_as(as113, got[1])
        for _, other in ipairs(headers) do
          local expected = recorded(other, "request-connect-to-" .. name,
                                    parts(ours), parts(peer))
          assert.equal(expected.first, sent.first)
          for _, field in ipairs({"Peer_address", "Peer_port"}) do
            assert.equal(expected.fields[field], sent.fields[field])
          end
        end
        assert.equal("1 " .. ours.name, sent.fields["Gop2p-Lua"])
        assert.matches("^%x+ J%%C3%%BCrgen$", sent.fields["Gop2p-Process"])
        assert.equal("3", sent.fields["Gop2p-Version"])
        assert.matches("^" .. ("%x"):rep(32) .. "$",
                       sent.fields["Gop2p-Cookie"])
      end
    end)

    it("and what we add is in connects alone", function()
      ours:broadcast("a")
      ours:direct(entry.name, "b")
      ours:connect(member.name)
      ours:leave()
      local connects = 0
      for _, peer in ipairs({entry, member}) do
        for _, raw in ipairs(fresh(peer, ours, {})) do
          local request = parse(raw)
          local connect = raw:find('"type":0', 1, true)
          assert.equal(connect and "1 " .. ours.name or nil,
                       request.fields["Gop2p-Lua"])
          assert.equal(connect ~= nil,
                       request.fields["Gop2p-Process"] ~= nil)
          -- Nor is it shown a cookie once it is known to be none of ours.
          assert.is_true(connect ~= nil or not request.fields["Gop2p-Cookie"])
          connects = connects + (connect and 1 or 0)
          for name in pairs(request.fields) do
            assert.is_truthy(({
              Host = 1, ["Content-Length"] = 1, Peer_address = 1,
              Peer_port = 1, ["Gop2p-Lua"] = 1, ["Gop2p-Process"] = 1,
              ["Gop2p-Brief"] = 1, ["Gop2p-Version"] = 1,
              ["Gop2p-Cookie"] = 1,
              ["User-Agent"] = 1, ["Accept-Encoding"] = 1,
            })[name], name)
          end
        end
      end
      assert.is_true(connects >= 3)
    end)
  end)
end

describe("asked back, a newcomer gets the connect of its form", function()
  for _, form in ipairs(headers) do
    it(form, function()
      local ours <close> = party.start("ours")
      local peer <close> = party.start(form, "localhost", {log = true})
      local us = "127.0.0.1:" .. ours.port
      peer:connect(us)
      local got = fresh(peer, ours, {})
      for _, raw in ipairs(got) do
        assert_as(recorded(form, "request-connect-to-entry",
          {name = us, address = "127.0.0.1", port = ours.port},
          parts(peer)), raw)
      end
      assert.equal(2, #got)
    end)
  end
end)

describe("a response of ours", function()
  local function responseto(bytes)
    local ours <close> = party.start("ours")
    return net.ask(ours.node, bytes), ours.name
  end

  local function joined(more)
    local ours <close> = party.start("ours")
    local from <close> = net.sender()
    assert.equal(200, net.ask(ours.node, net.json(0, from)).status)
    return net.ask(ours.node, more(from)), ours.name
  end

  -- Go's own fields, and the announcement where the protocol has it.
  local function as(form, name, response, announced)
    local expected = net.parse(net.recorded(form, name))
    assert.equal(expected.status, response.status)
    assert.equal(expected.body, response.body)
    for field, value in pairs(expected.headers) do
      if field ~= "date" and field ~= "connection" then
        assert.equal(value, response.headers[field], field)
      end
    end
    assert.equal(announced, response.headers["gop2p-lua"])
  end

  local stranger = {address = "127.0.0.1", port = 9}

  it("to a connect is the list, announced", function()
    local newcomer <close> = net.sender()
    local response, name = responseto(net.json(0, newcomer))
    as("v1.1.3", "response-connect-first", response, "1 " .. name)
  end)

  it("to a probe is announced", function()
    local response, name = responseto(net.http("OPTIONS /", {}))
    assert.equal(204, response.status)
    assert.equal("1 " .. name, response.headers["gop2p-lua"])
  end)

  it("to all else is not announced", function()
    as("v1.1.3", "response-broadcast-stranger",
       (responseto(net.json(2, stranger, "YQ=="))))
    as("v1.1.3", "response-disconnect-stranger",
       (responseto(net.json(1, stranger))))
    as("v1.1.3", "response-not-json", (responseto(net.post("no JSON"))))
    as("v1.1.3", "response-unknown-type", (responseto(net.json(7, stranger))))
    as("v1.1.3", "response-direct-member", (joined(function(from)
      return net.json(3, from, "YQ==")
    end)))
    as("v1.1.3", "response-disconnect-member", (joined(function(from)
      return net.json(1, from)
    end)))
  end)

  it("to a second newcomer of a form is its list", function()
    for _, form in ipairs(headers) do
      local ours <close> = party.start("ours")
      local first <close> = party.start("v1.1.3", "127.0.0.1")
      first:connect(ours.name)
      local peer <close> = party.start(form, "localhost")
      local bytes = net.http("GET /", {Host = ours.name,
        Peer_address = "localhost", Peer_port = peer.port})
      local quote = form == "seed" and '"' or ""
      local one = '{"port":%s%d%s,"address":"%s"}'
      local response = net.ask(ours.node, bytes)
      assert.equal("[" .. one:format(quote, first.port, quote, "127.0.0.1")
                   .. "]", response.body)
      response = net.ask(ours.node, bytes)
      assert.equal("[" .. one:format(quote, first.port, quote, "127.0.0.1")
        .. "," .. one:format(quote, peer.port, quote, "localhost") .. "]",
        response.body)
    end
  end)
end)

-- What each says to the other arrives as it is.
local function carry(ours, peer, text)
  peer:broadcast(text)
  assert.same({"message " .. text .. " from " .. peer.name}, ours:heard())
  ours:broadcast(text)
  assert.same({"message " .. text .. " from " .. ours.name}, peer:heard())
end

describe("data of the header forms", function()
  -- It is theirs as it stands, also when it looks like our JSON.
  it("is data, whatever it looks like", function()
    for _, form in ipairs(headers) do
      local ours <close> = party.start("ours")
      local peer <close> = party.start(form)
      peer:connect(ours.name)
      for _, text in ipairs({
        '{"type":1,"data":null,"from":{"port":1,"address":"x"}}', "{}",
        ('{"type":1,"from":{"port":%d,"address":"localhost"}}'):format(
          peer.port), "null", "\0\255\r\n\r\n", ("x"):rep(20000)}) do
        carry(ours, peer, text)
        assert.same({peer.name}, ours:members())
      end
    end
  end)

  it("is data to v1.1.3 too", function()
    local ours <close> = party.start("ours")
    local peer <close> = party.start("v1.1.3")
    ours:connect(peer.name)
    for _, text in ipairs({"{}", "null", '{"type":1}', "\0\255\r\n\r\n",
                           ("x"):rep(20000)}) do
      carry(ours, peer, text)
    end
  end)
end)
