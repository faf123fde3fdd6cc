-- clock.lua - what time it is.
--
-- Clocks in seconds. Durations are measured with the one that only goes
-- forward; the wall clock may be set, and goes on while a laptop sleeps. So
-- does the third one, which nobody sets.

local core = require "gop2p.core"
local system = require "gop2p.system"

local clock = {}

-- Seconds since some point in the past; only goes forward.
function clock.now()
  return core.now()
end

-- Seconds since 1970 (UTC), with fractions, as os.date takes them.
function clock.time()
  return core.time()
end

-- Seconds since some point in the past; also those that the machine slept.
function clock.uptime()
  return system.simulated and core.now() or core.uptime()
end

-- Whether the wall clock may be set at any time. In a simulation it is not.
function clock.issettable()
  return not system.simulated
end

return clock
