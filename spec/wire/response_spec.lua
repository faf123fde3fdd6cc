-- The recorded responses of published programs are understood, and our
-- requests to them are like the recorded ones.

local gop2p = require "gop2p"
local mime = require "mime"
local net = require "spec.support.net"

-- A recorded body with our sender, and no 'to' of the recording.
local function ours(form, name, node, receiver)
  local body = net.recorded(form, name):match("\r\n\r\n(.*)$")
  body = body:gsub('"from":{"port":7302,"address":"0%.0%.0%.0"}',
    ('"from":{"port":%d,"address":"%s"}'):format(node:self().port,
                                               node:self().address))
  if not receiver then return body end
  return (body:gsub('"to":%[{"port":7301,"address":"0%.0%.0%.0"}%]',
    ('"to":[{"port":%d,"address":"%s"}]'):format(receiver.port,
                                               receiver.address)))
end

-- The header fields of raw bytes and the body.
local function split(bytes)
  local head, body = bytes:match("^(.-\r\n)\r\n(.*)$")
  local headers = {}
  for name, value in head:gmatch("\n([^:\r\n]+): *([^\r\n]*)\r") do
    assert.is_nil(headers[name:lower()], "twice: " .. name)
    headers[name:lower()] = value
  end
  return head:match("^[^\r]*"), headers, body
end

