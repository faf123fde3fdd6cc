-- log.lua - what a bot does, an event a line.
--
--   2030-01-02 09:00:00 info dice: said to=everybody text="dice rolled 3"
--
-- or, as JSON, {"time":1893574800.25,"level":"info","bot":"dice",
-- "event":"said","text":...}. What peers have written commands no terminal,
-- begins no line and hides nothing. On a terminal the lines of a traceback
-- stand below.

local cjson = require "cjson"
local clock = require "gop2p.clock"
local core = require "gop2p.core"
local file = require "gop2p.file"
local neutral = require("gop2p.text").neutral
local system = require "gop2p.system"
local values = require "gop2p.values"

local log = {}
log.__index = log

-- From what is told rarely to what is told always; "off" tells nothing.
log.levels = { debug = 1, info = 2, warn = 3, error = 4, off = 5 }

local LONGEST = 4000   -- bytes of a field; the rest is counted

local SHORT = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t",
                ['"'] = '\\"', ["\\"] = "\\\\" }

local function hex(c) return ("\\x%02x"):format(c:byte()) end

-- What is no UTF-8 is shown byte by byte.
local function bytes(text)
  if utf8.len(text) then return text end
  return (text:gsub("[\x80-\xFF]", hex))
end

local function shorten(text)
  if #text <= LONGEST then return text end
  local cut = core.letters(text, 1, LONGEST)
  return ("%s... (%d bytes)"):format(text:sub(1, cut), #text)
end

local function quote(text)
  return '"' .. core.visible(text:gsub('[\n\r\t"\\]', SHORT), "log") .. '"'
end

local function is_terminal(handle)
  return type(handle) == "userdata" and core.isatty(core.fileno(handle))
end

-- Its lines, each below the last one.
local function below(text)
  local out = {}
  for line in text:gmatch("[^\n]+") do
    out[#out + 1] = "\n    " .. core.visible(line:gsub("\t", "  "), "log")
  end
  return table.concat(out)
end

local function sorted(fields)
  local names = {}
  for name in pairs(fields) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- A value of a field as text: a word as it is, all else in quotes.
local function plain(value)
  local text = shorten(tostring(value))
  return text:find("^[%w%-_.:/@]+$") and text or quote(text)
end

local function textline(self, level, event, fields)
  local out = { ("%s %s %s: %s"):format(
    os.date("%Y-%m-%d %H:%M:%S", math.floor(clock.time())), level, self.bot(),
    event) }
  local trace = fields.traceback and is_terminal(self.handle) and
                fields.traceback
  for _, name in ipairs(sorted(fields)) do
    if not (trace and name == "traceback") then
      out[#out + 1] = name .. "=" .. plain(fields[name])
    end
  end
  return table.concat(out, " ") .. (trace and below(shorten(trace)) or "")
end

-- Numbers that JSON has no word for.
local NO_JSON = { ["nan"] = '"nan"', ["-nan"] = '"nan"', ["inf"] = '"inf"',
                  ["-inf"] = '"-inf"' }

-- cjson lets all through that is UTF-8 and no control character of ASCII.
local function jsonvalue(value)
  if type(value) == "number" or type(value) == "boolean" then
    local text = tostring(value)
    return NO_JSON[text] or text
  end
  local text = bytes(shorten(tostring(value)))
  return core.visible(cjson.encode(text), "json")
end

local function jsonline(self, level, event, fields)
  local out = { ('{"time":%.3f,"level":"%s","bot":%s,"event":%s'):format(
    clock.time(), level, jsonvalue(self.bot()), jsonvalue(event)) }
  for _, name in ipairs(sorted(fields)) do
    out[#out + 1] = jsonvalue(name) .. ":" .. jsonvalue(fields[name])
  end
  return table.concat(out, ",") .. "}"
end

-- Which file the path leads to: the device and the number of it; or nil.
local function whichfile(path)
  local stamp = file.stamp(path)
  return stamp and stamp:match("^%S+ %S+")
end

-- Whether it is open now; or nil and an error. A new one only its owner may
-- read: it says who has said what.
local function addto(self, path)
  system.makefile(path)   -- what is wrong, opening it tells as well
  local handle, why = io.open(path, "a")
  if not handle then
    return nil, values.error("internal", "EIO", "could not open the log", why)
  end
  if self.handle then self.handle:close() end
  self.handle, self.which = handle, whichfile(path)
  return true
end

-- log.open{bot, level, json, file} -> log | nil, err
--
-- 'bot': a function that gives its name. 'level': the least that is told
-- ("info"). 'file': a path, whose file is added to, or a file (standard
-- error).
function log.open(options)
  local self = setmetatable({
    bot = options.bot, least = log.levels[options.level or "info"],
    line = neutral(options.json and jsonline or textline),
    path = type(options.file) == "string" and options.file,
    handle = false, which = false, isfile = false, broken = false,
  }, log)
  if not self.path then
    self.handle = options.file or io.stderr
    return self
  end
  local ok, err = addto(self, self.path)
  self.isfile = system.checkfile(self.path) == true
  return ok and self, err
end

-- A log that cannot be written ends no bot, but is told of, once. 'problem':
-- why it cannot, or nil.
local function tell(self, problem)
  if problem and not self.broken then warn("gop2p bot: ", problem) end
  self.broken = problem ~= nil
end

-- Adds to the file that stands at its path from now on, or goes on with the
-- one that it has: then it returns why. What is no file it does not open: a
-- pipe that nobody reads would hold up all that runs.
local function again(self)
  local ok, code, why = system.checkfile(self.path)
  if not ok and code ~= "ENOENT" then
    return ("could not open the log: %s: %s"):format(self.path, why)
  end
  local opened, err = addto(self, self.path)
  return not opened and err.text .. ": " .. err.cause or nil
end

-- log:reopen() -> whether there is a file to open
--
-- From now on it adds to the file that stands at its path; not if it began
-- with a device or a pipe. Where none can be opened, it goes on with the one
-- that it has.
function log:reopen()
  if not self.isfile then return false end
  tell(self, again(self))
  return true
end

-- Whoever moves or removes the file need tell nobody.
local function write(self, line)
  local moved = self.path and whichfile(self.path) ~= self.which
  local problem = moved and again(self) or nil
  local ok, why = self.handle:write(line, "\n")
  if ok then ok, why = self.handle:flush() end
  if not ok then problem = "could not write the log: " .. why end
  tell(self, problem)
end

-- log:debug(event [, fields]), log:info, log:warn, log:error: a line, if
-- so little is told. 'fields': name -> value.
for level, rank in pairs(log.levels) do
  if level ~= "off" then
    log[level] = function(self, event, fields)
      if rank < self.least then return end
      write(self, self.line(self, level, event, fields or {}))
    end
  end
end

return log
