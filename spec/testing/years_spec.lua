-- A bot that lives for years (spec/support/years.lua): `make years YEARS=2`.

local process = require "spec.support.process"

local SANITIZED = os.getenv("ASAN_OPTIONS") ~= nil   -- several times slower
local YEARS = tonumber(os.getenv("YEARS")) or (SANITIZED and 1 or 10)
local SEED = os.getenv("SEED") or "1"

describe("a bot of " .. YEARS .. " virtual years", function()
  it("loses no reminder, and does not grow", function()
    local run <close> = assert(process.start({
      os.getenv("LUA") or "lua5.4", "spec/support/years.lua",
      tostring(YEARS), SEED}))
    local said = assert(run:line(120 + 60 * YEARS))
    local count, lua, resident =
      said:match("^(%d+) (%-?%d+) (%-?%d+)$")
    assert.equal(52 * YEARS, tonumber(count), said)
    assert.is_true(tonumber(lua) < 300, said)
    assert.is_true(SANITIZED or tonumber(resident) < 4096, said)
    assert.equal(0, run:wait())
  end)
end)
