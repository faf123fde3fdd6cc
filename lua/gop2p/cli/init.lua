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
  .. "2 when the command was misused. NO_COLOR is respected."

local function usage(parser, text)
  local name = parser._name == "gop2p" and "" or " " .. parser._name
  io.stderr:write("gop2p", name, ": ", text, "\n", parser:get_usage(), "\n")
  os.exit(USAGE)
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

-- argparse's script for zsh is one that zsh finds by its name, and cannot
-- be read by eval, which is how those for other shells are loaded.
local function zsh_script(parser)
  return (parser:get_zsh_complete():gsub("\n_gop2p%s*$", [[

if [ "$funcstack[1]" = _gop2p ]; then
  _gop2p "$@"
else
  compdef _gop2p gop2p
fi
]]))
end

-- Nor would its command for the scripts: this is like it.
local function completion(parser)
  local scripts = {bash = parser.get_bash_complete, zsh = zsh_script,
                   fish = parser.get_fish_complete}
  local declared = parser:command("completion",
                                  "Output a shell completion script.")
  help(declared)
  declared:argument("shell",
                    "The shell to output a completion script for.")
    :choices {"bash", "zsh", "fish"}
  return { run = function(options)
    show.line((scripts[options.shell](parser):gsub("\n$", "")))
  end }
end

-- All commands, or the one called 'only'.
local function build(only)
  local parser = argparse("gop2p", "A node of a gop2p network.", EPILOG)
  parser:command_target("command")
  help(parser)
  parser.error = usage
  local commands = {}
  for _, name in ipairs(only and {only} or NAMES) do
    commands[name] = declare(parser, name)
  end
  if not only then commands.completion = completion(parser) end
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
  local ok, status = xpcall(function()
    local options = parser:parse(words)
    return commands[options.command].run(options)
  end, trace)
  if ok then return status or DONE end
  if status == show.CLOSED then return FAILED end
  error(status, 0)
end
