-- scheduler.lua - tasks, and the turns of the loop in which they run.
--
-- A task is a coroutine that the scheduler resumes. Whatever waits, waits
-- for a key (see waits.lua). In a task that yields; anywhere else (the main
-- thread, a coroutine of the user's own, inside a metamethod or another
-- call that cannot be yielded across) it turns the loop until it is over.
--
-- Every task is in a scope, and every scope in a process, which is a scope
-- itself. An ordinary program has one process; the test kit makes more, see
-- scheduler.process.
--
-- A process has a code, which a program may replace while it runs: then the
-- tasks end that the former code has spawned. See scheduler.renew. Which code
-- it is that runs, the running task tells; see codehere.

local check = require "gop2p.check"
local codes = require "gop2p.codes"
local core = require "gop2p.core"
local scopes = require "gop2p.scopes"
local stops = require "gop2p.stops"
local waits = require "gop2p.waits"

local scheduler = {}

scheduler.wake, scheduler.awaited = waits.wake, waits.awaited
scheduler.after, scheduler.due = waits.after, waits.due
scheduler.listen = waits.listen

-- The library's own functions are never cut: see core.limit.
core.spare(debug.getinfo(1, "S").source:match("^@.*/") or "")

local tasks = setmetatable({}, { __mode = "k" })  -- coroutine -> task
local runnable = waits.runnable

local failed           -- the error of a task that no 'run' waits for

local root = scopes.new(nil, function(problem)
  failed = failed or problem
end)

local depth = 0        -- turns within turns
local stepping         -- the task that was resumed and not yet seen to

local endspawned   -- function

-- The end of a task: its scope learns of it, and of its error. What it has
-- spawned after its code was replaced ends with it.
local function retire(task, problem)
  local scope = task.scope
  tasks[task.co] = nil
  scope.tasks[task] = nil
  scope.count = scope.count - 1
  if problem and scope.running then
    scope.problem = scope.problem or problem
  elseif problem then
    scope.report(problem)
  end
  if scope.count == 0 or problem then scheduler.wake(scope) end
  if task.code and task.code.over and not task.bound then
    endspawned("origin", task)
  end
end

local CLOSING = 5   -- seconds

-- Until when what ends now may take to close.
function scheduler.closeby()
  return core.now() + CLOSING
end

