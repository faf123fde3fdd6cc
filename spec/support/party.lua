--[[
party - nodes of ours and stand-ins of the published programs, with the same
calls for both, for specs in which they stand in one network.

  local party = require "spec.support.party"
  local a <close> = party.start("ours")
  local b <close> = party.start("v1.1.3", "0.0.0.0")
  b:connect("localhost:" .. a.port)
  a:broadcast("Hello")
  assert.same({"message Hello from localhost:5000"}, b:heard())

Peers are told from each other by their addresses, whatever nodes of ours are
called. A call that does not succeed raises. What is said is delivered to
everybody once the call returns, so that heard() is all there is, and a line
too many shows as well as one that is missing; no time has to pass.
]]
local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"

local party = {}

local LIMIT = 5 -- seconds

-- Every published form, under each name that a program on this machine may
-- call itself; the published chat of v1.1.3 calls itself 0.0.0.0.
party.published = {
  {"seed", "localhost"}, {"v1.1.2", "localhost"}, {"v1.1.3", "localhost"},
  {"v1.1.3", "127.0.0.1"}, {"v1.1.3", "0.0.0.0"},
}

local Ours = {}
Ours.__index = Ours

local Go = {}
Go.__index = Go

local function addressof(peer) return tostring(gop2p.peer(peer)) end

-- 'form' is "ours" or a published one. The options are those of the node or
-- of go.start; for ours also port, and address other than localhost.
function party.start(form, address, options)
  address = address or "localhost"
  if form ~= "ours" then
    local given = {kinds = true}
    for key, value in pairs(options or {}) do given[key] = value end
    local peer = go.start(form, address, given)
    return setmetatable({form = form, peer = peer, name = peer.name,
                         port = peer.port}, Go)
  end
  local node
  if address == "localhost" then
    node = assert(gop2p.start_local_node(0, options))
  else
    node = assert(gop2p.start_node(address, 0, options))
  end
  local self = setmetatable({form = form, node = node, late = {},
                             name = addressof(node:self()),
                             port = node:self().port}, Ours)
  gop2p.spawn(function()
    for err in node:errors() do self.late[#self.late + 1] = tostring(err) end
  end)
  return self
end

function Ours:connect(name) assert(self.node:connect(name, LIMIT)) end

function Ours:members()
  local list = {}
  for i, peer in ipairs(self.node:members()) do list[i] = addressof(peer) end
  return list
end

function Ours:broadcast(text)
  assert(assert(self.node:broadcast(text)):wait(LIMIT))
end

function Ours:direct(to, text)
  assert(assert(self.node:send(to, text)):wait(LIMIT))
end

function Ours:leave() assert(self.node:leave(LIMIT)) end

-- What arrived since the last call; errors that nobody waited for, too.
function Ours:heard()
  local list = {}
  local msg = self.node:receive(0)
  while msg do
    local kind = msg.type == "direct" and "direct" or "message"
    list[#list + 1] = ("%s %s from %s"):format(kind, msg.data,
                                               addressof(msg.from))
    msg = self.node:receive(0)
  end
  table.move(self.late, 1, #self.late, #list + 1, list)
  self.late = {}
  return list
end

function Ours:close() self.node:close() end

local function ask(self, command, expected)
  local reply, err = self.peer:ask(command, LIMIT, net.idle)
  if not (reply and reply:match("^" .. expected)) then
    error(("%s %s: %s: %s"):format(self.form, self.name, command,
                                   tostring(reply or err)), 3)
  end
  return reply
end

-- The number of members that it then has.
function Go:connect(name)
  local reply = ask(self, "connect " .. name, "connected ")
  return math.tointeger(tonumber(reply:match("%d+")))
end

function Go:members() return self.peer:members(LIMIT, net.idle) end

function Go:broadcast(text)
  ask(self, "broadcast " .. go.encode(text), "sent")
end

function Go:direct(to, text)
  ask(self, ("direct %s %s"):format(to, go.encode(text)), "sent")
end

function Go:leave() ask(self, "disconnect", "sent") end

-- What arrived since the last call; what was refused to it, too.
function Go:heard()
  self:members() -- whatever came before is there when this responds
  local list = {}
  for i, line in ipairs(self.peer.events) do
    local kind, from, text = line:match("^(%a+) (%S*) ?(.*)$")
    local said = kind == "message" or kind == "direct"
    list[i] = said and ("%s %s from %s"):format(kind, go.decode(text),
                                                go.decode(from)) or line
  end
  self.peer.events = {}
  return list
end

-- Whatever else the stand-in can be told.
function Go:ask(command, expected) return ask(self, command, expected) end

function Go:requests() return self.peer:requests() end

function Go:close() self.peer:close() end

Ours.__close, Go.__close = Ours.close, Go.close

-- Closes all that it holds.
function party.group()
  return setmetatable({}, {__close = function(list)
    for _, one in ipairs(list) do one:close() end
  end})
end

-- Waits until the members of 'one' are exactly these, in any order.
function party.settled(one, names)
  local wanted = table.move(names, 1, #names, 1, {})
  table.sort(wanted)
  wanted = table.concat(wanted, " ")
  local now
  local ok = pcall(net.await, function()
    local list = one:members()
    table.sort(list)
    now = table.concat(list, " ")
    return now == wanted
  end, LIMIT)
  if not ok then
    error(("members of %s: %s; expected %s"):format(one.name, now, wanted),
          2)
  end
end

-- None has a member any more, nor anything left to be heard; or raises what
-- there is.
function party.apart(...)
  for _, one in ipairs({...}) do
    local members, heard = one:members(), one:heard()
    if members[1] or heard[1] then
      error(("%s has members: %s; heard: %s"):format(one.name,
        table.concat(members, " "), table.concat(heard, ", ")), 2)
    end
  end
end

return party
