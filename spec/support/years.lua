--[[
The example bot with reminders lives for years, with faults each week, and
must lose none.

  lua5.4 years.lua YEARS SEED

Says how many reminders there were, and by how many KiB the memory of Lua and
that of the process have grown since the end of the first year. A program of
its own, so that this memory is of nothing else.
]]
local testing = require "gop2p.testing"

local YEARS, SEED = tonumber(arg[1]), math.tointeger(tonumber(arg[2]))
local HOUR, DAY, WEEK = 3600, 86400, 7 * 86400
local LATE = 2 * DAY       -- no fault here lasts as long

math.randomseed(SEED)
local due, last = {}, 0
local net <close> = testing.network {seed = SEED, keep = 200}
local bot = net:bot("lua/gop2p/examples/reminders.lua",
                    {args = {"5001", "localhost:5000"}})
local ann = net:user("ann")
net:user("bob")

local function ask()
  last = last + 1
  local after = math.random(HOUR, 400 * DAY)
  ann:dm("reminders", ("remind me in %ds number %d"):format(after, last))
  due[last] = net:now() + after
  net:advance(2)
end

local faults = {
  function(pause)
    bot:kill()
    pause()
    bot:start()
  end,
  function(pause)
    bot:stop()
    pause()
    bot:start()
  end,
  function(pause)
    bot:hang()
    pause()
    bot:resume()
  end,
  function(pause)
    net:partition {"ann"}
    pause()
    net:heal()
  end,
  function(pause)
    ann:kill()
    pause()
    ann:come_back()
  end,
  function()
    net:loss(0.2)
    net:advance(HOUR)
    net:heal()
  end,
}

-- Not quite a day: after that who does not respond is given up for good.
local function pause() net:advance(math.random(23 * HOUR)) end

-- Takes from 'due' what came; none may come before its time, or much
-- later, or twice, or have been unknown.
local function collect()
  local told = {}
  for _, text in ipairs(ann:hears()) do
    local number = tonumber(text:match("^Reminder: number (%d+)$"))
    if number then
      assert(number <= last and not told[number], text)
      told[number] = true
      assert((due[number] or 0) <= net:now(), text)
      due[number] = nil
    end
  end
  for number, time in pairs(due) do
    assert(time > net:now() - LATE, "no reminder " .. number)
  end
end

local function week()
  local monday = net:now()
  ask()
  net:advance(math.random(DAY))
  faults[math.random(#faults)](pause)
  net:advance(monday + WEEK - net:now())
  collect()
end

-- KiB that Lua holds, and that the process does: pages of 4 KiB.
local function memory()
  collectgarbage()
  collectgarbage()
  local file <close> = assert(io.open("/proc/self/statm"))
  local _, pages = file:read("n", "n")
  return collectgarbage("count"), pages * 4
end

local lua, resident
for year = 1, YEARS do
  for _ = 1, 52 do week() end
  if year == 1 then lua, resident = memory() end
end
local luanow, residentnow = memory()
net:advance(401 * DAY)
collect()
assert(next(due) == nil, "a reminder did not come")
assert(not bot:read("reminders.json"):find("text"), "one is still stored")
print(("%d %.0f %d"):format(last, luanow - lua, residentnow - resident))
