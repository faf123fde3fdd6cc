-- The bot of the examples, asked by a published Go program (its stand-in).

local go = require "spec.support.go"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"

describe("the bot", function()
  local peer, bot, name

  before_each(function()
    peer = go.start("v1.1.3", "localhost", {kinds = true})
    bot = assert(process.start({LUA, "lua/examples/bot.lua", peer.name}))
    name = bot:line()
    assert.matches("^localhost:%d+$", name)
  end)

  after_each(function()
    bot:close()
    peer:close()
  end)

  local function asked(text)
    assert.equal("sent", peer:ask("direct " .. name .. " " .. text))
    local answer, from, kind = peer:message()
    assert.same({name, "direct"}, {from, kind})
    return answer
  end

  it("answers in public what begins with an exclamation mark", function()
    for _, text in ipairs {"time", "Hello", "bot: !time", "!who"} do
      assert.equal("sent", peer:ask("broadcast " .. text))
    end
    assert.same({"bot: " .. name .. ", " .. peer.name, name, "message"},
                {peer:message()})
  end)

  it("answers who asks directly, with or without the mark", function()
    local help = "bot: I know: help, roll [sides], time, uptime, who."
    assert.matches("^bot: It is %d%d:%d%d:%d%d%.$", asked("time"))
    assert.matches("^bot: I have been here for %d s%.$", asked("!Uptime"))
    assert.equal("bot: You rolled 1 of 1.", asked("roll 1"))
    assert.matches("^bot: You rolled [1-6] of 6%.$", asked("roll"))
    assert.equal("bot: Such as: roll 20", asked("roll 0"))
    assert.equal("bot: Such as: roll 20", asked("roll many"))
    assert.equal(help, asked("help"))
    assert.equal(help, asked("Hello"))
    assert.equal(help, asked("42"))
  end)

  it("does not answer what a bot says", function()
    peer:ask("direct " .. name .. " bot: It is 12:00:00.")
    assert.matches("^bot: You rolled 1 ", asked("roll 1"))
  end)

  it("leaves when its input ends, and when it is interrupted", function()
    bot:finish()
    assert.equal(0, bot:wait())
    assert.same({}, peer:members())
    bot = assert(process.start({LUA, "lua/examples/bot.lua", peer.name}))
    name = bot:line()
    assert.same({name}, peer:members())
    bot:kill("INT")
    assert.equal(0, bot:wait())
    assert.same({}, peer:members())
  end)
end)
