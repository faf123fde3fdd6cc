-- Real processes that are killed and stopped: whom the others count.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"
local script = require "spec.support.script"

local LUA = os.getenv("LUA") or "lua5.4"
local LIMIT = 30 -- seconds

local PROGRAM = [[
  local gop2p = require "gop2p"
  local entry, port = tonumber(arg[1]), tonumber(arg[2] or "0")
  local node = assert(gop2p.start_local_node(port))
  if entry > 0 then assert(node:connect(entry)) end
  io.write(node:self().port, "\n")
  io.flush()
  node:wait()
]]

local function start(entry, port)
  local file <close> = script(PROGRAM)
  local child = assert(process.start({LUA, file.name, tostring(entry),
                                      port and tostring(port)}))
  child.port = math.tointeger(tonumber(child:line(LIMIT, net.idle)))
  return child
end

-- Pumps until the node has had this event.
local function await(list, text)
  local till = os.time() + LIMIT
  local function has()
    for i, event in ipairs(list) do
      if event == text then return table.remove(list, i) end
    end
  end
  while not has() do
    assert.is_true(os.time() < till,
                   text .. ", only: " .. table.concat(list, ", "))
    net.idle()
  end
end

describe("real processes", function()
  local node, events, children

  before_each(function()
    node, children = assert(gop2p.start_local_node(0)), {}
    events = net.watch(node)
    for i = 1, 3 do
      children[i] = start(node:self().port)
      await(events, ("localhost:%d joined"):format(children[i].port))
    end
  end)

  after_each(function()
    node:close()
    for _, child in ipairs(children) do
      child:kill("CONT")
      child:kill("KILL")
      child:close()
    end
  end)

  it("that are killed have failed, and come back", function()
    local name = "localhost:" .. children[2].port
    children[2]:kill("KILL")
    children[2]:wait(LIMIT, net.idle)
    await(events, name .. " failed: connection refused")
    assert.equal(2, #node:members())
    children[2]:close()
    children[2] = start(0, children[2].port)
    await(events, name .. " recovered")
    assert.equal(3, #node:members())
  end)

  it("that are stopped have failed, and recover", function()
    local name = "localhost:" .. children[1].port
    children[1]:kill("STOP")
    await(events, name .. " failed: no response in time")
    assert.equal(1, node:stats().failed)
    children[1]:kill("CONT")
    await(events, name .. " recovered")
    assert.equal(0, node:stats().failed)
    assert.same({}, events)
  end)
end)
