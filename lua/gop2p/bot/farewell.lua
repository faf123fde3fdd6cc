-- farewell.lua - the last that code of a bot's author does.

local guard = require "gop2p.bot.guard"
local scheduler = require "gop2p.scheduler"

local LONGEST = 2   -- seconds

-- farewell(bots, event): runs the handlers that bots of a list have of the
-- event, and waits for them, but not for long.
return function(bots, event)
  local key, left = {}, 0
  local function run(bot, handler)
    left = left + 1
    scheduler.start(bot.scope, function()
      guard.call(bot, handler)
      left = left - 1
      scheduler.wake(key)
    end)
  end
  for _, bot in ipairs(bots) do
    for _, handler in ipairs(bot.registry:handlers(event)) do
      run(bot, handler)
    end
  end
  local deadline = scheduler.deadline(LONGEST)
  while left > 0 and scheduler.wait(key, deadline) do end
end
