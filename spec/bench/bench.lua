--[[
What a broadcast costs, on this machine, now.

  lua5.4 spec/bench/bench.lua [NAME...]    names: rate delay hung; all

Prints a table each. Where a figure has a limit, one that misses it ends the
program with 1. Absolute figures move with the machine and with what else
runs on it; those with a limit are ratios of one run, or waiting times.
]]
local gop2p = require "gop2p"
local process = require "spec.support.process"
local socket = require "socket"

local LUA = os.getenv("LUA") or "lua5.4"
local folder = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "."
local DATA = ("x"):rep(100)
local missed = 0

local function start(name, ...)
  local argv = {LUA, folder .. "/" .. name .. ".lua"}
  for _, value in ipairs({...}) do argv[#argv + 1] = tostring(value) end
  return assert(process.start(argv))
end

-- A line of the process, while the loop turns.
local function line(p, limit)
  return assert(p:line(limit or 60, function() gop2p.pump(0.0005) end))
end

local function row(...)
  print(("  %-44s %s"):format(..., table.concat({select(2, ...)}, "  ")))
end

-- Says whether a figure keeps its limit.
local function limit(ok)
  if not ok then missed = missed + 1 end
  return ok and "kept" or "MISSED"
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

-- The node and processes with members of it, 'each' in each of them.
local function network(processes, each, round, options)
  local node = assert(gop2p.start_local_node(0, options))
  local list = {}
  for i = 1, processes do
    list[i] = start("members", node:self(), each, round)
    assert(line(list[i]) == "ready")
  end
  return node, list
end

local function close(node, list)
  for _, p in ipairs(list) do p:close() end
  node:close()
end

-- Broadcasts so many and waits until all members have heard them: messages
-- a second.
local function round(node, list, count)
  local from = socket.gettime()
  for _ = 1, count do assert(node:broadcast(DATA)) end
  for _, p in ipairs(list) do assert(line(p) == "round") end
  return count / (socket.gettime() - from)
end

-- What evhttp alone does on so many connections: requests a second.
local function bare(connections)
  local pipe <close> = assert(io.popen(("%s/spec/bare %d 2"):format(
    os.getenv("BUILD") or "build", connections)))
  return assert(pipe:read("n"), "no figure of evhttp alone")
end

local bench = {}

function bench.rate()
  local COUNT, ROUNDS = 2000, 9
  print("Broadcasts of 100 bytes, until every member has them")
  for _, shape in ipairs({{1, 1}, {1, 8}, {8, 1}}) do
    local processes, each = table.unpack(shape)
    local node, list = network(processes, each, COUNT)
    round(node, list, COUNT)
    local rates = {}
    for i = 1, ROUNDS do rates[i] = round(node, list, COUNT) end
    local rate = median(rates)
    local asked = rate * processes * each
    row(("to %d members in %d processes"):format(processes * each,
                                                 processes),
        ("%6.0f messages/s, %6.0f requests/s: %.0f %% of bare evhttp"):format(
          rate, asked, asked / bare(processes * each) * 100))
    close(node, list)
  end
end

function bench.delay()
  local node <close> = assert(gop2p.start_local_node(0))
  local slow <close> = start("slow", 10, 0.1)
  for port in line(slow):gmatch("%d+") do
    assert(node:connect(gop2p.peer("127.0.0.1", tonumber(port))))
  end
  assert(#node:members() == 10)
  assert(node:broadcast(DATA):wait())
  local times = {}
  for i = 1, 9 do
    local from = socket.gettime()
    assert(node:broadcast(DATA):wait())
    times[i] = socket.gettime() - from
  end
  local time = median(times)
  print("A broadcast to 10 members that each respond after 100 ms")
  row("until all have responded", ("%.1f ms; limit 150 ms: %s"):format(
    time * 1000, limit(time < 0.150)))
end

function bench.hung()
  -- In short turns, for the machine is not the same from one to the next.
  local COUNT, WARM, ROUNDS = 500, 4, 40
  local free, freelist = network(1, 7, COUNT)
  local node, list = network(1, 7, COUNT)
  local slow <close> = start("slow", 3, "hung")
  for port in line(slow):gmatch("%d+") do
    assert(node:connect(gop2p.peer("127.0.0.1", tonumber(port))))
  end
  assert(#node:members() == 10 and #free:members() == 7)
  for _, one in ipairs({free, node}) do
    gop2p.spawn(function() for _ in one:errors() do end end)
  end
  local without, with = {}, {}
  local work = {0, 0} -- processor time: no other program disturbs it
  for i = 1 - WARM, ROUNDS do
    local before = os.clock()
    without[i] = round(free, freelist, COUNT)
    local between = os.clock()
    with[i] = round(node, list, COUNT)
    work[1] = work[1] + between - before
    work[2] = work[2] + os.clock() - between
  end
  local before, after = median(without), median(with)
  local ratio = after / before
  print("Broadcasts of 100 bytes to 7 members, 3 more of which hang or not")
  row("without those that hang", ("%6.0f messages/s"):format(before))
  row("with 3 that hang", ("%6.0f messages/s"):format(after))
  row("ratio of the medians of 40 turns each",
      ("%.0f %%; limit 90 %%: %s"):format(ratio * 100, limit(ratio >= 0.9)))
  row("processor time of the sender, likewise",
      ("%.0f %%"):format(work[1] / work[2] * 100))
  close(free, freelist)
  close(node, list)
end

local pipe <close> = io.open("/proc/loadavg")
print("The machine's load before: " .. (pipe and pipe:read(4) or "unknown"))
local names = #arg > 0 and arg or {"rate", "delay", "hung"}
for _, name in ipairs(names) do
  (bench[name] or error("no such benchmark: " .. name))()
end
os.exit(missed == 0, true)
