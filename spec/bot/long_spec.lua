-- Texts that are made to hold a bot up: it stays there for everybody else.

local bots = require "spec.support.bots"

local MOST = 4096   -- bytes of a command

-- A text that begins so and has so many bytes.
local function long(begin, bytes)
  return begin .. ("z"):rep(bytes - #begin)
end

describe("a command that is long", function()
  local scene, given

  before_each(function()
    scene = bots.scene { name = "dice" }:ping()
    given = {}
    scene.bot:command("note <text...>", function(_, args)
      given[#given + 1] = #args.text
      return "noted"
    end)
    scene:start()
  end)
  after_each(function() scene:close() end)

  it("is run up to its limit, in bytes, without name and space", function()
    local text = long("note ", MOST)
    assert.equal("noted", scene:ask_directly("  " .. text .. "  "))
    assert.equal("noted", scene:ask("dice: " .. text))
    assert.equal("noted", scene:ask(long("!note ", MOST + 1)))
    assert.same({ MOST - 5, MOST - 5, MOST - 5 }, given)
  end)

  it("is refused beyond it, and its sender is told once", function()
    local text = long("note ", MOST + 1)
    assert.equal("Sorry, that is too long: a command has 4096 bytes at most, "
                 .. "and this had 4097.", scene:ask("dice: " .. text))
    for _ = 1, 3 do scene:tell(text) end
    assert.is_true(scene:is_silent())
    local other = scene:another()
    assert.matches("^Sorry, that is too long",
                   scene:ask_directly(text, other))
    assert.same({}, given)
    assert.equal("noted", scene:ask("!note it"))
  end)

  it("of another bot is no business of this one", function()
    scene:say(long("!nosuch ", MOST + 100))
    scene:say(("!"):rep(300000))
    assert.is_true(scene:is_silent())
    assert.matches("^I do not know zz",
                   scene:ask_directly(("z"):rep(300000)))
  end)

  it("is heard in its first bytes all the same", function()
    scene.bot:hear("^zebra(z*)", function(_, rest)
      return "heard " .. #rest
    end)
    assert.equal("heard " .. MOST - 5,
                 scene:ask_directly(long("zebra", 3 * MOST)))
  end)
end)

describe("what is listened for", function()
  it("is malformed at once, wherever that stands", function()
    local bot <close> = bots.new {}
    local function hear(pattern)
      local ok, err = pcall(bot.hear, bot, pattern, print)
      return not ok and err
    end
    assert.matches("hear.*malformed pattern %(missing '%]'%)",
                   hear("good [a"))
    assert.matches("hear.*unfinished capture", hear("good (a"))
    assert.matches("hear.*invalid capture index %%1", hear("good %1"))
    assert.is_false(hear("good (a)"))
  end)

  it("is given up where a text is made to take for ever, and told of once",
     function()
    local scene <close> = bots.scene { name = "dice", max_errors = 2 }:ping()
    local told = {}
    scene.bot:hear("remind.*to.*at.*please", function() return "I will" end)
    scene.bot:hear("stop", function() return "stopped" end)
    scene.bot:on("error", function(err) told[#told + 1] = err end)
    scene:start()
    local evil = ("remind to at "):rep(400)
    for _ = 1, 5 do scene:say(evil) end
    assert.equal("stopped", scene:ask(evil:sub(1, 4000) .. "stop"))
    assert.equal(1, #told)
    assert.same({ "ELIMIT", scene.user:self() },
                { told[1].code, told[1].from })
    assert.matches('hear "remind.*please" was not run: .* 1000000 steps',
                   tostring(told[1]))
    assert.equal("I will", scene:ask("Remind me to go at six, please"))
  end)
end)

describe("an example", function()
  -- The time that Lua takes for the choices of a command.
  local function seconds(name, text)
    local file <close> = assert(io.open("lua/gop2p/examples/" .. name))
    local source = file:read("a")
    local first = assert(source:match('gmatch%("(.-)"%)'))
    local second = assert(source:match('choice:match%("(.-)"%)'))
    local began = os.clock()
    for choice in text:gmatch(first) do assert(choice:match(second)) end
    return os.clock() - began
  end

  it("reads its choices in one pass", function()
    local text = "x,a" .. (" "):rep(20000) .. "b, c"
    for _, name in ipairs { "dice.lua", "poll.lua" } do
      assert.is_true(seconds(name, text) < 1, name)
    end
  end)
end)
