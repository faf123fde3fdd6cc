-- The example bots, unmodified, in simulated networks.

local examples = require "spec.support.examples"
local page = require "spec.support.page"
local testing = require "gop2p.testing"

local expect, refute = testing.expect, testing.refute

local net

local function comeback(one)
  one:come_back()
  assert(one.node:set_name(one.name))
end

local function stage(...)
  local bot, ann, bob
  net, bot, ann, bob = examples.stage(...)
  return bot, ann, bob
end

after_each(function()
  if net then net:close() end
  net = nil
end)

describe("the example bots", function()
  it("are those of the page, each below 100 lines", function()
    local bots = page.read("lua/gop2p/bot/README.md")
    local count = 0
    for _, cells in ipairs(bots:rows("example")) do
      local name, target = cells[1]:match("^%[(%w+)%.lua%]%((.-)%)$")
      assert.equal(examples.FOLDER .. name .. ".lua", bots:path_of(target))
      local lines = 0
      for _ in io.lines(bots:path_of(target)) do lines = lines + 1 end
      assert.is_true(lines < 100, name)
      count = count + 1
    end
    assert.equal(6, count)
  end)
end)

describe("echo", function()
  it("says again what it is told, and whether others are there", function()
    local _, ann, bob = stage("echo")
    ann:say("!ping")
    expect(bob:hears(), "^pong$")
    ann:say("!echo  as it  is")
    expect(bob:hears(), "^as it  is$")
    ann:dm("echo", "Is this on?")
    expect(ann:hears(), "^Is this on%?$")
    refute(bob:hears(), "^Is this on%?$")
    ann:say("!who")
    expect(ann:hears(), "^4: ann, bob, echo, %S+$")
    net:advance(10)
    ann:say("!ping bob")
    expect(ann:hears(), "^bob is alive, and responds within %d+ ms$")
    ann:say("!ping eve:5000")
    expect(ann:hears(), "^eve:5000 is not a member%.$")
    bob:kill()
    net:advance(30)
    ann:say("!ping bob")
    expect(ann:hears(), "^member: a member's name or a peer, such as "
           .. "localhost:5000, expected, not \"bob\"\nusage: ")
    ann:say("!ping bob:5000")
    expect(ann:hears(), "^bob is failed$")
    ann:say("!ping echo")
    expect(ann:hears(), "^pong$")
    net:advance(3 * 86400 + 7200)
    ann:say("!uptime")
    expect(ann:hears(), "^up since 2024%-01%-01 00:00, that is 3d 02:00$")
  end)
end)

describe("dice", function()
  it("rolls, flips and picks", function()
    local _, ann, bob = stage("dice")
    for _ = 1, 20 do
      net:advance(2)   -- as a person would, for the loop guard
      ann:say("!roll")
      local number = expect(bob:hears(), "^ann rolled (%d+)$")
      assert.truthy(number:find("^[1-6]$"), number)
    end
    ann:say("!r 1 3")
    expect(ann:hears(), "^ann rolled 1 %+ 1 %+ 1: 3$")
    for _, wrong in ipairs { "0", "-1", "6 0", "6 51" } do
      ann:dm("dice", "roll " .. wrong)
      expect(ann:hears(), "^I roll 1 to 50 dice")
    end
    ann:say("!roll a lot")
    expect(ann:hears(), "usage: !roll %[sides:integer=6%]")
    ann:say("!flip")
    expect(ann:hears(), function(text)
      return text == "heads" or text == "tails"
    end)
    local picked = {}
    for _ = 1, 20 do
      net:advance(2)
      ann:say("!pick  pizza ,, good curry")
      picked[expect(ann:hears(), "^%a+ ?%a*$")] = true
    end
    assert.same({ pizza = true, ["good curry"] = true }, picked)
    ann:say("!pick pizza")
    expect(ann:hears(), "^Name at least two choices")
    ann:say("Good morning, all!")
    expect(bob:hears(), "^Good morning, ann!$")
  end)
end)

