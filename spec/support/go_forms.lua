--[[
go_forms - the three wire forms that were published: what a program built
on each sends, what it understands, and what it refuses.

Written from the description of the protocol and the recordings. A peer is
{address, port}; the port is a string for the seed, an integer for the
others, as in the Go programs. A form is a table with

  read_peer(text)       a peer from "host:port", or nil and why not
  list(members)         the response to a connect
  read_list(text)       the peers of such a response, or nil and why not;
                        a null among them is forms.null
  request(what, self, data, to)
                        a request; what: connect disconnect broadcast direct
  read(req)             {what, from, data}; or nil, status and text
  fields, options       fields of every response; the response to OPTIONS
  strangers             whether they may speak
  direct                whether there are direct messages
  refuses_itself        whether its own name as Host is refused
]]
local json = require "go_json"
local server = require "go_server"

local forms = {}

-- A peer that is null in JSON, a nil pointer in Go.
forms.null = {}

local CORS = "Access-Control-Allow-Origin"

local function integer(digits) return math.tointeger(tonumber(digits)) end

local function as_text(v)
  if v.kind == "null" then return "" end
  if v.kind ~= "string" then return nil, v.kind .. " is not a string" end
  return v.value
end

-- Go's int: digits, and no fraction, exponent or quotes.
local function as_int(v)
  if v.kind == "null" then return 0 end
  local digits = v.kind == "number" and v.text:match("^%-?%d+$")
  local n = digits and integer(digits)
  if not n then return nil, (v.text or v.kind) .. " is not an integer" end
  return n
end

-- A peer in JSON, its port read by 'as_port'; 'blank' is Go's zero port.
local function peer_reader(as_port, blank)
  return function(v)
    if v.kind == "null" then return forms.null end
    if v.kind ~= "object" then return nil, v.kind .. " is not a peer" end
    local peer, err = {address = "", port = blank}, nil
    local address, port = json.field(v, "address"), json.field(v, "port")
    if address then peer.address, err = as_text(address) end
    if peer.address and port then peer.port, err = as_port(port) end
    if not peer.address or not peer.port then return nil, err end
    return peer
  end
end

local peer_of_seed = peer_reader(as_text, "")
local peer_of_later = peer_reader(as_int, 0)

local function read_peers(v, read)
  if v.kind ~= "array" then return nil, v.kind .. " is not a list" end
  local peers = {}
  for i, item in ipairs(v.items) do
    local peer, err = read(item)
    if not peer then return nil, err end
    peers[i] = peer
  end
  return peers
end

local function list_reader(read)
  return function(text)
    local v, err = json.decode(text)
    if not v then return nil, err end
    return read_peers(v, read)
  end
end

local function quoted_port(port) return json.quote(port) end

local function plain_port(port) return ("%d"):format(port) end

local function peer_json(peer, port)
  if peer == forms.null then return "null" end
  return ('{"port":%s,"address":%s}'):format(port(peer.port),
                                             json.quote(peer.address))
end

local function list_writer(port)
  return function(members)
    local out = {}
    for i, peer in ipairs(members) do out[i] = peer_json(peer, port) end
    return "[" .. table.concat(out, ",") .. "]"
  end
end

local function name_reader(as_port)
  return function(text)
    local address, port = text:match("^(.+):(%d+)$")
    if not address then return nil, "no host:port: " .. text end
    return {address = address, port = as_port(port)}
  end
end

-- The seed and v1.1.2: method and headers.

local methods = {
  connect = "GET", disconnect = "DELETE", broadcast = "POST", direct = "PUT",
}

local function header_request(what, self, data)
  return {
    method = methods[what], body = data,
    headers = {{"Peer_address", self.address},
               {"Peer_port", tostring(self.port)}},
  }
end

local function read_method(req, direct)
  if req.method == "GET" then return "connect" end
  if req.method == "DELETE" then return "disconnect" end
  if req.method == "PUT" then return direct end
  return "broadcast"
end

local function body_of(req, what)
  local message = what == "broadcast" or what == "direct"
  return message and req.body or nil
end

-- The seed takes whatever comes; a header that is missing is empty.
local function read_seed(req)
  local what = read_method(req, "broadcast")
  local from = {
    address = req.headers:get("PEER_ADDRESS") or "",
    port = req.headers:get("PEER_PORT") or "",
  }
  return {what = what, from = from, data = body_of(req, what)}
end

local INVALID = "No valid Message provided"

