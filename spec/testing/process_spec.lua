-- The test kit: tests as files of their own, under busted and without it.

local kit = require "spec.support.kit"
local process = require "spec.support.process"
local script = require "spec.support.script"

local DICE = kit.DICE
local LUA = os.getenv("LUA") or "lua5.4"

-- As an author would write one.
local TEST = [[
  local testing = require "gop2p.testing"
  local expect = testing.expect
  local net <close> = testing.network { seed = 7 }
  net:bot(%q, { name = "dice" })
  local ann = net:user("ann")
  ann:say("!roll")
  expect(net:said_by("dice"), %q)
]]

local function run(argv)
  local errors = os.tmpname()
  local p <close> = assert(process.start(argv, {stderr = errors}))
  local lines = {}
  for line in function() return p:line(20) end do
    lines[#lines + 1] = line
  end
  local status = p:wait(20)
  local file <close> = assert(io.open(errors))
  os.remove(errors)
  return status, table.concat(lines, "\n"), file:read("a")
end

describe("outside of busted", function()
  it("a test is a script, which a failure ends", function()
    local dice <close> = script(DICE)
    local good <close> = script(TEST:format(dice.name, "rolled %d"))
    local bad <close> = script(TEST:format(dice.name, "rolled nothing"))
    local status, out, err = run {LUA, good.name}
    assert.same({0, "", ""}, {status, out, err})
    status, out, err = run {LUA, bad.name}
    assert.equal(1, status)
    assert.equal("", out)
    assert.truthy(err:find((': %s:7: expected that dice says '
      .. '"rolled nothing"'):format(bad.name), 1, true), err)
    assert.matches("ann: !roll", err)
  end)
end)

describe("another process", function()
  it("has the same run from the same seed", function()
    local dice <close> = script(DICE)
    local text = TEST:gsub("expect%(.*", [[
      net:loss(0.1)
      local bob = net:user("bob")
      for i = 1, 20 do
        local who = i > 9 and ann or bob
        who:say("roll")
        net:advance(i)
      end
      print(net:transcript())
    ]])
    local test <close> = script(text:format(dice.name, ""))
    local status, first = run {LUA, test.name}
    assert.equal(0, status)
    assert.matches("bob rolled %d", first)
    for _ = 1, 2 do
      assert.equal(first, (select(2, run {LUA, test.name})))
    end
  end)
end)

describe("under busted", function()
  it("a failure is one, and no error", function()
    local dice <close> = script(DICE)
    local bad <close> = script(('it("fails", function() %s end)')
                               :format(TEST:format(dice.name, "nothing")))
    local _, out = run {LUA, ".ci/busted.lua", "-o", "TAP", bad.name}
    assert.matches("not ok 1", out)
    assert.matches("# Failure message: .*expected that dice says", out)
  end)
end)
