-- Where the name of a member stands, and where it is taken for the member.

local gop2p = require "gop2p"
local net = require "spec.support.net"

local LIMIT = 5 -- seconds

local function address(peer) return tostring(gop2p.peer(peer)) end

-- What it prints where its address matters.
local function both(name, peer)
  return ("%s (%s)"):format(name, address(peer))
end

describe("with a member called Jürgen", function()
  local ann, other, nodes

  before_each(function()
    nodes = {}
    for i, name in ipairs({"Jürgen", "ann", false}) do
      nodes[i] = assert(gop2p.start_local_node(0, {name = name or nil}))
      if i > 1 then assert(nodes[i]:connect(nodes[1]:self())) end
    end
    other, ann = nodes[1], nodes[2]
    for _, node in ipairs(nodes) do
      net.await(function() return #node:members() == 2 end)
    end
  end)

  after_each(function()
    for _, node in ipairs(nodes) do node:close() end
  end)

  local function said(node, data)
    assert(assert(node:broadcast(data)):wait(LIMIT))
    return ann:receive(LIMIT)
  end

  it("a message shows the name", function()
    local msg = said(other, "Jürgen: Hello")
    assert.equal("[Jürgen] Jürgen: Hello", tostring(msg))
    assert.equal("Jürgen", msg.name)
    assert.equal("Jürgen", msg.from.name)
    assert.equal(other:self(), msg.from)
    assert.equal("Jürgen: Hello", msg.data)
  end)

  it("a message of one without a name shows its address", function()
    local msg = said(nodes[3], "Hello")
    assert.equal("[" .. nodes[3]:self() .. "] Hello", tostring(msg))
    assert.is_nil(msg.name)
  end)

  it("a message keeps the name that its sender had", function()
    assert(assert(other:broadcast("Hello")):wait(LIMIT))
    assert(other:set_name("Georg"))
    net.await(function() return ann:member("Georg") end)
    assert(other:leave())
    assert.equal("[Jürgen] Hello", tostring(ann:receive(LIMIT)))
  end)

  it("lists, peers and what is known of them show the name", function()
    assert.equal(("{Jürgen, %s}"):format(nodes[3]:self()),
                 tostring(ann:members()))
    local known = ann:member("Jürgen")
    assert.equal("Jürgen", known.name)
    assert.equal("Jürgen", tostring(known.peer))
    assert.equal("Jürgen", ann:member(other:self()).name)
    assert.equal("Jürgen", ann:stats().peers[1].name)
    assert.equal("Hello, Jürgen", "Hello, " .. known.peer)
    assert.matches("name = Jürgen, ", tostring(ann:stats().peers), 1, true)
  end)

  it("a node shows its own name and its address", function()
    assert.equal("ann", ann:self().name)
    assert.equal(both("ann", ann:self()), tostring(ann:self()))
    assert.equal("gop2p node " .. both("ann", ann:self()), tostring(ann))
    ann:close()
    assert.equal("gop2p node " .. both("ann", ann:self()) .. " (stopped)",
                 tostring(ann))
  end)

  it("events show the name", function()
    assert(other:leave())
    local texts = {}
    for event in ann:events() do
      texts[#texts + 1] = tostring(event)
      if event.type == "left" then
        assert.equal("Jürgen", event.name)
        break
      end
    end
    assert.same({"Jürgen joined", nodes[3]:self() .. " joined",
                 "Jürgen left"}, texts)
  end)

  it("a failure and its reason show the name", function()
    other:close()
    for event in ann:events() do
      if event.type == "failed" then
        assert.matches("^Jürgen failed: ", tostring(event))
        assert.equal(both("Jürgen", other:self()) .. " has failed",
                     event.reason.text)
        break
      end
    end
  end)

  it("an error shows the name and the address", function()
    other:close()
    local ok, err = assert(ann:send("Jürgen", "Hello")):wait(LIMIT)
    assert.is_nil(ok)
    assert.equal("could not deliver to " .. both("Jürgen", other:self()),
                 err.text)
    assert.equal("Jürgen", tostring(err.peer))
    assert.equal("Jürgen", tostring((next(err.failed))))
  end)

  it("whoever failed is found, whatever it was called", function()
    local plain = gop2p.peer(other:self())
    other:close()
    local _, err = assert(ann:send(plain, "Hello")):wait(LIMIT)
    assert.equal("ECONNREFUSED", err.failed[plain].code)
    assert.equal(err.failed[plain], err.failed[address(plain)])
    assert.equal(err.failed[plain], err.failed[other:self()])
    assert.is_nil(err.failed[nodes[3]:self()])
    assert.is_nil(err.failed.text)
  end)

  it("a direct message says by name to whom it is", function()
    assert(assert(other:send({"ann", nodes[3]:self()}, "both")):wait(LIMIT))
    local msg = ann:receive(LIMIT)
    assert.equal("ann", tostring(msg.to[1]))
    assert.equal("ann", msg.to[1].name)
    assert.equal(nodes[3]:self(), msg.to[2])
    assert.is_nil(msg.to[2].name)
    assert.equal("ann", nodes[3]:receive(LIMIT).to[1].name)
  end)

  it("an address beside which another name stands is nobody's", function()
    for _, to in ipairs({both("zed", other:self()),
                         both("ann", nodes[3]:self())}) do
      local receipt, err = ann:send(to, "Hello")
      assert.is_nil(receipt)
      assert.equal("ENOTFOUND", err.code)
      assert.equal("could not send to " .. to, err.text)
    end
    local elsewhere <close> = assert(gop2p.start_local_node(0))
    assert.is_true(elsewhere:connect(both("Jürgen", other:self())))
  end)

  it("it is sent to by its name, as it is printed", function()
    local at = address(other:self())
    for _, to in ipairs({"Jürgen", "[Jürgen]", "[" .. at .. "]", at,
                         both("Jürgen", other:self()),
                         "[" .. both("Jürgen", other:self()) .. "]",
                         ann:members()[1], {"Jürgen"}}) do
      assert(assert(ann:send(to, "Hello")):wait(LIMIT))
      assert.equal("[ann] Hello", tostring(other:receive(LIMIT)))
    end
    assert(assert(ann:send({"Jürgen", nodes[3]:self()}, "both")):wait(LIMIT))
    assert.equal("both", other:receive(LIMIT).data)
    assert.equal("both", nodes[3]:receive(LIMIT).data)
  end)

  it("it is joined through by its name", function()
    assert.is_true(ann:connect("Jürgen"))
    assert.is_true(ann:connect({"[Jürgen]"}))
  end)

  it("another name is nobody's", function()
    for _, to in ipairs({"jürgen", "J\u{75}\u{308}rgen", "Jürgen2", "[x]",
                         {"Jürgen", "x"}}) do
      local receipt, err = ann:send(to, "Hello")
      assert.is_nil(receipt)
      assert.equal("ENOTFOUND", err.code)
      assert.matches("could not send to .*: no member has this name$",
                     tostring(err))
    end
    local ok, err = ann:connect("x")
    assert.is_nil(ok)
    assert.equal("connection error: could not join through x: no member has "
                 .. "this name", tostring(err))
    assert(assert(ann:send("Jürgen", "last")):wait(LIMIT))
    assert.equal("last", other:receive(LIMIT).data) -- and nothing before
  end)

  it("one that has left is not found", function()
    assert(other:leave())
    net.await(function() return #ann:members() == 1 end)
    local receipt, err = ann:send("Jürgen", "Hello")
    assert.is_nil(receipt)
    assert.equal("ENOTFOUND", err.code)
    assert.is_nil(ann:member("Jürgen"))
  end)

  it("one that has failed is known by its name, but not sent to", function()
    other:close()
    net.await(function()
      local known = ann:member("Jürgen")
      return known and known.state == "failed"
    end, 15)
    local receipt, err = ann:send("Jürgen", "Hello")
    assert.is_nil(receipt)
    assert.equal("ENOTFOUND", err.code)
  end)

  it("a node that is called so itself does not send to itself", function()
    local ok, err = assert(ann:send("ann", "Hello")):wait(LIMIT)
    assert.is_nil(ok)
    assert.equal("ESELF", err.code)
  end)

  it("a peer is the same with its name and without", function()
    local named, plain = ann:members()[1], gop2p.peer(ann:members()[1])
    assert.equal(plain, named)
    assert.is_nil(plain.name)
    assert.equal("localhost:" .. named.port, tostring(plain))
    assert.equal(plain, gop2p.peer("[" .. plain .. "]"))
    assert.equal(plain, gop2p.peer(both("Jürgen", plain)))
    assert.is_false(named < plain or plain < named)
  end)
end)
