-- usage.lua - how a command is called: its definition, and lines that are
-- held against it.
--
--   "roll|r <name> [sides:integer=6] [why...]"
--
-- The command's name and other names for it, then its arguments. Those in
-- <> must be given; those in [] may be left out, and then have the default
-- after "=", if there is one. The type comes after ":" and is string unless
-- it is said; "..." takes the rest of the line as it is.

local clock = require "gop2p.clock"
local core = require "gop2p.core"
local schedule = require "gop2p.bot.schedule"
local brief = require("gop2p.bot.text").brief
local values = require "gop2p.values"
local whom = require "gop2p.whom"

local usage = {}

local LATEST = 253402300799   -- the year 9999 ends

local UNITS = { s = 1, m = 60, h = 3600, d = 86400, w = 604800 }
local TRUTHS = { yes = true, on = true, ["true"] = true,
                 no = false, off = false, ["false"] = false }

-- "90", "20m", "1h30m" -> seconds | nil
local function duration(text)
  if text:find("^%d+%.?%d*$") then return tonumber(text) end
  local total, at = 0, 1
  for count, unit, next in text:lower():gmatch("(%d+%.?%d*)(%a)()") do
    local piece = text:sub(at, next - 1):lower()
    if piece ~= count .. unit or not UNITS[unit] then return nil end
    total, at = total + tonumber(count) * UNITS[unit], next
  end
  return at > 1 and at == #text + 1 and total or nil
end

-- "20m" from now, "18:00" or "2030-12-24T18:00" -> seconds since 1970 | nil
local function moment(text)
  local now = clock.time()
  local seconds = text:find("%a$") and duration(text)
  local at = seconds and now + seconds or schedule.moment(text, now)
  return at and at <= LATEST and at
end

-- "20m", "09:00", "0 9 * * mon-fri" -> what bot:every takes | nil
local function period(text)
  local value = duration(text) or text
  return schedule.parse(value) and value
end

-- The peer, as the node calls it, or nil; and what is wrong, unless that is
-- plain. Without a node only what is written can be looked at.
local function member(text, node)
  if not node then
    return values.topeer(text) or values.toname(text), nil
  elseif core.isclosed(node) then
    return values.topeer(text), nil
  end
  local peer, _, err = whom.one(node, text, "")
  if peer then return core.meant(node, peer) or peer end
  return nil, err and err.code ~= "ENOTFOUND" and err.cause
end

-- Each takes a text, and the bot's node, and gives its value, or nil.
local types = {
  string = { "a text", function(text) return text end },
  integer = { "a whole number", function(text)
    return text:find("^[+-]?%d+$") and math.tointeger(tonumber(text))
  end },
  number = { "a number", function(text)
    local number = not text:find("[xXnN]") and tonumber(text)
    return number and math.abs(number) < math.huge and number
  end },
  boolean = { "yes or no", function(text) return TRUTHS[text:lower()] end },
  peer = { "a member's name or a peer, such as localhost:5000,", member },
  duration = { "a time, such as 20m or 1h30m", duration },
  time = { "a time, such as 20m, 18:00 or 2030-12-24T18:00", moment },
  clock = { "a time of day, such as 22:00,", schedule.clock },
  schedule = { "a schedule, such as 20m, 09:00 or \"0 9 * * mon-fri\"",
               period },
}

local LONGEST = 200   -- bytes of what is no plain text

-- The value of a text as 'kind'; or nil and what is wrong with it.
local function convert(kind, text, node)
  local value, why
  if kind == "string" or #text <= LONGEST then
    value, why = types[kind][2](text, node)
  end
  if value == false and kind ~= "boolean" then value = nil end
  if value ~= nil then return value end
  return nil, why or ("%s expected, not %q"):format(types[kind][1],
                                                    brief(text))
end

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
  if not types[arg.kind] then
    return nil, ("argument %q: no such type: %q"):format(name, kind)
  elseif default and arg.required then
    return nil, ("argument %q: a required argument has no default")
      :format(name)
  end
  if default then
    arg.default = default
    local value, why = convert(arg.kind, default)
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

local function parsearguments(text)
  local list, at = {}, 1
  while text:find("%S", at) do
    local open, body, close, next =
      text:match("^%s*([<%[])([^<>%[%]]+)([>%]])()", at)
    if not open or (open == "<") ~= (close == ">") then
      return nil, ("<argument> or [argument] expected at %q")
        :format(text:match("^%s*(.*)$", at))
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
function usage.parse(definition)
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
end

-- The word at 'at' and where the next one may begin; or nil and why. Quotes
-- hold together what has spaces; \" and \\ stand for themselves in them.
local function word(text, at)
  if text:sub(at, at) ~= '"' then
    return text:match("^(%S+)%s*()", at)
  end
  local parts, i = {}, at + 1
  while i <= #text do
    local plain, stop, next = text:match('^([^"\\]*)(["\\]?)()', i)
    parts[#parts + 1] = plain
    if stop == '"' then
      return table.concat(parts), text:match("^%s*()", next)
    elseif stop == "\\" then
      local escaped = text:match('^["\\]', next)
      parts[#parts + 1] = escaped or "\\"
      next = escaped and next + 1 or next
    end
    i = next
  end
  return nil, "a quote is not closed"
end

-- The value of an argument, and where the next one may begin; or nil and why
-- (nil: it is left out).
local function take(arg, text, at, node)
  local given, next = arg.default, at
  if not text:find("%S", at) then
    if arg.required then return nil, "<" .. arg.name .. "> is missing" end
    if not given then return nil, nil, at end
  elseif arg.rest then
    given, next = text:sub(at), #text + 1
  else
    given, next = word(text, at)
    if not given then return nil, next end
  end
  local value, why = convert(arg.kind, given, node)
  if value == nil then return nil, arg.name .. ": " .. why end
  return value, nil, next
end

-- usage.read(arguments, text, node) -> name to value | nil, why
--
-- What a line that calls the command says, after its name; there is no space
-- at its end. Names of members are looked up at the node, which is open.
function usage.read(arguments, text, node)
  local out, at = {}, text:match("^%s*()")
  for _, arg in ipairs(arguments) do
    local value, why, next = take(arg, text, at, node)
    if why then return nil, why end
    out[arg.name], at = value, next
  end
  if text:find("%S", at) then
    return nil, ("unexpected: %s"):format(brief(text:sub(at)))
  end
  return out
end

return usage
