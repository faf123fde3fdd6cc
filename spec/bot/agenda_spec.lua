-- What a bot does at its times, on clocks that the spec sets.

local agenda = require "gop2p.bot.agenda"
local clock = require "gop2p.clock"
local gop2p = require "gop2p"

describe("an agenda", function()
  local now, time, slept, a, tasks, real

  before_each(function()
    now, time, tasks = 100, 1e9, {}   -- 2001-09-09 01:46:40 UTC
    slept = 0
    real = {now = clock.now, time = clock.time, uptime = clock.uptime}
    clock.now = function() return now end
    clock.uptime = function() return now + slept end
    clock.time = function() return time end
    a = agenda.new(function(f) tasks[#tasks + 1] = coroutine.wrap(f) end)
  end)

  after_each(function()
    for name, f in pairs(real) do clock[name] = f end
  end)

  -- Both clocks go on, in steps of what the agenda wants.
  local function pass(seconds)
    local till, wait, step = now + seconds
    repeat
      wait = a:turn() or math.huge
      while #tasks > 0 do table.remove(tasks, 1)() end
      step = math.min(till - now, wait)
      now, time = now + step, time + step
    until step == 0 and wait > 0
  end

  local function counter()
    local runs = {}
    return runs, function() runs[#runs + 1] = now end
  end

  it("runs what is due every so many seconds, and only then", function()
    local runs, f = counter()
    a:every(10, f)
    pass(9)
    assert.same({}, runs)
    pass(26)
    assert.same({110, 120, 130}, runs)
  end)

  it("does not drift when runs are late", function()
    local runs, f = counter()
    a:every(10, f)
    pass(14.5)
    now = now + 3.5   -- something computes
    pass(0)
    now = now + 4     -- and again, until 122
    pass(20)
    assert.same({110, 122, 130, 140}, runs)
  end)

  it("makes up for missed runs by one", function()
    local runs, f = counter()
    local daily, g = counter()
    a:every(10, f)
    a:every("09:00", g)
    pass(5)
    now, time = now + 1000, time + 86400 * 5   -- it slept
    slept = 86400 * 5 - 1000
    pass(12)
    assert.same({1105, 1110}, runs)
    assert.equal(1, #daily)
  end)

  it("does not start what still goes on, and then goes on", function()
    local runs, go = {}, false
    a:every(10, function()
      runs[#runs + 1] = now
      while not go do coroutine.yield() end
    end)
    local first
    pass(9)
    now = now + 1
    a:turn()
    first = table.remove(tasks)
    first()
    pass(35)   -- at 110, 120, 130, 140
    assert.same({110}, runs)
    go = true
    first()
    pass(10)
    assert.same({110, 150}, runs)
  end)

  it("goes on after a run that fails", function()
    local runs, f = counter()
    a:every(10, function()
      f()
      error("oops")
    end)
    for _ = 1, 2 do
      now = now + 10
      a:turn()
      assert.is_false(pcall(table.remove(tasks)))
    end
    assert.same({110, 120}, runs)
  end)

  it("runs once what is due after, or at", function()
    local runs, f = counter()
    a:after(5, f)
    a:after(0, f)
    a:at(time + 7, f)
    a:at(time - 1000, f)
    a:at(os.date("%Y-%m-%d %H:%M:%S", time + 9), f)
    assert.equal(5, a:count())
    pass(100)
    assert.same({100, 100, 105, 107, 109}, runs)
    assert.equal(0, a:count())
  end)

  it("follows the wall clock when it is set", function()
    local runs, f = counter()
    a:at(time + 3600, f)
    pass(100)
    time = time + 3000   -- set forward
    pass(600)
    assert.equal(1, #runs)
    assert.is_true(runs[1] >= 700 and runs[1] <= 760, runs[1])
  end)

  it("runs nothing again when the clock is set back a little", function()
    local runs, f = counter()
    a:every("@hourly", f)
    pass(3600)
    assert.equal(1, #runs)
    time = time - 1800
    pass(1800 + 3599)
    assert.equal(2, #runs)
  end)

  it("does not wait for a time that was far ahead", function()
    local runs, f = counter()
    a:every("@hourly", f)
    local once, g = counter()
    a:at(time + 1800, g)
    pass(10)
    time = time - 365 * 86400
    pass(7200)
    assert.equal(2, #runs)
    assert.equal(0, #once)
  end)

  it("forgets what is cancelled, also when it is due already", function()
    local runs, f = counter()
    local every, after, at = a:every(10, f), a:after(5, f), a:at(time + 5, f)
    pass(4)
    after:cancel()
    at:cancel()
    pass(15)
    assert.same({110}, runs)
    now = now + 10
    a:turn()          -- has started it
    every:cancel()
    every:cancel()
    pass(50)
    assert.same({110}, runs)
    assert.equal(0, a:count())
  end)

  it("takes all of another one in place of its own", function()
    local old, f = counter()
    local new, g = counter()
    local handle = a:every(10, f)
    a:after(12, f)
    a:every("@hourly", f)
    pass(7)
    local b = agenda.new(error)
    local kept = b:every(10, g)     -- keeps step
    b:every(4, g)
    b:after(1, g)
    assert.equal(1, a:swap(b))   -- so many were to run once
    assert.equal(0, b:count())
    assert.equal(3, a:count())
    handle:cancel()
    pass(4)
    assert.same({108, 110, 111}, new)
    kept:cancel()
    pass(8)
    assert.same({108, 110, 111, 115, 119}, new)
    assert.same({}, old)
  end)

  it("wants to be called when something is due, a minute at most if the "
     .. "wall clock matters", function()
    assert.is_nil(a:turn())
    a:every(1000, error)
    assert.equal(1000, a:turn())
    a:at(time + 30, error)
    assert.equal(30, a:turn())
    local b = agenda.new(error)
    b:at(time + 300, error)
    assert.equal(60, b:turn())
  end)

  it("raises for its caller what is no schedule", function()
    local function none() end
    for _, case in ipairs {
      {"#1 to 'every' %('9': seconds, a time", a.every, "9", none},
      {"#2 to 'every' %(function expected, got nil", a.every, 9},
      {"#1 to 'after' %(number of seconds expected", a.after, nil, none},
      {"#1 to 'after' %(number of seconds from", a.after, -1, none},
      {"#2 to 'after' %(function expected", a.after, 1, 2},
      {"#1 to 'at' %('9': seconds since 1970", a.at, "9", none},
      {"#2 to 'at' %(function expected", a.at, "09:00"},
    } do
      local ok, why = pcall(function()
        case[2](a, case[3], case[4])
      end)
      assert.is_false(ok)
      assert.matches("^spec/bot/agenda_spec.lua:%d+: bad argument "
                     .. case[1], why)
    end
    assert.equal(0, a:count())
    local entry = a:after(1, none)
    assert.has_error(function() entry.cancel() end,
                     "'cancel' must be called on a timer, with a colon")
  end)
end)

describe("an agenda's task", function()
  it("runs it until it is stopped, and notices what is added", function()
    local a = agenda.new(gop2p.spawn)
    local runs = 0
    gop2p.run(function()
      gop2p.spawn(function() a:run() end)
      gop2p.sleep(0.01)   -- it waits for nothing yet
      a:every(0.01, function()
        runs = runs + 1
        if runs < 3 then return end
        gop2p.sleep(0.02)
        a:stop()
      end)
    end)
    assert.equal(3, runs)
  end)
end)
