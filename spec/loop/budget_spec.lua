-- Tasks in a scope: their errors end nothing else, and they can compute only
-- for so long.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"
local scheduler = require "gop2p.scheduler"
local scriptfile = require "spec.support.script"

local LUA = os.getenv("LUA") or "lua5.4"
local coroutine, debug = package.loaded.coroutine, package.loaded.debug
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

  local function nothing() end

  for name, mask in pairs {["calls"] = "c", ["returns"] = "r",
                           ["lines"] = "l", ["all"] = "crl"} do
    it("does not escape by a hook of its own, of " .. name, function()
      assert_cut(function()
        debug.sethook(nothing, mask)
        spin()
      end)
    end)
  end

  it("does not escape by other ways with hooks", function()
    assert_cut(function()   -- none at all
      debug.sethook()
      spin()
    end)
    for _, count in ipairs {1, 7, 9999, 10001, 1000000} do
      assert_cut(function()
        debug.sethook(nothing, "", count)
        spin()
      end)
    end
    assert_cut(function()   -- again and again
      while true do debug.sethook() end
    end)
    assert_cut(function()
      while true do debug.gethook() end
    end)
    assert_cut(function()   -- of a coroutine, and in one
      local co = coroutine.create(spin)
      debug.sethook(co, nothing, "l")
      while true do coroutine.resume(co) end
    end)
    assert_cut(function()
      wrap(function()
        debug.sethook(nothing, "c")
        spin()
      end)()
    end)
    assert_cut(function()   -- wrongly
      pcall(debug.sethook, 5)
      pcall(debug.sethook, "x", "l")
      pcall(debug.gethook, 5)
      spin()
    end)
    assert_cut(function()   -- by the hook itself
      debug.sethook(function() debug.sethook() end, "l")
      spin()
    end)
  end)

  it("has a hook beside it, which sees what it would see", function()
    local lines, calls, same, none = 0, 0, false, true
    assert.same({}, problems(function()
      local function h(event, line)
        if event == "call" then calls = calls + 1
        elseif line then lines = lines + 1 end
      end
      debug.sethook(h, "lc", 1000)
      for _ = 1, 1000 do
        nothing()
      end
      local f, mask, count = debug.gethook()
      same = f == h and mask == "cl" and count == 1000
      debug.sethook()
      none = debug.gethook()
    end))
    assert.is_true(same)
    assert.is_nil(none)
    assert.is_true(lines >= 2000 and lines < 3100, lines)
    assert.is_true(calls >= 1000 and calls < 1010, calls)
    local counts = 0
    assert.same({}, problems(function()   -- seldom, and across waits
      debug.sethook(function() counts = counts + 1 end, "", 25000)
      for _ = 1, 10 do
        gop2p.sleep(0)
        for _ = 1, 10000 do nothing() end
      end
      debug.sethook()
    end))
    assert.is_true(counts >= 8 and counts <= 20, counts)
  end)

  it("is measured by a tool that hooks every coroutine", function()
    local lines, created = {}, coroutine.create
    local function h(_, line)
      local source = debug.getinfo(2, "S").source
      if source:find("budget_spec", 1, true) then lines[line] = true end
    end
    -- As luacov does it.
    local function hooking(f)
      return function(...)
        debug.sethook(h, "l")
        return f(...)
      end
    end
    coroutine.create = function(f) return created(hooking(f)) end
    local _ <close> = setmetatable({}, {__close = function()
      coroutine.create = created
    end})
    local first = debug.getinfo(1, "l").currentline
    local list = problems(function()
      gop2p.sleep(0)
      spin()
    end)
    assert.is_true(lines[first + 2] and lines[first + 3])
    assert.equal(1, #list)
    assert.matches("computed for more than", list[1])
  end)

  it("is cut after its next wait when it went past debug.sethook", function()
    local script <close> = scriptfile [[
      local raw = debug.sethook
      local gop2p = require "gop2p"
      local scheduler = require "gop2p.scheduler"
      local scope = scheduler.scope(function(problem)
        print(problem:match("^[^\n]*"))
        os.exit(0)
      end, 0.05)
      scheduler.start(scope, function()
        raw(function() end, "l")
        gop2p.sleep(0)
        while true do end
      end)
      gop2p.run(function() gop2p.sleep(30) end)
    ]]
    local child <close> = assert(process.start({LUA, script.name}))
    assert.matches("computed for more than 0.05 s", (child:line(20)))
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
