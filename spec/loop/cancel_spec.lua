-- Tasks that another one ends.

local gop2p = require "gop2p"
local net = require "spec.support.net"

describe("task:cancel", function()
  it("ends it where it waits, and closes its variables", function()
    local closed, after = false, false
    gop2p.run(function()
      local task = gop2p.spawn(function()
        local _ <close> = setmetatable({}, {__close = function()
          closed = true
        end})
        gop2p.sleep(3600)
        after = true
      end)
      gop2p.sleep(0)   -- it waits
      assert.is_false(closed)
      task:cancel()
      assert.is_true(closed)
      task:cancel()
    end)
    assert.is_false(after)
  end)

  it("ends a wait for a message, which the next reader gets", function()
    local nodes <close> = net.network(2)
    local seen = {}
    gop2p.run(function()
      local task = gop2p.spawn(function() seen[1] = nodes[1]:receive() end)
      gop2p.sleep(0)
      task:cancel()
      assert(nodes[2]:broadcast("Hello"):wait())
      seen[2] = nodes[1]:receive(5)
    end)
    assert.is_nil(seen[1])
    assert.equal("Hello", seen[2].data)
  end)

  it("ends one that has not begun, or that could go on", function()
    local order = {}
    gop2p.run(function()
      gop2p.spawn(function() order[#order + 1] = "never" end):cancel()
      local ready = gop2p.spawn(function()
        coroutine.yield()
        order[#order + 1] = "nor this"
      end)
      coroutine.yield()
      ready:cancel()
    end)
    assert.same({}, order)
  end)

  it("does nothing to one that has ended, or that has failed", function()
    local done, failed
    gop2p.run(function()
      done = gop2p.spawn(function() end)
      gop2p.sleep(0)
      done:cancel()
    end)
    assert.has_error(function()
      gop2p.run(function()
        failed = gop2p.spawn(function() error("oops", 0) end)
      end)
    end)
    failed:cancel()
    done:cancel()
  end)

  it("is refused to the one that runs", function()
    local here = debug.getinfo(1, "S").short_src
    local ok, err
    gop2p.run(function()
      local task
      task = gop2p.spawn(function() ok, err = pcall(function()
        task:cancel()
      end) end)
    end)
    assert.is_false(ok)
    assert.equal(1, err:find(here, 1, true), err)
    assert.matches("'cancel': the task runs, rather than waits$", err)
    local task = gop2p.spawn(function() end)
    assert.has_error(function() task.cancel() end,
                     "'cancel' must be called on a task, with a colon")
    task:cancel()
  end)

  it("tells what its <close> raises, as of any task", function()
    local ok, err = pcall(gop2p.run, function()
      local task = gop2p.spawn(function()
        local _ <close> = setmetatable({}, {__close = function()
          error("cannot close", 0)
        end})
        gop2p.sleep(3600)
      end)
      gop2p.sleep(0)
      task:cancel()
      gop2p.sleep(3600)
    end)
    assert.same({false, "cannot close"}, {ok, err})
  end)
end)

describe("gop2p.run that is over", function()
  local function raising(text)
    return setmetatable({}, { __close = function() error(text, 0) end })
  end

  it("tells the first error, though closing others raises, too", function()
    local ok, problem = pcall(gop2p.run, function()
      gop2p.spawn(function()
        local _ <close> = raising("second")
        gop2p.sleep(3600)
      end)
      gop2p.sleep(0)
      error("first", 0)
    end)
    assert.is_false(ok)
    assert.matches("^first\n", problem)
    gop2p.run(function() gop2p.sleep(0) end)   -- nothing is left of it
  end)
end)
