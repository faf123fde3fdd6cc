--[[
forge - requests and responses that are well formed, and lie.

  local forge = require "spec.storm.forge"
  local f = forge.new(seed, {honest = {PLACE...}, liars = {PLACE...}})
  local bytes, source = f:request()    -- to be sent from that address
  local bytes, delay = f:response(request, liar)   -- nil: silence

A PLACE is a table with 'address', 'port' and 'process', the 16 digits that
a node of ours shows to everybody; an honest one may have a 'nick'. Requests
speak in everybody's name, from everybody's address, with all the headers of
nodes of ours. Responses are often what an honest member says: so liars
become members, too. Cookies that liars have been shown are repeated in the
name of others.

What is drawn follows from the seed, the requests apart from the responses.
]]
local forge = {}

local Forge = {}
Forge.__index = Forge

-- A function that draws from 1 to n (splitmix64, Steele et al., OOPSLA 2014).
local function generator(state)
  return function(n)
    state = state + 0x9E3779B97F4A7C15
    local z = (state ~ (state >> 30)) * 0xBF58476D1CE4E5B9
    z = (z ~ (z >> 27)) * 0x94D049BB133111EB
    return ((z ~ (z >> 31)) >> 1) % n + 1
  end
end

local ODD = {"localhost", "127.0.0.1", "0.0.0.0", "::1", "::", "127.66.0.9"}
local NICKS = {"owner", "bot", "anna", "victim"}
local STATUS = {200, 200, 200, 200, 200, 200, 204, 204, 400, 403, 403, 405,
                409, 413, 429, 500, 503, 504}
-- What every response of v1.1.3 has.
local ALLOW = "Access-Control-Allow-Credentials: true\r\n"
  .. "Access-Control-Allow-Headers: *\r\n"
  .. "Access-Control-Allow-Methods: *\r\n"
  .. "Access-Control-Allow-Origin: *\r\n"

