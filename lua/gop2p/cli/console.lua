-- console.lua - what is typed, and what is printed meanwhile.
--
-- On a terminal, where there is a readline, a line is edited with history
-- and completion, and what is printed appears above it. Everywhere else, so
-- in pipes, lines are read as they come. Reading waits on the loop.

local core = require "gop2p.core"
local gop2p = require "gop2p"
local show = require "gop2p.cli.show"

local console = {}
console.__index = console

-- console.open{plain, breaks, complete} -> console
--
-- 'plain': no editing, as without readline. 'complete': a function that gets
-- the line up to the cursor, and gives the list of what its last word could
-- become; 'breaks' are the characters that words end at.
function console.open(options)
  local terminal = show.is_terminal(io.stdin) and show.is_terminal(io.stdout)
  local rich = terminal and not options.plain
               and core.line_setup(options.breaks)
  return setmetatable({
    terminal = terminal,   -- somebody types and sees
    rich = rich,           -- and edits
    complete = options.complete,
    lines = not rich and gop2p.lines() or nil,
  }, console)
end

local editing = setmetatable({}, { __close = core.line_end })

local function edit(self, prompt)
  core.line_begin(prompt)
  local _ <close> = editing
  while true do
    local what, text = core.line_feed()
    if what == "line" then return text end
    if what == "complete" then
      core.line_complete(self.complete(text))
    elseif what then
      return nil, what == "interrupt"
    else
      gop2p.readable(0)
    end
  end
end

-- console:read(prompt) -> line | nil at the end | nil, true on Ctrl-C
function console:read(prompt)
  if not self.rich then
    if self.terminal then
      io.write(prompt)
      io.flush()
    end
    return self.lines()
  end
  local line, interrupted = edit(self, prompt)
  if not line then
    show.line("")
  elseif line:find("%S") then
    core.line_remember(line)
  end
  return line, interrupted
end

-- Calls f(...), which writes whole lines, above the line that is typed.
function console:above(f, ...)
  local hidden = self.rich and core.line_hide()
  f(...)
  if hidden then core.line_show() end
end

function console:print(text)
  self:above(show.line, text)
end

return console
