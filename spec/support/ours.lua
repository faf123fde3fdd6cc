--[[
ours - a node of ours as a program plays it that has none of its code: what
it says of itself, its address says as well, and so others believe it.

  local ours = require "spec.support.ours"
  local ann <close> = ours.start({name = "ann"})
  net.ask(node, ann:connect())                        -- ann is a member now
  net.ask(node, ann:message("Hello"))
  net.ask(node, net.http("GET /", ann:headers()))     -- the first once more

It is one of net.canned, and takes the requests that come to it from there.
What is said in its name by a liar is made of 'headers' with others in their
place: ann:headers({["Gop2p-Cookie"] = false}).
]]
local net = require "spec.support.net"

local ours = {}

local Ours = {}
Ours.__index = Ours

ours.version = 3

local function digits(count)
  return (("0"):rep(count):gsub("0", function()
    return ("%x"):format(math.random(0, 15))
  end))
end

-- What it is: three headers, two where it is of the first version.
local function who(self)
  local fields = {"Gop2p-Lua: 1 " .. self.address .. ":$PORT",
                  "Gop2p-Process: " .. self.process .. self.nick}
  if self.version > 1 then
    fields[3] = "Gop2p-Version: " .. self.version
  end
  return table.concat(fields, "\r\n") .. "\r\n"
end

local function responses(self)
  local cookie = self.version >= ours.version and self.cookie
  local bare = "Gop2p-Process: " .. self.process .. "\r\n"
  local list = {
    options = "HTTP/1.1 204 No Content\r\n" .. who(self) .. "\r\n",
    connect = net.page("200 OK", "[]", who(self)
      .. (cookie and "Gop2p-Cookie: " .. cookie .. "\r\n" or "")),
    message = net.page("200 OK", "", bare),
    disconnect = net.page("200 OK", "", bare),
  }
  if cookie then
    list["ask" .. cookie] = "HTTP/1.1 204 No Content\r\n" .. who(self)
                            .. "Gop2p-Cookie: yes\r\n\r\n"
  end
  return list
end

-- Options: address (127.0.0.1), port; name; process, 16 digits; version, of
-- which those before the third have no cookie.
function ours.start(options)
  options = options or {}
  local self = {
    address = options.address or "127.0.0.1",
    nick = options.name and " " .. options.name or "",
    process = options.process or digits(16),
    version = options.version or ours.version, cookie = digits(32),
  }
  self.server = net.canned(responses(self), {address = self.address,
                                             port = options.port})
  self.port, self.name = self.server.port, self.server.name
  return setmetatable(self, Ours)
end

-- What it sends with all that it says; 'others' in their place, where false
-- stands for none.
function Ours:headers(others)
  local fields = {
    Host = self.name, Peer_address = self.address,
    Peer_port = tostring(self.port), ["Gop2p-Lua"] = "1 " .. self.name,
    ["Gop2p-Process"] = self.process .. self.nick,
    ["Gop2p-Version"] = self.version > 1 and tostring(self.version) or nil,
    ["Gop2p-Cookie"] = self.version >= ours.version and self.cookie or nil,
  }
  for name, value in pairs(others or {}) do fields[name] = value or nil end
  return fields
end

function Ours:connect(others)
  return net.http("GET /", self:headers(others))
end

function Ours:disconnect(others)
  return net.http("DELETE /", self:headers(others))
end

function Ours:message(text, others)
  return net.http("POST /", self:headers(others), text)
end

-- As net.canned's.
function Ours:request(seconds) return self.server:request(seconds) end

function Ours:close() self.server:close() end

Ours.__close = Ours.close

return ours
