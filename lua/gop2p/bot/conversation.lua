-- conversation.lua - handlers that wait for what comes next.

local core = require "gop2p.core"
local guard = require "gop2p.bot.guard"
local scheduler = require "gop2p.scheduler"
local speech = require "gop2p.bot.speech"
local values = require "gop2p.values"

local conversation = {}
conversation.__index = conversation

function conversation.new(bot)
  return setmetatable({
    bot = bot,
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

-- Ends the wait for an answer: with a context, or with false and an error.
local function settle(wait, answer, err)
  if wait.answer or wait.err then return end
  wait.answer, wait.err = answer, err or false
  scheduler.wake(wait)
end

local function unanswered(code, cause)
  return values.error("connection", code, "no answer", cause)
end

local function abandon(wait)
  settle(wait, false, unanswered("ENOTCONN",
                                 "the peer is no member any more"))
end

local function ismember(node, peer)
  local known = not core.isclosed(node) and node:member(peer)
  return known and (known.state == "alive" or known.state == "suspected")
end

-- A question that does not arrive ends the wait for its answer, which tells
-- of that: nobody else is told.
local function follow(self, ctx, sent, wait)
  if not ctx.is_direct then   -- who is no member does not hear the room
    if not ismember(self.bot.node, ctx.from) then abandon(wait) end
  elseif sent ~= true then
    speech.claim(sent)
    scheduler.start(self.bot.scope, function()
      local ok, err = sent:wait()
      if not ok then settle(wait, false, err) end
    end).quiet = true
  end
end

-- Waits for the next message of the sender of 'ctx', in the same place: its
-- context; or nil and an error. Those who wait for one sender are served in
-- their order. 'ask' is called first, and may wait: what the sender says
-- before it has returned is no answer. It gives the receipt of the question
-- (true: there is none), or nil and an error.
function conversation:answer(ctx, timeout, ask)
  local sent, err = ask()
  if not sent then return nil, err end
  local wait = { answer = false, err = false }
  local _ <close> = enlist(self.asks, place(ctx), wait)
  follow(self, ctx, sent, wait)
  if not wait.err then scheduler.wait(wait, scheduler.deadline(timeout)) end
  guard.converse(self.bot)
  if wait.answer then return wait.answer end
  return nil, wait.err or unanswered("ETIMEDOUT", "none came in time")
end

-- Gives the message to whoever waits for it; whether anybody did.
function conversation:deliver(ctx)
  for _, wait in ipairs(self.asks[place(ctx)] or {}) do
    if not wait.answer and not wait.err then
      settle(wait, ctx)
      self.bot.loopguard:forgive(ctx.message)
      return true
    end
  end
  return false
end

-- conversation:gone(peer): it is no member any more, and answers nobody.
function conversation:gone(peer)
  for _, kind in ipairs { "direct ", "room " } do
    for _, wait in ipairs(self.asks[kind .. values.endpoint(peer)] or {}) do
      abandon(wait)
    end
  end
end

-- What the handlers of the event were given, packed; or nil.
local function await(self, event, deadline, predicate)
  local wait = { first = 1, last = 0 }
  local _ <close> = enlist(self.waiters, event, wait)
  repeat
    while wait.first <= wait.last do
      local seen = wait[wait.first]
      wait[wait.first] = nil
      wait.first = wait.first + 1
      if not predicate or predicate(table.unpack(seen, 1, seen.n)) then
        return seen
      end
    end
  until not scheduler.wait(wait, deadline) and wait.first > wait.last
end

-- Waits for an event for which predicate(...) holds (nil: any): what its
-- handlers are given; or nil and an error. The predicate is called by the
-- task that waits.
function conversation:wait(event, timeout, predicate)
  local deadline = scheduler.deadline(timeout)
  local seen = await(self, event, deadline, predicate)
  guard.converse(self.bot)
  if not seen then
    return nil, values.error("internal", "ETIMEDOUT",
      ("no event %q"):format(event), "none came in time")
  end
  if event == "message" then
    self.bot.loopguard:forgive(seen[1].message)
  end
  return table.unpack(seen, 1, seen.n)
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
