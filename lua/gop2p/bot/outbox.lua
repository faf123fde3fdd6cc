-- outbox.lua - how fast a bot may talk.
--
-- A bucket of tokens, kept as the time at which the next message would be
-- due if all had come evenly. What is over the rate waits for its turn,
-- in the order in which it came.

local clock = require "gop2p.clock"
local scheduler = require "gop2p.scheduler"

local outbox = {}
outbox.__index = outbox

-- 'rate' messages a second, 'burst' of them at once, and 'queue' that wait.
function outbox.new(rate, burst, queue)
  return setmetatable({ pause = 1 / rate, ahead = (burst - 1) / rate,
                        longest = queue / rate, due = 0 }, outbox)
end

-- Waits until a message may go: true; or false at once when as many wait
-- already as can.
function outbox:wait()
  local now = clock.now()
  local due = math.max(self.due, now)
  local wait = due - self.ahead - now
  if wait > self.longest then return false end
  self.due = due + self.pause
  if wait > 0 then scheduler.sleep(wait) end
  return true
end

return outbox
