-- saying.lua - the methods of a bot by which it says or asks something.

local check = require "gop2p.check"
local class = require "gop2p.bot.class"
local context = require "gop2p.bot.context"
local guard = require "gop2p.bot.guard"
local speech = require "gop2p.bot.speech"
local whom = require "gop2p.whom"

local saying = {}

-- Where a peer is taken the name of a member is, too: it is looked up then.
-- The peers; or nil and an error: no member has the name, or several have.
local function whomever(self, look, to, arg, name, extra)
  local peers, why, err = look(self.node, to, "could not send to")
  check.that(peers or err, arg, name, why, 1 + (extra or 0))
  if err then self.log:warn("not sent", { reason = tostring(err) }) end
  return peers, err
end

-- A text to everybody, or to a peer or a list of them.
local function say(self, words, to, name, notice)
  local peers, err
  if to ~= nil then
    peers, err = whomever(self, whom.list, to, 2, name, 1)
    if err then return nil, err end
  end
  return speech.say(self, words, peers,
                    { cause = guard.cause(self), notice = notice })
end

-- bot:say(text [, peer]) -> receipt | nil, err
--
-- Says it to everybody, or to a peer or a list of them; when it is long, in
-- several messages, whose receipt it gives. Waits while the bot has talked
-- too much, or has not yet tried to join.
function saying:say(words, to)
  class.running(self, "say")
  words = check.string(words, 1, "say")
  local receipt, err = say(self, words, to, "say", false)
  return receipt, err
end

-- bot:notice(text [, peer]) -> receipt | nil, err: the same as a notice,
-- which no bot answers.
function saying:notice(words, to)
  class.running(self, "notice")
  words = check.string(words, 1, "notice")
  local receipt, err = say(self, words, to, "notice", true)
  return receipt, err
end

-- bot:broadcast(data) -> receipt | nil, err: any bytes, as one message.
function saying:broadcast(data)
  class.running(self, "broadcast")
  data = check.string(data, 1, "broadcast")
  return speech.post(self, data, nil, { cause = guard.cause(self) })
end

-- bot:send(peer_or_list, data) -> receipt | nil, err: the same, directly.
function saying:send(to, data)
  class.running(self, "send")
  local peers, err = whomever(self, whom.list, to, 1, "send")
  data = check.string(data, 2, "send")
  if err then return nil, err end
  return speech.post(self, data, peers, { cause = guard.cause(self) })
end

-- bot:ask(peer, question [, timeout]) -> text, ctx | nil, err
--
-- Asks a peer directly, and waits as ctx:ask does for what it says directly.
-- An error at once when the question does not arrive.
function saying:ask(to, question, timeout)
  class.running(self, "ask")
  local peer, err = whomever(self, whom.one, to, 1, "ask")
  question = check.string(question, 2, "ask")
  timeout = check.timeout(timeout, 3, "ask")
  if err then return nil, err end
  local ctx = context.new(self, { type = "direct", from = peer, data = "" })
  return ctx:ask(question, timeout)
end

return saying
