-- signals.lua - signals that end a process, while somebody waits for them.
--
-- A bot that is run waits for them, and ends what is its own. signals.run
-- takes those that nobody else waits for, and has all leave: services, such
-- as bots, and nodes. Where a service opens its log anew at SIGHUP, that
-- signal ends nothing.

local core = require "gop2p.core"
local node = require "gop2p.node"
local scheduler = require "gop2p.scheduler"
local state = require "gop2p.state"
local system = require "gop2p.system"

local signals = {}

local LEAVE = 2      -- seconds for a node to take leave
local FAREWELL = 5   -- the same for all that there is, with services

local processes = setmetatable({}, { __mode = "k" })

-- What the running process has; a simulated one has its own.
local function ours()
  local process = scheduler.currentprocess()
  local own = processes[process]
  if not own then
    own = { nodes = setmetatable({}, { __mode = "k" }), services = {},
            awaited = 0 }
    processes[process] = own
  end
  return own
end

-- signals.opened(node): it leaves with the process.
function signals.opened(self)
  ours().nodes[self] = true
end

-- signals.enlist(service): it leaves with the process, until it is dismissed.
--
-- A service has a 'node', and functions: leave() may wait; reopen(), which
-- must not, returns whether there is a log that was opened anew.
function signals.enlist(service)
  ours().services[service] = true
end

function signals.dismiss(service)
  ours().services[service] = nil
end

-- signals.ending() -> names: "TERM" and, unless the process is to outlive its
-- terminal, as nohup has it, "HUP"
function signals.ending()
  return { "TERM", not system.outlives() and "HUP" or nil }
end

local function reopen(own)
  local any = false
  for service in pairs(own.services) do any = service.reopen() or any end
  return any
end

-- signals.catch(f, names [, last]) -> something to close | nil, err
--
-- Until that is closed these signals ("INT", "TERM", "HUP") do nothing but
-- that f(name) is called, which must not wait; then they do again what they
-- did before. With 'last' it is not called while somebody else waits.
function signals.catch(f, names, last)
  local own = ours()
  local function come(name)
    if name == "HUP" and reopen(own) then return end
    if not last or own.awaited == 0 then f(name) end
  end
  local list = {}
  local function release()
    for _, catch in ipairs(list) do
      scheduler.listen(catch.number, nil)
      system.uncatch(catch[1])
      if not last then own.awaited = own.awaited - 1 end
    end
    list = {}
  end
  for _, name in ipairs(names) do
    local catch, number = system.catch(name)
    if not catch then
      release()
      return nil, number
    end
    list[#list + 1] = { catch, number = number }
    if not last then own.awaited = own.awaited + 1 end
    scheduler.listen(number, function() come(name) end)
  end
  return setmetatable({}, { __close = release })
end

-- signals.leave(node): takes leave of its members. What it keeps in a state
-- file is whom it knew: it still finds its network after a restart.
function signals.leave(self)
  if not core.isclosed(self) and core.isconnected(self) then
    state.hold(self)
    node.leave(self, LEAVE)
  end
end

-- Has all leave, side by side.
local function farewell(own)
  local key, left, served = {}, 0, {}
  local function begin(f, ...)
    left = left + 1
    scheduler.spawn(function(...)
      local _ <close> = setmetatable({}, { __close = function()
        left = left - 1
        scheduler.wake(key)
      end })
      f(...)
    end, ...)
  end
  for service in pairs(own.services) do
    served[service.node] = true
    begin(service.leave)
  end
  for each in pairs(own.nodes) do
    if not served[each] then begin(signals.leave, each) end
  end
  local deadline = scheduler.deadline(FAREWELL)
  while left > 0 and scheduler.wait(key, deadline) do end
end

-- signals.stop() -> stop: for signals.run, which stop:ask() ends as a signal
-- does.
function signals.stop()
  local own = ours()
  return scheduler.stop(function() farewell(own) end)
end

-- signals.run([f [, stop]]) -> name of a signal | nil
--
-- As scheduler.run, until SIGINT, SIGTERM or SIGHUP comes: then all leaves,
-- and the tasks are closed where they wait. Either takes five seconds at
-- most. More signals change nothing.
function signals.run(f, stop)
  if scheduler.inlined() then return scheduler.run(f) end
  stop = stop or signals.stop()
  local signal
  local caught <close>, err = signals.catch(function(name)
    signal = signal or name
    stop:ask()
  end, { "INT", table.unpack(signals.ending()) }, true)
  if not caught then error(tostring(err), 0) end
  scheduler.run(f, stop)
  return signal
end

return signals
