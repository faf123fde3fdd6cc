-- context.lua - what a handler knows of the message that it is run for.

local check = require "gop2p.check"
local guard = require "gop2p.bot.guard"
local speech = require "gop2p.bot.speech"
local text = require "gop2p.text"
local values = require "gop2p.values"

local context = {}
local meta = { __index = context, __name = "gop2p.bot.context" }

local ASK_TIMEOUT = 60   -- seconds

-- The fields: 'bot'; 'message' (as node:receive() gives it), 'from' (a
-- peer), 'name' (that of its sender, if it has one), 'address' (the sender's
-- "host:port"), 'is_direct', 'is_notice', 'text' (without the space around
-- it), and, once it is known to be a command, 'command' (its name).
function context.new(bot, message)
  return setmetatable({
    bot = bot, message = message, from = message.from, command = false,
    name = message.from.name, address = values.endpoint(message.from),
    is_direct = message.type == "direct",
    is_notice = message.notice or false,
    text = text.trim(message.data),
  }, meta)
end

local function say(self, words, notice)
  local to = self.is_direct and { self.from } or nil
  local cause = guard.cause(self.bot) ~= false and self.from
  return speech.say(self.bot, words, to, { cause = cause, notice = notice })
end

-- ctx:reply(text) -> receipt | nil, err
--
-- Says it where the message came from: to everybody, or to its sender alone.
-- A long text goes in several messages. Waits while the bot has talked too
-- much already.
function context:reply(words)
  check.self(self, meta, "reply", "context")
  words = check.string(words, 1, "reply")
  return say(self, words, false)
end

-- ctx:notice(text) -> receipt | nil, err: the same as a notice, which no bot
-- answers.
function context:notice(words)
  check.self(self, meta, "notice", "context")
  words = check.string(words, 1, "notice")
  return say(self, words, true)
end

-- ctx:ask(question [, timeout]) -> text, ctx | nil, err
--
-- Says the question (nil: none) and waits at most 'timeout' seconds (60) for
-- the next message that its sender says in the same place. That one is no
-- command then. Of several that wait for one sender the first gets it. An
-- error also as soon as the sender is known to be gone.
function context:ask(question, timeout)
  check.self(self, meta, "ask", "context")
  if question ~= nil then question = check.string(question, 1, "ask") end
  timeout = check.timeout(timeout, 2, "ask") or ASK_TIMEOUT
  local answer, err = self.bot.conversation:answer(self, timeout, function()
    return question == nil or self:reply(question)
  end)
  if not answer then return nil, err end
  return answer.text, answer
end

return context
