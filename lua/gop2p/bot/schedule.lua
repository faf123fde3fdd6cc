-- schedule.lua - when something is due again.
--
-- A schedule is one of
--   30                a number of seconds, counted from a start
--   "09:00"           a time of each day, also "09:00:30"
--   "*/5 9-17 * * mon-fri"
--                     the five fields of crontab(5): minute, hour, day of
--                     the month, month, day of the week. Lists, ranges,
--                     steps and the names of months and days. If both days
--                     are restricted either will do
--   "@hourly"         @daily, @midnight, @weekly, @monthly, @yearly,
--                     @annually
--
-- All but the first follow the local time. A time of day that is skipped
-- when clocks go forward is due at the moment when they do; one that comes
-- twice when they go back is due the first time. What is due every hour
-- simply goes on every hour.

local neutral = require("gop2p.text").neutral
local trim = require("gop2p.text").trim

local schedule = {}
schedule.__index = schedule

local LEAST = 0.01                  -- seconds between two runs
local MINUTE, HOUR, DAY = 60, 3600, 86400
local FAR = 50 * 366 * DAY          -- beyond, it is never due
local LONGEST_FOLD = 3 * HOUR       -- no clock is put back by more

local MONTHS = {jan = 1, feb = 2, mar = 3, apr = 4, may = 5, jun = 6,
                jul = 7, aug = 8, sep = 9, oct = 10, nov = 11, dec = 12}
local DAYS = {sun = 0, mon = 1, tue = 2, wed = 3, thu = 4, fri = 5, sat = 6}
local LENGTHS = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

local FIELDS = {
  {name = "minute", low = 0, high = 59},
  {name = "hour", low = 0, high = 23},
  {name = "day of the month", low = 1, high = 31},
  {name = "month", low = 1, high = 12, names = MONTHS},
  {name = "day of the week", low = 0, high = 7, names = DAYS},
}

local SHORT = {
  ["@hourly"] = "0 * * * *", ["@daily"] = "0 0 * * *",
  ["@midnight"] = "0 0 * * *", ["@weekly"] = "0 0 * * 0",
  ["@monthly"] = "0 0 1 * *", ["@yearly"] = "0 0 1 1 *",
  ["@annually"] = "0 0 1 1 *",
}

-- What is wrong is raised as a table {text} and caught in 'parse'.
local function refuse(format, ...)
  error({format:format(...)}, 0)
end

local function number(word, field)
  local n = field.names and field.names[word:lower()]
            or word:find("^%d+$") and math.tointeger(tonumber(word))
  if not n then
    refuse("%s: '%s' is not a valid %s", field.name, word, field.name)
  end
  if n < field.low or n > field.high then
    refuse("%s: %d is out of range, %d to %d", field.name, n, field.low,
           field.high)
  end
  return n
end

local function range(text, field)
  if text == "*" then return field.low, field.high end
  local first, last = text:match("^([^-]+)%-([^-]+)$")
  if not first then
    local n = number(text, field)
    return n, n
  end
  local low, high = number(first, field), number(last, field)
  if field.names == DAYS and low > high and high == 0 then high = 7 end
  if low > high then
    refuse("%s: %s goes backwards", field.name, text)
  end
  return low, high
end

local function readpart(set, text, field)
  local what, step = text:match("^([^/]*)/(.*)$")
  local low, high = range(what or text, field)
  if step then
    if what ~= "*" and low == high then
      refuse("%s: the step of '%s' needs a range, such as %d-%d/%s",
             field.name, text, low, field.high, step)
    end
    step = step:find("^%d+$") and math.tointeger(tonumber(step))
    if not step or step == 0 then
      refuse("%s: the step of '%s' must be 1 or more", field.name, text)
    end
  end
  for n = low, high, step or 1 do set[n] = true end
end

local function readfield(text, field)
  local set = {}
  for part in (text .. ","):gmatch("([^,]*),") do
    if part == "" then
      refuse("%s: nothing between the commas of '%s'", field.name, text)
    end
    readpart(set, part, field)
  end
  if field.names == DAYS and set[7] then set[0] = true end
  return set, text:find("*", 1, true) ~= nil
end

