-- What a bot does at its times when the wall clock is set.

local agenda = require "gop2p.bot.agenda"
local clock = require "gop2p.clock"
local core = require "gop2p.core"

local DAY = 86400
local NOW = os.time {year = 2030, month = 1, day = 2, hour = 12, min = 30}

describe("an agenda whose clock is set", function()
  local now, time, slept, a, tasks, real, runs

  before_each(function()
    now, time, slept, tasks, runs = 20, 20, 0, {}, {}
    real = {now = clock.now, time = clock.time, uptime = clock.uptime}
    clock.now = function() return now end
    clock.time = function() return time end
    clock.uptime = function() return now + slept end
    a = agenda.new(function(f) tasks[#tasks + 1] = coroutine.wrap(f) end)
  end)

  after_each(function()
    for name, f in pairs(real) do clock[name] = f end
  end)

  local function turn()
    local wait = a:turn() or math.huge
    while #tasks > 0 do table.remove(tasks, 1)() end
    return wait
  end

  local function pass(seconds)
    local till = now + seconds
    repeat
      local wait = turn()
      local step = math.min(till - now, wait)
      now, time = now + step, time + step
    until step == 0 and wait > 0
  end

  local function every(spec)
    runs[spec] = 0
    a:every(spec, function() runs[spec] = runs[spec] + 1 end)
  end

  local function at(spec)
    runs[spec] = 0
    a:at(spec, function() runs[spec] = runs[spec] + 1 end)
  end

  it("runs nothing for the years from 1970 to now", function()
    for _, spec in ipairs {"09:00", "@hourly", "*/5 * * * *", "@yearly"} do
      every(spec)
    end
    at("18:00")
    at(NOW + 3600)
    every(10)
    pass(25)
    time = NOW - 5
    turn()
    assert.same({["09:00"] = 0, ["@hourly"] = 0, ["*/5 * * * *"] = 0,
                 ["@yearly"] = 0, ["18:00"] = 0, [NOW + 3600] = 0, [10] = 2},
                runs)
    pass(5)
    assert.equal(1, runs["*/5 * * * *"])   -- it is half past twelve
    pass(3600 * 5)
    assert.same({0, 5, 0, 1}, {runs["09:00"], runs["@hourly"],
                               runs["18:00"], runs[NOW + 3600]})
    pass(1800)
    assert.equal(1, runs["18:00"])
    pass(DAY)
    assert.same({1, 1}, {runs["09:00"], runs["18:00"]})
    assert.equal((now - 20) // 10, runs[10])
  end)

  it("runs nothing for it that it was set before its first turn", function()
    every("09:00")
    at("18:00")
    time = NOW
    pass(60)
    assert.same({["09:00"] = 0, ["18:00"] = 0}, runs)
  end)

  it("runs once what has a date that is past then", function()
    at("2030-01-02 11:00")
    at("2030-01-02 13:00")
    pass(60)
    time = NOW
    pass(60)
    assert.same({["2030-01-02 11:00"] = 1, ["2030-01-02 13:00"] = 0}, runs)
    pass(3600)
    assert.equal(1, runs["2030-01-02 13:00"])
  end)

  it("runs nothing again when it was set back and forth", function()
    time = NOW
    turn()
    every("09:00")
    at("18:00")
    every(10)
    pass(30)
    for _ = 1, 3 do
      time = 20
      pass(30)
      time = NOW + 60
      pass(30)
    end
    assert.same({["09:00"] = 0, ["18:00"] = 0, [10] = 21}, runs)
    time = NOW - DAY
    pass(3600 * 6)
    assert.same({0, 1}, {runs["09:00"], runs["18:00"]})
    pass(DAY)
    assert.equal(1, runs["09:00"])
  end)

  it("makes up for what it slept through, also where it was set then",
     function()
    time = NOW
    turn()
    every("09:00")
    every("@hourly")
    pass(30)
    slept, time = slept + DAY, time + DAY   -- by its own clock
    pass(30)
    assert.same({["09:00"] = 1, ["@hourly"] = 1}, runs)
    slept, time = slept + DAY, time + 10    -- which has stood still
    pass(30)
    assert.same({["09:00"] = 1, ["@hourly"] = 1}, runs)
    time = time + DAY                       -- until the network sets it
    pass(30)
    assert.same({["09:00"] = 1, ["@hourly"] = 1}, runs)
  end)

  it("runs what a correction leaps over", function()
    time = NOW - NOW % DAY   -- whatever the zone: 13:00 is ahead within a day
    turn()
    every("13:00")
    repeat pass(60) until runs["13:00"] == 1
    pass(DAY - 3660)
    assert.equal(1, runs["13:00"])
    time = time + 2 * 3600
    pass(60)
    assert.equal(2, runs["13:00"])
    time = time - 2 * 3600
    pass(4 * 3600)
    assert.equal(2, runs["13:00"])
  end)
end)

describe("the clock that nobody sets", function()
  it("goes forward, at least as far as the one of waits", function()
    local from, waits = clock.uptime(), clock.now()
    local before = from
    for _ = 1, 100 do
      local t = core.uptime()
      assert.is_true(t >= before)
      before = t
    end
    assert.is_true(clock.uptime() - from >= clock.now() - waits - 0.1)
  end)
end)
