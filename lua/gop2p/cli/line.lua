-- line.lua - what a line means that was typed into the chat.
--
-- A line that is taken for one to be said goes to everybody, and may have
-- been meant for one alone. So what cannot be seen makes no difference, and
-- in doubt a line is none to be said.

local core = require "gop2p.core"
local text = require "gop2p.text"

local line = {}

local CHARACTER = ".[\x80-\xBF]*"

-- A character -> what is seen of it: nothing, a space, or false: itself. What
-- is no UTF-8 is seen.
local seen = setmetatable({}, { __index = function(known, char)
  if utf8.len(char) ~= 1 then return false end
  known[char] = core.blank(char) or false
  return known[char]
end })

-- The text as it is seen; 'gap': what stands for a character that is not.
local function fold(typed, gap)
  return (typed:gsub(CHARACTER, function(char)
    return seen[char] == "" and gap or seen[char]
  end))
end

-- What was typed from the byte 'at' of the folded text on.
local function from(typed, at)
  local left = at - 1
  for place, char in typed:gmatch("()(" .. CHARACTER .. ")") do
    local piece = seen[char] or char
    if left < #piece then return typed:sub(place + left) end
    left = left - #piece
  end
  return ""
end

-- line.isblank(typed): whether nothing of it shows.
function line.isblank(typed)
  return not fold(typed):find("[^ ]")
end

local function isword(char)
  return char:find("^[0-9A-Za-z]$") or core.isname(char)
end

-- line.key(name) -> what of it is compared, where case, accents, and quotes
-- and the like around it do not count
function line.key(name)
  local folded, first, last = text.fold(fold(name)), 1, 0
  for place, char in folded:gmatch("()(" .. CHARACTER .. ")") do
    if isword(char) then
      first = last > 0 and first or place
      last = place + #char - 1
    end
  end
  return folded:sub(first, last)
end

-- What is typed after a slash, in small letters, and what it calls.
line.COMMANDS = {
  connect = "connect", join = "connect", dm = "dm", nick = "nick",
  members = "members", disconnect = "disconnect", leave = "disconnect",
  exit = "exit", quit = "exit", say = "say", help = "help",
}

-- How a receiver may be written before a text: as senders are shown, too.
local RECEIVERS = {"%[.-%][^ ]*", "[^ ]+ %([^ ]+:%d+%)", "[^ ]+"}

-- line.receiver(rest, isone) -> who, text | nil
--
-- What follows "dm", taken apart; isone(who): whether somebody is meant.
function line.receiver(rest, isone)
  local folded, who, at = fold(rest), nil, nil
  for _, form in ipairs(RECEIVERS) do
    who, at = folded:match("^(" .. form .. ") +()[^ ]")
    who = who and who:gsub(" to you%]$", "]")
    if who and isone(who) then break end
  end
  if who then return who, from(rest, at) end
end

-- Whether somebody is meant, or was to be: an address, or one in brackets.
local function ismeant(who, isone)
  return isone(who) or who:find("^%[") or line.key(who):find("^%d+$")
         or who:find("[^:]:[0-9A-Za-z]")
end

-- Whether the text, folded, has "dm" and somebody as its first two words,
-- whatever stands around them.
local function isfor(folded, isone)
  local compared, first, past = text.fold(folded), "", false
  for place, char in compared:gmatch("()(" .. CHARACTER .. ")") do
    if not isword(char) then
      past = first ~= ""
    elseif past then
      return first == "dm" and ismeant(compared:match("^[^ ]+", place), isone)
    else
      first = first .. char
    end
    if #first > 2 then return false end
  end
end

-- Whether it may be for one alone. What is not seen may be nothing or a gap.
local function isdoubtful(typed, isone)
  return isfor(fold(typed), isone) or isfor(fold(typed, " "), isone)
end

-- Commands that are such without a slash, too; whether the rest of the line
-- is what they take.
local BARE = {}

function BARE.connect(rest, isone)
  rest = fold(rest)
  return rest == "" or isone(rest) or not rest:find(" ")
         and ismeant(rest, isone)
end

function BARE.dm(rest, isone)
  local who = line.receiver(rest, isone) or fold(rest)
  return rest == "" or ismeant(who, isone)
end

for _, name in ipairs {"members", "disconnect", "exit", "help"} do
  BARE[name] = function(rest) return rest == "" end
end

-- line.bare() -> the names of those, in no order
function line.bare()
  local list = {}
  for name in pairs(BARE) do list[#list + 1] = name end
  return list
end

-- Several lines that were pasted may have empty ones around them.
local function withoutends(typed)
  return typed:gsub("^[ \t\r\n]*\n", ""):match("^.*[^\r\n]") or ""
end

-- What looks like a slash, where another keyboard has none.
local SLASHES = {"/", "\u{FF0F}", "\u{2044}", "\u{2215}"}

-- The slash that 'folded' has at 'at', or ""; where what comes after begins.
local function slashat(folded, at)
  for _, slash in ipairs(SLASHES) do
    if folded:sub(at, at + #slash - 1) == slash then
      return slash, at + #slash
    end
  end
  return "", at
end

-- line.parse(typed, pasted, isone) -> command, rest | "say", text
--                                     | nil, what is no command | nil
--
-- nil alone: it may be for one alone. 'pasted': it begins with what was
-- pasted, and is to be said if it has several lines. isone(who): whether
-- somebody is called so, or was. The rest is as it was typed, without the
-- space around it.
function line.parse(typed, pasted, isone)
  typed = withoutends(typed)
  if pasted and typed:find("\n") then return "say", typed end
  local folded = fold(typed)
  local slash, at = slashat(folded, folded:match("^ *()"))
  if slash ~= "" and slashat(folded, at) ~= "" then
    return "say", from(typed, at)
  end
  local word, past = folded:match("^([^ ]*) *()", at)
  local name, rest = text.lower(word), text.trim(from(typed, past))
  if slash ~= "" then
    local command = line.COMMANDS[text.fold(word)]
    return command, command and rest or slash .. word
  elseif BARE[name] and BARE[name](rest, isone) then
    return name, rest
  elseif isdoubtful(typed, isone) then
    return nil
  end
  return "say", typed
end

return line
