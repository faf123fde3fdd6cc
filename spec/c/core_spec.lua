-- The core without Lua, libevent or sockets: the tests in spec/c, each of
-- which runs in a process of its own. `make ctest` builds them.

local program = (os.getenv("BUILD") or "build") .. "/spec/core_test"

-- The lines that the program prints, and whether it ended well.
local function run(word)
  local pipe = assert(io.popen(("%s '%s' 2>&1"):format(
                                 program, word:gsub("'", "'\\''"))))
  local lines = {}
  for line in pipe:lines() do lines[#lines + 1] = line end
  return lines, (pipe:close())
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
