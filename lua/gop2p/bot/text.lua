-- text.lua - long texts in parts, and patterns that ignore case.

local text = {}

-- text.trim(s) -> s without the space around it. In one pass: whoever sends
-- a megabyte of spaces shall not hold the bot up.
function text.trim(s)
  return s:find("%S") and s:match("^%s*(.*%S)") or ""
end

-- Where the character begins that the byte at 'at' belongs to; 'at' itself
-- in what is no UTF-8.
local function character(s, at)
  for start = at, at - 3, -1 do
    if not s:find("^[\x80-\xBF]", start) then return start end
  end
  return at
end

-- The last byte of the part that begins at 'from', and the first one of the
-- next: at the end of a line, else of a word, else of a character.
local function cut(s, from, limit)
  local piece = s:sub(from, from + limit)
  local line = piece:match("^.+()\n")
  if line then return from + line - 2, from + line end
  local word = piece:match("^.*%S()[ \t]")
  if word then
    return from + word - 2, s:match("^[ \t]*()", from + word)
  end
  local next = character(s, from + limit)
  return next - 1, next
end

-- text.split(s, limit) -> list of texts of at most 'limit' (at least 4)
-- bytes each. UTF-8 is kept whole; the space at a cut goes.
function text.split(s, limit)
  local parts, from = {}, 1
  while #s - from + 1 > limit do
    local last, next = cut(s, from, limit)
    parts[#parts + 1] = s:sub(from, last)
    from = next
  end
  parts[#parts + 1] = s:sub(from)
  return parts
end

local BRIEF = 60   -- bytes

-- text.brief(s) -> what of it is worth repeating to its sender.
function text.brief(s)
  return #s <= BRIEF and s or s:sub(1, character(s, BRIEF + 1) - 1) .. "..."
end

local function bothcases(a, b)
  local range = b and "%s-%s%s-%s" or "%s%s"
  if not b then return range:format(a:lower(), a:upper()) end
  return range:format(a:lower(), b:lower(), a:upper(), b:upper())
end

-- What stands at 'at' in a pattern, for both cases, and where to go on.
local function item(pattern, at, inset)
  local fixed = pattern:match(inset and "^%%." or "^%%b..", at) or
                pattern:match("^%%.", at)
  if fixed then return fixed, at + #fixed end
  local a, b = pattern:match("^(%a)%-(%a)", at)
  if inset and a then return bothcases(a, b), at + 3 end
  local c = pattern:sub(at, at)
  if not c:find("%a") then return c, at + 1 end
  return inset and bothcases(c) or "[" .. bothcases(c) .. "]", at + 1
end

-- text.anycase(pattern) -> a Lua pattern that takes letters (of ASCII) of
-- either case for those of 'pattern'.
function text.anycase(pattern)
  local out, at, inset = {}, 1, false
  while at <= #pattern do
    local open = not inset and pattern:match("^%[%^?%]?", at)
    if open then
      inset, out[#out + 1], at = true, open, at + #open
    else
      if pattern:find("^%]", at) then inset = false end
      out[#out + 1], at = item(pattern, at, inset)
    end
  end
  return table.concat(out)
end

-- text.literal(s) -> a Lua pattern that finds just 's'.
function text.literal(s)
  return (s:gsub("%W", "%%%0"))
end

return text
