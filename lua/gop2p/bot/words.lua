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

-- The quote that stands at 'at', and what closes it; or nil.
local function opening(s, at)
  local quote = s:match('^["\xC2\xE2\xE3][\x80-\xBF]*', at)
  return quote, QUOTES[quote]
end

-- Where the word goes on after what stands at 'at', if that closes it.
local function closed(s, at, closers)
  for _, quote in ipairs(closers) do
    if s:sub(at, at + #quote - 1) == quote then
      local past = at + #quote
      local next, spaced = text.skip(s, past)
      if spaced or next > #s or not APOSTROPHES[quote] then return past end
    end
  end
end

-- What stands from 'at' on up to the quote that closes it, and where that
-- has ended; nil where there is none. \" and \\ are " and \.
local function within(s, at, closers)
  local parts, from = {}, at
  while at <= #s do
    at = s:match('^[^"\\\xC2\xE2\xE3]*()', at)
    local past = closed(s, at, closers)
    if past then
      parts[#parts + 1] = s:sub(from, at - 1)
      return table.concat(parts), past
    elseif s:find('^\\["\\]', at) then
      parts[#parts + 1] = s:sub(from, at - 1)
      from, at = at + 1, at + 1
    end
    at = at + 1
  end
end

-- words.next(s, at) -> word, where the next one may begin, whether it is in
--                      quotes | nil, why it is none
--
-- 'at' is where one begins: no space is there.
function words.next(s, at)
  local quote, closers = opening(s, at)
  if not closers then return text.word(s, at) end
  local word, past = within(s, at + #quote, closers)
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
