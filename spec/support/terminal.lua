--[[
terminal - a program on a pseudo-terminal, for specs: keys go in, and the
screen is what a user would see.

  local terminal = require "spec.support.terminal"
  local t <close> = terminal.start({"lua5.4"}, {columns = 80, rows = 24})
  t:type("print(1", "Enter")       -- texts, and tmux's names of keys
  t:await("> $")                   -- a pattern on the screen, without blanks
  assert.same({"> print(1", ">>"}, t:last(2))

It is a server of tmux's of its own, which knows what a terminal is. Whatever
waits has a limit, and turns this process's loop meanwhile.
]]
local net = require "spec.support.net"
local shell = require "spec.support.shell"
local socket = require "socket"

local terminal = {}

local Terminal = {}
Terminal.__index = Terminal

local LIMIT = 10 -- seconds

-- What a command of tmux's prints. Neither the user's shell nor what was said
-- of another terminal matters to what runs there.
function Terminal:tmux(...)
  local pipe <close> = assert(io.popen(
    ("unset LD_PRELOAD TMUX COLUMNS LINES NO_COLOR; export SHELL=/bin/sh; "
     .. "exec tmux -L %s -f /dev/null %s 2>&1")
    :format(self.socket, shell.words({...}))))
  return pipe:read("a")
end

-- Starts a command, in the locale C.UTF-8. Options: columns (80), rows (24),
-- env (name -> value), nohup (true: SIGHUP is ignored).
-- It is kept on the screen when it has ended.
function terminal.start(argv, options)
  options = options or {}
  local status = os.tmpname()
  local self = setmetatable({
    status = status, socket = status:match("[^/]+$"),
  }, Terminal)
  local words = {"env", "LUA_INIT_5_4=", "INPUTRC=/dev/null", "TERM=screen",
                 "LC_ALL=C.UTF-8"}
  for name, value in pairs(options.env or {}) do
    words[#words + 1] = name .. "=" .. value
  end
  table.move(argv, 1, #argv, #words + 1, words)
  local said = self:tmux("new-session", "-d", "-x",
    tostring(options.columns or 80), "-y", tostring(options.rows or 24),
    (options.nohup and "trap '' HUP; " or "") ..
    ("trap : INT; %s; echo $? >%s; trap '' INT; echo '(over)'; " ..
     "exec sleep 600"):format(shell.words(words), shell.quote(self.status)))
  assert(said == "", said)
  return self
end

-- The lines on the screen, without blanks at their ends and without the
-- empty ones below.
function Terminal:screen()
  local lines = {}
  for line in self:tmux("capture-pane", "-p"):gmatch("([^\n]*)\n") do
    lines[#lines + 1] = (line:gsub("%s+$", ""))
  end
  while lines[#lines] == "" do lines[#lines] = nil end
  return lines
end

function Terminal:text()
  return table.concat(self:screen(), "\n")
end

-- The last lines, so many.
function Terminal:last(count)
  local lines = self:screen()
  return table.move(lines, #lines - count + 1, #lines, 1, {})
end

local KEYS = {Enter = true, Tab = true, Up = true, Left = true, End = true}

-- Types each: one of the keys above, one such as "C-c", or a text.
function Terminal:type(...)
  local words = {}
  for _, key in ipairs({...}) do
    if #words > 0 then words[#words + 1] = ";" end
    local named = KEYS[key] or key:find("^C%-%l$")
    table.move({"send-keys", named and "--" or "-l", (key:gsub(";$", "\\;"))},
               1, 3, #words + 1, words)
  end
  self:tmux(table.unpack(words))
end

-- Types a line.
function Terminal:enter(text)
  self:type(text, "Enter")
end

-- Pastes a text, as terminals do: with marks around it for those who ask.
function Terminal:paste(text)
  self:tmux("set-buffer", "--", text, ";", "paste-buffer", "-p")
end

-- Waits until found(lines of the screen) is something, and returns it. The
-- caller of the caller is told when it does not come.
local function await(self, what, found)
  local deadline = socket.gettime() + LIMIT
  while true do
    local got = found(self:screen())
    if got then return got end
    if socket.gettime() > deadline then
      error(("'%s' did not come:\n%s"):format(what, self:text()), 3)
    end
    net.idle()
  end
end

-- The same; 'what' says what is waited for.
function Terminal:see(what, found)
  local got = await(self, what, found)
  return got
end

-- Waits until the screen has the pattern; the captures of it.
function Terminal:await(pattern)
  local captures = await(self, pattern, function(lines)
    local text = table.concat(lines, "\n")
    return text:find(pattern) and {text:match(pattern)}
  end)
  return table.unpack(captures)
end

-- Waits until a line of the screen has the pattern; what it captures first.
function Terminal:shows(pattern)
  local got = await(self, pattern, function(lines)
    for _, line in ipairs(lines) do
      local capture = line:match(pattern)
      if capture then return capture end
    end
  end)
  return got
end

-- Waits until the last line, where one types, is this.
function Terminal:prompts(text)
  await(self, text, function(lines) return lines[#lines] == text end)
end

-- The lines of the screen from the first one that has the pattern.
function Terminal:from(pattern)
  local lines = self:screen()
  for i, line in ipairs(lines) do
    if line:find(pattern) then return table.move(lines, i, #lines, 1, {}) end
  end
  return lines
end

-- The process that runs.
function Terminal:pid()
  local outer = self:tmux("list-panes", "-F", "#{pane_pid}"):match("%d+")
  local name = ("/proc/%s/task/%s/children"):format(outer, outer)
  local file <close> = assert(io.open(name))
  return file:read("n")
end

-- Waits for the end of the program: its exit status.
function Terminal:over()
  self:await("%(over%)")
  local file <close> = assert(io.open(self.status))
  return file:read("n")
end

-- Waits until the program is told: tmux changes its own screen at once, but
-- the size of the terminal a quarter of a second later, when it has changed
-- that shortly before.
function Terminal:resize(columns, rows)
  self:tmux("resize-window", "-x", tostring(columns), "-y", tostring(rows))
  local tty = self:tmux("display-message", "-p", "#{pane_tty}"):match("%S+")
  local size = ("%d %d"):format(rows, columns)
  net.await(function()
    return shell.output("stty -F %s size", tty) == size
  end, LIMIT)
end

function Terminal:close()
  if not self.socket then return end
  self:tmux("kill-server")
  os.remove(self.status)
  self.socket = nil
end

Terminal.__close = Terminal.close
Terminal.__gc = Terminal.close

return terminal
