-- chat.lua - `gop2p chat`.
--
-- A line is read while messages come in, so the node is always served. At
-- the end of its input it waits for what was sent, and leaves.

local complete = require "gop2p.complete"
local core = require "gop2p.core"
local gop2p = require "gop2p"
local line = require "gop2p.cli.line"
local naming = require "gop2p.naming"
local network = require "gop2p.cli.network"
local prompt = require "gop2p.prompt"
local recent = require "gop2p.recent"
local retry = require "gop2p.retry"
local show = require "gop2p.cli.show"
local sort = require("gop2p.text").sort
local nodes = require "gop2p.start"
local values = require "gop2p.values"
local whom = require "gop2p.whom"

local chat = { summary = "Chat in the terminal, or through a pipe." }
chat.__index = chat

local DONE, FAILED = 0, 1

local DAY = 86400   -- seconds

local HELP = [[
/connect <peer>    join the network of a peer: localhost:5000, or just 5000
/dm <peer> <text>  write to one peer only; a member is meant by its name, too
/nick <name>       take another name; without one: who you are
/members           who is here
/disconnect        leave the network
/exit              leave and end, as at the end of the input
/say <text>        say a text that looks like a command
/help              this list
/join, /leave and /quit are /connect, /disconnect and /exit. All but /nick and
/say need no slash where nothing follows but what they take. Any other line is
sent to everybody, and so is what is pasted as several lines; one that begins
with two slashes is sent with one of them.]]

function chat.options(command)
  network.options(command)
  network.entry(command)
  network.waits(command)
  network.strict(command)
  command:flag("--plain", "No line editing, colours or time stamps, as in a "
               .. "pipe.")
end

-- A line of output, which may come while one is typed.
local function tell(text)
  prompt.above(function() show.line(text) end)
end

local function say(format, ...)
  tell(show.plain(format:format(...)))
end

-- Says why what was asked for is not done. Whoever reads no screen sees it
-- by the exit status.
function chat:fail(format, ...)
  self.failed = true
  say(format, ...)
end

-- The peer that was typed, or the member whose name it is; nil when it is
-- none; says so.
function chat:peer(text)
  local peer, why = whom.one(self.node, text, "")
  if peer then return peer end
  if why then
    self:fail("Not a peer: %s. Write localhost:5000, or 5000 for this "
              .. "machine, or a member's name.", text)
  else
    self:fail("Nobody here is called %s. Write the name of a member, or an "
              .. "address such as localhost:5000.", text)
  end
end

-- A peer as the node shows it at present.
function chat:shown(peer)
  return (self.node:member(peer) or { peer = peer }).peer
end

-- Names each peer that did not get what was sent. The chat goes on meanwhile.
function chat:follow(receipt, err)
  if not receipt then return self:fail("Not sent: %s", show.words(err)) end
  gop2p.spawn(function()
    local done, why = receipt:wait()
    if done then return end
    for peer, failure in pairs(why.failed) do
      self:fail("%s to %s: %s", failure.unsure and "Perhaps not delivered"
                or "Not delivered", self:shown(peer), failure.cause)
    end
  end)
end

local commands = {}  -- f(chat, rest of the line); true ends the chat

-- As node:connect, but under a name like ours where ours is taken.
function chat:enter(peer)
  if self.strict or not self.name then
    return nodes.connect(self.node, peer)
  end
  local before = self.node:self().name
  local ok, err = naming.connect(self.node, peer, self.name)
  local name = self.node:self().name
  if name ~= before then say("You are %s: %s is taken.", name, before) end
  return ok, err
end

local function announce(event)
  say("%s * %s", os.date("%H:%M"), event)
end

-- Who came while we joined, unless that lists them.
function chat:release(joined)
  self.joining = self.joining - 1
  if self.joining > 0 then return end
  local held = self.held
  self.held = {}
  for _, event in ipairs(joined and {} or held) do announce(event) end
end

