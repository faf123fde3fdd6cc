-- What `gop2p watch` and the chat keep of those who are gone: names that
-- come and go shall not fill their memory.

local gop2p = require "gop2p"
local recent = require "gop2p.recent"
local testing = require "gop2p.testing"
local watch = require "gop2p.cli.watch"

describe("a table that forgets", function()
  it("has what was noted until its time is over", function()
    local net <close> = testing.network {}
    local kept = recent.new()
    kept:set("ann", "here", 60)
    kept:set("bob", "there", 120)
    net:advance(59)
    assert.equal("here", (kept:get("ann")))
    kept:set("ann", "still", 60)
    net:advance(59)
    assert.equal("still", (kept:get("ann")))
    net:advance(2)
    assert.is_nil(kept:get("ann"))
    assert.is_nil(kept:get("bob"))
  end)

  it("keeps the newest of names without number", function()
    local kept = recent.new()
    collectgarbage()
    local before = collectgarbage("count")
    for i = 1, 200000 do kept:set("g" .. i, i, 3600) end
    collectgarbage()
    local large = collectgarbage("count") - before
    assert.is_true(large < 6000, large)   -- KiB
    for i = 195001, 200000 do assert.equal(i, (kept:get("g" .. i))) end
    assert.is_nil(kept:get("g1"))
  end)

  it("keeps many whose time is not over beside those whose is", function()
    local net <close> = testing.network {}
    local kept = recent.new()
    for i = 1, 4000 do kept:set("long" .. i, i, 3600) end
    for i = 1, 50000 do
      kept:set("short" .. i, i, 1)
      if i % 1000 == 0 then net:advance(1) end
    end
    for i = 1, 4000 do assert.equal(i, (kept:get("long" .. i))) end
  end)
end)

describe("gop2p watch", function()
  it("forgets a member a minute after it has left", function()
    local net <close> = testing.network {}
    local self = watch.new(5, true)
    local ann = gop2p.peer("localhost", 5000)
    self:of(ann).messages = 3
    for _ = 1, 20 do
      net:advance(5)
      assert.equal(3, self:of(ann).messages)   -- it is there
    end
    net:advance(60)
    assert.equal(3, self:of(ann).messages)
    net:advance(66)
    assert.equal(0, self:of(ann).messages)
  end)

  it("keeps a member that it looks at once in an hour", function()
    local net <close> = testing.network {}
    local self = watch.new(3600, true)
    local ann = gop2p.peer("localhost", 5000)
    self:of(ann).messages = 3
    net:advance(3600)
    assert.equal(3, self:of(ann).messages)
  end)
end)
