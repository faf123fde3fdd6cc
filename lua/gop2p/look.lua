-- look.lua - who is in a network, seen by a node that does not join it.

local core = require "gop2p.core"
local receipt = require "gop2p.receipt"
local retry = require "gop2p.retry"
local scheduler = require "gop2p.scheduler"
local values = require "gop2p.values"

local look = {}

-- Seconds until a list is given once more.
look.PAUSE = 1.05

-- The first pause between two tries, before jitter.
local FIRST = look.PAUSE / (1 - retry.JITTER)

local PATIENCE = 1   -- seconds for one of the members to respond
local AT_ONCE = 256  -- members that are asked at the same time

local DAY = 86400

local function late(peer)
  local err = values.timedout("could not look at " .. tostring(peer))
  err.peer = peer
  return err
end

-- What came of asking: true, or nil and the error.
local function settle(rec, peer, deadline)
  if not receipt.settle(rec, deadline) then return nil, late(peer) end
  local err = receipt.failure(rec)
  return not err, err
end

-- The peer and those whom it lists, each once, as many as a network may have
-- members; and how many more it lists.
local function bounded(self, peer, listed)
  local most, isnew = core.maxmembers(self), values.distinct()
  local list, more = { peer }, 0
  isnew(peer)
  for _, each in ipairs(listed) do
    if isnew(each) then
      if #list < most then list[#list + 1] = each else more = more + 1 end
    end
  end
  return list, more
end

-- look.once(node, peer, deadline) -> list of peers, more | nil, err
--
-- The peer, by the name that it gives itself, and those whom it lists. Where
-- the list is longer than the node may have members it is cut, and so many
-- 'more' are left out. EBUSY: it has done so for this node a moment ago, or
-- too many ask. EVERSION: it does not list anybody for one that does not
-- join.
function look.once(self, peer, deadline)
  local left = math.min(math.max(deadline - core.now(), 0.001), DAY)
  local rec, err = core.look(self, peer, left)
  if not rec then return nil, err end
  local ok
  ok, err = settle(rec, peer, deadline)
  if core.isclosed(self) then
    return nil, values.stopped("could not look at " .. tostring(peer))
  elseif not ok then
    return nil, err
  end
  local list = core.listed(rec)
  if not list then
    err = values.error("connection", "EVERSION",
      "could not look at " .. tostring(peer),
      "it lists its members only for those that join")
    err.peer = peer
    return nil, err
  end
  return bounded(self, core.announced(rec) or peer, list)
end

-- look.list(node, peer, deadline) -> list of peers, more | nil, err
--
-- The same, tried again while it is too soon, or too many ask.
function look.list(self, peer, deadline)
  local list, more = look.once(self, peer, deadline)
  local function over()
    return list or more.code ~= "EBUSY" or core.isclosed(self)
  end
  local left = deadline - core.now() - FIRST
  if over() or left <= 0 then return list, more end
  retry.new(FIRST):run(function()
    if not core.isclosed(self) then
      list, more = look.once(self, peer, deadline)
    end
    return over()
  end, left)
  return list, more
end

-- A member is asked who it is. The node itself, which may be one, is not.
local function ask(self, peer)
  if core.isclosed(self) then
    return { peer = peer,
             error = values.stopped("could not look at " .. tostring(peer)) }
  elseif peer == core.self(self) then
    return { peer = core.self(self), took = 0 }
  end
  local rec, err = core.askwho(self, peer, PATIENCE)
  return { peer = peer, receipt = rec, error = err }
end

-- What came of that.
local function conclude(one, deadline)
  local peer, took, err = one.peer, one.took, one.error
  if one.receipt then
    local ok
    ok, err = settle(one.receipt, peer, deadline)
    if ok then
      peer, took = core.announced(one.receipt) or peer, core.took(one.receipt)
    end
  end
  return { peer = peer, name = peer.name, rtt = took, error = err,
           state = err and "suspected" or "alive" }
end

-- look.at(node, peers) -> list
--
-- Each of them, with its 'name', 'state' and 'rtt', or the 'error': they are
-- asked now, which takes a second at most for as many as are asked at once.
-- One that is listed by several names comes once, by that which it gives
-- itself.
function look.at(self, peers)
  local list, seen, isnew = {}, {}, values.distinct()
  for first = 1, #peers, AT_ONCE do
    local last = math.min(first + AT_ONCE - 1, #peers)
    local deadline = scheduler.deadline(PATIENCE)
    for i = first, last do list[i] = ask(self, peers[i]) end
    for i = first, last do list[i] = conclude(list[i], deadline) end
  end
  for _, one in ipairs(list) do
    if isnew(one.peer) then seen[#seen + 1] = one end
  end
  return seen
end

return look
