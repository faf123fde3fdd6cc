-- joining.lua - a bot's way into its network, and back into it.
--
-- Entry points that are not members are tried again and again, with pauses
-- that grow: when nobody was there at the start, when everybody has gone
-- since, and also when there are others, for the network may have come
-- together in two parts that know nothing of each other.
--
-- Where its name is taken it comes in under another one, which it keeps; or,
-- when it is strict about that, it ends.

local core = require "gop2p.core"
local naming = require "gop2p.naming"
local program = require "gop2p.bot.program"
local retry = require "gop2p.retry"
local scheduler = require "gop2p.scheduler"
local start = require "gop2p.start"
local values = require "gop2p.values"

local joining = {}
joining.__index = joining

local TIMEOUT = 5    -- seconds for one entry point

-- The bot's node runs already. Itself is no entry point; under another name
-- that shows when it is tried.
function joining.new(bot)
  local list = {}
  for _, peer in ipairs(bot.options.join) do
    if peer ~= bot.node:self() then
      list[#list + 1] = { peer = peer, joined = false, told = false,
                          own = false }
    end
  end
  return setmetatable({ bot = bot, list = list, retry = retry.new(),
                        stale = false, tried = false, former = false,
                        asked = bot.name, given = bot.name }, joining)
end

local function members(self)
  local set = {}
  for _, peer in ipairs(self.bot.node:members()) do
    set[values.endpoint(peer)] = true
  end
  return set
end

-- A member may go by another name than the one that was joined through: as
-- long as anybody is there, such an entry point counts as joined.
local function absent(entry, set)
  local endpoint = values.endpoint(entry.peer)
  entry.named = entry.named or set[endpoint]
  if not next(set) or (entry.named and not set[endpoint]) then
    entry.joined = false
  end
  return not (entry.own or set[endpoint] or entry.joined)
end

-- Comes in under the name that was asked for last, by the options or by who
-- has changed it since, or one like it.
local function connect(self, peer)
  local bot = self.bot
  if bot.name ~= self.given then self.asked = bot.name end
  local ok, err
  if bot.options.strict_name or not self.asked then
    ok, err = start.connect(bot.node, peer, TIMEOUT)
  else
    ok, err = naming.connect(bot.node, peer, self.asked, TIMEOUT)
  end
  if ok and bot.name ~= self.asked and bot.name ~= self.given then
    bot.log:warn("the name is taken", { asked = self.asked, name = bot.name })
  end
  self.given = bot.name
  return ok, err
end

-- Whether it cannot go on: nobody else may be called what the bot is, or its
-- node, on its way to another address, could not start there.
local function isfinal(bot, err)
  if err.code == "EEXIST" then return bot.options.strict_name end
  return core.isclosed(bot.node) and err.code ~= "ECANCELED"
end

local function failed(bot, err)
  bot.failure = err
  program.notstarted()
  bot.log:error("not joined", { reason = tostring(err) })
  bot:stop()
end

local function try(self, entry)
  local bot = self.bot
  local before = bot.node:self()
  local ok, err = connect(self, entry.peer)
  if bot.node:self() ~= before then
    bot.log:info("moved", { node = values.endpoint(bot.node:self()) })
  end
  if not ok and isfinal(bot, err) then
    return failed(bot, err)
  elseif ok then
    entry.joined, entry.told = true, false
    self:release()
    bot.log:info("connected", { through = tostring(entry.peer) })
  elseif err.code == "ESELF" then
    entry.own = true
  else
    bot.log[entry.told and "debug" or "warn"](bot.log, "not connected",
      { through = tostring(entry.peer), reason = err.cause })
    entry.told = true
  end
end

-- joining:refused(peer): we came back to it by ourselves, and our name is
-- taken there. It is asked once more, as those that we join through are.
function joining:refused(peer)
  self.former = { peer = peer, joined = false, told = false }
  self:changed()
end

-- One round; whether every entry point is in our network after it.
local function round(self)
  local whole = true
  local former = self.former
  self.former = false
  if former and not next(members(self)) then try(self, former) end
  for _, entry in ipairs(self.list) do
    if self.bot.state ~= "running" then return true end
    if absent(entry, members(self)) then
      try(self, entry)
      whole = whole and (entry.joined or entry.own)
    end
  end
  return whole
end

-- joining:changed(): somebody is no member any more.
function joining:changed()
  self.retry:reset()
  self.stale = true
  scheduler.wake(self)
end

-- joining:await(): waits until somebody is there, or every entry point was
-- tried once. What is said before would be heard by nobody.
function joining:await()
  while not self.tried and not self.bot.node:is_connected() do
    scheduler.wait(self.list)
  end
end

-- joining:release(): nobody waits for that any more.
function joining:release()
  self.tried = true
  scheduler.wake(self.list)
end

-- joining:run(): a task that ends with the bot's.
function joining:run()
  while self.bot.state == "running" do
    self.stale = false
    local whole = round(self)
    self:release()
    if self.stale then
      self.retry:reset()
    elseif whole then
      self.retry:reset()
      scheduler.wait(self)
    else
      scheduler.wait(self, scheduler.deadline(self.retry:next()))
    end
  end
end

return joining
