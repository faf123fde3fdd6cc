-- unread.lua - errors that nobody reads go to Lua's 'warn'.
--
-- Whether a task will ever read them cannot be known, so nothing is thrown
-- away: an error that has no reader is shown by 'warn', for each node once a
-- second at most, and kept for a reader that comes later.

local core = require "gop2p.core"
local plain = require "gop2p.plain"
local scheduler = require "gop2p.scheduler"
local system = require "gop2p.system"

local unread = {}

local PAUSE = 1      -- seconds between two warnings of a node
local KEPT = 1024    -- errors shown and kept; the oldest go first
local MOST = 64 << 20   -- bytes of undelivered messages in them

local states = setmetatable({}, { __mode = "k" })  -- node -> its state
local refs = {}      -- number of its signal -> weak reference of the node

-- The oldest error that was made in Lua or in the core, or nil. Errors for
-- which there was no room are counted in the next one that is read: its field
-- 'dropped'.
local function next_error(self)
  local added = states[self].added
  if added[1] then return table.remove(added, 1) end
  local err = not core.isclosed(self) and core.nexterror(self) or nil
  local dropped = err and core.losterrors(self) or 0
  if dropped > 0 then err.dropped = dropped end
  return err
end

local function sizeof(err)
  return err.message and #err.message.data or 0
end

-- The oldest that is kept, from now on no more.
local function shift(state)
  local err = table.remove(state, 1)
  state.bytes = state.bytes - sizeof(err)
  return err
end

-- Takes the new errors; returns the first one and how many.
local function collect(self, state)
  local first, n = nil, 0
  for err in next_error, self do
    first, n = first or err, n + 1 + (err.dropped or 0)
    table.insert(state, err)
    state.bytes = state.bytes + sizeof(err)
    while #state > KEPT or state.bytes > MOST and #state > 1 do
      local gone = shift(state)
      state[1].dropped = (state[1].dropped or 0) + 1 + (gone.dropped or 0)
    end
  end
  return first, n
end

local function show(self, state)
  local err, n = collect(self, state)
  if not err then return end
  local more = n > 1 and (" (and %d more)"):format(n - 1) or ""
  system.warn(self, plain(err .. more))
end

-- The watch over a node does not keep it: one that nobody uses any more
-- can be collected.
local function look(ref)
  local self = ref[1]
  ref.due = false
  if not self or core.isclosed(self) or states[self].claimed then return end
  show(self, states[self])
end

local function forget(number)
  scheduler.listen(number, nil)
  refs[number] = nil
end

-- Ends the watch over nodes that were collected.
local function sweep()
  for number, ref in pairs(refs) do
    if not ref[1] then forget(number) end
  end
end

-- A new node: from now on its errors are looked after.
function unread.watch(self)
  local ref = setmetatable({ self }, { __mode = "v" })
  local number = core.signal(self, "errors")
  sweep()
  states[self], refs[number] = { added = {}, bytes = 0 }, ref
  scheduler.listen(number, function()
    if ref.due then return end
    ref.due = true
    scheduler.after(PAUSE, function() look(ref) end)
  end)
end

-- One more error, that the core knows nothing of.
function unread.add(self, err)
  table.insert(states[self].added, err)
  scheduler.wake(core.signal(self, "errors"))
end

-- The core starts its node anew: what it has is kept.
function unread.keep(self)
  local list = {}
  for err in next_error, self do list[#list + 1] = err end
  states[self].added = list
end

-- From now on the program reads the errors.
function unread.claim(self)
  states[self].claimed = true
end

-- The oldest error that has not been read, or nil.
function unread.take(self)
  local state = states[self]
  if #state > 0 then return shift(state) end
  return next_error(self)
end

-- The node is about to stop: the last chance. Never raises: not even in a
-- forked child, whose node is the parent's, nor when memory is short.
function unread.flush(self)
  local state, number = states[self], core.signal(self, "errors")
  if not state.claimed then pcall(show, self, state) end
  forget(number)
end

-- For the test kit: the node is gone as with its process.
function unread.abandon(self)
  forget(core.signal(self, "errors"))
end

return unread
