--[[
Sends a node what mutate.lua makes, in all the ways that clients behave.

  lua5.4 attacker.lua ADDRESS PORT SEED SECONDS THERE...

Plain LuaSocket, nothing of ours. THERE are ports at which whoever is named
responds: what is said in its name may be believed. What is sent, and how,
depends on the seed alone, so that the same steps come again. Says "step N
REFUSED RESPONDED" at the end, and every 1000 steps: how many connections did
not come about, and how many got a response. Ends with its standard input
closed, too.
]]
local socket = require "socket"
local mutate = require "spec.storm.mutate"

local address, port = arg[1], tonumber(arg[2])
local seed, seconds = math.tointeger(tonumber(arg[3])), tonumber(arg[4])
local random = math.random
math.randomseed(seed)

local OPEN = 60 -- connections at once

-- Members that accept connections and say nothing.
local hung, ports = {}, {}
for i = 1, 3 do
  hung[i] = assert(socket.bind("127.66.0." .. i, 0, 4))
  ports[i] = (select(2, hung[i]:getsockname()))
end
table.move(arg, 5, #arg, #ports + 1, ports)

local conns = {}   -- from the oldest to the newest
local refused, responded = 0, 0

local function dial(source)
  local sock = assert(socket.tcp4())
  sock:settimeout(1)
  if sock:bind(source, 0) and sock:connect(address, port) then
    sock:settimeout(0)
    return sock
  end
  sock:close()
  refused = refused + 1
end

-- As much as goes without waiting; a node that does not read is left alone.
local function put(conn, bytes)
  local at = 1
  while at <= #bytes do
    local last, err, part = conn.sock:send(bytes, at)
    at = (last or part) + 1
    if err then return end
  end
end

local ways = {}

function ways.whole(conn, text) put(conn, text) end

function ways.pieces(conn, text)
  local cut = random(0, #text)
  put(conn, text:sub(1, cut))
  conn.later = text:sub(cut + 1)
end

function ways.pipelined(conn, text)
  put(conn, text .. mutate.next(ports) .. mutate.next(ports))
end

function ways.half(conn, text)
  put(conn, text)
  conn.sock:shutdown("send")
end

function ways.vanish(conn, text)
  put(conn, text)
  conn.gone = true
end

function ways.mute(conn, text)
  put(conn, text)
  conn.mute = true
end

local names = {"whole", "whole", "whole", "pieces", "pipelined", "half",
               "vanish", "mute"}

local function listen(conn)
  if conn.mute then return end
  local data, err, part = conn.sock:receive(65536)
  data = data or part
  if data and data:find("^HTTP/1") then responded = responded + 1 end
  if err == "closed" then conn.gone = true end
end

-- One piece of what is left for every connection, and ears for all.
local function tend()
  local kept = {}
  for i, conn in ipairs(conns) do
    if conn.later then
      put(conn, conn.later:sub(1, 16))
      conn.later = conn.later:sub(17)
      if conn.later == "" then conn.later = nil end
    end
    listen(conn)
    if conn.gone or i <= #conns - OPEN then
      conn.sock:close()
    else
      kept[#kept + 1] = conn
    end
  end
  conns = kept
end

local function step()
  local text, way = mutate.next(ports), ways[names[random(#names)]]
  local source = "127.66.1." .. random(1, 250)
  -- What is random in the way itself is drawn even if nobody responds.
  local conn = {sock = dial(source)}
  if not conn.sock then
    conn.sock = {send = function(_, b) return #b end,
                 shutdown = function() end}
  end
  way(conn, text)
  if conn.sock.close then conns[#conns + 1] = conn end
end

local stop = socket.gettime() + seconds
local steps = 0
local function say()
  print("step", steps, refused, responded)
  io.stdout:flush()
end

repeat
  step()
  steps = steps + 1
  if steps % 10 == 0 then tend() end
  socket.sleep(0.0002)
  if steps % 1000 == 0 then say() end
until socket.gettime() > stop
for _, conn in ipairs(conns) do conn.sock:close() end
say()
