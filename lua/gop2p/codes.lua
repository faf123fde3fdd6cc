-- codes.lua - what a program runs, where it may be replaced while it runs:
-- which tasks are of it, and which of them are held up until it takes the
-- place of what there was.

local waits = require "gop2p.waits"

local codes = {}

-- codes.new() -> code: a table; 'over', whether it has ended.
function codes.new()
  return { over = false, held = false }
end

-- codes.hold(code): no task of it goes on until it is released.
function codes.hold(code)
  code.held = {}
end

function codes.release(code)
  local held = code.held or {}
  code.held = false
  for _, task in ipairs(held) do waits.runnable:put(task) end
end

-- codes.inline(task, code, co, ...): resumes a coroutine, as coroutine.resume
-- does; meanwhile task.inline is its code.
function codes.inline(task, code, co, ...)
  local _ <close> = setmetatable({}, { __close = function()
    task.inline = false
  end })
  task.inline = code
  return coroutine.resume(co, ...)
end

return codes