-- Those whom we join are listed at the end, not each told of. As
-- network.join; 'quiet': what fails as it has before is not told again.
local function join(self, peers, quiet)
  self.joining = self.joining + 1
  local before = self.node:self()
  local joined, hope = network.join(self.node, peers, function(err)
    local words = show.words(err)
    self.taken = self.taken or err.code == "EEXIST"
    if not (quiet and self.told:get(words)) then
      say("Not connected: %s", words)
    end
    self.told:set(words, true, DAY)
  end, function(_, peer) return self:enter(peer) end)
  gop2p.sleep(0)   -- lets the others take what has come of it
  if core.isclosed(self.node) then return false, false end
  if self.node:self() ~= before then
    say("You are %s now, which others reach.", self.node:self())
  end
  self:release(joined)
  if joined then commands.members(self) end
  return joined, hope
end

-- Goes on trying to join, until somebody is there, or for so many seconds
-- (nil: until then). Whether somebody is.
local function insist(self, peers, seconds)
  local there = false
  self.again = retry.new()
  self.again:run(function()
    local hope = true
    there = self.node:is_connected()
    if not there then there, hope = join(self, peers, true) end
    return there or not hope
  end, seconds)
  return there
end

-- The same while the chat is used.
local function keep_joining(self, peers, seconds)
  say "Trying again until somebody is there."
  gop2p.spawn(function()
    local there = insist(self, peers, seconds)
    if not (there or core.isclosed(self.node)) then
      say "Not trying to connect any more."
    end
  end)
end

function commands.connect(self, rest)
  if rest == "" then
    return self:fail("To which peer? Such as: connect localhost:5000")
  end
  local peer = self:peer(rest)
  if peer and not join(self, {peer}) then self.failed = true end
end

function commands.dm(self, rest)
  local who, text = line.receiver(rest, function(name)
    return whom.one(self.node, name, "")
  end)
  if not who then
    return self:fail("To whom, and what? Such as: dm localhost:5000 Hello")
  end
  local peer = self:peer(who)
  if peer then self:follow(self.node:send(peer, text)) end
end

function commands.nick(self, rest)
  if rest ~= "" then
    local good, expected = core.isname(rest)
    if not good then
      return self:fail("Not a name: %s (%s)", rest, expected)
    end
    local ok, err = self.node:set_name(rest)
    if not ok then return self:fail("Not renamed: %s", show.words(err)) end
    self.name = rest
  end
  say("You are %s.", rest == "" and self.node:self() or rest)
end

function commands.members(self)
  local members = self.node:members()
  if #members == 0 then return say("Nobody else is here.") end
  for i, peer in ipairs(members) do members[i] = tostring(peer) end
  say("Here: %s", table.concat(members, ", "))
end

function commands.disconnect(self)
  if self.again then self.again:stop() end
  if not self.node:is_connected() then
    return say("You are not connected.")
  end
  local ok, err = self.node:leave()
  if not ok then return self:fail("Not cleanly left: %s", show.words(err)) end
  say "You have left."
end

function commands.exit()
  return true
end

function commands.help()
  show.line(HELP)
end

function commands.say(self, rest)
  if line.isblank(rest) then return end
  if not self.node:is_connected() then
    return self:fail("Nobody heard that: connect to somebody first, or try "
                     .. "help.")
  end
  self:follow(self.node:broadcast(rest))
end

-- Who is here, for when one that has left is written to.
function chat:recall()
  for _, peer in ipairs(self.node:members()) do self:hear(peer) end
end

function chat:hear(peer)
  if peer.name then self.heard:set(line.key(peer.name), true, DAY) end
end

-- Whether it is a peer, or what somebody is called or was, also where it is
-- not quite written so: "Bob", "@bob", "bob:".
function chat:isone(who)
  return whom.one(self.node, who, "") or self.heard:get(line.key(who))
end

-- Does what a line says; true ends the chat.
function chat:obey(text, pasted)
  self:recall()
  local command, rest = line.parse(text, pasted, function(who)
    return self:isone(who)
  end)
  if command then return commands[command](self, rest) end
  if not rest then
    return self:fail("Said to nobody, as it may be for one alone. Write /dm "
                     .. "<peer> <text>, or /say <text>.")
  end
  self:fail("No such command: %s. Try help; // instead of / says the line.",
            rest)
end

