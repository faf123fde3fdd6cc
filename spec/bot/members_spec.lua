-- What a bot calls others, by what it knows them, and that it takes their
-- names where it takes a peer.

local bots = require "spec.support.bots"
local dispatch = require "gop2p.bot.dispatch"
local folders = require "spec.support.folder"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local ours = require "spec.support.ours"
local values = require "gop2p.values"

local LIMIT = 20   -- seconds

local folder, log

before_each(function()
  folder = folders.make()
  log = folder.path .. "/log"
end)

after_each(function() folder:close() end)

local function logged(pattern)
  return net.read(log):find(pattern) ~= nil
end

local function node(name, bot, port)
  local one = folder:keep(assert(gop2p.start_local_node(port or 0,
                                                        {name = name})))
  if bot then
    assert(one:connect(bot.node:self()))
    net.await(function()
      local known = bot.node:member(one:self())
      return known and known.name == name
    end, LIMIT)
  end
  return one
end

-- A bot that runs and answers to ping.
local function started(options)
  options = options or {}
  options.log = {file = log, level = "debug"}
  local bot = bots.new(options)
  folder:keep {close = function() bot:stop() end}
  bot:command("ping", function() return "pong" end)
  assert(bot:start())
  return bot
end

-- What is said to a node next.
local function hears(user)
  return assert(user:receive(LIMIT)).data
end

-- What the bot says to what is said to it directly.
local function ask(user, bot, text)
  assert(user:send(bot.node:self(), text))
  return hears(user)
end

-- The bot knows the new name.
local function rename(user, bot, name)
  assert(user:set_name(name))
  net.await(function()
    return bot.node:member(user:self()).name == name
  end, LIMIT)
end

