-- registry.lua - all that the code of a bot has asked for: commands, what it
-- listens for, handlers of events, times. In one table, so that new code
-- takes the place of old code as a whole or not at all.

local agenda = require "gop2p.bot.agenda"
local commands = require "gop2p.bot.commands"

local registry = {}
registry.__index = registry

-- 'start(f)' starts a task for what falls due.
function registry.new(start)
  return setmetatable({ commands = commands.new(), hears = {}, events = {},
                        farewells = {}, agenda = agenda.new(start) },
                      registry)
end

-- The handlers of an event, in the order in which they were given.
function registry:handlers(event)
  return self.events[event] or {}
end

-- Adds what is listened for. 'nth' tells those apart that listen for one
-- text, and is the same in new code that listens for other texts as well.
function registry:listen(handler)
  handler.nth = 1
  for _, other in ipairs(self.hears) do
    if other.what == handler.what then handler.nth = other.nth + 1 end
  end
  table.insert(self.hears, handler)
end

-- The command, or what is listened for, of that name; or nil.
function registry:handler(name)
  local found = self.commands:find(name)
  for _, hear in ipairs(self.hears) do
    if hear.pattern == name then found = found or hear end
  end
  return found
end

return registry
