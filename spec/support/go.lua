--[[
go - starts stand-ins for published Go programs, and talks to them.

  local go = require "spec.support.go"
  local peer <close> = go.start("v1.1.3", "0.0.0.0")
  peer:ask("connect localhost:5000", 5, pump)   --> "connected 1"
  peer:event(5, pump)                           --> "message a:1 Hello"

The commands and what is said to them stand at the head of standin.lua. A
reply and what comes unasked are told apart here: neither gets lost while
the other is waited for. 'idle' is as in process.lua; a stand-in asks our
node back while it connects, so the node must be pumped meanwhile.
]]
local process = require "spec.support.process"

local go = {}

local Go = {}
Go.__index = Go
go.forms = {"seed", "v1.1.2", "v1.1.3"}

local folder = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "."

local unasked = {message = true, direct = true, refused = true,
                 crashed = true}

-- Every byte that is not printable ASCII, and "%".
function go.encode(text)
  return (text:gsub("[^ -$&-~]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end

function go.decode(text)
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

local function arguments(form, address, options, log)
  local argv = {table.unpack(options.within or {})}
  local function put(...)
    for _, word in ipairs({...}) do argv[#argv + 1] = word end
  end
  put(os.getenv("LUA") or "lua5.4", folder .. "/standin.lua", form, address,
      tostring(options.port or 0))
  if log then put("--log", log) end
  if options.bind then put("--bind", options.bind) end
  if options.kinds then put("--kinds") end
  return argv
end

-- Starts one that calls itself 'address'. Options: port (a free one), bind,
-- kinds; within: the words of a command that runs it; log = true keeps what
-- it is asked for requests().
function go.start(form, address, options)
  options = options or {}
  local log = options.log and os.tmpname()
  local proc = assert(process.start(arguments(form, address, options, log)))
  local line, err = proc:line(10)
  local port = (line or ""):match("^ready (%d+)$")
  if not port then
    proc:close()
    error("no stand-in: " .. tostring(line or err), 2)
  end
  return setmetatable({
    form = form, address = address, port = math.tointeger(tonumber(port)),
    name = address .. ":" .. port, process = proc, log = log,
    replies = {}, events = {},
  }, Go)
end

-- The next line of the list 'mine'; others are put where they belong.
local function take(self, mine, timeout, idle)
  while #mine == 0 do
    local line, err = self.process:line(timeout, idle)
    if not line then return nil, err end
    local list = unasked[line:match("^%a+")] and self.events or self.replies
    list[#list + 1] = line
  end
  return table.remove(mine, 1)
end

function Go:send(command)
  self.process:send(command)
end

-- What is said to a command sent before; or nil and "timeout" or "closed".
function Go:reply(timeout, idle)
  return take(self, self.replies, timeout, idle)
end

function Go:ask(command, timeout, idle)
  self:send(command)
  return self:reply(timeout, idle)
end

-- Says a text of any bytes to all its members.
function Go:broadcast(text)
  local reply = self:ask("broadcast " .. go.encode(text))
  if reply ~= "sent" then error("not sent: " .. tostring(reply), 2) end
end

-- The next line that came unasked; or nil and "timeout" or "closed".
function Go:event(timeout, idle)
  return take(self, self.events, timeout, idle)
end

-- The next message: its text, the name of its sender, and "message" or,
-- with the option kinds, "direct". Or nil and why there is none, which may
-- be another line that came unasked.
function Go:message(timeout, idle)
  local line, err = self:event(timeout, idle)
  if not line then return nil, err end
  local kind, from, text = line:match("^(%a+) (%S*) ?(.*)$")
  if kind ~= "message" and kind ~= "direct" then return nil, line end
  return go.decode(text), go.decode(from), kind
end

-- The names of its members.
function Go:members(timeout, idle)
  local line = assert(self:ask("members", timeout, idle))
  local names = {}
  for name in line:gmatch(" (%S+)") do names[#names + 1] = name end
  return names
end

-- Every request that it got so far, byte for byte, in order.
function Go:requests()
  local file <close> = assert(io.open(self.log, "rb"))
  local list = {}
  for head in file:lines() do
    local length = assert(head:match("^request %d+ %S+ (%d+)$"))
    list[#list + 1] = file:read(math.tointeger(tonumber(length)))
    file:read(1)
  end
  return list
end

function Go:close()
  self.process:close()
  if self.log then os.remove(self.log) end
  self.log = nil
end

Go.__close = Go.close

-- The name of one that has ended: nobody listens there, also later, while
-- other specs start theirs.
function go.gone()
  local net = require "spec.support.net"   -- which requires this module
  return "localhost:" .. net.free_port()
end

return go
