-- completion.lua - `gop2p completion`: scripts by which shells complete what
-- the command takes.
--
-- Those of argparse offer the names of files wherever a value is due.

local show = require "gop2p.cli.show"

local completion = {}

local FILES = { FILE = true, LOG = true, ARG = true }  -- names of arguments

-- What an argument or the value of an option may be: "files", a list of
-- words, or nil: nothing that is known before. The words are argparse's
-- choices, or stand in a field of ours where what else is given gets an
-- error of ours.
local function values_of(element)
  local words = element._choices or element.words
  if words then return words end
  return FILES[element._argname] and "files" or nil
end

-- The first sentence, on one line.
local function sentence(element)
  local text = element._description
  return text:match("^(.-)%.%s") or text:match("^(.-)%.?$")
end

local function describe(parser)
  local options = {}
  for i, option in ipairs(parser._options) do
    options[i] = { names = option._aliases, about = sentence(option),
                   valued = option._minargs > 0, name = option._argname,
                   values = values_of(option) }
  end
  local argument = parser._arguments[1]
  return { name = parser._name, about = sentence(parser), options = options,
           values = argument and values_of(argument),
           many = argument and #parser._arguments > 1 }
end

-- The command itself, and each of its commands.
local function collect(parser)
  local commands = {}
  for i, each in ipairs(parser._commands) do commands[i] = describe(each) end
  return describe(parser), commands
end

local function names(list)
  local out = {}
  for i, each in ipairs(list) do out[i] = each.name end
  return table.concat(out, " ")
end

-- A word of a shell.
local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- A format whose blanks are lines of code.
local function fill(format, ...)
  local parts = {...}
  for i, part in ipairs(parts) do
    parts[i] = type(part) == "table" and table.concat(part, "\n") or part
  end
  return (format:format(table.unpack(parts)))
end

local BASH = [[
_gop2p() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local command= words= files=
  [ $COMP_CWORD -gt 1 ] && command=${COMP_WORDS[1]}
  [ "$prev" = = ] && prev=${COMP_WORDS[COMP_CWORD-2]}
  [ "$cur" = = ] && cur=
  case "$command $prev $cur" in
%s
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [ -n "$files" ]; then
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -F _gop2p gop2p]]

-- What sets the words, or says that files are wanted.
local function bash_values(values)
  if values == "files" then return "files=1 " end
  return values and ("words=%q "):format(table.concat(values, " ")) or ""
end

local function bash_command(cases, name, command, words)
  local all = {}
  for _, option in ipairs(command.options) do
    for _, each in ipairs(option.names) do
      all[#all + 1] = each
      if option.valued then
        cases[#cases + 1] = ('    "%s %s "*) %s;;'):format(
          name, each, bash_values(option.values))
      end
    end
  end
  cases[#cases + 1] = ('    "%s "*" -"*) words="%s" ;;'):format(
    name, table.concat(all, " "))
  cases[#cases + 1] = ('    "%s "*) %s;;'):format(name, words)
end

function completion.bash(parser)
  local top, commands = collect(parser)
  local cases = {}
  for _, each in ipairs(commands) do
    local words = bash_values(each.values)
    if words ~= "" and not each.many then
      words = "[ $COMP_CWORD -eq 2 ] && " .. words
    end
    bash_command(cases, each.name, each, words)
  end
  bash_command(cases, "", top, ('words="%s" '):format(names(commands)))
  return fill(BASH, cases)
end

local ZSH = [[
#compdef gop2p
_gop2p() {
  local curcontext=$curcontext state line
  local -a commands
  typeset -A opt_args
  _arguments -C%s \
    '1: :->command' '*:: :->rest' && return
  case $state in
    command)
      commands=(
%s
      )
      _describe command commands ;;
    rest)
      case $words[1] in
%s
      esac ;;
  esac
}
if [ "$funcstack[1]" = _gop2p ]; then
  _gop2p "$@"
elif (( $+functions[compdef] )); then
  compdef _gop2p gop2p
fi]]

local function zsh_values(values)
  if values == "files" then return "_files" end
  return values and "(" .. table.concat(values, " ") .. ")" or " "
end

-- 'before': the form of an option, which may be repeated, or ends the rest.
local function zsh_options(command, before, indent)
  local out = {}
  for _, option in ipairs(command.options) do
    for _, name in ipairs(option.names) do
      local about = option.about:gsub("[%[%]:\\]", "\\%0")
      local text = ("%s%s[%s]"):format(before, name, about)
      if option.valued then
        text = ("%s:%s:%s"):format(text, option.name,
                                   zsh_values(option.values))
      end
      out[#out + 1] = " \\\n" .. (" "):rep(indent) .. quote(text)
    end
  end
  return table.concat(out)
end

function completion.zsh(parser)
  local top, commands = collect(parser)
  local listed, cases = {}, {}
  for i, each in ipairs(commands) do
    listed[i] = "        " .. quote(each.name .. ":" .. each.about)
    local rest = each.values and " \\\n            "
                 .. quote((each.many and "*" or "1") .. ": :"
                          .. zsh_values(each.values)) or ""
    cases[i] = ("        %s) _arguments%s%s ;;"):format(
      each.name, zsh_options(each, "*", 12), rest)
  end
  return fill(ZSH, zsh_options(top, "(- : *)", 4), listed, cases)
end

local function fish_values(values)
  if values == "files" then return " -r -F" end
  return " -x" .. (values and " -a " .. quote(table.concat(values, " "))
                   or "")
end

local function fish_options(out, where, command)
  for _, option in ipairs(command.options) do
    local text = "complete -c gop2p" .. where
    for _, name in ipairs(option.names) do
      text = text .. (name:find("^%-%-") and " -l " .. name:sub(3)
                      or " -s " .. name:sub(2))
    end
    if option.valued then text = text .. fish_values(option.values) end
    out[#out + 1] = text .. " -d " .. quote(option.about)
  end
end

local MANY = 9999   -- words, where any number may stand before

-- __gop2p_at tells whether the first word is this one, or is due, and at most
-- so many words stand before the one that is completed.
local FISH = [[
complete -c gop2p -f
function __gop2p_at
  set -l words (commandline -opc)
  test "$words[2]" = "$argv[1]"
  and test (count $words) -le $argv[2]
end]]

local function fish_at(name, most)
  return (" -n '__gop2p_at \"%s\" %d'"):format(name, most)
end

function completion.fish(parser)
  local top, commands = collect(parser)
  local first = fish_at("", 1)
  local out = { FISH }
  fish_options(out, first, top)
  for _, each in ipairs(commands) do
    out[#out + 1] = ("complete -c gop2p%s -a %s -d %s"):format(
      first, each.name, quote(each.about))
    fish_options(out, fish_at(each.name, MANY), each)
    if each.values then
      local values = each.values == "files" and "-F"
                     or "-a " .. quote(table.concat(each.values, " "))
      out[#out + 1] = ("complete -c gop2p%s %s"):format(
        fish_at(each.name, each.many and MANY or 2), values)
    end
  end
  return table.concat(out, "\n")
end

-- completion.declare(parser, declared) -> command
--
-- 'declared' is the command for it, of 'parser'.
function completion.declare(parser, declared)
  declared:argument("shell", "The shell to output a completion script for.")
    :choices {"bash", "zsh", "fish"}
  return { run = function(options)
    show.line(completion[options.shell](parser))
  end }
end

return completion
