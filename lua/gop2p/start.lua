-- start.lua - nodes from their start until they have joined.
--
-- A node that is told its address keeps it. One that is not, a roaming one,
-- is where the way to its entry point begins, as the kernel says. Over
-- loopback that is "localhost", which is enough for a network of this
-- machine. But the entry point may be a member of a network of several
-- machines, and call itself 10.0.0.5:5000: so it is asked who it is first. An
-- entry point whose name could not be looked up before is so now, too. Where
-- another address comes of that, the node starts anew there: nobody has met
-- it yet. One that somebody has met stays where it is.

local core = require "gop2p.core"
local node = require "gop2p.node"
local prompt = require "gop2p.prompt"
local reach = require "gop2p.reach"
local receipt = require "gop2p.receipt"
local scheduler = require "gop2p.scheduler"
local signals = require "gop2p.signals"
local state = require "gop2p.state"
local system = require "gop2p.system"
local unread = require "gop2p.unread"
local values = require "gop2p.values"

local start = {}

local TIMEOUT = 5    -- seconds until it is known where to join, if not said

local roaming = setmetatable({}, { __mode = "k" })  -- node -> port, options

local function complete(options, listen)
  local given = { listen = listen }
  for key, value in pairs(options) do given[key] = value end
  given.state = nil
  return given
end

-- It listens where it is reached.
local function listenof(address)
  return address == reach.LOCAL and "localhost" or "*"
end

-- start.at(address, port, options [, listen [, roams]]) -> node | nil, err
--
-- A node that serves. 'options' were checked; 'listen': where it does unless
-- they say otherwise; 'roams': it was not told its address.
function start.at(address, port, options, listen, roams)
  local self, err = system.start(address, port, complete(options, listen))
  if not self then return nil, err end
  unread.watch(self)
  signals.opened(self)
  if not system.simulated then prompt.opened(self) end
  if roams then roaming[self] = { port = port, options = options } end
  if options.state then
    state.keep(self, options.state, {
      port = port == 0 and not options.listen_port, address = roams,
    }, options.name)
  end
  return self
end

-- start.roaming(peers, port, options, timeout) -> node | nil, err
--
-- The same for one that was not told its address, and will join through one
-- of the peers: it is where the way to them begins, or to those that its
-- state file names. 'timeout': seconds for looking up the names of peers, as
-- in reach.towards. None of them has to be there; what is not found yet shows
-- at the join.
function start.roaming(peers, port, options, timeout)
  local address = reach.towards(peers, timeout) or reach.LOCAL
  if address == reach.LOCAL and options.state then
    address = reach.towards(state.peers(options.state), 0) or address
  end
  return start.at(address, port, options, listenof(address), true)
end

-- Starts a node anew, with the name that it has and those whom it knows;
-- after an error it is closed.
local function move(self, address)
  local own = roaming[self]
  local options = complete(own.options, listenof(address))
  local known, left = core.known(self)
  options.name = core.self(self).name
  state.save(self)
  unread.keep(self)
  local ok, err = core.restart(self, address, own.port, options)
  if not ok then
    node.close(self)
    return nil, err
  end
  core.resume(self, known, left)
  return true
end

-- What an entry point calls itself, or nil where it does not say; false, err
-- where it does not respond in time.
local function ask(self, peer, deadline)
  local left = math.max(reach.left(deadline), 0.001)
  local rec, err = core.askwho(self, peer, math.min(left, 86400))
  if not rec then return false, err end
  if receipt.settle(rec, deadline) then return core.announced(rec) end
  return false, reach.late(peer)
end

-- The address of a node that is to join through the peer.
local function findaddress(self, peer, deadline)
  local address, err = reach.towards({ peer }, reach.left(deadline))
  if address ~= reach.LOCAL or core.isclosed(self) then
    return address, err
  end
  local who
  who, err = ask(self, peer, deadline)
  if who == false then return nil, err end
  if not who or core.isinternal(who.address) then return address end
  return reach.towards({ who }, reach.left(deadline)) or address
end

-- Before anybody has met it, a node can be anywhere.
local function approach(self, peer, deadline)
  if not reach.islocal(self) then return true end
  local address, err = findaddress(self, peer, deadline)
  if core.isclosed(self) then
    return nil, values.stopped("could not join through " .. peer)
  elseif not address then
    return nil, err
  elseif address == reach.LOCAL or core.isconnected(self) then
    return true
  end
  return move(self, address)
end

-- Until what it gives is closed, other calls wait here: a node moves for one
-- entry point at a time.
local function alone(own)
  while own.busy do scheduler.wait(own) end
  own.busy = true
  return setmetatable({}, { __close = function()
    own.busy = false
    scheduler.wake(own)
  end })
end

-- Calls a method of the node with one peer and the seconds that are left.
local function enter(method, self, peer, timeout)
  local deadline = scheduler.deadline(timeout or TIMEOUT)
  local _ <close> = roaming[self] and alone(roaming[self]) or nil
  local ok, err = true, nil
  if core.isclosed(self) then
    return nil, values.stopped("could not join through " .. peer)
  end
  if roaming[self] then ok, err = approach(self, peer, deadline) end
  if not ok then return nil, err end
  ok, err = method(self, peer, timeout and reach.left(deadline))
  return ok, err
end

-- start.connect(node, peer [, timeout]) -> true | nil, err
-- start.visit(node, peer [, timeout]) -> true | nil, err
-- start.look(node, peer [, timeout]) -> list | nil, err
--
-- As node:connect(), node:visit() and node:look() with one peer, and with the
-- address that this takes if the node roams. One that was closed, also by a
-- move that failed, joins nobody: nil, err.
function start.connect(self, peer, timeout)
  local ok, err = enter(node.connect, self, peer, timeout)
  return ok, err
end

function start.visit(self, peer, timeout)
  local ok, err = enter(node.visit, self, peer, timeout)
  return ok, err
end

function start.look(self, peer, timeout)
  local list, err = enter(node.look, self, peer, timeout)
  return list, err
end

return start
