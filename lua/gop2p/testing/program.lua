-- program.lua - an author's script in a simulated network: started, stopped,
-- killed and started again as a process would be.

local check = require "gop2p.check"
local core = require "gop2p.core"
local environment = require "gop2p.testing.environment"
local files = require "gop2p.testing.files"
local process = require "gop2p.testing.process"
local scheduler = require "gop2p.scheduler"
local state = require "gop2p.state"
local unread = require "gop2p.unread"

local program = {}
local methods = {}
local meta = { __index = methods, __name = "gop2p.testing.program" }

local STOPPING = 10   -- seconds that a program has to stop when it is told to

-- 'path' is the script's; options: see net:bot.
function program.new(world, name, path, options)
  return setmetatable({
    kind = program, world = world, name = name, path = path,
    options = options, files = files.new(), run = false, status = "new",
  }, meta)
end

local function note(self, format, ...)
  local text = ("* %s " .. format):format(self.name, ...)
  self.world.conversation:note(text)
end

local function output(self, what, mark)
  local conversation = self.world.conversation
  return function(line)
    conversation:note(self.name .. mark .. line)
    conversation:add(self.name, what, line)
  end
end

-- The end of a run, of which nothing is left to go on. 'close' is what
-- becomes of its nodes.
local function finish(run, close)
  if run.over then return end
  run.stdout:flush()
  run.stderr:flush()
  run.over = true
  run.process:kill()
  for catch in pairs(run.catches) do scheduler.listen(catch, nil) end
  for _, node in ipairs(run.nodes) do
    unread.abandon(node)
    state.abandon(node)
    if not core.isclosed(node) then close(node) end
  end
end

-- Its main function is over, or one of its tasks has raised.
local function ended(self, run, problem)
  if run.over then return end
  if problem and not (run.interrupted and problem:find("interrupted!")) then
    run.stderr:write(problem, "\n")
    self.status = "failed"
    self.world:failed(self, problem)
  else
    self.status = "ended"
  end
  finish(run, core.close)
  note(self, "has %s", self.status)
end

local function exit(self, run, code)
  if code == nil or type(code) == "boolean" then
    code = code == false and 1 or 0
  end
  self.status = code == 0 and "ended" or "failed"
  finish(run, core.close)
  note(self, "has exited with status %s", code)
  while coroutine.isyieldable() do coroutine.yield() end
  error("the program has exited", 0)
end

local function newrun(self)
  local args = {}
  for i, value in ipairs(self.options.args or {}) do
    args[i] = tostring(value)
  end
  local run = {
    number = self.world:number(), seed = self.world.seed, path = self.path,
    args = args, env = self.options.env or {},
    files = self.files, nodes = {}, catches = {}, over = false,
    printed = output(self, "print", " | "),
    complained = output(self, "complain", " ! "),
    erred = function(text)
      self.world.conversation:add(self.name, "log", text)
    end,
    program = self,
  }
  function run.exit(code) exit(self, run, code) end
  return run
end

-- Starts the script. Nil and why when it cannot even be loaded.
function program.start(self)
  local run = newrun(self)
  local env = environment.new(run)
  local script, why = env.loadfile(self.path)
  if not script then return nil, why end
  self.run, self.status = run, "running"
  note(self, "starts")
  run.process = process.launch(run, function()
    script(table.unpack(run.args))
  end, function(problem)
    ended(self, run, problem)
  end)
  return true
end

