-- A bot of many years: see spec/host/years.lua. YEARS=2 SEED=3 make years

local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local SANITIZED = os.getenv("ASAN_OPTIONS") ~= nil   -- several times slower
local YEARS = os.getenv("YEARS") or (SANITIZED and "1" or "10")
local SEED = os.getenv("SEED") or "1"

describe("a bot of " .. YEARS .. " virtual years", function()
  it("loses no reminder, and does not grow", function()
    local bot <close> = assert(process.start {LUA, "spec/host/years.lua",
                                              YEARS, SEED})
    local line = assert(bot:line(600))
    local lua, resident = line:match("^(%-?%d+) (%-?%d+)$")
    assert.is_true(tonumber(lua) < 300, line)
    assert.is_true(SANITIZED or tonumber(resident) < 4096, line)
    assert.equal(0, bot:wait(10))
  end)
end)
