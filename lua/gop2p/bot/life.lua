-- life.lua - a bot's start, its tasks, and its end.

local dispatch = require "gop2p.bot.dispatch"
local farewell = require "gop2p.bot.farewell"
local gop2p = require "gop2p"
local joining = require "gop2p.bot.joining"
local program = require "gop2p.bot.program"
local scheduler = require "gop2p.scheduler"
local signals = require "gop2p.signals"
local nodes = require "gop2p.start"
local system = require "gop2p.system"
local values = require "gop2p.values"

local life = {}

-- Does not wait: names are looked up when it joins, see joining.lua.
local function startnode(options)
  local given = {}
  for name, value in pairs(options.node or {}) do given[name] = value end
  given.state, given.name = given.state or options.state, options.name
  if options.address == "auto" then
    return gop2p.start_node(nil, options.port, given)
  elseif options.address then
    return gop2p.start_node(options.address, options.port, given)
  end
  return nodes.roaming(options.join, options.port, given, 0)
end

local function hear(self)
  for message in self.node:inbox() do dispatch.message(self, message) end
  life.stop(self)   -- its author may have stopped the node
end

-- What the log tells of an event.
local function whois(event)
  local name, endpoint = event.name, values.endpoint(event.peer)
  return { peer = name or endpoint, address = name and endpoint,
           former = event.former and tostring(event.former),
           reason = event.reason and event.reason.cause }
end

local function follow(self)
  local connected = false
  for event in self.node:events() do
    local what = event.met and "met" or event.type
    self.log:info(what, whois(event))
    local gone = event.type == "left" or event.type == "failed"
    if not gone and not self.roles:seen(event.peer) then
      self.log:warn("has a role's name, not its address", whois(event))
    end
    if not gone and not connected then self:fire("connected") end
    connected = not gone or connected and self.node:is_connected()
    self:fire(what, event.peer, event.reason or event.former)
    if gone then
      self.conversation:gone(event.peer)
      self.way:changed()
    end
  end
end

local function watch(self)
  for err in self.node:errors() do
    self.trouble:tell(err, true)
    if err.code == "EEXIST" and not self.node:is_connected() then
      self.way:refused(err.peer)
    end
  end
end

-- Keeps what is stored on the disk.
local function remember(self)
  self.memory:run(function() return self.store end)
end

-- Tasks that are not the bot's own are code of its author, which may change
-- what is stored whenever it runs.
local function starttasks(self)
  local agenda, way = self.registry.agenda, joining.new(self)
  local function start(f, ...)
    scheduler.start(self.scope, f, ...).quiet = true
  end
  self.way = way
  start(hear, self)
  start(follow, self)
  start(watch, self)
  start(way.run, way)
  start(agenda.run, agenda)
  if self.options.watch then start(program.watch, self) end
  if self.memory then
    start(remember, self)
    local function touch() self.memory:touch() end
    self.scope.resumed, self.trouble.scope.resumed = touch, touch
  end
end

function life.start(self)
  local node, err
  program.used()
  if not self.unfit then node, err = startnode(self.options) end
  if not node then
    err = self.unfit or err
    self.log:error("not started", { reason = tostring(err) })
    system.erred("not started: " .. err)
    program.notstarted()
    return nil, err
  end
  self.node, self.state = node, "running"
  self.service = { node = node, leave = function() life.stop(self) end,
                   reopen = function() return self.log:reopen() end }
  signals.enlist(self.service)
  starttasks(self)
  self.log:info("started", { node = values.endpoint(node:self()),
                             name = self.name })
  self.roles:warn(self.log)
  if self.memory then
    self.memory:hear(function(problem) self.trouble:tell(problem) end)
  end
  self:begin()
  return true
end

-- The last that is stored.
local function forget(self)
  local ok, err = self.memory:save(self.store)
  if not ok and err.code ~= "EINVAL" then self.trouble:note(err) end
  self.memory:close()
end

local function stop(self)
  self.state = "stopping"
  self.way:release()
  farewell({ self }, "stop")
  farewell({ self }, "unload")
  self.registry.agenda:stop()
  signals.leave(self.node)
  local limit = scheduler.closeby()
  self.trouble:close(limit)
  scheduler.close(self.scope, limit)
  self.node:close()
  if self.memory then forget(self) end
  signals.dismiss(self.service)
  self.log:info("stopped")
  self.state = "stopped"
  scheduler.wake(self)
end

function life.stop(self)
  if self.state == "running" then
    stop(self)
  elseif self.state == "stopping" then
    while self.state ~= "stopped" do scheduler.wait(self) end
  elseif self.state == "new" then
    program.used()
    if self.memory then self.memory:close() end
    self.state = "stopped"
  end
end

-- Until it is stopped, or 'signal.name' is set. Nil and an error when it
-- could not be started.
local function await(self, signal)
  if self.state == "new" then
    local ok, err = life.start(self)
    if not ok then return nil, err end
  end
  while self.state ~= "stopped" and not signal.name do
    scheduler.wait(self)
  end
  if self.failure then return nil, self.failure end
  return true
end

function life.run(self)
  local signal = {}
  local caught, err = signals.catch(function(name)
    signal.name = name
    scheduler.wake(self)
  end, { "INT", table.unpack(signals.ending()) })
  if not caught then return nil, err end
  local ok, done, problem = pcall(function()
    local _ <close> = caught
    return await(self, signal)
  end)
  if ok and not done then return nil, problem end
  if signal.name then program.signalled(signal.name) end
  life.stop(self)
  if not ok then error(done, 0) end
  return true, signal.name
end

return life
