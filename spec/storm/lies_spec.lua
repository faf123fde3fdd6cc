-- Short storms of lies, more of them where a sanitizer looks at the nodes;
-- `make storm` is a long one, with another seed each time.

local forge = require "spec.storm.forge"
local stands = require "spec.storm.stands"

local SEEDS = os.getenv("ASAN_OPTIONS") and 20 or 4

local function scene()
  return {
    honest = {{address = "127.77.0.1", port = 7001, nick = "ann",
               process = "00000000000000a1"},
              {address = "127.77.0.2", port = 7002,
               process = "00000000000000a2"}},
    liars = {{address = "127.66.0.1", port = 6001,
              process = "00000000000000b1"}},
  }
end

describe("a storm of lies", function()
  for seed = 1, SEEDS do
    it("is believed by nobody, with seed " .. seed, function()
      stands("lies", 3, seed)
    end)
  end

  -- After some seconds servers have so many connections that they refuse.
  it("is believed by nobody, also where it lasts", function()
    stands("lies", 20, 54322)
  end)

  it("is the same again with the same seed", function()
    local function made(seed)
      local f, out = forge.new(seed, scene()), {}
      for i = 1, 300 do out[i] = table.concat({f:request()}, " from ") end
      return table.concat(out)
    end
    local once = made(7)
    assert.is_true(#once > 30000)
    assert.is_true(once == made(7))
    assert.is_false(once == made(8))
  end)

  it("says all that nodes of ours say, in the name of all", function()
    local f, seen = forge.new(3, scene()), {}
    f:learn("GET / HTTP/1.1\r\nGop2p-Cookie: " .. ("a"):rep(32) .. "\r\n")
    for _ = 1, 2000 do
      local bytes, source = f:request()
      for name, value in bytes:gmatch("\nGop2p%-(%a+): ([^\r]*)") do
        seen[name] = true
        seen[value] = true
      end
      seen[bytes:match("^%u+")], seen[source] = true, true
    end
    for _, what in ipairs {
      "GET", "DELETE", "POST", "PUT", "OPTIONS", "Lua", "Process", "Version",
      "Cookie", "Id", "Again", "Brief", "Visit", "List", "Notice", "Probe",
      "Suspect", "Digest", ("a"):rep(32), "1 127.77.0.1:7001",
      "00000000000000a1 ann", "127.77.0.2", "127.66.0.1",
    } do
      assert.is_true(seen[what], what)
    end
  end)

  it("names nobody outside of its own addresses", function()
    local f = forge.new(5, scene())
    for _ = 1, 5000 do
      local text = f:request() .. (f:response("GET / HTTP/1.1\r\n",
                                              scene().liars[1]) or "")
      for ip in text:gmatch("%d+%.%d+%.%d+%.%d+") do
        assert.is_truthy(ip:find("^127%.") or ip == "0.0.0.0", ip)
      end
    end
  end)
end)
