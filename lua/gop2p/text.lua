-- text.lua - what people type, whatever keyboard and locale they have.
--
-- Space is that of Unicode, also what breaks no line. Zero-width characters
-- beside a word, such as a byte order mark that was copied with it, are not
-- there for whoever typed it, and so not for us.

local core = require "gop2p.core"

local text = {}

-- text.neutral(f) -> a function that gives what f gives where the locale is
-- "C", whichever it is: what is stored, sent or compared follows none. f
-- cannot wait.
function text.neutral(f)
  return function(...) return core.neutral(f, ...) end
end

-- As those of string and table, with the letters of ASCII, and by bytes.
text.lower = text.neutral(string.lower)
text.match = text.neutral(string.match)
text.sort = text.neutral(table.sort)

-- A number as Lua writes it, with a point.
text.tostring = text.neutral(tostring)

-- text.spaced(s) -> s with a blank for each no-break space, ideographic space
-- and the like. What is left as it is: the space of ASCII.
function text.spaced(s)
  return (s:gsub("[\xC2-\xF4][\x80-\xBF]*", function(char)
    local past, space = core.skip(char, 1)
    return past > #char and space and " "
  end))
end

-- text.skip(s, at) -> where, from 'at' on, something begins that is neither
-- space nor zero-width, #s + 1 at the end; whether there was space before.
text.skip = core.skip

-- text.fold(s) -> what of s is compared where case and accents do not count.
text.fold = core.fold

-- text.word(s, at) -> the first word from 'at' on, where what comes after it
-- begins; or nil
function text.word(s, at)
  local from = core.skip(s, at)
  if from > #s then return nil end
  local past = core.wordend(s, from)
  return s:sub(from, past - 1), (core.skip(s, past))
end

-- text.trim(s) -> s without the space and the zero-width characters around
-- it. In one pass: whoever sends a megabyte of spaces shall not hold us up.
function text.trim(s)
  return s:sub(core.skip(s, 1), core.textend(s) - 1)
end

return text
