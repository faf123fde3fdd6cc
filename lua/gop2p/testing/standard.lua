-- standard.lua - the libraries io and os, and print and warn, of a simulated
-- program.

local core = require "gop2p.core"
local scheduler = require "gop2p.scheduler"

local standard = {}

-- Standard output or error: whole lines go to 'put'.
local function output(put)
  local file, rest = {}, ""
  function file:write(...)
    local pieces = table.pack(rest, ...)
    for i = 2, pieces.n do
      if type(pieces[i]) ~= "string" and type(pieces[i]) ~= "number" then
        error(("bad argument #%d to 'write' (string expected, got %s)")
              :format(i - 1, type(pieces[i])), 2)
      end
    end
    rest = table.concat(pieces)
    for line in rest:gmatch("([^\n]*)\n") do put(line) end
    rest = rest:match("[^\n]*$")
    return self
  end
  function file:flush()
    if rest ~= "" then put(rest) end
    rest = ""
    return self
  end
  function file.setvbuf() return true end
  function file:close() self:flush() return true end
  function file.seek() return nil, "Illegal seek", 29 end
  return setmetatable(file, { __name = "FILE*" })
end

-- Standard input: lines that a test types, until it ends it.
local function input()
  local file = { first = 1, last = 0, over = false }
  function file:put(line)
    self.last = self.last + 1
    self[self.last] = line
    scheduler.wake(self)
  end
  function file:finish()
    self.over = true
    scheduler.wake(self)
  end
  -- Whether there is something to read, or the end.
  function file:await(timeout)
    local deadline = scheduler.deadline(timeout)
    while self.first > self.last and not self.over do
      if not scheduler.wait(self, deadline) then return false end
    end
    return true
  end
  local function line(self)
    self:await()
    local text = self[self.first]
    if text then
      self[self.first] = nil
      self.first = self.first + 1
    end
    return text
  end
  function file:read(format)
    format = tostring(format or "l"):gsub("^%*", "")
    local what = format:sub(1, 1)
    if what == "a" then
      local lines = {}
      for text in line, self do lines[#lines + 1] = text .. "\n" end
      return table.concat(lines)
    end
    local text = line(self)
    if what == "L" then return text and text .. "\n" end
    if what == "n" then return tonumber(text) end
    if what ~= "l" then
      error("bad argument #1 to 'read' (a simulated input is read in lines)",
            2)
    end
    return text
  end
  function file:lines(format)
    return function() return self:read(format) end
  end
  function file.setvbuf() return true end
  function file:close() self:finish() return true end
  return setmetatable(file, { __name = "FILE*" })
end

local function openio(env, run)
  local files = run.files
  local own = { popen = io.popen, tmpfile = io.tmpfile, stdin = run.stdin,
                stdout = run.stdout, stderr = run.stderr }
  local from, to = run.stdin, run.stdout
  env.io = own
  function own.open(path, mode)
    if run.over and mode and mode:find("[wa+]") then
      return nil, path .. ": the process was killed", 5
    end
    return files:open(path, mode)
  end
  function own.type(value)
    if value == run.stdin or value == run.stdout or value == run.stderr then
      return "file"
    end
    return io.type(value)
  end
  local function direct(file, mode)
    return type(file) == "string" and assert(own.open(file, mode)) or file
  end
  function own.input(file)
    from = direct(file, "r") or from
    return from
  end
  function own.output(file)
    to = direct(file, "w") or to
    return to
  end
  function own.read(...) return from:read(...) end
  function own.write(...) return to:write(...) end
  function own.close(file) return (file or to):close() end
  function own.lines(path, ...)
    if path == nil then return from:lines(...) end
    return assert(own.open(path)):lines(...)
  end
end

local function openos(env, run)
  local files = run.files
  local begun, names = core.now(), 0
  local own = { difftime = os.difftime, execute = os.execute,
                setlocale = os.setlocale }
  env.os = own
  function own.time(at)
    return at and os.time(at) or math.floor(core.time())
  end
  function own.date(format, at)
    return os.date(format or "%c", at or math.floor(core.time()))
  end
  function own.clock() return core.now() - begun end
  function own.getenv(name)
    local value = run.env[name]
    if value == nil then return os.getenv(name) end
    return value or nil
  end
  function own.remove(path) return files:remove(path) end
  function own.rename(old, new) return files:rename(old, new) end
  function own.tmpname()
    names = names + 1
    return ("tmp_%d_%d"):format(run.number, names)
  end
  function own.exit(code) run.exit(code) end
end

-- Sets io, os, print and warn in 'env'.
function standard.open(env, run)
  run.stdin = input()
  run.stdout = output(run.printed)
  run.stderr = output(run.complained)
  openio(env, run)
  openos(env, run)
  function env.print(...)
    local texts = table.pack(...)
    for i = 1, texts.n do texts[i] = tostring(texts[i]) end
    run.stdout:write(table.concat(texts, "\t"), "\n")
  end
  function env.warn(...)
    local text = table.concat({...})
    if not text:find("^@") then run.stderr:write("warning: ", text, "\n") end
  end
end

return standard
