-- commands.lua - the commands of a bot, and the help made from them.

local fold = require("gop2p.text").fold
local sort = require("gop2p.text").sort

local commands = {}
commands.__index = commands

function commands.new()
  return setmetatable({ list = {}, names = {}, longest = 0 }, commands)
end

-- Adds a command: usage.parse's table with 'summary', 'f' and what else its
-- user knows about it. False and the name when one of its names is taken.
function commands:add(command)
  local names = { command.name, table.unpack(command.aliases) }
  for _, name in ipairs(names) do
    if self.names[fold(name)] then return false, name end
  end
  for _, name in ipairs(names) do
    name = fold(name)
    self.names[name] = command
    self.longest = math.max(self.longest, #name)
  end
  self.list[#self.list + 1] = command
  return true
end

-- The command of that name, whatever its case and accents, or nil.
function commands:find(name)
  return self.names[fold(name)]
end

-- How it is called; 'lead' is what has to stand before its name.
function commands.usage(command, lead)
  local shape = command.shape ~= "" and " " .. command.shape or ""
  return lead .. command.name .. shape
end

local function line(command, lead)
  local text = commands.usage(command, lead)
  if command.summary then text = text .. " - " .. command.summary end
  return command.off and text .. " (switched off)" or text
end

-- What a single command does: as text. Like the help it begins with a word,
-- so that no other bot takes it for a command.
function commands.describe(command, lead)
  local text = "Usage: " .. line(command, lead)
  if #command.aliases == 0 then return text end
  return ("%s\nalso: %s%s"):format(text, lead,
    table.concat(command.aliases, ", " .. lead))
end

-- A line for each command of the lists that 'may' lets pass, by name; what
-- an earlier list has a name for, alias or not, is found there. No line
-- begins with the command: a long help is split between lines.
function commands.help(lists, lead, may)
  local taken, lines = {}, {}
  for _, list in ipairs(lists) do
    for _, command in ipairs(list.list) do
      if not taken[fold(command.name)] and may(command) then
        lines[#lines + 1] = "* " .. line(command, lead)
      end
    end
    for name in pairs(list.names) do taken[name] = true end
  end
  sort(lines)
  return "Commands:\n" .. table.concat(lines, "\n")
end

return commands
