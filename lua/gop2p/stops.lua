-- stops.lua - what ends a 'run' of the scheduler from elsewhere.

local core = require "gop2p.core"
local waits = require "gop2p.waits"

local stops = {}

-- Seconds until those give up who wait, cannot yield, and so keep 'run' from
-- going on.
local GIVEUP = 2

local methods = {}
local meta = { __index = methods }

-- stops.new(f) -> stop: for one 'run'. Once stop:ask() was called, f() is
-- called, which may wait, and the tasks go on until it returns.
function stops.new(f)
  return setmetatable({ f = f, asked = false, scope = false }, meta)
end

-- stop:ask(): ends it; must not wait. Asking again changes nothing.
function methods:ask()
  if self.asked then return end
  self.asked = true
  if not self.scope then return end
  local process = self.scope.process
  process.endby = math.min(process.endby, core.now() + GIVEUP)
  waits.wake(self.scope)
end

return stops
