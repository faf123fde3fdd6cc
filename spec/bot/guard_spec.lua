-- What keeps one handler, one user or one bot from spoiling all the rest.

local bots = require "spec.support.bots"
local gop2p = require "gop2p"
local net = require "spec.support.net"

local BUDGET = 0.1   -- seconds

-- A bot that answers everything that others say.
local function chatterbox(scene_or_bot, answer)
  local count = { answered = 0 }
  scene_or_bot:hear(".*", function()
    count.answered = count.answered + 1
    return answer
  end)
  return count
end

describe("a handler that fails", function()
  local scene, told

  before_each(function()
    scene = bots.scene({max_errors = 3}, function(user)
      return {owner = user}
    end):ping()
    told = {}
    scene.bot:command("fail", function() error("it is broken") end)
    scene.bot:on("error", function(err) told[#told + 1] = err end)
    scene:start()
  end)
  after_each(function() scene:close() end)

  -- The next that the bot says to everybody, or to the user alone.
  local function next_of(kind)
    while true do
      local text, of = scene:hear()
      if of == kind then return text end
    end
  end

  it("is told of, to asker, owner and program", function()
    scene:say("!fail")
    assert.equal("Sorry, fail failed.", next_of("broadcast"))
    local text = next_of("direct")
    assert.matches("^internal error: command fail failed: .*bot/guard_spec"
                   .. "%.lua:%d+: it is broken\n", text)
    assert.matches("stack traceback:", text)
    assert.equal(1, #told)
    assert.same({"EHANDLER", scene.user:self()}, {told[1].code, told[1].from})
    assert.matches("stack traceback:.*bot/guard_spec", told[1].traceback)
    assert.equal("pong", scene:ask("!ping"))
  end)

  it("is switched off after some failures in a row, and on again",
     function()
    scene:say("!fail")
    next_of("broadcast")
    scene:say("!fail")
    next_of("broadcast")
    scene:say("!fail")
    assert.equal("Sorry, fail failed. It is switched off now.",
                 next_of("broadcast"))
    scene:say("!fail")
    assert.equal("Sorry, fail is switched off.", next_of("broadcast"))
    assert.equal(4, #told)
    assert.matches("switched off: it failed 3 times in a row",
                   tostring(told[4]))
    scene:say("!help")
    assert.matches("!fail %(switched off%)", next_of("broadcast"))
    scene:say("!enable fail")
    assert.equal("fail is switched on.", next_of("broadcast"))
    scene:say("!fail")
    assert.equal("Sorry, fail failed.", next_of("broadcast"))
  end)

  it("is not the same as one that every bot has", function()
    assert.equal("help is always on.", scene:ask("!disable help"))
    assert.equal("I do not know helf.", scene:ask_directly("disable helf"))
  end)

  it("starts anew after a success", function()
    local bad
    scene.bot:command("some", function()
      return assert(not bad and "fine", "bad")
    end)
    for i = 1, 8 do
      bad = i % 3 ~= 0
      scene:say("!some")
      assert.equal(bad and "Sorry, some failed." or "fine",
                   next_of("broadcast"))
    end
  end)

  it("is told of when it has started a task", function()
    scene.bot:command("late", function()
      gop2p.spawn(function() error("afterwards") end)
      return "started"
    end)
    scene:say("!late")
    assert.equal("started", next_of("broadcast"))
    assert.matches("a task failed: .*: afterwards\n", next_of("direct"))
  end)

  it("ends nothing when it handles errors", function()
    scene.bot:on("error", function() error("once more") end)
    scene.bot:on("error", function() error({}) end)
    scene:say("!fail")
    next_of("broadcast")
    scene:say("!ping")
    assert.equal("pong", next_of("broadcast"))
    assert.equal(1, #told)
  end)
end)

describe("a handler that computes for too long", function()
  it("is cut, and others are answered again", function()
    local scene <close> = bots.scene {budget = BUDGET}
    scene.bot:command("spin", function() while true do end end)
    scene.bot:command("catch", function()
      while true do
        pcall(function() while true do end end)
      end
    end)
    scene:ping():start()
    local other = scene:another()
    for _, name in ipairs {"spin", "catch"} do
      local seconds = net.timed(function()
        scene:tell(name)
        assert.equal("pong", scene:ask_directly("ping", other))
      end)
      assert.is_true(seconds < 2, seconds)
      assert.equal(("Sorry, %s failed."):format(name), (scene:hear()))
    end
  end)

  it("is cut although it has set a hook of its own", function()
    local scene <close> = bots.scene {budget = BUDGET}
    local debug = package.loaded.debug
    scene.bot:command("hook <mask>", function(_, args)
      debug.sethook(function() end, args.mask == "none" and "" or args.mask)
      while true do end
    end)
    scene:ping():start()
    for _, mask in ipairs {"none", "l", "crl"} do
      assert.equal("Sorry, hook failed.", scene:ask("!hook " .. mask))
      assert.equal("pong", scene:ask("!ping"))
    end
  end)

  it("is cut after a second unless it is said otherwise", function()
    local scene <close> = bots.scene()
    scene.bot:command("spin", function() while true do end end)
    scene:ping():start()
    local other = scene:another()
    local seconds = net.timed(function()
      scene:tell("spin")
      assert.equal("pong", scene:ask_directly("ping", other))
    end)
    assert.is_true(seconds > 0.5 and seconds < 2, seconds)
  end)

  it("is told of by code that is not the library's, too", function()
    local scene <close> = bots.scene {budget = BUDGET}
    scene.bot:command("spin", function() while true do end end)
    scene:start()
    local create = coroutine.create
    local function restore() rawset(coroutine, "create", create) end
    local _ <close> = setmetatable({}, {__close = restore})
    rawset(coroutine, "create", function(f) return create(f) end)
    assert.equal("Sorry, spin failed.", scene:ask("!spin"))
  end)

  it("may sleep for longer", function()
    local scene <close> = bots.scene {budget = BUDGET}
    scene.bot:command("sleep", function()
      gop2p.sleep(2 * BUDGET)
      return "rested"
    end)
    scene:start()
    assert.equal("rested", scene:ask("!sleep"))
  end)
end)

describe("a message made to hold the bot up", function()
  it("does not", function()
    local scene <close> = bots.scene()
    scene.bot:command("wait [t:duration] [n:number] [i:integer]",
                      function() end)
    scene.bot:command("tell <what> [more...]", function() end)
    scene.bot:hear("(%a+) (.-) (.-)$", function() end)
    scene:ping():start()
    local many = 100000
    for _, text in ipairs {
      "a" .. (" "):rep(many) .. "b", (" "):rep(many), ("a "):rep(many) .. "!",
      "!wait " .. ("1"):rep(many), "!wait 1m 1" .. (" "):rep(many) .. "x",
      "!tell " .. ('"'):rep(many), "!tell " .. ("\\"):rep(many),
      '!tell "' .. ("\\"):rep(many), "!" .. ("!"):rep(many),
      "bot: " .. (":"):rep(many), "!help " .. ("x"):rep(many),
    } do
      local seconds = net.timed(function()
        scene:say(text)
        scene:tell("ping")
        while scene:hear() ~= "pong" do end
      end)
      assert.is_true(seconds < 2, text:sub(1, 20) .. " " .. seconds)
    end
  end)
end)

describe("handlers that are too many at once", function()
  it("are not started", function()
    local log <close> = assert(io.tmpfile())
    local scene <close> = bots.scene {max_tasks = 8, log = {file = log}}
    local began, ended, over = 0, 0, false
    scene.bot:command("wait", function()
      began = began + 1
      repeat gop2p.sleep(0.01) until over
      ended = ended + 1
    end)
    scene:ping():start()
    for _ = 1, 20 do scene:tell("wait") end
    local function refused()
      log:seek("set")
      return select(2, log:read("a"):gsub("too many tasks", ""))
    end
    net.await(function() return began + refused() == 20 end)
    assert.is_true(began > 0 and began < 8, began)
    over = true
    net.await(function() return ended == began end)
    assert.equal("pong", scene:ask("!ping"))
  end)
end)

describe("a cooldown", function()
  it("is for each user and command, and is told once", function()
    local scene <close> = bots.scene()
    scene:ping()
    scene.bot:command("roll", function() return "six" end, {cooldown = 100})
    scene:start()
    assert.equal("six", scene:ask("!roll"))
    assert.equal("Please wait 100 s before you use roll again.",
                 scene:ask("!roll"))
    scene:say("!roll")
    assert.is_true(scene:is_silent())
    local other = scene:another()
    assert.equal("six", scene:ask_directly("roll", other))
  end)

  it("is over in time", function()
    local scene <close> = bots.scene {cooldown = 0.05}
    scene.bot:command("roll", function() return "six" end)
    scene:start()
    assert.equal("six", scene:ask("!roll"))
    net.pass(0.1)
    assert.equal("six", scene:ask("!roll"))
  end)
end)

describe("what is said", function()
  it("is slowed down to the rate, in order", function()
    local scene <close> = bots.scene {rate = 20, burst = 2, queue = 10}
    scene.bot:command("count", function(ctx)
      for i = 1, 6 do assert(ctx:reply("n" .. i)) end
    end)
    scene:start()
    local seconds = net.timed(function()
      scene:say("!count")
      for i = 1, 6 do assert.equal("n" .. i, (scene:hear())) end
    end)
    assert.is_true(seconds > 0.15, seconds)
  end)

  it("is dropped when too much waits, and that is told", function()
    local scene <close> = bots.scene {rate = 1, burst = 2, queue = 0}
    local results, errors = {}, {}
    scene.bot:command("flood", function()
      for i = 1, 4 do
        local ok, err = scene.bot:broadcast("n" .. i)
        results[i] = ok and "sent" or err.code
      end
    end)
    scene.bot:on("error", function(err) errors[#errors + 1] = err end)
    scene:start()
    scene:say("!flood")
    net.await(function() return #results == 4 and #errors > 0 end)
    assert.same({"sent", "sent", "ELIMIT", "ELIMIT"}, results)
    assert.equal(1, #errors)
    assert.matches("the bot says more than its rate allows",
                   tostring(errors[1]))
  end)
end)

describe("the loop guard", function()
  -- What 'node' has been told by now, once no more comes.
  local function settled(counts)
    local before = -1
    net.await(function()
      local now = 0
      for _, count in ipairs(counts) do now = now + count.answered end
      local same = now == before
      before = now
      net.pass(0.3)
      return same
    end, 20)
    return before
  end

  it("brings two bots to rest that answer everything", function()
    local a <close> = bots.new {name = "a", rate = 1000, burst = 1000}
    local b <close> = bots.new {name = "b", rate = 1000, burst = 1000}
    local counts = {chatterbox(a, "indeed"), chatterbox(b, "really")}
    local why = {}
    for _, bot in ipairs {a, b} do
      bot:on("error", function(err) why[#why + 1] = err.code end)
      assert(bot:start())
    end
    assert(a.node:connect(b.node:self()))
    a:broadcast("good morning")
    local total = settled(counts)
    assert.is_true(total > 10 and total < 100, total)
    assert.equal("ELOOP ELOOP", table.concat(why, " "))
  end)

  it("brings one to rest with a foreign program", function()
    local bot <close> = bots.new {rate = 1000, burst = 1000}
    local count = chatterbox(bot, "indeed")
    assert(bot:start())
    local other <close> = assert(gop2p.start_local_node(0))
    assert(other:connect(bot.node:self()))
    gop2p.spawn(function()
      for msg in other:inbox() do other:send(msg.from, "really") end
    end)
    other:broadcast("good morning")
    local total = settled {count}
    assert.is_true(total > 5 and total < 60, total)
  end)

  it("is off if the bot is to follow everything", function()
    local scene <close> = bots.scene {exchange = false, rate = 1000,
                                      burst = 1000}
    scene:ping():start()
    for _ = 1, 40 do assert.equal("pong", scene:ask("!ping")) end
  end)

  it("tells who is not listened to any more", function()
    local scene <close> = bots.scene {exchange = 10}
    scene:ping():start()
    for _ = 1, 3 do assert.equal("pong", scene:ask("!ping")) end
    assert.same({"That was a lot. I listen again when you have been silent "
                 .. "for a minute.", "direct"}, {scene:ask("!ping")})
    scene:say("!ping")
    assert.equal("pong", scene:ask_directly("ping", scene:another()))
  end)

  it("counts answers that are not said as such less, but for all who hear",
     function()
    local bot <close> = bots.new {exchange = 10, rate = 1000, burst = 1000}
    local count = {answered = 0}
    bot:on("message", function()
      count.answered = count.answered + 1
      bot:after(0, function() bot:broadcast("indeed") end)
    end)
    assert(bot:start())
    local other <close> = assert(gop2p.start_local_node(0))
    assert(other:connect(bot.node:self()))
    gop2p.spawn(function()
      for _ in other:inbox() do other:broadcast("really") end
    end)
    other:broadcast("good morning")
    settled {count}
    assert.is_true(count.answered > 9 and count.answered < 14,
                   count.answered)
  end)

  it("does not take others for those whom it answers", function()
    local scene <close> = bots.scene {exchange = 5}
    scene:ping():start()
    local seen = 0
    scene.bot:on("message", function() seen = seen + 1 end)
    local other = scene:another()
    for i = 1, 8 do
      scene:tell("line " .. i, other)
      if i % 4 == 1 then assert.equal("pong", scene:ask("!ping")) end
    end
    net.await(function() return seen == 10 end)
  end)

  it("lets those talk who are not answered", function()
    local scene <close> = bots.scene {exchange = 5}
    local seen = 0
    scene.bot:on("message", function() seen = seen + 1 end)
    scene:ping():start()
    for i = 1, 50 do scene:say("line " .. i) end
    assert.equal("pong", scene:ask("!ping"))
    assert.equal(51, seen)
  end)
end)

describe("one that says that it is the bot", function()
  it("is not answered", function()
    local scene <close> = bots.scene()
    local seen = 0
    scene.bot:on("message", function(ctx)
      if ctx.text == "!ping" then seen = seen + 1 end
    end)
    scene:ping():start()
    local me, user = scene.bot.node:self(), scene.user:self()
    local function forge(from, status)
      for _, bytes in ipairs {net.json(2, from, "IXBpbmc="),
                              net.json(3, from, "IXBpbmc=", {me})} do
        assert.equal(status, net.ask(scene.bot.node, bytes).status)
      end
    end
    forge(me, 400)
    forge(user, 403)   -- nor is one that says that it is its user
    assert.is_true(scene:is_silent())
    assert.equal("pong", scene:ask("!ping"))
    assert.equal(1, seen)
  end)
end)
