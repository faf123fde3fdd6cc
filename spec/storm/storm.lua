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
local stage = require "spec.storm.stage"

local GROWTH = 8192 -- KiB
-- What a sanitizer keeps of freed memory, 256 MiB, grows until it is full.
if os.getenv("ASAN_OPTIONS") then GROWTH = GROWTH + 300 * 1024 end

local seconds = tonumber(arg[1])
local seed = math.tointeger(tonumber(arg[2] or os.time() % 1000000))

print(("storm: %g seconds, seed %d"):format(seconds, seed))
io.stdout:flush()

local target <close> = stage.start("target")
local name = assert(target:line(10))
local speakers = {stage.start("speaker", "127.77.0.2", name),
                  stage.start("speaker", "127.77.0.3", name)}
for _, s in ipairs(speakers) do stage.expect(s, "ready") end
for _, s in ipairs(speakers) do s:send("go") end
local host, port = name:match("^(.*):(%d+)$")
-- Programs of two forms, at every address that the requests name.
local new <close> = net.sender({form = "v1.1.3", address = "0.0.0.0"})
local old <close> = net.sender({form = "v1.1.2", address = "0.0.0.0"})
local attacker <close> = stage.start("attacker", host, port, seed, seconds,
                                     new.port, old.port, new.port, old.port)
local early, late, last = stage.watch(target, attacker, seconds)

local sent = 0
for _, s in ipairs(speakers) do s:send("stop") end
for _, s in ipairs(speakers) do
  sent = sent + (tonumber(stage.expect(s, "sent", 30)) or 0)
end
local noise, errors = stage.all(target, "count", sent)
for _, s in ipairs(speakers) do stage.all(s, "heard", sent) end

stage.finish(name)
if late > early + GROWTH then stage.fault("memory grows") end
for _, s in ipairs(speakers) do s:close() end
stage.stop(target)

local steps, refused, responded = (last or ""):match("(%d+)%s+(%d+)%s+(%d+)")
print(("storm: %s requests, %s responses, %s not connected"):format(
  steps, responded, refused))
print(("storm: %d messages through it, %s of invented members, %s errors")
  :format(sent, noise, errors))
print(("storm: memory %.1f MiB in the first half, %.1f in the last quarter")
  :format(early / 1024, late / 1024))
if sent == 0 or not steps or tonumber(responded) == 0
   or tonumber(noise) == 0 then
  stage.fault("nothing happened")
end
stage.exit("storm", seed)
