-- class.lua - what makes a table a bot, and how its methods look at that.

local check = require "gop2p.check"

local class = {}

-- The metatable of bots, for which init.lua sees to the rest.
class.meta = { __name = "gop2p.bot" }

-- Both raise at the line that called the method 'name', which calls them.

-- Whether 'self' is a bot.
function class.check(self, name)
  check.self(self, class.meta, name, "bot", 1)
end

-- And one whose node is there.
function class.running(self, name)
  check.self(self, class.meta, name, "bot", 1)
  if not self.node then
    error(("'%s': the bot does not run yet"):format(name), 3)
  elseif self.state == "stopped" then
    error(("'%s': the bot is stopped"):format(name), 3)
  end
end

return class
