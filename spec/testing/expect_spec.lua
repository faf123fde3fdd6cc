-- The test kit: expectations, what they find and what they show.

local kit = require "spec.support.kit"
local testing = require "gop2p.testing"

local network, start, fails = kit.network, kit.start, kit.fails
local DICE = kit.DICE
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
    local who, number = expect(net:said_by("dice"), "(%w+) rolled (%d+)")
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

  it("sees in a list what has come since that was made", function()
    local heard = ann:hears()
    ann:say("roll")
    expect(heard, "rolled")
    assert.equal(0, #heard)
    heard = ann:hears()
    ann:say("roll")
    expect(heard, "rolled")
    refute(heard, "rolled")
    assert.equal(1, #heard)
    for i, text in ipairs(heard) do
      assert.equal(1, i)
      assert.matches("rolled", text)
    end
    assert.equal(2, #ann:hears())
  end)

  it("that fails shows the conversation, at the caller's line", function()
    ann:say("roll")
    local text = fails('expected that dice says "nope" within 5 s',
                       function() expect(net:said_by("dice"), "nope") end)
    local line = debug.getinfo(1, "l").currentline - 1
    assert.equal(1, text:find(("%s:%d: "):format(HERE, line), 1, true))
    assert.matches("2024%-01%-01 00:00:00%.%d%d%d  ann: roll\n", text)
    assert.matches("dice: ann rolled %d", text)
    ann:say("roll (now)")
    text = fails("same text is there", expect, net:said_by(ann), "roll (now)")
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
    fails("#1 to 'expect' %(texts from said_by", expect, {"x"}, "x")
    fails("#2 to 'expect' %(pattern or function", expect, ann:hears())
    fails("#3 to 'refute'", refute, ann:hears(), "x", -1)
    fails("malformed pattern", expect, ann:hears(), "[")
  end)
end)
