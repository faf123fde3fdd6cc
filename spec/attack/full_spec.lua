-- Connections without end: whoever has many of them keeps nobody out.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local netns = require "spec.support.netns"
local process = require "spec.support.process"

local MEMBER = net.sender()
local PROBE = "OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\n"

teardown(function() MEMBER:close() end)

local function dial(node, source)
  local conn = assert(net.dial(node, "127.0.0.1", source))
  gop2p.pump(0)
  return conn
end

-- So many from an address, all served once, oldest first.
local function served(node, address, count)
  local list = {}
  for i = 1, count do
    list[i] = dial(node, address)
    list[i]:send(PROBE)
    assert.equal(204, assert(list[i]:response()).status)
  end
  return list
end

-- Which of the connections are closed, by their places.
local function closed(list)
  net.pass(0.05)
  local out = {}
  for i, conn in ipairs(list) do
    local _, err = conn.socket:receive(1)
    if err == "closed" then out[#out + 1] = i end
  end
  return out
end

local function probed(conn)
  conn:send(PROBE)
  return assert(conn:response()).status
end

describe("when no more connections are served,", function()
  local node, keep

  before_each(function()
    node = assert(gop2p.start_local_node(0, {
      max_connections = 12, max_connections_per_address = 4}))
  end)
  after_each(function()
    keep = nil
    node:close()
    collectgarbage()
  end)

  -- A node that has stood still gives all connections more time.
  local function standstill()
    local till = os.clock() + 1.2
    repeat until os.clock() > till
    gop2p.pump(0)
  end

  local function oldest(between)
    local few, many = served(node, "127.0.1.2", 3),
                      served(node, "127.0.1.3", 4)
    local others = served(node, "127.0.1.4", 4)
    keep = {few, many, others}
    assert.equal(204, probed(many[1])) -- so the second has waited longest
    between()
    local own = assert(net.dial(node))
    assert.equal(204, probed(own))     -- is the twelfth
    local member = assert(net.dial(node))
    member:send(net.json(0, MEMBER))
    assert.equal(200, assert(member:response()).status)
    assert.same({{}, {2}, {}}, {closed(few), closed(many), closed(others)})
    assert.equal(204, probed(own))
    assert.is_nil(net.errors(node, 1, 0.1)[1]) -- nobody was refused
  end

  it("the oldest that rests goes, of the address with the most", function()
    oldest(function() end)
  end)

  it("also when the node has stood still", function()
    oldest(standstill)
  end)

  it("those of 16 addresses keep no member out", function()
    keep = {}
    for i = 2, 17 do
      keep[i] = {}
      for k = 1, 4 do keep[i][k] = dial(node, "127.0.1." .. i) end
      local member = assert(net.dial(node))
      member:send(net.json(0, MEMBER))
      assert.equal(200, assert(member:response()).status, i)
      member:close()
    end
  end)

  it("slow requests of one address keep no other out", function()
    keep = {}
    for i = 2, 4 do
      for _ = 1, 4 do
        local conn = dial(node, "127.0.1." .. i)
        conn:send("POST / HTTP/1.1\r\nHost: localhost\r\n"
                  .. "Content-Length: 9\r\n\r\n")
        keep[#keep + 1] = conn
      end
    end
    local own = assert(net.dial(node))
    own:send(PROBE)
    assert.equal(503, assert(own:response()).status) -- not in a second
    own:close()
    net.pass(1.1)
    own = assert(net.dial(node))
    assert.equal(204, probed(own))
    assert.equal(408, assert(keep[1]:response()).status)
    for i = 2, #keep do
      keep[i]:send("123456789")
      assert.equal(400, assert(keep[i]:response()).status, i)
    end
    own:close()
  end)

  it("none goes whose response is owed", function()
    local small <close> = assert(gop2p.start_local_node(0, {
      max_connections = 4, inbox_messages = 1}))
    local function post(conn) conn:send(net.json(2, MEMBER, "YQ==")) end
    assert.equal(200, net.ask(small, net.json(0, MEMBER)).status)
    local waiting = {assert(net.dial(small))}
    post(waiting[1])
    assert.equal(200, assert(waiting[1]:response()).status) -- it is full
    for i = 1, 4 do
      waiting[i] = waiting[i] or assert(net.dial(small))
      post(waiting[i])
      net.pass(0.02)
    end
    assert.equal(503, net.ask(small, PROBE).status)
    assert.is_not_nil(small:receive(5))
    for i = 1, 4 do
      assert.is_not_nil(small:receive(5))
      assert.equal(200, assert(waiting[i]:response()).status, i)
    end
    for i = 1, 4 do waiting[i]:close() end
  end)
end)

describe("connections over IPv6", function()
  local LUA = os.getenv("LUA") or "lua5.4"

  local SERVER = [[
    local gop2p = require "gop2p"
    io.stdout:setvbuf("line")
    gop2p.run(function()
      local node <close> = assert(gop2p.start_node(arg[1], 5000,
        {max_connections_per_address = 4}))
      print("ready")
      for _ in gop2p.lines() do end
    end)
  ]]

  -- How many of three connections are served; they stay.
  local CLIENT = [[
    local socket = require "socket"
    local all, served = {}, 0
    for i = 1, 3 do
      all[i] = assert(socket.tcp6())
      all[i]:settimeout(5)
      assert(all[i]:connect(arg[1], 5000))
      all[i]:send("OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\n")
      local line = assert(all[i]:receive())
      served = served + (line:find("^HTTP/1.1 204") and 1 or 0)
    end
    print(served)
    io.stdout:flush()
    io.read()
  ]]

  local function start(machines, i, program, address)
    return assert(process.start(machines:within(i, {
      LUA, "-e", 'arg = {"' .. address .. '"}\n' .. program})))
  end

  it("of machines in one /64 are counted together", function()
    local machines, reason = netns.open(3)
    if not machines then return pending("no namespaces here: " .. reason) end
    local _ <close> = machines
    local address = machines:ipv6(1)
    local server <close> = start(machines, 1, SERVER, address)
    assert.equal("ready", server:line(20))
    local one <close> = start(machines, 2, CLIENT, address)
    assert.equal("3", one:line(20))
    local other <close> = start(machines, 3, CLIENT, address)
    assert.equal("1", other:line(20))
  end)
end)
