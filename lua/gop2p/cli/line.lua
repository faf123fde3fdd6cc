-- line.lua - what a line means that was typed into the chat.
--
-- A line that is taken for one to be said goes to everybody, and may have
-- been meant for one alone. So what cannot be seen makes no difference, and
-- in doubt a line is none to be said.

local core = require "gop2p.core"
local text = require "gop2p.text"

local line = {}

local BRAILLE = "\u{2800}"   -- a pattern without dots: a symbol to Unicode

-- Whether a character is space, or is not seen by itself.
local function isblank(char)
  return text.skip(char, 1) > #char or char == BRAILLE or
         core.visible(char, "terminal") ~= char
end

-- A blank character -> as many spaces as it has bytes; another one -> false.
-- What is no UTF-8 is seen.
local spaces = setmetatable({}, { __index = function(known, char)
  if utf8.len(char) ~= 1 then return false end
  known[char] = isblank(char) and (" "):rep(#char)
  return known[char]
end })

-- The text with spaces for all that is blank, each byte where it was.
local function fold(typed)
  return (typed:gsub("[\0-\31\127]", " ")
              :gsub("[\xC2-\xF4][\x80-\xBF]*", spaces))
end

-- line.isblank(typed): whether nothing of it shows.
function line.isblank(typed)
  return not fold(typed):find("[^ ]")
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
  if who then return who, rest:sub(at) end
end

-- Whether somebody is meant, or was to be: an address, or one in brackets.
local function ismeant(who, isone)
  return isone(who) or who:find("^%[") or who:find("^%d+$")
         or who:find("[^:]:[0-9A-Za-z]")
end

-- Commands that are such without a slash, too; whether the rest of the line
-- is what they take.
local BARE = {}

function BARE.connect(rest, isone)
  return rest == "" or isone(rest)
         or not fold(rest):find(" ") and ismeant(rest, isone)
end

function BARE.dm(rest, isone)
  local who = line.receiver(rest, isone) or rest
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
  return (typed:gsub("^[ \t\r\n]*\n", ""):gsub("[\r\n]+$", ""))
end

-- line.parse(typed, pasted, isone) -> command, rest | "say", text
--                                     | nil, what is no command
--
-- 'pasted': it begins with what was pasted, and is to be said if it has
-- several lines. isone(who): whether somebody is called so, or was. The rest
-- is as it was typed, without the space around it.
function line.parse(typed, pasted, isone)
  typed = withoutends(typed)
  if pasted and typed:find("\n") then return "say", typed end
  local folded = fold(typed)
  local slash, at = folded:match("^ *(/?)()")
  if slash == "/" and folded:find("^/", at) then
    return "say", typed:sub(at)
  end
  local word, from = folded:match("^([^ ]*) *()", at)
  local name, rest = text.lower(word), text.trim(typed:sub(from))
  if slash == "/" then
    local command = line.COMMANDS[name]
    return command, command and rest or "/" .. word
  elseif BARE[name] and BARE[name](rest, isone) then
    return name, rest
  end
  return "say", typed
end

return line
