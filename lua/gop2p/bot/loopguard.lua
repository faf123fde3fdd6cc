-- loopguard.lua - two bots shall not talk each other to death.
--
-- Only a peer's behaviour is seen, so it does not matter which program it
-- is. A peer that writes again each time after we have answered it, without
-- ever being quiet for a minute, is in an exchange with us; what it writes
-- quicker than people type counts five times. When an exchange has become
-- too long, the peer is not listened to until it was quiet for a minute.
-- Another bot, which does nothing but answer, is quiet then.
--
-- Who plays with us is in no such exchange: what a handler has asked for, or
-- waited for, does not count, nor does what it says from then on; unless it
-- came sooner after that than a person could have read it.
--
-- Where we do not know what we answer by something we say, it may answer
-- everybody who hears it; but how quick they are then tells nothing. A peer
-- that is never answered is never counted, however much it says.

local clock = require "gop2p.clock"
local recent = require "gop2p.recent"
local values = require "gop2p.values"

local loopguard = {}
loopguard.__index = loopguard

local QUIET = 60       -- seconds
local QUICK = 1.5      -- seconds between our answer and what follows
local WEIGHT = 5       -- of a quick one
local REFLEX = 0.1     -- seconds in which nobody reads a line and writes one

-- 'limit': the exchanges, at a human pace, that are followed in a row.
function loopguard.new(limit)
  return setmetatable({ limit = limit,
                        room = -math.huge,         -- when to everybody
                        led = -math.huge,          -- in a conversation
                        spoken = recent.new(),     -- peer -> when to it
                        answered = recent.new(),   -- peer -> when that was
                        exchanges = recent.new(),
                        counted = setmetatable({}, { __mode = "k" }) },
                      loopguard)
end

-- We said something to a list of peers, or (nil) to everybody: for what
-- 'cause' said; when it is nil, we do not know for what; when it is false, it
-- is part of a conversation that we lead, and no answer.
function loopguard:spoke(peers, cause)
  local now = clock.now()
  if cause == false then
    self.led = now
  elseif cause then
    self.answered:set(values.endpoint(cause), now, QUIET)
  elseif not peers then
    self.room = now
  else
    for _, peer in ipairs(peers) do
      self.spoken:set(values.endpoint(peer), now, QUIET)
    end
  end
end

-- What it counts that a peer says something, who last did so at 'last'.
local function weight(self, key, last)
  local answered = self.answered:get(key)
  if answered and answered >= last then
    return clock.now() - answered < QUICK and WEIGHT or 1
  end
  local spoken = math.max(self.spoken:get(key) or -math.huge, self.room)
  return spoken >= last and 1 or 0
end

-- A message has come. Whether to listen to its sender; if not, whether that
-- is new.
function loopguard:heard(message)
  local key, now = values.endpoint(message.from), clock.now()
  local exchange = self.exchanges:get(key)
  if exchange then
    local counts = weight(self, key, exchange.last)
    exchange.sum, self.counted[message] = exchange.sum + counts, counts
    exchange.last = now
  else
    exchange = { last = now, sum = 0, over = false }
  end
  self.exchanges:set(key, exchange, QUIET)
  local was = exchange.over
  exchange.over = was or exchange.sum > self.limit
  return not exchange.over, not was
end

-- loopguard:forgive(message): it was asked for, and does not count as what
-- follows a reply does.
function loopguard:forgive(message)
  local exchange = self.exchanges:get(values.endpoint(message.from))
  if exchange then
    local counts = clock.now() - self.led < REFLEX and 1 or 0
    exchange.sum = exchange.sum - (self.counted[message] or 0) + counts
  end
  self.counted[message] = nil
end

return loopguard