local function read_112(req)
  local what = read_method(req, "direct")
  local address = req.headers:get("PEER_ADDRESS") or ""
  local digits = (req.headers:get("PEER_PORT") or ""):match("^[+-]?%d+$")
  local port = digits and integer(digits)
  if address == "" or not port then return nil, 400, INVALID end
  return {what = what, from = {address = address, port = port},
          data = body_of(req, what)}
end

-- v1.1.3: JSON alone.

local types = {connect = 0, disconnect = 1, broadcast = 2, direct = 3}
local names = {}
for name, type in pairs(types) do names[type] = name end

local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
  .. "0123456789+/"
local place = {}
for i = 1, #DIGITS do place[DIGITS:sub(i, i)] = i - 1 end

local function base64(data)
  local out = {}
  for at = 1, #data, 3 do
    local a, b, c = data:byte(at, at + 2)
    local bits = (a << 16) | ((b or 0) << 8) | (c or 0)
    local four = ""
    for shift = 18, 0, -6 do
      local i = ((bits >> shift) & 63) + 1
      four = four .. DIGITS:sub(i, i)
    end
    local pad = c and 0 or b and 1 or 2
    out[#out + 1] = four:sub(1, 4 - pad) .. ("="):rep(pad)
  end
  return table.concat(out)
end

-- Standard base64 with its padding; line ends are skipped, as Go does.
local function unbase64(text)
  text = text:gsub("[\r\n]", "")
  local digits, pad = text:match("^([%w+/]*)(=*)$")
  if not digits or #text % 4 ~= 0 or #pad > 2 then return nil end
  local out = {}
  for at = 1, #digits, 4 do
    local bits, n = 0, math.min(4, #digits - at + 1)
    for i = 0, 3 do
      local digit = digits:sub(at + i, at + i)
      bits = (bits << 6) | (place[digit] or 0)
    end
    out[#out + 1] = (">I3"):pack(bits):sub(1, n - 1)
  end
  return table.concat(out)
end

local function json_request(what, self, data, to)
  local body = ('{"type":%d,"data":%s,"from":%s'):format(
    types[what], data and '"' .. base64(data) .. '"' or "null",
    peer_json(self, plain_port))
  if to then body = body .. ',"to":' .. list_writer(plain_port)(to) end
  return {
    method = "POST", body = body .. "}",
    host = ("%s:%d"):format(self.address, self.port),
  }
end

local readers = {
  type = as_int,
  data = function(v)
    local text, err = as_text(v)
    return text and unbase64(text), err
  end,
  from = peer_of_later,
  to = function(v)
    if v.kind == "null" then return {} end
    return read_peers(v, peer_of_later)
  end,
}

-- What Go's decoder leaves in a message: zero values for what is missing,
-- and nothing at all when one known field is of the wrong type.
local function read_fields(v)
  local msg = {type = 0, from = forms.null}
  for name, read in pairs(readers) do
    local field = json.field(v, name)
    if field then
      local value = read(field)
      if value == nil then return nil end
      msg[name] = value
    end
  end
  return msg
end

local function read_json(req)
  local v = json.decode(req.body)
  if v and v.kind == "null" then v = {kind = "object", fields = {}} end
  local msg = v and v.kind == "object" and read_fields(v)
  if not msg then return nil, 400, INVALID end
  msg.what = names[msg.type]
  if not msg.what then return nil, 405, "Method not allowed" end
  return msg
end

forms.seed = {
  fields = {[CORS] = "*"},
  options = {status = 200, fields = {}, body = ""},
  strangers = true,
  read_peer = name_reader(tostring),
  list = list_writer(quoted_port),
  read_list = list_reader(peer_of_seed),
  request = header_request,
  read = read_seed,
}

forms["v1.1.2"] = {
  fields = {[CORS] = "*"},
  options = {status = 200, fields = {}, body = ""},
  strangers = false,
  direct = true,
  read_peer = name_reader(integer),
  list = list_writer(plain_port),
  read_list = list_reader(peer_of_later),
  request = header_request,
  read = read_112,
}

local wide = {
  [CORS] = "*",
  ["Access-Control-Allow-Credentials"] = "true",
  ["Access-Control-Allow-Headers"] = "*",
  ["Access-Control-Allow-Methods"] = "*",
}

forms["v1.1.3"] = {
  fields = wide,
  options = server.error(204, "", wide),
  strangers = false,
  direct = true,
  refuses_itself = true,
  read_peer = name_reader(integer),
  list = list_writer(plain_port),
  read_list = list_reader(peer_of_later),
  request = json_request,
  read = read_json,
}

return forms
