-- start.lua - nodes from their start until they have joined.
--
-- A node that is told its address keeps it. One that is not, a roaming one,
-- is where the way to its entry point begins, as the kernel says. Over
-- loopback that is "localhost", which is enough for a network of this
-- machine. But the entry point may be a member of a network of several
-- machines: it calls itself 10.0.0.5:5000, or lists others that are
-- elsewhere. Its list shows that only once we have joined; then the node
-- leaves, and starts anew at the address on the way to these. An entry point
-- whose name could not be looked up before is so when it is joined, and the
-- node moves first. Elsewhere than at localhost it never moves again.

local core = require "gop2p.core"
local node = require "gop2p.node"
local prompt = require "gop2p.prompt"
local reach = require "gop2p.reach"
local receipt = require "gop2p.receipt"
local scheduler = require "gop2p.scheduler"
local state = require "gop2p.state"
local system = require "gop2p.system"
local unread = require "gop2p.unread"
local values = require "gop2p.values"

local start = {}

local LEAVE = 1      -- seconds to take leave where it does not stay

local roaming = setmetatable({}, { __mode = "k" })  -- node -> port, options

local function complete(options, listen)
  local given = { listen = listen }
  for key, value in pairs(options) do given[key] = value end
  given.state = nil
  return given
end

-- It listens where it is reached.
local function listenof(address)
  return address == "localhost" and "localhost" or "*"
end

-- start.at(address, port, options [, listen]) -> node | nil, err
--
-- A node that serves. 'options' were checked; 'listen': where it does unless
-- they say otherwise.
function start.at(address, port, options, listen, roams)
  local self, err = system.start(address, port, complete(options, listen))
  if not self then return nil, err end
  unread.watch(self)
  if not system.simulated then prompt.opened(self) end
  if roams then roaming[self] = { port = port, options = options } end
  if options.state then
    state.keep(self, options.state, {
      port = port == 0 and not options.listen_port, address = roams,
    }, options.name)
  end
  return self
end

-- start.roaming(address, port, options) -> node | nil, err
--
-- The same for one that was not told its address: 'address' is the best so
-- far.
function start.roaming(address, port, options)
  return start.at(address, port, options, listenof(address), true)
end

-- Starts a node anew, with the name that it has; after an error it is
-- stopped.
local function move(self, address)
  local own = roaming[self]
  local options = complete(own.options, listenof(address))
  options.name = core.self(self).name
  local ok, err = core.restart(self, address, own.port, options)
  if not ok then node.close(self) end
  return ok, err
end

-- Before the first member is there, a node can be anywhere.
local function approach(self, peer, timeout)
  if core.isconnected(self) or not reach.islocal(self) then return true end
  local address, err = reach.towards({ peer }, timeout)
  if core.isclosed(self) then
    return nil, values.stopped("could not join through " .. tostring(peer))
  end
  if not address then return nil, err end
  if address == "localhost" then return true end
  return move(self, address)
end

local function leave(self)
  local rec = core.leave(self)
  if rec then receipt.settle(rec, scheduler.deadline(LEAVE)) end
end

-- Whether it has moved, for its members are reached elsewhere; nil, err.
local function follow(self, timeout)
  if not reach.islocal(self) then return false end
  local address = reach.towards(core.members(self), timeout)
  if core.isclosed(self) or not address or address == "localhost" then
    return false
  end
  leave(self)
  if core.isclosed(self) then return false end
  return move(self, address)
end

-- Joins, and moves to where others reach it if need be.
local function join(self, peer, timeout)
  local ok, err = approach(self, peer, timeout)
  if ok then ok, err = node.connect(self, peer, timeout) end
  if not ok then return nil, err end
  local moved
  moved, err = follow(self, timeout)
  if moved == nil then return nil, err end
  if moved then return node.connect(self, peer, timeout) end
  return true
end

-- start.connect(node, peer [, timeout]) -> true | nil, err
--
-- As node:connect() through one peer, with the address that this takes if
-- the node roams.
function start.connect(self, peer, timeout)
  local ok, err
  if roaming[self] then
    local _ <close> = reach.unsettle(self)
    ok, err = join(self, peer, timeout)
  else
    ok, err = node.connect(self, peer, timeout)
  end
  return ok, err
end

return start
