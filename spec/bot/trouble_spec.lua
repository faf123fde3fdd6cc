-- Handlers of errors that meet with errors themselves: those are logged, and
-- not told to them again, which would have no end.

local kit = require "spec.support.kit"
local testing = require "gop2p.testing"

local expect = testing.expect

after_each(kit.close)

-- Each error that the handler is given is printed.
local BOT = [[
local gop2p = require "gop2p"
local bot = require("gop2p.bot").new {
  name = "bot", port = 5001, join = "localhost:5000", store = false,
  rate = 1, burst = 1, queue = 1,
}
bot:command("fail", function() error("broken") end)
bot:command("ping", function() return "pong" end)
bot:on("error", function(err)
  print("told of: " .. tostring(err))
  %s
end)
assert(bot:run())
]]

-- How often the handler was called for one failure, and the bot.
local function calls(handler)
  local net = kit.network()
  local bot = kit.start(net, BOT:format(handler))
  local ann = net:user("ann")
  ann:say("!fail")
  expect(bot:prints(), "told of: .*broken")
  expect(bot:errors(), "command fail failed: .*broken")
  net:advance(60)
  ann:say("!ping")
  expect(ann:hears(), "pong")
  return #bot:prints(), bot
end

describe("a handler of errors is not called again", function()
  it("when it fails", function()
    local count, bot = calls [[ error("once more") ]]
    assert.equal(1, count)
    expect(bot:errors(), "on error failed: .*once more")
  end)

  it("when a task fails that it has started", function()
    local count, bot = calls [[
      gop2p.spawn(function()
        gop2p.spawn(function() error("once more") end)
      end) ]]
    assert.equal(1, count)
    expect(bot:errors(), "a task failed: .*once more")
  end)

  it("when what it sends does not arrive", function()
    local count, bot = calls [[ bot:send("localhost:1", tostring(err)) ]]
    assert.equal(1, count)
    expect(bot:complains(), "could not deliver to localhost:1")
  end)

  it("when it writes to itself, which fails at once", function()
    local count, bot = calls [[ bot:send(bot.node:self(), tostring(err)) ]]
    assert.equal(1, count)
    expect(bot:complains(), "could not deliver to localhost:5001")
  end)

  it("once the bot has stopped, although what it closes fails", function()
    local net = kit.network()
    local text = BOT:format(""):gsub("assert%(bot:run%(%)%)", [[
      bot:on("start", function()
        local _ <close> = setmetatable({}, { __close = function()
          error("not written")
        end })
        gop2p.sleep(1000)
      end)
      bot:after(1, function() bot:stop() end)
      bot:run()
      gop2p.sleep(60)
    ]])
    local bot = kit.start(net, text)
    net:advance(30)
    assert.same({}, bot:prints())
    expect(bot:errors(), "not written")
  end)

  it("when it says more than the bot may", function()
    local count, bot = calls [[
      for _ = 1, 5 do gop2p.spawn(bot.say, bot, "broken") end ]]
    assert.equal(1, count)
    expect(bot:errors(), "more than its rate allows")
  end)
end)
