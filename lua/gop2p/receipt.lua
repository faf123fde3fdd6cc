-- receipt.lua - what became of a broadcast, a direct message, a connect.

local check = require "gop2p.check"
local core = require "gop2p.core"
local scheduler = require "gop2p.scheduler"
local values = require "gop2p.values"

local receipt = {}
local methods = {}
local meta = core.receiptmeta
meta.__index = methods
meta.__name = "gop2p.receipt"

-- The error of each peer. A peer is found whatever it was called then.
local failedmeta = {
  __index = function(failed, key)
    local wanted = values.topeer(key)
    for peer, err in next, failed do
      if peer == wanted then return err end
    end
  end
}

-- One error for all that went wrong: the first, and who failed how.
local function gather(failures, err)
  local first = failures[1]
  if not err then
    err = values.error(first.kind, first.code, first.text, first.cause)
    err.peer, err.message, err.status =
      first.peer, first.message, first.status
    err.unsure = first.unsure
  end
  err.failed = setmetatable({}, failedmeta)
  local n = 0
  for _, failure in ipairs(failures) do
    if failure.peer then
      n = n + (rawget(err.failed, failure.peer) and 0 or 1)
      err.failed[failure.peer] = failure
    end
  end
  if n > 1 then
    err.text = ("%s and %d more"):format(err.text, n - 1)
  end
  return err
end

-- Waits until the receipt is settled; false when 'deadline' came before.
function receipt.settle(self, deadline)
  local number = core.claim(self)
  while not core.issettled(self) do
    if not scheduler.wait(number, deadline) then
      return core.issettled(self)
    end
  end
  return true
end

-- The first failure of a settled receipt, with all of them in 'failed';
-- nil when there is none.
function receipt.failure(self)
  local failures = core.failures(self)
  return failures[1] and gather(failures)
end

-- Whoever has ceased to wait when it fails, because the time was up or the
-- task was closed, is told of it like those who never waited.
local departing = {
  __close = function(waiter) core.disclaim(waiter.receipt) end
}

-- receipt:wait([timeout]) -> true | nil, err
--
-- Waits until every receiver has responded, failed or taken too long (a
-- request takes 5 s at most, see the option request_timeout). 'timeout' in
-- seconds: give up waiting earlier, with ETIMEDOUT; the message stays on its
-- way, and what fails then is told in errors(). err.failed maps each peer
-- that did not get it to its error.
function methods:wait(timeout)
  check.self(self, meta, "wait", "receipt")
  timeout = check.timeout(timeout, 1, "wait")
  local _ <close> = setmetatable({ receipt = self }, departing)
  if not receipt.settle(self, scheduler.deadline(timeout)) then
    local err = values.timedout("not everybody has responded yet")
    return nil, gather(core.failures(self), err)
  end
  local err = receipt.failure(self)
  if err then return nil, err end
  return true
end

function meta.__tostring(self)
  if not core.issettled(self) then return "gop2p.receipt (on the way)" end
  local n = #core.failures(self)
  if n == 0 then return "gop2p.receipt (delivered)" end
  return ("gop2p.receipt (%d failed)"):format(n)
end

return receipt
