-- scopes.lua - sets of tasks, of which each task is in one.

local codes = require "gop2p.codes"
local core = require "gop2p.core"

local scopes = {}

local hooked = false   -- whether hooks that are set let budgets be

-- From the first budget on, a hook that a task sets stands beside it.
local function allowhooks()
  if hooked then return end
  hooked = true
  local library = package.loaded.debug
  library.sethook, library.gethook = core.hooks(library.sethook,
                                                library.gethook)
end

-- scopes.new(process [, report [, budget]]) -> scope
--
-- 'process' is another scope, or nil: the new one is a process itself.
-- 'report' is called with the errors that no 'run' of the scope waits for;
-- nil: the process's is. 'budget': seconds that a task may compute without
-- waiting; nil or 0: as long as it likes.
function scopes.new(process, report, budget)
  budget = budget or 0
  if budget > 0 then allowhooks() end
  local scope = { count = 0, tasks = {}, running = false, problem = false,
                  report = report or process.report, budget = budget,
                  endby = math.huge }   -- of a process: who cannot yield
                                        -- waits no longer
  scope.process = process or scope
  scope.code = not process and codes.new() or nil
  return scope
end

return scopes
