--[[
A collector that never rests, for every Lua that is started with

  LUA_INIT_5_4=@.ci/stress.lua

What is kept alive by chance alone goes at once: the next cycle begins when
one ends, with no pause, and a little is collected at every allocation; and
some instructions apart everything that can go goes at once, finalizers too,
in the middle of whatever runs, in every coroutine.
]]
local EVERY = 20000 -- instructions between two full collections

collectgarbage("incremental", 1, 400, 8)

local function collect() collectgarbage() end

-- A task with a budget, and what it makes, has a hook in C already.
local function watch(thread)
  if debug.gethook(thread) ~= "external hook" then
    debug.sethook(thread, collect, "", EVERY)
  end
  return thread
end

local create, resume, close = coroutine.create, coroutine.resume,
                              coroutine.close

function coroutine.create(f)
  return watch(create(f))
end

-- What coroutine.wrap does, on a thread that is watched: an error closes it
-- and goes on, with the place prepended when it is text.
function coroutine.wrap(f)
  local thread = coroutine.create(f)
  local function pass(ok, ...)
    if ok then return ... end
    local err = ...
    if coroutine.status(thread) == "dead" then
      local closed, why = close(thread)
      if not closed then err = why end
    end
    error(err, 0)
  end
  return function(...) return pass(resume(thread, ...)) end
end

watch(coroutine.running())
