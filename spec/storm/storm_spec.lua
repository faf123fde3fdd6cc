-- A short storm; `make storm` is a long one, with another seed each time.

local stands = require "spec.storm.stands"

local LUA = os.getenv("LUA") or "lua5.4"

describe("a storm of spoilt requests", function()
  it("hurts neither the node nor the talk that goes through it", function()
    stands("storm", 5, 1)
  end)

  it("is the same again with the same seed", function()
    local function made(seed)
      local pipe <close> = assert(io.popen(LUA .. [[ -e '
        local mutate = require "spec.storm.mutate"
        math.randomseed(]] .. seed .. [[)
        for _ = 1, 300 do io.write(mutate.next({"1", "2"})) end']]))
      return pipe:read("a")
    end
    local once = made(7)
    assert.is_true(#once > 30000)
    assert.is_true(once == made(7))
    assert.is_false(once == made(8))
  end)

  it("names nobody outside of its own addresses", function()
    local mutate = require "spec.storm.mutate"
    math.randomseed(3)
    local named = 0
    for _ = 1, 5000 do
      local text = mutate.next({"1"})
      for ip in text:gmatch('[dD][dD][rR][eE][sS][sS]"?: *"?(%d+%.%d+)%.') do
        assert.is_true(ip == "127.66" or ip == "0.0", ip)
        named = named + 1
      end
    end
    assert.is_true(named > 1000, named)
  end)
end)
