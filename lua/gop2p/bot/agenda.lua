-- agenda.lua - what a bot does at its times.
--
-- One task works an agenda off, however many entries it has. An entry that
-- is due is run, as a task of its own, unless its last run still goes on; so
-- runs never pile up, and those that were missed (the machine was asleep, or
-- busy) are made up for by one.
--
-- Seconds are counted on the clock that only goes forward. What is due at a
-- time of day follows the wall clock, which may be set, or have gone on
-- while a laptop slept: it is looked at once a minute at least. What lies
-- between the times before and after it was set by hours has not been missed:
-- a machine without a clock of its own starts in 1970.

local check = require "gop2p.check"
local clock = require "gop2p.clock"
local schedule = require "gop2p.bot.schedule"
local scheduler = require "gop2p.scheduler"
local timers = require "gop2p.timers"

local agenda = {}
agenda.__index = agenda

local entry = {}
entry.__index = entry

local LOOK = 60        -- seconds between two looks at the wall clock
local SET = 3 * 3600   -- it was set, and not only corrected

-- Of the wall clock to one that nobody sets.
local function lead()
  return clock.time() - clock.uptime()
end

-- agenda.new(start) -> agenda
--
-- 'start(f)' starts f() as a task, and does not wait.
function agenda.new(start)
  return setmetatable({
    start = start,
    steady = timers.new(),   -- entries by clock.now
    wall = timers.new(),     -- entries by clock.time
    lead = lead(),           -- when it was last looked at
    stopped = false,
  }, agenda)
end

local function put(self, e)
  local at
  if not e.schedule then
    at = e.moment
  elseif e.clock == "steady" then
    at = e.schedule:after(clock.now(), e.start)
  else
    at = e.schedule:after(clock.time())
  end
  if at then self[e.clock]:add(e, at) end
end

local function add(self, e)
  e.agenda, e.running, e.cancelled = self, false, false
  put(self, setmetatable(e, entry))
  scheduler.wake(self)
  return e
end

-- agenda:every(spec, f) -> entry
--
-- Runs f again and again, as 'spec' says (see schedule.lua). 'extra': calls
-- between this one and the one that is told of misuse; so below.
function agenda:every(spec, f, extra)
  local s, why = schedule.parse(spec)
  check.that(s, 1, "every", why, extra)
  check.callable(f, 2, "every", extra)
  return add(self, {
    f = f, schedule = s, start = clock.now(),
    clock = s.period and "steady" or "wall",
  })
end

-- agenda:after(seconds, f) -> entry: runs f once.
function agenda:after(seconds, f, extra)
  check.that(seconds ~= nil, 1, "after", "number of seconds expected", extra)
  seconds = check.timeout(seconds, 1, "after", extra)
  check.callable(f, 2, "after", extra)
  return add(self, {f = f, moment = clock.now() + seconds, clock = "steady"})
end

-- agenda:at(time, f) -> entry
--
-- Runs f once, at a point in time: seconds since 1970, "18:00" the next time,
-- or "2030-12-24 18:00" of the local time. What is past already runs now.
function agenda:at(time, f, extra)
  local moment, why = schedule.moment(time, clock.time())
  check.that(moment, 1, "at", why, extra)
  check.callable(f, 2, "at", extra)
  return add(self, {f = f, moment = moment, time = time, clock = "wall"})
end

-- entry:cancel(): it is not run any more; a run that goes on ends as it will.
function entry:cancel()
  check.self(self, entry, "cancel", "timer")
  self.cancelled = true
  self.agenda[self.clock]:remove(self)
end

function entry:__close()
  self.running = false
end

local function run(self, e)
  if e.running then return end
  e.running = true
  self.start(function()
    local _ <close> = e
    if not e.cancelled then e.f() end
  end)
end

-- An entry is put back before it is run: whatever 'start' does, none is lost.
local function rundue(self, heap, now)
  local e = heap:first()
  while e and e.at <= now do
    heap:remove(e)
    if e.schedule then put(self, e) end
    run(self, e)
    e = heap:first()
  end
end

-- A clock that was set by less is let be: forward, what is due meanwhile is
-- run; back, what has run runs not again. Where it was set by more all is due
-- as if it were asked for now.
local function followclock(self)
  local before = self.lead
  self.lead = lead()
  if math.abs(self.lead - before) < SET then return end
  local entries = table.move(self.wall, 1, self.wall.n, 1, {})
  for _, e in ipairs(entries) do
    self.wall:remove(e)
    if e.time then e.moment = schedule.moment(e.time, clock.time()) end
    put(self, e)
  end
end

-- agenda:turn() -> seconds | nil
--
-- Starts what is due; seconds until it wants to be called again, nil: not
-- before something is added.
function agenda:turn()
  followclock(self)
  rundue(self, self.steady, clock.now())
  rundue(self, self.wall, clock.time())
  local steady, wall = self.steady:first(), self.wall:first()
  local wait = steady and math.max(0, steady.at - clock.now())
  if wall then
    local left = math.max(0, wall.at - clock.time())
    if clock.issettable() then left = math.min(LOOK, left) end
    wait = math.min(wait or left, left)
  end
  return wait
end

-- agenda:run(): works it off, as the task that calls it, until it is stopped.
function agenda:run()
  while not self.stopped do
    local deadline = scheduler.deadline(self:turn())
    if not self.stopped then scheduler.wait(self, deadline) end
  end
end

-- agenda:stop(): it starts nothing any more; runs that go on end as they
-- will.
function agenda:stop()
  self.stopped = true
  scheduler.wake(self)
end

local function entries(self)
  local list = table.move(self.steady, 1, self.steady.n, 1, {})
  return table.move(self.wall, 1, self.wall.n, #list + 1, list)
end

-- A period goes on as it was counted: otherwise a bot that is reloaded again
-- and again would never do what it does every hour.
local function keepstep(list, old)
  local starts = {}
  for _, e in ipairs(old) do
    local period = e.schedule and e.schedule.period
    if period then
      starts[period] = math.min(starts[period] or e.start, e.start)
    end
  end
  for _, e in ipairs(list) do
    local period = e.schedule and e.schedule.period
    if period then e.start = starts[period] or e.start end
  end
end

-- agenda:swap(other) -> count
--
-- Takes all entries of another one, which was not run, in place of its own.
-- So many that were to run once are not run.
function agenda:swap(other)
  local old, new = entries(self), entries(other)
  local dropped = 0
  keepstep(new, old)
  for _, e in ipairs(old) do
    if not e.schedule then dropped = dropped + 1 end
    e:cancel()
  end
  other.steady, other.wall = timers.new(), timers.new()
  for _, e in ipairs(new) do
    e.agenda = self
    put(self, e)
  end
  scheduler.wake(self)
  return dropped
end

-- agenda:count() -> how many entries are to run yet
function agenda:count()
  return self.steady.n + self.wall.n
end

return agenda