-- Its nodes that are open.
function program.nodes(self)
  local list = {}
  for _, node in ipairs(self.run and self.run.nodes or {}) do
    if not core.isclosed(node) then list[#list + 1] = node end
  end
  return list
end

-- Nothing is left of it, nor of its files. Never raises.
function program.close(self)
  if self.run then finish(self.run, core.sim.crash) end
  self.files:close()
end

local function checkself(self, name)
  check.self(self, meta, name, "program", 1)
end

local function running(self, name)
  check.self(self, meta, name, "program", 1)
  if self.status ~= "running" then
    error(("'%s': %s is not running"):format(name, self.name), 3)
  end
end

-- bot:start(): once more, after it has ended.
function methods:start()
  checkself(self, "start")
  if self.status == "running" then
    error(("'start': %s is running"):format(self.name), 2)
  end
  local started, why = program.start(self)
  if not started then error(why, 2) end
  self.world:settle(self, 3)
end

-- bot:signal("INT" | "TERM" | "HUP")
--
-- As the system would: what the script has no handler for ends it. INT
-- raises "interrupted!" in it, as the stock lua does, the others kill it.
function methods:signal(name)
  running(self, "signal")
  check.that(name == "INT" or name == "TERM" or name == "HUP", 1, "signal",
             "INT, TERM or HUP expected")
  note(self, "gets SIG%s", name)
  local caught = false
  for catch in pairs(self.run.catches) do
    if catch.name == name then
      caught = true
      scheduler.wake(catch)
    end
  end
  if caught then return end
  if name == "INT" then
    self.run.interrupted = true
    self.run.process:interrupt("interrupted!")
  else
    self.status = "ended"
    finish(self.run, core.sim.crash)
  end
end

-- bot:stop([seconds]): sends it SIGTERM, and waits until it has ended, at
-- most so long (10).
function methods:stop(seconds)
  running(self, "stop")
  seconds = check.timeout(seconds, 1, "stop") or STOPPING
  self:signal("TERM")
  self.world:await(function() return self.status ~= "running" end, seconds)
  if self.status == "running" then
    self.world:raise(("%s has not ended within %g s"):format(self.name,
                                                           seconds), 2)
  end
  self.world:check(2)
end

-- bot:kill(): as SIGKILL does, or a power failure.
function methods:kill()
  running(self, "kill")
  note(self, "is killed")
  self.status = "ended"
  finish(self.run, core.sim.crash)
end

-- bot:restart([seconds]): stops it if it runs, and starts it.
function methods:restart(seconds)
  checkself(self, "restart")
  if self.status == "running" then self:stop(seconds) end
  self:start()
end

-- bot:hang(), bot:resume(): its process stands still, as when a laptop
-- sleeps, and goes on.
function methods:hang()
  running(self, "hang")
  note(self, "stands still")
  self.run.process:freeze()
  for _, node in ipairs(program.nodes(self)) do core.sim.hang(node) end
end

function methods:resume()
  running(self, "resume")
  note(self, "goes on")
  for _, node in ipairs(program.nodes(self)) do core.sim.resume(node) end
  self.run.process:thaw()
end

-- bot:state() -> "running", "ended" or "failed"
function methods:state()
  checkself(self, "state")
  return self.status
end

-- bot:peer() -> the name of its (first) node, or nil
function methods:peer()
  checkself(self, "peer")
  local node = program.nodes(self)[1]
  return node and core.self(node)
end

-- bot:type(line), bot:end_input(): what comes to its standard input.
function methods:type(line)
  running(self, "type")
  line = check.string(line, 1, "type")
  self.run.stdin:put(line)
end

function methods:end_input()
  running(self, "end_input")
  self.run.stdin:finish()
end

-- bot:prints(), bot:complains() -> the lines of its standard output, or of
-- its standard error.
function methods:prints()
  checkself(self, "prints")
  return self.world.conversation:view(self.name, "print")
end

function methods:complains()
  checkself(self, "complains")
  return self.world.conversation:view(self.name, "complain")
end

-- bot:errors() -> the errors of its own that it has logged, as texts.
function methods:errors()
  checkself(self, "errors")
  return self.world.conversation:view(self.name, "log")
end

-- bot:read(path) -> text | nil, bot:write(path, text): a file as it sees it.
function methods:read(path)
  checkself(self, "read")
  path = check.string(path, 1, "read")
  return self.files:read(path)
end

function methods:write(path, text)
  checkself(self, "write")
  path, text = check.string(path, 1, "write"), check.string(text, 2, "write")
  self.files:write(path, text)
end

function meta.__tostring(self)
  return ("%s (%s)"):format(self.name, self.status)
end

return program
