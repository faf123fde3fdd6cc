-- log.lua - what a bot does, an event a line.
--
--   2030-01-02 09:00:00 info dice: said to=everybody text="dice rolled 3"
--
-- or, as JSON, {"time":1893574800.25,"level":"info","bot":"dice",
-- "event":"said","text":...}. What peers have written commands no terminal
-- and begins no line. On a terminal the lines of a traceback stand below.

local cjson = require "cjson"
local clock = require "gop2p.clock"
local core = require "gop2p.core"
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
  local cut = utf8.len(text) and utf8.offset(text, 0, LONGEST + 1) - 1
              or LONGEST
  return ("%s... (%d bytes)"):format(text:sub(1, cut), #text)
end

local function harmless(text)
  text = bytes(text):gsub("[\0-\31\127]", hex)
  return (text:gsub("\xC2([\x80-\x9F])", hex))
end

local function quote(text)
  return '"' .. harmless(text:gsub('[\n\r\t"\\]', SHORT)) .. '"'
end

-- Its lines, each below the last one.
local function below(text)
  local out = {}
  for line in text:gmatch("[^\n]+") do
    out[#out + 1] = "\n    " .. harmless(line:gsub("\t", "  "))
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
  local trace = self.terminal and fields.traceback
  for _, name in ipairs(sorted(fields)) do
    if not (trace and name == "traceback") then
      out[#out + 1] = name .. "=" .. plain(fields[name])
    end
  end
  return table.concat(out, " ") .. (trace and below(shorten(trace)) or "")
end

-- Eight-bit control characters are UTF-8 that cjson lets through.
local function jsonvalue(value)
  if type(value) == "number" or type(value) == "boolean" then
    return tostring(value)
  end
  local text = cjson.encode(bytes(shorten(tostring(value))))
  return (text:gsub("\xC2([\x80-\x9F])", function(c)
    return ("\\u%04x"):format(c:byte())
  end))
end

local function jsonline(self, level, event, fields)
  local out = { ('{"time":%.3f,"level":"%s","bot":%s,"event":%s'):format(
    clock.time(), level, jsonvalue(self.bot()), jsonvalue(event)) }
  for _, name in ipairs(sorted(fields)) do
    out[#out + 1] = jsonvalue(name) .. ":" .. jsonvalue(fields[name])
  end
  return table.concat(out, ",") .. "}"
end

local function is_terminal(handle)
  return type(handle) == "userdata" and core.isatty(core.fileno(handle))
end

local function addto(path)
  local handle, why = io.open(path, "a")
  if handle then return handle end
  return nil, values.error("internal", "EIO", "could not open the log", why)
end

-- log.open{bot, level, json, file} -> log | nil, err
--
-- 'bot': a function that gives its name. 'level': the least that is told
-- ("info"). 'file': a path, whose file is added to, or a file (standard
-- error).
function log.open(options)
  local handle, err = options.file or io.stderr
  if type(handle) == "string" then handle, err = addto(handle) end
  if not handle then return nil, err end
  return setmetatable({
    bot = options.bot, least = log.levels[options.level or "info"],
    line = options.json and jsonline or textline, handle = handle,
    terminal = is_terminal(handle), broken = false,
  }, log)
end

-- A log that cannot be written ends no bot, but is told of, once.
local function write(self, line)
  local ok, why = self.handle:write(line, "\n")
  if ok then ok, why = self.handle:flush() end
  if not ok and not self.broken then
    warn("gop2p bot: could not write the log: ", why)
  end
  self.broken = not ok
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
