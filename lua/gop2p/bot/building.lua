-- building.lua - new code for bots that run.
--
-- While the new code is run, what it registers goes into registries of its
-- own, and the bots that it makes are those that run. When it has come to
-- its end, or to where it runs its bot, the old code is told to end, and
-- these take the place of what there was, all at once; when it fails, nothing
-- has happened.
--
-- It runs in a coroutine of its own, which can be left where it stands.

local codes = require "gop2p.codes"
local core = require "gop2p.core"
local farewell = require "gop2p.bot.farewell"
local scheduler = require "gop2p.scheduler"

local building = {}

local sites = setmetatable({}, { __mode = "k" })  -- code -> site

-- A site is what is built: 'plans', one for each bot; 'code'; 'done', whether
-- that has come to its end; 'adopted'. Of code that is not, nothing is left.
local sitemeta = {}

function sitemeta.__close(here)
  if not here.adopted then scheduler.finish(here.code) end
end

local function newsite(bots)
  local here = { plans = {}, done = false, adopted = false,
                 code = codes.new() }
  for i, bot in ipairs(bots) do
    here.plans[i] = { bot = bot, registry = bot:newregistry(), kept = {} }
  end
  sites[here.code] = here
  return setmetatable(here, sitemeta)
end

local function site()
  local code = scheduler.inlined()
  return code and sites[code]
end

-- Runs it to its end, or until it runs its bot. What stands there is left as
-- it is then: to close it would stop a bot that is a <close> variable.
local function runcode(here, budget, f, ...)
  local co = coroutine.create(f)
  core.limit(co)
  core.slice(budget)
  local ok, err = scheduler.inline(here.code, co, ...)
  while ok and not here.done and coroutine.status(co) == "suspended" do
    scheduler.sleep(0)
    ok, err = scheduler.inline(here.code, co)
  end
  if ok then return true end
  local text = scheduler.describe(err)
  return nil, { text = text, traceback = debug.traceback(co, text) }
end

-- Which bot the new code does not make again, as a problem; nil: none.
local function missing(here)
  for _, plan in ipairs(here.plans) do
    if not plan.settings then
      local name = plan.bot.options.name
      return { text = ("it makes no bot %s any more")
        :format(name and ("called %q"):format(name) or "without a name") }
    end
  end
end

-- The new code takes the place of the old, once that was told to end; unless
-- its bots were stopped meanwhile: a problem.
local function adopt(here, bots)
  codes.hold(here.code)
  farewell(bots, "unload")
  local running = {}
  for _, plan in ipairs(here.plans) do
    if plan.bot.state == "running" then running[#running + 1] = plan end
  end
  if #running == 0 then return { text = "no bot is running" } end
  here.adopted = true
  scheduler.renew(here.code)
  for _, plan in ipairs(running) do plan.bot:adopt(plan) end
end

-- building.run(bots, f, ...) -> true | nil, problem
--
-- Runs f as new code of a list of bots, with the budget of a handler.
-- 'problem': what it met with, as 'text' and, for an error, 'traceback'.
function building.run(bots, f, ...)
  local here <close> = newsite(bots)
  local budget = bots[1].scope.budget
  local ok, problem = runcode(here, budget, f, ...)
  core.slice(budget)   -- what is done now is not the new code's
  if ok then problem = missing(here) or adopt(here, bots) end
  if problem then return nil, problem end
  return true
end

-- Whether new code is run here.
function building.here()
  return scheduler.inlined() ~= false
end

-- The new code has come to its end: does not return.
function building.finish()
  site().done = true
  if coroutine.isyieldable() then coroutine.yield() end
end

-- The bot that asked for that name (nil: for none), which the new code makes
-- again, with 'settings' for it; or nil, when there is none.
function building.again(name, settings)
  for _, plan in ipairs(site().plans) do
    if plan.bot.options.name == name and not plan.settings then
      plan.settings = settings
      return plan.bot
    end
  end
end

-- What is built for a bot here: 'registry', 'settings', and 'kept', functions
-- that are to be started; or nil.
function building.plan(bot)
  local here = site()
  for _, plan in ipairs(here and here.plans or {}) do
    if plan.bot == bot then return plan end
  end
end

return building
