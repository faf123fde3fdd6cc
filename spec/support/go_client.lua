--[[
go_client - what Go's http.Client does with one request after the other.

Keeps a connection whose response was read for the next request to the same
place; one whose body the program left unread stays open, and is never used
again: so does Go. Waits without limit, as http.Client{} does.
]]
local socket = require "socket"
local loop = require "go_loop"
local stream = require "go_stream"

local client = {}

local idle = {}   -- "host:port" -> list of streams
local unread = {} -- streams whose responses nobody reads

local function split(name)
  local host, port = name:match("^(.*):(%d+)$")
  if not host or host == "" then return nil, "no Host in request URL" end
  local bare = host:match("^%[(.*)%]$")
  if not bare and host:find(":", 1, true) then
    return nil, "too many colons in address"
  end
  return bare or host, tonumber(port)
end

local function dial_one(family, ip, port)
  local sock = assert(family == "inet6" and socket.tcp6() or socket.tcp4())
  sock:settimeout(0)
  local ok, err = sock:connect(ip, port)
  if not ok and (err == "timeout" or err:find("in progress")) then
    loop.writable(sock)
    ok, err = sock:connect(ip, port)
    ok = ok or err == "already connected"
  end
  if ok then return stream(sock) end
  sock:close()
  return nil, err
end

-- A bare machine may have no hosts file that says what localhost is.
local function resolve(host)
  if host ~= "localhost" then return socket.dns.getaddrinfo(host) end
  return {{family = "inet6", addr = "::1"},
          {family = "inet", addr = "127.0.0.1"}}
end

local function dial(name)
  local host, port = split(name)
  if not host then return nil, port end
  if port > 65535 then return nil, "invalid port" end
  local found, err = resolve(host)
  if not found then return nil, "no such host: " .. tostring(err) end
  for _, a in ipairs(found) do
    local s
    s, err = dial_one(a.family, a.addr, port)
    if s then return s end
  end
  return nil, err
end

-- A kept connection that the other side has not closed meanwhile, or nil.
local function reuse(name)
  local list = idle[name] or {}
  while #list > 0 do
    local s = table.remove(list)
    if not socket.select({s.sock}, nil, 0)[s.sock] then return s end
    s:close()
  end
end

local function format(name, req)
  local out = {
    req.method .. " / HTTP/1.1",
    "Host: " .. (req.host or name),
    "User-Agent: Go-http-client/1.1",
  }
  local body = req.body or ""
  local always = req.method == "POST" or req.method == "PUT"
  if body ~= "" or always then
    out[#out + 1] = "Content-Length: " .. #body
  end
  for _, h in ipairs(req.headers or {}) do
    out[#out + 1] = h[1] .. ": " .. h[2]
  end
  out[#out + 1] = "Accept-Encoding: gzip"
  return table.concat(out, "\r\n") .. "\r\n\r\n" .. body
end

-- Status and headers of a response, or nil and why not; the third result is
-- true when the connection ended before a single byte came.
local function read_head(s)
  local line = s:line()
  if not line then return nil, "EOF", s.buffer == "" end
  local minor, status = line:match("^HTTP/1%.([01]) (%d%d%d)")
  if not minor then return nil, "malformed HTTP response" end
  local headers = s:headers()
  if not headers then return nil, "malformed MIME header" end
  if status:sub(1, 1) == "1" then return read_head(s) end
  return {minor = tonumber(minor), status = tonumber(status),
          headers = headers}
end

local function empty(res)
  return res.status == 204 or res.status == 304
    or res.headers:get("content-length") == "0"
end

-- What becomes of a connection whose response is done with.
local function keep(name, s, res)
  s:raw()
  local list = idle[name] or {}
  idle[name] = list
  local closes = res.minor == 0 or res.headers:has("connection", "close")
  if closes or s.buffer ~= "" or #list >= 2 then return s:close() end
  list[#list + 1] = s
end

local function finish(name, s, res, ignored)
  if not empty(res) and ignored then
    unread[#unread + 1] = s
    return res
  end
  local to_end = false
  res.body = empty(res) and "" or s:body(res.headers, function()
    to_end = true
    return s:rest()
  end)
  if not res.body then
    s:close()
    return nil, "unexpected EOF"
  end
  if to_end then s:close() else keep(name, s, res) end
  return res
end

local function exchange(s, name, req)
  if not s:write(format(name, req)) then return nil, "EOF", true end
  local res, err, nothing = read_head(s)
  if res then return res end
  return nil, err, nothing
end

-- Makes a request to "host:port" and returns the response, with status,
-- headers, and body unless 'ignored' (then the body is left unread); or nil
-- and why not. A GET is tried anew when a kept connection turns out dead.
function client.ask(name, req, ignored)
  local s = reuse(name)
  if s then
    local res, why, nothing = exchange(s, name, req)
    if res then return finish(name, s, res, ignored) end
    s:close()
    if not nothing or req.method ~= "GET" then return nil, why end
  end
  local err
  s, err = dial(name)
  if not s then return nil, err end
  local res, why = exchange(s, name, req)
  if res then return finish(name, s, res, ignored) end
  s:close()
  return nil, why
end

return client
