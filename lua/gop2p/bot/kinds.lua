-- kinds.lua - the types that an argument of a command can have, and what a
-- text is as one of them.

local brief = require("gop2p.bot.long").brief
local clock = require "gop2p.clock"
local core = require "gop2p.core"
local schedule = require "gop2p.bot.schedule"
local text = require "gop2p.text"
local values = require "gop2p.values"
local whom = require "gop2p.whom"

local kinds = {}

local LATEST = 253402300799   -- the year 9999 ends

local UNITS = {}   -- a name to its seconds
for seconds, names in pairs {
  [1] = "s sec secs second seconds", [60] = "m min mins minute minutes",
  [3600] = "h hr hrs hour hours", [86400] = "d day days",
  [604800] = "w week weeks",
} do
  for name in names:gmatch("[a-z]+") do UNITS[name] = seconds end
end

local TRUTHS = { yes = true, on = true, ["true"] = true,
                 no = false, off = false, ["false"] = false }

-- "90", "20m", "1h30m", "1h 30 min", "1h, 30m" -> seconds | nil
local function duration(given)
  if given:find("^%d+%.?%d*$") then return tonumber(given) end
  local total, at, past = 0, 1
  local written = text.spaced(given):lower()
  repeat
    local count, unit
    count, unit, past = written:match("^(%d+%.?%d*) *([a-z]+)()", at)
    if not UNITS[unit] then return nil end
    total = total + tonumber(count) * UNITS[unit]
    at = written:match("^ *,? *()%d", past)
  until not at
  return written:find("^ *$", past) and total or nil
end

-- "20m" from now, "18:00" or "2030-12-24T18:00" -> seconds since 1970 | nil
local function moment(given)
  local now = clock.time()
  local seconds = given:find("[a-zA-Z]$") and duration(given)
  local at = seconds and now + seconds or schedule.moment(given, now)
  return at and at <= LATEST and at
end

-- "20m", "09:00", "0 9 * * mon-fri" -> what bot:every takes | nil
local function period(given)
  local value = duration(given) or given
  return schedule.parse(value) and value
end

-- The peer, as the node calls it, or nil; and what is wrong, unless that is
-- plain. Without a node only what is written can be looked at.
local function member(given, node)
  if not node then
    return values.topeer(given) or values.toname(given), nil
  elseif core.isclosed(node) then
    return values.topeer(given), nil
  end
  local peer, _, err = whom.one(node, given, "")
  if peer then return core.meant(node, peer) or peer end
  return nil, err and err.code ~= "ENOTFOUND" and err.cause
end

-- Each takes a text, and the bot's node, and gives its value, or nil.
local types = {
  string = { "a text", function(given) return given end },
  integer = { "a whole number", function(given)
    return given:find("^[+-]?%d+$") and math.tointeger(tonumber(given))
  end },
  number = { "a number", function(given)
    local number = not given:find("[xXnN]") and tonumber(given)
    return number and math.abs(number) < math.huge and number
  end },
  boolean = { "yes or no", function(given) return TRUTHS[given:lower()] end },
  peer = { "a member's name or a peer, such as localhost:5000,", member },
  duration = { "a time, such as 20m or 1h30m", duration },
  time = { "a time, such as 20m, 18:00 or 2030-12-24T18:00", moment },
  clock = { "a time of day, such as 22:00,", schedule.clock },
  schedule = { "a schedule, such as 20m, 09:00 or \"0 9 * * mon-fri\"",
               period },
}

local LONGEST = 200   -- bytes of what is no plain text

-- Whether there is such a type.
function kinds.known(kind)
  return types[kind] ~= nil
end

-- Whether it can be several words: "1h 30m", "0 9 * * mon-fri".
function kinds.spans(kind)
  return kind == "duration" or kind == "time" or kind == "schedule"
end

-- kinds.convert(kind, given, node) -> value | nil, what is wrong
--
-- Names of members are looked up at the node, which may be nil.
function kinds.convert(kind, given, node)
  local value, why
  if kind == "string" or #given <= LONGEST then
    value, why = types[kind][2](given, node)
  end
  if value == false and kind ~= "boolean" then value = nil end
  if value ~= nil then return value end
  return nil, why or ("%s expected, not %q"):format(types[kind][1],
                                                    brief(given))
end

return kinds
