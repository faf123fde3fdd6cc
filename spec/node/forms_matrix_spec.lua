-- Every published form and ours, each as entry point and as newcomer, under
-- every name that a program on this machine has: who holds whom, and what
-- arrives, exactly. Nodes of ours are called something, which Go programs do
-- not see.

local party = require "spec.support.party"

local hosts = {"localhost", "127.0.0.1", "0.0.0.0"}

-- The names that a program may call itself by, IPv6 as Go has to write it.
local kinds = table.move(party.published, 1, #party.published, 1, {})
for _, kind in ipairs({
  {"seed", "0.0.0.0"}, {"v1.1.2", "0.0.0.0"}, {"v1.1.2", "[::1]"},
  {"v1.1.3", "[::]"},
}) do
  kinds[#kinds + 1] = kind
end

-- What a direct message is to a program of the form.
local function direct(form)
  return form == "seed" and "message" or "direct"
end

-- 'ours' is known to 'peer' as 'us'; both have the other alone. Whoever
-- talks is held under the name that it calls itself.
local function talk(ours, peer, us)
  local from = " from " .. peer.name
  peer:broadcast("to all")
  assert.same({"message to all" .. from}, ours:heard())
  assert.same({peer.name}, ours:members())
  if peer.form ~= "seed" then
    peer:direct(us, "to you")
    assert.same({"direct to you" .. from}, ours:heard())
  end
  ours:broadcast("to all")
  ours:direct(peer.name, "to you")
  ours:broadcast("")
  assert.same({"message to all from " .. us,
               direct(peer.form) .. " to you from " .. us,
               "message  from " .. us}, peer:heard())
  peer:broadcast("")
  assert.same({"message " .. from}, ours:heard())
  assert.same({us}, peer:members())
  assert.same({peer.name}, ours:members())
  assert.equal(peer.node and peer.node:self().name,
               ours.node:member(peer.name).name)
end

for _, kind in ipairs(kinds) do
  local form, address = table.unpack(kind)

  describe(("%s called %s"):format(form, address), function()
    local ours, peer

    before_each(function()
      ours = party.start("ours", nil, {name = "Åsa"})
      peer = party.start(form, address)
    end)

    after_each(function()
      ours:close()
      peer:close()
    end)

    for _, host in ipairs(hosts) do
      it("joins through ours as " .. host, function()
        local us = host .. ":" .. ours.port
        assert.equal(1, peer:connect(us))
        assert.same({peer.name}, ours:members())
        talk(ours, peer, us)
        peer:leave()
        party.apart(peer, ours)
        assert.is_false(ours.node:is_connected())
      end)

      it("joins through ours as " .. host .. ", which leaves", function()
        local us = host .. ":" .. ours.port
        peer:connect(us)
        ours:leave()
        party.apart(peer, ours)
        peer:connect(us)
        talk(ours, peer, us)
        ours:leave()
        party.apart(peer, ours)
      end)

      it("is joined by ours as " .. host, function()
        local name = host .. ":" .. peer.port
        ours:connect(name)
        assert.same({ours.name}, peer:members())
        assert.same({name}, ours:members())
        talk(ours, peer, ours.name)
        ours:leave()
        party.apart(peer, ours)
      end)

      it("is joined by ours as " .. host .. ", and leaves", function()
        ours:connect(host .. ":" .. peer.port)
        peer:leave()
        party.apart(peer, ours)
        ours:connect(host .. ":" .. peer.port)
        talk(ours, peer, ours.name)
        peer:leave()
        party.apart(peer, ours)
      end)

      it("hears ours first, which joined it as " .. host, function()
        local name = host .. ":" .. peer.port
        ours:connect(name)
        ours:direct(name, "one")
        ours:direct(peer.port, "two")
        ours:broadcast("three")
        local how, from = direct(form), " from " .. ours.name
        assert.same({how .. " one" .. from, how .. " two" .. from,
                     "message three" .. from}, peer:heard())
        assert.same({name}, ours:members())
        assert.same({ours.name}, peer:members())
      end)
    end

    it("connects again and again", function()
      local us = "localhost:" .. ours.port
      for _ = 1, 3 do
        peer:connect(us)
        ours:connect(peer.name)
        talk(ours, peer, us)
      end
    end)
  end)
end

describe("ours", function()
  for _, host in ipairs({"localhost", "127.0.0.1", "0.0.0.0", "[::1]"}) do
    it("joins ours as " .. host, function()
      local a <close> = party.start("ours", nil, {name = "Åsa"})
      local b <close> = party.start("ours", nil, {name = "bob"})
      b:connect(host .. ":" .. a.port)
      assert.same({a.name}, b:members())
      assert.same({b.name}, a:members())
      talk(a, b, a.name)
      talk(b, a, b.name)
      b:leave()
      party.apart(a, b)
      a:connect(host .. ":" .. b.port)
      talk(a, b, a.name)
      a:leave()
      party.apart(a, b)
    end)
  end
end)
