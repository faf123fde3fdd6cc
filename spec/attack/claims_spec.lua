-- What a request says of its sender counts only after the sender's address
-- has said the same: newcomers are proven before they are told, and nobody
-- speaks in the name of a member.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local ours = require "spec.support.ours"
local party = require "spec.support.party"
local socket = require "socket"

local FORMS = {"v1.1.2", "v1.1.3"}
local DROPPED = 4 -- seconds after which no newcomer is tried any more

-- What a program of the form sends: "connect", "disconnect" or a message of
-- this text, to all.
local function said(form, from, what)
  local kinds = {connect = 0, disconnect = 1}
  if form == "v1.1.3" then
    return net.json(kinds[what] or 2, from,
                    not kinds[what] and require("mime").b64(what) or nil)
  end
  local methods = {connect = "GET", disconnect = "DELETE"}
  return net.http((methods[what] or "POST") .. " /", {
    Host = "localhost:1", Peer_address = from.address,
    Peer_port = tostring(from.port),
  }, not kinds[what] and what or nil)
end

-- It is not heard: 403; or 503, while its address is asked about a cookie.
local function refused(node, bytes)
  local status = net.ask(node, bytes).status
  local asks = bytes:find("\nGop2p-Cookie: ", 1, true)
  assert.is_true(status == 403 or (asks and status == 503), bytes)
end

-- The ports in a list of members, as a set.
local function listed(body)
  local set = {}
  for port in body:gmatch('"port":"?(%d+)') do
    set[math.tointeger(tonumber(port))] = true
  end
  return set
end

-- A newcomer that is under way: 'response' gives what it gets at last.
local function knock(node, form, from)
  local conn = assert(net.dial(node))
  conn:send(said(form, from, "connect"))
  net.pass(0.05)   -- it is read
  return conn
end

-- A program that is there, and responds from "unhang" on.
local function slow(form)
  local peer = go.start(form, "localhost")
  assert.equal("hung", peer:ask("hang", 5, net.idle))
  return peer
end

