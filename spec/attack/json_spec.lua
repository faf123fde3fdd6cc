-- JSON that costs more to build than to send. What stands in a text is
-- counted before it is parsed: what nobody needs is refused unread, and what
-- the largest network may say is not.

local gop2p = require "gop2p"
local net = require "spec.support.net"

local sender = net.sender()
local FROM = ('{"port":%d,"address":"127.1.2.3"}'):format(sender.port)
local MESSAGE = '{"type":3,"data":"YQ==","from":' .. FROM

teardown(function() sender:close() end)

local function peers(count)
  local out = {}
  for i = 1, count do
    out[i] = ('{"port":%d,"address":"127.7.7.7"}'):format(i)
  end
  return "[" .. table.concat(out, ",") .. "]"
end

local function keys(count)
  local out = {}
  for i = 1, count do out[i] = ('"%x":1'):format(i) end
  return table.concat(out, ",")
end

describe("JSON of a member", function()
  local node

  before_each(function()
    node = assert(gop2p.start_local_node(0))
    assert.equal(200, net.ask(node, net.json(0, sender)).status)
  end)
  after_each(function() node:close() end)

  local function status(body)
    return net.ask(node, net.post(body)).status
  end

  it("with 140,000 keys takes no longer to refuse than to read", function()
    local bytes = net.post("{" .. keys(140000) .. "}")
    local conn <close> = assert(net.dial(node))
    local from = os.clock()
    conn:send(bytes)
    assert.equal(400, assert(conn:response()).status)
    assert.is_true(os.clock() - from < 0.1, os.clock() - from)
    local err = assert(net.errors(node, 1)[1])
    assert.same({"EBADMSG", 400}, {err.code, err.status})
  end)

  it("may have 32 fields in an object", function()
    assert.equal(200, status(MESSAGE .. "," .. keys(29) .. "}"))
    assert.equal(400, status(MESSAGE .. "," .. keys(30) .. "}"))
  end)

  it("may have 32,768 values, whatever they are", function()
    for _, value in ipairs({"1,", "[],", "null,", '"a",'}) do
      -- Seven commas and brackets are not those of 'x'.
      local list = value:rep((32768 - 7) // (value == "[]," and 2 or 1))
      assert.equal(200, status(MESSAGE .. ',"x":[' .. list .. "1]}"), value)
      assert.equal(400, status(MESSAGE .. ',"x":[' .. list .. value
                               .. "1]}"), value)
    end
  end)

  it("may be for 10,900 receivers", function()
    assert.equal(200, status(MESSAGE .. ',"to":' .. peers(10900) .. "}"))
    assert.equal(10900, #assert(node:receive(0)).to)
    assert.equal(400, status(MESSAGE .. ',"to":' .. peers(11000) .. "}"))
  end)
end)

describe("a list", function()
  local function connect(count)
    local node <close> = assert(gop2p.start_local_node(0, {max_members = 1}))
    local entry <close> = net.canned({connect = net.response("200 OK",
                                                             peers(count))})
    local ok, err = node:connect(entry.name)
    return ok, err and err.code
  end

  it("may have 10,900 members", function()
    assert.is_true(connect(10900))
    assert.same({nil, "EPROTO"}, {connect(11000)})
  end)
end)
