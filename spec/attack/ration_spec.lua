-- Lists of addresses that are invented: they neither have a node dial them
-- all at once, nor keep it from its members.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"
local socket = require "socket"

local Sockets = {}
Sockets.__index = Sockets

function Sockets:__close()
  for _, sock in ipairs(self) do sock:close() end
end

-- A port at every address of 127.0.0.0/8 that takes no more connections: who
-- dials it hears nothing.
local function hole()
  local self = setmetatable({}, Sockets)
  self[1] = assert(socket.bind("0.0.0.0", 0, 0))
  local _, port = self[1]:getsockname()
  self.port = math.tointeger(tonumber(port))
  for i = 2, 4 do
    self[i] = socket.tcp4()
    self[i]:settimeout(0)
    self[i]:connect("127.0.0.1", self.port)
  end
  return self
end

local function listed(names)
  local out = {}
  for i, name in ipairs(names) do
    local address, port = name:match("^(.*):(%d+)$")
    out[i] = ('{"port":%s,"address":"%s"}'):format(port, address)
  end
  return net.response("200 OK", "[" .. table.concat(out, ",") .. "]")
end

local function can_count()
  local file = io.open("/proc/net/tcp")
  if file then file:close() end
  return file ~= nil
end

-- How many connections to these ports are being set up (state 2, SYN_SENT).
local function being_set_up(ports)
  local count = 0
  for line in io.lines("/proc/net/tcp") do
    local port, state = line:match("^%s*%d+: %x+:%x+ %x+:(%x+) (%x+)")
    if state == "02" and ports[tonumber(port, 16)] then count = count + 1 end
  end
  return count
end

-- The most that are so, beside 'before', within 0.8 s from when there are
-- 'enough'. After a second they are given up, and closed a turn later.
local function most(ports, before, enough)
  local max, deadline = 0, nil
  net.await(function()
    max = math.max(max, being_set_up(ports) - before)
    if max >= enough then deadline = deadline or socket.gettime() + 0.8 end
    return deadline and socket.gettime() > deadline
  end, 10)
  return max
end

describe("a list of addresses that do not respond", function()
  local node, member
  before_each(function()
    -- Each message needs a connection of its own.
    node = assert(gop2p.start_local_node(0, {rest_timeout = 0.001}))
    member = net.canned({})
    assert.is_true(node:connect(member.name))
    net.pass(1)   -- it is probed
  end)
  after_each(function()
    node:close()
    member:close()
  end)

  it("has 16 dialled at once, and keeps nobody else waiting", function()
    if not can_count() then pending("nothing tells what is dialled here") end
    local nowhere <close> = hole()
    local ports, names = {[nowhere.port] = true}, {}
    for i = 1, 2000 do
      names[i] = ("127.5.%d.%d:%d"):format(i // 250, i % 250 + 1,
                                           nowhere.port)
    end
    local before = being_set_up(ports)   -- those that filled it
    local liar <close> = net.canned({connect = listed(names)})
    gop2p.spawn(function() return node:connect(liar.name) end)
    assert.equal(16, most(ports, before, 16))
    for _ = 1, 5 do
      local seconds = net.timed(function()
        local sent = assert(node:send(member.name, "x"))
        assert(sent:wait(5))
      end)
      assert.is_true(seconds < 0.5, seconds)
    end
    -- Nor is a newcomer, which is asked whether it is there.
    for _ = 1, 5 do
      local newcomer <close> = net.sender()
      local seconds, response = net.timed(net.ask, node,
                                          net.json(0, newcomer))
      assert.equal(200, response.status)
      assert.is_true(seconds < 0.5, seconds)
      assert.equal(200, net.ask(node, net.json(2, newcomer, "YQ==")).status)
    end
    assert.is_true(most(ports, before, 16) <= 16)
  end)

  it("has 4 dialled at one address", function()
    if not can_count() then pending("nothing tells what is dialled here") end
    local holes, ports, names = setmetatable({}, {__close = function(list)
      for _, one in ipairs(list) do getmetatable(one).__close(one) end
    end}), {}, {}
    local all <close> = holes
    for i = 1, 20 do
      all[i] = hole()
      ports[all[i].port] = true
      names[i] = "127.5.5.5:" .. all[i].port
    end
    local before = being_set_up(ports)
    local liar <close> = net.canned({connect = listed(names)})
    gop2p.spawn(function() return node:connect(liar.name) end)
    assert.equal(4, most(ports, before, 4))
  end)
end)