describe("a request to v1.1.3", function()
  local node, peer

  before_each(function()
    node = assert(gop2p.start_local_node(0))
    peer = net.canned({})
  end)
  after_each(function()
    node:close()
    peer:close()
  end)

  -- The next request has the recorded body, and us as its Host.
  local function asked(name, receiver)
    local _, bytes = peer:request()
    local line, headers, body = split(assert(bytes, "not asked"))
    assert.matches("^%u+ / HTTP/1%.1$", line)
    assert.equal(ours("v1.1.3", name, node, receiver), body)
    assert.equal(tostring(node:self()), headers.host)
    assert.equal(#body, math.tointeger(tonumber(headers["content-length"])))
    assert.is_nil(headers["transfer-encoding"])
    return line, headers
  end

  it("is like the recorded one", function()
    assert(node:connect(peer.name))
    asked("request-connect-to-entry")
    assert(node:broadcast("Hello network!"):wait())
    local line, headers = asked("request-broadcast-to-entry")
    assert.equal("POST / HTTP/1.1", line)
    assert.is_nil(headers.peer_address)
    assert(node:send(peer.name, "psst"):wait())
    assert.equal("POST / HTTP/1.1",
                 (asked("request-direct-to-member", peer)))
    assert(node:leave())
    asked("request-disconnect-to-entry")
  end)

  it("has integer ports, the sender's Host and all receivers", function()
    local other <close> = net.canned({})
    assert(node:connect(peer.name))
    peer:request()
    local list = {gop2p.peer(peer.address, peer.port),
                  gop2p.peer(other.address, other.port)}
    node:send(list, "\0\255")
    for _, one in ipairs({peer, other}) do
      local _, bytes = one:request()
      local _, headers, body = split(bytes)
      assert.equal(tostring(node:self()), headers.host)
      assert.equal(('{"type":3,"data":"AP8=","from":%s,"to":[%s,%s]}'):format(
        ('{"port":%d,"address":"localhost"}'):format(node:self().port),
        ('{"port":%d,"address":"127.0.0.1"}'):format(peer.port),
        ('{"port":%d,"address":"127.0.0.1"}'):format(other.port)), body)
    end
  end)

  it("names an IPv6 sender as Go does", function()
    local six <close> = assert(gop2p.start_node("::1", 0))
    assert(six:connect(peer.name))
    local _, bytes = peer:request()
    local _, headers, body = split(bytes)
    assert.equal("[::1]:" .. six:self().port, headers.host)
    assert.matches(('"from":{"port":%d,"address":"[::1]"}'):format(
      six:self().port), body, 1, true)
  end)

  it("is the same for no data as Go's empty data", function()
    assert(node:connect(peer.name))
    peer:request()
    assert(node:broadcast(""):wait())
    local _, bytes = peer:request()
    local _, _, body = split(bytes)
    local data = body:match('^{"type":2,"data":([^,]*),')
    assert.is_true(data == '""' or data == "null", body)
  end)

  it("keeps one connection for all", function()
    local proxy <close> = net.canned({
      connect = net.response("200 OK", "[]"),
      message = net.response("200 OK", "", "X: 1\r\n"),
    })
    assert(node:connect(proxy.name))
    for i = 1, 5 do assert(node:broadcast("x" .. i):wait()) end
    local _, _, first = proxy:request()
    for _ = 1, 5 do
      assert.equal(first, select(3, proxy:request()))
    end
  end)
end)

for _, form in ipairs(net.forms) do
  describe("a response of " .. form, function()
    local node

    before_each(function() node = assert(gop2p.start_local_node(0)) end)
    after_each(function() node:close() end)

    local function canned(responses)
      return net.canned(responses, {form = form})
    end

    -- Joins a peer of this form with an empty list.
    local function join(responses)
      local peer = canned(responses)
      assert(node:connect(peer.name))
      assert.same({peer.name}, net.names(node:members()))
      return peer
    end

    it("to the first who connects", function()
      local peer <close> = join({})
      assert.is_true(node:is_connected())
      assert.equal("connect", (peer:request()))
    end)

    for name, ports in pairs({["response-connect-second"] = {7401},
                              ["response-connect-again"] = {7401, 7402}}) do
      it("with members, " .. name, function()
        local peer <close> = canned({connect = net.recorded(form, name)})
        assert.is_true((node:connect(peer.name)))
        local found = {}
        for _, member in ipairs(node:members()) do
          found[tostring(member)] = true
        end
        assert.is_true(found[peer.name])
        for _, err in ipairs(net.errors(node, 1 + #ports
                                            - #node:members())) do
          found[tostring(err.peer)] = true
        end
        for _, port in ipairs(ports) do
          assert.is_true(found["localhost:" .. port], "not greeted: " .. port)
        end
      end)

      it("with members that live, " .. name, function()
        local first <close> = net.canned({}, {form = form})
        local second <close> = net.canned({}, {form = form})
        local bytes = net.recorded(form, name)
        local body = net.parse(bytes).body:gsub("localhost", "127.0.0.1")
          :gsub("7401", tostring(first.port))
          :gsub("7402", tostring(second.port))
        bytes = bytes:match("^.-\r\n\r\n")
          :gsub("(Content%-Length: )%d+", "%1" .. #body)
        local peer <close> = canned({connect = bytes .. body})
        assert(node:connect(peer.name))
        local want = {peer.name, first.name, #ports == 2 and second.name
                                             or nil}
        local have = net.names(node:members())
        table.sort(want)
        table.sort(have)
        assert.same(want, have)
        assert.equal("connect", (first:request()))
      end)
    end

    for name, means in pairs({
      ["response-broadcast-member"] = "delivered",
      ["response-direct-member"] = "delivered",
      ["response-broadcast-stranger"] = form ~= "seed" and "EFORBIDDEN"
                                        or "delivered",
      ["response-no-peer-headers"] = form == "v1.1.2" and "EBADREQUEST"
                                     or nil,
      ["response-not-json"] = form == "v1.1.3" and "EBADREQUEST" or nil,
      ["response-own-host"] = form == "v1.1.3" and "EBADREQUEST" or nil,
      ["response-unknown-type"] = form == "v1.1.3" and "ESTATUS" or nil,
      ["response-options"] = form == "v1.1.3" and "delivered" or "EPROTO",
    }) do
      it("to a message, " .. name, function()
        local bytes = net.recorded(form, name)
        local peer <close> = join({message = bytes})
        for _, receipt in ipairs({node:broadcast("x"),
                                  node:send(peer.name, "y")}) do
          local ok, err = receipt:wait()
          if means == "delivered" then
            assert.is_true(ok)
          else
            assert.is_nil(ok)
            assert.equal(means, err.code)
            assert.equal(net.parse(bytes).status, err.status)
            assert.equal(err.failed[gop2p.peer(peer.name)].code, err.code)
          end
        end
        assert.is_true(node:is_connected())
      end)
    end

    for _, name in ipairs({"member", "stranger"}) do
      it("to a disconnect of a " .. name, function()
        local peer <close> = join({
          disconnect = net.recorded(form, "response-disconnect-" .. name)})
        assert.is_true((node:leave()))
        assert.same({}, node:members())
        repeat
          local kind = assert(peer:request())
        until kind == "disconnect"
        assert(node:connect(peer.name))
        assert.same({peer.name}, net.names(node:members()))
      end)
    end

    it("that refuses a connect", function()
      for _, name in ipairs({"response-broadcast-stranger",
                             "response-own-host", "response-not-json",
                             "response-unknown-type"}) do
        local good, bytes = pcall(net.recorded, form, name)
        local status = good and net.parse(bytes).status
        if status and status ~= 200 then
          local peer <close> = canned({connect = bytes})
          local ok, err = node:connect(peer.name)
          assert.is_nil(ok)
          assert.equal(status, err.status, name)
          assert.equal(gop2p.peer(peer.name), err.peer)
          assert.matches(peer.name, tostring(err), 1, true)
          assert.matches(tostring(status), tostring(err), 1, true)
        end
      end
      assert.same({}, node:members())
    end)
  end)
end

describe("a response", function()
  local node

  before_each(function() node = assert(gop2p.start_local_node(0)) end)
  after_each(function() node:close() end)

  -- An entry point that lists a live node is understood.
  local function understood(write)
    local live <close> = net.canned({})
    local list = ('[{"port":%d,"address":"127.0.0.1"}]'):format(live.port)
    local peer <close> = net.canned({connect = write(list)})
    assert(node:connect(peer.name))
    assert.same({peer.name, live.name}, net.names(node:members()))
  end

  it("may be chunked", function()
    understood(function(list)
      return "HTTP/1.1 200 OK\r\n" .. net.allow
             .. "Transfer-Encoding: chunked\r\n\r\n"
             .. ("%x\r\n%s\r\n"):format(10, list:sub(1, 10))
             .. ("%x\r\n%s\r\n0\r\n\r\n"):format(#list - 10,
                                                   list:sub(11))
    end)
  end)

  it("may be of HTTP/1.0 and end with the connection", function()
    understood(function(list)
      return "HTTP/1.0 200 OK\r\n" .. net.allow
             .. "Connection: close\r\n\r\n" .. list
    end)
  end)

  it("may have white space, fields that nobody knows, any case", function()
    understood(function(list)
      local body = list:gsub("port", "PORT"):gsub("{", ' { "x" : [ 1 ] , ')
      return net.response("200 OK", "\r\n\t" .. body .. "\n")
    end)
  end)

  it("may have ports as strings", function()
    understood(function(list)
      return net.response("200 OK", (list:gsub(":(%d+)", ':"%1"')))
    end)
  end)

  it("may name the asker, itself and the same twice", function()
    local live <close> = net.canned({})
    local me = node:self()
    local body = ('[{"port":%d,"address":"127.0.0.1"},%s%s]'):format(
      live.port, ('{"port":%d,"address":"%s"},'):format(me.port, me.address),
      ('{"port":%d,"address":"127.0.0.1"}'):format(live.port))
    local peer <close> = net.canned({connect =
                                     net.response("200 OK", body)})
    assert(node:connect(peer.name))
    assert.same({peer.name, live.name}, net.names(node:members()))
    assert(node:connect(peer.name))
    assert.same({peer.name, live.name}, net.names(node:members()))
  end)

  it("may end the connection without saying so", function()
    local function silent(name)
      return (net.recorded("v1.1.3", name):gsub("Connection: close\r\n", ""))
    end
    local peer <close> = net.canned({
      connect = silent("response-connect-first"),
      message = silent("response-direct-member"),
    }, {drop = true})
    local function message(seconds)
      repeat
        local kind, bytes = peer:request(seconds)
        if kind == "message" then return bytes:match('"data":"([^"]*)"') end
      until not kind
    end
    assert(node:connect(peer.name))
    for i = 10, 29 do
      assert.is_true((assert(node:broadcast(i):wait())))
      if i % 5 == 0 then net.pass(0.03) end
    end
    for i = 10, 29 do
      assert.equal(mime.b64(tostring(i)), message())
    end
    assert.is_nil((message(0.1)))
  end)
end)
