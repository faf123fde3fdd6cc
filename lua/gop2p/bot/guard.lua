-- guard.lua - runs what the author of a bot has written, so that an error in
-- it ends nothing else, and is told.
--
-- A handler is a table: 'f', 'what' ("command roll"), 'limit' (so many
-- failures in a row switch it off; nil: none do), 'failures' and 'off'.

local core = require "gop2p.core"
local scheduler = require "gop2p.scheduler"
local values = require "gop2p.values"

local guard = {}

-- coroutine -> the handler's bot, and the peer for whose message it runs, or
-- false when it leads a conversation
local causes = setmetatable({}, { __mode = "k" })

-- What a handler raises while its task is closed is traced as well, and goes
-- to whoever closes it: as text.
local traced = { __tostring = function(problem) return problem.traceback end }

local function trace(err)
  local text = scheduler.describe(err)
  return setmetatable({ text = text, traceback = debug.traceback(text, 2) },
                      traced)
end

-- An error of a handler, as on("error") gets it.
local function failure(what, text, traceback)
  local err = values.error("internal", "EHANDLER", what .. " failed", text)
  err.traceback = traceback
  return err
end

-- guard.handler(what, f [, limit [, into]]) -> handler: 'into', if given.
function guard.handler(what, f, limit, into)
  local handler = into or {}
  handler.what, handler.f, handler.limit = what, f, limit
  handler.failures, handler.off = 0, false
  return handler
end

local function switchoff(bot, handler)
  handler.off = true
  bot.trouble:tell(values.error("internal", "EHANDLER",
    handler.what .. " is switched off",
    ("it failed %d times in a row"):format(handler.failures)))
end

-- guard.call(bot, handler, from, ...) -> whether it did not fail
--
-- Runs a handler, in a task. An error is told: to on("error"), the log and
-- the owner; 'from' is the peer whose message it was run for, if any.
function guard.call(bot, handler, from, ...)
  if bot.memory then bot.memory:touch() end
  causes[coroutine.running()] = { bot = bot, from = from }
  local ok, problem = xpcall(handler.f, trace, ...)
  causes[coroutine.running()] = nil
  if ok then
    handler.failures = 0
    return true
  end
  -- A handler that was cut has no budget left; telling of it has its own.
  core.slice(bot.scope.budget)
  -- Nothing traces an error when memory has run out.
  if type(problem) ~= "table" then
    problem = { text = scheduler.describe(problem) }
  end
  local err = failure(handler.what, problem.text, problem.traceback)
  err.from = from
  handler.failures = handler.failures + 1
  bot.trouble:tell(err)
  if handler.limit and handler.failures >= handler.limit and
     not handler.off then
    switchoff(bot, handler)
  end
  return false
end

-- guard.converse(bot): who calls has asked, or waited for what comes next.
-- From now on it answers no message to this bot with what it says.
function guard.converse(bot)
  causes[coroutine.running()] = { bot = bot, from = false }
end

-- guard.cause(bot) -> the peer for whose message to this bot the handler runs
-- that calls; false when it leads a conversation; nil when that cannot be
-- told.
function guard.cause(bot)
  local cause = causes[coroutine.running()]
  if cause and cause.bot == bot then return cause.from end
end

-- guard.stray(problem) -> the error of a task that a handler has started and
-- nobody waits for
function guard.stray(problem)
  local text = problem:match("^(.-)\nstack traceback:") or problem
  return failure("a task", text, problem)
end

return guard
