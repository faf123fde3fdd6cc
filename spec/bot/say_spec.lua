-- Whether what a bot says has arrived.

local kit = require "spec.support.kit"
local testing = require "gop2p.testing"

local expect = testing.expect

after_each(kit.close)

-- Says to whom it is told to say a text of so many parts, and reports.
local BOT = [[
  local bot = require("gop2p.bot").new {
    name = "crier", join = "localhost:5000", store = false,
    log = { level = "error" }, max_message = 16, dry_run = arg[1] == "dry",
  }
  local function words(count) return ("a word or\n"):rep(count) end
  local function report(receipt)
    local ok, err = receipt:wait()
    print(ok or err.code, tostring(receipt))
  end
  bot:command("tell <count:integer> <who:peer>", function(_, args)
    report(bot:say(words(args.count), args.who))
  end)
  bot:command("all <count:integer>", function(_, args)
    report(bot:say(words(args.count)))
  end)
  bot:command("reply <count:integer>", function(ctx, args)
    report(ctx:reply(words(args.count)))
  end)
  bot:command("hasty", function(ctx)
    local long, short = bot:say(words(3)), bot:say("a word")
    print(long:wait(0), short:wait(0))
    print(pcall(long.wait, long, "soon"))
    print(pcall(long.wait))
    print(long:wait())
  end)
  bot:on("error", function(err) print("error", err.code) end)
  bot:run()
]]

describe("a bot that says something", function()
  local net, bot, ann

  local function start(...)
    net = kit.network()
    bot = kit.start(net, BOT, { name = "crier", args = { ... } })
    ann = net:user("ann")
  end

  for _, count in ipairs { 1, 4 } do
    it(("learns that it has arrived, in %d parts"):format(count), function()
      start()
      for _, text in ipairs { "!tell %d ann", "!all %d", "!reply %d" } do
        ann:say(text:format(count))
        expect(bot:prints(), "^true\tgop2p.receipt %(delivered%)"
                             .. (count > 1 and ", gop2p" or "$"))
      end
      for _ = 1, 3 * count do expect(ann:hears(), "^a word or") end
    end)

    it(("learns that it has not, in %d parts, as nobody else"):format(count),
       function()
      start()
      ann:say(("!tell %d localhost:5999"):format(count))
      expect(bot:prints(), "^ECONNREFUSED\tgop2p.receipt %(1 failed%)", 20)
      local eve = net:user("eve")
      eve:kill()
      ann:say(("!all %d"):format(count))
      expect(bot:prints(), "^ECONNREFUSED\tgop2p.receipt %(", 20)
      assert.equal(2, #bot:prints())
    end)
  end

  it("need not wait for all that", function()
    start()
    ann:say("!hasty")
    expect(bot:prints(), "^nil\tnil\tconnection error: not everybody "
                         .. "has responded yet: no response in time$")
    expect(bot:prints(), "^false\t.*bad argument #1 to 'wait' %(number of "
                         .. "seconds expected, got string%)$")
    expect(bot:prints(), "^false\t.*'wait' must be called on a receipt")
    expect(bot:prints(), "^true$")
  end)

  it("has said it when it only tries", function()
    start("dry")
    ann:say("!tell 4 localhost:5999")
    expect(bot:prints(), "^true\t")
  end)
end)
