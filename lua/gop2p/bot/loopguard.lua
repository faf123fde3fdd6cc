-- loopguard.lua - two bots shall not talk each other to death.
--
-- What is seen is only how a peer behaves, so it does not matter what
-- program he is. A peer who writes again after we have answered him, and
-- again, and again, without ever being quiet for a minute, is in an exchange
-- with us. One who does so quicker than people type counts five times. When
-- an exchange has become too long he is not listened to until he was quiet
-- for that minute: another bot, which only ever answers, then is.
--
-- What we say without its being known whom it answers may answer everybody
-- who hears it, but tells nothing by how quick they are. Who is never
-- answered is never counted, however much he says.

local clock = require "gop2p.clock"
local recent = require "gop2p.bot.recent"

local loopguard = {}
loopguard.__index = loopguard

local QUIET = 60       -- seconds
local QUICK = 1.5      -- seconds between our answer and his
local WEIGHT = 5       -- of a quick one

-- 'limit': the exchanges, at a human pace, that are followed in a row.
function loopguard.new(limit)
  return setmetatable({ limit = limit,
                        room = -math.huge,         -- when to everybody
                        spoken = recent.new(),     -- peer -> when to him
                        answered = recent.new(),   -- peer -> when him
                        exchanges = recent.new() }, loopguard)
end

-- We said something to a list of peers, or (nil) to everybody: for what
-- 'cause' said, or, when it is nil, we do not know for what.
function loopguard:spoke(peers, cause)
  local now = clock.now()
  if cause then
    self.answered:set(tostring(cause), now, QUIET)
  elseif not peers then
    self.room = now
  else
    for _, peer in ipairs(peers) do
      self.spoken:set(tostring(peer), now, QUIET)
    end
  end
end

-- What it counts that a peer says something, who last did so at 'last'.
local function weight(self, name, last)
  local answered = self.answered:get(name)
  if answered and answered >= last then
    return clock.now() - answered < QUICK and WEIGHT or 1
  end
  local spoken = math.max(self.spoken:get(name) or -math.huge, self.room)
  return spoken >= last and 1 or 0
end

-- A peer says something. Whether to listen to him; if not, whether that is
-- new.
function loopguard:heard(peer)
  local name, now = tostring(peer), clock.now()
  local exchange = self.exchanges:get(name)
  if exchange then
    exchange.sum = exchange.sum + weight(self, name, exchange.last)
    exchange.last = now
  else
    exchange = { last = now, sum = 0, over = false }
  end
  self.exchanges:set(name, exchange, QUIET)
  local was = exchange.over
  exchange.over = was or exchange.sum > self.limit
  return not exchange.over, not was
end

return loopguard
