-- node.lua - what a program does with a node.
--
-- Calls that wait yield in a task and turn the loop elsewhere. Misuse
-- raises at the caller's line; what network, peers and system do comes back
-- as nil and an error, or later through node:errors().

local check = require "gop2p.check"
local core = require "gop2p.core"
local help = require "gop2p.help"
local look = require "gop2p.look"
local prompt = require "gop2p.prompt"
local reach = require "gop2p.reach"
local receipt = require "gop2p.receipt"
local scheduler = require "gop2p.scheduler"
local sort = require("gop2p.text").sort
local state = require "gop2p.state"
local system = require "gop2p.system"
local unread = require "gop2p.unread"
local values = require "gop2p.values"
local whom = require "gop2p.whom"

local node = {}
local meta = core.nodemeta
meta.__index = node
meta.__name = "gop2p.node"

-- While the core's outbox is full and its receivers are slow, how often (s)
-- it is looked at whether they have stopped responding altogether.
local RECHECK = 0.25

local TIMEOUT = 5    -- seconds for the list of a peer, if not said

-- A list shows what is in it.
local listmeta = {
  __tostring = function(list)
    local items = {}
    for i, item in ipairs(list) do items[i] = tostring(item) end
    return "{" .. table.concat(items, ", ") .. "}"
  end
}

