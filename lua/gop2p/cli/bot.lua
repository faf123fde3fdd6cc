-- bot.lua - `gop2p bot`: runs a bot script.

local log = require "gop2p.bot.log"
local network = require "gop2p.cli.network"
local options = require "gop2p.bot.options"
local program = require "gop2p.bot.program"
local show = require "gop2p.cli.show"
local signals = require "gop2p.signals"

local bot = { summary = "Run a bot script until it ends, or until Ctrl-C." }

local DONE, FAILED, USAGE = 0, 1, 2

local OF_BOTS = {watch = "--watch", dry_run = "--dry-run", log = "--log",
                 log_level = "--log-level", json = "--json", name = "--name"}

local function level(text)
  if log.levels[text] then return text end
  return nil, "not a level (debug, info, warn, error, off): " .. text
end

function bot.options(command)
  command:argument("file", "The script; it runs as a task, and may start "
                   .. "others."):argname("FILE")
  command:argument("args", "Its arguments (arg, ...). Put -- before those "
                   .. "that begin with -."):argname("ARG"):args("*")
  command:flag("--watch", "Reload the script and its plug-ins when a file "
               .. "changes. This option and those below are for scripts that "
               .. "use gop2p.bot, and override what these set.")
  command:flag("--dry-run", "Log what the bot would say, but send "
               .. "nothing, and do not write its store.")
  command:option("--log", "Append the log to this file, instead of "
                 .. "writing it to standard error."):argname("LOG")
  local lowest = command:option("--log-level", "The lowest level that is "
                                .. "logged: debug, info, warn, error or off.")
  lowest:argname("LEVEL"):convert(level)
  lowest.words = {"debug", "info", "warn", "error", "off"}
  command:flag("--json", "Log JSON, one object per line.")
  network.named(command)
end

-- What was not said is left to the script.
local function override(given)
  options.override {
    name = given.name, watch = given.watch, dry_run = given.dry_run,
    log = { file = given.log, level = given.log_level, json = given.json },
  }
end

-- Options that nothing heeded are not passed over.
local function invain(given)
  if program.any() then return false end
  for name, option in pairs(OF_BOTS) do
    if given[name] then
      show.complain("bot", "%s had no effect: the script made no bot with "
                    .. "gop2p.bot", option)
      return true
    end
  end
  return false
end

-- 'signal': the one that has ended it, or nil.
local function status(given, signal)
  if program.failed() then return FAILED end
  if signal then return DONE end
  if program.unused() then
    show.complain("bot", "a bot was made and never run: bot:run() is missing")
    return FAILED
  end
  if invain(given) then return USAGE end
  return DONE
end

-- Bots that a script has only started run to their end. A signal that came
-- for a bot which the script has run ends all.
local function see_out()
  local signal = program.signal()
  for _, each in ipairs(program.running()) do
    if signal then each:stop() else signal = select(2, each:run()) end
  end
end

-- Whether an error is one that says by itself what it has to: a text without
-- a position, as error(text, 0) raises it.
local function isplain(problem)
  return type(problem) == "string" and not problem:find("^[^\n]*:%d+:")
end

-- As the stock Lua does it: 'arg' is there, and the chunk gets its values.
-- Its tasks are waited for, unless it has come to its end after its bots did:
-- there such tasks would keep a process that was told to end, so they are
-- closed. A signal that no bot waits for has all leave that the script has
-- started.
function bot.run(given)
  local script, err = loadfile(given.file)
  if not script then
    show.complain("bot", "%s", err)
    return FAILED
  end
  rawset(_G, "arg", table.move(given.args, 1, #given.args, 1,
                               {[0] = given.file}))
  io.stdout:setvbuf("line")
  warn "@on"   -- a log that cannot be written is told so
  override(given)
  local stop, raised = signals.stop(), nil
  local ok, result = pcall(signals.run, function()
    local _ <close> = setmetatable({}, { __close = function(_, problem)
      raised = problem
    end })
    script(table.unpack(given.args))
    see_out()
    if program.over() then stop:ask() end
  end, stop)
  if ok then return status(given, result) end
  if network.was_interrupted(result) then return DONE end
  show.complain("bot", "%s", isplain(raised) and raised or result)
  return FAILED
end

return bot
