-- Several bots in one room: what one says of itself, its help, its usage, its
-- errors, no other answers, whatever its prefix is.

local bot = require "gop2p.bot"
local gop2p = require "gop2p"
local kit = require "spec.support.kit"
local net = require "spec.support.net"
local testing = require "gop2p.testing"

local expect, refute = testing.expect, testing.refute

after_each(kit.close)

local BOT = [[
  local name, prefix = arg[1], arg[2]
  local bot = require("gop2p.bot").new {
    name = name, join = "localhost:5000", prefix = prefix,
    owner = arg[3], log = { level = "debug" },
  }
  bot:command("roll <sides:integer>", "rolls a die", function(_, args)
    return "rolled " .. args.sides
  end, { cooldown = 1 })
  bot:command(name .. "-only|own", "is its own", function()
    return "mine, " .. name
  end)
  bot:command("fail", "fails", function() error("on purpose") end)
  bot:command("hush", "may be used by nobody", print, { role = "owner" })
  bot:command("talk", "says a notice", function(ctx)
    ctx:notice("!roll")
    bot:notice("!roll 6")
    bot:notice("roll 6", "localhost:7001")
  end)
  for _, word in ipairs { "usage", "commands", "sorry", "wait" } do
    bot:hear(word, function() bot:say("heard " .. word) end)
  end
  bot:on("message", function(ctx)
    if ctx.is_notice then print("notice", ctx.from, ctx.text) end
  end)
  bot:run()
]]

local function room(prefixes, owner)
  local network = kit.network { seed = 3 }
  local bots = {}
  for i, name in ipairs { "one", "two", "three" } do
    if prefixes[i] then
      bots[i] = kit.start(network, BOT, { name = name,
        args = { name, prefixes[i], i == 1 and owner or nil },
      })
      network:advance(2)
    end
  end
  return network, network:user("ann"), bots
end

local function counts(network)
  local said = {}
  for i, name in ipairs { "one", "two", "three" } do
    local ok, texts = pcall(network.said_by, network, name)
    said[i] = ok and #texts or nil
  end
  return said
end

-- What each bot says to a line, and to what follows from it.
local function answers(network, ann, line)
  network:advance(3)
  local before = counts(network)
  ann:say(line)
  network:advance(10)
  local after = counts(network)
  for i, count in ipairs(before) do after[i] = after[i] - count end
  return after
end

for name, prefixes in pairs { ["two bots"] = { "!", "!" },
                              ["three bots"] = { "!", "!", "!" },
                              ["bots of several prefixes"] =
                                { "!", "*", "Commands" } } do
  describe(name, function()
    it("do not answer each other's help, usage and errors", function()
      local network, ann, bots = room(prefixes)
      local all = {}
      for i, prefix in ipairs(prefixes) do
        all[i] = prefix == "!" and 1 or 0
      end
      for _, line in ipairs { "!help", "!help roll", "!roll", "!roll x",
                              "!fail" } do
        assert.same(all, answers(network, ann, line), line)
      end
      assert.same(all, answers(network, ann, "!roll 6"))
      ann:say("!roll 6")
      assert.same(all, answers(network, ann, "!roll 6"))   -- "Please wait"
      for i = 1, #bots do
        if all[i] > 0 then expect(bots[i]:errors(), "on purpose") end
        for _, text in ipairs(network:said_by(bots[i])) do
          assert.falsy(text:find("^%s*[!*]%S"), text)
        end
      end
    end)
  end)
end

describe("a bot in a room with others", function()
  local network, ann

  before_each(function() network, ann = room({ "!", "!", "!" }, "ann") end)

  it("says nothing of what it does not know", function()
    assert.same({ 0, 0, 0 }, answers(network, ann, "!help lunch"))
    assert.same({ 0, 0, 0 }, answers(network, ann, "!lunch"))
    assert.same({ 0, 0, 0 }, answers(network, ann, "!disable lunch"))
    assert.same({ 0, 0, 0 }, answers(network, ann, "!enable !lunch"))
    assert.same({ 0, 0, 0 }, answers(network, ann, "!help lunch please"))
    assert.same({ 0, 1, 0 }, answers(network, ann, "!help two-only"))
    assert.same({ 1, 0, 0 }, answers(network, ann, "!disable one-only"))
    expect(network:said_by("one"), "^one%-only is switched off%.$")
    assert.same({ 1, 0, 0 }, answers(network, ann, "!help hush"))
  end)

  it("says so when it was asked itself", function()
    assert.same({ 0, 1, 0 }, answers(network, ann, "two: help lunch"))
    expect(network:said_by("two"), "^I do not know lunch%.$")
    assert.same({ 0, 0, 1 }, answers(network, ann, "@three lunch"))
    expect(network:said_by("three"), "^I do not know lunch%. Try !help%.$")
    ann:dm("one", "!enable !lunch")
    expect(network:said_by("one"), "^I do not know !lunch%.$")
    ann:dm("one", "help lunch")
    expect(network:said_by("one"), "^I do not know lunch%.$")
  end)

  it("takes a command's name with the prefix, too", function()
    assert.same({ 0, 1, 0 }, answers(network, ann, "!help !two-only"))
    expect(network:said_by("two"), "^Usage: !two%-only %- is its own\n")
    assert.same({ 1, 1, 1 }, answers(network, ann, "!help !own"))
    assert.same({ 1, 0, 0 }, answers(network, ann, "!disable !one-only"))
    expect(network:said_by("one"), "^one%-only is switched off%.$")
    assert.same({ 1, 0, 0 }, answers(network, ann, "!enable !one-only"))
    expect(network:said_by("one"), "^one%-only is switched on%.$")
    ann:dm("two", "help !roll")
    expect(ann:hears(), "^Usage: roll <sides:integer> %- rolls a die$")
  end)
end)

