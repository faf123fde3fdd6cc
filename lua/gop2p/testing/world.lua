-- world.lua - what a simulated network is made of: who is in it, what each
-- is called, and the time that passes.
--
-- It takes the place of the process's loop while it is open: all that waits
-- with gop2p waits on its clock.

local conversation = require "gop2p.testing.conversation"
local core = require "gop2p.core"
local failure = require "gop2p.testing.failure"
local receipt = require "gop2p.receipt"
local process = require "gop2p.testing.process"
local scheduler = require "gop2p.scheduler"
local system = require "gop2p.system"
local user = require "gop2p.testing.user"
local values = require "gop2p.values"
local waits = require "gop2p.waits"

local world = {}
local methods = {}
local meta = { __index = methods }

local STILL = 100000   -- turns at one moment, after which it is a loop
local JOINING = 3      -- seconds that a bot has to join somebody by itself
local SETTLING = 0.1   -- seconds that it has to go on from there
local TIMEOUT = 5      -- seconds for one entry point

-- Its field 'world' is the one that is open, or nil: there is one in a Lua
-- state, also when this module is loaded again.
local sim = core.sim

-- In the place of gop2p.system while a world is open.
local inside = { simulated = true }

-- Every node that a program starts is the world's.
function inside.start(address, port, options)
  local run = process.running()
  if run then sim.world:makeway(address, port) end
  local node, err = core.start(address, port, options)
  if node and run then
    table.insert(run.nodes, node)
    sim.world:adopt(run.program.name, node)
  end
  return node, err
end

function inside.post(node, data, list, notice)
  return sim.world:post(node, data, list, notice)
end

-- A state file is one of the program's, and begins empty.
function inside.statefile(path)
  local run = process.running()
  if not run then return path end
  run.files:hide(path)
  return run.files:writable(path)
end

-- Signals that a program catches are those that the test sends it.
function inside.catch(name)
  local run = process.running()
  if not run then return core.catch(name) end
  local caught = { name = name, run = run }
  run.catches[caught] = true
  return caught, caught
end

function inside.uncatch(caught)
  if type(caught) ~= "table" then return core.uncatch(caught) end
  caught.run.catches[caught] = nil
end

function inside.outlives()
  return process.running() == nil and core.outlives()
end

function inside.warn(node, text)
  local self = sim.world
  self.conversation:note(self:nameof(core.self(node)) .. " ! " .. text)
end

