-- Memory that runs out at any allocation of Lua or of the core: what was
-- asked for may fail, and afterwards the nodes talk as ever, and nothing
-- leaks. Every third and every ninth of them here; `make starve` tries all.

local process = require "spec.support.process"

local build = os.getenv("BUILD") or "build"

-- A sanitizer stands where the failing allocator would have to.
if build:find("asan") then return end

describe("memory that runs out", function()
  local function starved(kind, step, script)
    local host <close> = assert(process.start({build .. "/spec/starve",
      script or "spec/support/starved.lua", kind, "1", tostring(step),
      build .. "/gop2p/core.so"}))
    local line = assert(host:line(60))
    local runs = math.tointeger(tonumber(line:match("^(%d+) runs$")))
    assert(runs, line)
    assert.equal(0, host:wait(5))
    assert.is_true(runs >= 20, runs)
  end

  it("in the core leaves nodes that work", function()
    starved("core", 3)
  end)

  -- Lua collects and asks once more, which then succeeds.
  it("in Lua, until it has collected, leaves nodes that work", function()
    starved("lua", 9)
  end)

  it("in a simulation leaves the next one as good as ever", function()
    starved("core", 5, "spec/support/simulated.lua")
    starved("lua", 7, "spec/support/simulated.lua")
  end)
end)
