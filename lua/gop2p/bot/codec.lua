-- codec.lua - tables as JSON, and back, as they were.
--
-- JSON has fewer kinds of keys and numbers than Lua. A list 1..n is an array;
-- every other table is an object, in which a key that is a number is written
-- "#5". So is a number that would not come back as it was: "#1.0", and whole
-- ones beyond 2^53. Strings that begin with a "#" get a second one. Strings
-- are bytes; those that are no UTF-8 make a file that others may not read.
-- Nothing of it follows the locale.

local cjson = require "cjson"
local json = require "gop2p.json"
local neutral = require("gop2p.text").neutral

local codec = {}

local EXACT = 2^53   -- beyond, not every whole number is a double
local DEEPEST = 100

local reader = cjson.new()
reader.decode_max_depth(DEEPEST + 1)

-- Where the writer is: the keys that lead there, so many, and the tables
-- that it is in. 'written' has keys as they are written: most come again.
local function place(name)
  return {name = name, keys = {}, depth = 0, within = {}, written = {}}
end

local function step(key)
  if type(key) == "string" and key:find("^[%a_][%w_]*$") then
    return "." .. key
  end
  return ("[%s]"):format(type(key) == "string" and ("%q"):format(key)
                         or tostring(key))
end

-- What cannot be written is raised as a table {text}, and caught in
-- 'encode'.
local function refuse(at, format, ...)
  local path = {at.name}
  for i = 1, at.depth do path[i + 1] = step(at.keys[i]) end
  error({table.concat(path) .. ": " .. format:format(...)}, 0)
end

local function string(text)
  return cjson.encode(text:find("^#") and "#" .. text or text)
end

local function float(n)
  for digits = 15, 17 do
    local text = ("%%.%dg"):format(digits):format(n)
    if tonumber(text) == n then return text end
  end
end

-- How a number is written, and whether JSON's reader would give another.
local function number(n)
  if math.type(n) == "integer" then
    return ("%d"):format(n), n < -EXACT or n > EXACT
  elseif n % 1 == 0 and n >= -EXACT and n <= EXACT then
    return ("%.1f"):format(n), true
  end
  return float(n), false
end

local function keyof(key, at)
  if type(key) == "string" then return string(key) end
  if type(key) ~= "number" then
    refuse(at, "a %s cannot be a key: a string or a number can", type(key))
  elseif key - key ~= 0 then
    refuse(at, "infinity cannot be a key")
  end
  return '"#' .. (math.type(key) == "integer" and ("%d"):format(key)
                  or float(key)) .. '"'
end

-- How many there are of 1..n and nothing else; or nil.
local function length(t)
  local count = 0
  for key in next, t do
    if math.type(key) ~= "integer" or key < 1 then return nil end
    count = count + 1
  end
  for i = 1, count do
    if rawget(t, i) == nil then return nil end
  end
  return count > 0 and count or nil
end

local value   -- function

-- What stands at a key of the table that the writer is in.
local function field(key, v, at)
  local depth = at.depth + 1
  at.depth, at.keys[depth] = depth, key
  local text = value(v, at)
  at.depth = depth - 1
  return text
end

local function list(t, n, at)
  local out = {}
  for i = 1, n do out[i] = field(i, t[i], at) end
  return "[" .. table.concat(out, ",") .. "]"
end

local function members(t, at)
  local out, written = {}, at.written
  for key, each in next, t do
    local name = written[key]
    if not name then
      name = keyof(key, at) .. ":"
      written[key] = name
    end
    out[#out + 1] = name .. field(key, each, at)
  end
  table.sort(out)
  return out
end

-- Goes into a table, if it may.
local function enter(t, at)
  if getmetatable(t) ~= nil then
    refuse(at, "a table with a metatable cannot be stored: store a peer "
           .. "as tostring(peer)")
  elseif at.within[t] then
    refuse(at, "this table contains itself")
  elseif at.depth == DEEPEST then
    refuse(at, "tables are nested too deeply")
  end
  at.within[t] = true
end

local function tree(t, at)
  enter(t, at)
  local n = length(t)
  local text = n and list(t, n, at) or
               "{" .. table.concat(members(t, at), ",") .. "}"
  at.within[t] = nil
  return text
end

function value(v, at)
  local kind = type(v)
  if kind == "table" then return tree(v, at) end
  if kind == "string" then return string(v) end
  if kind == "boolean" then return tostring(v) end
  if kind ~= "number" then refuse(at, "a %s cannot be stored", kind) end
  if v - v ~= 0 then refuse(at, "%s cannot be stored", v) end
  local text, marked = number(v)
  return marked and '"#' .. text .. '"' or text
end

-- codec.encode(t, name) -> text | nil, what cannot be written and where
--
-- 't' becomes an object, with each of its fields on a line of its own, in
-- order. 'name' stands for it in the text of an error.
codec.encode = neutral(function(t, name)
  local ok, result = pcall(function()
    local at = place(name)
    if type(t) ~= "table" then
      refuse(at, "table expected, got %s", type(t))
    end
    enter(t, at)
    local out = members(t, at)
    if #out == 0 then return "{}\n" end
    return "{\n" .. table.concat(out, ",\n") .. "\n}\n"
  end)
  if ok then return result end
  if type(result) ~= "table" then error(result, 0) end
  return nil, result[1]
end)

local function unmark(text)
  if text:find("^##") then return text:sub(2) end
  return text:find("^#") and tonumber(text:sub(2)) or text
end

local function restore(v)
  if type(v) == "string" then return unmark(v) end
  if type(v) == "number" then
    local exact = v >= -EXACT and v <= EXACT
    return exact and math.tointeger(v) or v
  elseif type(v) == "table" then
    local t = {}
    for key, each in pairs(v) do
      if each ~= cjson.null then t[restore(key)] = restore(each) end
    end
    return t
  end
  return v
end

restore = neutral(restore)

-- codec.decode(text) -> table | nil, why it is none
function codec.decode(text)
  if text:find("\0", 1, true) then return nil, "it contains a zero byte" end
  if not text:find("^%s*{") then return nil, "it is not a JSON object" end
  local ok, result = json.decode(reader, text)
  if not ok then return nil, tostring(result) end
  return restore(result)
end

return codec
