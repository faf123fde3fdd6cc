-- text.lua - long texts in parts, and patterns that ignore case.

local core = require "gop2p.core"
local neutral = require("gop2p.text").neutral

local text = {}

-- Where a part that begins at 'from' may end for the sake of a word: its last
-- byte, and the first one of the next part; or nil. Space on which a mark
-- stands is a letter.
local function word(s, from, piece)
  local past = piece:match("^.*[^ \t\n\v\f\r]()[ \t]")
  if not past then return end
  past = from + past - 1
  local next = s:match("^[ \t]*()", past)
  local bytes, whole = core.letters(s, past, next - past)
  if whole and bytes == next - past then return past - 1, next end
end

-- The last byte of the part that begins at 'from', and the first one of the
-- next: at the end of a line, else of a word, else of a letter.
local function cut(s, from, limit)
  local piece = s:sub(from, from + limit)
  local line = piece:match("^.+()\n")
  if line then return from + line - 2, from + line end
  local last, next = word(s, from, piece)
  if last then return last, next end
  next = from + core.letters(s, from, limit)
  return next - 1, next
end

-- text.split(s, limit) -> list of texts of at most 'limit' (at least 4)
-- bytes each. What a person takes for a letter is kept whole, unless it is
-- longer by itself: then its characters are. The space at a cut goes.
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
  if #s <= BRIEF then return s end
  return s:sub(1, (core.letters(s, 1, BRIEF))) .. "..."
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
text.anycase = neutral(function(pattern)
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
end)

-- text.literal(s) -> a Lua pattern that finds just 's'.
function text.literal(s)
  return (s:gsub("[^0-9A-Za-z]", "%%%0"))
end

return text
