--[[
go_stream - a TCP connection read and written by one coroutine, and the
parts that requests and responses of HTTP have in common.

A call that cannot go on makes its coroutine give way. Every byte consumed
is kept until 'raw' is asked for it, so that a request can be written to a
log exactly as it came.
]]
local loop = require "go_loop"

local Stream = {}
Stream.__index = Stream

local CHUNK = 65536
local MAX_HEAD = 1 << 20 -- as Go's server has it

local function new(sock)
  sock:settimeout(0)
  sock:setoption("tcp-nodelay", true)
  return setmetatable({sock = sock, buffer = "", consumed = {}}, Stream)
end

-- Waits for more bytes; false when there will be none.
function Stream:fill()
  while true do
    local data, err, part = self.sock:receive(CHUNK)
    data = data or part
    if data and #data > 0 then
      self.buffer = self.buffer .. data
      return true
    end
    if err ~= "timeout" then return false end
    loop.readable(self.sock)
  end
end

local function consume(self, n)
  local data = self.buffer:sub(1, n)
  self.buffer = self.buffer:sub(n + 1)
  self.consumed[#self.consumed + 1] = data
  return data
end

-- What was consumed since the last call, byte for byte.
function Stream:raw()
  local data = table.concat(self.consumed)
  self.consumed = {}
  return data
end

-- A line without its end, or nil when the connection ends before.
function Stream:line()
  local from = 1
  while true do
    local stop = self.buffer:find("\n", from, true)
    if stop then return (consume(self, stop):gsub("\r?\n$", "")) end
    from = #self.buffer + 1
    if from > MAX_HEAD or not self:fill() then return nil end
  end
end

-- Exactly n bytes, or nil.
function Stream:take(n)
  local parts, missing = {}, n
  while missing > 0 do
    if self.buffer == "" and not self:fill() then return nil end
    local part = consume(self, math.min(missing, #self.buffer))
    parts[#parts + 1] = part
    missing = missing - #part
  end
  return table.concat(parts)
end

function Stream:rest()
  while self:fill() do end
  return consume(self, #self.buffer)
end

-- True, or false when the other side is gone.
function Stream:write(data)
  local at = 1
  while at <= #data do
    local sent, err, last = self.sock:send(data, at)
    if not sent and err ~= "timeout" then return false end
    at = (sent or last) + 1
    if not sent then loop.writable(self.sock) end
  end
  return true
end

function Stream:close()
  self.sock:close()
end

-- Headers, in order; found by name without case. A name that occurs more
-- than once is found by its first value.
local Headers = {}
Headers.__index = Headers

function Headers:get(name)
  name = name:lower()
  for _, h in ipairs(self) do
    if h.name:lower() == name then return h.value end
  end
end

function Headers:count(name)
  local n = 0
  for _, h in ipairs(self) do
    if h.name:lower() == name then n = n + 1 end
  end
  return n
end

function Headers:has(name, token)
  for word in (self:get(name) or ""):lower():gmatch("[^,%s]+") do
    if word == token then return true end
  end
  return false
end

local TOKEN = "^[%w!#$%%&'*+%-.^_`|~]+$"

-- Reads the headers up to the empty line: them, or nil.
function Stream:headers()
  local list = setmetatable({}, Headers)
  while true do
    local line = self:line()
    if line == "" then return list end
    local name, text = (line or ""):match("^([^:]+):[ \t]*(.-)[ \t]*$")
    if not name or not name:find(TOKEN) or text:find("[\0-\8\10-\31]") then
      return nil
    end
    list[#list + 1] = {name = name, value = text}
  end
end

local function chunked(self)
  local parts = {}
  while true do
    local size = (self:line() or ""):match("^(%x+)")
    if not size then return nil end
    size = tonumber(size, 16)
    if size == 0 then return self:headers() and table.concat(parts) end
    parts[#parts + 1] = self:take(size)
    if not parts[#parts] or self:line() ~= "" then return nil end
  end
end

-- The body that the headers announce, or nil when it is broken. 'otherwise'
-- is called when they announce none.
function Stream:body(headers, otherwise)
  if headers:get("transfer-encoding") then
    if headers:get("transfer-encoding"):lower() ~= "chunked" then
      return nil
    end
    return chunked(self)
  end
  local length = headers:get("content-length")
  if not length then return otherwise() end
  if not length:find("^%d+$") then return nil end
  return self:take(math.tointeger(tonumber(length)))
end

return new
