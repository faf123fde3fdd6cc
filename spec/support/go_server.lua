--[[
go_server - what Go's net/http server does around a handler.

A connection stays open until one side says "Connection: close". The fields
of a response come in Go's order: the handler's own, sorted; then Date,
Content-Length, Connection.
]]
local socket = require "socket"
local loop = require "go_loop"
local stream = require "go_stream"

local server = {}

local reasons = {
  [200] = "OK", [204] = "No Content", [400] = "Bad Request",
  [403] = "Forbidden", [405] = "Method Not Allowed",
}

-- What http.Error of Go responds with. 'fields' are those set before.
function server.error(status, text, fields)
  local all = {
    ["Content-Type"] = "text/plain; charset=utf-8",
    ["X-Content-Type-Options"] = "nosniff",
  }
  for name, value in pairs(fields or {}) do all[name] = value end
  return {status = status, fields = all, body = text .. "\n"}
end

-- "close", "keep-alive" or nil: the response's Connection field.
local function connection(req)
  if req.minor == 0 then
    return req.headers:has("connection", "keep-alive") and "keep-alive"
  end
  return req.headers:has("connection", "close") and "close"
end

local function format(req, res)
  local names = {}
  for name in pairs(res.fields) do names[#names + 1] = name end
  table.sort(names)
  local out = {("HTTP/1.%d %d %s"):format(req.minor, res.status,
                                          reasons[res.status])}
  local function put(name, value)
    if value then out[#out + 1] = name .. ": " .. value end
  end
  for _, name in ipairs(names) do put(name, res.fields[name]) end
  put("Date", os.date("!%a, %d %b %Y %H:%M:%S GMT"))
  local bare = res.status == 204
  if not bare then put("Content-Length", #res.body) end
  put("Connection", connection(req))
  local hidden = bare or req.method == "HEAD"
  return table.concat(out, "\r\n") .. "\r\n\r\n"
    .. (hidden and "" or res.body)
end

-- Go responds to what it cannot read as HTTP in this bare form, and closes.
local function malformed(s, what)
  local text = "400 Bad Request" .. (what and ": " .. what or "")
  s:write("HTTP/1.1 400 Bad Request\r\n"
          .. "Content-Type: text/plain; charset=utf-8\r\n"
          .. "Connection: close\r\n\r\n" .. text)
end

local function start_line(s)
  local line = s:line()
  while line == "" do line = s:line() end -- left over from a body
  if not line then return nil, "end" end
  local method, target, minor =
    line:match("^([%w!#$%%&'*+%-.^_`|~]+) ([^ ]+) HTTP/1%.([01])$")
  if not method then return nil, "malformed" end
  return {method = method, target = target, minor = tonumber(minor)}
end

-- The host that a request is for, or nil and Go's complaint.
local function host_of(req)
  if req.headers:count("host") > 1 then
    return nil, "too many Host headers"
  end
  local host = req.headers:get("host")
  if not host and req.minor == 1 then
    return nil, "missing required Host header"
  end
  if host and host:find("[^%w!$%%&'()*+,%-./:;=@_~%[%]]") then
    return nil, "malformed Host header"
  end
  return req.target:match("^http://([^/]*)") or host or ""
end

-- A request with method, target, host, headers and body; or nil and Go's
-- complaint, nil and nothing when the connection just ended.
local function read_request(s)
  local req, why = start_line(s)
  if not req then return nil, why == "malformed" and "" end
  req.headers = s:headers()
  if not req.headers then return nil, "" end
  req.host, why = host_of(req)
  if not req.host then return nil, why end
  if (req.headers:get("expect") or ""):lower() == "100-continue" then
    s:write("HTTP/1.1 100 Continue\r\n\r\n")
  end
  req.body = s:body(req.headers, function() return "" end)
  if not req.body then return nil, "" end
  return req
end

-- OPTIONS * gets its response from the server itself, whatever the handler.
local function response(req, handler)
  if req.target == "*" and req.method == "OPTIONS" then
    return {status = 200, fields = {}, body = ""}
  end
  return handler(req)
end

local function stays(req)
  local word = connection(req)
  return word == "keep-alive" or (req.minor == 1 and word ~= "close")
end

-- Serves one connection. 'hooks' has handler(req), gate (shut: hangs) and
-- seen(raw, req, remote address), called before the handler.
local function serve(sock, hooks)
  local s = stream(sock)
  local remote = sock:getpeername()
  repeat
    hooks.gate:pass()
    local req, complaint = read_request(s)
    if complaint then malformed(s, complaint ~= "" and complaint) end
    if not req then break end
    hooks.gate:pass()
    hooks.seen(s:raw(), req, remote)
    local res = response(req, hooks.handler)
    hooks.gate:pass()
  until not s:write(format(req, res)) or not stays(req)
  s:close()
end

local function accept(listener, hooks)
  listener:settimeout(0)
  while true do
    loop.readable(listener)
    local sock = listener:accept()
    if sock then loop.spawn(serve, sock, hooks) end
  end
end

local function bound(make, address, port)
  local sock = assert(make())
  sock:setoption("reuseaddr", true)
  if make == socket.tcp6 then sock:setoption("ipv6-v6only", true) end
  local ok, err = sock:bind(address, port)
  if ok then ok, err = sock:listen(128) end
  if ok then return sock end
  sock:close()
  return nil, err
end

-- Listens at 'address', or everywhere when it is nil; port 0 takes a free
-- one. Returns the port, or nil and why not.
function server.listen(address, port, hooks)
  local main, err = bound(socket.tcp4, address or "0.0.0.0", port)
  if not main then return nil, err end
  port = math.tointeger(tonumber((select(2, main:getsockname()))))
  loop.spawn(accept, main, hooks)
  local ipv6 = not address and socket.tcp6
    and bound(socket.tcp6, "::", port)
  if ipv6 then loop.spawn(accept, ipv6, hooks) end
  return port
end

return server
