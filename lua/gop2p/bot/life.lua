-- life.lua - a bot's start, its tasks, and its end.

local dispatch = require "gop2p.bot.dispatch"
local gop2p = require "gop2p"
local guard = require "gop2p.bot.guard"
local joining = require "gop2p.bot.joining"
local scheduler = require "gop2p.scheduler"
local signals = require "gop2p.bot.signals"
local values = require "gop2p.values"

local life = {}

local FAREWELL = 2   -- seconds for what is to be run before the stop
local LEAVE = 2      -- and to take leave

local function startnode(options)
  if options.address then
    return gop2p.start_node(options.address, options.port, options.node)
  end
  return gop2p.start_local_node(options.port, options.node)
end

local function hear(self)
  for message in self.node:inbox() do dispatch.message(self, message) end
  life.stop(self)   -- its author may have stopped the node
end

local function follow(self, way)
  for event in self.node:events() do
    self.log:info(event.type, { peer = tostring(event.peer),
      reason = event.reason and event.reason.cause })
    self:fire(event.type, event.peer, event.reason)
    if event.type == "left" or event.type == "failed" then way:changed() end
  end
end

local function watch(self)
  for err in self.node:errors() do self.trouble:tell(err) end
end

function life.start(self)
  local node, err = startnode(self.options)
  if not node then return nil, err end
  self.node, self.state = node, "running"
  local peers = self.options.join and values.topeers(self.options.join)
  local way = joining.new(self, peers or {})
  scheduler.start(self.scope, hear, self)
  scheduler.start(self.scope, follow, self, way)
  scheduler.start(self.scope, watch, self)
  scheduler.start(self.scope, way.run, way)
  scheduler.start(self.scope, function() self.registry.agenda:run() end)
  self.log:info("started", { node = tostring(node:self()) })
  self:fire("start")
  return true
end

-- Runs the handlers of "stop" and waits for them, but not for long.
local function farewell(self)
  local key, left = {}, 0
  for _, handler in ipairs(self.registry:handlers("stop")) do
    left = left + 1
    scheduler.start(self.scope, function()
      guard.call(self, handler)
      left = left - 1
      scheduler.wake(key)
    end)
  end
  local deadline = scheduler.deadline(FAREWELL)
  while left > 0 and scheduler.wait(key, deadline) do end
end

local function stop(self)
  self.state = "stopping"
  farewell(self)
  self.registry.agenda:stop()
  if self.node:is_connected() then self.node:leave(LEAVE) end
  scheduler.close(self.scope)
  self.node:close()
  self.log:info("stopped", {})
  self.state = "stopped"
  scheduler.wake(self)
end

function life.stop(self)
  if self.state == "running" then
    stop(self)
  elseif self.state == "stopping" then
    while self.state ~= "stopped" do scheduler.wait(self) end
  else
    self.state = "stopped"
  end
end

function life.run(self)
  if self.state == "new" then
    local ok, err = life.start(self)
    if not ok then return nil, err end
  end
  local signal
  local caught, err = signals.catch(function(name)
    signal = name
    scheduler.wake(self)
  end)
  if not caught then return nil, err end
  local ok, problem = pcall(function()
    local _ <close> = caught
    while self.state ~= "stopped" and not signal do scheduler.wait(self) end
  end)
  life.stop(self)
  if not ok then error(problem, 0) end
  return true, signal
end

return life
