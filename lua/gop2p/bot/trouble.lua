-- trouble.lua - what went wrong is told: in the log, to on("error"), and to
-- the owner, who may be a member.
--
-- Handlers of errors, and the tasks that they start, have a scope of their
-- own. What goes wrong in there, or with what is sent from there, is only
-- logged: it would be told to them again, without an end.

local clock = require "gop2p.clock"
local guard = require "gop2p.bot.guard"
local scheduler = require "gop2p.scheduler"
local speech = require "gop2p.bot.speech"
local system = require "gop2p.system"

local trouble = {}
trouble.__index = trouble

local PAUSE = 10   -- seconds between two messages to the owner

function trouble.new(bot)
  local self = setmetatable({ bot = bot, due = -math.huge, untold = 0,
                              over = false }, trouble)
  self.scope = scheduler.scope(function(problem)
    self:note(guard.stray(problem))
  end, bot.options.budget or nil)
  return self
end

-- Whether it is a handler of errors that calls.
local function handling(self)
  return select(2, scheduler.current()) == self.scope
end

-- trouble:follow(receipt): of what was just sent.
function trouble:follow(receipt)
  if not handling(self) then return end
  speech.claim(receipt)
  scheduler.start(self.scope, function()
    local ok, err = receipt:wait()
    if not ok then self:note(err, true) end
  end)
end

local function tellowner(self, text)
  local bot, present = self.bot, {}
  for _, member in ipairs(bot.node:members()) do
    if bot.roles:is(member, "owner") then present[#present + 1] = member end
  end
  if #present > 0 then
    speech.post(bot, text, present, { urgent = true, notice = true })
  end
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

-- trouble:note(err [, ofnetwork]): into the log alone. 'ofnetwork': it is the
-- network's, such as a message that did not arrive, and not the bot's own.
function trouble:note(err, ofnetwork)
  self.bot.log:error("error", {
    text = tostring(err), traceback = err.traceback,
    from = err.from and tostring(err.from),
  })
  if not ofnetwork then system.erred(tostring(err)) end
end

-- trouble:close(limit): nobody handles errors any more; see scheduler.close.
function trouble:close(limit)
  self.over = true
  scheduler.close(self.scope, limit)
end

-- trouble:tell(err [, ofnetwork]): never waits.
function trouble:tell(err, ofnetwork)
  self:note(err, ofnetwork)
  if self.over or handling(self) then return end
  self.bot:fire("error", err)
  if err.code == "EHANDLER" then owner(self, err) end
end

return trouble
