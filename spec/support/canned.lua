--[[
A server that responds with exactly the bytes it was started with.

  lua5.4 canned.lua ADDRESS keep|drop PORT [quiet]

reads lines "KIND BYTES" up to one "start". KIND is connect, message,
disconnect or options, or "ask" and the digits of a cookie, for OPTIONS that
ask about just that one. BYTES are percent-encoded, with "$PORT" for its port;
or "hang" for no response ever, or "close" for closing without one. "drop"
closes after each response without saying so; PORT 0 takes a free one. Says
"ready PORT", and then "KIND CONNECTION BYTES" for every request, unless it is
"quiet", for many of which nobody reads. Ends with its standard input.
]]
local socket = require "socket"

local function decode(text)
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

local function encode(text)
  return (text:gsub("[^ -$&-~]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end

local responses, drop, quiet = {}, arg[2] == "drop", arg[4] == "quiet"
io.stdin:setvbuf("no")
for line in io.lines() do
  if line == "start" then break end
  local kind, bytes = line:match("^(%w+) (.*)$")
  responses[kind] = decode(bytes)
end

local server = assert(socket.bind(arg[1], arg[3], 256))
local port = math.tointeger(tonumber((select(2, server:getsockname()))))
server:settimeout(0)
for kind, bytes in pairs(responses) do
  responses[kind] = bytes:gsub("%$PORT", port)
end
local stdin = {getfd = function() return 0 end}
local watched, unread = {server, stdin}, {}
local numbers, count = {}, 0   -- of connections

local function say(...)
  io.stdout:write(table.concat({...}, " "), "\n")
  io.stdout:flush()
end

-- What the sender means, whatever form it is written in.
local function kind(request)
  local method = request:match("^%u+")
  if method == "OPTIONS" then return "options" end
  if method == "GET" then return "connect" end
  if method == "DELETE" then return "disconnect" end
  local number = request:match('\r\n\r\n{"type":(%d)')
  return number == "0" and "connect" or number == "1" and "disconnect"
         or "message"
end

local function response_to(what, request)
  local cookie = what == "options"
    and request:lower():match("\ngop2p%-cookie: ask (%x+)")
  return cookie and responses["ask" .. cookie] or responses[what]
end

-- Takes a whole request off what came.
local function take(conn)
  local text = unread[conn]
  local _, stop = text:find("\r\n\r\n", 1, true)
  if not stop then return nil end
  local head = text:sub(1, stop):lower()
  local length = tonumber(head:match("\ncontent%-length: *(%d+)")) or 0
  if #text < stop + length then return nil end
  unread[conn] = text:sub(stop + length + 1)
  return text:sub(1, stop + length)
end

local function forget(conn)
  for i, one in ipairs(watched) do
    if one == conn then table.remove(watched, i) end
  end
  unread[conn], numbers[conn] = nil, nil
  conn:close()
end

-- Tells whether the connection is still to be read.
local function serve(conn)
  local request = take(conn)
  if not request then return false end
  local what = kind(request)
  if not quiet then say(what, numbers[conn], encode(request)) end
  local response = response_to(what, request)
  if response == "hang" then return true end
  if response ~= "close" then
    conn:settimeout(5)
    conn:send(response)
    conn:settimeout(0)
  end
  if response == "close" or drop
     or response:find("\nConnection: close", 1, true) then
    forget(conn)
    return false
  end
  return true
end

local function read(conn)
  local data, err, part = conn:receive(65536)
  unread[conn] = unread[conn] .. (data or part or "")
  while unread[conn] and serve(conn) do end
  if err == "closed" and unread[conn] then forget(conn) end
end

say("ready", port)
while true do
  for _, one in ipairs(socket.select(watched)) do
    if one == stdin then os.exit(0) end
    if one == server then
      local conn = server:accept()
      conn:settimeout(0)
      count = count + 1
      watched[#watched + 1], unread[conn], numbers[conn] = conn, "", count
    else
      read(one)
    end
  end
end