local function all(set, field)
  for n = field.low, field.high do
    if not set[n] then return false end
  end
  return true
end

-- 30 February is a mistake, and would be searched for in vain.
local function checkdays(self)
  for month in pairs(self.months) do
    for day = 1, LENGTHS[month] do
      if self.days[day] then return end
    end
  end
  refuse("day of the month: there is no such day in these months")
end

local function readcron(self, text)
  local words = {}
  for word in text:gmatch("%S+") do words[#words + 1] = word end
  if #words ~= #FIELDS then
    refuse("5 fields expected (minute, hour, day of the month, month, day "
           .. "of the week), got %d", #words)
  end
  local anyday, anyweekday
  self.second = 0
  self.minutes = readfield(words[1], FIELDS[1])
  self.hours = readfield(words[2], FIELDS[2])
  self.days, anyday = readfield(words[3], FIELDS[3])
  self.months = readfield(words[4], FIELDS[4])
  self.weekdays, anyweekday = readfield(words[5], FIELDS[5])
  self.either = not anyday and not anyweekday
  self.hourly = all(self.hours, FIELDS[2])
  if not self.either then checkdays(self) end
end

local function readtime(self, hour, minute, second)
  local function value(word, name, high)
    return number(word, {name = name, low = 0, high = high})
  end
  readcron(self, ("%d %d * * *"):format(value(minute, "minute", 59),
                                        value(hour, "hour", 23)))
  self.second = value(second or "0", "second", 59)
end

local function readperiod(self, seconds)
  if not (seconds >= LEAST and seconds < math.huge) then
    refuse("seconds from %g expected", LEAST)
  end
  self.period = seconds
end

local function timeofday(text)
  local hour, minute, rest = text:match("^(%d%d?):(%d%d)(.*)$")
  if not hour then return nil end
  local second = rest:match("^:(%d%d)$")
  if rest ~= "" and not second then return nil end
  return hour, minute, second
end

local function read(self, spec)
  if type(spec) == "number" then return readperiod(self, spec) end
  if type(spec) ~= "string" then
    refuse("seconds, a time of day or five crontab fields expected, got %s",
           type(spec))
  end
  local text = trim(spec)
  local hour, minute, second = timeofday(text)
  if hour then return readtime(self, hour, minute, second) end
  if text:find("^@") then
    if not SHORT[text] then refuse("no such name") end
    text = SHORT[text]
  elseif not text:find("%s") then
    refuse("seconds, a time such as 09:00 or five crontab fields expected")
  end
  readcron(self, text)
end

local function describe(spec)
  return type(spec) == "string" and "'" .. spec .. "'" or tostring(spec)
end

-- Runs f and gives what it returns; or nil and what it refused.
local function attempt(spec, f, ...)
  local ok, result = pcall(neutral(f), ...)
  if ok then return result end
  if type(result) ~= "table" then error(result, 0) end
  return nil, ("%s: %s"):format(describe(spec), result[1])
end

-- schedule.parse(spec) -> schedule | nil, what is wrong with it
function schedule.parse(spec)
  return attempt(spec, function()
    local self = setmetatable({spec = spec}, schedule)
    read(self, spec)
    return self
  end)
end

-- Seconds that the local time is ahead of UTC at the time 't'.
local function offset(t)
  local sign, hours, minutes = os.date("%z", t):match("^([+-])(%d%d)(%d%d)$")
  local seconds = hours * HOUR + minutes * MINUTE
  return math.tointeger(sign == "-" and -seconds or seconds)
end

local function onday(self, date)
  if not self.months[date.month] then return false end
  local day, weekday = self.days[date.day], self.weekdays[date.wday - 1]
  if self.either then return day or weekday end
  return day and weekday
end

local function matches(self, date)
  return onday(self, date) and self.hours[date.hour] and
         self.minutes[date.min]
end

-- Whether a time that is due was skipped because clocks went forward at 't'.
local function skipped(self, t)
  if self.hourly then return false end
  local before, after = offset(t - 1), offset(t)
  for at = t + before, t + after - 1, MINUTE do
    if matches(self, os.date("!*t", at)) then return true end
  end
  return false
end

-- Whether it was the same time of day before, as clocks went back.
local function repeated(self, t)
  if self.hourly then return false end
  local before, after = offset(t - LONGEST_FOLD), offset(t)
  return after < before and offset(t - (before - after)) == before
end

-- A time after 't', which is a whole minute and not due, that nothing due
-- lies before. What jumps over days falls short of midnight, as that may be
-- skipped: the rest goes by the hour.
local function onward(self, t, date)
  local hour = t + HOUR - date.min * MINUTE
  if not self.months[date.month] then
    local month = {year = date.year, month = date.month + 1, day = 1,
                   hour = 0}
    return math.max(hour, os.time(month) - 2 * HOUR)
  elseif not onday(self, date) then
    local day = {year = date.year, month = date.month, day = date.day + 1,
                 hour = 0}
    return math.max(hour, os.time(day) - 2 * HOUR)
  end
  return self.hours[date.hour] and t + MINUTE or hour
end

local function nexttime(self, after)
  local t = math.floor(after)
  t = t - os.date("*t", t).sec
  local limit = t + FAR
  while t < limit do
    if t > after and skipped(self, t) then return t end
    local date = os.date("*t", t)
    if matches(self, date) then
      local due = t + self.second
      if due > after and not repeated(self, t) then return due end
      t = t + MINUTE
    else
      t = onward(self, t, date)
    end
  end
  return nil
end

-- schedule:after(t [, start]) -> seconds | nil
--
-- When it is due next, after the time 't' and not at it; nil: never. A number
-- of seconds is counted from 'start' (0), on whatever clock both are of; all
-- others want seconds since 1970.
function schedule:after(t, start)
  if not self.period then return nexttime(self, t) end
  start = start or 0
  local due = start + (math.floor((t - start) / self.period) + 1)
              * self.period
  return due > t and due or due + self.period
end

local DATE = "^(%d%d%d%d)%-(%d%d)%-(%d%d)[ T](.*)$"

local function daily(hour, minute, second)
  local self = setmetatable({}, schedule)
  readtime(self, hour, minute, second)
  return self
end

-- What becomes of a time that is skipped, or comes twice, is the same as
-- each day: os.time would tell another one.
local function readdate(text)
  local year, month, day, time = text:match(DATE)
  local hour, minute, second = timeofday(time or "")
  if not hour then
    refuse("seconds since 1970, a time such as 18:00 or a date such as "
           .. "2030-12-24 18:00 expected")
  end
  local each = daily(hour, minute, second)   -- refuses 25:00
  local noon = {year = year, month = month, day = day, hour = 12}
  os.time(noon)
  if noon.month ~= tonumber(month) or noon.day ~= tonumber(day) then
    refuse("there is no such day")
  end
  local ok, near = pcall(os.time, {year = year, month = month, day = day,
    hour = hour, min = minute, sec = second or 0})
  if not ok then refuse("there is no such time") end
  return each:after(near - LONGEST_FOLD - 1)
end

local function readmoment(spec, now)
  if type(spec) == "number" then
    if spec - spec ~= 0 then refuse("not a finite number") end
    return spec
  elseif type(spec) ~= "string" then
    refuse("seconds since 1970, a time of day or a date expected, got %s",
           type(spec))
  end
  local text = trim(spec)
  local hour, minute, second = timeofday(text)
  if not hour then return readdate(text) end
  return daily(hour, minute, second):after(now)
end

-- schedule.moment(spec, now) -> seconds since 1970 | nil, what is wrong
--
-- A point in time: seconds since 1970 as they are, "18:00" or "18:00:30" the
-- next time after 'now', "2030-12-24 18:00" in local time.
function schedule.moment(spec, now)
  return attempt(spec, readmoment, spec, now)
end

-- schedule.clock(text) -> a time of day as os.date("%H:%M") gives it, with
-- its seconds if it has any | nil
function schedule.clock(text)
  local hour, minute, second = timeofday(text)
  if not hour or not attempt(text, daily, hour, minute, second) then
    return nil
  end
  local clock = ("%02d:%02d"):format(hour, minute)
  return tonumber(second or 0) > 0 and clock .. ":" .. second or clock
end

return schedule
