--[[
mutate - recorded requests, spoilt at random.

  local mutate = require "spec.storm.mutate"
  local bytes = mutate.next(ports)     -- from math.random alone

The node that gets them will dial whom they name. So an address is one sign
while the text is being spoilt, and becomes one of a fixed list at last:
nothing outside of 127.66.0.0/16 is ever dialled, nobody's port elsewhere on
this machine, and no name server asked. None of it can name a node that
stands at 127.77.0.0/16.
]]
local mutate = {}

local SIGN = "\1"
local random = math.random
local folder = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "."

local addresses = {
  "127.66.0.1", "127.66.0.2", "127.66.0.3", "127.66.0.4", "127.66.0.5",
  "127.66.0.6", "0.0.0.0", "::ffff:127.66.0.7", "[::ffff:127.66.0.8]", "",
  "a b", "a/b", "a\r\nX: y", "a\0b", "\xff\xfe", "http://a/", "[", "]",
  "127.66.0.1 ", ("x"):rep(10000), ("127.66.0.1,"):rep(30),
}

local numbers = {
  "0", "-1", "65536", "5000.5", "5000 ", "1e999", "-0", "00005000", "4e3",
  "18446744073709551616", "9223372036854775807", "NaN", "null", '"5000"',
  "0x1F", "", "+5", "[]", "{}", "true",
}

local lines = {
  "GET / HTTP/1.0", "BREW / HTTP/1.1", "PUT / HTTP/1.1", "DELETE / HTTP/1.1",
  "HEAD / HTTP/1.1", "OPTIONS * HTTP/1.1", "POST http://x/ HTTP/1.1",
  "CONNECT a:1 HTTP/1.1", "TRACE / HTTP/1.1", "POST / HTTP/9.9", "POST /",
  "PATCH /%00 HTTP/1.1", "",
}

local headers = {
  "Content-Length: 5", "Content-Length: -1", "Content-Length: 99999999999",
  "Content-Length: x", "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip, chunked", "Expect: 100-continue",
  "Expect: something", "Connection: close", "Connection: keep-alive",
  "Connection: Upgrade", "Upgrade: h2c", ": empty", "No colon",
  " folded", "Host: ", "Host: [::1", "Origin: http://evil.example",
  "Gop2p-Id: 0000000000000001-1", "Gop2p-Id: zz", "Gop2p-Lua: 1 " .. SIGN
  .. ":7302", "Gop2p-Lua: 2 x", "Gop2p-Process: zz",
  "Gop2p-Notice: 1",
  "Gop2p-Process: 0123456789abcdef " .. SIGN,
  "Peer_port: 7303", "Peer_port: 0",
  "Peer_address: " .. SIGN, "X: " .. ("y"):rep(20000),
}

local bodies = {
  "{}", "null", "[null]", "[]", "0", '"x"', "{", ("["):rep(5000),
  ('{"a":'):rep(3000), '{"type":0}', '{"type":2,"from":null}',
  '{"type":0,"from":{"port":7302,"address":null}}',
  '{"type":9,"from":{"port":7302,"address":"' .. SIGN .. '"}}',
  '{"TYPE":2,"Data":"eA==","FROM":{"Port":7302,"ADDRESS":"' .. SIGN .. '"}}',
  '{"type":2,"type":0,"data":"=","from":{"port":7302,"address":"' .. SIGN
  .. '"}}',
  "5\r\nhello\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFF\r\n", ("0"):rep(3000),
  ("x"):rep(100000), "\0\0\0", "\xc0\x80\xff",
}

local function recordings()
  local list = {}
  local pipe <close> = assert(io.popen("LC_ALL=C ls '" .. folder
                                       .. "'/../wire/*/*.http"))
  for name in pipe:lines() do
    local file <close> = assert(io.open(name, "rb"))
    local text = file:read("a")
    text = text:gsub('("address":")[^"]*', "%1" .. SIGN)
    text = text:gsub("(\n[Pp][Ee][Ee][Rr]_[Aa]%a+: )[^\r]*", "%1" .. SIGN)
    -- Some responses, too: to a node they are just odd.
    local copies = name:find("/request%-") and 4 or 1
    for _ = 1, copies do list[#list + 1] = text end
  end
  assert(#list > 0, "no recordings")
  return list
end

local texts

local function pick(list) return list[random(#list)] end

local function noise()
  local out = {}
  for i = 1, random(8) do out[i] = string.char(random(2, 255)) end
  return table.concat(out)
end

local function span(text)
  local from = random(0, #text)
  return from, math.min(#text, from + random(0, 40))
end

local ways = {}

function ways.flip(text)
  local at = random(#text + 1)
  return text:sub(1, at - 1) .. string.char(random(2, 255))
         .. text:sub(at + 1)
end

function ways.delete(text)
  local from, to = span(text)
  return text:sub(1, from) .. text:sub(to + 1)
end

function ways.insert(text)
  local at = random(0, #text)
  return text:sub(1, at) .. noise() .. text:sub(at + 1)
end

function ways.double(text)
  local from, to = span(text)
  return text:sub(1, to) .. text:sub(from + 1)
end

function ways.splice(text)
  local other = pick(texts)
  return text:sub(1, random(0, #text)) .. other:sub(random(#other + 1))
end

function ways.number(text)
  local start, seen = random(#text + 1), 0
  return (text:gsub("%d+", function(digits)
    seen = seen + #digits
    if seen < start // 10 then return nil end
    start = math.huge
    return pick(numbers)
  end))
end

function ways.line(text)
  return (text:gsub("^[^\r]*", (pick(lines):gsub("%%", "%%%%"))))
end

function ways.header(text)
  local line = pick(headers)
  return (text:gsub("\r\n", function() return "\r\n" .. line .. "\r\n" end,
                    1))
end

function ways.body(text)
  local head = text:match("^.-\r\n\r\n") or text .. "\r\n\r\n"
  return head .. pick(bodies)
end

function ways.cut(text)
  return text:sub(1, random(0, #text))
end

local names = {"flip", "delete", "insert", "double", "splice", "number",
               "line", "header", "body", "cut", "number", "header", "body"}

-- Whether every address in it is the sign, or no text at all.
local function harmless(text)
  local lower = text:lower()
  for at in lower:gmatch("address()") do
    if not text:find('^"?%s*:%s*"?\1["\r]', at)
       and not text:find('^":[%d%[{ntf-]', at) then
      return false
    end
  end
  for at in lower:gmatch("gop2p%-lua:()") do
    if not text:find("^ 1 \1:", at) and not text:find("^ 2 x", at) then
      return false
    end
  end
  return true
end

local function fill(text, ports)
  text = text:gsub(SIGN, function() return pick(addresses) end)
  -- Some of those that are named do take a connection, or respond.
  if random(2) == 1 then text = text:gsub("730%d", pick(ports)) end
  -- With the length right, the body gets as far as the decoders.
  if random(2) == 1 then
    local body = text:match("\r\n\r\n(.*)$")
    text = text:gsub("(\nContent%-Length: )%d+", "%1" .. #(body or ""), 1)
  end
  return text
end

-- The next one. 'ports': where those that it names take connections.
function mutate.next(ports)
  texts = texts or recordings()
  local text
  repeat
    text = pick(texts)
    for _ = 1, random(0, 4) do text = ways[pick(names)](text) end
  until harmless(text)
  return fill(text, ports)
end

return mutate
