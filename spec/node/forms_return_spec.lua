-- A member that comes back on its port as another process, of the same form
-- or another, by itself or only when it is spoken to.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local party = require "spec.support.party"

local function again(form, address, port)
  return party.start(form, address, {port = port})
end

-- 'peer' has 'ours' under the one name 'us', and the other way round.
local function both(ours, peer, us)
  ours:broadcast("down")
  assert.same({"message down from " .. us}, peer:heard())
  peer:broadcast("up")
  assert.same({"message up from " .. peer.name}, ours:heard())
  assert.same({us}, peer:members())
  assert.same({peer.name}, ours:members())
  ours:direct(peer.port, "psst")
  local kind = peer.form == "seed" and "message" or "direct"
  assert.same({kind .. " psst from " .. us}, peer:heard())
  if peer.form ~= "seed" then
    peer:direct(us, "psst")
    assert.same({"direct psst from " .. peer.name}, ours:heard())
  end
end

local function gone(ours, peer)
  ours:leave()
  party.apart(peer, ours)
end

for _, before in ipairs(party.published) do
  for _, after in ipairs(party.published) do
    local change = ("%s called %s, back as %s called %s"):format(before[1],
      before[2], after[1], after[2])

    describe(change .. ",", function()
      local ours, old, new, port

      before_each(function()
        ours, old = party.start("ours"), party.start(before[1], before[2])
        port, new = old.port, nil
      end)

      after_each(function()
        ours:close()
        old:close()
        if new then new:close() end
      end)

      it("joins again", function()
        old:connect(ours.name)
        old:close()
        new = again(after[1], after[2], port)
        new:connect(ours.name)
        both(ours, new, ours.name)
        gone(ours, new)
      end)

      it("joins again after it was joined by us", function()
        ours:connect("localhost:" .. port)
        old:close()
        new = again(after[1], after[2], port)
        new:connect("127.0.0.1:" .. ours.port)
        both(ours, new, "127.0.0.1:" .. ours.port)
        gone(ours, new)
      end)

      it("is joined by us again", function()
        old:connect(ours.port)
        ours:broadcast("Hello")
        assert.equal(1, #old:heard())
        old:close()
        new = again(after[1], after[2], port)
        ours:connect("localhost:" .. port)
        both(ours, new, ours.name)
        gone(ours, new)
      end)
    end)
  end
end

-- A seed takes what was meant for v1.1.3 for a message of nobody; only its
-- response tells that it is one.
local function heard(peer)
  local list = peer:heard()
  if peer.form == "seed" and list[1]:find("^message {.*} from :$") then
    table.remove(list, 1)
  end
  return list
end

-- Nothing but a response can tell: the member does not say that it is new.
describe("a member that came back and says nothing", function()
  local function silent(before, after, text)
    local ours <close> = party.start("ours")
    local old <close> = party.start(before[1], before[2])
    old:connect(ours.name)
    ours:broadcast("before")
    assert.same({"message before from " .. ours.name}, old:heard())
    old:close()
    local new <close> = again(after[1], after[2], old.port)
    ours:broadcast(text)
    assert.same({("message %s from %s"):format(text, ours.name)},
                heard(new))
    ours:broadcast("after")
    assert.same({"message after from " .. ours.name}, new:heard())
    if after[1] ~= "seed" then
      assert.same({ours.name}, new:members())
      new:broadcast("up")
      assert.same({"message up from " .. new.name}, ours:heard())
      assert.same({new.name}, ours:members())
    end
    ours:leave()
    assert.same({}, new:members())
  end

  for _, before in ipairs(party.published) do
    for _, after in ipairs(party.published) do
      it(("as %s called %s, it was %s called %s"):format(after[1], after[2],
         before[1], before[2]), function()
        silent(before, after, "Hello")
      end)
    end
  end

  -- Such data, taken for a message of v1.1.3, would be a nil member there.
  it("is not hurt by what is data in another form", function()
    for _, before in ipairs({"seed", "v1.1.2"}) do
      silent({before, "localhost"}, {"v1.1.3", "localhost"}, "{}")
    end
  end)
end)

describe("a member that went away", function()
  for _, kind in ipairs(party.published) do
    local form, address = table.unpack(kind)

    it("is told in the receipt, " .. form .. " called " .. address,
       function()
      local ours <close> = party.start("ours")
      local peer <close> = party.start(form, address)
      local other <close> = party.start("v1.1.3", "localhost")
      ours:connect(other.name)
      peer:connect(ours.name)
      peer:close()
      local good, err = ours.node:broadcast("Hello"):wait(5)
      assert.is_nil(good)
      local failed = {}
      for who, why in pairs(err.failed) do
        failed[#failed + 1] = who .. " " .. why.code
      end
      assert.same({peer.name .. " ECONNREFUSED"}, failed)
      assert.same({"message Hello from " .. ours.name}, other:heard())
    end)

    it("is not handed to newcomers, " .. form .. " called " .. address,
       function()
      local ours <close> = party.start("ours")
      local peer <close> = party.start(form, address)
      peer:connect(ours.name)
      peer:close()
      ours.node:broadcast("Hello"):wait(5)
      for _, one in ipairs(party.published) do
        local newcomer <close> = party.start(one[1], one[2])
        assert.equal(1, newcomer:connect(ours.name))
        newcomer:leave()
      end
    end)
  end

  it("is heard of in errors() by those who do not wait", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local peer <close> = party.start("v1.1.2", "localhost")
    assert(node:connect(peer.name))
    assert(node:broadcast("are you there?"):wait(5))
    peer:close()
    node:broadcast("Hello")
    local errors = net.errors(node, 1)
    assert.equal("ECONNREFUSED", errors[1].code)
    assert.equal("Hello", errors[1].message.data)
    assert.equal(peer.name, tostring(errors[1].peer))
  end)
end)
