--[[
session - the stock interpreter on a terminal, with a node called 'node', and
nodes of this process that are in one network with it.

  local session = require "spec.support.session"
  local s = session.new()                 -- closes all it made: s:close()
  local t, visitor, port = s:begin()      -- an empty screen with a prompt
  session.say(visitor, "Hello")           -- and it has its response
]]
local gop2p = require "gop2p"
local net = require "spec.support.net"
local terminal = require "spec.support.terminal"

local session = {}

local Session = {}
Session.__index = Session

session.LUA = os.getenv("LUA") or "lua5.4"

function session.new()
  return setmetatable({}, Session)
end

function Session:keep(thing)
  self[#self + 1] = thing
  return thing
end

-- A terminal; the command is the interpreter unless it is named.
function Session:start(argv, options)
  return self:keep(terminal.start(argv or {session.LUA}, options))
end

-- A node of this process that is joined to the terminal's.
function Session:visitor(port)
  local node = self:keep(assert(gop2p.start_local_node(0)))
  if port then assert(node:connect(port, 5)) end
  return node
end

function session.say(node, text)
  assert(assert(node:broadcast(text)):wait(5))
end

-- The visitor was told that the other one has joined and left, and of nothing
-- else; or raises.
function session.was_told(visitor)
  local seen = net.watch(visitor)
  net.await(function() return #seen >= 2 end)
  for i, what in ipairs {"joined", "left"} do
    if not seen[i]:find(" " .. what .. "$") then
      error(("'... %s' expected, not '%s'"):format(what, seen[i]), 2)
    end
  end
end

-- Starts a node there and wipes the screen; its port.
function session.node(t)
  t:await(">$")
  t:type('gop2p = require "gop2p"', "Enter")
  t:type('node = assert(gop2p.start_local_node(0))', "Enter")
  t:type("node:self().port", "Enter")
  local port = math.tointeger(tonumber((t:await("\n(%d+)\n>$"))))
  t:type("C-l")
  t:await("^>$")
  return port
end

-- All of it: the terminal, a visitor, and the port of the terminal's node.
function Session:begin(options)
  local t = self:start(nil, options)
  local port = session.node(t)
  local node = self:visitor(port)
  t:await("^%* " .. node:self() .. " joined\n>$")
  t:type("C-l")
  t:await("^>$")
  return t, node, port
end

function Session:close()
  for i = #self, 1, -1 do self[i]:close() end
end

return session
