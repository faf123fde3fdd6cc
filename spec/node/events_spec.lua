-- Who came and went, as the program is told.

local gop2p = require "gop2p"

local LIMIT = 10 -- seconds

-- The next events of a node, as texts, in the order in which they came.
local function take(node, count)
  local list, done = {}, false
  gop2p.spawn(function()
    for event in node:events() do
      list[#list + 1] = tostring(event)
      if #list == count then break end
    end
    done = true
  end)
  local till = os.time() + LIMIT
  while not done and os.time() < till do gop2p.pump(0.05) end
  assert.is_true(done, "only: " .. table.concat(list, ", "))
  return list
end

describe("events", function()
  it("tell who joined and who left", function()
    local a <close> = assert(gop2p.start_local_node(0))
    local b <close> = assert(gop2p.start_local_node(0))
    assert(b:connect(a:self()))
    assert.same({ b:self() .. " joined" }, take(a, 1))
    assert.same({ a:self() .. " joined" }, take(b, 1))
    assert(b:leave())
    assert.same({ b:self() .. " left" }, take(a, 1))
  end)

  it("are plain data", function()
    local a <close> = assert(gop2p.start_local_node(0))
    local b <close> = assert(gop2p.start_local_node(0))
    assert(b:connect(a:self()))
    local event = a:events()()
    assert.equal("joined", event.type)
    assert.equal(b:self(), event.peer)
    assert.is_nil(event.reason)
    assert.equal("> " .. b:self() .. " joined", "> " .. event)
  end)

  it("tell apart who has come from who was there before", function()
    local a <close> = assert(gop2p.start_local_node(0))
    local b <close> = assert(gop2p.start_local_node(0))
    local c <close> = assert(gop2p.start_local_node(0))
    assert(b:connect(a:self()))
    assert(c:connect(b:self()))
    local met = {}
    for _, node in ipairs { a, b, c } do
      local events = node:events()
      for _ = 1, 2 do
        local event = events()
        assert.equal("joined", event.type)
        if event.met then met[#met + 1] = node:self() .. event.peer end
      end
    end
    local wanted = { b:self() .. a:self(), c:self() .. a:self(),
                     c:self() .. b:self() }
    table.sort(met)
    table.sort(wanted)
    assert.same(wanted, met)
  end)

  it("go, the oldest first, when nobody reads them", function()
    local a <close> = assert(gop2p.start_local_node(0, { max_events = 1 }))
    local b <close> = assert(gop2p.start_local_node(0))
    assert(b:connect(a:self()))
    assert(b:leave())
    assert.same({ b:self() .. " left" }, take(a, 1))
  end)

  it("end with the node", function()
    local a <close> = assert(gop2p.start_local_node(0))
    local over = false
    gop2p.spawn(function()
      for _ in a:events() do error("nobody came") end
      over = true
    end)
    gop2p.pump(0)
    a:close()
    local till = os.time() + LIMIT
    while not over and os.time() < till do gop2p.pump(0.05) end
    assert.is_true(over)
  end)
end)
