-- Tasks in a scope: their errors end nothing else, and they can compute only
-- for so long.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local scheduler = require "gop2p.scheduler"

local BUDGET = 0.05   -- seconds
local wrap, yield = coroutine.wrap, coroutine.yield

local function spin()
  while true do end
end

-- Runs f in a scope of its own; the errors of its tasks, once none is left.
local function problems(f, budget)
  local list = {}
  local scope = scheduler.scope(function(problem)
    list[#list + 1] = problem
  end, budget or BUDGET)
  scheduler.start(scope, f)
  net.await(function() return scope.count == 0 end)
  return list
end

local function assert_cut(f)
  local list = problems(f)
  assert.equal(1, #list)
  assert.matches("budget_spec%.lua:%d+: computed for more than 0.05 s",
                 list[1])
end

describe("a task with a budget", function()
  it("is cut when it computes for longer", function()
    assert_cut(spin)
  end)

  it("does not escape by catching the error", function()
    assert_cut(function()
      while true do pcall(spin) end
    end)
    assert_cut(function()
      while true do xpcall(spin, function(err) return err end) end
    end)
  end)

  it("does not escape into coroutines", function()
    assert_cut(function()
      while true do wrap(spin)() end
    end)
    assert_cut(function()
      while true do wrap(function() yield() end)() end
    end)
  end)

  it("does not escape into a task that it starts", function()
    assert_cut(function() gop2p.spawn(spin) end)
    assert_cut(function() gop2p.run(spin) end)
  end)

  it("holds nobody up for longer", function()
    local turns = 0
    local list = problems(function()
      gop2p.spawn(spin)
      for _ = 1, 5 do
        gop2p.sleep(0)
        turns = turns + 1
      end
    end)
    assert.same({5, 1}, {turns, #list})
  end)

  it("may wait for as long as it likes", function()
    local function work()
      for _ = 1, 1e5 do end
    end
    assert.same({}, problems(function()
      gop2p.sleep(0.1)
      for _ = 1, 300 do
        work()
        gop2p.sleep(0)
      end
    end, 0.1))
  end)

  it("is not cut in the middle of the library's own work", function()
    local node <close> = assert(gop2p.start_local_node(0))
    for _ = 1, 3 do
      assert_cut(function()
        while true do node:members() end
      end)
    end
  end)
end)

describe("a scope", function()
  it("is told of each error, which ends nothing else", function()
    local done = 0
    local list = problems(function()
      for i = 1, 3 do
        gop2p.spawn(function()
          gop2p.sleep(0)
          if i < 3 then error("problem " .. i, 0) end
          done = done + 1
        end)
      end
    end)
    assert.equal(2, #list)
    assert.matches("^problem 1\nstack traceback:", list[1])
    assert.equal(1, done)
  end)

  it("is closed, with what its tasks have promised", function()
    local closed = {}
    local scope = scheduler.scope(function(problem) error(problem) end)
    for i = 1, 3 do
      scheduler.start(scope, function()
        local _ <close> = setmetatable({}, {__close = function()
          closed[#closed + 1] = i
        end})
        gop2p.sleep(1000)
      end)
    end
    gop2p.pump()
    scheduler.close(scope)
    table.sort(closed)
    assert.same({1, 2, 3}, closed)
    assert.equal(0, scope.count)
  end)
end)
