-- What .ci/asan.sh makes of the reports of a sanitizer.

local process = require "spec.support.process"

local KILLED = "==12==Unable to get registers from thread 11.\n"

-- Runs a Lua that leaves these as the reports of some processes: the status,
-- and the last line that was said.
local function judged(...)
  local name = os.tmpname()
  os.remove(name)
  local folder = "build/" .. name:match("[^/]+$")
  local child <close> = assert(process.start({"sh", "-c",
    [[exec 2>&1; export BUILD="$1" LUA=lua5.4; shift
      sh .ci/asan.sh - "$@" <<'END'
        local path = os.getenv("ASAN_OPTIONS"):match("log_path=([^:]+)")
        for i, report in ipairs(arg) do
          local file <close> = assert(io.open(path .. "." .. i, "w"))
          file:write(report)
        end
END]], "sh", folder, ...}))
  local last
  for line in function() return (child:line(20)) end do last = line end
  os.execute("rm -rf " .. folder)
  return child:wait(), last
end

describe("a report of a sanitizer", function()
  it("is a failure, also beside others that are none", function()
    for _, report in ipairs({
      "==12==ERROR: LeakSanitizer: detected memory leaks\n",
      KILLED .. "==12==LeakSanitizer has encountered a fatal error.\n",
      "something else\n",
    }) do
      assert.same({1, "asan: reports of 1 processes"},
                  {judged(KILLED, report)})
    end
  end)

  it("is none of a process that was killed while it looked for leaks",
     function()
    assert.same({0}, {judged(KILLED, "")})
  end)

  it("need not be there", function() assert.same({0}, {judged()}) end)
end)
