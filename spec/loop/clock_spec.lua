-- The clocks: that of the wall, and the one that only goes forward.

local clock = require "gop2p.clock"
local gop2p = require "gop2p"

describe("the clocks", function()
  it("tell the wall clock's time, finer than seconds", function()
    local before, time, after = os.time(), clock.time(), os.time()
    assert.is_true(before <= time and time < after + 1)
    local fraction = false
    for _ = 1, 10 do   -- that all of them are whole is next to impossible
      fraction = fraction or clock.time() % 1 ~= 0
    end
    assert.is_true(fraction)
  end)

  -- Else what is due at midnight would see the day before.
  it("are not ahead of os.time when a second begins", function()
    local next = os.time() + 1
    gop2p.sleep(math.max(0, next - clock.time() - 0.02))
    while os.time() < next do
      assert.is_true(clock.time() < next or os.time() >= next)
    end
  end)

  it("measure what passes while one waits", function()
    local time, now, public = clock.time(), clock.now(), gop2p.now()
    gop2p.sleep(0.05)
    assert.is_true(gop2p.now() - public >= 0.049)
    assert.is_true(clock.now() - now >= 0.049)
    assert.is_true(clock.time() - time >= 0.04)
  end)
end)
