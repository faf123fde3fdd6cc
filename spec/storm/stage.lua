--[[
stage - what the storms have in common: processes that talk to each other,
and faults, which are counted.

  local stage = require "spec.storm.stage"
  local p <close> = stage.start("target")         -- spec/storm/target.lua
  local word = stage.expect(p, "ready", 10)       -- what follows that word
]]
local process = require "spec.support.process"
local socket = require "socket"

local stage = {faults = 0}

local SHOWN = 20

local LUA = os.getenv("LUA") or "lua5.4"
local folder = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "."

-- The first ones tell enough.
function stage.fault(...)
  stage.faults = stage.faults + 1
  if stage.faults <= SHOWN then print("FAULT", ...) end
end

function stage.start(name, ...)
  local argv = {LUA, folder .. "/" .. name .. ".lua"}
  for _, value in ipairs({...}) do argv[#argv + 1] = tostring(value) end
  return assert(process.start(argv))
end

-- A line that begins so: what follows as one text, and its words; any other
-- line meanwhile is a fault.
function stage.expect(p, word, limit)
  while true do
    local line, err = p:line(limit or 20)
    if not line then
      stage.fault(("no '%s': %s, status %s"):format(word, err, p.status))
      return nil
    end
    if not line:find("^" .. word) then
      stage.fault(line)
    else
      local words = {}
      for w in line:gmatch("%S+") do words[#words + 1] = w end
      return table.unpack(words, 2)
    end
  end
end

-- Asks until it is as many as were sent: what stands in an inbox may take
-- its time, what is lost will not come. What else was said with it.
function stage.all(p, word, sent)
  local deadline = socket.gettime() + 20
  local n, noise, errors
  repeat
    p:send(word)
    n, noise, errors = stage.expect(p, word)
  until not n or tonumber(n) == sent or socket.gettime() > deadline
  if tonumber(n) ~= sent then
    stage.fault(("'%s' is %s of %d"):format(word, n, sent))
  end
  return noise, errors
end

-- KiB of memory that the process has.
local function resident(pid)
  local file <close> = io.open("/proc/" .. pid .. "/status")
  local kib = file and file:read("a"):match("VmRSS:%s*(%d+)")
  return tonumber(kib or 0)
end

-- Until the attacker ends, after 'seconds': the most memory that the target
-- has in the first half of the time and in its last quarter, and what the
-- attacker said at last.
function stage.watch(target, attacker, seconds)
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
      stage.fault("the attacker hangs")
    end
  until err == "closed"
  return early, late, last
end

-- The node at 'name' still responds.
function stage.finish(name)
  local host, port = name:match("^(.*):(%d+)$")
  local conn, err = socket.connect(host, tonumber(port))
  if not conn then return stage.fault("the node does not respond", err) end
  conn:settimeout(5)
  conn:send("OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\n")
  local status, why = conn:receive()
  conn:close()
  if not (status or ""):find("^HTTP/1%.1 20[04]") then
    stage.fault("the node does not respond: " .. (status or why))
  end
end

-- The process ends by itself when its standard input does.
function stage.stop(p)
  p:finish()
  local code = p:wait(20)
  if code ~= 0 then stage.fault("a node ended with " .. tostring(code)) end
end

-- Says how it was, and ends the script.
function stage.exit(name, seed)
  local faults = stage.faults
  print(faults == 0 and name .. ": stood it"
        or ("%s: %d FAULTS; again with seed %d"):format(name, faults, seed))
  os.exit(faults == 0, true)
end

return stage
