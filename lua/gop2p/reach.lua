-- reach.lua - at which address others reach this machine, and who is on it.
--
-- The kernel knows: its routes say which address this machine has on the way
-- to another (core.source), and nothing is sent for that. In a simulated
-- network there is no kernel to ask, and everybody reaches everybody.

local core = require "gop2p.core"
local scheduler = require "gop2p.scheduler"
local system = require "gop2p.system"
local values = require "gop2p.values"

local reach = {}

local LOCAL <const> = "localhost"
local TIMEOUT = 5    -- seconds for looking up names, if not said

-- Addresses for documentation (RFC 5737, RFC 3849): the way there is the
-- default route.
local FAR = { "192.0.2.1", "2001:db8::1" }

-- How good an address is that leads to a peer.
local LOOPBACK, HERE, ELSEWHERE = 0, 1, 2

-- The address of a node that is in a network of this machine.
reach.LOCAL = LOCAL

core.lookupmeta.__close = core.endlookup

-- The numeric addresses of a host, or nil, err. Waits for name servers.
local function addresses(host, deadline)
  local known = core.addresses(host)
  if known then return known end
  local lookup <close>, number = core.lookup(host)
  if not lookup then return nil, number end
  if not scheduler.wait(number, deadline) then
    return nil, values.timedout("could not look up a name")
  end
  return core.found(lookup)
end

-- The address of this machine on the way to a peer, by the first of its
-- addresses that a way leads to, and where the peer is; or nil, err.
local function way(peer, deadline)
  local list, err = addresses(peer.address, deadline)
  for _, address in ipairs(list or {}) do
    if core.isinternal(address) then return LOCAL, LOOPBACK end
    local source, same = core.source(address)
    if source then return source, same and HERE or ELSEWHERE end
    err = err or same
  end
  err.text, err.peer = "could not join through " .. tostring(peer), peer
  err.cause = core.addressfault(peer.address) or err.cause
  return nil, err
end

-- reach.late(peer) -> the error when it has not responded in time
function reach.late(peer)
  local err = values.timedout("could not join through " .. tostring(peer))
  err.peer = peer
  return err
end

-- reach.left(deadline) -> the seconds until then
function reach.left(deadline)
  return math.max(deadline - core.now(), 0)
end

-- reach.towards(peers [, timeout]) -> address | nil, err
--
-- Where others reach a node that is to join through one of the peers: this
-- machine's address on the way to the first that is elsewhere; else to one
-- that is here under an address of this machine; "localhost" for loopback.
-- What needs no look-up is tried first; the names have 'timeout' seconds
-- together. Without any peer it is "localhost".
function reach.towards(peers, timeout)
  if system.simulated or #peers == 0 then return LOCAL end
  local best, source, err = -1, nil, nil
  local deadline = scheduler.deadline(timeout or TIMEOUT)
  for _, named in ipairs { false, true } do
    for _, peer in ipairs(peers) do
      local isnamed = core.addresses(peer.address) == nil
      if isnamed == named and best < ELSEWHERE and
         (not named or core.now() < deadline) then
        local found, place = way(peer, deadline)
        if not found then
          err = place
        elseif place > best then
          best, source = place, found
        end
      end
    end
  end
  if source then return source end
  return nil, err or reach.late(peers[1])
end

-- reach.default() -> address | nil, err: that on the way to everybody else.
function reach.default()
  if system.simulated then return LOCAL end
  for _, far in ipairs(FAR) do
    local source = core.source(far)
    if source then return source end
  end
  return nil, values.error("connection", "EADDRNOTAVAIL",
    "could not start a node",
    "no default route leads to others: name an address of this machine")
end

-- reach.islocal(node) -> whether others reach it from this machine alone
function reach.islocal(self)
  return not system.simulated and core.isinternal(core.self(self).address)
end

-- reach.check(node, peer [, timeout]) -> true | nil, err
--
-- Whether a node can be in a network with a peer: what only this machine
-- reaches cannot be answered from elsewhere. Waits while a name is looked
-- up.
function reach.check(self, peer, timeout)
  if not reach.islocal(self) then return true end
  local source, place = way(peer, scheduler.deadline(timeout or TIMEOUT))
  if core.isclosed(self) then
    return nil, values.stopped("could not join through " .. tostring(peer))
  elseif source and place ~= ELSEWHERE then
    return true
  elseif not source and
         (place.code == "ENOTFOUND" or place.code == "ETIMEDOUT") then
    return nil, place
  end
  local err = values.error("connection", "EADDRNOTAVAIL",
    "could not join through " .. tostring(peer), core.only_here)
  err.peer = peer
  return nil, err
end

return reach
