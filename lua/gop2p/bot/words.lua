-- words.lua - the words of a line that calls a command. Quotes hold together
-- what has space in it: those of keyboards, and those that phones and editors
-- make of them.

local brief = require("gop2p.bot.long").brief
local text = require "gop2p.text"

local words = {}

-- What a quote that opens is closed by, in one country or another.
local QUOTES = {
  ['"'] = { '"' }, ["“"] = { "”" }, ["”"] = { "”" }, ["„"] = { "“", "”" },
  ["«"] = { "»" }, ["»"] = { "«", "»" }, ["‹"] = { "›" },
  ["›"] = { "‹", "›" }, ["‘"] = { "’" }, ["‚"] = { "‘", "’" },
  ["「"] = { "」" }, ["『"] = { "』" },
}

-- These are apostrophes as well: they close a quote at the end of a word
-- alone, and what they do not close is none.
local APOSTROPHES = { ["‘"] = true, ["’"] = true }

-- Phones and keyboards mix these. Where its own does not close it, any of
-- them that ends a word closes what any has opened, unless it closes one that
-- has opened within: in “a 5" disk” there are inches, in “two words" not.
local DOUBLE = { ['"'] = true, ["“"] = true, ["”"] = true, ["„"] = true }

-- The quote that stands at 'at', and what closes it; or nil.
local function opening(s, at)
  local quote = s:match('^["\xC2\xE2\xE3][\x80-\xBF]*', at)
  return quote, QUOTES[quote]
end

-- Whether a word ends before 'at'.
local function ends(s, at)
  local next, spaced = text.skip(s, at)
  return spaced or next > #s
end

-- Where the word goes on after what stands at 'at', if that closes it.
local function closed(s, at, closers)
  for _, quote in ipairs(closers) do
    local past = at + #quote
    if s:sub(at, past - 1) == quote and
       (not APOSTROPHES[quote] or ends(s, past)) then
      return past
    end
  end
end

-- How many double quotes are open within others after what stands at 'at',
-- when 'depth' were before it: -1 where it is one that ends a word and none
-- was; and where the text goes on then.
local function nested(s, at, depth, begins)
  local quote = opening(s, at)
  if not DOUBLE[quote] then return depth end
  local past = at + #quote
  local last = ends(s, past)
  if begins and not last then return depth + 1 end
  if depth > 0 then return depth - 1 end
  return last and -1 or 0, past
end

-- Where the text goes on after what stands at 'at', if it closes the double
-- quote that has opened; and how many are open within then. If 'strict', that
-- is one of its own, and closes none within.
local function unnested(s, at, quote, depth, begins, strict)
  local past = closed(s, at, QUOTES[quote])
  local now, after = nested(s, at, depth, begins)
  if now > depth or strict and depth > 0 then return nil, now end
  if now < 0 and not strict then return after, now end
  return past, math.max(now, 0)
end

-- Where a word as ’n’ ends, whose apostrophes are no quotes; or nil.
local function clipped(s, at)
  return s:match("^’%S+’()%f[%s\0]", at)
end

-- What stands from 'at' on up to the quote that closes it, and where that
-- has ended; nil where there is none. \" and \\ are " and \. 'quote' has
-- opened it; if 'strict', its own closes it, and words such as ’n’ may be in
-- it.
local function within(s, at, quote, strict)
  local parts, from, first, depth = {}, at, at, 0
  while at <= #s do
    at = s:match('^[^"\\\xC2\xE2\xE3]*()', at)
    local begins = at == first or s:find("^%s", at - 1) ~= nil
    local whole = APOSTROPHES[quote] and strict and begins and clipped(s, at)
    local past
    if DOUBLE[quote] then
      past, depth = unnested(s, at, quote, depth, begins, strict)
    else
      past = closed(s, at, QUOTES[quote])
    end
    if whole then
      at = whole - 1
    elseif past then
      parts[#parts + 1] = s:sub(from, at - 1)
      return table.concat(parts), past
    elseif s:find('^\\["\\]', at) then
      parts[#parts + 1] = s:sub(from, at - 1)
      from, at = at + 1, at + 1
    end
    at = at + 1
  end
end

-- The same for any quote. Where its own would not end a word, others may.
local function quoted(s, at, quote)
  local past = closed(s, at, QUOTES[quote])
  if past then return "", past end
  local word
  word, past = within(s, at, quote, true)
  if not word or not ends(s, past) then
    word, past = within(s, at, quote, false)
  end
  return word, past
end

-- words.next(s, at) -> word, where the next one may begin, whether it is in
--                      quotes | nil, why it is none
--
-- 'at' is where one begins: no space is there.
function words.next(s, at)
  local quote, closers = opening(s, at)
  if not closers then return text.word(s, at) end
  local word, past = quoted(s, at + #quote, quote)
  if not word then
    if APOSTROPHES[quote] then return text.word(s, at) end
    return nil, "a quote is not closed"
  end
  local next = text.skip(s, past)
  if next == past and past <= #s then
    return nil, "a space is missing after "
                .. brief(s:sub(at, past - 1))
  end
  return word, next, true
end

return words
