-- complete.lua - what a word that is being typed may become: in Lua, and
-- where a peer is meant.

local sort = require("gop2p.text").sort
local values = require "gop2p.values"

local complete = {}

-- All that is no part of a name ends a word.
complete.BREAKS = " \t\n\"\\'><=;:.+-*/%^~#&|,(){}[]!?@$`"

local KEYWORDS = {
  "and", "break", "do", "else", "elseif", "end", "false", "for", "function",
  "goto", "if", "in", "local", "nil", "not", "or", "repeat", "return", "then",
  "true", "until", "while",
}

local DEEPEST = 10   -- tables that __index leads to, one after the other

-- The text of the string that 'line' ends in, or nil outside of one.
local function openstring(line)
  local quote, from
  local i = 1
  while i <= #line do
    local c = line:sub(i, i)
    if quote and c == "\\" then
      i = i + 1
    elseif c == quote then
      quote = nil
    elseif not quote and (c == '"' or c == "'") then
      quote, from = c, i + 1
    end
    i = i + 1
  end
  return quote and line:sub(from)
end

-- The tables in which a field of 'value' is looked for. Runs no code of
-- anybody's: a function that stands for __index is not asked, but its table
-- may say what 'methods' there are.
local function tables(value)
  local list = {}
  while value ~= nil and #list < DEEPEST do
    if type(value) == "table" then list[#list + 1] = value end
    local meta = debug.getmetatable(value)
    meta = type(meta) == "table" and meta or {}
    value = rawget(meta, "__index")
    if type(value) == "function" then value = rawget(meta, "methods") end
    if type(value) ~= "table" then break end
  end
  return list
end

local function field(value, name)
  for _, t in ipairs(tables(value)) do
    local found = rawget(t, name)
    if found ~= nil then return found end
  end
end

-- The value of a chain such as "a.b:c", or nil.
local function valueof(chain)
  local value = _G
  for name in chain:gmatch("[^.:]+") do
    value = field(value, name)
    if value == nil then return nil end
  end
  return value
end

local function fields(value, begin, methods)
  local list, seen = {}, {}
  for _, t in ipairs(tables(value)) do
    for name, member in next, t do
      if type(name) == "string" and name:find("^[%a_][%w_]*$") and
         name:sub(1, #begin) == begin and not seen[name] and
         (not methods or type(member) == "function") then
        seen[name] = true
        list[#list + 1] = name
      end
    end
  end
  return list
end

-- complete.peers(list, begin) -> list of texts, in no order
--
-- Those that begin so and mean one of the peers: names, and addresses of
-- those without a name of their own, or, where no name begins so, of all.
function complete.peers(list, begin)
  local handles, endpoints = {}, {}
  local function offer(texts, text)
    if text:sub(1, #begin) == begin then texts[#texts + 1] = text end
  end
  for _, peer in ipairs(list) do
    offer(handles, values.handle(peer))
    offer(endpoints, values.endpoint(peer))
  end
  return #handles > 0 and handles or endpoints
end

-- complete.lua(line, start, names) -> list | nil
--
-- What the word that begins after 'start' bytes of 'line' and ends with it
-- may become: fields, methods after a colon, globals and keywords; within a
-- string what names(text) gives for the text in it. nil: nothing is known
-- there.
function complete.lua(line, start, names)
  local word, head = line:sub(start + 1), line:sub(1, start)
  local text = openstring(line)
  if text then
    local list = names(text)
    for i, name in ipairs(list) do
      list[i] = name:sub(#text - #word + 1)
    end
    sort(list)
    return #list > 0 and list or nil
  end
  local chain, mark = head:match("([%a_][%w_.:]*)([.:])$")
  local list
  if chain and not chain:find("[.:]$") then
    list = fields(valueof(chain), word, mark == ":")
  elseif head:find("[%w_%])\"'][.:]$") then
    return {}
  else
    list = fields(_G, word)
    for _, keyword in ipairs(KEYWORDS) do
      if keyword:sub(1, #word) == word then list[#list + 1] = keyword end
    end
  end
  sort(list)
  return list
end

return complete