describe("a list of addresses that take connections and say nothing",
         function()
  -- Says what it is told in errors(), and for a line TEXT how that reached
  -- the member.
  local CHILD = [[
    local gop2p = require "gop2p"
    io.stdout:setvbuf("line")
    gop2p.run(function()
      local node <close> = assert(gop2p.start_local_node(0,
        {rest_timeout = 0.001}))
      local starved = 0
      gop2p.spawn(function()
        for err in node:errors() do
          if err.code == "EMFILE" then starved = starved + 1 end
        end
      end)
      assert(node:connect(arg[1]))
      print("ready", node:self().port)
      gop2p.spawn(function() node:connect(arg[2]) end)
      for line in gop2p.lines() do
        print(line, assert(node:send(arg[1], line)):wait(5))
        if line == "last" then print("starved", starved) end
      end
    end)
    os.exit(0)
  ]]

  it("leaves descriptors for members", function()
    local server = assert(socket.bind("0.0.0.0", 0, 4096))
    local silent <close> = setmetatable({server}, Sockets)
    local _, port = silent[1]:getsockname()
    local names = {}
    for i = 1, 1000 do
      names[i] = ("127.6.%d.%d:%d"):format(i // 250, i % 250 + 1, port)
    end
    local liar <close> = net.canned({connect = listed(names)})
    local member <close> = net.canned({})
    local child <close> = assert(process.start({"sh", "-c",
      "ulimit -n 256; exec \"$0\" -e \"$1\" /dev/null \"$2\" \"$3\"",
      os.getenv("LUA") or "lua5.4", CHILD, member.name,
      liar.name}))
    local line = child:line(10)
    assert.matches("^ready", line)
    local mine <close> = setmetatable({}, Sockets)
    for i = 1, 30 do
      child:send("x" .. i)
      assert.equal("x" .. i .. "\ttrue", child:line(10))
      -- Whoever connects takes none of them either.
      for _ = 1, 10 do
        local sock = socket.tcp4()
        sock:settimeout(0)
        sock:connect("127.0.0.1", tonumber(line:match("%d+")))
        mine[#mine + 1] = sock
      end
    end
    child:send("last")
    assert.equal("last\ttrue", child:line(10))
    -- Incoming ones had to wait, and that is told once.
    assert.equal("starved\t1", child:line(10))
  end)
end)

describe("members that are many, and respond", function()
  local CHILD = [[
    local gop2p = require "gop2p"
    io.stdout:setvbuf("line")
    gop2p.run(function()
      local node <close> = assert(gop2p.start_local_node(0))
      print(node:self().port)
      for line in gop2p.lines() do
        assert(node:broadcast(line)):wait(5)
        print("sent")
      end
    end)
    os.exit(0)
  ]]

  -- A recorded response, whose connection goes on.
  local function kept(name)
    return (net.recorded("v1.1.3", name):gsub("Connection: close\r\n", ""))
  end

  it("take no descriptors from others while connections to them rest",
     function()
    local many <close> = net.canned({
      options = kept("response-options"),
      message = kept("response-direct-member"),
    }, {address = "0.0.0.0", quiet = true})
    local child <close> = assert(process.start({"sh", "-c",
      "ulimit -n 128; exec \"$0\" -e \"$1\" /dev/null",
      os.getenv("LUA") or "lua5.4", CHILD}))
    local node = math.tointeger(tonumber(child:line(10)))
    local own <close> = net.canned({})
    assert.equal(200, net.ask(node, net.json(0, own)).status)
    for i = 1, 150 do
      local there = {address = "127.7.0." .. i, port = many.port}
      assert.equal(200, net.ask(node, net.json(0, there)).status, i)
    end
    for _ = 1, 3 do
      child:send("Hello")
      assert.equal("sent", child:line(10))
      for _ = 1, 5 do   -- each on a connection of its own
        local seconds, response = net.timed(net.ask, node,
                                            net.json(2, own, "YQ=="))
        assert.equal(200, response.status)
        assert.is_true(seconds < 0.5, seconds)
      end
    end
  end)
end)
