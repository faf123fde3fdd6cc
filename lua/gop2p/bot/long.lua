-- long.lua - texts that are too long, in parts or cut short.

local core = require "gop2p.core"

local long = {}

-- Whether a letter ends after that byte. Space on which a mark stands is one.
local function isletter(s, at)
  local _, whole = core.letters(s, at, 1)
  return whole
end

-- Where a part that begins at 'from' has ended for the sake of a word; or
-- nil.
local function word(s, from, piece)
  local past = piece:match("^.*[^ \t\n\v\f\r]()[ \t]")
  return past and isletter(s, from + past - 1) and from + past - 1
end

-- Where the part that begins at 'from' has ended: at the end of a line, else
-- of a word, else of a letter.
local function cut(s, from, limit)
  local stop = from + limit
  if s:find("^\r\n", stop) then stop = stop + 1 end
  local piece = s:sub(from, stop)
  local past = piece:match("^.*[^\r]()\r?\n")
  if past then return from + past - 1 end
  return word(s, from, piece) or from + core.letters(s, from, limit)
end

-- Where the next part begins: at a line, with the space that it begins with,
-- or at a word.
local function beyond(s, at)
  local past = s:match("^[ \t\n\v\f\r]*()", at)
  local line = s:sub(at, past - 1):match("^.*\n()")
  if line then return at + line - 1 end
  if past > at and not isletter(s, past - 1) then past = past - 1 end
  return past
end

-- long.split(s, limit) -> list of texts of at most 'limit' (at least 4)
-- bytes each. What a person takes for a letter is kept whole, unless it is
-- longer by itself: then its characters are. Space and empty lines at a cut
-- go; only where there is nothing else are they a part.
function long.split(s, limit)
  local parts, from = {}, 1
  while #s - from + 1 > limit do
    local past = cut(s, from, limit)
    parts[#parts + 1] = s:sub(from, past - 1):match("^.*[^ \t\n\v\f\r]")
    from = beyond(s, past)
  end
  local rest = s:sub(from)
  if rest:find("[^ \t\n\v\f\r]") then
    parts[#parts + 1] = rest
  elseif #parts == 0 then
    parts[1] = s:sub(1, (core.letters(s, 1, limit)))
  end
  return parts
end

local BRIEF = 60   -- bytes

-- long.brief(s) -> what of it is worth repeating to its sender.
function long.brief(s)
  if #s <= BRIEF then return s end
  return s:sub(1, (core.letters(s, 1, BRIEF))) .. "..."
end

return long
