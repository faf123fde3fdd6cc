-- network.lua - a network in memory, on virtual time, for tests of bots.
--
-- It takes the place of the process's loop while it is open: all that waits
-- with gop2p waits on its clock.

local check = require "gop2p.check"
local conversation = require "gop2p.testing.conversation"
local core = require "gop2p.core"
local failure = require "gop2p.testing.failure"
local program = require "gop2p.testing.program"
local receipt = require "gop2p.receipt"
local scheduler = require "gop2p.scheduler"
local unread = require "gop2p.unread"
local user = require "gop2p.testing.user"
local values = require "gop2p.values"

local network = {}
local methods = {}
local meta = { __index = methods, __name = "gop2p.testing.network" }

local STILL = 100000   -- turns at one moment, after which it is a loop
local JOINING = 3      -- seconds that a bot has to join somebody by itself
local SETTLING = 0.1   -- seconds that it has to go on from there
local ASKING = 5       -- seconds for one entry point

local current          -- the network that is open, or nil

-- What a network takes the place of while it is open.
local outside = { start = core.start, post = core.post, warn = unread.warn }

-- Every node that a program starts is the network's, and all that is sent
-- stands in the conversation.
local function start(address, port, options)
  local run, net = scheduler.program(), current
  if run then net:makeway(address, port) end
  local node, err = outside.start(address, port, options)
  if node and run then
    table.insert(run.nodes, node)
    net:adopt(run.program.name, node)
  end
  return node, err
end

local function post(node, data, list)
  local rec, err = outside.post(node, data, list)
  if rec then current:said(node, data, list) end
  return rec, err
end

local function warnof(node, text)
  current.conversation:note(current:nameof(core.self(node)) .. " ! " .. text)
end

local function interpose(whether)
  core.start = whether and start or outside.start
  core.post = whether and post or outside.post
  unread.warn = whether and warnof or outside.warn
end

