local clock = require "gop2p.clock"
local gop2p = require "gop2p"

describe("the clock", function()
  it("tells the wall clock's time, finer than seconds", function()
    local before, time, after = os.time(), clock.time(), os.time()
    -- os.time may lag behind by a tick
    assert.is_true(before <= time and time < after + 2)
    local fraction = false
    for _ = 1, 10 do   -- that all of them are whole is next to impossible
      fraction = fraction or clock.time() % 1 ~= 0
    end
    assert.is_true(fraction)
  end)

  it("measures what passes while one waits", function()
    local time, now = clock.time(), clock.now()
    gop2p.sleep(0.05)
    assert.is_true(clock.now() - now >= 0.049)
    assert.is_true(clock.time() - time >= 0.04)
  end)
end)
