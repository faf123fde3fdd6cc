-- A node that others cannot reach at the address that it is called by, as
-- behind NAT: it is told so, and leaves the Go members, whose broadcasts
-- would stop at it.

local gop2p = require "gop2p"
local go = require "spec.support.go"
local net = require "spec.support.net"
local netns = require "spec.support.netns"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local LIMIT = 30 -- seconds

-- Joins through an entry point, and prints what it is told.
local PROGRAM = [[
  local gop2p = require "gop2p"
  io.stdout:setvbuf("line")
  gop2p.run(function()
    local node <close> = assert(gop2p.start_node(arg[1], 5000))
    if arg[2] then assert(node:connect(arg[2])) end
    print("ready")
    gop2p.spawn(function()
      for err in node:errors() do print("error " .. err) end
    end)
    gop2p.spawn(function()
      for event in node:events() do print("event " .. event) end
    end)
    node:wait()
  end)
]]

describe("one at whose address nothing responds", function()
  it("is told so in the responses to what it sends", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local gone = gop2p.me(net.free_port())
    local response = net.ask(node, net.json(0, gone))
    assert.equal(200, response.status)
    assert.is_nil(response.headers["gop2p-unreached"])
    net.await(function()
      response = net.ask(node, net.json(2, gone, "aGk="))
      return response.headers["gop2p-unreached"]
    end, LIMIT)
    assert.equal(tostring(gone), response.headers["gop2p-unreached"])
    assert.equal(403, response.status)
  end)
end)

describe("a node behind NAT", function()
  local machines, reason, file, open

  setup(function()
    machines, reason = netns.open(3)
    if not machines then return end
    file = os.tmpname()
    local out <close> = assert(io.open(file, "w"))
    out:write(PROGRAM)
  end)

  teardown(function()
    if machines then machines:close() end
    if file then os.remove(file) end
  end)

  before_each(function() open = {} end)

  after_each(function()
    for _, child in ipairs(open) do child:close() end
  end)

  local function it_there(what, f)
    it(what, function()
      if not machines then pending("no namespaces here: " .. reason) end
      f()
    end)
  end

  local function start(machine, argv)
    local child = assert(process.start(machines:within(machine, argv)))
    table.insert(open, child)
    return child
  end

  local function program(machine, ...)
    local child = start(machine, {LUA, file, ...})
    assert.equal("ready", child:line(LIMIT))
    return child
  end

  it_there("leaves the Go members, tells why, and is a member again later",
           function()
    local entry, hidden = "10.77.0.1:5000", "10.77.0.99:5000"
    program(1, "10.77.0.1")
    local stranger <close> = go.start("v1.1.3", "10.77.0.3", {
      port = 5000, within = machines:within(3, {})})
    assert.equal("connected 1", stranger:ask("connect " .. entry, LIMIT))
    local laptop = program(2, "10.77.0.99", entry)
    net.await(function()
      return #stranger:members(LIMIT) == 2 or net.pass(0.05)
    end, LIMIT)
    assert.equal(entry, laptop:shows("^error connection error: (%S+) cannot "
                              .. "reach this node: "))
    laptop:shows("^event 10%.77%.0%.3:5000 left$")
    assert.same({entry}, stranger:members(LIMIT))
    machines:also(2, "10.77.0.99")
    net.await(function()
      return #stranger:members(LIMIT) == 2 or net.pass(0.2)
    end, 2 * LIMIT)
    assert.same({entry, hidden}, stranger:members(LIMIT))
  end)

  it_there("says so in a chat", function()
    program(1, "10.77.0.1")
    local chat = start(2, {LUA, "lua/gop2p/bin/gop2p", "chat", "--address",
      "10.77.0.98", "--port", "5001", "--join", "10.77.0.1:5000"})
    chat:shows("^%(nobody can reach you at 10%.77%.0%.98:5001, says "
          .. "10%.77%.0%.1:5000; NAT or a firewall%?%)$")
  end)
end)
