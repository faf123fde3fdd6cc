-- speech.lua - what a bot says: no faster than it may, none of it unseen.

local core = require "gop2p.core"
local text = require "gop2p.bot.text"
local values = require "gop2p.values"

local speech = {}

-- What is over the rate and finds no room among those that wait.
local function refuse(bot)
  local err = values.error("connection", "ELIMIT", "could not send",
                           "the bot has more to say than it may")
  bot.log:warn("dropped", { reason = err.cause })
  local new = not bot.overfull
  bot.overfull = true
  if new then bot.trouble:tell(err) end
  return nil, err
end

-- speech.post(bot, data, to [, urgent]) -> receipt | nil, err
--
-- Sends any bytes to everybody (nil) or a list of peers, in its turn unless
-- it is urgent.
function speech.post(bot, data, to, urgent)
  if not urgent and not bot.outbox:wait() then return refuse(bot) end
  bot.overfull = false
  if core.isclosed(bot.node) then
    return nil, values.stopped("could not send")
  end
  bot.log:info("said", { to = to and tostring(to) or "everybody",
                         text = data })
  bot.loopguard:spoke(to)
  local receipt, err
  if to then receipt, err = bot.node:send(to, data)
  else receipt, err = bot.node:broadcast(data) end
  return receipt, err
end

-- speech.say(bot, words, to) -> true | nil, err: a text, in parts.
function speech.say(bot, words, to)
  for _, part in ipairs(text.split(words, bot.options.max_message)) do
    local ok, err = speech.post(bot, part, to)
    if not ok then return nil, err end
  end
  return true
end

return speech
