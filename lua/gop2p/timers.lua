-- timers.lua - what falls due next: a binary heap that can also forget.
--
-- Entries are tables; 'at' (any number) orders them. A timer that is not
-- needed any more is removed at once, so that a million short waits with
-- long time-outs leave nothing behind.

local timers = {}
timers.__index = timers

function timers.new()
  return setmetatable({ n = 0 }, timers)
end

local function put(self, entry, i)
  self[i] = entry
  entry.position = i
end

local function up(self, entry, i)
  while i > 1 do
    local parent = i // 2
    if self[parent].at <= entry.at then break end
    put(self, self[parent], i)
    i = parent
  end
  put(self, entry, i)
end

local function down(self, entry, i)
  while 2 * i <= self.n do
    local child = 2 * i
    if child < self.n and self[child + 1].at < self[child].at then
      child = child + 1
    end
    if entry.at <= self[child].at then break end
    put(self, self[child], i)
    i = child
  end
  put(self, entry, i)
end

-- Memory that runs out leaves the heap as it was.
function timers:add(entry, at)
  local n = self.n + 1
  entry.at, entry.position = at, false
  self[n] = entry
  self.n, entry.position = n, n
  up(self, entry, n)
end

-- Entries that are not in the heap are let be.
function timers:remove(entry)
  local i = entry.position
  if not i then return end
  entry.position = false
  local last = self[self.n]
  self[self.n] = nil
  self.n = self.n - 1
  if last == entry then return end
  down(self, last, i)
  up(self, last, last.position)
end

-- The entry that falls due first, or nil.
function timers:first()
  return self.n > 0 and self[1] or nil
end

return timers
