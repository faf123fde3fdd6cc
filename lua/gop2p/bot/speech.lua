-- speech.lua - what a bot says: no faster than it may, none of it unseen.

local core = require "gop2p.core"
local text = require "gop2p.bot.text"
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
-- answers, if it is known. how.urgent: it does not wait for its turn.
-- how.notice: no program answers it.
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

-- speech.say(bot, words, to, how) -> true | nil, err: a text, in parts.
function speech.say(bot, words, to, how)
  for _, part in ipairs(text.split(words, bot.options.max_message)) do
    local ok, err = speech.post(bot, part, to, how)
    if not ok then return nil, err end
  end
  return true
end

return speech
