-- waits.lua - who waits for what, and until when.
--
-- A wait is for a key: the number of a signal of the core, or any Lua value
-- that 'wake' is called with. It ends when the key is woken, when its time is
-- up, or when whoever waits gives up. Nothing here runs a task: once its wait
-- is over, it stands among those that can go on.

local core = require "gop2p.core"
local queue = require "gop2p.queue"
local timers = require "gop2p.timers"

local waits = {}

waits.runnable = queue.new()   -- the tasks that can go on

local runnable = waits.runnable
local waiting = {}     -- key -> list of waits
local listeners = {}   -- key -> function
local alarms = timers.new()

local function finish(wait, woken)
  if wait.over then return end
  wait.over, wait.woken = true, woken
  alarms:remove(wait)
  if wait.task then runnable:put(wait.task) end
end

-- Ends every wait for 'key', and tells its listener.
function waits.wake(key)
  local list, listener = waiting[key], listeners[key]
  if listener then listener() end   -- first: it may ask who waits
  if not list then return end
  waiting[key] = nil
  for _, wait in ipairs(list) do finish(wait, true) end
end

-- Whether anybody waits for 'key'.
function waits.awaited(key)
  return waiting[key] ~= nil
end

-- From now on 'f' is called whenever 'key' is woken; it must not wait. One
-- listener to a key; nil ends it.
function waits.listen(key, f)
  listeners[key] = f
end

-- Calls 'f', which must not wait, 'seconds' from now.
function waits.after(seconds, f)
  alarms:add({ call = f }, core.now() + seconds)
end

local function forget(wait)
  local list = waiting[wait.key]
  for i = 1, list and #list or 0 do
    if list[i] == wait then
      table.remove(list, i)
      break
    end
  end
  if list and #list == 0 then waiting[wait.key] = nil end
end

-- Whoever gives up (time, an error, a closed task) leaves nothing behind.
-- Whether the task is at its end is seen when it has its turn.
function waits.giveup(wait)
  if wait.over then return end
  if wait.key ~= nil then forget(wait) end
  finish(wait, false)
end

local waitmeta = { __close = waits.giveup }

-- A wait for 'key' (nil: nothing but time), which begins with waits.begin.
-- Whoever made it closes it. It has fields: 'over', whether it was 'woken',
-- and 'task', which, if it is set, can go on when the wait is over.
function waits.new(key)
  return setmetatable({
    key = key, task = false, over = false, woken = false
  }, waitmeta)
end

-- 'deadline': on core.now's clock; nil: never.
function waits.begin(wait, deadline)
  local key = wait.key
  if key ~= nil then
    local list = waiting[key]
    if not list then
      list = {}
      waiting[key] = list
    end
    list[#list + 1] = wait
  end
  if deadline then alarms:add(wait, deadline) end
end

-- The time of a wait, or of a call, has come.
local function ring(wait)
  alarms:remove(wait)
  if wait.call then wait.call() else waits.giveup(wait) end
end

-- Ends what is due by now.
function waits.expire()
  local now = core.now()
  local wait = alarms:first()
  while wait and wait.at <= now do
    ring(wait)
    wait = alarms:first()
  end
end

-- Seconds until something wants to be done, or nil.
function waits.due()
  if runnable.first then return 0 end
  local due, alarm = core.due(), alarms:first()
  if alarm then
    local wait = math.max(0, alarm.at - core.now())
    due = math.min(due or wait, wait)
  end
  return due
end

-- For the test kit: another clock begins. Returns what ends it: then the time
-- has come for all that waits for one on that clock.
function waits.newclock()
  local before = {}
  for i = 1, alarms.n do before[alarms[i]] = true end
  return function()
    local left = {}
    for i = 1, alarms.n do
      if not before[alarms[i]] then left[#left + 1] = alarms[i] end
    end
    for _, wait in ipairs(left) do ring(wait) end
  end
end

return waits
