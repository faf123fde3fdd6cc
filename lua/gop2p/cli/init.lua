-- cli - the command `gop2p`: chooses among its commands, and what ends them.
--
-- A command is a module of this folder with 'summary' (a line of the help),
-- 'options' (a function that declares them to argparse) and 'run' (a
-- function of the options that gives the exit status).

local argparse = require "argparse"
local completion = require "gop2p.cli.completion"
local gop2p = require "gop2p"
local show = require "gop2p.cli.show"

local DONE, FAILED, USAGE = 0, 1, 2
local NAMES = {"chat", "repl", "listen", "send", "members", "watch", "bot",
               "version"}
local EPILOG = "Exit status: 0 when all was done, 1 when something failed, "
  .. "2 when the command was misused. NO_COLOR is respected."

local function has(parser, name)
  for _, option in ipairs(parser._options) do
    for _, alias in ipairs(option._aliases) do
      if alias == name then return true end
    end
  end
  return false
end

-- An option with one dash, such as Go's, is no row of short ones.
local function onedash(parser, text, words)
  local short = text:match("^unknown option '(%-%a)'")
  for _, word in ipairs(short and words or {}) do
    local name = word:match("^%-%a[%a-]+")
    if name and name:sub(1, 2) == short and has(parser, "-" .. name) then
      return ("unknown option '%s'\nDid you mean '-%s'?"):format(name, name)
    end
  end
  return text
end

-- What argparse calls when the words are wrong.
local function usage(words)
  return function(parser, text)
    local name = parser._name == "gop2p" and "" or " " .. parser._name
    io.stderr:write("gop2p", name, ": ", onedash(parser, text, words), "\n",
                    parser:get_usage(), "\n")
    os.exit(USAGE)
  end
end

-- argparse's own help would not notice that it could not be written.
local function help(parser)
  parser:add_help(false)
  parser:help_max_width(78)
  parser:flag("-h --help", "Show this help message and exit.")
    :action(function()
      show.line(parser:get_help())
      os.exit(DONE)
    end)
end

local function declare(parser, name)
  local command = require("gop2p.cli." .. name)
  local declared = parser:command(name, command.summary)
  help(declared)
  command.options(declared)
  return command
end

local function declare_version(parser)
  parser:flag("-v --version", "Print the version and exit.")
    :action(function()
      show.line(gop2p._VERSION)
      os.exit(DONE)
    end)
end

local function declare_completion(parser)
  local declared = parser:command("completion",
                                  "Output a shell completion script.")
  help(declared)
  return completion.declare(parser, declared)
end

-- The help of one command is told by that, and so is that there is none.
local function declare_help(parser)
  local declared = parser:command("help", "Show this help, or that of a "
                                  .. "command.")
  help(declared)
  local names = {}
  for i, each in ipairs(parser._commands) do names[i] = each._name end
  local about = declared:argument("about", "The command.")
  about:argname("COMMAND"):args("?")
  about.words = names
  return { run = function(options)
    parser:parse { options.about or "--help",
                   options.about and "--help" or nil }
  end }
end

-- All commands, or the one called 'only', for these words.
local function build(only, words)
  local parser = argparse("gop2p", "A node of a gop2p network.", EPILOG)
  parser:command_target("command")
  help(parser)
  parser.error = usage(words)
  local commands = {}
  for _, name in ipairs(only and {only} or NAMES) do
    commands[name] = declare(parser, name)
  end
  if not only then
    declare_version(parser)
    commands.completion = declare_completion(parser)
    commands.help = declare_help(parser)
  end
  return parser, commands
end

local function trace(problem)
  return problem == show.CLOSED and problem or debug.traceback(problem, 2)
end

-- cli(args [, only]) -> exit status
--
-- Runs what the arguments say; with 'only', they are those of that command.
-- Wrong ones end the process with 2, --help with 0.
return function(args, only)
  local words = table.move(args, 1, #args, only and 2 or 1, {only})
  local parser, commands = build(only, words)
  local ok, status = xpcall(function()
    local options = parser:parse(words)
    return commands[options.command].run(options)
  end, trace)
  if ok then return status or DONE end
  if status == show.CLOSED then return FAILED end
  error(status, 0)
end