-- What the word after the first 'start' bytes of the line can become: a
-- command at the beginning, with its slash if there is one, else a member.
function chat:completions(typed, start)
  local word, list = typed:sub(start + 1), {}
  local function offer(text)
    if text:sub(1, #word) == word then list[#list + 1] = text end
  end
  if start > 0 then
    list = complete.peers(self.node:members(), word)
  elseif word:find("^/") then
    for name in pairs(line.COMMANDS) do offer("/" .. name) end
  else
    for _, name in ipairs(line.bare()) do offer(name) end
  end
  sort(list)
  return list
end

-- How a message looks: with the time, and each sender in its own colour,
-- where somebody looks on.
function chat:message(msg)
  local sender = ("[%s]"):format(show.sender(msg))
  local text = show.plain(msg.data)
  sender = show.plain(sender)
  if not self.rich then return sender .. " " .. text end
  if self.colours then
    sender = show.paint(sender, show.colour_of(msg.from))
  end
  return ("%s %s %s"):format(os.date("%H:%M"), sender, text)
end

local function show_messages(self)
  for msg in self.node:inbox() do
    self:hear(msg.from)
    tell(self:message(msg))
  end
end

-- Whom somebody could not reach sees nothing of it: what is sent arrives.
local function words(self, err)
  if err.cause ~= core.unreached then return show.words(err) end
  return ("nobody can reach you at %s, says %s; NAT or a firewall?"):format(
    values.endpoint(self.node:self()), err.peer)
end

local function show_errors(self)
  for err in self.node:errors() do say("(%s)", words(self, err)) end
end

-- Who comes and goes, for somebody who looks on.
local function show_events(self)
  for event in self.node:events() do
    self:hear(event.peer)
    if self.joining > 0 and event.type == "joined" then
      table.insert(self.held, event)
    else
      announce(event)
    end
  end
end

local function converse(self)
  local mark = self.terminal and "> " or nil
  local text, pasted, err = prompt.read(mark)
  while text do
    if not line.isblank(text) then prompt.remember(text) end
    if core.isclosed(self.node) or self:obey(text, pasted) or
       core.isclosed(self.node) then
      return
    end
    text, pasted, err = prompt.read(mark)
  end
  if err and not self.terminal then
    self:fail("Could not read standard input: %s", err.text)
  end
  if self.terminal then show.line("") end
end

-- Whether there is something to do: on a terminal somebody sees that nobody
-- lets us in, and may try another; but not without a node, which one that
-- could not move is.
local function come_in(self, peers, seconds)
  if #peers == 0 then return true end
  local joined, hope = join(self, peers)
  if joined then
    return true
  elseif not self.terminal then
    return hope and seconds and insist(self, peers, seconds)
  elseif core.isclosed(self.node) or self.strict and self.taken then
    return false
  end
  if hope then keep_joining(self, peers, seconds) end
  return true
end

-- Ends once all that was sent has had its response, or failed.
local function run(self, options)
  gop2p.spawn(show_messages, self)
  gop2p.spawn(show_errors, self)
  if self.rich then gop2p.spawn(show_events, self) end
  gop2p.sleep(0)   -- lets them begin
  local over = not come_in(self, options.join, options.wait)
  if not over then converse(self) end
  over = over or core.isclosed(self.node)
  if self.again then self.again:stop() end
  if not core.isclosed(self.node) then self.node:leave() end
  self.node:close()
  gop2p.run()
  return (over or self.failed and not self.terminal) and FAILED or DONE
end

-- Who can join a chat that has joined nobody.
local function invite(node)
  say("Only this machine can join: gop2p chat --join localhost:%d",
      node:self().port)
  say "For others, start it with --address auto."
end

function chat.run(options)
  local self = setmetatable({
    name = options.name, strict = options.strict_name, heard = recent.new(),
    joining = 0, held = {}, told = recent.new(),
    colours = show.has_colours(),
    terminal = show.is_terminal(io.stdin) and show.is_terminal(io.stdout),
  }, chat)
  self.rich = prompt.begin {
    edit = self.terminal and not options.plain, breaks = " \t\n",
    complete = function(...) return self:completions(...) end,
  }
  prompt.set { on_event = false }   -- its own tasks tell
  local node <close>, status = network.start("chat", options, DONE)
  if not node then return status end
  self.node = node
  say("You are %s. Try help.", node:self())
  if #options.join == 0 and not options.address then invite(node) end
  return network.guard(node, DONE, function()
    return run(self, options)
  end, self.rich)
end

return chat
