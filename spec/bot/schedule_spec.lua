-- When something is due again. Each table is worked off in a process of its
-- own: the local time's zone belongs to a process.

local process = require "spec.support.process"
local schedule = require "gop2p.bot.schedule"

local LUA = os.getenv("LUA") or "lua5.4"
local BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
local LORD_HOWE = "LHST-10:30LHDT-11,M10.1.0,M4.1.0"   -- half an hour
local CHILE = "CLT4CLST,M9.1.6/24,M4.1.6/24"           -- at midnight
local HAVANA = "CST5CDT,M3.2.0/0,M11.1.0/1"            -- after midnight
local UTC = "UTC0"

-- Prints the next four times that arg[1] is due after arg[2].
local NEXT = [[
local schedule = require "gop2p.bot.schedule"
local year, month, day, hour, min, sec =
  arg[2]:match("(%d+)-(%d+)-(%d+) (%d+):(%d+):(%d+)")
local t = os.time{year = year, month = month, day = day, hour = hour,
                  min = min, sec = sec}
local s = assert(schedule.parse(arg[1]))
local out = {}
for i = 1, 4 do
  t = s:after(t)
  if not t then break end
  out[i] = os.date("%Y-%m-%d %H:%M:%S %Z", t)
end
print(table.concat(out, "|"))
]]