describe("poll", function()
  local POLL = '!poll 30m "Where to?" pizza, good curry'

  it("counts a vote of each member", function()
    local _, ann, bob = stage("poll")
    ann:say("!vote 1")
    expect(ann:hears(), "^There is no poll%.$")
    ann:say('!poll 30m "Where to?" pizza')
    expect(ann:hears(), "^Name at least two choices")
    ann:say('!poll 2023-12-24T18:00 "Where to?" pizza, good curry')
    expect(ann:hears(), "^That time is past%.$")
    ann:say(POLL)
    expect(bob:hears(), "^A poll, until 2024%-01%-01 00:30: Where to%?\n"
                        .. "1%. pizza: 0\n2%. good curry: 0$")
    bob:say(POLL)
    expect(bob:hears(), "^There is a poll already: Where to")
    ann:say("!vote 1")
    expect(bob:hears(), "^ann has voted for pizza%.$")
    bob:dm("poll", "vote 1")
    expect(bob:hears(), "^bob has voted for pizza%.$")
    refute(ann:hears(), "bob has voted")
    bob:say("!vote 2")
    expect(ann:hears(), "^bob has now voted for good curry%.$")
    bob:say("!vote 3")
    expect(bob:hears(), "^There is no such choice%.")
    bob:say("!close")
    expect(bob:hears(), "^Only ann may close it%.$")
    ann:say("!votes")
    expect(bob:hears(), "^Where to%?\n1%. pizza: 1\n2%. good curry: 1$")
    refute(ann:hears(), "over", 1780)
    expect(ann:hears(), "^The poll is over%. Where to%?\n1%. pizza: 1\n", 90)
    bob:say("!vote 2")
    expect(bob:hears(), "^There is no poll%.$")
    bob:say("!votes")
    expect(bob:hears(), "^Where to%?")
  end)

  it("counts one vote of a member, whatever that is called", function()
    local _, ann, bob = stage("poll")
    ann:say(POLL)
    for _, name in ipairs {"bob", "bea", "ben"} do
      bob:set_name(name)
      bob:say("!vote 2")
      expect(bob:hears(), "^" .. name .. " has ")
    end
    ann:set_name("anna")
    ann:say("!close")
    expect(bob:hears(), "^The poll is over%. .*good curry: 1$")
  end)

  it("goes on after a restart, and ends once", function()
    local bot, ann, bob = stage("poll")
    ann:say(POLL)
    bob:say("!vote 2")
    expect(bob:hears(), "has voted")
    bot:restart()
    bob:say("!votes")
    expect(bob:hears(), "2%. good curry: 1")
    ann:say("!close")
    expect(bob:hears(), "^The poll is over%. .*good curry: 1$")
    refute(bob:hears(), "over", 3600)
  end)

  it("says the result also when it was down at that time", function()
    local bot, ann, bob = stage("poll")
    ann:say(POLL)
    bot:stop()
    net:advance(7200)
    bot:start()
    expect(bob:hears(), "^The poll is over%.")
    refute(bob:hears(), "over", 3600)
  end)
end)

