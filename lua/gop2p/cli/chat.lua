-- chat.lua - `gop2p chat`.
--
-- A line is read while messages come in, so the node is always served. At
-- the end of its input it waits for what was sent, and leaves.

local console = require "gop2p.cli.console"
local gop2p = require "gop2p"
local network = require "gop2p.cli.network"
local show = require "gop2p.cli.show"

local chat = { summary = "Chat in the terminal, or through a pipe." }
chat.__index = chat

local DONE, FAILED = 0, 1

local HELP = [[
connect <peer>     join the network of a peer: localhost:5000, or just 5000
dm <peer> <text>   write to one peer alone
members            who is here
disconnect         leave the network
exit               leave and end; so does the end of the input
help               this list
Any other line is said to everybody. Begin with a space to say a line that
looks like a command. All of them are there with a slash, too: /dm, /members,
/help; /join, /leave and /quit are connect, disconnect and exit.]]

function chat.options(command)
  network.options(command)
  command:option("--name", "Put before every line that is said.")
    :argname("NAME")
  command:flag("--plain", "No line editing, colours and time stamps, as in a "
               .. "pipe.")
end

function chat:say(format, ...)
  self.console:print(show.plain(format:format(...)))
end

-- The peer that was typed, or nil when it is none; says so.
function chat:peer_of(text)
  local peer = network.peer(text)
  if peer then return peer end
  self:say("Not a peer: %s. Such as localhost:5000, or 5000 for this "
           .. "machine.", text)
end

-- Tells who did not get what was sent. The chat goes on meanwhile.
function chat:follow(receipt, err)
  if not receipt then return self:say("Not sent: %s", show.words(err)) end
  gop2p.spawn(function()
    local done, why = receipt:wait()
    if done then return end
    for peer, failure in pairs(why.failed) do
      self:say("Not delivered to %s: %s", peer, failure.cause)
    end
  end)
end

-- What is sent, with the name that one goes by.
function chat:signed(text)
  return self.name and self.name .. ": " .. text or text
end

local commands = {}  -- f(chat, rest of the line); true ends the chat

-- Those whom we join are listed at the end, not each told of.
local function join(self, peers)
  self.joining = true
  local joined = network.join(self.node, peers, function(err)
    self:say("Not connected: %s", show.words(err))
  end)
  gop2p.sleep(0)   -- lets the others take what has come of it
  self.joining = false
  if joined then commands.members(self) end
  return joined
end

function commands.connect(self, rest)
  if rest == "" then
    return self:say("Who? Such as: connect localhost:5000")
  end
  local peer = self:peer_of(rest)
  if peer then join(self, {peer}) end
end

function commands.dm(self, rest)
  local name, text = rest:match("^(%S+)%s+(.+)$")
  if not name then
    return self:say("To whom, and what? Such as: dm localhost:5000 Hello")
  end
  local peer = self:peer_of(name)
  if peer then self:follow(self.node:send(peer, self:signed(text))) end
end

function commands.members(self)
  local members = self.node:members()
  if #members == 0 then return self:say("Nobody else is here.") end
  for i, peer in ipairs(members) do members[i] = tostring(peer) end
  self:say("Here: %s", table.concat(members, ", "))
end

function commands.disconnect(self)
  if not self.node:is_connected() then
    return self:say("You are not connected.")
  end
  local ok, err = self.node:leave()
  self:say(ok and "You have left." or "Not quite left: %s",
           err and show.words(err))
end

function commands.exit()
  return true
end

function commands.help(self)
  self.console:print(HELP)
end

local slash = { join = commands.connect, leave = commands.disconnect,
                quit = commands.exit }
for name, command in pairs(commands) do slash[name] = command end

function chat:broadcast(text)
  if not self.node:is_connected() then
    return self:say("Nobody heard that: connect to somebody first, or try "
                    .. "help.")
  end
  self:follow(self.node:broadcast(self:signed(text)))
end

-- A command, or what is to be said. The words alone on a line are commands;
-- followed by more they begin a sentence, but for the first two. With a
-- slash they are always meant.
function chat:obey(line)
  local name, more = line:match("^/(%l+)%f[%s\0]%s*(.-)%s*$")
  if name then
    if slash[name] then return slash[name](self, more) end
    return self:say("No such command: /%s. Try help.", name)
  end
  local word, rest = line:match("^(%l+)%s*(.-)%s*$")
  local command = commands[word]
  if command and (rest == "" or word == "connect" or word == "dm") then
    return command(self, rest)
  elseif line:find("%S") then
    self:broadcast(line:match("^ ?(.*)$"))
  end
end

-- What the last word can become: a command at the beginning, with its slash
-- if there is one, else a member.
function chat:completions(before)
  local list = {}
  if before:find("^/") and not before:find("%s") then
    for name in pairs(slash) do list[#list + 1] = "/" .. name end
  elseif not before:find("%s") then
    for name in pairs(commands) do list[#list + 1] = name end
  else
    for i, peer in ipairs(self.node:members()) do list[i] = peer .. "" end
  end
  return list
end

-- How a message looks: with the time, and its sender in a colour of his own,
-- where somebody looks on.
function chat:message(msg)
  local sender = ("[%s]"):format(show.sender(msg))
  local text = show.plain(msg.data)
  sender = show.plain(sender)
  if not self.console.rich then return sender .. " " .. text end
  if self.colours then
    sender = show.paint(sender, show.colour_of(tostring(msg.from)))
  end
  return ("%s %s %s"):format(os.date("%H:%M"), sender, text)
end

local function show_messages(self)
  for msg in self.node:inbox() do self.console:print(self:message(msg)) end
end

local function show_errors(self)
  for err in self.node:errors() do self:say("(%s)", show.words(err)) end
end

-- Who comes and goes, for somebody who looks on.
local function show_events(self)
  for event in self.node:events() do
    if not (self.joining and event.type == "joined") then
      self:say("%s * %s", os.date("%H:%M"), event)
    end
  end
end

-- Its tasks are over when all that was sent has been answered, or failed.
local function converse(self)
  for line in function() return self.console:read("> ") end do
    if self:obey((line:gsub("\r$", ""))) then break end
  end
end

local function start(self, peers)
  gop2p.spawn(show_messages, self)
  gop2p.spawn(show_errors, self)
  if self.console.rich then gop2p.spawn(show_events, self) end
  if #peers > 0 and not join(self, peers) and not self.console.terminal then
    return FAILED
  end
  gop2p.run(function() converse(self) end)
  return DONE
end

function chat.run(options)
  local self = setmetatable({ name = options.name }, chat)
  self.console = console.open {
    plain = options.plain, breaks = " \t\n",
    complete = function(before) return self:completions(before) end,
  }
  self.colours = show.has_colours()
  local peers = options.join
  options.join = {}   -- who can not be joined is told in the chat
  return network.with("chat", options, DONE, function(node)
    self.node = node
    self:say("You are %s. Try help.", node:self())
    return start(self, peers)
  end)
end

return chat