for _, form in ipairs(FORMS) do
  describe("a newcomer of " .. form, function()
    local node, seen

    before_each(function()
      node = assert(gop2p.start_local_node(0))
      seen = net.watch(node)
    end)
    after_each(function() node:close() end)

    it("connects and broadcasts in one breath", function()
      local peer <close> = go.start(form, "localhost")
      peer:send("connect " .. tostring(node:self()))
      peer:send("broadcast Hello")
      assert.equal("connected 1", peer:reply(5, net.idle))
      assert.equal("sent", peer:reply(5, net.idle))
      assert.equal("Hello", assert(node:receive(5)).data)
      assert.same({peer.name .. " joined"}, seen)
      assert.same({}, peer.events)   -- nothing was refused
    end)

    it("is heard though its message comes before its response", function()
      local peer <close> = slow(form)
      local conn <close> = knock(node, form, peer)
      local other <close> = assert(net.dial(node))
      other:send(said(form, peer, "Hello"))
      net.pass(0.05)
      assert.equal("unhung", peer:ask("unhang", 5, net.idle))
      assert.equal(200, assert(conn:response()).status)
      assert.equal(200, assert(other:response()).status)
      assert.equal("Hello", assert(node:receive(0)).data)
      assert.is_nil((node:receive(0)))
      assert.same({peer.name .. " joined"}, seen)
    end)

    it("learns of another that joins within a millisecond", function()
      for _ = 1, 10 do
        local a <close> = party.start(form)
        local b <close> = party.start(form)
        a.peer:send("connect " .. tostring(node:self()))
        b.peer:send("connect " .. tostring(node:self()))
        assert.matches("^connected", a.peer:reply(5, net.idle))
        assert.matches("^connected", b.peer:reply(5, net.idle))
        local us = tostring(node:self())
        party.settled(a, {us, b.name})
        party.settled(b, {us, a.name})
        a:leave()
        b:leave()
        net.await(function() return #node:members() == 0 end)
      end
    end)

    -- Of a header form the list follows once more is known of it.
    it("learns of one that came before, though that is proven later",
       function()
      local late <close> = slow(form)
      local quick <close> = net.sender({form = form})
      local first <close> = knock(node, form, late)
      local second <close> = knock(node, form, quick)
      net.pass(0.2)
      assert.same({}, node:members())   -- it waits for the first
      assert.equal("unhung", late:ask("unhang", 5, net.idle))
      local one = listed(assert(first:response()).body)
      local two = listed(assert(second:response()).body)
      assert.is_true(two[late.port] or one[quick.port])
      assert.is_true(two[late.port] or form == "v1.1.2")
      assert.equal(2, #node:members())
    end)

    it("whose server is up 500 ms later is a member then, and has all",
       function()
      local port = net.free_port()
      local from = gop2p.peer("127.1.2.3", port)
      local conn <close> = knock(node, form, from)
      net.pass(0.5)
      local peer <close> = net.canned({}, {form = form, port = port,
                                           address = "127.1.2.3"})
      assert.equal(200, assert(conn:response(5)).status)
      local receipt = assert(node:broadcast("Hello"))
      net.await(function() return #seen == 1 end)
      assert.equal(from .. " joined", seen[1])
      local ok, err = receipt:wait(5)
      assert.is_true(ok, tostring(err))
      local kind, bytes
      repeat kind, bytes = peer:request() until kind ~= "connect"
      assert.equal("message", kind)
      assert.is_truthy(bytes:find("SGVsbG8=", 1, true)
                       or bytes:find("Hello", 1, true))
    end)

    it("is told what was said before it was proven", function()
      local port = net.free_port()
      local from = gop2p.peer("127.1.2.3", port)
      local conn <close> = knock(node, form, from)
      local response = assert(conn:response(5))   -- its list, after a second
      assert.equal(200, response.status)
      assert.same({}, node:members())
      local receipt = assert(node:broadcast("Hello"))
      local peer <close> = net.canned({}, {form = form, port = port,
                                           address = "127.1.2.3"})
      local ok, err = receipt:wait(8)
      assert.is_true(ok, tostring(err))
      local kind
      repeat kind = peer:request() until kind ~= "connect"
      assert.equal("message", kind)
      assert.same({from .. " joined"}, seen)
    end)

    it("that never responds has its list, and is nobody else", function()
      local mute <close> = net.canned({options = "hang"}, {form = form})
      local member <close> = net.sender({form = form})
      assert.equal(200, net.ask(node, said(form, member, "connect")).status)
      local seconds, response = net.timed(net.ask, node,
                                          said(form, mute, "connect"))
      assert.is_true(seconds > 0.9 and seconds < 2, seconds)
      assert.same({[member.port] = true}, listed(response.body))
      assert.same({member.name}, net.names(node:members()))
      -- Handed on to nobody, counted by no receipt.
      local other <close> = net.sender({form = form, address = "127.1.2.4"})
      response = net.ask(node, said(form, other, "connect"))
      assert.same({[member.port] = true}, listed(response.body))
      local receipt = assert(node:broadcast("Hello"))
      local ok, err = receipt:wait(8)
      assert.is_true(ok, tostring(err))
      -- What it says is not heard: first it waits, then it is a stranger.
      local from = socket.gettime()
      response = net.ask(node, said(form, mute, "x"))
      assert.is_truthy(response.status == 503 or response.status == 403)
      net.await(function()
        return net.ask(node, said(form, mute, "x")).status == 403
      end, DROPPED)
      assert.is_true(socket.gettime() < from + DROPPED)
      assert.is_nil((node:receive(0)))
      assert.is_nil((mute:request(0.1)))   -- it got nothing but questions
      assert.same({member.name .. " joined", other.name .. " joined"}, seen)
      assert.same({}, node:members("failed"))
    end)

    it("that is not proven yet waits with what it says, for a second",
       function()
      local mute <close> = net.canned({options = "hang"}, {form = form})
      local conn <close> = knock(node, form, mute)
      local seconds, response = net.timed(net.ask, node,
                                          said(form, mute, "x"))
      assert.equal(503, response.status)
      assert.is_truthy(response.headers["retry-after"])
      assert.is_true(seconds > 0.9 and seconds < 2, seconds)
      assert.equal(200, assert(conn:response()).status)
      assert.is_nil((node:receive(0)))
    end)

    it("at whose address another program responds is none", function()
      local other = form == "v1.1.3" and "v1.1.2" or "v1.1.3"
      local peer <close> = net.sender({form = other})
      local one <close> = ours.start()
      for _, from in ipairs {peer, one} do
        assert.equal(200, net.ask(node, said(form, from, "connect")).status)
      end
      net.await(function()
        return net.ask(node, said(form, one, "x")).status == 403
      end, DROPPED)
      assert.same({}, seen)
      assert.same({}, node:members())
    end)
  end)
end

describe("in the name of a member of ours,", function()
  local a, b, seen, there

  before_each(function()
    a = assert(gop2p.start_local_node(0))
    b = assert(gop2p.start_local_node(0, {name = "anna"}))
    assert(b:connect(a:self()))
    seen = {net.watch(a), net.watch(b)}
    net.await(function() return #seen[1] == 1 and #seen[2] == 1 end)
    there = {address = b:self().address, port = b:self().port}
  end)
  after_each(function()
    a:close()
    b:close()
  end)

  -- What anybody can learn of it: its process stands in each response.
  local function process()
    local response = net.ask(b, net.http("OPTIONS /", {Host = "localhost"}))
    return assert(response.headers["gop2p-process"]:match("^%x+"))
  end

  -- The headers of one that says it is b.
  local function headers(more)
    local fields = {Host = "localhost", Peer_address = there.address,
                    Peer_port = tostring(there.port)}
    for name, value in pairs(more or {}) do fields[name] = value end
    return fields
  end

  -- How a liar shows that it is one of ours.
  local function shows(number, cookie)
    return headers {
      ["Gop2p-Lua"] = "1 " .. there.address .. ":" .. there.port,
      ["Gop2p-Process"] = number .. " anna", ["Gop2p-Version"] = "3",
      ["Gop2p-Cookie"] = cookie,
    }
  end

  -- Both are what they were, to each other and to themselves.
  local function unchanged()
    assert.same({b:self()}, a:members())
    assert.same({a:self()}, b:members())
    assert.same({"ours", "anna", "alive"}, {a:member("anna").form,
      a:member("anna").name, a:member("anna").state})
    for i, name in ipairs {"anna joined", a:self() .. " joined"} do
      assert.same({name}, seen[i])
    end
    assert.is_nil((a:receive(0)))
    for from, to in pairs {[a] = b, [b] = a} do
      local ok, err = assert(from:broadcast("Hello")):wait(5)
      assert.is_true(ok, tostring(err))
      assert.equal("Hello", assert(to:receive(5)).data)
      assert.is_nil((to:receive(0)))
    end
  end

  local COOKIE = ("0123456789abcdef"):rep(2)

  it("messages and goodbyes of others get 403", function()
    for _, cookie in ipairs {false, COOKIE} do
      for _, text in ipairs {
        said("v1.1.2", there, "x"), said("v1.1.3", there, "x"),
        said("v1.1.2", there, "disconnect"),
        said("v1.1.3", there, "disconnect"),
        net.json(3, there, "eA==", {a:self()}),
        net.http("PUT /", headers(), "x"),
        net.http("POST /", shows(process(), nil), "x"),
        net.http("DELETE /", shows(process(), nil)),
        net.http("POST /", shows("00000000000000aa", nil), "x"),
      } do
        if cookie then
          text = text:gsub("\r\n", "\r\nGop2p-Cookie: " .. cookie .. "\r\n",
                           1)
        end
        refused(a, text)
      end
    end
    unchanged()
  end)

  it("goodbyes again and again keep nobody out", function()
    local texts = {}
    for i = 1, 20 do
      net.ask(a, said("v1.1.3", there, "disconnect"))
      net.ask(a, said("v1.1.2", there, "disconnect"))
      if i % 5 == 0 then
        local ok, err = assert(a:broadcast("a" .. i)):wait(5)
        assert.is_true(ok, tostring(err))
        texts[#texts + 1] = assert(b:receive(5)).data
      end
    end
    assert.same({"a5", "a10", "a15", "a20"}, texts)
    unchanged()
  end)

  it("connects change nothing", function()
    local conns = {}
    for i, text in ipairs {
      net.http("GET /", shows("0000000000000001")),
      net.http("GET /", shows("0000000000000002", COOKIE)),
      net.http("GET /", shows(process())),
      net.http("GET /", shows(process(), COOKIE)),
      said("v1.1.2", there, "connect"), said("v1.1.3", there, "connect"),
    } do
      conns[i] = assert(net.dial(a))
      conns[i]:send(text)
    end
    unchanged()
    for _, conn in ipairs(conns) do
      local response = assert(conn:response())
      -- One has the list after a second, and is no member by that.
      assert.is_true(response.status ~= 200
                     or response.headers["gop2p-cookie"] == nil)
      conn:close()
    end
    unchanged()
  end)

  it("connects under another name of its address change nothing", function()
    there.address = "owner.localhost"
    for _, text in ipairs {
      said("v1.1.3", there, "connect"), said("v1.1.2", there, "connect"),
      net.http("GET /", shows(process())),
      net.http("GET /", shows(process(), COOKIE)),
    } do
      net.ask(a, text)
    end
    assert.equal("anna", a:members()[1].name)
    assert.equal("localhost", a:members()[1].address)
    there.address = b:self().address
    unchanged()
  end)

  it("probes ask for nothing, and suspect nobody", function()
    local third <close> = net.sender()
    assert.equal(200, net.ask(a, said("v1.1.3", third, "connect")).status)
    net.await(function() return #a:members() == 2 end)
    for _, name in ipairs {"Gop2p-Probe", "Gop2p-Suspect", "Gop2p-Digest"} do
      for _, cookie in ipairs {false, COOKIE} do
        local fields = shows(process(), cookie or nil)
        fields[name] = (name == "Gop2p-Digest" and ("0"):rep(32) .. " " or "")
                       .. (name == "Gop2p-Digest" and there.address .. ":"
                           .. there.port or third.name)
        refused(a, net.http("OPTIONS /", fields))
      end
    end
  end)

  it("nobody takes its name", function()
    local eve <close> = ours.start({name = "anna"})
    assert.equal(409, net.ask(a, eve:connect()).status)
    net.ask(a, net.http("GET /", shows("00000000000000aa")))
    assert.equal(409, net.ask(a, eve:connect()).status)
    assert.equal(b:self(), a:member("anna").peer)
    unchanged()
  end)
end)

describe("one of ours", function()
  it("is known by its cookie alone", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local ann <close> = ours.start({name = "ann"})
    assert.equal(200, net.ask(node, ann:connect()).status)
    assert.equal(200, net.ask(node, ann:message("Hello")).status)
    assert.equal("[ann] Hello", tostring(assert(node:receive(1))))
    local lies = {["Gop2p-Cookie"] = false}
    refused(node, ann:message("x", lies))
    refused(node, ann:disconnect(lies))
    assert.equal("ann", node:members()[1].name)
    assert.is_nil((node:receive(0)))
    assert.equal(200, net.ask(node, ann:disconnect()).status)
    assert.same({}, node:members())
  end)

  it("is none where its address does not know its cookie", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local ann <close> = ours.start()
    local bytes = ann:connect {["Gop2p-Cookie"] = ("0"):rep(32)}
    local response = net.ask(node, bytes)
    assert.is_nil(response.headers["gop2p-cookie"])
    assert.same({}, node:members())
  end)

  it("is another process at its address once that says so", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local ann = ours.start({name = "ann"})
    assert.equal(200, net.ask(node, ann:connect()).status)
    local seen = net.watch(node)
    ann:close()
    local bob <close> = ours.start({name = "bob", port = ann.port})
    assert.equal(200, net.ask(node, bob:connect()).status)
    assert.equal("bob", node:members()[1].name)
    refused(node, ann:message("x"))
    assert.equal(200, net.ask(node, bob:message("y")).status)
    assert.equal("y", assert(node:receive(1)).data)
    assert.matches("ann failed", table.concat(seen, ", "), 1, true)
  end)

  it("was known before there were cookies by its process", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local old <close> = ours.start({version = 2})
    assert.equal(200, net.ask(node, old:connect()).status)
    assert.equal(200, net.ask(node, old:message("Hello")).status)
    assert.equal("Hello", assert(node:receive(1)).data)
  end)
end)