-- Closes a task: runs what <close> was promised, which may wait until 'limit'
-- (on core.now's clock; nil: for ever), but cannot yield. What that raises is
-- the error of the task.
local function close(task, limit)
  task.closing, task.closeby = true, limit or math.huge
  local ok, problem = coroutine.close(task.co)
  retire(task, not ok and scheduler.describe(problem) or nil)
end

-- Ends the tasks that end with their code and whose 'field' has this value,
-- the oldest first. One that runs ends where it waits next.
function endspawned(field, value)
  local list = {}
  for _, task in pairs(tasks) do
    if task.bound and task[field] == value then list[#list + 1] = task end
  end
  table.sort(list, function(a, b) return a.number < b.number end)
  local limit = scheduler.closeby()
  for _, task in ipairs(list) do
    local rests = coroutine.status(task.co) == "suspended"
    if not rests then task.ends = true
    elseif tasks[task.co] then close(task, limit) end
  end
end

-- What was raised, as text: it may be any value, also one whose __tostring
-- raises.
function scheduler.describe(err)
  local ok, text = pcall(tostring, err)
  return ok and text or ("(error object is a %s value)"):format(type(err))
end

-- Whether it is in a process of which no task goes on any more.
local function isover(task)
  return task.scope.process.over
end

local function resume(task)
  local co = task.co
  local status = coroutine.status(co)
  if task.closing then return end   -- it ends where it is closed
  -- Somebody else has closed the coroutine, or runs it at present.
  if status == "dead" then return tasks[co] and retire(task) end
  if status ~= "suspended" then return runnable:put(task) end
  task.waits = false
  if task.scope.resumed and not task.quiet then task.scope.resumed() end
  core.slice(task.scope.budget, co)
  local ok, err = coroutine.resume(co, table.unpack(task, 1, task.n))
  task.n = 0
  if isover(task) then return end
  if not ok then
    local problem = debug.traceback(co, scheduler.describe(err))
    task.closing = true
    local _, other = coroutine.close(co)
    if other ~= err then
      problem = problem .. "\n" .. scheduler.describe(other)
    end
    retire(task, problem)
  elseif coroutine.status(co) == "dead" then
    retire(task)
  elseif task.ends then
    close(task)
  elseif not task.waits then
    runnable:put(task)    -- a bare coroutine.yield: let others have a turn
  end
end

local function step(task)
  local process = task.scope.process
  if process.over then return end
  local held = process.held or task.code and task.code.held
  if held then
    table.insert(held, task)
    return
  end
  local outer = stepping
  stepping = task
  resume(task)
  stepping = outer
end

-- The task that runs, or nil. Also in a coroutine that it made itself: then
-- its own is not the one that runs, but waits for that.
local function current()
  local co, ismain = coroutine.running()
  if tasks[co] or ismain or not stepping then return tasks[co] end
  return coroutine.status(stepping.co) == "normal" and stepping or nil
end

-- Its coroutine and its scope, or nil.
function scheduler.current()
  local task = current()
  return task and task.co, task and task.scope
end

-- An interruption (Ctrl-C, while a task computes) is raised as soon as the
-- task has yielded or ended, before that was noticed. This makes up for it:
-- the task must neither be forgotten nor, when it is dead, be waited for.
local function mend()
  local task = stepping
  stepping = nil
  if not tasks[task.co] or isover(task) then return end
  if coroutine.status(task.co) == "dead" then
    retire(task)
  elseif not task.waits then
    runnable:put(task)
  end
end

local function runtasks()
  for _ = 1, runnable.n do
    local task = runnable:take()
    if task == nil then break end   -- a turn within took it
    step(task)
  end
end

local function raisefailed()
  if failed and depth == 0 then
    local problem = failed
    failed = nil
    error(problem, 0)
  end
end

local function leaveturn()
  depth = depth - 1
end

local turnguard = setmetatable({}, { __close = leaveturn })

-- Sees to the network alone, without waiting: no code but ours runs. Whether
-- a turn would have something to do.
function scheduler.poll()
  core.pump(0)
  for number in core.ready do scheduler.wake(number) end
  return scheduler.due() == 0
end

-- One turn: waits at most 'seconds' (nil: without limit) for something to
-- happen, then resumes every task that can go on. Raises the error of a
-- task that no 'run' waits for.
function scheduler.turn(seconds)
  do
    depth = depth + 1
    local _ <close> = turnguard
    if stepping and depth == 1 then mend() end
    local due = scheduler.due() or math.huge
    core.pump(math.min(seconds or math.huge, due))
    for number in core.ready do scheduler.wake(number) end
    waits.expire()
    runtasks()
  end
  raisefailed()
end

-- Where a task waits it meets the error that it was interrupted with; when
-- its process is over it gets no further.
local function meet(task)
  local problem = task.interrupted
  while isover(task) and coroutine.isyieldable() do coroutine.yield() end
  if isover(task) then error("the program was killed", 0) end
  task.wait, task.interrupted = false, false
  if problem then error(problem, 0) end
end

-- The process that the running task is in; of interest to the test kit.
local function currentprocess()
  return stepping and stepping.scope.process or root
end

-- A turn for whoever cannot yield, unless its process has been told to end,
-- or it is closed, for too long.
local function turnwithin(task)
  local closeby = task and task.closeby or math.huge
  local endby = currentprocess().endby
  local left = math.min(closeby, endby) - core.now()
  if left > 0 then
    scheduler.turn(left)
  elseif closeby < math.huge then
    error("it took too long to close what has ended", 0)
  else
    error("the program ends", 0)
  end
end

-- Waits for 'key' (nil: nothing but time) until 'deadline' (on core.now's
-- clock; nil: for ever). True when it was woken, false when time was up.
function scheduler.wait(key, deadline)
  local task = tasks[coroutine.running()]
  if task then meet(task) end
  local wait <close> = waits.new(key)
  waits.begin(wait, deadline)
  if task then task.wait = wait end
  if task and task == stepping and not task.closing and
     coroutine.isyieldable() then
    wait.task = task
    repeat
      task.waits = true
      coroutine.yield()
    until wait.over
  else
    repeat turnwithin(task) until wait.over
  end
  if task then meet(task) end
  return wait.woken
end

-- The point in time 'seconds' from now; nil for nil.
function scheduler.deadline(seconds)
  return seconds and core.now() + seconds
end

-- Where the tasks go that the running one starts.
local function currentscope()
  local task = current()
  if not task then return root end
  return task.scope.home or task.scope
end

local started = 0      -- so many tasks
local methods = {}
local meta = { __index = methods, __name = "gop2p.task" }

local function start(scope, f, ...)
  local task = setmetatable(table.pack(...), meta)
  started = started + 1
  if type(f) ~= "function" then
    local callable = f
    f = function(...) return callable(...) end
  end
  task.co, task.scope = coroutine.create(f), scope
  task.next, task.queued, task.waits = false, false, false
  task.wait, task.interrupted = false, false
  task.closing, task.closeby = false, math.huge
  task.number, task.ends = started, false
  task.code, task.origin, task.inline = false, false, false
  task.bound = false   -- whether it ends with its code
  if scope.budget > 0 then core.limit(task.co) end
  tasks[task.co] = task
  scope.tasks[task] = true
  scope.count = scope.count + 1
  runnable:put(task)
  return task
end

local outside = { inline = false }   -- for the task, where none runs

-- The new code that is run here, see scheduler.inline; or false.
function scheduler.inlined()
  return (current() or outside).inline
end

-- The code of what runs: new code that is run here, or the one of the task
-- that runs; else the process's.
local function codehere()
  local task = current()
  return scheduler.inlined() or task and task.code or
         currentprocess().code
end

-- Starts f(...) as a task of its own, which it gives; it first runs in the
-- next turn. It is of the code of what spawns it, and ends with that; or with
-- the task that has spawned it, where this outlives its code.
function scheduler.spawn(f, ...)
  local from, code = current(), codehere()
  local task = start(currentscope(), f, ...)
  task.bound, task.code = true, code
  if from and not from.inline then task.origin = from.origin or from end
  return task
end

-- task:cancel()
--
-- Ends a task where it waits: its <close> variables are closed, and nobody is
-- told. One that has ended already stays as it is. One that runs cannot be
-- cancelled, least of all by itself: that raises.
function methods:cancel()
  check.self(self, meta, "cancel", "task")
  if not tasks[self.co] then return end
  local status = coroutine.status(self.co)
  if status ~= "suspended" and status ~= "dead" then
    error("'cancel': the task runs, rather than waits", 2)
  end
  close(self)
end

-- Ends the tasks that were started since 'before' was noted; 'limit': see
-- close.
local function abandon(scope, before, limit)
  local after = {}
  for task in pairs(scope.tasks) do
    if not before[task] then after[#after + 1] = task end
  end
  for _, task in ipairs(after) do
    if coroutine.status(task.co) == "suspended" then close(task, limit) end
  end
end

local function note(scope)
  local before = {}
  for task in pairs(scope.tasks) do before[task] = true end
  return before
end

-- A scope of tasks that no 'run' waits for. An error ends the task that it
-- happened in and no other: 'report' is called with it, traceback and all,
-- and must not wait. A task that computes for more than 'budget' seconds
-- (nil: as long as it likes) without waiting is cut by an error. 'process' is
-- the one that it is in; nil: that of the running task.
function scheduler.scope(report, budget, process)
  return scopes.new(process or currentprocess(), report, budget)
end

-- For the test kit: a scope that is a process of its own. All that its tasks
-- start is in it. 'report', which must not wait, gets the errors that no
-- 'run' in it waits for. While process.held is a list, tasks that could go on
-- are put there instead; once process.over is true none goes on ever again.
function scheduler.process(report)
  return scopes.new(nil, report)
end

scheduler.currentprocess = currentprocess

-- Starts f(...) as a task in a scope. The tasks that it starts are in that
-- one too, or in scope.home, if there is one. Returns the task. Before one
-- that is not 'quiet' goes on, scope.resumed() is called, if there is one.
scheduler.start = start

-- Ends all tasks of a scope, but for the one that calls; 'limit': see close.
function scheduler.close(scope, limit)
  abandon(scope, {}, limit)
end

-- On the main thread all tasks share one scope, also those that were
-- started before; a 'run' inside a task waits for its own only, which have
-- the budget of that one.
local function openscope()
  local task = current()
  if not task then return root end
  local scope = task.scope
  return scope.home or scopes.new(scope.process, nil, scope.budget)
end

-- scheduler.inline(code, co, ...): resumes a coroutine, which is no task, as
-- coroutine.resume does. It, and those that it makes, run new code meanwhile:
-- what they spawn is of it, and 'run' just calls its function.
function scheduler.inline(code, co, ...)
  return codes.inline(current() or outside, code, co, ...)
end

-- The code of the process. Whoever starts a task that runs it sets task.code
-- to it, so that what the task spawns is known for the code's.
function scheduler.code()
  return currentprocess().code
end

-- A code is the process's from now on; the former one is over.
function scheduler.renew(code)
  local process = currentprocess()
  local former = process.code
  process.code = code
  scheduler.finish(former)
  codes.release(code)
end

-- A code is over: what it has spawned ends.
function scheduler.finish(code)
  code.over = true
  endspawned("code", code)
  codes.release(code)
end

scheduler.stop = stops.new

-- Runs f, if given, as a task, and the loop until no task is left, one has
-- raised, or 'stop', if given, says so. The tasks that were started meanwhile
-- are closed then, and also when it is interrupted; within five seconds if
-- there is 'stop'. Raises the first error of a task, with its traceback.
function scheduler.run(f, stop)
  if scheduler.inlined() then
    if f then f() end
    return
  end
  local scope = openscope()
  local process, before, was = scope.process, note(scope), scope.running
  local endby = process.endby
  local _ <close> = setmetatable({}, { __close = function(_, interrupted)
    abandon(scope, before, stop and scheduler.closeby())
    process.endby = endby
    local problem = scope.problem
    scope.running, scope.problem = was, false
    if problem and not interrupted then error(problem, 0) end
  end })
  scope.running = true
  if f then start(scope, f) end
  if stop then stop.scope = scope end
  while scope.count > 0 and not scope.problem and not (stop and stop.asked) do
    scheduler.wait(scope)
  end
  if not (stop and stop.asked) then return end
  process.endby = endby
  stop.f()
end

function scheduler.sleep(seconds)
  scheduler.wait(nil, core.now() + seconds)
end

-- For the test kit: raises 'problem' in a task, where it waits next.
function scheduler.interrupt(task, problem)
  task.interrupted = problem
  if task.wait then waits.giveup(task.wait) end
end

-- For the test kit: ends the waits of all tasks of a process.
function scheduler.giveup(process)
  for _, task in pairs(tasks) do
    if task.scope.process == process and task.wait then
      waits.giveup(task.wait)
    end
  end
end

return scheduler
