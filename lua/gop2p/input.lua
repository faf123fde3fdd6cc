-- input.lua - reading a terminal, a pipe or a socket while the loop runs.

local check = require "gop2p.check"
local core = require "gop2p.core"
local scheduler = require "gop2p.scheduler"
local system = require "gop2p.system"
local values = require "gop2p.values"

local input = {}

local MAX_DESCRIPTOR = 0x7fffffff   -- C's int

-- The descriptor behind a Lua file or a number.
local function descriptor(file, name)
  if io.type(file) == "file" then return core.fileno(file) end
  check.that(io.type(file) ~= "closed file", 1, name, "closed file", 1)
  check.that(math.type(file) == "integer" and file >= 0 and
             file <= MAX_DESCRIPTOR, 1, name,
             "file or descriptor expected, got " .. tostring(file), 1)
  return file
end

-- Nothing tells at what virtual time something comes from elsewhere.
local UNSEEN = "in a simulated network a program waits for nothing but files "
               .. "and its standard input"

local function wait(fd, deadline)
  local watch, number = core.watch(fd)
  if not watch then
    local err = number
    if system.simulated and err.code == "EINVAL" then err.cause = UNSEEN end
    return nil, err
  end
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
  local ready, err = wait(fd, scheduler.deadline(timeout))
  return ready, err
end

-- What was read and not yet given out: the pieces of a line that has not
-- ended, so that a long one is not copied again with every piece.
local function newbuffer()
  return { pieces = {}, lines = {}, first = 1 }
end

local function feed(buffer, bytes)
  local from = 1
  for at in bytes:gmatch("()\n") do
    buffer.pieces[#buffer.pieces + 1] = bytes:sub(from, at - 1)
    buffer.lines[#buffer.lines + 1] = table.concat(buffer.pieces)
    buffer.pieces, from = {}, at + 1
  end
  if from <= #bytes then
    buffer.pieces[#buffer.pieces + 1] = bytes:sub(from)
  end
end

local function takeline(buffer)
  local line = buffer.lines[buffer.first]
  if line then
    buffer.lines[buffer.first] = nil
    buffer.first = buffer.first + 1
  elseif buffer.first > 1 then
    buffer.lines, buffer.first = {}, 1
  end
  return line
end

local function rest(buffer)
  local line = table.concat(buffer.pieces)
  buffer.pieces = {}
  return line ~= "" and line or nil
end

local function closed()
  return values.error("internal", "EINVAL", "could not read a line",
                      "the file is closed")
end

-- A function that gives the lines of 'file', its descriptor being 'fd': nil
-- at the end, nil and an error when reading fails. await(fd) waits until that
-- can be read: true, or nil and an error.
local function reader(file, fd, await)
  local buffer, over = newbuffer(), false
  return function()
    local line = takeline(buffer)
    while not line and not over do
      if io.type(file) == "closed file" then return nil, closed() end
      local ok, err = await(fd)
      if not ok then return nil, err end
      if io.type(file) == "closed file" then return nil, closed() end
      local bytes, problem = core.read(fd)
      if problem then return nil, problem end
      over = bytes == nil
      feed(buffer, bytes or "")
      line = takeline(buffer)
    end
    return line or rest(buffer)
  end
end

-- for line in gop2p.lines([file]) do ... end
--
-- The lines of a file (default: standard input) without their ends, also
-- the last one if it has none, while the loop goes on. Reads the descriptor
-- itself: what io.read has already taken into the file's buffer is not
-- seen. The iterator gives nil at the end, and raises when reading fails, as
-- that of io.lines does: of a folder, or of a file that has been closed.
function input.lines(file)
  file = file or io.stdin
  local take = reader(file, descriptor(file, "lines"), wait)
  return function()
    local line, err = take()
    if err then error(tostring(err), 2) end
    return line
  end
end

-- The lines of standard input; before each wait, and whenever something has
-- happened, look() is called, and says when it wants to be called again, in
-- seconds (nil: when something has happened). false: nothing but the input
-- is to be waited for.
function input.typed(look)
  return reader(io.stdin, core.fileno(io.stdin), function(fd)
    local watch, number = core.watch(fd)
    if not watch then return nil, number end
    local ready = false
    local _ <close> = setmetatable({}, { __close = function()
      scheduler.listen(number, nil)
      core.unwatch(watch)
    end })
    scheduler.listen(number, function() ready = true end)
    repeat
      local due = look()
      if due == false then break end
      scheduler.turn(due)
    until ready
    return true
  end)
end

return input
