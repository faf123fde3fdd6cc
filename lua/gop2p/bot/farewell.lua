-- farewell.lua - the last that code of a bot's author does.

local guard = require "gop2p.bot.guard"
local scheduler = require "gop2p.scheduler"

local LONGEST = 2   -- seconds

-- Begins it, once for what is registered: where a bot is stopped while its
-- code is replaced, both wait for the same.
local function begin(bot, event)
  local registry = bot.registry
  local round = registry.farewells[event]
  if round then return round end
  round = { left = 0, deadline = scheduler.deadline(LONGEST) }
  registry.farewells[event] = round
  for _, handler in ipairs(registry:handlers(event)) do
    round.left = round.left + 1
    scheduler.start(bot.scope, function()
      guard.call(bot, handler)
      round.left = round.left - 1
      scheduler.wake(round)
    end)
  end
  return round
end

-- farewell(bots, event): runs the handlers that bots of a list have of the
-- event, and waits for them, but not for long.
return function(bots, event)
  local rounds = {}
  for i, bot in ipairs(bots) do rounds[i] = begin(bot, event) end
  for _, round in ipairs(rounds) do
    while round.left > 0 and scheduler.wait(round, round.deadline) do end
  end
end
