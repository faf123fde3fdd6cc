-- cli - the command `gop2p`: chooses among its commands, and what ends them.
--
-- A command is a module of this folder with 'summary' (a line of the help),
-- 'options' (a function that declares them to argparse) and 'run' (a
-- function of the options that gives the exit status).

local argparse = require "argparse"
local show = require "gop2p.cli.show"

local DONE, FAILED, USAGE = 0, 1, 2
local NAMES = {"chat", "repl", "listen", "send", "members", "watch", "bot",
               "version"}
local EPILOG = "Exit status: 0 when all was done, 1 when something failed, "
  .. "2 when it was not used as it says here. NO_COLOR is respected."

local function usage(parser, text)
  local name = parser._name == "gop2p" and "" or " " .. parser._name
  io.stderr:write("gop2p", name, ": ", text, "\n", parser:get_usage(), "\n")
  os.exit(USAGE)
end

local function declare(parser, name)
  local command = require("gop2p.cli." .. name)
  local declared = parser:command(name, command.summary)
  declared:help_max_width(78)
  command.options(declared)
  return command
end

-- argparse's script for zsh is one that zsh finds by its name, and can not
-- be read by eval, which is how those for other shells are loaded.
local function zsh_script(parser)
  local script = getmetatable(parser).__index.get_zsh_complete(parser)
  return (script:gsub("\n_gop2p%s*$", [[

if [ "$funcstack[1]" = _gop2p ]; then
  _gop2p "$@"
else
  compdef _gop2p gop2p
fi
]]))
end

-- All commands, or the one called 'only'.
local function build(only)
  local parser = argparse("gop2p", "A node of a gop2p network.", EPILOG)
  parser:command_target("command"):help_max_width(78)
  parser.error = usage
  local commands = {}
  for _, name in ipairs(only and {only} or NAMES) do
    commands[name] = declare(parser, name)
  end
  if not only then
    parser.get_zsh_complete = zsh_script
    parser:add_complete_command()
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
  local parser, commands = build(only)
  local options = parser:parse(words)
  local ok, status = xpcall(commands[options.command].run, trace, options)
  if ok then return status or DONE end
  if status == show.CLOSED then return FAILED end
  error(status, 0)
end
