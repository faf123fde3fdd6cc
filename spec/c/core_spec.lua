-- The core without Lua, libevent or sockets: the tests in spec/c, each of
-- which runs in a process of its own. `make ctest` builds them.

local program = (os.getenv("BUILD") or "build") .. "/spec/core_test"

-- The lines that the program prints, whether it ended well, and its status.
local function run(word, to)
  local pipe = assert(io.popen(("%s '%s' %s"):format(
                                 program, word:gsub("'", "'\\''"),
                                 to or "2>&1")))
  local lines = {}
  for line in pipe:lines() do lines[#lines + 1] = line end
  local ok, _, status = pipe:close()
  return lines, ok, status
end

describe("the core", function()
  local names, ok = run("--list")
  assert(ok and #names > 0, program .. " does not run: make ctest")

  for _, name in ipairs(names) do
    it(name, function()
      local lines, good = run(name)
      local text = table.concat(lines, "\n")
      assert.is_true(good, text)
      assert.equal("ok 1 - " .. name .. "\n1..1", text)
    end)
  end
end)

describe("a process", function()
  it("has a key of its own for its indexes", function()
    local seen = {}
    for _ = 1, 5 do
      local lines = run("--hash", "localhost:5000 2>&1")
      assert.matches("^%x%x%x%x%x%x%x%x$", lines[1])
      seen[lines[1]] = true
    end
    assert.is_true(next(seen, next(seen)) ~= nil, "the same five times")
  end)
end)

describe("the program that runs the tests", function()
  for _, word in ipairs {"no sentence", "--lost", "--heal"} do
    it("says that there is no test " .. word, function()
      assert.same({{"core_test: no such test: " .. word}, nil, 2},
                  {run(word)})
      assert.same({}, (run(word, "2>/dev/null")))
    end)
  end
end)
