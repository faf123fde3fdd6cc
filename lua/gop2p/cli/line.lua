-- line.lua - what a line means that was typed into the chat.
--
-- A line that is taken for one to be said goes to everybody, and may have
-- been meant for one alone. So what cannot be seen makes no difference, and
-- in doubt a line is none to be said. Nothing here follows the locale.

local line = {}

-- Spaces, and what does not show: first and last code points.
local BLANKS = {
  {0x80, 0xA0}, {0xAD, 0xAD}, {0x34F, 0x34F}, {0x61C, 0x61C},
  {0x115F, 0x1160}, {0x1680, 0x1680}, {0x180B, 0x180F}, {0x2000, 0x200F},
  {0x2028, 0x202F}, {0x205F, 0x206F}, {0x2800, 0x2800}, {0x3000, 0x3000},
  {0x3164, 0x3164}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0},
  {0xE0000, 0xE007F},
}

local spaces = {}    -- such a character -> as many spaces as it has bytes
for _, range in ipairs(BLANKS) do
  for code = range[1], range[2] do
    local char = utf8.char(code)
    spaces[char] = (" "):rep(#char)
  end
end

-- The text with spaces for all that is blank, each byte where it was.
local function fold(text)
  return (text:gsub("[\0-\31\127]", " ")
              :gsub("[\xC2-\xF4][\x80-\xBF]*", spaces))
end

-- line.isblank(text): whether nothing of it shows.
function line.isblank(text)
  return not fold(text):find("[^ ]")
end

-- line.lower(text): A to Z alone, in every locale.
function line.lower(text)
  return (text:gsub("[A-Z]", function(c)
    return string.char(c:byte() + 32)
  end))
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
local function trim(text)
  return (text:gsub("^[ \t\r\n]*\n", ""):gsub("[\r\n]+$", ""))
end

-- line.parse(text, pasted, isone) -> command, rest | "say", text
--                                    | nil, what is no command
--
-- 'pasted': it begins with what was pasted, and is to be said if it has
-- several lines. isone(who): whether somebody is called so, or was. The rest
-- is as it was typed, without the blanks around it.
function line.parse(text, pasted, isone)
  text = trim(text)
  if pasted and text:find("\n") then return "say", text end
  local folded = fold(text)
  local slash, at = folded:match("^ *(/?)()")
  if slash == "/" and folded:find("^/", at) then
    return "say", text:sub(at)
  end
  local word, from = folded:match("^([^ ]*) *()", at)
  local rest = text:sub(from, #folded:match("^(.-) *$"))
  local name = line.lower(word)
  if slash == "/" then
    local command = line.COMMANDS[name]
    return command, command and rest or "/" .. word
  elseif BARE[name] and BARE[name](rest, isone) then
    return name, rest
  end
  return "say", text
end

return line
