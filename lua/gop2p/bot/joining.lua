-- joining.lua - a bot's way into its network, and back into it.
--
-- Entry points that are not members are tried again and again, with pauses
-- that grow: when nobody was there at the start, when everybody has gone
-- since, and also when there are others, for the network may have come
-- together in two parts that know nothing of each other.

local scheduler = require "gop2p.scheduler"
local start = require "gop2p.start"

local joining = {}
joining.__index = joining

local FIRST, LONGEST = 1, 60   -- seconds between two rounds
local TIMEOUT = 5              -- seconds for one entry point

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
  return setmetatable({ bot = bot, list = list, pause = FIRST,
                        stale = false, tried = false }, joining)
end

local function members(self)
  local set = {}
  for _, peer in ipairs(self.bot.node:members()) do
    set[tostring(peer)] = true
  end
  return set
end

-- A member may go by another name than the one that was joined through: as
-- long as anybody is there, such an entry point counts as joined.
local function absent(entry, set)
  local name = tostring(entry.peer)
  entry.named = entry.named or set[name]
  if not next(set) or (entry.named and not set[name]) then
    entry.joined = false
  end
  return not (entry.own or set[name] or entry.joined)
end

local function try(self, entry)
  local bot = self.bot
  local name = tostring(bot.node:self())
  local ok, err = start.connect(bot.node, entry.peer, TIMEOUT)
  if tostring(bot.node:self()) ~= name then
    bot.log:info("moved", { node = tostring(bot.node:self()) })
  end
  if ok then
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

-- One round; whether every entry point is in our network after it.
local function round(self)
  local whole = true
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
  self.pause, self.stale = FIRST, true
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
      self.pause = FIRST
    elseif whole then
      self.pause = FIRST
      scheduler.wait(self)
    else
      local pause = self.pause * (0.75 + math.random() / 2)
      self.pause = math.min(2 * self.pause, LONGEST)
      scheduler.wait(self, scheduler.deadline(pause))
    end
  end
end

return joining
