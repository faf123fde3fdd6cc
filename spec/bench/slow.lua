--[[
Members that take their time: plain sockets that speak as v1.1.3 does.

  lua5.4 slow.lua COUNT SECONDS|hung

Each responds to a message that many seconds after it came, or never; and all
else at once. Says "ready PORT PORT ...". Ends with its standard input.
]]
local socket = require "socket"

local count, delay = tonumber(arg[1]), tonumber(arg[2]) or math.huge

local CORS = "Access-Control-Allow-Origin: *\r\n"
             .. "Access-Control-Allow-Methods: *\r\n"

local function response(body)
  return ("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s"):format(
    CORS, #body, body)
end

local stdin = {getfd = function() return 0 end}
local watched, servers, unread = {stdin}, {}, {}
local due = {}   -- {time, connection}, in the order of the times

local function read(conn)
  local data, err, part = conn:receive(65536)
  local text = unread[conn] .. (data or part or "")
  while true do
    local stop = select(2, text:find("\r\n\r\n", 1, true))
    local head = stop and text:sub(1, stop)
    local length = head and tonumber(head:match("[Ll]ength: (%d+)")) or 0
    if not stop or #text < stop + length then break end
    local body = text:sub(stop + 1, stop + length)
    if body:find('^{"type":[23]') then
      due[#due + 1] = {socket.gettime() + delay, conn}
    else
      conn:send(response(body:find('^{"type":0') and "[]" or ""))
    end
    text = text:sub(stop + length + 1)
  end
  unread[conn] = text
  if err == "closed" then
    unread[conn] = nil
    for i, one in ipairs(watched) do
      if one == conn then table.remove(watched, i) end
    end
    conn:close()
  end
end

local ports = {}
for i = 1, count do
  local server = assert(socket.bind("127.0.0.1", 0, 64))
  server:settimeout(0)
  servers[server], watched[#watched + 1] = true, server
  ports[i] = (select(2, server:getsockname()))
end
print("ready " .. table.concat(ports, " "))
io.stdout:flush()

while true do
  local wait = due[1] and math.max(0, due[1][1] - socket.gettime()) or 60
  for _, one in ipairs(socket.select(watched, nil, math.min(wait, 60))) do
    if one == stdin then os.exit(0) end
    if servers[one] then
      local conn = one:accept()
      conn:settimeout(0)
      conn:setoption("tcp-nodelay", true)
      watched[#watched + 1], unread[conn] = conn, ""
    else
      read(one)
    end
  end
  while due[1] and due[1][1] <= socket.gettime() do
    local conn = table.remove(due, 1)[2]
    if unread[conn] then conn:send(response("")) end
  end
end
