-- The example bot with reminders lives for years, with faults each week: it
-- loses none and does not grow. YEARS=2 SEED=3 make years

local core = require "gop2p.core"
local kit = require "spec.support.kit"

local SANITIZED = os.getenv("ASAN_OPTIONS") ~= nil   -- several times slower
local YEARS = tonumber(os.getenv("YEARS")) or (SANITIZED and 1 or 10)
local SEED = math.tointeger(tonumber(os.getenv("SEED") or 1))
local HOUR, DAY, WEEK = 3600, 86400, 7 * 86400
local LATE = 2 * DAY       -- no fault here lasts as long

describe("a bot of " .. YEARS .. " virtual years", function()
  local chance, net, bot, ann, due, last
  after_each(kit.close)

  before_each(function()
    chance = core.newmath()
    chance.randomseed(SEED)
    due, last = {}, 0
    net = kit.network {seed = SEED, keep = 200}
    bot = net:bot("lua/examples/reminders.lua",
                  {args = {"5001", "localhost:5000"}})
    ann = net:user("ann")
    net:user("bob")
  end)

  local function ask()
    last = last + 1
    local after = chance.random(HOUR, 400 * DAY)
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

  -- Not quite a day: after that who does not answer is given up for good.
  local function pause() net:advance(chance.random(23 * HOUR)) end

  -- Takes from 'due' what came; none may come before its time, or much
  -- later, or twice, or have been unknown.
  local function collect()
    local told = {}
    for _, text in ipairs(ann:hears()) do
      local number = tonumber(text:match("^Reminder: number (%d+)$"))
      if number then
        assert.is_true(number <= last)
        assert.is_nil(told[number], text)
        told[number] = true
        assert.is_true((due[number] or 0) <= net:now())
        due[number] = nil
      end
    end
    for number, time in pairs(due) do
      assert.is_true(time > net:now() - LATE, "reminder " .. number)
    end
  end

  local function week()
    local monday = net:now()
    ask()
    net:advance(chance.random(DAY))
    faults[chance.random(#faults)](pause)
    net:advance(monday + WEEK - net:now())
    collect()
  end

  local function memory()
    collectgarbage()
    collectgarbage()
    local file <close> = io.open("/proc/self/statm")
    local pages = file and file:read("n", "n") and 0
    if file then
      file:seek("set")
      pages = select(2, file:read("n", "n"))
    end
    return collectgarbage("count"), (pages or 0) * 4
  end

  it("loses no reminder, and does not grow", function()
    local lua, resident
    for year = 1, YEARS do
      for _ = 1, 52 do week() end
      if year == 1 then lua, resident = memory() end
    end
    local luanow, residentnow = memory()
    assert.is_true(luanow - lua < 300, luanow - lua)
    -- Between two collections what Lua has may double, and is then kept: in
    -- a process that has run other specs before that is not little.
    assert.is_true(SANITIZED or residentnow - resident < 4096 + lua,
                   residentnow - resident)
    net:advance(401 * DAY)
    collect()
    assert.same({}, due)
    assert.equal(52 * YEARS, last)
    assert.is_nil(bot:read("reminders.json"):find("text"))
  end)
end)
