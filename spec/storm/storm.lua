--[[
A live node under random and spoilt requests, while a conversation goes on
through it.

  lua5.4 spec/storm/storm.lua SECONDS [SEED]

Ends with 0 when the node stood it: it still runs, responds and ends well; no
message of the conversation was lost, came twice or out of order; and its
memory is flat, that is, in the last quarter of the time never more than
GROWTH above the most that it was in the first half.

The same seed makes the same requests in the same order.
]]
local net = require "spec.support.net"
local process = require "spec.support.process"
local socket = require "socket"

local GROWTH = 8192 -- KiB
-- What a sanitizer keeps of freed memory, 256 MiB, grows until it is full.
if os.getenv("ASAN_OPTIONS") then GROWTH = GROWTH + 300 * 1024 end

local LUA = os.getenv("LUA") or "lua5.4"
local folder = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "."
local seconds = tonumber(arg[1])
local seed = math.tointeger(tonumber(arg[2] or os.time() % 1000000))
local faults = 0

local function fault(...)
  faults = faults + 1
  print("FAULT", ...)
end

local function start(name, ...)
  local argv = {LUA, folder .. "/" .. name .. ".lua"}
  for _, value in ipairs({...}) do argv[#argv + 1] = tostring(value) end
  return assert(process.start(argv))
end

-- A line that begins so, and its words; a "lost" meanwhile is a fault.
local function expect(p, word, limit)
  while true do
    local line, err = p:line(limit or 20)
    if not line then
      fault(("no '%s': %s, status %s"):format(word, err, p.status))
      return nil
    end
    if not line:find("^" .. word) then
      fault(line)
    else
      local words = {}
      for w in line:gmatch("%S+") do words[#words + 1] = w end
      return table.unpack(words, 2)
    end
  end
end

-- Asks until it is as many as were sent: what stands in an inbox may take
-- its time, what is lost will not come.
local function all(p, word, sent)
  local deadline = socket.gettime() + 20
  local n, noise, errors
  repeat
    p:send(word)
    n, noise, errors = expect(p, word)
  until not n or tonumber(n) == sent or socket.gettime() > deadline
  if tonumber(n) ~= sent then
    fault(("'%s' is %s of %d"):format(word, n, sent))
  end
  return noise, errors
end

-- KiB of memory that the process has.
local function resident(pid)
  local file <close> = io.open("/proc/" .. pid .. "/status")
  local kib = file and file:read("a"):match("VmRSS:%s*(%d+)")
  return tonumber(kib or 0)
end

-- Until the attacker ends: the most memory in the first half of the time and
-- in its last quarter, and what the attacker said at last.
local function watch(target, attacker)
  local from = socket.gettime()
  local early, late, last = 0, 0, nil
  repeat
    local line, err = attacker:line(0.1)
    local part = (socket.gettime() - from) / seconds
    local now = resident(target.pid)
    if part < 0.5 then early = math.max(early, now) end
    if part > 0.75 then late = math.max(late, now) end
    last = line or last
    if part > 4 and part * seconds > 60 then
      err = "closed"
      fault("the attacker hangs")
    end
  until err == "closed"
  return early, late, last
end

local function options(name)
  local host, port = name:match("^(.*):(%d+)$")
  local conn, err = socket.connect(host, tonumber(port))
  if not conn then return err end
  conn:settimeout(5)
  conn:send("OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\n")
  local line
  line, err = conn:receive()
  conn:close()
  return line or err
end

print(("storm: %g seconds, seed %d"):format(seconds, seed))
io.stdout:flush()

local target <close> = start("target")
local name = assert(target:line(10))
local speakers = {start("speaker", "127.77.0.2", name),
                  start("speaker", "127.77.0.3", name)}
for _, s in ipairs(speakers) do expect(s, "ready") end
for _, s in ipairs(speakers) do s:send("go") end
local host, port = name:match("^(.*):(%d+)$")
-- Programs of two forms, at every address that the requests name.
local new <close> = net.sender({form = "v1.1.3", address = "0.0.0.0"})
local old <close> = net.sender({form = "v1.1.2", address = "0.0.0.0"})
local attacker <close> = start("attacker", host, port, seed, seconds,
                               new.port, old.port, new.port, old.port)
local early, late, last = watch(target, attacker)

local sent = 0
for _, s in ipairs(speakers) do s:send("stop") end
for _, s in ipairs(speakers) do
  sent = sent + (tonumber(expect(s, "sent", 30)) or 0)
end
local noise, errors = all(target, "count", sent)
for _, s in ipairs(speakers) do all(s, "heard", sent) end

local status = options(name)
if not status:find("^HTTP/1%.1 20[04]") then
  fault("the node does not respond: " .. status)
end
if late > early + GROWTH then fault("memory grows") end
for _, s in ipairs(speakers) do s:close() end
target:finish()
local code = target:wait(20)
if code ~= 0 then fault("the node ended with " .. tostring(code)) end

local steps, refused, responded = (last or ""):match("(%d+)%s+(%d+)%s+(%d+)")
print(("storm: %s requests, %s responses, %s not connected"):format(
  steps, responded, refused))
print(("storm: %d messages through it, %s of invented members, %s errors")
  :format(sent, noise, errors))
print(("storm: memory %.1f MiB in the first half, %.1f in the last quarter")
  :format(early / 1024, late / 1024))
if sent == 0 or not steps or tonumber(responded) == 0
   or tonumber(noise) == 0 then
  fault("nothing happened")
end
print(faults == 0 and "storm: stood it"
      or ("storm: %d FAULTS; again with seed %d"):format(faults, seed))
os.exit(faults == 0, true)
