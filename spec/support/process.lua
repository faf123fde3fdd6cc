--[[
process - a child process with pipes both ways, for specs.

  local process = require "spec.support.process"
  local p <close> = process.start({"lua5.4", "some.lua"}, {env = {A = "1"}})
  p:send("hello")
  local line = p:line(5, function() node_under_test_does_something() end)

Nothing here waits without a limit. While it waits, 'idle' is called again
and again, if there is one; it should take some milliseconds, as a pump
does. Without it the process sleeps.

The output comes through a fifo that is opened as LuaSocket's "serial"
port, which reads any descriptor without blocking. The input goes through a
"cat", so that ending it waits for that and not for the child. So a POSIX
shell and LuaSocket are all that it needs.
]]
local shell = require "spec.support.shell"
local socket = require "socket"
local serial = require "socket.serial"

local process = {}

local Process = {}
Process.__index = Process

local DEFAULT = 5 -- seconds

local function make_fifo()
  local path = os.tmpname()
  os.remove(path)
  assert(os.execute("mkfifo -m 600 " .. shell.quote(path)), "mkfifo failed")
  return path
end

-- What stands before the command to give it its environment.
local function environment(options)
  local out = {"env"}
  for name, value in pairs(options.env or {}) do
    out[#out + 1] = name .. "=" .. value
  end
  local preload = options.preload and os.getenv("LD_PRELOAD")
  if preload then out[#out + 1] = "LD_PRELOAD=" .. preload end
  return out
end

local function words(argv, out)
  return shell.words(table.move(argv, 1, #argv, #out + 1, out))
end

-- A sanitizer that was preloaded into the specs is none of the business of
-- the shells, so they are begun anew without it.
local function pipe(...)
  local commands = shell.quote(table.concat({...}, "; "))
  return assert(io.popen("unset LD_PRELOAD; exec sh -c " .. commands, "w"))
end

-- The outer shell outlives the command and says how it ended, in a way that
-- no output is mistaken for; the inner one tells the process id and becomes
-- the command. Descriptors of the caller that would be inherited are closed
-- as far as a shell can.
local function script(argv, input, output, options)
  local errors = options.stderr and shell.quote(options.stderr) or "&2"
  local parts = {("exec <%s >%s"):format(shell.quote(input),
                                         shell.quote(output))}
  for fd = 3, 8 do parts[#parts + 1] = ("exec %d<&-"):format(fd) end
  -- The shell's own "Killed" is not for the report of the specs.
  parts[#parts + 1] = "exec 9>" .. errors .. " 2>/dev/null"
  parts[#parts + 1] = "sh -c 'exec 2>&9 9>&-; echo $$; exec \"$@\"' sh "
    .. words(argv, environment(options))
  parts[#parts + 1] = [[printf '\0exit %d\n' $?]]
  return parts
end

-- Takes over what has come, and never waits.
local function drain(self)
  if self.status then return end
  while true do
    local data, _, part = self.out:receive(65536)
    data = data or part
    if not data or data == "" then break end
    self.unread = self.unread .. data
  end
  local before, code = self.unread:match("^(.*)\0exit (%d+)\n$")
  if code then
    self.unread = before
    self.status = math.tointeger(tonumber(code))
  end
end

-- Waits until done() gives something.
local function await(self, done, timeout, idle)
  local deadline = socket.gettime() + (timeout or DEFAULT)
  while true do
    drain(self)
    local found = done()
    if found then return found end
    if self.status then return nil, "closed" end
    local left = deadline - socket.gettime()
    if left <= 0 then return nil, "timeout" end
    if idle then
      idle()
    else
      socket.select({self.out}, nil, math.min(left, 0.1))
    end
  end
end

-- Starts the command 'argv', found as the shell finds it. Options:
--   env      name -> value, added to the environment
--   stderr   a file that takes its standard error (default: ours)
--   preload  true keeps LD_PRELOAD
-- The process, or nil and why it did not start. A command that is not there
-- does start, and ends with 127.
function process.start(argv, options)
  local input, output = make_fifo(), make_fifo()
  local out = assert(serial(output))
  out:settimeout(0)
  local runner = pipe(table.unpack(script(argv, input, output,
                                          options or {})))
  local stdin = pipe("exec cat >" .. shell.quote(input))
  -- Given its finalizer last, it is finalized before what it holds.
  local self = setmetatable({
    out = out, runner = runner, stdin = stdin, unread = "",
  }, Process)
  local pid, err = self:line(10)
  os.remove(input)
  os.remove(output)
  if not pid then
    self:close()
    return nil, err
  end
  self.pid = math.tointeger(tonumber(pid))
  return self
end

-- A line of its output without the end; or nil and "timeout", or "closed"
-- when it has ended and all was read. What stood behind its last line's
-- end counts as a line.
function Process:line(timeout, idle)
  return await(self, function()
    local line, rest = self.unread:match("^([^\n]*)\n(.*)$")
    if not line and self.status and self.unread ~= "" then
      line, rest = self.unread, ""
    end
    if line then self.unread = rest end
    return line
  end, timeout, idle)
end

-- Reads lines until one matches the pattern; its captures. An error when no
-- line comes for so long (default: 30 seconds).
function Process:shows(pattern, timeout)
  local line
  repeat
    line = assert(self:line(timeout or 30), pattern)
  until line:find(pattern)
  return line:match(pattern)
end

-- Waits until what was not read yet matches the pattern, for programs that
-- prompt; takes everything up to the end of the match, and returns it.
function Process:upto(pattern, timeout, idle)
  return await(self, function()
    local _, stop = self.unread:find(pattern)
    if not stop then return nil end
    local text = self.unread:sub(1, stop)
    self.unread = self.unread:sub(stop + 1)
    return text
  end, timeout, idle)
end

-- Writes bytes to its standard input, if that is still open. Blocks while
-- a full pipe is not read.
function Process:write(text)
  if not self.stdin then return end
  self.stdin:write(text)
  self.stdin:flush()
end

function Process:send(line)
  self:write(line .. "\n")
end

-- The descriptor that its output is read from, to wait on in a loop.
function Process:fd()
  return math.tointeger(self.out:getfd())
end

-- 'signal' is a name without SIG, as in "TERM", or a number.
function Process:kill(signal)
  drain(self)
  if self.pid and not self.status then
    os.execute(("kill -%s %d 2>/dev/null"):format(signal or "TERM",
                                                  self.pid))
  end
end

-- Waits for its end: the exit status (128 and the number, for a signal), or
-- nil and "timeout". Its output can still be read.
function Process:wait(timeout, idle)
  return await(self, function() return self.status end, timeout, idle)
end

-- Ends its standard input.
function Process:finish()
  if self.stdin then self.stdin:close() end
  self.stdin = nil
end

-- Kills and reaps it. Any number of times.
function Process:close()
  if not self.runner then return end
  self:kill("KILL")
  self:wait()
  self:finish()
  self.runner:close()
  self.runner = nil
  self.out:close()
end

Process.__close = Process.close
Process.__gc = Process.close

return process
