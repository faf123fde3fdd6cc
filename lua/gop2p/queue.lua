-- queue.lua - first come, first served.
--
-- Entries are tables, linked by their field 'next'; one that stands in the
-- queue already keeps its place. Neither putting nor taking allocates:
-- memory that runs out loses nothing.

local queue = {}
queue.__index = queue

function queue.new()
  return setmetatable({ n = 0, first = false, last = false }, queue)
end

function queue:put(entry)
  if entry.queued then return end
  entry.next, entry.queued = false, true
  if self.last then self.last.next = entry else self.first = entry end
  self.last = entry
  self.n = self.n + 1
end

-- The entry that came first, or nil.
function queue:take()
  local entry = self.first
  if not entry then return nil end
  self.first, entry.queued = entry.next, false
  if not self.first then self.last = false end
  self.n = self.n - 1
  return entry
end

return queue
