--[[
pty - a program on a terminal, for specs: what it shows is what tmux shows.

  local pty = require "spec.support.pty"
  local t <close> = pty.start({"lua5.4", "some.lua"}, {env = {A = "1"}})
  t:type("hello")
  t:key("Enter")                  -- any name of a key that tmux knows
  t:shows("^> hello$")            -- a line of the screen, within 5 s

Every terminal has a tmux server of its own, 80 columns wide.
]]
local socket = require "socket"

local pty = {}
pty.__index = pty

local LIMIT = 5 -- seconds

-- The shell stays while Ctrl-C ends the command, and notes how that ended:
-- tmux does not always know.
local SCRIPT = [[trap : INT; %s; echo $? >%s/status; exec sleep 60]]

local function quote(word)
  return "'" .. tostring(word):gsub("'", "'\\''") .. "'"
end

local function words(list)
  local out = {}
  for i, word in ipairs(list) do out[i] = quote(word) end
  return table.concat(out, " ")
end

local function run(self, ...)
  local pipe = assert(io.popen(("tmux -S %s %s 2>&1"):format(
    quote(self.dir .. "/socket"), words {...})))
  local out = pipe:read("a")
  local ok = pipe:close()
  return ok and out, out
end

local function configure(dir)
  local file <close> = assert(io.open(dir .. "/conf", "w"))
  file:write("set -g status off\nset -g history-limit 1000\n")
end

-- Starts the command 'argv'. Options: env (name -> value), height (24).
function pty.start(argv, options)
  options = options or {}
  local pipe <close> = assert(io.popen("mktemp -d"))
  local self = setmetatable({ dir = pipe:read("l") }, pty)
  configure(self.dir)
  local command = {"env", "TERM=screen", "INPUTRC=/dev/null"}
  for name, value in pairs(options.env or {}) do
    command[#command + 1] = name .. "=" .. value
  end
  table.move(argv, 1, #argv, #command + 1, command)
  assert(run(self, "-u", "-f", self.dir .. "/conf", "new-session", "-d",
             "-x", 80, "-y", options.height or 24,
             SCRIPT:format(words(command), quote(self.dir))))
  return self
end

function pty:type(text)
  assert(run(self, "send-keys", "-l", "--", text))
end

function pty:key(...)
  assert(run(self, "send-keys", ...))
end

function pty:resize(width, height)
  assert(run(self, "resize-window", "-x", width, "-y", height))
end

-- The lines that were shown, without empty ones at the end; with 'colours',
-- their escape sequences, too.
function pty:screen(colours)
  local out = assert(run(self, "capture-pane", "-p", "-S", "-", "-t", ":",
                         colours and "-e" or nil))
  local lines = {}
  for line in out:gsub("%s+$", ""):gmatch("[^\n]+") do
    lines[#lines + 1] = (line:gsub("%s+$", ""))
  end
  return lines
end

local function await(self, what, done)
  local deadline = socket.gettime() + LIMIT
  repeat
    local found = done()
    if found then return found end
    socket.sleep(0.02)
  until socket.gettime() > deadline
  error(("%s did not come; the screen:\n%s"):format(
    what, table.concat(self:screen(), "\n")), 3)
end

-- Waits until one line of the screen matches; what string.match gives.
function pty:shows(pattern)
  return await(self, pattern, function()
    for _, line in ipairs(self:screen()) do
      local found = line:match(pattern)
      if found then return found end
    end
  end)
end

-- Waits until the last line, where one types, is this.
function pty:prompts(text)
  return await(self, "the prompt " .. text, function()
    local lines = self:screen()
    return lines[#lines] == text:gsub("%s+$", "") or nil
  end)
end

-- Waits for the end of the program: its exit status.
function pty:wait()
  return await(self, "the end", function()
    local file <close> = io.open(self.dir .. "/status")
    return file and file:read("n")
  end)
end

function pty:close()
  if not self.dir then return end
  run(self, "kill-server")
  os.execute("rm -rf " .. quote(self.dir))
  self.dir = nil
end

pty.__close = pty.close
pty.__gc = pty.close

return pty
