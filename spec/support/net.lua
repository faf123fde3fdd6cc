--[[
net - what specs of a live node need: raw HTTP, peers that misbehave, and
waiting with a limit while the loop turns.

  local net = require "spec.support.net"
  local response = net.ask(node, net.json(2, from, "Hello"))
  local peer <close> = net.canned({connect = bytes})
  net.await(function() return #node:members() == 2 end)

Everything is closed by '<close>'. Whatever waits raises when its time is up.
]]
local go = require "spec.support.go"
local gop2p = require "gop2p"
local process = require "spec.support.process"
local socket = require "socket"

local net = {}

local LIMIT = 5 -- seconds that anything may take
local folder = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "."

net.forms = {"seed", "v1.1.2", "v1.1.3"}

function net.read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

-- A recording: net.recorded("seed", "request-connect-to-entry").
function net.recorded(form, name)
  return net.read(folder .. "/../wire/" .. form .. "/" .. name .. ".http")
end

function net.idle()
  gop2p.pump(0.02)
end

-- Turns the loop until f() gives something, and returns that.
function net.await(f, seconds)
  local deadline = socket.gettime() + (seconds or LIMIT)
  while true do
    local value = f()
    if value then return value end
    if socket.gettime() > deadline then error("waited in vain", 2) end
    net.idle()
  end
end

-- The loop turns for so long: to show that something does not come.
function net.pass(seconds)
  local deadline = socket.gettime() + seconds
  while socket.gettime() < deadline do net.idle() end
end

-- How many seconds f takes, and what it returns.
function net.timed(f, ...)
  local from = socket.gettime()
  local results = table.pack(f(...))
  return socket.gettime() - from, table.unpack(results, 1, results.n)
end

local Closing = {}
Closing.__index = Closing

function Closing:close()
  self.socket:close()
end

Closing.__close = Closing.close

local function holding(sock, address)
  local _, port = sock:getsockname()
  port = math.tointeger(tonumber(port))
  local host = address:find(":", 1, true) and "[" .. address .. "]"
               or address
  return setmetatable({socket = sock, address = address, port = port,
                       name = host .. ":" .. port}, Closing)
end

-- A port that refuses connections: taken, but nobody listens.
function net.nobody(address)
  local sock = assert(socket.tcp4())
  assert(sock:bind(address or "127.0.0.1", 0))
  return holding(sock, address or "127.0.0.1")
end

-- A port that is free, and of none of those that the system gives to whoever
-- asks for any: specs run beside each other.
function net.free_port()
  for _ = 1, 100 do
    local port = math.random(20000, 32000)
    local sock = socket.bind("127.0.0.1", port)
    if sock then
      sock:close()
      return port
    end
  end
  error("no port is free")
end

-- A peer that hangs: connections come about, but nobody reads them.
function net.hung(address)
  return holding(assert(socket.bind(address or "127.0.0.1", 0)),
                 address or "127.0.0.1")
end

-- What came, cut at the end of the response; nil while it is not whole.
local function parse(raw)
  local head, body = raw:match("^(.-\r\n)\r\n(.*)$")
  if not head then return nil end
  local response = {headers = {}, raw = raw}
  response.status = math.tointeger(tonumber(head:match("^HTTP/1%.%d (%d+)")))
  for name, value in head:gmatch("\n([^:\r\n]+): *([^\r\n]*)\r") do
    response.headers[name:lower()] = value
  end
  local length = math.tointeger(tonumber(response.headers["content-length"]))
  if response.status == 204 then length = 0 end
  if not length or #body < length then return nil end
  response.body, response.rest = body:sub(1, length), body:sub(length + 1)
  return response
end

net.parse = parse

-- A connection to a node, or nil and why. It never blocks. It comes from the
-- address 'source', if that is said: of 127.0.0.0/8 each counts as a machine.
function net.dial(node, address, source)
  local sock = address and address:find(":") and socket.tcp6()
               or socket.tcp4()
  sock:settimeout(LIMIT)
  if source then assert(sock:bind(source, 0)) end
  local port = math.type(node) and node or node:self().port
  local ok, err = sock:connect(address or "127.0.0.1", port)
  if not ok then return nil, err end
  sock:settimeout(0)
  return holding(sock, address or "127.0.0.1")
end

-- Writes all of it, while the loop turns.
function Closing:send(bytes)
  local at = 1
  net.await(function()
    local last, err, part = self.socket:send(bytes, at)
    at = (last or part) + 1
    return at > #bytes or err == "closed"
  end)
end

-- The next response; or nil and what came before the connection ended.
function Closing:response(seconds)
  self.unread = self.unread or ""
  local over = false
  local response = net.await(function()
    local data, err, part = self.socket:receive(65536)
    self.unread = self.unread .. (data or part or "")
    local whole = parse(self.unread)
    over = err == "closed"
    return whole or over
  end, seconds)
  if response == true then return nil, self.unread end
  self.unread = response.rest
  return response
end

-- Asks a node, or a port, with exactly these bytes, and returns its response.
function net.ask(node, bytes, address)
  local conn <close> = assert(net.dial(node, address))
  conn:send(bytes)
  local response, rest = conn:response()
  return response or error("no response, but " .. ("%q"):format(rest), 2)
end

-- A request from its first line, a table of headers, and a body.
function net.http(line, headers, body)
  local out = {line .. " HTTP/1.1\r\n"}
  for name, value in pairs(headers) do
    out[#out + 1] = name .. ": " .. value .. "\r\n"
  end
  if body then out[#out + 1] = "Content-Length: " .. #body .. "\r\n" end
  out[#out + 1] = "\r\n" .. (body or "")
  return table.concat(out)
end

function net.post(body, headers)
  return net.http("POST /", headers or {Host = "127.9.9.9:9999"}, body)
end

local function peertext(peer)
  return ('{"port":%d,"address":"%s"}'):format(peer.port, peer.address)
end

-- A message as v1.1.3 sends it: 'data' is base64, or nil for null; 'to' a
-- list of peers, or nil.
function net.json(kind, from, data, to)
  local list
  for _, peer in ipairs(to or {}) do
    list = (list and list .. "," or "") .. peertext(peer)
  end
  return net.post(('{"type":%d,"data":%s,"from":%s%s}'):format(kind,
    data and '"' .. data .. '"' or "null", peertext(from),
    list and ',"to":[' .. list .. "]" or ""))
end

-- What every response of v1.1.3 has, and shows that it is one.
net.allow = "Access-Control-Allow-Credentials: true\r\n"
  .. "Access-Control-Allow-Headers: *\r\n"
  .. "Access-Control-Allow-Methods: *\r\n"
  .. "Access-Control-Allow-Origin: *\r\n"

-- A response of any web server, from its status line and body.
function net.page(status, body, more)
  return ("HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s"):format(
    status, #body, more or "", body)
end

-- The same of v1.1.3.
function net.response(status, body, more)
  return net.page(status, body, net.allow .. (more or ""))
end

local Canned = {}
Canned.__index = Canned

-- Starts a process that responds with exactly these bytes: 'responses' has
-- them for connect, message, disconnect and options; where there are none,
-- what v1.1.3 was recorded with. Instead of bytes: "hang", "close". All that
-- canned.lua knows may stand there.
-- Options: form, another published one; address; port, else a free one;
-- drop = true: it closes after each response without saying so; quiet = true:
-- its requests are not kept.
function net.canned(responses, options)
  options = options or {}
  local form = options.form or "v1.1.3"
  local default = {
    connect = "response-connect-first", message = "response-direct-member",
    disconnect = "response-disconnect-member", options = "response-options",
  }
  local proc = assert(process.start({
    os.getenv("LUA") or "lua5.4", folder .. "/canned.lua",
    options.address or "127.0.0.1", options.drop and "drop" or "keep",
    tostring(options.port or 0), options.quiet and "quiet" or nil}))
  for kind, name in pairs(default) do
    proc:send(kind .. " " .. go.encode(net.recorded(form, name)))
  end
  for kind, bytes in pairs(responses) do
    proc:send(kind .. " " .. go.encode(bytes))
  end
  proc:send("start")
  local port = (proc:line(30) or ""):match("^ready (%d+)$")
  if not port then
    proc:close()
    error("no canned server", 2)
  end
  port = math.tointeger(tonumber(port))
  local address = options.address or "127.0.0.1"
  local host = address:find(":", 1, true) and "[" .. address .. "]"
               or address
  return setmetatable({process = proc, port = port, address = address,
                       name = host .. ":" .. port}, Canned)
end

-- The next request that it got, but for probes: its kind, its bytes and the
-- number of its connection. Or nil when none came in time.
function Canned:request(seconds)
  local deadline = socket.gettime() + (seconds or LIMIT)
  repeat
    local line = self.process:line(deadline - socket.gettime(), net.idle)
    if not line then return nil end
    local kind, conn, bytes = line:match("^(%a+) (%d+) (.*)$")
    if kind ~= "options" then return kind, go.decode(bytes), conn end
  until false
end

function Canned:close()
  self.process:close()
end

Canned.__close = Canned.close

-- One in whose name a spec sends requests: what a request says of its sender
-- counts only where the sender's address responds. At 127.1.2.3, or another
-- address; 0.0.0.0 is all of this machine, many senders with one port.
-- Options as those of net.canned.
function net.sender(options)
  local all = {address = "127.1.2.3", quiet = true}
  for key, value in pairs(options or {}) do all[key] = value end
  return net.canned({}, all)
end

-- Nodes on free ports, joined through the first; close them with net.stop.
-- 'count' of them, all with 'options'.
function net.network(count, options)
  local nodes = setmetatable({}, {__close = function(list)
    for _, node in ipairs(list) do node:close() end
  end})
  for i = 1, count do
    nodes[i] = assert(gop2p.start_local_node(0, options))
    if i > 1 then assert(nodes[i]:connect(nodes[1]:self())) end
  end
  for _, node in ipairs(nodes) do
    net.await(function() return #node:members() == count - 1 end)
  end
  return nodes
end

-- The names in a list of peers, in order.
function net.names(peers)
  local out = {}
  for i, peer in ipairs(peers) do out[i] = tostring(peer) end
  return out
end

-- What happens to a node from now on, as texts: a list that grows.
function net.watch(node)
  local list = {}
  gop2p.spawn(function()
    for event in node:events() do list[#list + 1] = tostring(event) end
  end)
  return list
end

-- Every error that the node has to tell within the time.
function net.errors(node, count, seconds)
  local list, reader = {}, nil
  gop2p.spawn(function()
    reader = coroutine.running()
    for err in node:errors() do list[#list + 1] = err end
  end)
  pcall(net.await, function() return #list >= count end, seconds)
  if coroutine.status(reader) == "suspended" then coroutine.close(reader) end
  return list
end

-- Runs f on the main thread, and again in a task.
function net.both(it, name, f)
  it(name .. ", on the main thread", f)
  it(name .. ", in a task", function() gop2p.run(f) end)
end

return net
