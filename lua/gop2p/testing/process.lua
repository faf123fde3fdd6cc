-- process.lua - the tasks of a simulated program, as a process of their own:
-- it can be held up, and killed.

local scheduler = require "gop2p.scheduler"
local waits = require "gop2p.waits"

local process = {}
process.__index = process

-- Starts f() as the main thread of a program. ended(problem), which must not
-- wait, is called when f returns or raises, and when a task raises that no
-- 'run' of the program waits for. 'run' is what process.running() gives.
function process.launch(run, f, ended)
  local self = setmetatable({ tasks = scheduler.process(ended) }, process)
  local scope = scheduler.scope(ended, nil, self.tasks)
  self.tasks.run, scope.home = run, self.tasks
  self.main = scheduler.start(scope, function()
    f()
    ended()
  end)
  return self
end

-- The run whose task is running, or nil.
function process.running()
  return scheduler.currentprocess().run
end

-- Raises 'problem' in the main thread, where it waits next.
function process:interrupt(problem)
  scheduler.interrupt(self.main, problem)
end

-- No task runs again, and nothing that they have promised to close is closed.
function process:kill()
  self.tasks.over = true
  scheduler.giveup(self.tasks)
end

-- No task runs until it is thawed.
function process:freeze()
  self.tasks.held = self.tasks.held or {}
end

function process:thaw()
  local held = self.tasks.held or {}
  self.tasks.held = false
  for _, task in ipairs(held) do waits.runnable:put(task) end
end

return process
