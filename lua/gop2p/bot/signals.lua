-- signals.lua - signals that end a process, while somebody waits for them.

local scheduler = require "gop2p.scheduler"
local system = require "gop2p.system"

local signals = {}

-- signals.ending() -> names: "TERM" and, unless the process is to outlive its
-- terminal, as nohup has it, "HUP"
function signals.ending()
  return { "TERM", not system.outlives() and "HUP" or nil }
end

-- signals.catch(f, names) -> something to close | nil, err
--
-- Until that is closed these signals ("INT", "TERM", "HUP") do nothing but
-- that f(name) is called, which must not wait; then they do again what they
-- did before.
function signals.catch(f, names)
  local caught = setmetatable({}, { __close = function(self)
    for catch, number in pairs(self) do
      scheduler.listen(number, nil)
      system.uncatch(catch)
    end
  end })
  for _, name in ipairs(names) do
    local catch, number = system.catch(name)
    if not catch then
      getmetatable(caught).__close(caught)
      return nil, number
    end
    caught[catch] = number
    scheduler.listen(number, function() f(name) end)
  end
  return caught
end

return signals
