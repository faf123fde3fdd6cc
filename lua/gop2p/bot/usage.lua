-- usage.lua - how a command is called: its definition, and lines that are
-- held against it.
--
--   "roll|r <name> [sides:integer=6] [why...]"
--
-- The command's name and other names for it, then its arguments. Those in
-- <> must be given; those in [] may be left out, and then have the default
-- after "=", if there is one. The type comes after ":" and is string unless
-- it is said; "..." takes the rest of the line as it is.

local brief = require("gop2p.bot.long").brief
local core = require "gop2p.core"
local kinds = require "gop2p.bot.kinds"
local text = require "gop2p.text"
local words = require "gop2p.bot.words"

local usage = {}

local function parseargument(open, body)
  local arg = { required = open == "<" }
  local head, default = body:match("^([^=]*)=(.*)$")
  local name, dots = (head or body):match("^(.-)(%.*)$")
  local kind
  name, kind = name:match("^([%a_][%w_%-]*):?(.*)$")
  if not name or (dots ~= "" and dots ~= "...") then
    return nil, ("not an argument: %q"):format(body)
  end
  arg.name, arg.kind = name, kind ~= "" and kind or "string"
  arg.rest = dots == "..."
  if not kinds.known(arg.kind) then
    return nil, ("argument %q: no such type: %q"):format(name, kind)
  elseif default and arg.required then
    return nil, ("argument %q: a required argument has no default")
      :format(name)
  end
  if default then
    arg.default = default
    local value, why = kinds.convert(arg.kind, default)
    if value == nil then
      return nil, ("argument %q: %s"):format(name, why)
    end
  end
  return arg
end

-- What is wrong with an argument where it stands, or nil.
local function misplaced(list, arg)
  local before = list[#list]
  for _, other in ipairs(list) do
    if other.name == arg.name then
      return ("two arguments are called %q"):format(arg.name)
    end
  end
  if before and before.rest then
    return ("nothing can come after %q, which takes the rest of the line")
      :format(before.name)
  elseif before and arg.required and not before.required then
    return ("%q is required, but comes after %q, which is optional")
      :format(arg.name, before.name)
  end
end

local function parsearguments(shape)
  local list, at = {}, 1
  while shape:find("%S", at) do
    local open, body, close, next =
      shape:match("^%s*([<%[])([^<>%[%]]+)([>%]])()", at)
    if not open or (open == "<") ~= (close == ">") then
      return nil, ("<argument> or [argument] expected at %q")
        :format(shape:match("^%s*(.*)$", at))
    end
    local arg, why = parseargument(open, body)
    why = why or misplaced(list, arg)
    if why then return nil, why end
    list[#list + 1], at = arg, next
  end
  return list
end

-- Whether a command may have the name. Beyond ASCII it may have what names of
-- members have.
local function isname(name)
  if name:find("^[A-Za-z0-9_][A-Za-z0-9_%-]*$") then return true end
  return name:find("^[A-Za-z0-9_\x80-\xFF][A-Za-z0-9_\x80-\xFF%-]*$") and
         core.isname("a" .. name)
end

-- usage.parse(definition) -> { name, aliases, arguments, shape } | nil, why
--
-- 'shape' is what comes after the name, as it was written.
usage.parse = text.neutral(function(definition)
  local names, rest = definition:match("^%s*(%S+)%s*(.-)%s*$")
  if not names then return nil, "name expected" end
  local list = {}
  for name in (names .. "|"):gmatch("(.-)|") do
    if not isname(name) then
      return nil, ("not a name for a command: %q (letters, digits, _ and - "
                   .. "expected)"):format(name)
    end
    list[#list + 1] = name:lower()
  end
  local arguments, why = parsearguments(rest)
  if not arguments then return nil, why end
  return { name = table.remove(list, 1), aliases = list,
           arguments = arguments, shape = rest }
end)

-- What is given for an argument at 'at', and where the next one may begin; or
-- nil and why. The last one may be several words, where these are its value.
local function given(arg, line, at, last)
  if arg.rest then return line:sub(at), #line + 1 end
  local word, next, quoted = words.next(line, at)
  if word and last and not quoted and next <= #line and
     kinds.spans(arg.kind) and kinds.convert(arg.kind, line:sub(at)) then
    return line:sub(at), #line + 1
  end
  return word, next
end

-- The value of an argument, and where the next one may begin; or nil and why
-- (nil: it is left out).
local function take(arg, line, at, last, node)
  local written, next = arg.default, at
  if at <= #line then
    written, next = given(arg, line, at, last)
    if not written then return nil, next end
  elseif arg.required then
    return nil, "<" .. arg.name .. "> is missing"
  elseif not written then
    return nil, nil, at
  end
  local value, why = kinds.convert(arg.kind, written, node)
  if value == nil then return nil, arg.name .. ": " .. why end
  return value, nil, next
end

-- usage.read(arguments, line, node) -> name to value | nil, why
--
-- What a line that calls the command says, after its name; there is no space
-- at its end. Names of members are looked up at the node, which is open.
usage.read = text.neutral(function(arguments, line, node)
  local out, at = {}, text.skip(line, 1)
  for i, arg in ipairs(arguments) do
    local value, why, next = take(arg, line, at, i == #arguments, node)
    if why then return nil, why end
    out[arg.name], at = value, next
  end
  if at <= #line then
    return nil, ("unexpected: %s"):format(brief(line:sub(at)))
  end
  return out
end)

return usage