-- Two nodes with that name, which are in one network because of the bot: the
-- first one is called so there.
local function two(name)
  local a, b = node(name), node(name)
  local bot = started {join = {a:self(), b:self()}}
  net.await(function() return #bot:members() == 2 end, LIMIT)
  if bot.node:member(name).peer == a:self() then return a, b, bot end
  return b, a, bot
end

local function endpoint(one) return values.endpoint(one:self()) end

-- As a pattern.
local function escaped(text) return (text:gsub("%p", "%%%0")) end

describe("a bot tells by name", function()
  it("who said something", function()
    local bot = started()
    local seen = {}
    bot:on("message", function(ctx)
      seen[#seen + 1] = {ctx.name, tostring(ctx.from), ctx.text}
    end)
    local ann, nobody = node("Ännchen", bot), node(nil, bot)
    assert.equal("pong", ask(ann, bot, "ping"))
    assert.equal("pong", ask(nobody, bot, "ping"))
    assert.same({{"Ännchen", "Ännchen", "ping"},
                 {nil, endpoint(nobody), "ping"}}, seen)
    assert.is_true(logged('heard direct=true from="Ännchen" text=ping\n'))
    assert.is_true(logged('said text=pong to="Ännchen"\n'))
    assert.is_true(logged("heard direct=true from=" .. endpoint(nobody)))
  end)

  it("who comes, fails and goes, and where it is", function()
    local bot = started()
    local ann = node("ann", bot)
    local where = endpoint(ann)
    assert.is_true(logged("joined address=" .. where .. " peer=ann\n"))
    rename(ann, bot, "anna")
    net.await(function() return logged("renamed address=" .. where
      .. " former=ann peer=anna\n") end, LIMIT)
    assert(ann:leave())
    net.await(function() return logged("left address=" .. where
      .. " peer=anna\n") end, LIMIT)
    local nobody = node(nil, bot)
    assert.is_true(logged("joined peer=" .. endpoint(nobody) .. "\n"))
  end)

  it("the first of two that have one, and where the other is", function()
    local a, b, bot = two "ann"
    local seen = {}
    bot:on("message", function(ctx) seen[#seen + 1] = tostring(ctx.from) end)
    assert.equal("pong", ask(a, bot, "ping"))
    assert.equal("pong", ask(b, bot, "ping"))
    assert.same({"ann", endpoint(b)}, seen)
    assert.is_true(logged("from=" .. endpoint(b)))
  end)

  it("to whom it was said, if an address was said as well", function()
    local bot = started()
    local ann = node("ann", bot)
    assert.truthy(bot:say("Hello", endpoint(ann)))
    assert.equal("Hello", hears(ann))
    assert.is_true(logged("said text=Hello to=ann\n"))
  end)

  it("for whose message a handler has failed", function()
    local bot = started()
    local err
    bot:command("fail", function() error("it is broken") end)
    bot:on("error", function(it) err = it end)
    local ann = node("ann", bot)
    assert.equal("Sorry, fail failed.", ask(ann, bot, "fail"))
    assert.equal("ann", tostring(err.from))
    assert.is_true(logged("error bot: error from=ann text="))
  end)

  it("to whom it listens no more", function()
    local bot = started {exchange = 5}
    local err
    bot:on("error", function(it) err = it end)
    local ann = node("ann", bot)
    assert.equal("pong", ask(ann, bot, "ping"))
    assert.equal("pong", ask(ann, bot, "ping"))
    assert.matches("^That was a lot", ask(ann, bot, "ping"))
    assert.matches("not listening to ann: ", tostring(err))
  end)

  it("who is renamed, to handlers and to who waits for it", function()
    local bot = started()
    local seen, waited = {}, nil
    bot:on("renamed", function(peer, former)
      seen[#seen + 1] = ("%s was %s"):format(peer, former)
    end)
    gop2p.spawn(function()
      waited = table.pack(bot:wait_for("renamed", LIMIT,
        function(peer) return peer.name == "anna" end))
    end)
    local user = node(nil, bot)
    rename(user, bot, "ann")
    rename(user, bot, "anna")
    net.await(function() return waited and #seen == 2 end, LIMIT)
    assert.same({"ann was " .. endpoint(user), "anna was ann"}, seen)
    assert.same({"anna", "ann"}, {waited[1].name, waited[2].name})
    assert.equal(waited[1], waited[2])
  end)

  it("which member shows none, being of an older version", function()
    local bot = started {name = "dice"}
    local told = {}
    bot:on("error", function(err) told[#told + 1] = err end)
    local old <close> = ours.start({version = 1, name = "old"})
    assert.equal(200, net.ask(bot.node, old:connect()).status)
    net.await(function() return #told > 0 end, LIMIT)
    assert.equal("EVERSION", told[1].code)
    assert.is_true(logged("error dice: error text=\""
                          .. escaped(tostring(told[1]))))
  end)
end)

describe("a member that takes another name", function()
  it("loses no question that it was asked", function()
    local bot = started()
    bot:command("who", function(ctx)
      return "hello " .. assert(ctx:ask("who are you?", LIMIT))
    end)
    local ann = node("ann", bot)
    assert.equal("who are you?", ask(ann, bot, "who"))
    rename(ann, bot, "anna")
    assert.equal("hello me", ask(ann, bot, "me"))
  end)

  it("has waited no longer, and is not listened to sooner", function()
    local bot = started {exchange = 5}
    bot:command("rare", function() return "once" end, {cooldown = 100})
    local ann = node("ann", bot)
    assert.equal("once", ask(ann, bot, "rare"))
    rename(ann, bot, "anna")
    assert.matches("^Please wait", ask(ann, bot, "rare"))
    rename(ann, bot, "ann")
    assert.matches("^That was a lot", ask(ann, bot, "rare"))
  end)

  it("keeps the role that its address has", function()
    local ann = node("ann")
    local bot = started {owner = ann:self(), join = ann:self()}
    net.await(function() return #bot:members() == 1 end, LIMIT)
    assert.is_true(bot:is("ann", "owner"))
    rename(ann, bot, "anna")
    assert.is_true(bot:is(ann:self(), "owner"))
    assert.is_true(bot:is("anna", "owner"))
    assert.is_false(bot:is("ann", "owner"))
    local bob = node("bob", bot)
    rename(bob, bot, "ann")
    assert.is_false(bot:is("ann", "owner"))
  end)

  it("is not joined through again, being there", function()
    local ann = node("ann")
    local bot = started {join = ann:self()}
    net.await(function() return #bot:members() == 1 end, LIMIT)
    local bob = node("bob", bot)
    assert(bob:leave())
    net.await(function() return #bot:members() == 1 end, LIMIT)
    net.pass(0.1)
    local _, count = net.read(log):gsub(" connected ", "")
    assert.equal(1, count)
  end)
end)

describe("an entry point that has a name", function()
  it("is joined again when it has come back", function()
    local ann = node("ann")
    local me = ann:self()
    local bot = started {join = me}
    net.await(function() return #bot:members() == 1 end, LIMIT)
    node("bob", bot)
    for _, one in ipairs {node("eve", bot), ann} do
      local count = #bot:members()
      assert(one:leave())
      net.await(function() return #bot:members() < count end, LIMIT)
      net.pass(0.1)   -- a round of those that it joins through
    end
    ann:close()
    local again = node("ann", nil, me.port)
    net.await(function() return again:is_connected() end, LIMIT)
  end)
end)

describe("the name of a member", function()
  it("stands for it where a peer is taken", function()
    local bot = started()
    local ann, bob = node("ann", bot), node(("ü"):rep(32), bot)
    assert.truthy(bot:say("one", "ann"))
    assert.truthy(bot:say("two", {"ann", bob:self()}))
    assert(bot:send("[ann]", "three"))
    assert.same({"one", "two", "three"}, {hears(ann), hears(ann), hears(ann)})
    assert.equal("two", hears(bob))
    assert(bot:send(("ü"):rep(32), "four"))
    assert.equal("four", hears(bob))
    gop2p.spawn(function()
      local question = ann:receive(LIMIT)
      ann:send(question.from, "answer to " .. question.data)
    end)
    local text, ctx = bot:ask("ann", "why?", LIMIT)
    assert.equal("answer to why?", text)
    assert.equal("ann", ctx.name)
  end)

  it("is looked up at the call", function()
    local bot = started()
    local a, b = node("ann", bot), node("eve", bot)
    local function refused(code, who)
      for what, result in pairs {
        say = table.pack(bot:say("Hello", who)),
        send = table.pack(bot:send(who, "Hello")),
        ask = table.pack(bot:ask(who, "Hello", 0)),
      } do
        assert.same({what, nil, code}, {what, result[1], result[2].code})
        assert.matches("^connection error: could not send to " .. who,
                       tostring(result[2]))
      end
    end
    refused("ENOTFOUND", "bob")
    assert.is_false(bot:is("bob", "owner"))
    assert.is_false(bot:is("ann", "owner"))
    rename(b, bot, "bob")
    assert.truthy(bot:say("Hello", "bob"))
    assert.equal("Hello", hears(b))
    assert.truthy(bot:say("Hello", "ann"))
    assert.equal("Hello", hears(a))
  end)

  it("is not mistaken for a mistake", function()
    local bot = started()
    local here = debug.getinfo(1, "S").short_src
    for what, call in pairs {
      ["#2 to 'say' %(not a peer: \"a b\""] =
        function() bot:say("Hello", "a b") end,
      ["#2 to 'say' %(item 2: not a peer"] =
        function() bot:say("Hello", {5000, "a b"}) end,
      ["#1 to 'send' %(not a peer"] = function() bot:send("", "Hello") end,
      ["#1 to 'ask' %(not a peer"] = function() bot:ask("5:", "Hello") end,
      ["#1 to 'is' %(peer expected, got nil"] =
        function() bot:is(nil, "owner") end,
    } do
      local ok, err = pcall(call)
      assert.is_false(ok)
      assert.equal(1, err:find(here, 1, true), err)
      assert.matches(what, err)
    end
  end)

  it("is an argument of a command, whose value has it", function()
    local bot = started()
    bot:command("greet <who:peer> [other:peer=bob]", function(_, args)
      return ("%s %s %s"):format(args.who, args.who.port, args.other)
    end)
    local ann = node("ann", bot)
    local expected = "a member's name or a peer, such as localhost:5000, "
                     .. "expected, not \"%s\"\nusage: "
    local said = ask(ann, bot, "greet ann")
    assert.equal(1, said:find("other: " .. expected:format("bob"), 1, true))
    local bob = node("bob", bot)
    local port = ann:self().port
    local both = ("ann %d bob"):format(port)
    for _, text in ipairs {"ann", "ann bob", endpoint(ann), port,
                           '"[ann]"', ('"ann (%s)"'):format(endpoint(ann)),
                           ("[%s] "):format(endpoint(ann)) ..
                           endpoint(bob)} do
      assert.equal(both, ask(ann, bot, "greet " .. text), text)
      net.pass(0.01)
    end
    local said_so = ask(bob, bot, "greet eve")
    assert.equal(1, said_so:find("who: " .. expected:format("eve"), 1, true))
    assert.equal("localhost:1 1 ann", ask(bob, bot, "greet 1 ann"))
  end)

  it("is an argument, and means the first of two that have it", function()
    local a, b, bot = two "ann"
    bot:command("where <who:peer>", function(_, args)
      return tostring(gop2p.peer(args.who))
    end)
    assert.equal(endpoint(a), ask(a, bot, "where ann"))
    assert.equal(endpoint(a), ask(b, bot, "where ann"))
  end)

  it("can be a default, if it can be a name", function()
    local bot = bots.new()
    bot:command("greet [who:peer=ann]", tostring)
    assert.has_error(function()
      bot:command("meet [who:peer=a/b]", tostring)
    end, "bad argument #1 to 'command' (argument \"who\": a member's name or "
      .. "a peer, such as localhost:5000, expected, not \"a/b\")")
  end)
end)

describe("an owner by name", function()
  local CLAIM = "warn bot: a name is only a claim: whoever has it first gets "
                .. "the role name=ann role=%s\n"

  it("is warned of when the bot starts, and so is a role", function()
    started {owner = {"localhost:5000", "ann"}, roles = {mods = "ann"}}
    assert.is_true(logged(CLAIM:format("owner")))
    assert.is_true(logged(CLAIM:format("mods")))
    assert.is_false(logged("name=localhost"))
  end)

  it("is the address that first has the name, with the name", function()
    local bot = started {owner = "ann", roles = {mods = {"bob", "eve"}}}
    bot:command("shut", function() return "done" end, {role = "owner"})
    local refused = "Sorry, you may not use shut."
    local eve = node("eve", bot)
    assert.equal(refused, ask(eve, bot, "shut"))
    local ann = node("ann", bot)
    assert.equal("done", ask(ann, bot, "shut"))
    assert.is_true(bot:is("ann", "owner"))
    assert.is_true(bot:is(endpoint(ann), "owner"))
    assert.is_true(bot:is("eve", "mods"))
    assert.is_true(bot:is("ann", "mods"))
    rename(ann, bot, "anna")
    assert.equal(refused, ask(ann, bot, "shut"))
    rename(eve, bot, "ann")
    assert.equal(refused, ask(eve, bot, "shut"))
    assert.is_false(bot:is("ann", "owner"))
    net.await(function()
      return logged("warn bot: has a role's name, not its address address="
                    .. endpoint(eve) .. " former=eve peer=ann\n")
    end, LIMIT)
    rename(eve, bot, "eve")
    rename(ann, bot, "ann")
    assert.equal("done", ask(ann, bot, "shut"))
  end)

  it("cannot be succeeded while it is away", function()
    local bot = started {owner = "ann"}
    local ann = node("ann", bot)
    local me = ann:self()
    assert(ann:leave())
    ann:close()
    local eve = node("ann", bot)
    assert.is_false(bot:is("ann", "owner"))
    assert.is_false(bot:is(eve:self(), "owner"))
    assert(eve:leave())
    eve:close()
    node("ann", bot, me.port)
    assert.is_true(bot:is("ann", "owner"))
  end)

  it("is who says something before it was told of", function()
    local bot, done = started {owner = "ann"}, false
    bot:command("shut", function() done = true end, {role = "owner"})
    local peer = setmetatable({address = "localhost", port = 1,
                               name = "ann"}, getmetatable(gop2p.me(1)))
    dispatch.message(bot, {type = "direct", data = "shut", from = peer})
    net.await(function() return done end)
  end)

  it("is told of errors", function()
    local bot = started {owner = "ann"}
    bot:command("fail", function() error("it is broken") end)
    local ann, bob = node("ann", bot), node("bob", bot)
    assert.equal("Sorry, fail failed.", ask(bob, bot, "fail"))
    assert.matches("command fail failed: .*it is broken", hears(ann))
  end)

  it("is none by an address that it took for its name", function()
    assert.has_error(function()
      gop2p.start_local_node(0, {name = "localhost:5000"})
    end)
  end)
end)

describe("who chats by name with a bot", function()
  local bot, ann

  before_each(function()
    bot = started {name = "lunch"}
    bot:command("lunch", function() return "Today: the corner." end)
    bot:command("forget", function(ctx)
      return ctx:ask("All? Say yes.", LIMIT) == "yes" and "Forgotten."
             or "Nothing is forgotten."
    end)
    ann = node("ann", bot)
  end)

  it("is heard, and answered", function()
    assert(ann:broadcast("!lunch"))
    assert.equal("Today: the corner.", hears(ann))
    assert(ann:broadcast("lunch: lunch"))
    assert.equal("Today: the corner.", hears(ann))
    assert(ann:send("lunch", "lunch"))
    assert.equal("Today: the corner.", hears(ann))
  end)

  it("can answer its question", function()
    assert(ann:broadcast("!forget"))
    assert.equal("All? Say yes.", hears(ann))
    assert(ann:broadcast("yes"))
    assert.equal("Forgotten.", hears(ann))
  end)
end)
