-- The test kit: expectations, and tests under busted and without it.

local kit = require "spec.support.kit"
local process = require "spec.support.process"
local script = require "spec.support.script"
local testing = require "gop2p.testing"

local network, start, fails = kit.network, kit.start, kit.fails
local DICE = kit.DICE
local LUA = os.getenv("LUA") or "lua5.4"
local HERE = debug.getinfo(1, "S").short_src
local expect, refute = testing.expect, testing.refute

after_each(kit.close)

describe("an expectation", function()
  local net, ann
  before_each(function()
    net = network()
    start(net, DICE, {name = "dice"})
    ann = net:user("ann")
  end)

  it("gives what it found, and goes on behind it", function()
    ann:say("roll")
    local who, number = expect(net:said_by("dice"), "(%w+):5000 rolled (%d+)")
    assert.equal("ann", who)
    assert.matches("^%d+$", number)
    refute(net:said_by("dice"), "rolled")
    ann:say("roll")
    ann:say("roll")
    expect(net:said_by("dice"), "rolled")
    assert.equal(7, expect(net:said_by("dice"), function(text)
      return text:find("rolled") and 7
    end))
    refute(net:said_by("dice"), "rolled")
    assert.equal(3, #net:said_by("dice"))
  end)

  it("that fails shows the conversation, at the caller's line", function()
    ann:say("roll")
    local text = fails('expected that dice says "nope" within 5 s',
                       function() expect(net:said_by("dice"), "nope") end)
    local line = debug.getinfo(1, "l").currentline - 1
    assert.equal(1, text:find(("%s:%d: "):format(HERE, line), 1, true))
    assert.matches("2024%-01%-01 00:00:00%.%d%d%d  ann: roll\n", text)
    assert.matches("dice: ann:5000 rolled %d", text)
    ann:say("roll (now)")
    text = fails("letter by letter", expect, net:said_by(ann), "roll (now)")
    assert.matches("ann: roll", text)
    text = fails("expected that dice never says", refute,
                 net:said_by("dice"), "rolled")
    assert.matches("ann: roll", text)
  end)

  it("shows text that commands no terminal", function()
    ann:say("one\ntwo\27[2J")
    assert.matches("  ann: one\n                         two%?%[2J",
                   net:transcript())
  end)

  it("refuses what is no expectation", function()
    fails("#1 to 'expect' %(what somebody says", expect, {"x"}, "x")
    fails("#2 to 'expect' %(pattern or function", expect, ann:hears())
    fails("#3 to 'refute'", refute, ann:hears(), "x", -1)
    fails("malformed pattern", expect, ann:hears(), "[")
  end)
end)

describe("misuse of the kit", function()
  it("is raised at the caller's line", function()
    local function at(pattern, f)
      local text = fails(pattern, f)
      assert.equal(1, text:find(HERE, 1, true), text)
    end
    at("unknown option 'sed'", function() testing.network {sed = 1} end)
    at("'seed'", function() testing.network {seed = "x"} end)
    for _, time in ipairs {"soon", "09:00", "2024-13-01 09:00",
                            "2024-02-30", "2024-01-01 24:00"} do
      at("'start'", function() testing.network {start = time} end)
    end
    at("'entry'", function() testing.network {entry = "?"} end)
    at("'loss'", function() testing.network {loss = 2} end)
    at("'latency'", function() testing.network {latency = -1} end)
    at("'keep'", function() testing.network {keep = 0} end)
    local net = network()
    local ann = net:user("ann")
    at("'ann' is there already", function() net:user("ann") end)
    at("name of letters", function() net:user("a b") end)
    at("unknown option 'nam'", function() net:bot("x.lua", {nam = "x"}) end)
    at("'args': table", function() net:bot("x.lua", {args = "x"}) end)
    at("table of options", function() net:bot("x.lua", "x") end)
    at("unknown option 'name'", function() net:user("x", {name = "x"}) end)
    at("the port is taken", function()
      net:user("bob", {address = "ann:5000"})
    end)
    at("could not join", function() net:user("bob", {join = "x:1"}) end)
    net:user("bob")
    at("nobody is called 'eve' here; there are: ann, bob",
       function() net:said_by("eve") end)
    at("nobody is called 'eve'", function() ann:dm("eve", "x") end)
    at("nobody is called 'eve'", function() net:partition {"eve"} end)
    at("string expected", function() ann:say() end)
    at("a time such as 18:00", function() net:advance("soon") end)
    at("hour: 25 is out of range", function() net:advance("25:00") end)
    at("minute: 60 is out of range", function() net:advance("9:60") end)
    at("it is past", function() net:advance("2023-12-31 23:59") end)
    at("seconds or a time", function() net:advance(-1) end)
    at("share from 0 to 1", function() net:loss(50) end)
    at("with a colon", function() net.advance(1) end)
  end)
end)

-- Files and processes of their own, as an author would write them.
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
    assert.matches("bob:5000 rolled %d", first)
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
