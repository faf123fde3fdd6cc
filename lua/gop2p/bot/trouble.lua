-- trouble.lua - what went wrong is told: in the log, to on("error"), and to
-- the owner, if he is a member.

local clock = require "gop2p.clock"
local speech = require "gop2p.bot.speech"

local trouble = {}
trouble.__index = trouble

local PAUSE = 10   -- seconds between two messages to the owner

function trouble.new(bot)
  return setmetatable({ bot = bot, due = -math.huge, untold = 0 }, trouble)
end

local function tellowner(self, text)
  local bot, present = self.bot, {}
  for _, member in ipairs(bot.node:members()) do
    if bot.roles:is(member, "owner") then present[#present + 1] = member end
  end
  if #present > 0 then speech.post(bot, text, present, nil, true) end
end

-- The owner hears of one thing in a while, and how many there were besides.
local function owner(self, err)
  if clock.now() < self.due then
    self.untold = self.untold + 1
    return
  end
  local trace = err.traceback and err.traceback:match("\nstack traceback:.*")
  local text = err .. (trace or "")
  if self.untold > 0 then
    text = ("%s\n(and %d more since the last one)"):format(text, self.untold)
  end
  self.due, self.untold = clock.now() + PAUSE, 0
  self.bot:task(function() tellowner(self, text) end)
end

-- trouble:tell(err [, handler])
--
-- Never waits. What goes wrong in a handler of errors is only logged.
function trouble:tell(err, handler)
  local bot = self.bot
  bot.log:error("error", { text = tostring(err), traceback = err.traceback,
                           from = err.from and tostring(err.from) })
  if handler and handler.event == "error" then return end
  bot:fire("error", err)
  if err.code == "EHANDLER" then owner(self, err) end
end

return trouble
