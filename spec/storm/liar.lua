--[[
Liars: servers that honest nodes take for members, and that respond at
random; and requests in everybody's name (forge.lua).

  lua5.4 liar.lua SEED SECONDS HOST:PORT[=NICK]...

The last arguments are the honest nodes. Plain LuaSocket, nothing of ours.
Says "step N REFUSED RESPONDED SERVED" at the end, and every 1000 steps: how
many connections did not come about, how many got a response, and how many
requests of honest nodes the liars have been sent.
]]
local socket = require "socket"
local forge = require "spec.storm.forge"

local seed, seconds = math.tointeger(tonumber(arg[1])), tonumber(arg[2])
local OPEN, SERVED = 60, 300 -- connections at once, out and in
local PAUSE = 0.002 -- seconds between two requests

-- The process that a node shows to everybody.
local function process(address, port)
  local sock = assert(socket.connect(address, port))
  sock:settimeout(10)
  sock:send("OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\n")
  local found
  repeat
    local line = assert(sock:receive())
    found = found or line:match("^Gop2p%-Process: (%x+)")
  until line == ""
  sock:close()
  return assert(found)
end

local honest, liars, listeners = {}, {}, {}
for i = 3, #arg do
  local address, port, nick = arg[i]:match("^(.*):(%d+)=?(.*)$")
  port = math.tointeger(tonumber(port))
  honest[#honest + 1] = {address = address, port = port,
                         process = process(address, port),
                         nick = nick ~= "" and nick or nil}
end
for i = 1, 10 do
  local address = "127.66.0." .. (i % 3 + 1)
  local listener = assert(socket.bind(address, 0, 64))
  listener:settimeout(0)
  listeners[listener] = {
    address = address, process = ("%016x"):format(0x1000 * seed + i),
    port = math.tointeger(tonumber((select(2, listener:getsockname())))),
  }
  liars[i] = listeners[listener]
end

local lies = forge.new(seed, {honest = honest, liars = liars})
local refused, responded, served = 0, 0, 0
local sent = {}   -- connections of ours, from the oldest
local guests = {} -- those of honest nodes, from the oldest
local unread = {} -- of a guest: what came, and is no whole request yet
local owed = {}   -- responses that are given later

local function dismiss(guest)
  guest.socket:close()
  unread[guest] = nil
end

local function give(guest, bytes, last)
  guest.socket:send(bytes)
  guest.over = guest.over or last
end

local function whole(guest)
  local bytes = unread[guest]
  local _, stop = bytes:find("\r\n\r\n", 1, true)
  if not stop then return nil end
  local length = bytes:sub(1, stop):match("\n[Cc]ontent%-[Ll]ength: (%d+)")
  stop = stop + (tonumber(length) or 0)
  if #bytes < stop then return nil end
  unread[guest] = bytes:sub(stop + 1)
  return bytes:sub(1, stop)
end

local function serve(guest)
  for request in whole, guest do
    served = served + 1
    local bytes, delay, last = lies:response(request, guest.liar)
    if bytes and delay > 0 then
      owed[#owed + 1] = {guest = guest, bytes = bytes, last = last,
                         due = socket.gettime() + delay}
    elseif bytes then
      give(guest, bytes, last)
    end
  end
end

local function read(guest)
  local data, err, part = guest.socket:receive(65536)
  unread[guest] = unread[guest] .. (data or part or "")
  serve(guest)
  guest.over = guest.over or err == "closed"
end

local function welcome()
  local ready = {}
  for listener in pairs(listeners) do ready[#ready + 1] = listener end
  for _, listener in ipairs((socket.select(ready, nil, 0))) do
    local sock = listener:accept()
    if sock then
      sock:settimeout(0)
      local guest = {socket = sock, liar = listeners[listener]}
      guests[#guests + 1], unread[guest] = guest, ""
    end
  end
end

local function pay()
  local later = {}
  for _, one in ipairs(owed) do
    if one.due > socket.gettime() then
      later[#later + 1] = one
    elseif unread[one.guest] then
      give(one.guest, one.bytes, one.last)
    end
  end
  owed = later
end

-- Whatever honest nodes ask of liars.
local function host()
  welcome()
  pay()
  local kept = {}
  for i, guest in ipairs(guests) do
    read(guest)
    if guest.over or i <= #guests - SERVED then
      dismiss(guest)
    else
      kept[#kept + 1] = guest
    end
  end
  guests = kept
end

local function step()
  local bytes, source = lies:request()
  local victim = honest[math.random(2) == 1 and 1 or math.random(#honest)]
  local sock = assert(socket.tcp4())
  sock:settimeout(0.2)
  if not sock:bind(source, 0)
     or not sock:connect(victim.address, victim.port) then
    sock:close()
    refused = refused + 1
    return
  end
  sock:settimeout(0)
  sock:send(bytes)
  sent[#sent + 1] = sock
end

-- Takes what has come in response.
local function tend()
  local kept = {}
  for i, sock in ipairs(sent) do
    local data, err, part = sock:receive(65536)
    data = data or part
    if data and data:find("^HTTP/1") then responded = responded + 1 end
    if err == "closed" or i <= #sent - OPEN then
      sock:close()
    else
      kept[#kept + 1] = sock
    end
  end
  sent = kept
end

local stop = socket.gettime() + seconds
local steps = 0
local function say()
  print("step", steps, refused, responded, served)
  io.stdout:flush()
end

math.randomseed(seed)
repeat
  step()
  steps = steps + 1
  if steps % 4 == 0 then host() end
  if steps % 10 == 0 then tend() end
  socket.sleep(PAUSE)
  if steps % 1000 == 0 then say() end
until socket.gettime() > stop
say()
