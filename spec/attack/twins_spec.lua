-- What stands twice where two readers may each believe another one: fields
-- of JSON whose names differ in case at most, and headers that say who
-- speaks or what is meant. Neither of the two counts.

local gop2p = require "gop2p"
local net = require "spec.support.net"

local FROM = '{"port":4000,"address":"127.1.2.3"}'
local ELSE = '{"port":4001,"address":"127.3.2.1"}'

local function peer(fields) return "{" .. fields .. "}" end

describe("a request with twins", function()
  local node

  before_each(function() node = assert(gop2p.start_local_node(0)) end)
  after_each(function() node:close() end)

  local function refused(bytes)
    assert.equal(400, net.ask(node, bytes).status, bytes)
    assert.same({}, node:members(), bytes)
    assert.is_nil((node:receive(0)))
  end

  it("of the sender's fields is refused, however they are spelt", function()
    for _, pair in ipairs({{"from", "from"}, {"FROM", "From"},
                           {"from", "\\u0066rom"}, {"fro\\u004D", "FROM"}}) do
      refused(net.post(('{"type":0,"%s":%s,"%s":%s}'):format(
        pair[1], FROM, pair[2], ELSE)))
    end
    local err = assert(net.errors(node, 1)[1])
    assert.same({"EBADMSG", 400}, {err.code, err.status})
  end)

  it("of a type, of data, or of receivers is refused", function()
    for _, twins in ipairs({'"type":0,"Type":1', '"type":9,"type":0',
                            '"type":0,"data":null,"DATA":"YQ=="',
                            '"type":0,"to":[],"To":[' .. FROM .. "]"}) do
      refused(net.post("{" .. twins .. ',"from":' .. FROM .. "}"))
    end
  end)

  it("within a peer is refused, wherever that stands", function()
    for _, twins in ipairs({
      '"port":1,"Port":2,"address":"a"',
      '"port":1,"address":"a","ADDRESS":"b"',
      '"port":1,"address":"a","addre\197\191s":"b"', -- which is an s to Go
      '"port":1,"address":"a","addres\\u017F":"b"',
    }) do
      refused(net.post('{"type":0,"from":' .. peer(twins) .. "}"))
      refused(net.post('{"type":3,"data":"","from":' .. FROM .. ',"to":['
                       .. FROM .. "," .. peer(twins) .. "]}"))
    end
  end)

  it("of headers is refused, whichever comes first", function()
    for _, header in ipairs({
      "PEER_ADDRESS: 127.3.2.1", "peer_address: 127.1.2.3", "Peer_port: 4001",
    }) do
      refused("GET / HTTP/1.1\r\nHost: localhost\r\n" .. header .. "\r\n"
              .. "Peer_address: 127.1.2.3\r\nPeer_port: 4000\r\n\r\n")
      refused("GET / HTTP/1.1\r\nHost: localhost\r\n"
              .. "PEER_ADDRESS: 127.1.2.3\r\nPEER_PORT: 4000\r\n"
              .. header .. "\r\n\r\n")
    end
  end)

  it("of headers of our own is refused", function()
    for _, name in ipairs({"Lua", "Process", "Version", "Id", "Notice",
                           "Again", "Brief", "Visit"}) do
      local headers = ("Gop2p-%s: 1\r\nGOP2P-%s: 2\r\n"):format(
        name, name:upper())
      refused("POST / HTTP/1.1\r\nHost: localhost\r\n" .. headers
              .. "Content-Length: 53\r\n\r\n" .. '{"type":0,"from":'
              .. FROM .. "}")
    end
    for _, name in ipairs({"List", "Probe", "Suspect", "Digest"}) do
      local header = ("Gop2p-%s: 127.0.0.1:1\r\n"):format(name)
      refused("OPTIONS / HTTP/1.1\r\nHost: localhost\r\n" .. header .. header
              .. "\r\n")
    end
  end)

  it("of headers that decide nothing is served", function()
    assert.equal(204, net.ask(node, "OPTIONS / HTTP/1.1\r\n"
      .. "Host: localhost\r\nX: 1\r\nX: 2\r\n"
      .. "Gop2p-A: 1\r\nGop2p-B: 1\r\n" -- of later versions
      .. "Gop2p-A: 2\r\n\r\n").status)
  end)
end)

describe("a response with twins", function()
  local node

  before_each(function() node = assert(gop2p.start_local_node(0)) end)
  after_each(function() node:close() end)

  -- A connect fails with it, and nobody is met.
  local function refused(bytes)
    local entry <close> = net.canned({connect = bytes})
    local ok, err = node:connect(entry.name)
    assert.is_nil(ok, bytes)
    assert.equal("EPROTO", err.code, bytes)
    assert.same({}, node:members())
  end

  it("within the list is no list", function()
    for _, list in ipairs({
      '[{"port":1,"address":"a","Address":"b"}]',
      '[{"port":1,"PORT":2,"address":"a"}]',
    }) do
      refused(net.response("200 OK", list))
    end
  end)

  it("of headers is none of a node", function()
    for _, headers in ipairs({
      "Gop2p-Process: 0123456789abcdef\r\n"
        .. "Gop2p-Process: fedcba9876543210\r\n",
      "Gop2p-Lua: 1 a:1\r\ngop2p-lua: 1 b:2\r\n",
      "Content-Length: 2\r\n", -- and there is one
    }) do
      refused(net.response("200 OK", "[]", headers))
    end
  end)
end)
