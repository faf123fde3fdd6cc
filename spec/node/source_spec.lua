-- Where a node's connections come from: a machine may have several addresses,
-- and members know the node by one of them.

local netns = require "spec.support.netns"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local LIMIT = 20 -- seconds

-- Connects to each peer that it reads, and says how.
local PROGRAM = [[
  local gop2p = require "gop2p"
  io.stdout:setvbuf("line")
  gop2p.run(function()
    local node <close> = assert(gop2p.start_node(arg[1], 5000))
    print("ready")
    for line in gop2p.lines() do
      local _, err = node:connect(line, 5)
      print(err.code)
    end
  end)
]]

-- Says from where each connection comes, and closes it.
local WITNESS = [[
  local socket = require "socket"
  local servers = {}
  for i, host in ipairs {"0.0.0.0", "::"} do
    servers[i] = i == 1 and socket.tcp4() or socket.tcp6()
    servers[i]:setoption("reuseaddr", true)
    if i == 2 then servers[i]:setoption("ipv6-v6only", true) end
    assert(servers[i]:bind(host, 6000))
    assert(servers[i]:listen(8))
  end
  io.stdout:setvbuf("line")
  print("ready")
  while true do
    for _, server in ipairs(socket.select(servers)) do
      local client = server:accept()
      print((client:getpeername()))
      client:close()
    end
  end
]]

-- Takes all ports of this machine's address on the way to another.
local TAKER = [[
  local socket = require "socket"
  io.stdout:setvbuf("line")
  local taken = {}
  repeat
    local one = socket.tcp4()
    local ok = one:connect(arg[1], 6000)
    taken[#taken + 1] = ok and one
  until not ok
  print("ready")
  io.read()
]]

describe("a node on a machine with two addresses", function()
  local machines, reason, files, open

  setup(function()
    machines, reason = netns.open(3)
    if not machines then return end
    machines:also(1, "10.77.0.50")
    machines:also(1, "fd77::50")
    files = {}
    for i, text in ipairs {PROGRAM, WITNESS, TAKER} do
      files[i] = os.tmpname()
      local out <close> = assert(io.open(files[i], "w"))
      out:write(text)
    end
  end)

  teardown(function()
    if machines then machines:close() end
    for _, file in ipairs(files or {}) do os.remove(file) end
  end)

  local function start(machine, file, ...)
    local child = assert(process.start(machines:within(machine, {
      LUA, file, ...})))
    table.insert(open, child)
    assert.equal("ready", child:line(LIMIT))
    return child
  end

  before_each(function()
    open = {}
  end)

  after_each(function()
    for _, child in ipairs(open) do child:close() end
  end)

  local function it_there(what, f)
    it(what, function()
      if not machines then pending("no namespaces here: " .. reason) end
      f()
    end)
  end

  -- From where a node of this name is seen at a peer.
  local function seen(name, peer, machine)
    local witness = start(machine or 2, files[2])
    local node = start(1, files[1], name)
    node:send(peer)
    local from = assert(witness:line(LIMIT))
    assert.equal("ECONNRESET", node:line(LIMIT))
    node:close()
    witness:close()
    return from
  end

  it_there("is seen with the one that it is called by", function()
    for _, name in ipairs {"10.77.0.50", "10.77.0.1"} do
      assert.equal(name, seen(name, "10.77.0.2:6000"))
    end
    for _, name in ipairs {"fd77::50", "fd77::1"} do
      assert.equal(name, seen(name, "[fd77::2]:6000"))
    end
  end)

  it_there("comes from any where its own is none, or of the other kind",
           function()
    assert.equal("10.77.0.1", seen("10.77.0.99", "10.77.0.2:6000"))
    assert.equal("10.77.0.1", seen("fd77::50", "10.77.0.2:6000"))
    assert.equal("10.77.0.1", seen("ann.example", "10.77.0.2:6000"))
    assert.equal("127.0.0.1", seen("10.77.0.50", "127.0.0.1:6000", 1))
  end)

  it_there("comes from any where its own has no port left", function()
    start(3, files[2])
    machines:ports(1, 40000, 40001)
    machines:prefer(1, "10.77.0.50", "10.77.0.3")
    start(1, files[3], "10.77.0.3")
    assert.equal("10.77.0.1", seen("10.77.0.50", "10.77.0.2:6000"))
  end)
end)
