-- Strangers that come, speak and go under names without number: nothing of
-- them stays, and lists that they are given are few.

local gop2p = require "gop2p"
local net = require "spec.support.net"

local GROWTH = 1024 -- KiB
-- A sanitizer keeps freed memory.
if os.getenv("ASAN_OPTIONS") then GROWTH = GROWTH + 300 * 1024 end

-- KiB of this process.
local function memory()
  collectgarbage()
  local file <close> = io.open("/proc/self/statm")
  return file and tonumber(file:read("a"):match("^%d+ (%d+)")) * 4 or 0
end

local function at(i, port)
  return gop2p.peer(("127.7.%d.%d"):format(i // 250, i % 250 + 1), port)
end

describe("names without number", function()
  it("leave no memory behind", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local everywhere <close> = net.sender({address = "0.0.0.0"})
    gop2p.spawn(function() for _ in node:inbox() do end end)
    local conn <close> = assert(net.dial(node))
    local function come(i)
      local from = at(i, everywhere.port)
      for _, bytes in ipairs {net.json(0, from), net.json(2, from, "eA=="),
                              net.json(1, from)} do
        conn:send(bytes)
        assert.equal(200, assert(conn:response()).status)
      end
    end
    for i = 1, 400 do come(i) end
    local before = memory()
    for i = 401, 1200 do come(i) end
    assert.same({}, node:members())
    assert.is_true(memory() < before + GROWTH, memory() - before)
  end)
end)

describe("a list of members", function()
  local MEMBERS = 200

  it("is given once a second to a source that has not proven to be there",
     function()
    local node <close> = assert(gop2p.start_local_node(0))
    local everywhere <close> = net.sender({address = "0.0.0.0"})
    for i = 1, MEMBERS do
      assert.equal(200, net.ask(node, net.json(0, at(i, everywhere.port)))
                          .status)
    end
    assert.equal(MEMBERS, #node:members())
    local nobody <close> = net.nobody()
    local conns, lists = {}, 0
    for i = 1, 40 do
      conns[i] = assert(net.dial(node))
      conns[i]:send(net.json(0, gop2p.peer("127.8.0." .. i, nobody.port)))
    end
    for _, conn in ipairs(conns) do
      local response = assert(conn:response(8))
      if #response.body > 1000 then lists = lists + 1 end
      conn:close()
    end
    assert.is_true(lists <= 3, lists)
  end)
end)