function forge.new(seed, scene)
  local self = setmetatable({
    honest = scene.honest, liars = scene.liars, processes = {},
    cookies = {}, shown = 0, asking = generator(seed),
    responding = generator(~seed),
  }, Forge)
  for _, list in ipairs {scene.honest, scene.liars} do
    for _, place in ipairs(list) do
      self.processes[#self.processes + 1] = place.process
    end
  end
  self.processes[#self.processes + 1] = "00000000deadbeef"
  return self
end

local function pick(draw, list) return list[draw(#list)] end

local function often(draw, percent) return draw(100) <= percent end

local function digits(draw, count)
  local out = {}
  for i = 1, count do out[i] = ("%x"):format(draw(16) - 1) end
  return table.concat(out)
end

local function text(place)
  local host = place.address
  if host:find(":", 1, true) then host = "[" .. host .. "]" end
  return host .. ":" .. place.port
end

-- Anybody at all, most of the time somebody there is.
function Forge:anyone(draw)
  local place = pick(draw, often(draw, 60) and self.honest or self.liars)
  if often(draw, 85) then return place end
  return {address = pick(draw, ODD), process = place.process,
          port = often(draw, 20) and 1 or place.port, nick = place.nick}
end

-- Of 'place', or of somebody else.
function Forge:mostly(draw, place)
  return often(draw, 75) and place or self:anyone(draw)
end

function Forge:cookie(draw)
  local known = #self.cookies
  if known > 0 and often(draw, 60) then return pick(draw, self.cookies) end
  return digits(draw, 32)
end

-- What nodes of ours say of themselves.
function Forge:announcement(draw, place, add)
  if often(draw, 60) then
    add("Lua", "1 " .. text(self:mostly(draw, place)))
  end
  if often(draw, 70) then
    local who = self:mostly(draw, place)
    local process = often(draw, 80) and who.process
                    or pick(draw, self.processes)
    local nick = often(draw, 70) and who.nick
                 or often(draw, 20) and pick(draw, NICKS)
    add("Process", process .. (nick and " " .. nick or ""))
  end
  if often(draw, 60) then add("Version", often(draw, 80) and 3 or draw(4)) end
  if often(draw, 20) then
    add("Digest", digits(draw, often(draw, 80) and 32 or 16) .. " "
        .. text(self:mostly(draw, place)))
  end
end

local function collect()
  local out = {}
  return out, function(name, value)
    out[#out + 1] = ("Gop2p-%s: %s\r\n"):format(name, value)
  end
end

local MARKS = {Again = {0, 1}, Brief = {1}, Visit = {1}, List = {1},
               Notice = {1}}
local MARKNAMES = {"Again", "Brief", "Visit", "List", "Notice"}

function Forge:requestheaders(draw, place)
  local out, add = collect()
  self:announcement(draw, place, add)
  if often(draw, 40) then
    local cookie = self:cookie(draw)
    add("Cookie", often(draw, 70) and cookie
        or ("ask %s %s"):format(cookie, pick(draw, self.processes)))
  end
  if often(draw, 40) then
    add("Id", ("%s-%x"):format(self:mostly(draw, place).process,
                               often(draw, 50) and draw(60) or draw(1 << 62)))
  end
  for _, name in ipairs(MARKNAMES) do
    if often(draw, 10) then add(name, pick(draw, MARKS[name])) end
  end
  if often(draw, 10) then add("Probe", text(self:anyone(draw))) end
  if often(draw, 15) then add("Suspect", text(self:anyone(draw))) end
  return table.concat(out)
end

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                 .. "0123456789+/"

local function base64(bytes)
  local out = {}
  for i = 1, #bytes, 3 do
    local a, b, c = bytes:byte(i, i + 2)
    local n = a << 16 | (b or 0) << 8 | (c or 0)
    for k = 1, 4 do
      local v = n >> (24 - 6 * k) & 63
      out[#out + 1] = (k == 3 and not b or k == 4 and not c) and "="
                      or ALPHABET:sub(v + 1, v + 1)
    end
  end
  return table.concat(out)
end

local function json(place)
  return ('{"port":%d,"address":"%s"}'):format(place.port, place.address)
end

function Forge:list(draw)
  local out = {}
  for i = 1, draw(7) - 1 do out[i] = json(self:anyone(draw)) end
  return "[" .. table.concat(out, ",") .. "]"
end

-- What an honest one may have said, or what the owner alone may.
local function datum(draw, place)
  local n = draw(500)
  return pick(draw, {"!mark forged", "!mark " .. n, "hi",
                     place.address .. " " .. n,
                     ("%d %s %d"):format(n, place.address, draw(500))})
end

local function http(line, headers, body)
  return ("%s / HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s"):format(
    line, headers, #body, body)
end

local METHODS = {"GET", "DELETE", "POST", "PUT"}

-- Connects, goodbyes and messages, as the header forms say them.
function Forge:headerform(draw, place, headers)
  local method = pick(draw, METHODS)
  local from = self:mostly(draw, place)
  local talks = method == "POST" or method == "PUT"
  return http(method, ("Host: %s\r\nPeer_address: %s\r\nPeer_port: %d\r\n%s")
    :format(text(self:anyone(draw)), from.address, from.port, headers),
    talks and datum(draw, place) or "")
end

-- The same in JSON.
function Forge:jsonform(draw, place, headers)
  local kind = pick(draw, {0, 0, 0, 1, 1, 2, 2, 2, 3, 3})
  local from = self:mostly(draw, place)
  local data = kind >= 2 and '"' .. base64(datum(draw, place)) .. '"'
               or "null"
  local to = kind == 3 and ',"to":' .. self:list(draw) or ""
  return http("POST", "Host: " .. text(self:mostly(draw, place)) .. "\r\n"
    .. headers, ('{"type":%d,"data":%s,"from":%s%s}'):format(kind, data,
                                                            json(from), to))
end

-- The next one, and the address that it comes from: that of whom it names,
-- of a liar, or of nobody.
function Forge:request()
  local draw = self.asking
  local place = self:anyone(draw)
  local headers = self:requestheaders(draw, place)
  local way = draw(100)
  local bytes
  if way <= 25 then
    bytes = http("OPTIONS", "Host: " .. text(self:anyone(draw)) .. "\r\n"
                 .. headers, "")
  elseif way <= 50 then
    bytes = self:headerform(draw, place, headers)
  else
    bytes = self:jsonform(draw, place, headers)
  end
  local from = pick(draw, {place.address, pick(draw, self.liars).address,
                           "127.66.1." .. draw(250)})
  return bytes, from:find("^127%.[67]") and from or "127.66.1.1"
end

-- Cookies that were shown to a liar; so many are remembered.
function Forge:learn(request)
  local cookie = request:match("\nGop2p%-Cookie: (%x+)\r")
  if not cookie then return end
  self.cookies[self.shown % 64 + 1] = cookie
  self.shown = self.shown + 1
end

-- What the liar would say if it were honest.
local function truth(request, liar)
  local out, add = collect()
  add("Lua", "1 " .. text(liar))
  add("Process", liar.process)
  add("Version", 3)
  if request:find("\nGop2p%-Cookie: ask ") then add("Cookie", "yes") end
  return table.concat(out)
end

function Forge:lie(draw, liar)
  local out, add = collect()
  self:announcement(draw, often(draw, 30) and liar or self:anyone(draw),
                    add)
  if often(draw, 30) then
    add("Cookie", often(draw, 50) and "yes" or self:cookie(draw))
  end
  if often(draw, 10) then add("List", 1) end
  return table.concat(out)
end

local ODDITIES = {
  "garbage\r\n\r\n", "",
  ("HTTP/1.1 100 Continue\r\n\r\n"):rep(30),
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" .. ("0"):rep(2000),
  "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n[",
}

-- To a request of a node: bytes, the seconds until then, and whether the
-- connection ends with it. Without bytes it gets none.
function Forge:response(request, liar)
  local draw = self.responding
  self:learn(request)
  if often(draw, 4) then return nil end
  local delay = often(draw, 10) and draw(1000) / 1000 or 0
  if often(draw, 6) then return pick(draw, ODDITIES), delay, true end
  local honest = often(draw, 60)
  local listed = request:find("^GET") or request:find('{"type":0', 1, true)
                 or request:find("\nGop2p%-List: 1")
  local status = honest and 200 or pick(draw, STATUS)
  local body = listed and self:list(draw) or ""
  if not honest and often(draw, 20) then body = ("x"):rep(draw(100)) end
  if status == 204 then body = "" end
  local headers = honest and truth(request, liar) or self:lie(draw, liar)
  return ("HTTP/1.1 %d X\r\n%s%sContent-Length: %d\r\n\r\n%s"):format(
    status, often(draw, 80) and ALLOW or "", headers, #body, body), delay,
    often(draw, 5)
end

return forge
