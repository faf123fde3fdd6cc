-- Whoever plays with a bot is taken for no other bot, whoever began it and
-- however quick the players are.

local kit = require "spec.support.kit"
local testing = require "gop2p.testing"

local expect = testing.expect

after_each(kit.close)

local BOT = [[
  local gop2p = require "gop2p"
  local bot = require("gop2p.bot").new {
    name = "quiz", join = "localhost:5000", store = false,
    log = { level = "error" }, burst = 1000, rate = 1000,
  }
  local function play()
    while true do
      bot:say("What is it?")
      local ctx = bot:wait_for("message", 20, function(ctx)
        return ctx.text:find("right") ~= nil
      end)
      if ctx then bot:say(tostring(ctx.from) .. " knows")
      else bot:say("Nobody knew.") end
    end
  end
  %s
  bot:run()
]]

local GUESS = [[
  bot:command("guess", function(ctx)
    local count = 0
    repeat
      count = count + 1
      local text = ctx:ask("Higher than " .. count)
    until text == "enough"
    return "That makes " .. count
  end)
]]

local ONE_BY_ONE = [[
  bot:hear("next", function(ctx)
    local other = bot:wait_for("message", 20)
    ctx:reply("after " .. other.text)
  end)
]]

local function room(text)
  local net = kit.network { keep = 100000 }
  local bot = kit.start(net, BOT:format(text), { name = "quiz" })
  return net, bot, net:user("ann"), net:user("bob")
end

local function count(list, wanted)
  local n = 0
  for _, text in ipairs(list) do n = n + (text:find(wanted) and 1 or 0) end
  return n
end

describe("a game", function()
  for name, begin in pairs {
    ["that a command plays"] = 'bot:command("go", play)',
    ["that a task plays"] = 'bot:command("go", function() '
                            .. 'gop2p.spawn(play) end)',
  } do
    for _, pause in ipairs { 0.2, 4 } do
      it(("%s ignores no player who takes %g s"):format(name, pause),
         function()
        local net, bot, ann, bob = room(begin)
        ann:say("!go")
        for _ = 1, 150 do
          ann:say("right")
          net:advance(pause)
        end
        bob:say("I am right")
        net:advance(1)
        assert.equal(150, count(net:said_by("quiz"), "^ann knows"))
        assert.equal(1, count(net:said_by("quiz"), "^bob knows"))
        assert.same({}, bot:complains())
      end)
    end
  end

  it("counts no wrong answers, nor what others say meanwhile", function()
    local net, bot, ann, bob = room('bot:command("go", play)')
    ann:say("!go")
    for _ = 1, 150 do
      bob:say("wrong")
      ann:say("right")
      net:advance(1)
    end
    bob:say("right")
    net:advance(1)
    assert.equal(1, count(net:said_by("quiz"), "^bob knows"))
    assert.same({}, bot:complains())
  end)

  for _, direct in ipairs { true, false } do
    it("of questions to one goes on as long as that one answers, " ..
       (direct and "directly" or "in the room"), function()
      local net, bot, ann = room(GUESS)
      local function say(text)
        if direct then ann:dm("quiz", text) else ann:say(text) end
      end
      say(direct and "guess" or "!guess")
      for _ = 1, 150 do
        say("maybe")
        net:advance(0.3)
      end
      say("enough")
      expect(ann:hears(), "That makes 151")
      assert.same({}, bot:complains())
    end)
  end

  it("of handlers that wait for one message each is none with bots",
     function()
    local net, bot, ann = room(ONE_BY_ONE)
    for _ = 1, 150 do
      ann:say("next")
      net:advance(0.1)
    end
    expect(ann:hears(), "after next")
    assert.same({}, bot:complains())
  end)
end)

describe("outside of a game", function()
  it("who writes at once after each reply is still ignored", function()
    local net, bot, ann = room([[
      bot:hear("hello", function() return "hello" end)
      bot:command("name", function(ctx)
        return "Hello, " .. tostring(ctx:ask("Your name?"))
      end)
    ]])
    ann:say("!name")
    ann:say("ann")
    expect(ann:hears(), "Hello, ann")
    for _ = 1, 25 do
      ann:say("hello")
      net:advance(0.5)
    end
    expect(bot:errors(), "we have answered each other too often")
  end)
end)

describe("two bots that wait for each other's messages", function()
  it("come to rest", function()
    local net = kit.network { keep = 100000 }
    local script = [[
      local gop2p = require "gop2p"
      local bot = require("gop2p.bot").new {
        name = "parrot", join = "localhost:5000", store = false,
        log = { level = "error" }, burst = 1000, rate = 1000,
      }
      gop2p.spawn(function()
        while true do
          local ctx = bot:wait_for("message")
          if ctx then bot:say("You said: " .. ctx.text:sub(-20)) end
        end
      end)
      bot:run()
    ]]
    local one = kit.start(net, script, { name = "one", may_fail = true })
    local two = kit.start(net, script, { name = "two", may_fail = true })
    net:user("ann"):say("Hello")
    net:advance(30)
    local before = #net:said_by("one") + #net:said_by("two")
    assert.is_true(before > 50)
    net:advance(10)
    assert.equal(before, #net:said_by("one") + #net:said_by("two"))
    assert.is_true(#one:errors() + #two:errors() > 0)
  end)
end)
