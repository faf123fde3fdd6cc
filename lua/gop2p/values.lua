-- values.lua - peers, messages and errors: plain tables that can be shown,
-- compared and joined to strings.

local core = require "gop2p.core"
local neutral = require("gop2p.text").neutral

local values = {}

local function concat(a, b)
  return tostring(a) .. tostring(b)
end

local function hostof(peer)
  local address = tostring(peer.address)
  return address:find(":", 1, true) and "[" .. address .. "]" or address
end

local peermeta = core.peermeta
peermeta.__concat = concat

-- values.endpoint(peer) -> "host:port": where it is reached, whatever it is
-- called. What a peer is told from others by.
function values.endpoint(peer)
  return ("%s:%s"):format(hostof(peer), peer.port)
end

-- values.distinct() -> function(peer) -> boolean: whether it was given none
-- before that is reached at the same place.
function values.distinct()
  local seen = {}
  return function(peer)
    local where = values.endpoint(peer)
    local new = not seen[where]
    seen[where] = true
    return new
  end
end

-- values.described(peer) -> "ann (host:port)", or without a name "host:port":
-- where the address matters.
function values.described(peer)
  if peer.name == nil then return values.endpoint(peer) end
  return ("%s (%s)"):format(peer.name, values.endpoint(peer))
end

-- values.handle(peer) -> the shortest text that means this peer where one is
-- taken: its name, if no other has the same, or "host:port".
function values.handle(peer)
  if peer.show_address then return values.endpoint(peer) end
  return tostring(peer)
end

function peermeta.__tostring(peer)
  if peer.name == nil then return values.endpoint(peer) end
  return peer.show_address and values.described(peer) or tostring(peer.name)
end

function peermeta.__eq(a, b)
  return a.address == b.address and a.port == b.port
end

-- By the bytes of their addresses, then by port.
peermeta.__lt = neutral(function(a, b)
  if a.address == b.address then return a.port < b.port end
  return a.address < b.address
end)

function peermeta.__le(a, b)
  return not (b < a)
end

local messagemeta = core.messagemeta
messagemeta.__concat = concat

function messagemeta.__tostring(msg)
  return ("[%s] %s"):format(msg.from, msg.data)
end

function messagemeta.__eq(a, b)
  return a.type == b.type and a.data == b.data and a.from == b.from
end

local errormeta = core.errormeta
errormeta.__concat = concat

function errormeta.__tostring(err)
  local text = ("%s error: %s: %s"):format(err.kind, err.text, err.cause)
  if err.status then
    text = ("%s (status %d)"):format(text, err.status)
  end
  return text
end

function errormeta.__eq(a, b)
  return tostring(a) == tostring(b) and a.message == b.message
end

local eventmeta = core.eventmeta
eventmeta.__concat = concat

function eventmeta.__tostring(event)
  if event.former then
    return ("%s is now %s"):format(event.former, event.peer)
  end
  local text = ("%s %s"):format(event.peer, event.type)
  return event.reason and text .. ": " .. event.reason.cause or text
end

-- An error made here rather than by the core.
function values.error(kind, code, text, cause)
  return setmetatable(
    { kind = kind, code = code, text = text, cause = cause }, errormeta)
end

-- The error for a wait that took too long.
function values.timedout(text)
  return values.error("connection", "ETIMEDOUT", text, "no response in time")
end

-- The error for a wait that the end of the node cut short.
function values.stopped(text)
  return values.error("internal", "ECANCELED", text, "the node was stopped")
end

local function makepeer(address, port)
  if type(address) ~= "string" then
    return nil, "address: string expected, got " .. type(address)
  end
  if math.type(port) ~= "integer" then
    port = type(port) == "number" and math.tointeger(port) or port
  end
  if math.type(port) ~= "integer" then
    return nil, "port: integer expected, got " .. tostring(port)
  end
  if port < 1 or port > 65535 then
    return nil, ("port out of range: %d (1 to 65535)"):format(port)
  end
  if address == "" then return nil, "empty address" end
  local peer = core.peer(address, port)
  if peer then return peer end
  local fault = core.addressfault(address)
  return nil, ("not an address: %q%s"):format(address,
                fault and " (" .. fault .. ")" or "")
end

values.makepeer = makepeer

-- A peer that a node can be: others reach its address. Else nil and why.
function values.makeself(address, port)
  local fault = type(address) == "string" and core.addressfault(address)
  if fault then
    return nil, ("nobody can reach %s: %s"):format(address, fault)
  end
  return makepeer(address, port)
end

-- Whether it can be the path of a file.
function values.ispath(value)
  return type(value) == "string" and value ~= "" and
         not value:find("\0", 1, true)
end

-- The text without one outer pair of brackets, as a sender is printed.
local function unbracketed(text)
  return text:match("^%[(.*)%]$") or text
end

-- values.toname(value) -> the name that is meant, if it can be one, or nil
function values.toname(value)
  local name = type(value) == "string" and unbracketed(value)
  return name and core.isname(name) and name or nil
end

-- The name and the "host:port" in "ann (host:port)", or nil.
local function parts(text)
  local name, endpoint = text:match("^([^ ]+) %(([^ ]+)%)$")
  if name and core.isname(name) then return name, endpoint end
end

-- values.named(value) -> the name that stands beside an address, or nil
function values.named(value)
  return type(value) == "string" and parts(unbracketed(value)) or nil
end

-- Also as a person is shown it: "[host:port]", "ann (host:port)".
local function parsepeer(given)
  local text = unbracketed(given)
  local _, endpoint = parts(text)
  text = endpoint or text
  if text:find("^%d+$") then
    return makepeer("localhost", math.tointeger(text) or 0)
  end
  local host, port = text:match("^(.*):(%d+)$")
  if not host then
    return nil, ("not a peer: %q (\"host:port\" expected)"):format(given)
  end
  if host:find(":", 1, true) and not host:find("^%[.*%]$") then
    return nil, ("not a peer: %q (write [::1]:5000)"):format(given)
  end
  return makepeer(host, math.tointeger(port) or 0)
end

-- The peer that 'value' stands for: a peer, "host:port", the number of a
-- local port, or any table with 'address' and 'port'. It has no name. Else
-- nil and why. (Names of members: whom.lua.)
function values.topeer(value)
  if getmetatable(value) == peermeta then
    return makepeer(value.address, value.port)
  elseif type(value) == "string" then
    return parsepeer(value)
  elseif type(value) == "number" then
    return makepeer("localhost", value)
  elseif type(value) == "table" and value.address ~= nil then
    return makepeer(value.address, value.port)
  end
  return nil, "peer expected, got " .. type(value)
end

-- A list of peers for one peer or a list of them. Else nil and why.
function values.topeers(value)
  if type(value) ~= "table" or value.address ~= nil then
    local peer, why = values.topeer(value)
    return peer and { peer }, why
  end
  local list = {}
  for i = 1, #value do
    local peer, why = values.topeer(value[i])
    if not peer then return nil, ("item %d: %s"):format(i, why) end
    list[i] = peer
  end
  if #list == 0 then return nil, "the list has no peer" end
  return list
end

return values