local function child(zone, code, ...)
  local p <close> = assert(process.start({LUA, "-", ...},
                                         {env = {TZ = zone}}))
  p:write(code)
  p:finish()
  local lines = {}
  for line in function() return p:line(20) end do lines[#lines + 1] = line end
  assert.equal(0, p:wait(20))
  return lines
end

-- The times after 'from', shortened to what the pattern takes of each.
local function times(zone, spec, from, pattern)
  local found = {}
  for due in child(zone, NEXT, spec, from)[1]:gmatch("[^|]+") do
    found[#found + 1] = due:match(pattern)
  end
  return found
end

describe("a schedule", function()
  it("is due when its fields say", function()
    for _, case in ipairs {
      {"*/20 * * * *", "2026-11-25 23:39:59",
       "25 23:40", "26 00:00", "26 00:20", "26 00:40"},
      {"5-59/25 8,20 * * *", "2026-11-25 08:05:00",
       "25 08:30", "25 08:55", "25 20:05", "25 20:30"},
      {"0 9 * * mon-FRI", "2026-11-26 09:00:00",
       "27 09:00", "30 09:00", "01 09:00", "02 09:00"},
      {"0 0 * * sat-sun", "2026-11-25 00:00:00",
       "28 00:00", "29 00:00", "05 00:00", "06 00:00"},
      {"0 0 * * 7", "2026-11-25 00:00:00",
       "29 00:00", "06 00:00", "13 00:00", "20 00:00"},
      {"0 0 * * sun-0", "2026-11-25 00:00:00",
       "29 00:00", "06 00:00", "13 00:00", "20 00:00"},
      -- both days restricted: either; one with a star: both
      {"0 0 13 * fri", "2026-11-01 00:00:00",
       "06 00:00", "13 00:00", "20 00:00", "27 00:00"},
      {"0 0 */2 * sun", "2026-11-01 00:00:00",
       "15 00:00", "29 00:00", "13 00:00", "27 00:00"},
      {"30 12 31 * *", "2026-01-31 12:30:00",
       "31 12:30", "31 12:30", "31 12:30", "31 12:30"},
      {"@monthly", "2026-11-25 10:00:00",
       "01 00:00", "01 00:00", "01 00:00", "01 00:00"},
      {"@hourly", "2026-12-31 22:59:59",
       "31 23:00", "01 00:00", "01 01:00", "01 02:00"},
      {" 9:05 ", "2026-12-30 09:05:00",
       "31 09:05", "01 09:05", "02 09:05", "03 09:05"},
    } do
      assert.same({table.unpack(case, 3)},
                  times(UTC, case[1], case[2], "(%d%d %d%d:%d%d):00"),
                  case[1])
    end
  end)

  it("knows leap years", function()
    assert.same({"2096-02-29", "2104-02-29", "2108-02-29", "2112-02-29"},
                times(UTC, "0 0 29 2 *", "2092-02-29 00:00:00",
                      "^(%S+) 00:00:00"))
    -- on a Sunday, as a star is in its field
    assert.same({"2032-02-29", "2060-02-29", "2088-02-29", "2128-02-29"},
                times(UTC, "0 0 29 2 */7", "2026-01-01 00:00:00", "^(%S+)"))
  end)

  it("has seconds in a time of day", function()
    assert.same({"25 09:00:30", "26 09:00:30", "27 09:00:30", "28 09:00:30"},
                times(UTC, "09:00:30", "2026-11-25 09:00:29",
                      "%-(%d%d %S+)"))
  end)

  it("is due once when clocks change", function()
    for _, case in ipairs {
      -- skipped: due when the clocks go forward
      {BERLIN, "02:30", "2026-03-28 00:00:00",
       "28 02:30 CET", "29 03:00 CEST", "30 02:30 CEST", "31 02:30 CEST"},
      {BERLIN, "*/10 2 * * *", "2026-03-28 02:40:00",
       "28 02:50 CET", "29 03:00 CEST", "30 02:00 CEST", "30 02:10 CEST"},
      {BERLIN, "0 2,3 * * *", "2026-03-29 00:00:00",
       "29 03:00 CEST", "30 02:00 CEST", "30 03:00 CEST", "31 02:00 CEST"},
      {CHILE, "00:30", "2026-09-05 00:00:00",
       "05 00:30 CLT", "06 01:00 CLST", "07 00:30 CLST", "08 00:30 CLST"},
      {CHILE, "@daily", "2026-09-05 00:00:00",
       "06 01:00 CLST", "07 00:00 CLST", "08 00:00 CLST", "09 00:00 CLST"},
      {CHILE, "0 0 * * sun", "2026-09-05 00:00:00",
       "06 01:00 CLST", "13 00:00 CLST", "20 00:00 CLST", "27 00:00 CLST"},
      {LORD_HOWE, "02:10", "2026-10-03 02:10:00",
       "04 02:30 LHDT", "05 02:10 LHDT", "06 02:10 LHDT", "07 02:10 LHDT"},
      -- not skipped: as ever
      {BERLIN, "03:00", "2026-03-28 12:00:00",
       "29 03:00 CEST", "30 03:00 CEST", "31 03:00 CEST", "01 03:00 CEST"},
      -- twice: due the first time
      {BERLIN, "02:30", "2026-10-24 12:00:00",
       "25 02:30 CEST", "26 02:30 CET", "27 02:30 CET", "28 02:30 CET"},
      {BERLIN, "*/30 2 * * *", "2026-10-24 12:00:00",
       "25 02:00 CEST", "25 02:30 CEST", "26 02:00 CET", "26 02:30 CET"},
      {LORD_HOWE, "01:40", "2026-04-04 12:00:00",
       "05 01:40 LHDT", "06 01:40 LHST", "07 01:40 LHST", "08 01:40 LHST"},
      {HAVANA, "0 0 * * sun", "2026-10-26 12:00:00",
       "01 00:00 CDT", "08 00:00 CST", "15 00:00 CST", "22 00:00 CST"},
      {HAVANA, "0 0 1 11 *", "2026-09-26 12:00:00",
       "01 00:00 CDT", "01 00:00 CDT", "01 00:00 CDT", "01 00:00 CDT"},
      -- every hour: goes on every hour
      {BERLIN, "30 * * * *", "2026-03-29 00:30:00",
       "29 01:30 CET", "29 03:30 CEST", "29 04:30 CEST", "29 05:30 CEST"},
      {BERLIN, "30 * * * *", "2026-10-25 01:00:00",
       "25 01:30 CEST", "25 02:30 CEST", "25 02:30 CET", "25 03:30 CET"},
    } do
      local found = times(case[1], case[2], case[3],
                          "%-(%d%d %d%d:%d%d:00 %u+)")
      for i, due in ipairs(found) do found[i] = due:gsub(":00 ", " ", 1) end
      assert.same({table.unpack(case, 4)}, found, case[2])
    end
  end)

  -- Looks at every minute of a fortnight, and asks the fields alone.
  local SCAN = [[
    local schedule = require "gop2p.bot.schedule"
    local random = math.random
    math.randomseed(tonumber(arg[1]))
    local function field(low, high)
      local kind, a, b = random(4), random(low, high), random(low, high)
      if kind == 1 then return "*", function() return true end end
      if kind == 2 then
        return tostring(a), function(n) return n == a end
      elseif kind == 3 then
        return a .. "," .. b, function(n) return n == a or n == b end
      end
      a, b = math.min(a, b), math.max(a, b)
      if a == b then return a .. "-" .. b, function(n) return n == a end end
      return a .. "-" .. b .. "/2", function(n)
        return n >= a and n <= b and (n - a) % 2 == 0
      end
    end
    for _ = 1, 40 do
      local m, ism = field(0, 59)
      local h, ish = field(0, 23)
      local d, isd = field(1, 28)
      local w, isw = field(0, 6)
      local spec = ("%s %s %s * %s"):format(m, h, d, w)
      local either = d ~= "*" and w ~= "*"
      local t = 1764547200 + random(0, 20000) * 60
      local s = assert(schedule.parse(spec))
      local want
      for at = t + 60, t + 40 * 86400, 60 do
        local x = os.date("*t", at)
        local day, week = isd(x.day), isw(x.wday - 1)
        local on = either and (day or week) or (day and week)
        if on and ism(x.min) and ish(x.hour) then want = at break end
      end
      local got = s:after(t)
      if want ~= got and not (want == nil and got > t + 40 * 86400) then
        print(spec, t, want, got)
      end
    end
    print("done")
  ]]

  it("is due when a look at every minute says so", function()
    local seed = os.time()
    assert.same({"done"}, child("IST-5:30", SCAN, tostring(seed)),
                "seed " .. seed)
  end)

  describe("of seconds", function()
    it("is counted from its start, and does not drift", function()
      local s = assert(schedule.parse(0.1))
      assert.equal(10.1, s:after(10, 10))
      local t, n = 10, 0
      while t < 1010 do   -- each run is late by up to 0.09 s
        t, n = s:after(t + (n * 7 % 10) / 111, 10), n + 1
      end
      assert.is_true(math.abs(t - 1010) < 1e-6 and n == 10000, n)
    end)

    it("is later, always", function()
      local s = assert(schedule.parse(0.1))
      local start, t = 1e9 / 3, 1e9 / 3
      for _ = 1, 1000 do
        local due = s:after(t, start)
        assert.is_true(due > t)
        t = due
      end
    end)
  end)

  it("says what is wrong with it", function()
    for spec, text in pairs {
      [0] = "0: seconds from 0.01 expected",
      [-5] = "-5: seconds from",
      [1 / 0] = "inf: seconds from",
      [true] = "a time of day or five crontab fields expected, got b",
      ["9"] = "a time such as 09:00 or five crontab fields expected",
      ["24:00"] = "'24:00': hour: 24 is out of range, 0 to 23",
      ["09:60"] = "'09:60': minute: 60 is out of range, 0 to 59",
      ["09:00:60"] = "second: 60 is out of range",
      ["* * * *"] = "5 fields expected %(minute, .*%), got 4",
      ["* * * * * *"] = "5 fields expected .*, got 6",
      ["@reboot"] = "'@reboot': no such name",
      ["60 * * * *"] = "minute: 60 is out of range, 0 to 59",
      ["* 24 * * *"] = "hour: 24 is out of range",
      ["* * 0 * *"] = "day of the month: 0 is out of range, 1 to 31",
      ["* * * 13 *"] = "month: 13 is out of range",
      ["* * * * 8"] = "day of the week: 8 is out of range, 0 to 7",
      ["* * * foo *"] = "month: 'foo' is not a valid month",
      ["mon * * * *"] = "minute: 'mon' is not a valid minute",
      ["*/0 * * * *"] = "minute: the step of '%*/0' must be 1 or more",
      ["*/x * * * *"] = "minute: the step of '%*/x' must be",
      ["5/15 * * * *"] = "needs a range, such as 5%-59/15",
      ["30-10 * * * *"] = "minute: 30%-10 goes backwards",
      ["-5 * * * *"] = "minute: '%-5' is not a valid minute",
      ["1,,2 * * * *"] = "minute: nothing between the commas of '1,,2'",
      ["0 0 30 2 *"] = "day of the month: there is no such day in these m",
      ["0 0 31 4,6,9,11 *"] = "there is no such day",
    } do
      local s, why = schedule.parse(spec)
      assert.is_nil(s, spec)
      assert.matches(text, why)
    end
  end)
end)

describe("a point in time", function()
  local MOMENT = [[
    local schedule = require "gop2p.bot.schedule"
    local now = os.time{year = 2026, month = 11, day = 25, hour = 12}
    local t, why = schedule.moment(arg[1], now)
    print(t and os.date("%Y-%m-%d %H:%M:%S", t) or why)
    print(t and os.date("%Z", t))
  ]]

  it("is a time of day to come, or a date", function()
    for text, want in pairs {
      ["18:00"] = "2026-11-25 18:00:00",
      ["12:00"] = "2026-11-26 12:00:00",
      ["2026-12-24 18:00"] = "2026-12-24 18:00:00",
      ["2020-02-29T06:07:08"] = "2020-02-29 06:07:08",
      ["2026-02-29 10:00"] = "'2026-02-29 10:00': there is no such day",
      ["2026-13-01 10:00"] = "'2026-13-01 10:00': there is no such day",
      -- a second before 1970, which os.time cannot tell from a failure
      ["1970-01-01 00:59:59"] = "'1970-01-01 00:59:59': there is no such "
                                .. "time",
      ["2026-11-25 25:00"] = "'2026-11-25 25:00': hour: 25 is out of range,"
                             .. " 0 to 23",
      ["tomorrow"] = "'tomorrow': seconds since 1970, a time such as 18:00 "
                     .. "or a date such as 2030-12-24 18:00 expected",
    } do
      assert.equal(want, child(BERLIN, MOMENT, text)[1], text)
    end
  end)

  it("that is skipped, or comes twice, is what it is each day", function()
    for _, case in ipairs {
      {BERLIN, "2026-03-29 02:15", "2026-03-29 03:00:00", "CEST"},
      {BERLIN, "2026-03-29 03:00:30", "2026-03-29 03:00:30", "CEST"},
      {BERLIN, "2026-10-25 02:30", "2026-10-25 02:30:00", "CEST"},
      {BERLIN, "2026-10-25 03:00", "2026-10-25 03:00:00", "CET"},
      {CHILE, "2026-09-06 00:30", "2026-09-06 01:00:00", "CLST"},
      {CHILE, "2026-09-05 23:30", "2026-09-05 23:30:00", "CLT"},
      {HAVANA, "2026-11-01 00:00", "2026-11-01 00:00:00", "CDT"},
    } do
      assert.same({case[3], case[4]}, child(case[1], MOMENT, case[2]))
    end
  end)

  it("is what it is as a number", function()
    assert.equal(12.5, schedule.moment(12.5, 0))
    assert.is_nil((schedule.moment(1 / 0, 0)))
    local _, why = schedule.moment({}, 0)
    assert.matches("seconds since 1970, .* expected, got table", why)
  end)
end)
