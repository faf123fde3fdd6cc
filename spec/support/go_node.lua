--[[
go_node - a node as the Go library has it, of any form.

Its members are a list without doubles, in the order in which they came;
equal are those whose address text and port are equal. Nothing is ever
dropped from it but by a disconnect. What its program would learn is told
to 'tell', what it is asked comes in by handle().
]]
local forms = require "go_forms"
local client = require "go_client"
local loop = require "go_loop"
local server = require "go_server"

local Node = {}
Node.__index = Node

-- 'form' is a name of go_forms; 'self' the peer that it says it is.
local function new(form, self, tell)
  return setmetatable({
    form = forms[form], self = self, tell = tell,
    members = {}, connected = false,
    inbox = loop.gate(true), -- shut while the program does not read
  }, Node)
end

local function name(peer)
  if peer == forms.null then return "nil" end
  return peer.address .. ":" .. peer.port
end

local function same(a, b)
  return a == b or (a.address ~= nil and a.address == b.address
                    and a.port == b.port)
end

local function find(self, peer)
  for i, member in ipairs(self.members) do
    if same(member, peer) then return i end
  end
end

local function add(self, peer)
  if not find(self, peer) then self.members[#self.members + 1] = peer end
end

-- The names of all members.
function Node:names()
  local out = {}
  for i, peer in ipairs(self.members) do out[i] = name(peer) end
  return out
end

-- What a Go program does that follows a nil pointer outside of a handler.
local function crash(self)
  self.tell("crashed")
  os.exit(2)
end

local function ok(self, body)
  local fields = {}
  for key, value in pairs(self.form.fields) do fields[key] = value end
  if body then fields["Content-Type"] = "text/plain" end
  return {status = 200, fields = fields, body = body or ""}
end

local received = {}

-- The list as it was before the newcomer.
function received.connect(self, msg)
  local list = self.form.list(self.members)
  add(self, msg.from)
  self.connected = true
  return ok(self, list)
end

function received.disconnect(self, msg)
  local at = find(self, msg.from)
  if at then table.remove(self.members, at) end
  if #self.members == 0 then self.connected = false end
  return ok(self)
end

-- Responds once the program has read it from the inbox, and not before.
function received.broadcast(self, msg)
  self.inbox:pass()
  self.tell(msg.what == "direct" and "direct" or "message",
            name(msg.from), msg.data or "")
  return ok(self)
end

received.direct = received.broadcast

-- The response to a request.
function Node:handle(req)
  local form = self.form
  if form.refuses_itself and req.host == name(self.self) then
    return server.error(400, "You can not connect with yourself.")
  end
  if req.method == "OPTIONS" then return form.options end
  local msg, status, text = form.read(req)
  if not msg then return server.error(status, text, form.fields) end
  if msg.what ~= "connect" and not form.strangers
     and not find(self, msg.from) then
    return server.error(403, "Peer not registered", form.fields)
  end
  return received[msg.what](self, msg)
end

-- One request. Go looks at no status here; a spec may want to know.
local function send(self, req, peer)
  if peer == forms.null then crash(self) end
  local res, err = client.ask(name(peer), req, true)
  if not res then return nil, name(peer) .. ": " .. err end
  if res.status >= 300 then
    self.tell("refused", name(peer), tostring(res.status))
  end
  return true
end

-- To one after the other; stops at the first that cannot be reached.
local function send_all(self, req, peers)
  for _, peer in ipairs(peers) do
    local sent, err = send(self, req, peer)
    if not sent then return nil, err end
  end
  return true
end

local function copy(list)
  return table.move(list, 1, #list, 1, {})
end

local function ask_entry(self, req, entry)
  local res, err = client.ask(name(entry), req)
  if not res then return nil, err end
  if res.status ~= 200 and self.form ~= forms.seed then
    return nil, res.status .. " http status received"
  end
  local list
  list, err = self.form.read_list(res.body)
  return list, err and "error parsing incoming member list: " .. err
end

-- Joins the network of the peer 'entry', under whose name it is then held.
-- True, or nil and why not; whom it greeted before it failed it keeps.
function Node:connect(entry)
  local req = self.form.request("connect", self.self)
  local list, err = ask_entry(self, req, entry)
  if not list then return nil, name(entry) .. ": " .. err end
  for _, peer in ipairs(list) do
    if not same(peer, self.self) then
      local sent, why = send(self, req, peer)
      if not sent then return nil, why end
      add(self, peer)
    end
  end
  self.connected = true
  add(self, entry)
  return true
end

function Node:broadcast(data)
  if not self.connected then return nil, "node not connected" end
  local req = self.form.request("broadcast", self.self, data)
  return send_all(self, req, copy(self.members))
end

-- To every peer of the list 'to', who must be members.
function Node:direct(to, data)
  if not self.form.direct then return nil, "no direct messages" end
  if not self.connected then return nil, "node not connected" end
  local req = self.form.request("direct", self.self, data, to)
  for _, peer in ipairs(to) do
    if not find(self, peer) then
      return nil, name(peer) .. ": target peer is not into the network"
    end
    local sent, err = send(self, req, peer)
    if not sent then return nil, err end
  end
  return true
end

function Node:disconnect()
  if not self.connected then return nil, "node not connected" end
  local req = self.form.request("disconnect", self.self)
  local sent, err = send_all(self, req, copy(self.members))
  if not sent then return nil, err end
  self.members = {}
  self.connected = false
  return true
end

return new
