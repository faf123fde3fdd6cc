-- input.lua - reading a terminal, a pipe or a socket while the loop runs.

local check = require "gop2p.check"
local core = require "gop2p.core"
local scheduler = require "gop2p.scheduler"

local input = {}

-- The descriptor behind a Lua file or a number.
local function descriptor(file, name)
  if io.type(file) == "file" then return core.fileno(file) end
  check.that(io.type(file) ~= "closed file", 1, name, "closed file")
  check.that(math.type(file) == "integer" and file >= 0, 1, name,
             "file or descriptor expected, got " .. type(file))
  return file
end

local function wait(fd, deadline)
  local watch, number = core.watch(fd)
  if not watch then return nil, number end
  local _ <close> = setmetatable({}, { __close = function()
    core.unwatch(watch)
  end })
  return scheduler.wait(number, deadline)
end

-- gop2p.readable(file_or_fd [, timeout]) -> true | false | nil, err
--
-- Waits until it can be read without waiting (also at its end); false when
-- 'timeout' seconds passed before. A regular file always can.
function input.readable(file, timeout)
  local fd = descriptor(file, "readable")
  timeout = check.timeout(timeout, 2, "readable")
  return wait(fd, scheduler.deadline(timeout))
end

-- for line in gop2p.lines([file]) do ... end
--
-- The lines of a file (default: standard input) without their ends, also
-- the last one if it has none, while the loop goes on. Reads the descriptor
-- itself: what io.read has already taken into the file's buffer is not
-- seen. The iterator gives nil at the end, and nil and a text on an error.
function input.lines(file)
  local fd = descriptor(file or io.stdin, "lines")
  local text, over = "", false
  return function()
    while true do
      local line, rest = text:match("^([^\n]*)\n(.*)$")
      if line then
        text = rest
        return line
      end
      if over then
        line, text = text, ""
        return line ~= "" and line or nil
      end
      local ok, err = wait(fd)
      if not ok then return nil, err end
      local bytes, problem = core.read(fd)
      if problem then return nil, problem end
      over = bytes == nil
      text = text .. (bytes or "")
    end
  end
end

return input
