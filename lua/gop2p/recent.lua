-- recent.lua - a table that forgets: what was noted for a while.
--
-- Its keys may be names that strangers make up, as many as they like: beyond
-- a number it forgets those before their time that were new least lately.

local clock = require "gop2p.clock"

local recent = {}
recent.__index = recent

local LEAST = 64     -- entries before it is worth while to look for old ones
local MOST = 10000   -- entries of each of two generations

-- 'former': entries of before, which only count where there is no newer one.
function recent.new()
  return setmetatable({ entries = {}, former = {}, count = 0,
                        sweep = LEAST }, recent)
end

local function sweep(self, now)
  local count = 0
  for key, entry in pairs(self.entries) do
    if entry.till <= now then self.entries[key] = nil
    else count = count + 1 end
  end
  if count > MOST / 2 then
    self.former, self.entries, count = self.entries, {}, 0
  end
  self.count = count
  self.sweep = math.min(math.max(LEAST, 2 * count), MOST)
end

-- Notes a value for so many seconds, in place of an earlier one.
function recent:set(key, value, seconds)
  local now, entry = clock.now(), self.entries[key]
  if entry then
    entry.value, entry.till = value, now + seconds
    return
  end
  if self.count >= self.sweep then sweep(self, now) end
  self.entries[key] = { value = value, till = now + seconds }
  self.count = self.count + 1
end

-- The value, and the seconds that are left of its time; or nil.
function recent:get(key)
  local entry, now = self.entries[key] or self.former[key], clock.now()
  if entry and entry.till > now then return entry.value, entry.till - now end
end

return recent
