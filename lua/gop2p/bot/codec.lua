-- codec.lua - tables as JSON, and back, as they were.
--
-- JSON has fewer kinds of keys and numbers than Lua. A list 1..n is an array;
-- every other table is an object, in which a key that is a number is written
-- "#5". So is a number that would not come back as it was: "#1.0", and whole
-- ones beyond 2^53; a peer is "#peer ann (localhost:5000)". Strings that
-- begin with a "#" get a second one. Strings are bytes; those that are no
-- UTF-8 make a file that others may not read. Nothing follows the locale.
--
-- What cannot be written is left out, and said.

local cjson = require "cjson"
local core = require "gop2p.core"
local json = require "gop2p.json"
local neutral = require("gop2p.text").neutral
local values = require "gop2p.values"

local codec = {}

local EXACT = 2^53   -- beyond, not every whole number is a double
local DEEPEST = 100

local reader = cjson.new()
reader.decode_max_depth(DEEPEST + 1)

-- Where the writer is: the keys that lead there, so many, and the tables
-- that it is in. 'written' has keys as they are written: most come again.
-- 'faults' has what was left out, and 'sorts' to each the text that it would
-- have if it stood right in a field of the outermost table. 'room': so many
-- bytes may be written yet.
local function place(name, most)
  return {name = name, keys = {}, depth = 0, within = {}, written = {},
          faults = {}, sorts = {}, room = most}
end

local TOOMUCH = {}   -- is raised

-- So many bytes more, at least, are written.
local function take(at, bytes)
  at.room = at.room - bytes
  if at.room < 0 then error(TOOMUCH, 0) end
end

local function step(key)
  if type(key) == "string" and key:find("^[%a_][%w_]*$") then
    return "." .. key
  end
  return ("[%s]"):format(type(key) == "string" and ("%q"):format(key)
                         or tostring(key))
end

-- Notes what cannot be written, and why: 'format' begins with what it is.
local function refuse(at, format, ...)
  local path, why = {at.name}, ": " .. format:format(...)
  for i = 1, at.depth do path[i + 1] = step(at.keys[i]) end
  local text = table.concat(path) .. why
  at.faults[#at.faults + 1] = text
  at.sorts[text] = at.name .. (path[2] or "") .. why
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

-- A peer as it is written, or nil.
local function peer(v)
  if getmetatable(v) ~= core.peermeta then return nil end
  local is, name = values.topeer(v), rawget(v, "name")
  if not is or name ~= nil and not core.isname(name) then return nil end
  return cjson.encode("#peer " .. values.described(v))
end

-- A key as it is written, or nil.
local function keyof(key, at)
  if type(key) == "string" then return string(key) end
  if type(key) == "table" then
    local text = peer(key)
    if text then return text end
  end
  if type(key) ~= "number" then
    return refuse(at, "a %s cannot be a key: a string, a number or a peer "
                  .. "can", type(key))
  elseif key - key ~= 0 then
    return refuse(at, "infinity cannot be a key")
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

-- A list; an object where something in its middle is left out.
local function list(t, n, at)
  local out, last, holes = {}, 0, false
  for i = 1, n do
    out[i] = field(i, t[i], at)
    if out[i] then holes, last = holes or last < i - 1, i end
  end
  if not holes then return "[" .. table.concat(out, ",", 1, last) .. "]" end
  local fields = {}
  for i = 1, last do
    fields[#fields + 1] = out[i] and ('"#%d":%s'):format(i, out[i])
  end
  return "{" .. table.concat(fields, ",") .. "}"
end

local function members(t, at)
  local out, written = {}, at.written
  for key, each in next, t do
    local name = written[key]
    if not name then
      name = keyof(key, at)
      written[key] = name
    end
    local text = name and field(key, each, at)
    if text then
      take(at, #name + 1)
      out[#out + 1] = name .. ":" .. text
    end
  end
  table.sort(out)
  return out
end

-- Whether a table is more than what is in it. A metatable that only shows it,
-- as that of a list of members, does not count.
local function isobject(t)
  for name in next, debug.getmetatable(t) or {} do
    if name ~= "__tostring" then return true end
  end
  return false
end

-- Goes into a table, if it may.
local function enter(t, at)
  if isobject(t) then
    return refuse(at, "a table with a metatable cannot be stored")
  elseif at.within[t] then
    return refuse(at, "this table contains itself")
  elseif at.depth == DEEPEST then
    return refuse(at, "tables are nested too deeply")
  end
  at.within[t] = true
  return true
end

local function tree(t, at)
  local text = peer(t)
  if not text and not enter(t, at) then return nil end
  take(at, text and #text or 2)
  if text then return text end
  local n = length(t)
  text = n and list(t, n, at) or
         "{" .. table.concat(members(t, at), ",") .. "}"
  at.within[t] = nil
  return text
end

-- One that is no table.
local function plain(v, at)
  local kind = type(v)
  if kind == "string" then return string(v) end
  if kind == "boolean" then return tostring(v) end
  if kind ~= "number" then
    return refuse(at, "a %s cannot be stored", kind)
  elseif v - v ~= 0 then
    return refuse(at, "%s cannot be stored", v ~= v and "nan" or v)
  end
  local text, marked = number(v)
  return marked and '"#' .. text .. '"' or text
end

-- A value as it is written, or nil.
function value(v, at)
  if type(v) == "table" then return tree(v, at) end
  local text = plain(v, at)
  if text then take(at, #text) end
  return text
end

-- The fields of the outermost table; or false: they are too much.
local function all(t, at)
  local ok, out = pcall(members, t, at)
  if ok then return out end
  if out ~= TOOMUCH then error(out, 0) end
  return false
end

-- codec.encode(t, name [, most]) -> text | nil, faults, sorts
--                                 | false: it is more than so many bytes
--
-- 't' becomes an object, with each of its fields on a line of its own, in
-- order. 'faults' is a list of texts: what was left out, where, and why, in
-- which 'name' stands for 't'; 'sorts' gives each of them a text that is the
-- same for all such values below one field of 't'. Nil when that is no table.
-- Of what is too much no more is looked at than would have room.
codec.encode = neutral(function(t, name, most)
  most = most or math.huge
  local at = place(name, most)
  if type(t) ~= "table" then
    refuse(at, "table expected, got %s", type(t))
    return nil, at.faults, at.sorts
  elseif isobject(t) then
    refuse(at, "its metatable cannot be stored")
  end
  at.within[t] = true
  local out = all(t, at)
  if not out then return false end
  table.sort(at.faults)
  local text = table.concat(out, ",\n")
  if #out > 0 then text = "\n" .. text .. "\n" end
  text = "{" .. text .. "}\n"
  return #text <= most and text, at.faults, at.sorts
end)

-- The peer in "ann (localhost:5000)", or nil.
local function topeer(text)
  local bare = values.topeer(text)
  return bare and core.peer(bare.address, bare.port, values.named(text))
end

local function unmark(text)
  if text:find("^##") then return text:sub(2) end
  local named = text:match("^#peer (.*)$")
  return named and topeer(named) or
         text:find("^#") and tonumber(text:sub(2)) or text
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
