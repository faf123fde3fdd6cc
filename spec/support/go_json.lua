--[[
go_json - JSON as Go's encoding/json reads and writes it.

Reading keeps what Go's strictness needs and an ordinary decoder loses: a
number stays the text that it was written as, so that 5001.0 is no integer,
and a string "5001" is no number. A value is a table {kind = ...}:

  null, true, false
  number  text     as written
  string  value    bytes, with U+FFFD where the UTF-8 was broken
  array   items    list of values
  object  fields   list of {name, value}, in order, doubles included
]]
local json = {}

local value -- value(text, at): a value and where it ended; raises

local function fail(at, what)
  error(("%s at byte %d"):format(what, at), 0)
end

local function skip(text, at)
  return text:find("[^ \t\r\n]", at) or #text + 1
end

local function expect(text, at, char)
  at = skip(text, at)
  if text:sub(at, at) ~= char then fail(at, "expected '" .. char .. "'") end
  return at + 1
end

local escapes = {
  ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n",
  r = "\r", t = "\t",
}

local REPLACEMENT = "\u{FFFD}"

-- \uXXXX, or two of them that are one character. A lone half is replaced.
local function unicode(text, at)
  local hex = text:match("^u(%x%x%x%x)", at)
  if not hex then fail(at, "bad escape") end
  local code, after = tonumber(hex, 16), at + 5
  if code < 0xD800 or code > 0xDFFF then return utf8.char(code), after end
  local low = tonumber(text:match("^\\u(%x%x%x%x)", after) or "0", 16)
  if code < 0xDC00 and low >= 0xDC00 and low <= 0xDFFF then
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
    return utf8.char(code), after + 6
  end
  return REPLACEMENT, after
end

-- Every byte that is not part of UTF-8 becomes U+FFFD.
local function valid_utf8(s)
  local out, at = {}, 1
  while true do
    local len, bad = utf8.len(s, at)
    if len then break end
    out[#out + 1] = s:sub(at, bad - 1) .. REPLACEMENT
    at = bad + 1
  end
  out[#out + 1] = s:sub(at)
  return table.concat(out)
end

local function string(text, at)
  local out = {}
  while true do
    local stop = text:find('["\\%c]', at)
    if not stop then fail(#text, "unexpected end") end
    out[#out + 1] = valid_utf8(text:sub(at, stop - 1))
    local char = text:sub(stop, stop)
    at = stop + 1
    if char == '"' then return table.concat(out), at end
    if char == "\\" then
      local plain = escapes[text:sub(at, at)]
      if plain then
        char, at = plain, at + 1
      else
        char, at = unicode(text, at)
      end
    elseif char ~= "\127" then
      fail(stop, "control character in a string")
    end
    out[#out + 1] = char
  end
end

local function number(text, at)
  local stop = at
  local function eat(pattern)
    local _, last = text:find("^" .. pattern, stop)
    if last then stop = last + 1 end
    return last
  end
  eat("%-")
  if not (eat("0") or eat("[1-9]%d*")) then fail(stop, "no value") end
  eat("%.%d+")
  eat("[eE][+-]?%d+")
  return {kind = "number", text = text:sub(at, stop - 1)}, stop
end

-- The parts between 'open' and 'close', already past 'open'.
local function sequence(text, at, close, part)
  at = skip(text, at)
  if text:sub(at, at) == close then return at + 1 end
  while true do
    at = skip(text, part(skip(text, at)))
    local char = text:sub(at, at)
    at = at + 1
    if char == close then return at end
    if char ~= "," then fail(at - 1, "expected ',' or '" .. close .. "'") end
  end
end

local function array(text, at)
  local items = {}
  local stop = sequence(text, at, "]", function(from)
    items[#items + 1], from = value(text, from)
    return from
  end)
  return {kind = "array", items = items}, stop
end

local function object(text, at)
  local fields = {}
  local stop = sequence(text, at, "}", function(from)
    local name, v
    name, from = string(text, expect(text, from, '"'))
    v, from = value(text, skip(text, expect(text, from, ":")))
    fields[#fields + 1] = {name = name, value = v}
    return from
  end)
  return {kind = "object", fields = fields}, stop
end

function value(text, at)
  local char = text:sub(at, at)
  if char == "{" then return object(text, at + 1) end
  if char == "[" then return array(text, at + 1) end
  if char == '"' then
    local s, stop = string(text, at + 1)
    return {kind = "string", value = s}, stop
  end
  local word = text:match("^%a+", at)
  if word == "null" or word == "true" or word == "false" then
    return {kind = word}, at + #word
  end
  return number(text, at)
end

-- The value that the whole text is, or nil and what is wrong with it.
function json.decode(text)
  local ok, v, stop = pcall(value, text, skip(text, 1))
  if not ok then return nil, v end
  stop = skip(text, stop)
  if stop <= #text then return nil, "trailing bytes at byte " .. stop end
  return v
end

-- The field that Go would fill a struct's 'name' from: the last one of that
-- name, whatever its case.
function json.field(v, name)
  local found
  for _, field in ipairs(v.fields) do
    if field.name:lower() == name then found = field.value end
  end
  return found
end

local short = {
  ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r",
  ["\t"] = "\\t",
}

-- Go escapes < > and & too, for the sake of HTML.
function json.quote(s)
  s = valid_utf8(s):gsub('[\0-\31"\\<>&]', function(c)
    return short[c] or ("\\u%04x"):format(c:byte())
  end)
  s = s:gsub("\u{2028}", "\\u2028"):gsub("\u{2029}", "\\u2029")
  return '"' .. s .. '"'
end

return json
