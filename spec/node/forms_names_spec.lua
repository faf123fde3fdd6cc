-- One process under several names: what it calls itself, what others call
-- it, what it calls us. Nobody is held twice, nothing arrives twice, nobody
-- is taken for a stranger.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local party = require "spec.support.party"

local function at(host, one)
  return host .. ":" .. one.port
end

-- Both ways, once each; 'us' is the one name that 'peer' has for 'ours'.
local function both(ours, peer, us)
  for i = 1, 2 do
    ours:broadcast("down " .. i)
    assert.same({("message down %d from %s"):format(i, us)}, peer:heard())
    assert.same({us}, peer:members())
    peer:broadcast("up " .. i)
    assert.same({("message up %d from %s"):format(i, peer.name)},
                ours:heard())
    assert.same({peer.name}, ours:members())
  end
end

local function gone(ours, peer)
  ours:leave()
  party.apart(peer, ours)
end

describe("a member called 0.0.0.0", function()
  local ours, peer

  before_each(function()
    ours, peer = party.start("ours"), party.start("v1.1.3", "0.0.0.0")
  end)

  after_each(function()
    ours:close()
    peer:close()
  end)

  it("that knows us by a bare port is joined by us as well", function()
    for _, host in ipairs({"localhost", "127.0.0.1", "0.0.0.0"}) do
      peer:connect(ours.port)
      ours:connect(at(host, peer))
      both(ours, peer, at("0.0.0.0", ours))
      gone(ours, peer)
    end
  end)

  it("that knows us by any name is joined by us as well", function()
    for _, host in ipairs({"localhost", "127.0.0.1", "0.0.0.0"}) do
      peer:connect(at(host, ours))
      ours:connect(at("localhost", peer))
      both(ours, peer, at(host, ours))
      gone(ours, peer)
    end
  end)

  it("that we joined joins us under the same name", function()
    for _, host in ipairs({"localhost", "127.0.0.1", "0.0.0.0"}) do
      ours:connect(at(host, peer))
      peer:connect(ours.name)
      both(ours, peer, ours.name)
      gone(ours, peer)
    end
  end)

  it("is written to under every name", function()
    peer:connect(ours.port)
    local us = " from " .. at("0.0.0.0", ours)
    for _, to in ipairs({at("localhost", peer), at("127.0.0.1", peer),
                         at("0.0.0.0", peer), at("[::1]", peer), peer.port,
                         gop2p.me(peer.port)}) do
      ours:direct(to, "psst")
      assert.same({"direct psst" .. us}, peer:heard())
      assert.same({peer.name}, ours:members())
    end
    ours:leave()
    assert.same({}, peer:members())
  end)

  it("speaks as 0.0.0.0 when we joined it as localhost", function()
    ours:connect(at("localhost", peer))
    assert.same({at("localhost", peer)}, ours:members())
    peer:direct(ours.name, "psst")
    assert.same({"direct psst from " .. peer.name}, ours:heard())
    assert.same({peer.name}, ours:members())
    gone(ours, peer)
  end)

  it("leaves as 0.0.0.0 when we joined it as localhost", function()
    ours:connect(at("localhost", peer))
    peer:leave()
    assert.same({}, ours:members())
    assert.same({}, peer:heard())
  end)

  it("is left when it never heard of us under our name", function()
    peer:connect(ours.port)
    gone(ours, peer)
  end)

  -- The other one holds it as localhost, for so it joined it.
  it("is known when another member names it localhost", function()
    local other <close> = party.start("v1.1.3", "localhost")
    other:connect(at("localhost", peer))
    ours:connect(other.name)
    peer:broadcast("Hello")
    assert.same({"message Hello from " .. peer.name}, ours:heard())
    party.settled(ours, {other.name, peer.name})
    ours:broadcast("Hello")
    assert.same({"message Hello from " .. ours.name}, other:heard())
    -- To another of its form it is a stranger, for it calls itself 0.0.0.0.
    assert.same({("refused %s 403"):format(other.name),
                 "message Hello from " .. ours.name}, peer:heard())
    ours:leave()
    assert.same({at("localhost", peer)}, other:members())
    assert.same({other.name}, peer:members())
  end)

  it("is one when others name it otherwise than we do", function()
    local other <close> = party.start("v1.1.3", "127.0.0.1")
    other:connect(at("127.0.0.1", peer))
    ours:connect(at("localhost", peer))
    ours:connect(other.name)
    assert.equal(2, #ours:members())
    ours:broadcast("Hello")
    assert.same({"message Hello from " .. ours.name}, peer:heard())
    assert.same({"message Hello from " .. ours.name}, other:heard())
    peer:broadcast("Hello")
    assert.same({"message Hello from " .. peer.name}, ours:heard())
    party.settled(ours, {other.name, peer.name})
  end)

  it("is the same over IPv6", function()
    local mixed <close> = party.start("ours", "127.0.0.1")
    mixed:connect(at("[::1]", peer))
    both(mixed, peer, mixed.name)
    gone(mixed, peer)
    peer:connect(at("[::1]", ours))
    both(ours, peer, at("[::1]", ours))
    gone(ours, peer)
  end)
end)

-- Go holds us under the name that it connected to, besides the one under
-- which we connected to it.
describe("a member that we joined and that joins us", function()
  for _, kind in ipairs(party.published) do
    local form, address = table.unpack(kind)
    for _, host in ipairs({"localhost", "127.0.0.1", "0.0.0.0"}) do
      local name = ("%s called %s, as %s"):format(form, address, host)
      it(name, function()
        local ours <close> = party.start("ours")
        local peer <close> = party.start(form, address)
        ours:connect(peer.name)
        peer:connect(at(host, ours))
        party.settled(peer, {at(host, ours)})
        both(ours, peer, at(host, ours))
        gone(ours, peer)
      end)
    end
  end
end)

describe("a newcomer that calls us otherwise than we do", function()
  for _, form in ipairs({"seed", "v1.1.2", "v1.1.3"}) do
    it("under a name of its own style, " .. form, function()
      for _, host in ipairs({"localhost", "127.0.0.1"}) do
        local ours <close> = party.start("ours")
        local peer <close> = party.start(form, host)
        peer:connect(ours.port)
        both(ours, peer, at(host, ours))
        gone(ours, peer)
      end
    end)

    it("is told of a message before a leave only, " .. form, function()
      local ours <close> = party.start("ours", "127.0.0.1")
      local peer <close> = party.start(form, "localhost")
      peer:connect(at("localhost", ours))
      gone(ours, peer)
    end)

    it("changes its name for us, " .. form, function()
      local ours <close> = party.start("ours")
      local peer <close> = party.start(form, "localhost")
      for _, host in ipairs({"localhost", "127.0.0.1", "localhost"}) do
        peer:connect(at(host, ours))
        both(ours, peer, at(host, ours))
        peer:leave()
        assert.same({}, ours:members())
      end
    end)
  end
end)

describe("the advertised address", function()
  it("must be one that others can dial", function()
    for _, address in ipairs({"0.0.0.0", "::"}) do
      for _, options in ipairs({{}, {listen = "localhost"}}) do
        local good, err = pcall(function()
          local node = gop2p.start_node(address, 0, options)
          return node
        end)
        assert.is_false(good)
        assert.matches("forms_names_spec%.lua:%d+: bad argument #1 to "
          .. "'start_node' %(nobody can reach " .. address .. ": ", err)
      end
    end
  end)

  local cases = {
    {"127.0.0.5", "127.0.0.5", {"127.0.0.5"}},
    {"127.0.0.5", "*", {"127.0.0.5", "127.0.0.1", "localhost", "0.0.0.0"}},
    {"127.0.0.5", "0.0.0.0", {"127.0.0.5", "127.0.0.1"}},
    {"127.0.0.5", "127.0.0.1", {"127.0.0.1", "localhost"}},
    {"localhost", "127.0.0.1", {"127.0.0.1", "localhost", "0.0.0.0"}},
    {"::1", "::1", {"[::1]"}},
    {"127.0.0.1", "*", {"127.0.0.1", "localhost", "[::1]"}},
  }
  for _, case in ipairs(cases) do
    local address, listen, hosts = table.unpack(case)
    for _, form in ipairs({"seed", "v1.1.2", "v1.1.3"}) do
      local name = ("%s on %s, %s"):format(address, listen, form)
      it(name, function()
        for _, host in ipairs(hosts) do
          local ours <close> = party.start("ours", address,
                                           {listen = listen})
          local peer <close> = party.start(form, "localhost")
          peer:connect(at(host, ours))
          both(ours, peer, at(host, ours))
          gone(ours, peer)
        end
      end)
    end
  end

  it("is what others are told, and not where it listens", function()
    local ours <close> = party.start("ours", "127.0.0.5", {listen = "*"})
    local peer <close> = party.start("v1.1.3", "localhost", {log = true})
    ours:connect(peer.name)
    assert.same({"127.0.0.5:" .. ours.port}, peer:members())
    both(ours, peer, ours.name)
    gone(ours, peer)
    for _, request in ipairs(peer:requests()) do
      assert.is_nil(request:find("0.0.0.0", 1, true))
      assert.is_nil(request:find('"' .. ours.port .. '"', 1, true))
    end
  end)

  it("is never 0.0.0.0 towards members that do not call us so", function()
    local ours <close> = party.start("ours")
    local chat <close> = party.start("v1.1.3", "0.0.0.0")
    local peers <close> = party.group()
    for i, form in ipairs({"seed", "v1.1.2", "v1.1.3"}) do
      peers[i] = party.start(form, "localhost", {log = true})
    end
    chat:connect(ours.port)
    for _, peer in ipairs(peers) do ours:connect(peer.name) end
    ours:broadcast("Hello")
    ours:leave()
    for _, peer in ipairs(peers) do
      for _, request in ipairs(peer:requests()) do
        assert.is_nil(request:find("0.0.0.0:" .. ours.port, 1, true))
        assert.is_nil(request:find("0.0.0.0\r", 1, true))
        assert.is_nil(request:find('"0.0.0.0"', 1, true))
      end
    end
    assert.same({"message Hello from " .. at("0.0.0.0", ours)},
                chat:heard())
    assert.same({}, chat:members())
    assert.same({}, net.names(ours.node:members()))
  end)
end)
