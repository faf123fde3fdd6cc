-- check.lua - arguments of public functions.
--
-- Every check raises at the line that called the public function: the one
-- that called the check, or, with 'extra' functions in between, theirs.

local numeral = require("gop2p.text").tostring

local check = {}

local function fail(arg, name, text, extra)
  error(("bad argument #%d to '%s' (%s)"):format(arg, name, text),
        4 + (extra or 0))
end

local function expected(value, what)
  local got = math.type(value) == "float" and "float" or type(value)
  return ("%s expected, got %s"):format(what, value == nil and "nil" or got)
end

-- Misuse found by somebody else; 'text' says what is wrong.
function check.that(good, arg, name, text, extra)
  if not good then fail(arg, name, text, extra) end
  return good
end

-- The object that a method is called on.
function check.self(self, meta, name, what, extra)
  if getmetatable(self) ~= meta then
    error(("'%s' must be called on a %s, with a colon"):format(name, what),
          3 + (extra or 0))
  end
end

-- A string; a number is taken for one, as Lua's own functions do.
function check.string(value, arg, name)
  if type(value) == "number" then return numeral(value) end
  if type(value) ~= "string" then
    fail(arg, name, expected(value, "string"))
  end
  return value
end

function check.integer(value, arg, name, extra)
  local i = type(value) == "number" and math.tointeger(value)
  if not i then fail(arg, name, expected(value, "integer"), extra) end
  return i
end

-- A table, or nil.
function check.table(value, arg, name)
  if value ~= nil and type(value) ~= "table" then
    fail(arg, name, expected(value, "table"))
  end
  return value
end

-- Options: a table, or nil, which is an empty one. 'known': name to type, or
-- to "any".
function check.options(value, known, arg, name, extra)
  if value == nil then return {} end
  if type(value) ~= "table" then
    fail(arg, name, expected(value, "table"), extra)
  end
  for key, given in pairs(value) do
    local kind = known[key]
    if not kind then
      fail(arg, name, ("unknown option '%s'"):format(tostring(key)), extra)
    elseif kind ~= "any" and type(given) ~= kind then
      fail(arg, name, ("option '%s': %s expected"):format(key, kind), extra)
    end
  end
  return value
end

function check.callable(value, arg, name, extra)
  local meta = getmetatable(value)
  if type(value) ~= "function" and
     not (type(meta) == "table" and meta.__call) then
    fail(arg, name, expected(value, "function"), extra)
  end
  return value
end

-- Seconds, or nil.
function check.timeout(value, arg, name, extra)
  if value == nil then return nil end
  if type(value) ~= "number" then
    fail(arg, name, expected(value, "number of seconds"), extra)
  end
  if not (value >= 0) then
    fail(arg, name, "number of seconds from 0 expected", extra)
  end
  return value
end

return check
