-- building.lua - new code for bots that run.
--
-- While the new code is run, what it registers goes into registries of its
-- own, and the bots that it makes are those that run. When it has come to
-- its end these take the place of what there was, all at once; when it
-- fails, nothing has happened.

local building = {}

local sites = setmetatable({}, { __mode = "k" })  -- coroutine -> site

local function site()
  return sites[coroutine.running()]
end

-- building.run(bots, f, ...) -> true | nil, problem
--
-- Runs f as new code of a list of bots; 'problem' is the error with its
-- traceback.
function building.run(bots, f, ...)
  local thread, here = coroutine.running(), { plans = {} }
  for i, bot in ipairs(bots) do
    here.plans[i] = { bot = bot, registry = bot:newregistry() }
  end
  sites[thread] = here
  local ok, problem = xpcall(f, debug.traceback, ...)
  sites[thread] = nil
  if not ok then return nil, problem end
  for _, plan in ipairs(here.plans) do plan.bot:adopt(plan) end
  return true
end

-- Whether new code is run here.
function building.here()
  return site() ~= nil
end

-- The bot of that name, which the new code makes again, with 'settings' for
-- it; or nil, when there is none.
function building.again(name, settings)
  for _, plan in ipairs(site().plans) do
    if plan.bot.name == name and not plan.settings then
      plan.settings = settings
      return plan.bot
    end
  end
end

-- The registry that is built for a bot here, or nil.
function building.registry(bot)
  local here = site()
  for _, plan in ipairs(here and here.plans or {}) do
    if plan.bot == bot then return plan.registry end
  end
end

return building