-- A silent member at an entry point's address.
local function openlobby(net, peer)
  local lobby = user.new(net, tostring(peer), peer)
  assert(user.open(lobby))
  net.lobbies[#net.lobbies + 1] = lobby
  net.parts[lobby.name] = lobby
end

-- network.open(options) -> network; see testing.network.
function network.open(options)
  if current then current:close() end
  core.simulate(options.seed, options.start)
  local net = setmetatable({
    seed = options.seed, entry = options.entry, began = options.start,
    conversation = conversation.new(options.keep),
    parts = {}, programs = {}, lobbies = {}, names = {}, sides = false,
    runs = 0, problem = false, still = 0,
  }, meta)
  net.conversation.net = net
  current = net
  interpose(true)
  core.latency(table.unpack(options.latency))
  core.loss(options.loss)
  for _, peer in ipairs(net.entry) do openlobby(net, peer) end
  return net
end

-- net:close(): all that is in it is gone; the loop is the process's again.
-- Any number of times.
function methods:close()
  check.self(self, meta, "close", "network")
  if self ~= current then return end
  for _, part in ipairs(self.programs) do program.close(part) end
  interpose(false)
  core.endsimulation()
  current = nil
end

meta.__close = methods.close
meta.__gc = methods.close

function meta.__tostring(self)
  return self == current and "simulated network" or
         "simulated network (closed)"
end

local function open(self, name)
  check.self(self, meta, name, "network", 1)
  if self ~= current then
    error(("'%s': the network is closed"):format(name), 3)
  end
end

-- The parts of the kit call what follows; tests do not.

function methods:isopen()
  return self == current
end

function methods:number()
  self.runs = self.runs + 1
  return self.runs
end

-- A program has failed: the next call of the test raises it.
function methods:failed(part, problem)
  if part.options.may_fail then return end
  self.problem = self.problem or
                 ("%s has failed: %s"):format(part.name, problem)
end

-- Raises for the test, as error(text, level) would where this is called.
function methods:raise(text, level)
  failure(text .. "\n" .. self.conversation:appendix(), level + 1)
end

function methods:check(level)
  local problem = self.problem
  self.problem = false
  if problem then self:raise(problem, level + 1) end
end

function methods:nameof(peer)
  return self.names[tostring(peer)] or tostring(peer)
end

-- Lets the next things happen, until 'deadline' at most.
function methods:pass(deadline)
  local before = core.now()
  scheduler.turn(deadline - before)
  self.still = core.now() == before and self.still + 1 or 0
  if self.still > STILL then
    self.still = 0
    self:raise("somebody computes without ever waiting: time stands still",
               3)
  end
end

-- Lets time pass until 'done' says so, or for 'seconds'.
function methods:await(done, seconds)
  local deadline = core.now() + seconds
  while not done() and core.now() < deadline do self:pass(deadline) end
end

local function sideof(self, name)
  return self.sides[name] or self.sides.rest
end

function methods:adopt(name, node)
  self.names[tostring(core.self(node))] = name
  if self.sides then core.side(node, sideof(self, name)) end
end

function methods:open(name, peer)
  local node, err = outside.start(peer.address, peer.port, {})
  if node then self:adopt(name, node) end
  return node, err
end

-- Who starts a node where a silent member is takes its place.
function methods:makeway(address, port)
  for _, lobby in ipairs(self.lobbies) do
    local peer = lobby.address
    if lobby.node and peer.address == address and peer.port == port then
      lobby:kill()
    end
  end
end

function methods:said(node, data, list)
  local name = self:nameof(core.self(node))
  local to = ""
  if list then
    local names = {}
    for i, peer in ipairs(list) do names[i] = self:nameof(peer) end
    to = " to " .. table.concat(names, ", ")
  end
  self.conversation:note(name .. to .. ": " .. data)
  self.conversation:add(name, "say", data)
end

local function join(node, peer)
  local rec, err = core.connect(node, peer, ASKING)
  if not rec then return nil, err end
  receipt.settle(rec, scheduler.deadline(2 * ASKING))
  err = receipt.failure(rec)
  return err == nil, err
end

local function nodesof(part)
  return getmetatable(part).__name == "gop2p.testing.user" and
         user.nodes(part) or program.nodes(part)
end

-- Where a newcomer can join: the entry points, then anybody.
local function entries(self, own)
  local list = table.move(self.entry, 1, #self.entry, 1, {})
  for _, part in ipairs(self.everybody or {}) do
    for _, node in ipairs(nodesof(part)) do
      if node ~= own then list[#list + 1] = core.self(node) end
    end
  end
  return list
end

-- Joins through 'peer', or through whoever is there. True also when nobody
-- is.
function methods:enter(node, peer)
  if peer then return join(node, peer) end
  for _, entry in ipairs(entries(self, node)) do
    if entry ~= core.self(node) and join(node, entry) then break end
  end
  return true
end

local function lists(node, other)
  for _, peer in ipairs(core.members(node)) do
    if peer == core.self(other) then return true end
  end
  return false
end

-- Whether a node and all that it has been told of list each other.
local function isin(self, node)
  for _, peer in ipairs(core.stats(node).peers) do
    if peer.state == "candidate" then return false end
  end
  for _, part in ipairs(self.everybody or {}) do
    for _, other in ipairs(nodesof(part)) do
      if lists(node, other) and not lists(other, node) then return false end
    end
  end
  return core.isconnected(node)
end

-- A program has been started: it joins the others, or they join it.
function methods:settle(part, level)
  local function joined()
    for _, node in ipairs(program.nodes(part)) do
      if isin(self, node) then return true end
    end
    return part.status ~= "running"
  end
  self:await(joined, JOINING)
  local node = not joined() and program.nodes(part)[1]
  if node then self:enter(node) end
  self:await(function() return self.problem end, SETTLING)
  self:check(level + 1)
end

-- The peer that a name, a bot, a user or anything else stands for.
function methods:peerof(who)
  local part = type(who) == "table" and who or self.parts[who]
  local kind = getmetatable(part)
  if kind and kind.__index and kind.__index.peer then
    local peer = part:peer()
    return peer, peer == nil and part.name .. " has no node" or nil
  end
  local peer, why = values.topeer(who)
  if peer then return peer end
  return nil, type(who) == "string" and self:unknown(who) or why
end

function methods:unknown(name)
  local names = {}
  for i, part in ipairs(self.everybody or {}) do names[i] = part.name end
  return ("nobody is called '%s' here; there are: %s"):format(
    name, table.concat(names, ", "))
end

local function enlist(self, part)
  self.everybody = self.everybody or {}
  table.insert(self.everybody, part)
  self.parts[part.name] = part
end

local function checkname(self, name, arg, what)
  check.that(type(name) == "string" and name:find("^[%w._-]+$"), arg, what,
             "name of letters, digits, '.', '_' and '-' expected", 1)
  check.that(not self.parts[name], arg, what,
             ("'%s' is there already"):format(name), 1)
end

-- net:bot(path [, options]) -> bot
--
-- Starts a script, as "lua path" would, and waits until it is a member of
-- the network, three seconds at most: who has joined nobody by then is
-- joined by the others. options: name (of the file), args (a list), env
-- (variables of the environment; false: not set), and may_fail: that it ends
-- with an error is part of the test, and else raised by the next call.
function methods:bot(path, options)
  open(self, "bot")
  path = check.string(path, 1, "bot")
  options = check.table(options, 2, "bot") or {}
  local name = options.name or path:match("([^/]*)$"):gsub("%.lua$", "")
  checkname(self, name, 2, "bot")
  local part = program.new(self, name, path, options)
  enlist(self, part)
  table.insert(self.programs, part)
  local started, why = program.start(part)
  if not started then error(why, 2) end
  self:settle(part, 2)
  return part
end

-- net:user(name [, options]) -> user
--
-- Somebody whom the test has in hand, with a node of that name: "ann:5000".
-- options: address ("host:port"), and join: through whom, when there is more
-- than one network.
function methods:user(name, options)
  open(self, "user")
  checkname(self, name, 1, "user")
  options = check.table(options, 2, "user") or {}
  local peer, why = values.topeer(options.address or name .. ":5000")
  check.that(peer, 2, "user", why)
  local through
  if options.join then
    through, why = self:peerof(options.join)
    check.that(through, 2, "user", why)
  end
  local part = user.new(self, name, peer, through)
  local opened, err = user.open(part)
  if not opened then error(tostring(err), 2) end
  enlist(self, part)
  opened, err = self:enter(part.node, through)
  if not opened then error(tostring(err), 2) end
  self:check(2)
  return part
end

-- Seconds until the time of day "HH:MM" or "HH:MM:SS" comes next.
local function untilclock(text)
  local hour, min, sec = text:match("^(%d%d?):(%d%d):?(%d*)$")
  if not hour then return nil end
  local now = core.time()
  local day = os.date("*t", math.floor(now))
  day.hour, day.min, day.sec = tonumber(hour), tonumber(min),
                               tonumber(sec) or 0
  day.isdst = nil
  local at = os.time(day)
  if at <= now then
    day.day, day.isdst = day.day + 1, nil
    at = os.time(day)
  end
  return at - now
end

-- net:advance(seconds | "HH:MM"): lets time pass, or until it is that time
-- of day next.
function methods:advance(time)
  open(self, "advance")
  local seconds = type(time) == "string" and untilclock(time) or
                  check.timeout(time, 1, "advance")
  check.that(seconds, 1, "advance",
             "seconds or a time of day such as 09:00 expected")
  self:await(function() return self.problem end, seconds)
  self:check(2)
end

-- net:now() -> virtual seconds since 1970, as os.time of the bots gives
function methods:now()
  open(self, "now")
  return core.time()
end

local function nameofpart(self, part, arg)
  local name = type(part) == "table" and part.name or part
  check.that(self.parts[name], arg, "partition",
             self:unknown(tostring(name)), 2)
  return name
end

local function setsides(self, lists)
  self.sides = { rest = #lists + 1 }
  for i, list in ipairs(lists) do
    for _, part in ipairs(type(list) == "table" and not list.name and list
                          or { list }) do
      self.sides[nameofpart(self, part, i)] = i
    end
  end
  for name, part in pairs(self.parts) do
    for _, node in ipairs(nodesof(part)) do
      core.side(node, sideof(self, name))
    end
  end
end

-- net:partition(names, ...)
--
-- What is sent between the sides is lost from now on. Each list of bots and
-- users is a side, and all others are one more.
function methods:partition(...)
  open(self, "partition")
  local lists = table.pack(...)
  check.that(lists.n > 0, 1, "partition", "list of names expected")
  core.mend()
  setsides(self, lists)
  for from = 1, self.sides.rest do
    for to = 1, self.sides.rest do
      if from ~= to then core.cut(from, to) end
    end
  end
  self.conversation:note("* the network is partitioned")
end

-- net:heal(): no partition and no loss any more.
function methods:heal()
  open(self, "heal")
  core.mend()
  core.loss(0)
  self.sides = false
  self.conversation:note("* the network is whole")
end

-- net:loss(share): of all messages, from 0 to 1, that are lost from now on
function methods:loss(share)
  open(self, "loss")
  check.that(type(share) == "number" and share >= 0 and share <= 1, 1,
             "loss", "share from 0 to 1 expected")
  core.loss(share)
  self.conversation:note(("* %g %% of the messages are lost")
                         :format(share * 100))
end

-- net:latency(seconds [, most]): that a message takes from now on
function methods:latency(least, most)
  open(self, "latency")
  least = check.timeout(least, 1, "latency")
  check.that(least, 1, "latency", "number of seconds expected")
  most = check.timeout(most, 2, "latency") or least
  core.latency(least, most)
end

-- net:said_by(name) -> list of texts
--
-- What a bot or a user has sent so far, to everybody or to one, for
-- testing.expect to look through.
function methods:said_by(who)
  check.self(self, meta, "said_by", "network")
  local name = type(who) == "table" and who.name or who
  check.that(self.parts[name], 1, "said_by", self:unknown(tostring(name)))
  return self.conversation:view(name, "say")
end

-- net:transcript() -> text: all that happened, with virtual time stamps
function methods:transcript()
  check.self(self, meta, "transcript", "network")
  return self.conversation:text()
end

-- net:stats() -> steps of the simulation so far, requests made in it
function methods:stats()
  open(self, "stats")
  local steps, requests = core.simulated()
  return { steps = steps, requests = requests }
end

return network