describe("reminders", function()
  it("come at the time, to whom they are for, once", function()
    local _, ann, bob = stage("reminders")
    ann:say("!remind me in 20m the  tea is ready")
    expect(bob:hears(), "^I will remind ann at 2024%-01%-01 00:20:0%d "
                        .. "%(number 1%)%.$")
    bob:dm("reminders", "remind all at 18:00 the office closes")
    expect(bob:hears(), "^I will remind all at 2024%-01%-01 18:00:00 "
                        .. "%(number 2%)%.$")
    refute(ann:hears(), "Reminder", 1198)
    expect(ann:hears(), "^Reminder: the  tea is ready$", 4)
    refute(bob:hears(), "tea is ready$", 60)
    net:advance("17:59")
    refute(bob:hears(), "office closes$", 59)
    expect(bob:hears(), "^Reminder: the office closes$", 2)
    expect(ann:hears(), "^Reminder: the office closes$")
    refute(ann:hears(), "Reminder", 2 * 86400)
  end)

  it("can be listed and forgotten", function()
    local _, ann, bob = stage("reminders")
    ann:say('!remind me at "2024-12-24 18:00" presents')
    ann:say("!remind me in 1h30m tea")
    bob:say("!reminders")
    expect(bob:hears(), "^You have no reminders%.$")
    ann:say("!reminders")
    expect(ann:hears(), "^2024%-01%-01 01:30:0%d tea %(number 2%)\n"
                        .. "2024%-12%-24 18:00:00 presents %(number 1%)$")
    bob:say("!forget 2")
    expect(bob:hears(), "^You have no reminder with that number%.$")
    ann:say("!forget 2")
    expect(bob:hears(), "^Forgotten: tea$")
    refute(ann:hears(), "Reminder", 86400)
  end)

  it("are refused when they make no sense", function()
    local _, ann = stage("reminders")
    ann:say("!remind us in 20m tea")
    expect(ann:hears(), "^Remind whom: me or all%?$")
    ann:say("!remind me at 2023-12-24T18:00 presents")
    expect(ann:hears(), "^That time is past%.$")
    ann:say("!remind me in 20 minutes tea")
    expect(ann:hears(), "^when: a time, such as 20m.*\nusage: !remind ")
  end)

  it("survive restarts and kills, and come once, if late", function()
    local bot, ann, bob = stage("reminders")
    ann:say("!remind me in 20m tea")
    ann:say("!remind me in 2h supper")
    ann:say("!remind all in 1h lunch")
    expect(ann:hears(), "number 3")
    bot:kill()   -- at once: what was promised is written down
    net:advance(600)
    bot:start()
    expect(ann:hears(), "^Reminder: tea$", 601)
    bot:restart()
    bot:stop()
    net:advance(10000)
    refute(ann:hears(), "Reminder")
    bot:start()
    local first = expect(ann:hears(), "^Reminder: (%a+)$")
    local second = expect(ann:hears(), "^Reminder: (%a+)$")
    assert.same({ lunch = 1, supper = 1 }, { [first] = 1, [second] = 1 })
    expect(bob:hears(), "^Reminder: lunch$")
    for _ = 1, 3 do bot:restart() end
    refute(ann:hears(), "Reminder", 86400)
    assert.matches('"reminders": ?{}', bot:read("reminders.json"))
  end)

  it("are told again when they have not arrived", function()
    local _, ann = stage("reminders")
    ann:dm("reminders", "remind me in 100s tea")
    local at = os.time { year = 2024, month = 1, day = 1, hour = 0,
                         min = 1, sec = 41 }
    net:advance(at - net:now() - 0.1)
    net:partition { "ann" }
    net:advance(5.2)       -- too short for anybody to be missed
    net:heal()
    refute(ann:hears(), "Reminder", 500)
    expect(ann:hears(), "^Reminder: tea$", 120)
    refute(ann:hears(), "Reminder", 86400)
  end)

  it("wait for whom they are for", function()
    local bot, ann, bob = stage("reminders")
    ann:say("!remind me in 20m tea")
    bob:say("!remind me in 20m cake")
    net:advance(60)
    ann:leave()
    net:partition { "bob" }
    net:advance(7200)
    comeback(ann)
    expect(ann:hears(), "^Reminder: tea$")
    bot:restart()
    net:heal()
    expect(bob:hears(), "^Reminder: cake$", 120)
    refute(bob:hears(), "Reminder", 600)
    refute(ann:hears(), "Reminder")
  end)
end)