describe("an author's notice", function()
  it("is no command, heard by nobody, and seen by on(\"message\")",
     function()
    local network, ann, bots = room { "!", "!" }
    ann:say("one: talk")
    expect(bots[2]:prints(), "^notice\tone\t!roll$")
    expect(bots[2]:prints(), "^notice\tone\t!roll 6$")
    expect(bots[2]:complains(), "debug two: heard .*notice=true")
    expect(ann:hears(), "^!roll$")
    expect(ann:hears(), "^!roll 6$")
    refute(ann:hears(), "rolled", 10)
    refute(ann:hears(), "heard")
    expect(network:said_by("one"), "^roll 6$")
  end)

  it("is no answer to a question", function()
    local network = kit.network {}
    local text = [[
      local bot = require("gop2p.bot").new { name = arg[1],
                                             join = "localhost:5000" }
      bot:command("ask", "asks", function(ctx)
        print("answer", (ctx:ask("Yes?", 30)))
      end)
      bot:on("start", function()
        if arg[1] == "one" then return end
        bot:wait_for("joined")
        bot:broadcast("!ask")
        bot:wait_for("message")
        bot:notice("nothing for you")
        bot:say("yes")
      end)
      bot:run()
    ]]
    local one = kit.start(network, text, { name = "one", args = { "one" } })
    kit.start(network, text, { name = "two", args = { "two" } })
    network:user("ann")
    expect(one:prints(), "^answer\tyes$", 40)
  end)
end)

describe("bots on nodes", function()
  local bots, user

  local function open(name, prefix)
    local one = bot.new { name = name, prefix = prefix, store = false,
                          log = { level = "off" } }
    one:command("roll <sides:integer>", "rolls", function() return "4" end)
    assert(one:start())
    bots[#bots + 1] = one
    return one
  end

  before_each(function()
    bots = {}
    user = assert(gop2p.start_local_node(0, { name = "ann" }))
  end)

  after_each(function()
    for _, one in ipairs(bots) do one:stop() end
    user:close()
  end)

  -- All that the user hears until the last bot has answered.
  local function hears(say)
    local list = {}
    say()
    assert(user:send(bots[#bots].node:self(), "roll 6"):wait())
    repeat
      local message = assert(user:receive(5))
      list[#list + 1] = message
    until message.data == "4"
    return list
  end

  for prefix, others in pairs { ["!"] = "!", ["?"] = "!", ["*"] = "*" } do
    it("with " .. prefix .. " and " .. others .. " are as quiet", function()
      open("one", prefix)
      open("two", others)
      assert(user:connect(bots[1].node:self()))
      assert(user:connect(bots[2].node:self()))
      net.await(function() return #bots[1]:members() == 2 end)
      local both = prefix == others
      for _, line in ipairs { "help", "roll", "help roll" } do
        local list = hears(function()
          assert(user:broadcast(others .. line):wait())
          -- What they said has come to each of them, and led to nothing.
          for _ = 1, both and 2 or 1 do
            local said = assert(user:receive(5))
            assert.is_true(said.notice)
          end
          assert(bots[1].node:send(bots[2].node:self(), "over",
                                   { notice = true }):wait())
        end)
        assert.equal(1, #list, line)
        assert.is_nil(list[1].notice)
      end
      if not both then
        assert.equal(1, #hears(function()
          assert(user:broadcast(others .. "help lunch"):wait())
        end))
      end
    end)
  end
end)

describe("a bridge", function()
  it("carries a notice as one", function()
    local network = kit.network { entry = { "one:5000", "two:5000" } }
    network:bot("lua/gop2p/examples/bridge.lua", {
      args = { "5001", "one:5000", "5002", "two:5000" },
    })
    local text = [[
      local bot = require("gop2p.bot").new { name = arg[1], join = arg[2] }
      bot:on("message", function(ctx)
        print(ctx.is_notice, (ctx.text:gsub("\n.*", "")))
      end)
      bot:run()
    ]]
    kit.start(network, text, { name = "a", args = { "a", "one:5000" } })
    local b = kit.start(network, text, { name = "b",
                                         args = { "b", "two:5000" } })
    network:user("ann", { join = "one:5000" }):say("!help")
    expect(b:prints(), "^false\t<ann> !help$")
    expect(b:prints(), "^true\t<a> Commands:$")
  end)
end)
