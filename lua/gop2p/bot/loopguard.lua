-- loopguard.lua - two bots shall not talk each other to death.
--
-- What is seen is only how a peer behaves, so it does not matter what
-- program he is. A peer who writes again after we have spoken to him, and
-- again, and again, without ever being quiet for a minute, is in an exchange
-- with us. One who does so quicker than people type counts five times. When
-- an exchange has become too long he is not listened to until he was quiet
-- for that minute: another bot, which only ever answers, then is.
--
-- Who is never answered is never counted, however much he says.

local clock = require "gop2p.clock"
local recent = require "gop2p.bot.recent"

local loopguard = {}
loopguard.__index = loopguard

local QUIET = 60       -- seconds
local QUICK = 1.5      -- seconds between what we said and his answer
local WEIGHT = 5       -- of a quick answer

-- 'limit': the exchanges, at a human pace, that are followed in a row.
function loopguard.new(limit)
  return setmetatable({ limit = limit, room = false,
                        spoken = recent.new(),     -- peer -> when to him
                        exchanges = recent.new() }, loopguard)
end

-- We said something to a list of peers, or (nil) to everybody.
function loopguard:spoke(peers)
  local now = clock.now()
  if not peers then self.room = now end
  for _, peer in ipairs(peers or {}) do
    self.spoken:set(tostring(peer), now, QUIET)
  end
end

-- When we last said what the peer could hear, or nil.
local function lastspoken(self, name)
  local direct = self.spoken:get(name)
  return math.max(direct or -math.huge, self.room or -math.huge)
end

-- A peer says something. Whether to listen to him; if not, whether that is
-- new.
function loopguard:heard(peer)
  local name, now = tostring(peer), clock.now()
  local exchange = self.exchanges:get(name)
  if not exchange then exchange = { last = now, sum = 0, over = false } end
  local spoken = lastspoken(self, name)
  if spoken >= exchange.last then
    exchange.sum = exchange.sum + (now - spoken < QUICK and WEIGHT or 1)
  end
  exchange.last = now
  self.exchanges:set(name, exchange, QUIET)
  local was = exchange.over
  exchange.over = was or exchange.sum > self.limit
  return not exchange.over, not was
end

return loopguard
