-- conversation.lua - what is said in a simulated network, and what was heard
-- of it: the transcript of a test.

local core = require "gop2p.core"
local plain = require "gop2p.plain"

local conversation = {}
conversation.__index = conversation

local SHOWN = 60   -- lines that a failed expectation shows

local INDENT = "\n" .. (" "):rep(#"2024-01-01 00:00:00.000  ")

-- What one can look through for a text: what somebody said, heard or
-- printed. The view that a test gets is a list of texts, and this is what
-- stands behind it.
local streams = setmetatable({}, { __mode = "k" })  -- view -> stream

-- Keeps the newest 'keep' lines, and as many texts of each stream.
function conversation.new(keep)
  return setmetatable({ keep = keep, first = 1, last = 0, streams = {} },
                      conversation)
end

local function append(list, value, keep)
  list.last = list.last + 1
  list[list.last] = value
  if list.last - list.first >= keep then
    list[list.first] = nil
    list.first = list.first + 1
  end
end

local function stream(self, who, what)
  local key = who .. " " .. what
  local found = self.streams[key]
  if not found then
    found = { who = who, what = what, first = 1, last = 0, read = 0,
              expected = {}, world = self.world }
    self.streams[key] = found
  end
  return found
end

-- A line of the transcript.
function conversation:note(text)
  append(self, { at = core.time(), text = text }, self.keep)
end

-- 'who' does 'what' ("say", "hear" or "print") with the text.
function conversation:add(who, what, text)
  append(stream(self, who, what), text, self.keep)
end

local viewmeta = {
  __tostring = function(view) return table.concat(view, "\n") end
}

-- A list of the texts so far, which expectations can look through and wait
-- for the next one of.
function conversation:view(who, what)
  local from = stream(self, who, what)
  local view = setmetatable(table.move(from, from.first, from.last, 1, {}),
                            viewmeta)
  streams[view] = from
  return view
end

-- The stream behind a view, or nil.
function conversation.stream(view)
  return streams[view]
end

local function match(text, wanted)
  if type(wanted) == "string" then return text:match(wanted) end
  return wanted(text)
end

-- The first text that no expectation has come past yet and that 'wanted', a
-- pattern or a function, matches: what the match gives. Nil when there is
-- none.
function conversation.find(from, wanted)
  for i = math.max(from.first, from.read + 1), from.last do
    local found = table.pack(match(from[i], wanted))
    if found[1] then
      from.read, from.expected[i] = i, true
      return table.unpack(found, 1, found.n)
    end
  end
end

-- The texts of what 'who' has done that no expectation has found.
function conversation:unexpected(who, what)
  local from, texts = stream(self, who, what), {}
  for i = from.first, from.last do
    if not from.expected[i] then texts[#texts + 1] = from[i] end
  end
  return texts
end

-- Whether a text that is still to be expected has 'wanted' in it letter by
-- letter, though as a pattern it means something else.
function conversation.isliteral(from, wanted)
  if type(wanted) ~= "string" then return false end
  for i = math.max(from.first, from.read + 1), from.last do
    if from[i]:find(wanted, 1, true) then return true end
  end
  return false
end

-- Milliseconds are as fine as the clock is.
local function stamp(at)
  local whole = math.floor(at + 0.0005)
  local thousandths = math.floor((at - whole) * 1000 + 0.5)
  return ("%s.%03d"):format(os.date("%Y-%m-%d %H:%M:%S", whole),
                            math.max(0, thousandths))
end

-- The lines, with the virtual time before each; the last 'count' of them.
function conversation:text(count)
  local from = math.max(self.first, self.last - (count or math.huge) + 1)
  local lines = {}
  if from > 1 then lines[1] = ("(%d lines before)"):format(from - 1) end
  for i = from, self.last do
    lines[#lines + 1] = stamp(self[i].at) .. "  " ..
                        plain(self[i].text):gsub("\n  ", INDENT)
  end
  return table.concat(lines, "\n")
end

-- What is added to the text of an error.
function conversation:appendix()
  return "the conversation:\n" .. self:text(SHOWN):gsub("[^\n]+", "  %0")
end

return conversation