describe("standup", function()
  local QUESTION = "^What are you working on"
  local options = { args = { "5001", "localhost:5000" },
                    env = { OWNER = "ann" } }

  local function team()
    local bot, ann, bob = stage("standup", options)
    ann:dm("standup", "add ann")
    ann:dm("standup", "add bob")
    expect(ann:hears(), "^The team %(asked at 0 9 %* %* mon%-fri%): "
                        .. "ann, bob$")
    return bot, ann, bob
  end

  it("asks the team, and posts what was answered", function()
    local bot, ann, bob = team()
    local eve = examples.user(net, "eve")
    net:advance("09:00")
    expect(ann:hears(), QUESTION)
    expect(bob:hears(), QUESTION)
    refute(eve:hears(), QUESTION)
    ann:dm("standup", "I mend the parser.")
    expect(ann:hears(), "^Thank you%.$")
    eve:say("!team")
    expect(eve:hears(), "ann, bob$")
    bot:restart()
    expect(bob:hears(), QUESTION)
    refute(ann:hears(), QUESTION)
    bob:dm("standup", "help")   -- whatever it is, it is the answer
    expect(eve:hears(), "^Standup of Monday, 2024%-01%-01:\n"
           .. "ann: I mend the parser%.\nbob: help$")
    refute(bob:hears(), QUESTION, 20 * 3600)
    net:advance("09:00")
    expect(bob:hears(), QUESTION)
    expect(eve:hears(), "bob: %(no answer%)$", 3605)
  end)

  it("lets the owner say who is asked, and when", function()
    local _, ann, bob = team()
    for _, command in ipairs { "add bob", "remove bob", "now",
                               "schedule 10:00" } do
      bob:dm("standup", command)
      expect(bob:hears(), "^Sorry, you may not use %a+%.$")
    end
    bob:dm("standup", "help")
    local help = expect(bob:hears(), ".*team %- says who.*")
    assert.falsy(help:find("add", 1, true), help)
    ann:dm("standup", "remove ann")
    ann:dm("standup", "schedule 30 17 * * fri")
    expect(ann:hears(), "^The team %(asked at 30 17 %* %* fri%): bob$")
    ann:dm("standup", "schedule noonish")
    expect(ann:hears(), "^when: a schedule, such as")
    refute(bob:hears(), QUESTION, 4 * 86400)
    net:advance("17:29")
    refute(bob:hears(), QUESTION, 30)
    expect(bob:hears(), QUESTION, 90)
    ann:dm("standup", "now")
    expect(ann:hears(), "^I am asking already%.$")
  end)

  it("asks who comes late", function()
    local _, ann, bob = team()
    bob:leave()
    ann:dm("standup", "now")
    net:advance(600)
    comeback(bob)
    expect(bob:hears(), QUESTION)
    bob:dm("standup", "I was late.")
    ann:dm("standup", "I was not.")
    expect(ann:hears(), "ann: I was not%.\nbob: I was late%.$")
    ann:dm("standup", "remove ann")
    ann:dm("standup", "remove bob")
    ann:dm("standup", "now")
    expect(ann:hears(), "^Nobody is in the team%.$")
  end)
end)

describe("bridge", function()
  local function pair()
    local bridge, ann, bob
    net, bridge, ann, bob = examples.bridge()
    return bridge, ann, bob
  end

  it("says in one network what is said in the other, and by whom", function()
    local bridge, ann, bob = pair()
    ann:say("Hello")
    expect(bob:hears(), "^<ann> Hello$")
    bob:say("!roll\nand more")
    expect(ann:hears(), "^<bob> !roll\nand more$")
    expect(bridge:prints(), "^<ann> Hello$")
    expect(bridge:prints(), "^<bob> !roll and more$")
    ann:dm("localhost:5001", "psst")
    refute(bob:hears(), "psst")
    ann:say("bridge1: who")
    expect(ann:hears(), "^Elsewhere: bob, two:5000$")
    for i = 1, 300 do   -- faster than any bot may answer
      ann:say("a" .. i)
      bob:say("b" .. i)
    end
    expect(bob:hears(), "^<ann> a300$", 30)
    expect(ann:hears(), "^<bob> b300$", 30)
  end)

  it("says what a program says", function()
    local bridge, ann, bob = pair()
    bridge:type("The backup is done.")
    expect(ann:hears(), "^The backup is done%.$")
    expect(bob:hears(), "^The backup is done%.$")
    bridge:end_input()
    ann:say("Thanks")
    expect(bob:hears(), "Thanks")
    bridge:stop()
    assert.equal(1, #ann:members())
    assert.equal(1, #bob:members())
  end)

  it("makes no echo with another bridge", function()
    local _, ann, bob = pair()
    examples.another_bridge(net, "6001", "6002", "other")
    for i = 1, 3 do
      ann:say("Hello")
      expect(bob:hears(), "^<ann> Hello$")
      net:advance(5)
      assert.is_true(#ann:hears() <= 2 * i, tostring(ann:hears()))
    end
    local heard = #bob:hears()
    net:advance(600)
    assert.equal(heard, #bob:hears())
  end)
end)
