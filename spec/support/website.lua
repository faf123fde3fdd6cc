--[[
website - a web server of somebody else's, on stock LuaSocket, in the process
of the spec: it serves while that calls turn().

  local site <close> = website.start()
  local port = site:listen()         -- a free one of 127.0.0.1
  site.pages["/"] = html             -- or false: whoever asks has to wait
  site:turn()
  site.asked["/"]                    -- whether it was asked for
  site.posted["/report"]             -- the body that was sent there, or nil
  site:leave(port)                   -- the port is free for another server

Each response ends its connection, and any page may read it.
]]
local socket = require "socket"

local website = {}

local Site = {}
Site.__index = Site

function website.start()
  return setmetatable({pages = {}, asked = {}, posted = {}, listening = {},
                       open = {}}, Site)
end

function Site:listen()
  local sock = assert(socket.bind("127.0.0.1", 0, 128))
  sock:settimeout(0)
  local _, port = sock:getsockname()
  port = math.tointeger(tonumber(port))
  self.listening[port] = sock
  return port
end

function Site:leave(port)
  self.listening[port]:close()
  self.listening[port] = nil
  for i = #self.open, 1, -1 do
    local conn = self.open[i]
    if conn.port == port then
      conn.socket:close()
      table.remove(self.open, i)
    end
  end
end

local function accept(self)
  for port, sock in pairs(self.listening) do
    local new = sock:accept()
    while new do
      new:settimeout(0)
      table.insert(self.open, {socket = new, port = port, unread = ""})
      new = sock:accept()
    end
  end
end

-- The path of a whole request; nil while it is not whole.
local function request(self, conn)
  local head, body = conn.unread:match("^(.-\r\n)\r\n(.*)$")
  if not head then return nil end
  local length = head:lower():match("\ncontent%-length: *(%d+)")
  if #body < (tonumber(length) or 0) then return nil end
  local method, path = head:match("^(%u+) (%S+)")
  self.asked[path] = true
  if method == "POST" then self.posted[path] = body end
  return path
end

-- What is to go out; nil: nothing yet.
local function response(self, path)
  local page = self.pages[path]
  if page == false then return nil end
  return ("HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\n"
          .. "Access-Control-Allow-Origin: *\r\nCache-Control: no-store\r\n"
          .. "Connection: close\r\nContent-Length: %d\r\n\r\n%s")
         :format(page and "200 OK" or "404 Not Found", #(page or ""),
                 page or "")
end

-- Whether it is over with the connection.
local function serve(self, conn)
  if not conn.out then
    local data, err, part = conn.socket:receive(65536)
    conn.unread = conn.unread .. (data or part or "")
    conn.path = conn.path or request(self, conn)
    conn.out = conn.path and response(self, conn.path)
    if not conn.out then return err == "closed" end
  end
  local last, err, part = conn.socket:send(conn.out)
  conn.out = conn.out:sub((last or part) + 1)
  return conn.out == "" or err == "closed"
end

-- Does what there is to do, and never waits.
function Site:turn()
  accept(self)
  for i = #self.open, 1, -1 do
    local conn = self.open[i]
    if serve(self, conn) then
      conn.socket:close()
      table.remove(self.open, i)
    end
  end
end

function Site:close()
  for port in pairs(self.listening) do self:leave(port) end
end

Site.__close = Site.close

return website
