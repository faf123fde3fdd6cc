-- speech.lua - what a bot says: no faster than it may, none of it unseen.

local check = require "gop2p.check"
local clock = require "gop2p.clock"
local core = require "gop2p.core"
local long = require "gop2p.bot.long"
local scheduler = require "gop2p.scheduler"
local values = require "gop2p.values"

local speech = {}

-- What is over the rate and finds no room among those that wait.
local function refuse(bot)
  local err = values.error("connection", "ELIMIT", "could not send",
                           "the bot says more than its rate allows")
  bot.log:warn("dropped", { reason = err.cause })
  local new = not bot.overfull
  bot.overfull = true
  if new then bot.trouble:tell(err) end
  return nil, err
end

-- What those are called that are said something.
local function names(bot, peers)
  local list = {}
  for i, peer in ipairs(peers) do
    list[i] = tostring(core.meant(bot.node, peer) or peer)
  end
  return table.concat(list, " ")
end

-- The receipt of what is not sent at all.
local UNSENT = { wait = function() return true end }

-- speech.post(bot, data, to, how) -> receipt | nil, err
--
-- Sends any bytes to everybody (nil) or a list of peers, in its turn, and not
-- before the bot has tried to join. how.cause: the peer whose message it
-- answers, if it is known; false: it is part of a conversation, and answers
-- none. how.urgent: it does not wait for its turn. how.notice: no program
-- answers it.
function speech.post(bot, data, to, how)
  bot.way:await()
  if not how.urgent and not bot.outbox:wait() then return refuse(bot) end
  bot.overfull = false
  if core.isclosed(bot.node) then
    return nil, values.stopped("could not send")
  end
  local dry = bot.options.dry_run
  bot.log:info(dry and "would say" or "said", { text = data,
    to = to and names(bot, to) or "everybody" })
  bot.loopguard:spoke(to, how.cause)
  if dry then return UNSENT end
  local receipt, err
  local options = { notice = how.notice }
  if to then receipt, err = bot.node:send(to, data, options)
  else receipt, err = bot.node:broadcast(data, options) end
  if receipt then bot.trouble:follow(receipt) end
  return receipt, err
end

-- The receipt of a text that goes in several messages.
local Parts = {}
Parts.__index = Parts

function Parts.__tostring(parts)
  local list = {}
  for i, receipt in ipairs(parts) do list[i] = tostring(receipt) end
  return table.concat(list, ", ")
end

-- speech.claim(receipt): somebody is about to wait for it, and is told alone.
function speech.claim(receipt)
  if receipt == UNSENT then return end
  local parts = getmetatable(receipt) == Parts and receipt or { receipt }
  for _, part in ipairs(parts) do core.claim(part) end
end

-- Whoever waits is told of all parts, and nobody else is.
local waiting = {
  __close = function(waiter)
    for _, receipt in ipairs(waiter.parts) do core.disclaim(receipt) end
  end
}

-- As receipt:wait([timeout]): the error is that of the first part that has
-- failed.
function Parts:wait(timeout)
  check.self(self, Parts, "wait", "receipt")
  timeout = check.timeout(timeout, 1, "wait")
  local deadline, failure = scheduler.deadline(timeout), nil
  local _ <close> = setmetatable({ parts = self }, waiting)
  speech.claim(self)
  for _, receipt in ipairs(self) do
    local left = deadline and math.max(0, deadline - clock.now())
    local ok, err = receipt:wait(left)
    failure = failure or not ok and err or nil
  end
  if failure then return nil, failure end
  return true
end

-- speech.say(bot, words, to, how) -> receipt | nil, err: a text, in parts.
function speech.say(bot, words, to, how)
  local receipts = setmetatable({}, Parts)
  for i, part in ipairs(long.split(words, bot.options.max_message)) do
    local receipt, err = speech.post(bot, part, to, how)
    if not receipt then return nil, err end
    receipts[i] = receipt
  end
  local whole = #receipts > 1 and receipts[1] ~= UNSENT
  return whole and receipts or receipts[1]
end

return speech
