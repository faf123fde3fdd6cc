-- retry.lua - trying again what depends on others, such as joining through
-- somebody who is not there yet.
--
-- The pauses grow, and no two programs have the same: what all of them wait
-- for would else get them all at once.

local scheduler = require "gop2p.scheduler"

local retry = {}
retry.__index = retry

local FIRST, LONGEST = 1, 60   -- seconds

-- A pause is longer or shorter by this part of it at most.
retry.JITTER = 0.25

-- retry.new([seconds]): the first pause, before jitter.
function retry.new(first)
  first = first or FIRST
  return setmetatable({ first = first, pause = first, over = false }, retry)
end

-- retry:next() -> seconds to wait before the next try
function retry:next()
  local pause = self.pause
                * (1 + retry.JITTER * (2 * math.random() - 1))
  self.pause = math.min(2 * self.pause, LONGEST)
  return pause
end

-- retry:reset(): the next pause is a short one.
function retry:reset()
  self.pause = self.first
end

-- retry:run(try [, seconds]) -> true | false
--
-- Calls try() after each pause until it gives true; false when so many
-- seconds have passed, or after retry:stop(). Waits.
function retry:run(try, seconds)
  local last = scheduler.deadline(seconds)
  while not self.over do
    local at = scheduler.deadline(self:next())
    local ends = last and last < at
    scheduler.wait(self, ends and last or at)
    if not self.over and try() then return true end
    if ends then return false end
  end
  return false
end

function retry:stop()
  self.over = true
  scheduler.wake(self)
end

return retry
