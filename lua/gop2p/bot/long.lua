-- long.lua - texts that are too long, in parts or cut short.

local core = require "gop2p.core"

local long = {}

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
  local stop = from + limit
  if s:find("^\r\n", stop) then stop = stop + 1 end
  local piece = s:sub(from, stop)
  local past, begins = piece:match("^.*[^\r]()\r?\n()")
  if past then return from + past - 2, from + begins - 1 end
  local last, next = word(s, from, piece)
  if last then return last, next end
  next = from + core.letters(s, from, limit)
  return next - 1, next
end

-- long.split(s, limit) -> list of texts of at most 'limit' (at least 4)
-- bytes each. What a person takes for a letter is kept whole, unless it is
-- longer by itself: then its characters are. The space at a cut goes.
function long.split(s, limit)
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

-- long.brief(s) -> what of it is worth repeating to its sender.
function long.brief(s)
  if #s <= BRIEF then return s end
  return s:sub(1, (core.letters(s, 1, BRIEF))) .. "..."
end

return long
