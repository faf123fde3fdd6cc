-- conversation.lua - handlers that wait for what comes next.

local scheduler = require "gop2p.scheduler"
local values = require "gop2p.values"

local conversation = {}
conversation.__index = conversation

function conversation.new()
  return setmetatable({
    asks = {},      -- place -> list of those who wait for an answer there
    waiters = {},   -- event -> list of those who wait for it
  }, conversation)
end

-- Puts 'wait' at the end of a list; whoever closes what is returned takes it
-- out again.
local function enlist(lists, key, wait)
  local list = lists[key] or {}
  lists[key] = list
  list[#list + 1] = wait
  return setmetatable({}, { __close = function()
    for i, other in ipairs(list) do
      if other == wait then table.remove(list, i) break end
    end
    if #list == 0 and lists[key] == list then lists[key] = nil end
  end })
end

-- Where a message was said: to everybody, or to us alone, and by whom.
local function place(ctx)
  return (ctx.is_direct and "direct " or "room ") .. values.endpoint(ctx.from)
end

-- Waits for the next message of the sender of 'ctx', in the same place: its
-- context; or nil and an error. Those who wait for one sender are served in
-- their order. 'ask' is called first, and may wait: what the sender says
-- before it has returned is no answer.
function conversation:answer(ctx, timeout, ask)
  local ok, err = ask()
  if not ok then return nil, err end
  local wait = { answer = false }
  local _ <close> = enlist(self.asks, place(ctx), wait)
  scheduler.wait(wait, scheduler.deadline(timeout))
  if wait.answer then return wait.answer end
  return nil, values.error("connection", "ETIMEDOUT", "no answer",
                           "none came in time")
end

-- Gives the message to whoever waits for it; whether anybody did.
function conversation:deliver(ctx)
  local wait = (self.asks[place(ctx)] or {})[1]
  if not wait or wait.answer then return false end
  wait.answer = ctx
  table.remove(self.asks[place(ctx)], 1)
  scheduler.wake(wait)
  return true
end

-- Waits for an event for which predicate(...) holds (nil: any): what its
-- handlers are given; or nil and an error. The predicate is called by the
-- task that waits.
function conversation:wait(event, timeout, predicate)
  local deadline = scheduler.deadline(timeout)
  local wait = { first = 1, last = 0 }
  local _ <close> = enlist(self.waiters, event, wait)
  repeat
    while wait.first <= wait.last do
      local seen = wait[wait.first]
      wait[wait.first] = nil
      wait.first = wait.first + 1
      if not predicate or predicate(table.unpack(seen, 1, seen.n)) then
        return table.unpack(seen, 1, seen.n)
      end
    end
  until not scheduler.wait(wait, deadline) and wait.first > wait.last
  return nil, values.error("connection", "ETIMEDOUT",
                           ("no event %q"):format(event), "none came in time")
end

local KEPT = 1000   -- events that wait for a predicate which is slow

-- Tells those who wait for an event.
function conversation:tell(event, ...)
  for _, wait in ipairs(self.waiters[event] or {}) do
    wait.last = wait.last + 1
    wait[wait.last] = table.pack(...)
    if wait.last - wait.first >= KEPT then
      wait[wait.first] = nil
      wait.first = wait.first + 1
    end
    scheduler.wake(wait)
  end
end

return conversation
