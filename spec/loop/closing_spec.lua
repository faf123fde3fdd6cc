-- What <close> waits for, while a task ends.

local core = require "gop2p.core"
local gop2p = require "gop2p"
local scheduler = require "gop2p.scheduler"

local function promise(close)
  local _ <close> = setmetatable({}, {__close = close})
  gop2p.sleep(1000)
end

describe("a task that is closed", function()
  it("is none of those that could go on, while it waits", function()
    local due
    gop2p.run(function()
      local task = gop2p.spawn(promise, function()
        gop2p.sleep(0.001)
        due = scheduler.due()
      end)
      gop2p.sleep(0)
      task:cancel()
    end)
    assert.is_true(due == nil or due > 0)
  end)

  it("tells what its closing raises, also after an error", function()
    local told = select(2, pcall(gop2p.run, function()
      local _ <close> = setmetatable({}, {__close = function()
        error("not written")
      end})
      error("broken")
    end))
    assert.matches("broken\nstack traceback:", told)
    assert.matches("not written", told)
  end)

  it("waits until its time is up, and no other one has to end then",
     function()
    local problems, done = {}, false
    local scope = scheduler.scope(function(problem)
      problems[#problems + 1] = problem
    end)
    scheduler.start(scope, promise, function()
      gop2p.spawn(function()   -- cannot yield, and waits for longer
        local late = core.now() + 0.05
        table.sort({1, 2}, function()
          while core.now() < late do gop2p.sleep(0.001) end
          done = true
          return false
        end)
      end)
      gop2p.sleep(1000)
    end)
    gop2p.run(function()
      gop2p.sleep(0)
      scheduler.close(scope, core.now() + 0.02)
    end)
    assert.is_true(done)
    assert.equal(1, #problems)
    assert.matches("it took too long to close what has ended", problems[1])
  end)
end)
