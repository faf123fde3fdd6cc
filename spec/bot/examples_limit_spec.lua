-- What strangers can make the example bots keep and say is limited.

local examples = require "spec.support.examples"
local testing = require "gop2p.testing"

local expect, refute = testing.expect, testing.refute

local net

local function stage(...)
  local bot, ann, bob
  net, bot, ann, bob = examples.stage(...)
  return bot, ann, bob
end

-- How often somebody hears the letter.
local function letters(one, letter)
  net:advance(10)
  return select(2, tostring(one:hears()):gsub(letter, ""))
end

after_each(function()
  if net then net:close() end
  net = nil
end)

describe("echo", function()
  it("says long texts again in part", function()
    local _, ann = stage("echo")
    ann:dm("echo", ("z"):rep(30000))
    expect(ann:hears(), "^z+$")
    assert.equal(4096, letters(ann, "z"))
  end)
end)

describe("poll", function()
  local POLL = '!poll 30m "Where to?" pizza, good curry'

  it("has twenty choices at most", function()
    local _, ann = stage("poll")
    ann:say('!poll 30m "Where to?" ' .. ("pizza,"):rep(21))
    expect(ann:hears(), "^These are too many choices%.$")
    ann:say('!poll 30m "Where to?" ' .. ("pizza,"):rep(20))
    expect(ann:hears(), "^A poll")
  end)

  it("counts a thousand votes, which can be changed", function()
    local bot, ann, bob = stage("poll")
    ann:say(POLL)
    ann:say("!vote 1")
    expect(ann:hears(), "^ann has voted")
    bot:stop()
    local votes = {}
    for i = 1, 999 do
      votes[i] = (',"10.0.%d.%d:1":2'):format(i // 250, i % 250)
    end
    bot:write("poll.json", (bot:read("poll.json")
      :gsub('("votes":{[^}]+)', "%1" .. table.concat(votes))))
    bot:start()
    bob:say("!vote 1")
    expect(bob:hears(), "^Too many have voted already%.$")
    ann:say("!vote 2")
    expect(ann:hears(), "^ann has now voted for good curry%.$")
  end)
end)

describe("reminders", function()
  -- One that has these already: 'one(i)' is by whom each is.
  local function full(count, one)
    local bot, ann, bob = stage("reminders")
    local list = {}
    for i = 1, count do
      list[i] = ('"#%d":{"at":1735689600,"by":"%s","text":"x","to":false}')
        :format(i, one(i))
    end
    ann:say("!remind me in 20m tea")   -- makes the file
    expect(ann:hears(), "number 1")
    bot:stop()
    bot:write("reminders.json", ('{"last":%d,"reminders":{%s}}')
              :format(count, table.concat(list, ",")))
    bot:start()
    return ann, bob
  end

  it("have 500 bytes at most", function()
    local _, ann = stage("reminders")
    ann:say("!remind me in 20m " .. ("z"):rep(500))
    expect(ann:hears(), "^I will remind ann .*number 1")
    ann:say("!remind me in 20m " .. ("z"):rep(501))
    expect(ann:hears(), "^That is too long: 500 bytes at most%.$")
  end)

  it("are a hundred of each person", function()
    local ann, bob = full(99, function() return "ann" end)
    ann:say("!remind all in 20m tea")
    expect(ann:hears(), "number 100")
    ann:say("!remind me in 20m tea")
    expect(ann:hears(), "^These are too many%.$")
    bob:say("!remind me in 20m tea")
    expect(bob:hears(), "^I will remind bob .*number 101")
    ann:say("!forget 100")
    expect(ann:hears(), "^Forgotten: tea$")
    ann:say("!remind me in 20m tea")
    expect(ann:hears(), "number 102")
  end)

  it("are a thousand of all together", function()
    local ann, bob = full(999, function(i) return "eve" .. i end)
    ann:say("!remind me in 20m tea")
    expect(ann:hears(), "number 1000")
    bob:say("!remind me in 20m tea")
    expect(bob:hears(), "^These are too many%.$")
  end)
end)

describe("standup", function()
  it("posts of each answer what a person reads", function()
    local _, ann, bob = stage("standup", {
      args = { "5001", "localhost:5000" }, env = { OWNER = "ann" },
    })
    ann:dm("standup", "add ann")
    ann:dm("standup", "add bob")
    ann:dm("standup", "now")
    expect(bob:hears(), "^What are you working on")
    bob:dm("standup", ("z"):rep(30000))
    expect(bob:hears(), "^Thank you%.$")
    ann:dm("standup", "nothing")
    expect(ann:hears(), "^Standup of")
    assert.equal(1000, letters(ann, "z"))
  end)
end)

describe("bridge", function()
  local function pair()
    local bridge, ann, bob
    net, bridge, ann, bob = examples.bridge()
    return bridge, ann, bob
  end

  it("says long texts in part, and so many in a minute", function()
    local bridge, ann, bob = pair()
    ann:say(("z"):rep(100000))
    expect(bridge:prints(), "^<ann> z+ %[%.%.%.%]$")
    assert.equal(8192 + 6, #expect(bob:hears(), "^(<ann> z+ %[.*)$"))
    for i = 1, 3000 do ann:say("a" .. i) end
    net:advance(20)
    expect(bob:hears(), "^<ann> a2999$")
    refute(bob:hears(), "^<ann> a3000$")
    net:advance(60)
    ann:say("again")
    expect(bob:hears(), "^<ann> again$")
  end)

  it("makes no echo with another bridge, however long a text is", function()
    local _, ann, bob = pair()
    examples.another_bridge(net, "6001", "6002", "other")
    net:advance(2)   -- until all know it
    ann:say(("z"):rep(10000))
    expect(bob:hears(), "^<ann> z")
    net:advance(60)
    assert.equal(2, #bob:hears())   -- from each bridge
    assert.equal(0, #ann:hears())
  end)
end)
