-- The prompt of an interpreter that is not linked to readline: it loads one,
-- or has none.

local session = require "spec.support.session"

local build = os.getenv("BUILD") or "build"
local HOST = build .. "/spec/prompt"

-- The sanitizer is preloaded into the stock interpreter alone.
if build:find("asan") then return end

describe("the prompt of an interpreter", function()
  local s

  before_each(function() s = session.new() end)

  after_each(function() s:close() end)

  for _, library in ipairs({"libreadline.so.8", "libedit.so.2"}) do
    it("that loads " .. library .. " is live", function()
      local t = s:start({HOST, library})
      t:await("[>)]$")
      if t:text():find("no readline", 1, true) then
        return pending("needs " .. library)
      end
      local node = s:visitor((session.node(t)))
      t:await("joined\n>$")
      t:type("C-l", "'hlf'", "Left", "Left", "Left")
      t:await("^> 'hlf'$")
      session.say(node, "Hello")
      t:await("Hello\n> 'hlf'$")
      t:type("a", "Enter")
      t:await("\nhalf\n>$")
      t:type("C-d")
      assert.equal(0, t:over())
    end)
  end

  it("that has none gets one with the command", function()
    local t = s:start({HOST, "-", "lua/gop2p/bin/gop2p", "repl"})
    local port = t:await("'node' is localhost:(%d+).*\n>$")
    local node = s:visitor(math.tointeger(tonumber(port)))
    t:await("joined\n>$")
    t:type("C-l", "'first'", "Enter", "'half", "Up")
    t:await("\n> 'first'$")
    session.say(node, "Hello")
    t:await("Hello\n> 'first'$")
  end)
end)
