-- Newcomers of the header forms are asked whether they are there, and asked
-- back before they get their list; here are those that do not respond, lie,
-- go away, or come all at once.

local go = require "spec.support.go"
local net = require "spec.support.net"
local party = require "spec.support.party"

local function get(address, port, host)
  return net.http("GET /", {Host = host or "localhost:1",
                            Peer_address = address, Peer_port = port})
end

-- Asks to be let in; the response, and how many seconds it took.
local function ask(ours, address, port)
  local seconds, response = net.timed(net.ask, ours.node,
                                    get(address, port, ours.name))
  return response, seconds
end

-- One that is there, as v1.1.2 is, and responds with this when it is asked
-- back.
local function there(connect)
  return net.canned({connect = connect}, {form = "v1.1.2"})
end

local function member(port)
  return '{"port":' .. port .. ',"address":"localhost"}'
end

describe("a newcomer that cannot be asked back", function()
  local ours, other

  before_each(function()
    ours, other = party.start("ours"), party.start("seed")
    other:connect(ours.name)
  end)

  after_each(function()
    ours:close()
    other:close()
  end)

  -- Its list is given in numbers; nobody else suffers from it.
  local function numbers(address, port, least, most)
    local response, seconds = ask(ours, address, port)
    assert.equal(200, response.status)
    assert.equal("[" .. member(other.port) .. "]", response.body)
    assert.is_true(seconds >= least, "after " .. seconds)
    assert.is_true(seconds < most, "after " .. seconds)
  end

  -- Nobody has responded at its address: it has its list after a second, and
  -- is no member.
  local function unproven(address, port)
    numbers(address, port, 0.9, 1.9)
    assert.same({other.name}, ours:members())
  end

  -- One that is there was asked back, and is a member all the same.
  local function asked_back(canned, least)
    numbers("127.0.0.1", canned.port, least or 0, 4)
    assert.equal("connect", (canned:request()))
    local members = ours:members()
    assert.equal(canned.name, members[#members])
  end

  -- A Go program fails to join when it cannot reach one that is listed. How
  -- many seconds it took three to be let in.
  local function others()
    local seconds = 0
    for _, form in ipairs(go.forms) do
      local newcomer <close> = party.start(form)
      local took, count = net.timed(newcomer.connect, newcomer, ours.name)
      seconds = seconds + took
      assert.equal(2, count)
      party.settled(newcomer, {other.name, ours.name})
      newcomer:leave()
    end
    return seconds
  end

  it("for nobody listens", function()
    local nobody <close> = net.nobody()
    unproven("127.0.0.1", nobody.port)
  end)

  it("for it hangs", function()
    local hung <close> = net.hung()
    unproven("127.0.0.1", hung.port)
  end)

  it("and is not handed on, for nobody listens", function()
    local nobody <close> = net.nobody()
    ask(ours, "127.0.0.1", nobody.port)
    local v112 <close> = party.start("v1.1.2")
    assert.equal(1 + 1, v112:connect(ours.name))
  end)

  it("and is not handed on, for it hangs", function()
    local hung <close> = net.hung()
    ask(ours, "127.0.0.1", hung.port)
    local v112 <close> = party.start("v1.1.2")
    assert.equal(1 + 1, v112:connect(ours.name))
  end)

  it("for its name leads nowhere", function()
    unproven("no-such-name.invalid", 5000)
    unproven("127.0.0.1", 1)
  end)

  it("for it responds with garbage", function()
    for _, body in ipairs({"", "{}", "null", "[{}]", "[null]", "[1,", "\0",
                           '[{"port":"x","address":"a"}]',
                           '[{"port":-1,"address":"a"}]'}) do
      local canned <close> = there(net.response("200 OK", body))
      asked_back(canned)
    end
  end)

  it("for it closes or talks no HTTP", function()
    for _, response in ipairs({"close", "garbage\r\n\r\n"}) do
      local canned <close> = there(response)
      asked_back(canned)
    end
  end)

  it("for it refuses", function()
    for _, status in ipairs({"403 Forbidden", "500 Oops"}) do
      local alone <close> = party.start("ours")
      local canned <close> = there(net.response(status, ""))
      assert.equal("[]", (ask(alone, "127.0.0.1", canned.port)).body)
      assert.equal("connect", (canned:request()))
    end
  end)

  it("for it begins a response and does not end it", function()
    local canned <close> = there(
      "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[")
    asked_back(canned, 0.9)
  end)

  it("for it asks in the name of one of ours", function()
    local third <close> = party.start("ours")
    unproven("127.0.0.1", third.port)
    assert.same({}, third:heard())
    assert.same({}, third:members())
  end)

  it("in our own name", function()
    local response = ask(ours, "localhost", ours.port)
    assert.equal(400, response.status)
    assert.same({other.name}, ours:members())
  end)

  it("in our own name as others write it", function()
    local before = ours:members()
    for _, host in ipairs({"127.0.0.1", "0.0.0.0"}) do
      ask(ours, host, ours.port)
      assert.same(before, ours:members())
      ours:broadcast("Hello")
      assert.same({}, ours:heard())
    end
  end)

  it("and others join meanwhile", function()
    local hung <close> = net.hung()
    local conn <close> = assert(net.dial(ours.node))
    conn:send(get("127.0.0.1", hung.port, ours.name))
    local seconds = others()
    assert.is_true(seconds < 3, "after " .. seconds)
    assert.equal(200, assert(conn:response()).status)
  end)
end)

describe("a newcomer whose list is empty", function()
  -- A probe may come beside them at any time.
  local function connects(peer)
    return peer:ask("requests", "requests"):match(" GET=(%d+)")
  end

  -- It has us in its list the second time, and only then shows its form.
  it("is asked twice, and once when it is not", function()
    for form, port in pairs({seed = '"%d"', ["v1.1.2"] = "%d"}) do
      local ours <close> = party.start("ours")
      local first <close> = party.start("v1.1.3")
      local peer <close> = party.start(form, "localhost", {log = true})
      first:connect(ours.name)
      assert.equal(2, peer:connect(ours.name))
      assert.equal("2", connects(peer))
      peer:connect(ours.name)
      assert.equal("3", connects(peer))
      local raw = net.ask(peer.port, get("localhost", 1))
      assert.matches('"port":' .. port:format(ours.port), raw.body, 1, true)
    end
  end)

  it("has us once, under the name that it called us", function()
    for _, form in ipairs({"seed", "v1.1.2"}) do
      for _, host in ipairs({"localhost", "127.0.0.1", "0.0.0.0"}) do
        local ours <close> = party.start("ours")
        local peer <close> = party.start(form, "localhost", {log = true})
        local us = host .. ":" .. ours.port
        assert.equal(1, peer:connect(us))
        assert.same({us}, peer:members())
        ours:broadcast("Hello")
        assert.same({"message Hello from " .. us}, peer:heard())
        for _, request in ipairs(peer:requests()) do
          -- A probe, which may come at any time, does not say who asks.
          assert.truthy(request:find("^OPTIONS ") or request:find(
            "\r\nPeer_address: " .. host .. "\r\n", 1, true), request)
        end
      end
    end
  end)

  it("may call us by a name that we never heard of", function()
    local ours <close> = party.start("ours", nil, {hosts = {"some.name"}})
    local canned <close> = net.canned({
      connect = net.recorded("v1.1.2", "response-connect-first"),
    }, {form = "v1.1.2"})
    local bytes = get("127.0.0.1", canned.port, "some.name:7600")
    assert.equal(200, net.ask(ours.node, bytes).status)
    for _ = 1, 2 do
      local kind, request = canned:request()
      assert.equal("connect", kind)
      assert.matches("\r\nPeer_address: some.name\r\n", request, 1, true)
      assert.matches("\r\nPeer_port: 7600\r\n", request, 1, true)
    end
  end)

  it("may say nothing of us that is a name", function()
    for _, host in ipairs({"nonsense", ":", "localhost:0", "a b:1",
                           "localhost:99999", "x:y:z"}) do
      local ours <close> = party.start("ours", nil, {listen = "*"})
      local canned <close> = net.canned({
        connect = net.recorded("v1.1.2", "response-connect-first"),
      }, {form = "v1.1.2"})
      local response = net.ask(ours.node,
                             get("127.0.0.1", canned.port, host))
      if response.status == 200 then
        local _, request = canned:request()
        assert.matches("\r\nPeer_address: localhost\r\n", request, 1, true)
        assert.matches("\r\nPeer_port: " .. ours.port .. "\r\n", request, 1,
                       true)
      else
        assert.equal(400, response.status)
      end
    end
  end)
end)

-- What it is asked waits behind a message that it does not read.
describe("a member that connects again while it reads nothing", function()
  it("gets the list of the form that it had", function()
    for _, form in ipairs({"seed", "v1.1.2"}) do
      local ours <close> = party.start("ours")
      local other <close> = party.start("v1.1.3")
      local peer <close> = party.start(form)
      other:connect(ours.name)
      peer:connect(ours.name)
      peer:ask("pause", "paused")
      local receipt = assert(ours.node:broadcast("Hello"))
      assert.equal(2, peer:connect(ours.name))
      peer:ask("resume", "resumed")
      assert(receipt:wait(5))
      party.settled(ours, {other.name, peer.name})
    end
  end)
end)

describe("a newcomer that goes away before its response", function()
  it("hurts nobody", function()
    local ours <close> = party.start("ours")
    local hung <close> = net.hung()
    for _ = 1, 5 do
      local conn <close> = assert(net.dial(ours.node))
      conn:send(get("127.0.0.1", hung.port, ours.name))
      net.idle()
    end
    for _, form in ipairs(go.forms) do
      local peer <close> = party.start(form)
      assert.equal(1, peer:connect(ours.name))
      ours.node:broadcast("Hello")
      net.await(function() return #peer:heard() == 1 end)
      peer:leave()
    end
  end)

  it("while we stop", function()
    local ours = party.start("ours")
    local hung <close> = net.hung()
    local conn <close> = assert(net.dial(ours.node))
    conn:send(get("127.0.0.1", hung.port, ours.name))
    hung.socket:settimeout(0)
    local peer = net.await(function() return hung.socket:accept() end)
    ours:close()
    local response = conn:response()
    assert.is_true(response == nil or response.status == 503)
    peer:close()
  end)
end)

describe("newcomers of all forms at once", function()
  it("get lists that they can parse", function()
    local ours <close> = party.start("ours")
    local first <close> = party.start("ours")
    first:connect(ours.name)
    local peers <close> = party.group()
    for i = 1, 9 do
      peers[i] = party.start(go.forms[(i - 1) % 3 + 1], "localhost")
    end
    for _, peer in ipairs(peers) do
      peer.peer:send("connect " .. ours.name)
    end
    local names = {first.name}
    for i, peer in ipairs(peers) do
      local reply = peer.peer:reply(5, net.idle)
      -- Those of another form are in the list, and take no connect of this.
      assert.matches("^connected %d+$", reply)
      names[i + 1] = peer.name
    end
    party.settled(ours, names)
    ours:broadcast("Hello")
    for _, peer in ipairs(peers) do
      local said = {}
      for _, line in ipairs(peer:heard()) do
        -- What Go of another form sends to it comes from nobody.
        if line:find(" from localhost:%d+$") then said[#said + 1] = line end
      end
      assert.same({"message Hello from " .. ours.name}, said)
    end
  end)
end)