-- A silent member at an entry point's address.
local function openlobby(self, peer)
  local lobby = user.new(self, values.endpoint(peer), false, peer)
  assert(user.open(lobby))
  self.lobbies[#self.lobbies + 1] = lobby
  self.parts[lobby.name] = lobby
end

local function begin(self, options)
  sim.begin(options.seed, options.start)
  self.uninstall = system.install(inside)
  sim.latency(table.unpack(options.latency))
  sim.loss(options.loss)
  for _, peer in ipairs(self.entry) do openlobby(self, peer) end
end

-- world.open(options) -> world; see testing.network.
function world.open(options)
  if sim.world then sim.world:close() end
  local self = setmetatable({
    seed = options.seed, entry = options.entry,
    conversation = conversation.new(options.keep),
    everybody = {}, parts = {}, lobbies = {}, names = {}, sides = false,
    runs = 0, problem = false, raised = false, still = 0,
    endclock = waits.newclock(), uninstall = function() end,
  }, meta)
  self.conversation.world = self
  sim.world = self
  local ok, problem = pcall(begin, self, options)
  if not ok then
    self:close()
    error(problem, 0)
  end
  return self
end

-- All that is in it is gone; the loop is the process's again. Any number of
-- times.
function methods:close()
  if self ~= sim.world then return end
  for _, part in pairs(self.parts) do part.kind.close(part) end
  self.uninstall()
  sim.finish()
  self.endclock()
  sim.world = nil
end

function methods:isopen()
  return self == sim.world
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

-- What is wrong at the end, unless that is known: a program has failed, or
-- has logged errors that the test does not expect. Else nil.
local function verdict(self)
  if self.raised or self.problem then return self.problem or nil end
  for _, part in ipairs(self.everybody) do
    local errors = part.run and not part.options.may_fail and
                   self.conversation:unexpected(part.name, "log") or {}
    if #errors > 0 then
      return ("%s has logged errors that no expectation has found:\n  %s")
        :format(part.name, table.concat(errors, "\n  "))
    end
  end
end

-- The end of the test: raises what is wrong, as error(text, level) would
-- where this is called. Any number of times.
function methods:finish(level)
  if self ~= sim.world then return end
  local problem = verdict(self)
  self:close()
  self.problem = false
  if problem then self:raise(problem, level + 1) end
end

-- The same of the one that is open, if there is one.
function world.finish(level)
  if sim.world then sim.world:finish(level + 1) end
end

-- Raises for the test, as error(text, level) would where this is called.
function methods:raise(text, level)
  self.raised = true
  failure(text .. "\n" .. self.conversation:appendix(), level + 1)
end

function methods:check(level)
  local problem = self.problem
  self.problem = false
  if problem then self:raise(problem, level + 1) end
end

-- The part that a node is of, by its peer; or nil.
local function partat(self, peer)
  return self.parts[self.names[values.endpoint(peer)]]
end

function methods:nameof(peer)
  return self.names[values.endpoint(peer)] or tostring(peer)
end

-- How the transcript shows a node: by the name of its part, and by its own
-- where that is another one.
local function shown(self, peer)
  local part = partat(self, peer)
  for _, node in ipairs(part and part.kind.nodes(part) or {}) do
    local own = core.self(node)
    if own == peer and own.name and own.name ~= part.name then
      return ("%s (%s)"):format(part.name, own.name)
    end
  end
  return self:nameof(peer)
end

-- Lets the next things happen, until 'deadline' at most.
function methods:pass(deadline)
  local before = core.now()
  scheduler.turn(deadline - before)
  self.still = core.now() == before and self.still + 1 or 0
  if self.still > STILL then
    self.still = 0
    self:raise("a program computes without ever waiting: time stands still",
               3)
  end
end

-- Lets time pass until 'done' says so, or for 'seconds'.
function methods:await(done, seconds)
  local deadline = core.now() + seconds
  for _, part in ipairs(self.everybody) do
    if part.files then part.files:stir() end   -- the test may write files
  end
  while not done() and core.now() < deadline do self:pass(deadline) end
end

local function sideof(self, name)
  return self.sides[name] or self.sides.rest
end

function methods:adopt(name, node)
  self.names[values.endpoint(core.self(node))] = name
  if self.sides then sim.side(node, sideof(self, name)) end
end

-- A node of the test's own, for the part with this name; the node's is
-- 'nodename', or false.
function methods:open(name, peer, nodename)
  local node, err = core.start(peer.address, peer.port,
                               { name = nodename or nil })
  if node then self:adopt(name, node) end
  return node, err
end

-- A node that starts where a silent member is takes its place.
function methods:makeway(address, port)
  for _, lobby in ipairs(self.lobbies) do
    local peer = lobby.address
    if lobby.node and peer.address == address and peer.port == port then
      user.close(lobby)
    end
  end
end

local function said(self, node, data, list)
  local from, to = core.self(node), ""
  if list then
    local names = {}
    for i, peer in ipairs(list) do names[i] = shown(self, peer) end
    to = " to " .. table.concat(names, ", ")
  end
  self.conversation:note(shown(self, from) .. to .. ": " .. data)
  self.conversation:add(self:nameof(from), "say", data)
end

-- Puts a message on its way, as core.post does; all that is sent stands in
-- the conversation.
function methods:post(node, data, list, notice)
  local rec, err = core.post(node, data, list, notice)
  if rec then said(self, node, data, list) end
  return rec, err
end

local function join(node, peer)
  local rec, err = core.connect(node, peer, TIMEOUT)
  if not rec then return nil, err end
  receipt.settle(rec, scheduler.deadline(2 * TIMEOUT))
  err = receipt.failure(rec)
  return err == nil, err
end

-- Where a newcomer can join: the entry points, then anybody.
local function entries(self, own)
  local list = table.move(self.entry, 1, #self.entry, 1, {})
  for _, part in ipairs(self.everybody) do
    for _, node in ipairs(part.kind.nodes(part)) do
      if node ~= own then list[#list + 1] = core.self(node) end
    end
  end
  return list
end

-- Joins through 'peer', or through whoever is there. True also when nobody
-- is; nil and why when it is not let in, for its name is another's.
function methods:enter(node, peer)
  if peer then return join(node, peer) end
  for _, entry in ipairs(entries(self, node)) do
    if entry ~= core.self(node) then
      local joined, err = join(node, entry)
      if joined then break end
      if err.code == "EEXIST" then return nil, err end
    end
  end
  return true
end

-- Whether all that list a node call it by the name that it has.
function methods:isknown(node)
  local own = core.self(node)
  for _, part in ipairs(self.everybody) do
    for _, other in ipairs(part.kind.nodes(part)) do
      for _, peer in ipairs(core.members(other)) do
        if peer == own and peer.name ~= own.name then return false end
      end
    end
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
  for _, part in ipairs(self.everybody) do
    for _, other in ipairs(part.kind.nodes(part)) do
      if lists(node, other) and not lists(other, node) then return false end
    end
  end
  return core.isconnected(node)
end

-- A program has been started: it joins the others, or they join it.
function methods:settle(part, level)
  local function joined()
    for _, node in ipairs(part.kind.nodes(part)) do
      if isin(self, node) then return true end
    end
    return part.status ~= "running"
  end
  self:await(joined, JOINING)
  local node = not joined() and part.kind.nodes(part)[1]
  if node then
    local entered, err = self:enter(node)
    if not entered then
      self.conversation:note(part.name .. " ! " .. tostring(err))
    end
  end
  self:await(function() return self.problem end, SETTLING)
  self:check(level + 1)
end

-- The part with a node of that name, and the node's peer. Else nil, nil and
-- why: no part has one, or several have.
local function called(self, name)
  local part, peer
  local names = {}
  for _, one in ipairs(self.everybody) do
    for _, node in ipairs(one.kind.nodes(one)) do
      local own = core.self(node)
      if own.name == name and part ~= one then
        part, peer = one, own
        names[#names + 1] = one.name
      end
    end
  end
  if #names == 1 then return part, peer end
  return nil, nil, #names == 0 and self:unknown(name) or
         ("several nodes are called '%s': those of %s"):format(
           name, table.concat(names, ", "))
end

-- Whom the test means, by the name of a part, by what it has of one, by the
-- name of a node or by a peer: the part and the peer, of which there may be
-- one without the other. Else nil, nil and why.
local function meant(self, who)
  local name = values.toname(who)
  if type(who) == "table" and who.kind then name = who.name end
  local part = self.parts[name]
  if part then
    local node = part.kind.nodes(part)[1]
    return part, node and core.self(node)
  end
  if name then return called(self, name) end
  local peer, why = values.topeer(who)
  if peer then return partat(self, peer), peer end
  return nil, nil, type(who) == "string" and self:unknown(who) or why
end

-- The part that is meant; or nil and why.
function methods:part(who)
  local part, _, why = meant(self, who)
  if part then return part end
  return nil, why or self:unknown(who)
end

-- The peer that is meant; or nil and why.
function methods:peerof(who)
  local part, peer, why = meant(self, who)
  if peer then return peer end
  return nil, why or part.name .. " has no node"
end

function methods:unknown(name)
  local names = {}
  for i, part in ipairs(self.everybody) do names[i] = part.name end
  return ("nobody is called '%s' here; there are: %s"):format(
    tostring(name), table.concat(names, ", "))
end

-- There is one more, a user or a program.
function methods:enlist(part)
  table.insert(self.everybody, part)
  self.parts[part.name] = part
end

-- Lists of names, each of which is a side; all others are one more.
function methods:divide(sides)
  self.sides = { rest = #sides + 1 }
  for i, names in ipairs(sides) do
    for _, name in ipairs(names) do self.sides[name] = i end
  end
  for name, part in pairs(self.parts) do
    for _, node in ipairs(part.kind.nodes(part)) do
      sim.side(node, sideof(self, name))
    end
  end
  sim.heal()
  for from = 1, self.sides.rest do
    for to = 1, self.sides.rest do
      if from ~= to then sim.cut(from, to) end
    end
  end
end

function methods:unite()
  sim.heal()
  self.sides = false
end

return world