-- So does a table with fields, in the order of their names.
local fieldsmeta = {
  __tostring = function(fields)
    local items = {}
    for name, value in pairs(fields) do
      items[#items + 1] = ("%s = %s"):format(name, value)
    end
    sort(items)
    return "{" .. table.concat(items, ", ") .. "}"
  end
}

local function open(self, name)
  check.self(self, meta, name, "node", 1)
  if core.isclosed(self) then
    error(("'%s': the node is stopped"):format(name), 3)
  end
end

-- Has an entry point that has let us in try to reach us, where that can fail.
local function tryreach(self, peer)
  if system.simulated or reach.islocal(self) or core.isclosed(self) then
    return
  end
  core.askreach(self, peer)
end

-- Joins through one entry point; 'request': core.connect or core.visit.
local function join(self, peer, timeout, request)
  local deadline = scheduler.deadline(timeout)
  local ok, why = reach.check(self, peer, timeout)
  if not ok then return nil, why end
  timeout = deadline and math.max(deadline - core.now(), 0)
  local asktime = timeout and timeout > 0 and math.min(timeout, 86400) or 5
  local rec, err = request(self, peer, math.max(asktime, 0.001))
  if not rec then
    err.peer = peer
    return nil, err
  end
  if not receipt.settle(rec, scheduler.deadline(timeout)) then
    if core.hasjoined(rec) then
      tryreach(self, peer)
      return true
    end
    err = values.timedout("could not join through " .. peer)
    err.peer = peer
    return nil, err
  end
  err = receipt.failure(rec)
  if err then return nil, err end
  tryreach(self, peer)
  return true
end

-- Joins through the first that lets it in; 'name' is what was called.
local function enter(self, peers, timeout, name)
  local list, why, err = whom.list(self, peers, "could not join through")
  check.that(list or err, 1, name, why, 1)
  timeout = check.timeout(timeout, 2, name, 1)
  if err then return nil, err end
  local joined
  for _, peer in ipairs(list) do
    joined, err = join(self, peer, timeout, core[name])
    if joined then return true end
    if core.isclosed(self) then break end
  end
  return nil, err
end

-- node:connect(peer_or_list [, timeout]) -> true | nil, err
--
-- Joins the network of 'peer' and greets every member of it. Waits for the
-- entry point ('timeout' seconds, default 5) and then for the greetings,
-- though not longer than a second for members that do not respond: those are
-- told in errors(). Of a list of entry points one after the other is tried,
-- each for that long; what comes back is the error of the last. A node that
-- is reached from this machine alone joins nobody elsewhere: EADDRNOTAVAIL.
function node:connect(peers, timeout)
  open(self, "connect")
  local ok, err = enter(self, peers, timeout, "connect")
  if ok then return true end
  return nil, err
end

-- node:visit(peer_or_list [, timeout]) -> true | nil, err
--
-- The same for a node that only comes to send: for ten seconds nodes of ours
-- take what it sends, but they do not list it, send it no broadcasts, and
-- tell nobody that it came or left. To other programs it is a member.
function node:visit(peers, timeout)
  open(self, "visit")
  local ok, err = enter(self, peers, timeout, "visit")
  if ok then return true end
  return nil, err
end

-- Whether the options of a call say that it sends a notice.
local function isnotice(options, arg, name)
  return not not check.options(options, { notice = "any" }, arg, name,
                               1).notice
end

-- Puts a message on its way once its receivers have room for it.
local function post(self, data, list, notice, what)
  local room = core.signal(self, "room")
  while not core.hasroom(self, list) do
    scheduler.wait(room, scheduler.deadline(RECHECK))
    if core.isclosed(self) then return nil, values.stopped(what) end
  end
  return system.post(self, data, list, notice)
end

-- node:broadcast(data [, options]) -> receipt | nil, err
--
-- Puts 'data' (any bytes) on its way to every member. Waits only while
-- members that do respond have more on the way than their outbox holds.
-- Failures come out of receipt:wait(), or of errors() for those who do not
-- wait. Option notice = true: no program should answer it by itself.
function node:broadcast(data, options)
  open(self, "broadcast")
  data = check.string(data, 1, "broadcast")
  local notice = isnotice(options, 2, "broadcast")
  return post(self, data, nil, notice, "could not broadcast")
end

-- node:send(peer_or_list, data [, options]) -> receipt | nil, err
--
-- The same to one peer, or to each of a list. A member can be named: where
-- none or several have the name, nothing is sent to anybody.
function node:send(to, data, options)
  open(self, "send")
  local list, why, err = whom.list(self, to, "could not send to")
  check.that(list or err, 1, "send", why)
  data = check.string(data, 2, "send")
  local notice = isnotice(options, 3, "send")
  if err then return nil, err end
  return post(self, data, list, notice, "could not send")
end

-- node:receive([timeout]) -> message | nil, err
--
-- The oldest unread message. Waits for one, at most 'timeout' seconds.
function node:receive(timeout)
  open(self, "receive")
  timeout = check.timeout(timeout, 1, "receive")
  local deadline = scheduler.deadline(timeout)
  local number = core.signal(self, "inbox")
  repeat
    local msg = core.nextmessage(self)
    if msg then return msg end
    local woken = scheduler.wait(number, deadline)
    if core.isclosed(self) then
      return nil, values.stopped("no message")
    end
  until not woken
  local msg = core.nextmessage(self)
  if msg then return msg end
  return nil, values.error("connection", "ETIMEDOUT", "no message",
                           "none came in time")
end

-- What an iterator does: waits for the next one, ends with the node.
local function following(self, signal, take)
  local number = core.signal(self, signal)
  return function()
    prompt.claim(self, signal)
    while not core.isclosed(self) do
      local value = take(self)
      if value ~= nil then return value end
      scheduler.wait(number)
    end
    return nil
  end
end

-- for msg in node:inbox() do ... end
--
-- Every message that arrives, until the node is stopped. Several readers
-- share: each message goes to one of them.
function node:inbox()
  open(self, "inbox")
  return following(self, "inbox", core.nextmessage)
end

-- for err in node:errors() do ... end
--
-- What went wrong later, until the node is stopped. What nobody ever reads
-- goes to Lua's 'warn'.
function node:errors()
  open(self, "errors")
  unread.claim(self)
  return following(self, "errors", unread.take)
end

-- for event in node:events() do ... end
--
-- Who joined, left, failed, recovered and was renamed: 'type', 'peer', its
-- 'name', for "failed" the 'reason', an error, for those who joined 'met':
-- true when they were there before us, and for "renamed" 'former': the peer
-- with the name that it had. Until the node is stopped. Of those that nobody
-- reads the oldest are dropped.
function node:events()
  open(self, "events")
  return following(self, "events", core.nextevent)
end

-- node:leave([timeout]) -> true | nil, err
--
-- Tells every member, after all that was sent before. Waits until they have
-- responded, though not longer than a second for those that do not. The node
-- serves on and can connect again.
function node:leave(timeout)
  open(self, "leave")
  timeout = check.timeout(timeout, 1, "leave")
  local rec, err = core.leave(self)
  if not rec then return nil, err end
  state.save(self)
  if not receipt.settle(rec, scheduler.deadline(timeout)) then
    return nil, values.timedout("could not say goodbye to everybody")
  end
  if core.isclosed(self) then
    return nil, values.stopped("could not say goodbye to everybody")
  end
  return true
end

-- node:stop(), node:close(): ends the node at once; any number of times.
-- Whoever waits for something of it is woken. What is still on its way is
-- lost: leave first.
function node:close()
  check.self(self, meta, "stop", "node")
  state.flush(self)
  unread.flush(self)
  prompt.closed(self)
  core.close(self)
end

node.stop = node.close
meta.__close = node.close

-- node:wait(): until the node is stopped.
function node:wait()
  check.self(self, meta, "wait", "node")
  local number = core.signal(self, "closed")
  while not core.isclosed(self) do scheduler.wait(number) end
end

-- node:self() -> peer: its own. Also when it is stopped.
function node:self()
  check.self(self, meta, "self", "node")
  return core.self(self)
end

local STATES = { alive = true, suspected = true, failed = true,
                 candidate = true }

-- What node:stats() gives.
local function statistics(self)
  local stats = core.stats(self)
  for _, one in ipairs(stats.peers) do setmetatable(one, fieldsmeta) end
  setmetatable(stats.peers, listmeta)
  return setmetatable(stats, fieldsmeta)
end

-- What is known of the peers; nothing once the node is stopped.
local function known(self)
  return core.isclosed(self) and {} or statistics(self).peers
end

-- node:members([state]) -> list of peers: everybody else in its network, in
-- the order in which they became known. With a state the peers that are
-- "alive", "suspected", "failed" or "candidate"; the last two are no members.
function node:members(wanted)
  check.self(self, meta, "members", "node")
  check.that(wanted == nil or STATES[wanted], 1, "members",
             '"alive", "suspected", "failed" or "candidate" expected')
  local list = {}
  if wanted then
    for _, one in ipairs(known(self)) do
      if one.state == wanted then list[#list + 1] = one.peer end
    end
  elseif not core.isclosed(self) then
    list = core.members(self)
  end
  return setmetatable(list, listmeta)
end

-- The peer that has a name: a member, or where none has it another one.
local function named(list, name)
  local found
  for _, one in ipairs(list) do
    local member = one.state == "alive" or one.state == "suspected"
    if one.name == name and (member or not found) then
      found = one
      if member then break end
    end
  end
  return found
end

-- node:member(peer_or_name) -> table | nil
--
-- What is known of a peer that the node deals with: what stands in
-- node:stats().peers. It is given as a peer, or by its name, such as "ann".
function node:member(who)
  check.self(self, meta, "member", "node")
  local peer, why = values.topeer(who)
  local name = not peer and values.toname(who) or nil
  check.that(peer or name, 1, "member", why)
  if name then return named(known(self), name) end
  if not core.isclosed(self) then peer = core.meant(self, peer) end
  for _, one in ipairs(known(self)) do
    if one.peer == peer then return one end
  end
  return nil
end

-- node:look(peer [, timeout]) -> list | nil, err
--
-- Who is in the network of 'peer', without joining it: 'peer' itself, then
-- those whom it lists. Each is a table like those in node:stats().peers:
-- 'peer', 'name' (if it has one), 'state' ("alive", or "suspected": it does
-- not respond), 'rtt' (seconds), and if it does not respond 'error'. Waits
-- for 'peer' ('timeout' seconds, default 5), and then for the others a
-- second. Where the list is longer than the node may have members it is cut,
-- and its 'more' is how many are missing. Only nodes of ours tell, once a
-- second for each that asks. EVERSION: it is none, or an earlier version;
-- EFORBIDDEN: it does not reach this node.
function node:look(peer, timeout)
  open(self, "look")
  local who, why, err = whom.one(self, peer, "could not look at")
  check.that(who or err, 1, "look", why)
  timeout = check.timeout(timeout, 2, "look")
  if err then return nil, err end
  local peers, more = look.list(self, who,
                                scheduler.deadline(timeout or TIMEOUT))
  if not peers then return nil, more end
  local list = look.at(self, peers)
  for _, one in ipairs(list) do setmetatable(one, fieldsmeta) end
  if more > 0 then list.more = more end
  return setmetatable(list, listmeta)
end

-- node:set_name(name) -> true | nil, err
--
-- Gives the node this name, which is checked as the option is, and tells the
-- members. EEXIST: another member that seems to live has it. Does not wait.
function node:set_name(name)
  open(self, "set_name")
  name = check.string(name, 1, "set_name")
  local good, expected = core.isname(name)
  check.that(good, 1, "set_name", ("%s, got %q"):format(expected, name))
  return core.setname(self, name)
end

-- node:stats() -> table
--
-- Counts: 'members', 'suspected' of them, 'failed' peers that are tried
-- again, 'inbox_messages', 'inbox_bytes', 'outbox_messages', 'outbox_bytes',
-- 'lost_events', and 'self_doubt' (0 to 3, grows while the node finds itself
-- slow). 'peers' is a list: 'peer', 'state' ("alive", "suspected", "failed",
-- or "candidate": was named to us and has not responded yet), 'name' (if it
-- has one), 'form' ("ours", or the published one that it speaks), 'rtt'
-- and 'heard' (seconds of its last probe, and since anything came from it;
-- nil: none yet), 'outbox_messages', 'outbox_bytes'.
function node:stats()
  open(self, "stats")
  return statistics(self)
end

-- node:is_connected() -> whether there is any member.
function node:is_connected()
  check.self(self, meta, "is_connected", "node")
  return not core.isclosed(self) and core.isconnected(self)
end

-- node:help() -> text: what can be done with it.
function node:help()
  check.self(self, meta, "help", "node")
  return help.node(node)
end

function meta.__tostring(self)
  return ("gop2p node %s%s"):format(values.described(core.self(self)),
    core.isclosed(self) and " (stopped)" or "")
end

return node
