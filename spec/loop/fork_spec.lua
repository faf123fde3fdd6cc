-- A process that forks while it has nodes: the child touches nothing of
-- them, whatever it does, and the parent goes on.

local process = require "spec.support.process"

-- What is left untouched is a leak to a sanitizer.
if (os.getenv("BUILD") or ""):find("asan") then return end

-- The child does 'what' and ends by 'how'. Then the parent talks as ever.
local function forked(what, how)
  local script = ([[
    local forking = require "forking"
    local gop2p = require "gop2p"
    local a, b = assert(gop2p.start_local_node(0)),
                 assert(gop2p.start_local_node(0))
    assert(a:connect(b:self()))
    local receipt = a:broadcast("before")
    local pid = forking.fork()
    if pid == 0 then
      local ok, err = pcall(function() %s end)
      if not ok then io.stderr:write(tostring(err), "\n") end
      %s
    end
    assert(forking.wait(pid) == 0, "the child failed")
    assert(receipt:wait(5))
    assert(assert(b:broadcast("after")):wait(5))
    assert(assert(b:receive(5)).data == "before")
    assert(assert(a:receive(5)).data == "after")
    local c <close> = assert(gop2p.start_local_node(0))
    assert(c:connect(a:self()))
    assert(a:leave())
    print("good")
  ]]):format(what, how:format("ok and 0 or 1"))
  local child <close> = assert(process.start({
    os.getenv("LUA") or "lua5.4", "-e", script}))
  assert.equal("good", child:line(10))
  assert.equal(0, child:wait(5))
end

describe("a forked child", function()
  it("leaves the parent what it has locked", function()
    local child <close> = assert(process.start({
      os.getenv("LUA") or "lua5.4", "-e", [[
      local file = require "gop2p.file"
      local forking = require "forking"
      local path = os.tmpname()
      local lock = assert(file.lock(path))
      local pid = forking.fork()
      if pid == 0 then
        file.unlock(lock)
        os.exit(0, true)
      end
      assert(forking.wait(pid) == 0)
      assert(not file.lock(path))
      file.unlock(lock)
      os.remove(path)
      print("good")
    ]]}))
    assert.equal("good", child:line(10))
  end)

  local ways = {
    ["at once"] = "os.exit(%s, false)",
    ["with the state closed"] = "os.exit(%s, true)",
  }
  for name, how in pairs(ways) do
    it("that does nothing ends " .. name, function() forked("", how) end)

    it("that closes and collects all ends " .. name, function()
      forked([[
        a:close()
        b = nil
        receipt = nil
        collectgarbage()
        collectgarbage()
      ]], how)
    end)

    it("that uses what is the parent's is told so, and ends " .. name,
       function()
      forked([[
        local node = a
        local function told(f, ...)
          local ok, err = pcall(f, ...)
          assert(not ok and err:find("parent process"), err)
        end
        told(node.broadcast, node, "x")
        told(node.connect, node, 5)
        told(node.leave, node)
        told(node.receive, node, 0)
        told(node.members, node)
        told(gop2p.pump)
        told(gop2p.sleep, 0)
        told(gop2p.start_local_node, 0)
      ]], how)
    end)
  end
end)
