-- What a bot listens for: from whom, how often, and what it is told by name.

local bots = require "spec.support.bots"
local kit = require "spec.support.kit"
local scriptfile = require "spec.support.script"
local testing = require "gop2p.testing"

local expect, refute = testing.expect, testing.refute
local HERE = debug.getinfo(1, "S").short_src

after_each(kit.close)

describe("what is said to a bot by its name", function()
  local scene

  local function started(pattern, options)
    scene = bots.scene {name = "karma"}
    scene.bot:hear(pattern, function(_, ...)
      return "heard " .. table.concat({...}, " ")
    end, options)
    scene:ping():start()
  end

  after_each(function() scene:close() end)

  it("is looked through without the name", function()
    started("^hello (%a+)")
    for _, text in ipairs {"hello you", "karma: hello you", "hello you all",
                           "@karma hello you", "Karma, HELLO you"} do
      assert.equal("heard you", scene:ask(text), text)
      assert.equal("heard you", scene:ask_directly(text), text)
    end
  end)

  it("is looked through with it as well", function()
    started("^karma: (.*)$")
    assert.equal("heard hello", scene:ask("karma: hello"))
    assert.equal("heard karma: hello", scene:ask("karma: karma: hello"))
    scene:say("hello")
    assert.is_true(scene:is_silent())
  end)

  it("keeps its name where it is found with it", function()
    started("^(.*)$")
    assert.equal("heard karma: hello", scene:ask("karma: hello"))
    assert.equal("heard !hello", scene:ask("!hello"))
  end)

  it("may be a text as it stands", function()
    started("karma: ++", {plain = true})
    assert.equal("heard karma: ++", scene:ask("karma: ++"))
    scene:say("++")
    assert.is_true(scene:is_silent())
  end)

  it("is a command first", function()
    started("ping")
    assert.equal("pong", scene:ask("karma: ping"))
    assert.equal("heard ping", scene:ask("ping"))
  end)
end)

describe("a cooldown", function()
  it("is that of one handler, whatever others listen for", function()
    local scene <close> = bots.scene {name = "karma"}
    for i = 1, 4 do
      scene.bot:hear("hi.", function() return "heard by " .. i end,
                     {cooldown = i < 4 and 1000 or 0, plain = i == 3})
    end
    scene:ping():start()
    scene:say("hi.")
    local heard = {}
    for i = 1, 4 do heard[i] = scene:hear() end
    table.sort(heard)
    assert.same({"heard by 1", "heard by 2", "heard by 3", "heard by 4"},
                heard)
    assert.equal("heard by 4", scene:ask("hi."))
    assert.is_true(scene:is_silent())
  end)
end)

describe("what is no command", function()
  it("is heard, and otherwise answered only where the bot is meant",
     function()
    local scene <close> = bots.scene {name = "karma"}
    scene:ping():start()
    for _, text in ipairs {"!nosuch", "nosuch", "what? !ping"} do
      scene:say(text)
      assert.is_true(scene:is_silent(), text)
    end
    assert.equal("I do not know nosuch. Try !help.",
                 scene:ask("karma: nosuch"))
    assert.equal("I do not know nosuch. Try help.",
                 scene:ask_directly("!nosuch"))
    scene.bot:hear("nosuch", function() return "heard" end)
    for _, text in ipairs {"!nosuch", "nosuch", "karma: nosuch"} do
      assert.equal("heard", scene:ask(text), text)
      assert.equal("heard", scene:ask_directly(text), text)
    end
  end)
end)

local BOT = [[
  local bot = require("gop2p.bot").new {
    name = "karma", join = "localhost:5000", store = false,
    owner = "ann", log = { level = "error" }, cooldown = 1000,
  }
  local function more(_, who) return who .. " has one more" end
  bot:hear("(%%S+)%%+%%+", more, { %s })
  bot:run()
]]

local function room(options)
  local net = kit.network()
  kit.start(net, BOT:format(options), { name = "karma" })
  return net, net:user("ann"), net:user("bob")
end

describe("a cooldown of what is listened for", function()
  it("is one for each user, and keeps silent", function()
    local net, ann, bob = room("cooldown = 10")
    ann:say("bob++")
    expect(ann:hears(), "^bob has one more$")
    ann:say("eve++")
    ann:dm("karma", "eve++")
    refute(ann:hears(), ".", 2)
    bob:say("ann++")
    expect(ann:hears(), "^ann has one more$")
    net:advance(8)
    ann:say("eve++")
    expect(ann:hears(), "^eve has one more$")
    refute(ann:hears(), ".", 1)
  end)

  it("is none where none is given, whatever commands have", function()
    local net, ann = room("")
    for _ = 1, 3 do
      ann:say("bob++")
      expect(ann:hears(), "^bob has one more$")
      net:advance(2)
    end
  end)

  it("is not that of a command or of another pattern", function()
    local net = kit.network()
    kit.start(net, BOT:format("cooldown = 10"):gsub("bot:run", [[
      bot:hear("%%-%%-", function() return "one less" end, { cooldown = 10 })
      %0]]), { name = "karma" })
    local ann = net:user("ann")
    ann:say("bob++")
    expect(ann:hears(), "one more")
    ann:say("bob--")
    expect(ann:hears(), "one less")
    ann:say("bob--")
    refute(ann:hears(), "one less")
  end)

  it("outlives new code, wherever that listens for the text", function()
    local script <close> = scriptfile [[
      local bot = require("gop2p.bot").new {
        name = "karma", join = "localhost:5000", store = false, watch = true,
      }
      -- what is new
      for i = 1, 2 do
        bot:hear("hi", function() return "hi " .. i end, { cooldown = 1000 })
      end
      bot:run()
    ]]
    local net = kit.network()
    local bot = net:bot(script.name, { name = "karma" })
    local ann = net:user("ann")
    ann:say("hi")
    for i = 1, 2 do expect(ann:hears(), "^hi " .. i) end
    bot:write(script.name, (bot:read(script.name):gsub("%-%- what is new",
      'bot:hear("h", function() return "an h" end)')))
    expect(bot:complains(), "reloaded")
    ann:say("hi")
    expect(ann:hears(), "^an h$")
    refute(ann:hears(), "^hi", 2)
  end)
end)

describe("a role for what is listened for", function()
  it("has it heard from those alone", function()
    local net, ann, bob = room('role = "owner"')
    bob:say("ann++")
    refute(bob:hears(), ".", 2)
    bob:dm("karma", "ann++")
    expect(bob:hears(), "^I do not know ann%+%+%. Try help%.$")
    ann:say("bob++")
    expect(ann:hears(), "^bob has one more$")
    net:advance(2)
    ann:set_name("anna")
    ann:say("bob++")
    refute(ann:hears(), "more", 2)
  end)

  it("lets everybody in where it is everybody's", function()
    local _, _, bob = room('role = "everybody"')
    bob:say("ann++")
    expect(bob:hears(), "more")
  end)
end)

it("the options of what is listened for are looked at", function()
  local bot <close> = bots.new()
  for why, options in pairs {
    ["no such option: hidden"] = {hidden = true},
    ["no such role: boss"] = {role = "boss"},
    ["number of seconds expected, got string"] = {cooldown = "soon"},
  } do
    local ok, err = pcall(function()
      bot:hear("x", print, options)
    end)
    local line = debug.getinfo(1, "l").currentline - 2
    assert.is_false(ok)
    assert.equal(("%s:%d: bad argument #3 to 'hear' (%s)"):format(HERE, line,
                                                                  why), err)
  end
end)
