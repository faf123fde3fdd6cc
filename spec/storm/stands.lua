-- Runs a storm in a process of its own: "storm" or "lies", for so many
-- seconds, with that seed. An error where it is not stood.

local assert = require "luassert"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"

return function(name, seconds, seed)
  local storm <close> = assert(process.start({
    LUA, "spec/storm/" .. name .. ".lua", tostring(seconds), tostring(seed)}))
  local said = {}
  repeat
    local line, err = storm:line(90)
    said[#said + 1] = line
  until not line and assert.equal("closed", err)
  assert.equal(name .. ": stood it", said[#said], table.concat(said, "\n"))
  assert.equal(0, storm:wait())
end
