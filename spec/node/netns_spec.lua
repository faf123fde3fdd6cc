-- Machines that lose packets and are cut off: processes in network
-- namespaces, one of them a stand-in for a Go program.

local go = require "spec.support.go"
local net = require "spec.support.net"
local netns = require "spec.support.netns"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local LIMIT = 40 -- seconds
local OURS = 4   -- the fifth is the stand-in
local GO = OURS + 1

-- Prints its events, and for each line that it reads how many it lists.
local PROGRAM = [[
  local gop2p = require "gop2p"
  io.stdout:setvbuf("line")
  gop2p.run(function()
    local node <close> = assert(gop2p.start_node(arg[1], 5000))
    if arg[2] then assert(node:connect(arg[2])) end
    print("ready")
    gop2p.spawn(function()
      for event in node:events() do print(event) end
    end)
    for line in gop2p.lines() do
      print(line .. " " .. #node:members())
    end
  end)
]]

describe("machines in network namespaces", function()
  local machines, reason, file, ours, stranger

  local function start(i, entry)
    local child = assert(process.start(machines:within(i, {
      LUA, file, machines:address(i), entry})))
    assert.equal("ready", child:line(LIMIT))
    return child
  end

  -- How many it lists; what it has seen fail meanwhile goes to 'failed'.
  local function members(child, failed)
    child:send("members")
    while true do
      local line = assert(child:line(LIMIT))
      local count = line:match("^members (%d+)$")
      if count then return tonumber(count) end
      if line:find(" failed", 1, true) then failed[#failed + 1] = line end
    end
  end

  -- Until each lists all others; what any has seen fail meanwhile.
  local function await_whole()
    local failed = {}
    for _, child in ipairs(ours) do
      net.await(function()
        return members(child, failed) == GO - 1 or net.pass(0.1)
      end, LIMIT)
    end
    return failed
  end

  local function name(i)
    return machines:address(i) .. ":5000"
  end

  setup(function()
    machines, reason = netns.open(GO)
    if not machines then return end
    file, ours = os.tmpname(), {}
    local out <close> = assert(io.open(file, "w"))
    out:write(PROGRAM)
    out:flush()
    for i = 1, OURS do ours[i] = start(i, i > 1 and name(i - 1) or nil) end
    stranger = go.start("v1.1.3", machines:address(GO), {
      port = 5000, within = machines:within(GO, {})})
    assert.equal("connected 4", stranger:ask("connect " .. name(2), LIMIT))
    assert.same({}, await_whole())
  end)

  teardown(function()
    for _, child in ipairs(ours or {}) do child:close() end
    if stranger then stranger:close() end
    if machines then machines:close() end
    if file then os.remove(file) end
  end)

  local function it_there(what, f)
    it(what, function()
      if not machines then pending("no namespaces here: " .. reason) end
      f()
    end)
  end

  it_there("that lose every tenth packet have not failed", function()
    local ok, why = machines:lose(10)
    if not ok then
      machines:lose(0)
      pending("no netem here: " .. why)
    end
    net.pass(8)
    machines:lose(0)
    assert.same({}, await_whole())
  end)

  it_there("whose cables have a loose contact have not failed", function()
    for _ = 1, 3 do
      for i = 1, GO do
        machines:cut(i)
        net.pass(0.1)
        machines:heal(i)
        net.pass(0.2)
      end
    end
    assert.same({}, await_whole())
  end)

  -- A kernel says so by itself, some seconds after it.
  local function who_failed(line)
    return line:match("^(%S+) failed: no response in time$") or
           line:match("^(%S+) failed: no route to host$")
  end

  it_there("that are cut off have failed, and recover", function()
    machines:cut(1)
    machines:cut(GO)
    local lost = {[name(1)] = true, [name(GO)] = true}
    for i = 2, OURS do
      for _ = 1, 2 do
        local line = assert(ours[i]:line(LIMIT))
        assert.is_true(lost[who_failed(line)], line)
      end
    end
    for _ = 1, GO - 1 do
      local line = assert(ours[1]:line(LIMIT))
      assert.truthy(who_failed(line), line)
    end
    machines:heal(1)
    machines:heal(GO)
    assert.same({}, await_whole())
  end)
end)
