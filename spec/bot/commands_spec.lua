-- Commands of a bot: how it is given one, and where it answers.

local bots = require "spec.support.bots"

local HERE = debug.getinfo(1, "S").short_src

local function echo(_, args)
  local list = {}
  for name, value in pairs(args) do
    list[#list + 1] = ("%s=%s(%s)"):format(name, value,
                                           math.type(value) or type(value))
  end
  table.sort(list)
  return "got " .. table.concat(list, " ")
end

describe("a command", function()
  local scene

  before_each(function() scene = bots.scene({name = "dice"}):ping() end)
  after_each(function() scene:close() end)

  it("is called with the prefix, by name, or directly", function()
    scene.bot:command("roll", "rolls a die", function() return "six" end)
    scene:start()
    for _, text in ipairs {"!roll", "dice: roll", "@dice roll", "dice, roll",
                           "@Dice: ROLL", "  !roll  "} do
      assert.same({"six", "broadcast"}, {scene:ask(text)})
    end
    for _, text in ipairs {"roll", "!roll", "dice: roll"} do
      assert.same({"six", "direct"}, {scene:ask_directly(text)})
    end
  end)

  it("is not called by what only looks like it", function()
    scene.bot:command("roll", "rolls a die", function() return "six" end)
    scene:start()
    for _, text in ipairs {"roll", "roll!", "!roll!", "! roll", "dicey: roll",
                           "dice roll", "!", "", "hey dice: roll"} do
      scene:say(text)
    end
    assert.is_true(scene:is_silent())
  end)

  it("of several bots is called by name where it has no prefix", function()
    local quiz = bots.new {name = "quiz", prefix = false,
                                   join = scene.user:self()}
    scene.bot:command("top", "the best", function() return "of dice" end)
    quiz:command("top", "the best", function() return "of the quiz" end)
    scene:start()
    assert(quiz:start())
    bots.await(function() return #scene.user:members() == 2 end)
    assert.equal("of dice", scene:ask("!top"))
    scene:say("quiz: top")
    local answer = scene.user:receive(5)
    assert.same({"of the quiz", "quiz"}, {answer.data, answer.name})
    assert.is_true(scene:is_silent())
    quiz:stop()
  end)

  it("that gives no text says nothing", function()
    local given
    scene.bot:command("get", "gets it", function() return given end)
    scene.bot:hear("hm", function() return given end)
    scene:start()
    for _, text in ipairs {"!get", "hm"} do
      for _, nothing in ipairs {"", false,
          setmetatable({}, {__tostring = function() return "" end})} do
        given = nothing
        scene:say(text)
        assert.is_true(scene:is_silent())
      end
      given = 0
      assert.equal("0", scene:ask(text))
      given = " "
      assert.equal(" ", scene:ask(text))
    end
  end)

  it("gets its arguments by name, as what they are", function()
    scene.bot:command("do <n:integer> [x:number=1.5] [ok:boolean] [who:peer]"
                      .. " [t:duration] [rest...]", echo)
    scene:start()
    assert.equal("got n=7(integer) x=1.5(float)", scene:ask("!do 7"))
    assert.equal('got n=-7(integer) ok=false(boolean) rest=as "it" is(string)'
                 .. " t=5400(integer) who=localhost:5000(table)"
                 .. " x=2(integer)",
                 scene:ask('!do -7 2 no 5000 1h30m   as "it" is '))
  end)

  it("takes points in time and schedules", function()
    local got
    scene.bot:command("at [when:time=20m] [again:schedule=1h]",
                      function(_, args)
      got = args
      return "noted"
    end)
    scene:start()
    local function given(text)
      got = nil
      local answer = scene:ask("!at " .. text)
      return got or answer
    end
    assert.near(os.time() + 1200, given("").when, 5)
    assert.equal(3600, got.again)
    assert.near(os.time() + 5400, given('1h30m "0 9 * * mon-fri"').when, 5)
    assert.equal("0 9 * * mon-fri", got.again)
    assert.equal(os.time {year = 2030, month = 12, day = 24, hour = 18},
                 given("2030-12-24T18:00 09:00").when)
    assert.equal("09:00", got.again)
    local noon = os.date("*t", math.tointeger(given("12:00 5m").when))
    assert.same({12, 0}, {noon.hour, noon.min})
    for _, wrong in ipairs {"20", "25:00", "2030-02-30T18:00", "soon",
                            "99999999999w"} do
      assert.equal(('when: a time, such as 20m, 18:00 or 2030-12-24T18:00 '
        .. 'expected, not "%s"\nusage: !at [when:time=20m] '
        .. '[again:schedule=1h]'):format(wrong), given(wrong))
    end
    for _, wrong in ipairs {"0", "25:00", "mon"} do
      assert.matches('^again: a schedule, such as 20m, 09:00 or "0 9 %* %* '
        .. 'mon%-fri" expected, not ', given("20m " .. wrong))
    end
  end)

  it("takes what has spaces in quotes", function()
    scene.bot:command("put <a> [b=x y]", echo)
    scene:start()
    assert.equal([[got a=say "hi" \o/(string) b=it's(string)]],
                 scene:ask([[!put "say \"hi\" \\o/" it's]]))
    assert.equal("got a=(string) b=x y(string)", scene:ask('!put ""'))
  end)

  it("that is called wrongly is answered with its usage", function()
    scene.bot:command("do <n:integer> [t:duration=5m]", echo)
    scene:start()
    local usage = "\nusage: !do <n:integer> [t:duration=5m]"
    for text, answer in pairs {
      [""] = "<n> is missing", ["x"] = 'n: a whole number expected, not "x"',
      ["1.5"] = 'n: a whole number expected, not "1.5"',
      ["99999999999999999999"] = "n: a whole number expected, not "
        .. '"99999999999999999999"',
      ["1 5x"] = 't: a time, such as 20m or 1h30m expected, not "5x"',
      ["1 5m 6"] = "unexpected: 6",
      ['"1'] = "a quote is not closed",
    } do
      assert.equal(answer .. usage, scene:ask("!do " .. text))
    end
    assert.equal("<n> is missing\nusage: do <n:integer> [t:duration=5m]",
                 scene:ask_directly("do"))
  end)

  it("has other names", function()
    scene.bot:command("roll|r|die", "rolls a die", function() return "1" end)
    scene:start()
    assert.equal("1", scene:ask("!r"))
    assert.equal("1", scene:ask("!die"))
    assert.equal("Usage: roll - rolls a die\nalso: r, die",
                 scene:ask_directly("help roll"))
  end)

  it("answers with what it gives back, or with nothing", function()
    local given
    scene.bot:command("give", function() return given end)
    scene:start()
    given = 42
    assert.equal("42", scene:ask("!give"))
    given = scene.user:self()
    assert.equal(tostring(given), scene:ask("!give"))
    for _, none in ipairs {false, nil} do
      given = none
      scene:say("!give")
      assert.is_true(scene:is_silent())
    end
    given = {}
    assert.equal("Sorry, give failed.", scene:ask("!give"))
  end)

  it("that is wrong raises where it is made", function()
    local function here(why, ...)
      local line = debug.getinfo(2, "l").currentline
      local ok, err = pcall(function(...) scene.bot:command(...) end, ...)
      assert.is_false(ok)
      assert.matches(why, err, 1, true)
      local at = debug.getinfo(1, "l").currentline - 3
      assert.equal(("%s:%d:"):format(HERE, at), err:match("^%S+"))
      return line
    end
    here('no such type: "int"', "a [b:int]", echo)
    here('"b" is required, but comes after "a"', "x [a] <b>", echo)
    here('nothing can come after "a"', "x [a...] [b]", echo)
    here('a whole number expected, not "q"', "x [a:integer=q]", echo)
    here('two arguments are called "a"', "x <a> <a>", echo)
    here("a required argument has no default", "x <a=1>", echo)
    here('expected at "(a)"', "x (a)", echo)
    here("name expected", " ", echo)
    here('not a name for a command: "x!"', "x!", echo)
    here('there is a command "ping" already', "pong|ping", echo)
    here("function expected", "x", "a summary")
    here("no such option: rol", "x", echo, {rol = "owner"})
    here("no such role: boss", "x", echo, {role = "boss"})
  end)
end)

describe("help", function()
  local function made(scene)
    scene.bot:command("stop", "ends it", echo, {role = "owner"})
    scene.bot:command("roll [sides:integer=6]", "rolls a die", echo)
    scene.bot:command("secret", "is not shown", echo, {hidden = true})
    scene:start()
  end

  it("lists what the asker may use", function()
    local scene <close> = bots.scene()
    made(scene)
    assert.equal("Commands:\n* !help [command] - says what can be asked\n"
                 .. "* !roll [sides:integer=6] - rolls a die",
                 scene:ask("!help"))
    assert.equal("I do not know stop.", scene:ask_directly("help stop"))
    assert.equal("Usage: !roll [sides:integer=6] - rolls a die",
                 scene:ask("!help roll"))
  end)

  it("shows the owner more", function()
    local scene <close> = bots.scene({}, function(user)
      return {owner = user}
    end)
    made(scene)
    assert.equal("Commands:\n* disable <name...> - switches a command off\n"
                 .. "* enable <name...> - switches a command on again\n"
                 .. "* help [command] - says what can be asked\n"
                 .. "* roll [sides:integer=6] - rolls a die\n"
                 .. "* stop - ends it", scene:ask_directly("help"))
  end)

  it("does not list what another command is found instead of", function()
    local scene <close> = bots.scene({}, function(user)
      return {owner = user}
    end)
    scene.bot:command("start|enable", "starts it", echo)
    scene.bot:command("disable", "ends it", echo, {hidden = true})
    scene:start()
    assert.equal("Commands:\n* help [command] - says what can be asked\n"
                 .. "* start - starts it", scene:ask_directly("help"))
  end)

  it("is hinted at when the bot was meant and not understood", function()
    local scene <close> = bots.scene {name = "dice"}
    scene:ping():start()
    assert.equal("I do not know hello. Try help.",
                 scene:ask_directly("hello there"))
    assert.equal("I do not know hello. Try !help.", scene:ask("dice: hello"))
    scene:say("!hello")
    assert.is_true(scene:is_silent())
    scene.bot:on("message", function() end)
    scene:tell("hello")
    assert.is_true(scene:is_silent())
  end)
end)

describe("a prefix beside what says already who is meant", function()
  it("is passed over", function()
    local scene <close> = bots.scene {name = "dice", owner = "x"}
    scene:ping()
    scene.bot:command("say [what...]", function(_, args)
      return "said " .. (args.what or "")
    end)
    scene.bot:hear("^!+$", function() return "heard" end)
    scene:start()
    for _, text in ipairs {"dice: !say it", "@dice !say it",
                           "Dice, !!say it", "dice: ! say it"} do
      local answer = text:find("! ") and "I do not know !. Try !help."
                     or "said it"
      assert.equal(answer, scene:ask(text), text)
    end
    local many = ("!"):rep(1000)
    assert.equal("said it", scene:ask("dice: " .. many .. "say it"))
    assert.equal("said it", scene:ask_directly(many .. "say it"))
    for _, text in ipairs {"!say it", "!!say it", "dice: !say it",
                           "@dice !!say it", "say it"} do
      assert.equal("said it", scene:ask_directly(text), text)
    end
    assert.equal("heard", scene:ask_directly("!!!"))
    assert.equal("I do not know nosuch. Try !help.",
                 scene:ask("dice: !nosuch"))
    scene:say("!!say it")   -- for another bot, perhaps
    assert.is_true(scene:is_silent())
  end)

  it("does not hide a command that begins with it", function()
    local scene <close> = bots.scene {name = "dice", prefix = "do"}
    scene.bot:command("double", function() return "twice" end)
    scene:start()
    for _, text in ipairs {"double", "dodouble", "dododouble"} do
      assert.equal("twice", scene:ask("dice: " .. text), text)
      assert.equal("twice", scene:ask_directly(text), text)
    end
    assert.equal("twice", scene:ask("dodouble"))
    assert.equal("I do not know xy. Try help.", scene:ask_directly("doxy"))
    local many = ("do"):rep(1000)
    assert.equal("twice", scene:ask("dice: " .. many .. "double"))
    assert.equal("twice", scene:ask_directly(many .. "doublé"))
    assert.equal("I do not know xy. Try help.",
                 scene:ask_directly(many .. "xy"))
  end)

  it("does not hide a command that it begins with", function()
    local scene <close> = bots.scene {name = "dice", prefix = "bot "}
    scene.bot:command("bot [what...]", function(_, args)
      return "bot of " .. (args.what or "")
    end)
    scene:start()
    for _, what in ipairs {"", "x", "bot x", ("bot "):rep(100) .. "x"} do
      assert.equal("bot of " .. what, scene:ask("dice: bot " .. what))
    end
  end)

  it("may begin the bot's name", function()
    for _, prefix in ipairs {"d", "@", "dice: ", "dice"} do
      local scene <close> = bots.scene {name = "dice", prefix = prefix}
      scene.bot:command("say [what]", function(_, args)
        return "said " .. (args.what or "")
      end)
      scene:start()
      for _, text in ipairs {"dice: say it", "@dice say it", "@dice: say it",
                             "dice: " .. prefix .. "say it"} do
        assert.equal("said it", scene:ask(text), prefix .. text)
        assert.equal("said it", scene:ask_directly(text), prefix .. text)
      end
      assert.equal("said it", scene:ask(prefix .. "say it"))
      assert.equal(("I do not know nosuch. Try %shelp."):format(prefix),
                   scene:ask("dice: nosuch"))
      assert.equal("I do not know nosuch. Try help.",
                   scene:ask_directly("dice: nosuch"))
    end
  end)

  it("takes a time that grows with the message alone", function()
    local scene <close> = bots.scene {name = "dice"}
    scene:start()
    for _, after in ipairs {"", "say"} do
      local function time(n)
        local from = os.clock()
        assert.matches("^I do not know ",
                       scene:ask_directly(("!"):rep(n) .. after))
        return os.clock() - from
      end
      time(1000)
      local few, many = time(50000), time(500000)
      assert.is_true(many < 40 * few + 0.1, after)
    end
  end)
end)

describe("a prefix", function()
  it("may be another one, or none", function()
    local scene <close> = bots.scene {prefix = "bot "}
    scene:ping():start()
    assert.equal("pong", scene:ask("bot ping"))
    local other <close> = bots.scene {prefix = false, name = "dice"}
    other:ping():start()
    other:say("!ping")
    assert.equal("Commands:\n"
                 .. "* dice: help [command] - says what can be asked\n"
                 .. "* dice: ping", other:ask("dice: help"))
  end)
end)

describe("what is listened for", function()
  it("is found anywhere, in capitals or not, with captures", function()
    local scene <close> = bots.scene()
    scene.bot:hear("good (%a+)", function(ctx, word)
      return ("%s to %s"):format(word, ctx.from)
    end)
    scene:ping():start()
    local to = " to " .. scene.user:self()
    assert.equal("Morning" .. to, scene:ask("A GOOD Morning, all!"))
    assert.equal("luck" .. to, scene:ask_directly("good luck"))
    scene:say("goodness")
    assert.is_true(scene:is_silent())
  end)

  it("may be a text as it stands", function()
    local scene <close> = bots.scene()
    scene.bot:hear("why?", function() return "because" end, {plain = true})
    scene:ping():start()
    assert.equal("because", scene:ask("Why? And when?"))
    scene:say("wh")
    assert.is_true(scene:is_silent())
  end)

  it("is not looked for in commands", function()
    local scene <close> = bots.scene()
    scene.bot:hear("ping", function() return "heard" end)
    scene:ping():start()
    assert.equal("pong", scene:ask("!ping"))
    assert.equal("heard", scene:ask("ping"))
  end)

  it("raises when it is no pattern", function()
    local scene <close> = bots.scene()
    local ok, err = pcall(function() scene.bot:hear("[a", echo) end)
    local line = debug.getinfo(1, "l").currentline - 1
    assert.is_false(ok)
    assert.equal(("%s:%d: bad argument #1 to 'hear' (malformed pattern "
                  .. "(missing ']'))"):format(HERE, line), err)
  end)
end)

describe("a long answer", function()
  it("comes in parts, cut at lines, words, or characters", function()
    local scene <close> = bots.scene {max_message = 16}
    local answer
    scene.bot:command("tell", function() return answer end)
    scene:start()
    local function parts(text, count)
      answer = text
      local list = {(scene:ask("!tell"))}
      for i = 2, count do list[i] = (scene:hear()) end
      return list
    end
    assert.same({"one two", "three four five", "six"},
                parts("one two\nthree four five six", 3))
    assert.same({"0123456789abcdef", "ghij"},
                parts("0123456789abcdefghij", 2))
    assert.same({("€"):rep(5), ("€"):rep(5), "€"}, parts(("€"):rep(11), 3))
    assert.same({("\xFF"):rep(16), "\xFF"}, parts(("\xFF"):rep(17), 2))
    assert.same({"exactly sixteen."}, parts("exactly sixteen.", 1))
  end)
end)
