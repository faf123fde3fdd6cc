-- A bot that asks somebody of its own accord, and keeps what it was told.

local bots = require "spec.support.bots"
local gop2p = require "gop2p"
local net = require "spec.support.net"

describe("bot:ask", function()
  local scene, got

  before_each(function()
    scene = bots.scene():ping()
    scene:start()
    got = nil
  end)
  after_each(function() scene:close() end)

  local function ask(who, timeout)
    gop2p.spawn(function()
      got = table.pack(scene.bot:ask(who, "Are you well?", timeout))
    end)
  end

  it("asks a peer directly, whose next direct message it is", function()
    ask(scene.user:self(), 5)
    assert.same({"Are you well?", "direct"}, {scene:hear()})
    assert.equal("pong", scene:ask("!ping"))   -- to everybody: no answer
    assert.is_nil(got)
    scene:tell("ping")
    net.await(function() return got end)
    assert.equal("ping", got[1])
    assert.same({scene.user:self(), true}, {got[2].from, got[2].is_direct})
    assert.equal("pong", scene:ask_directly("ping"))
  end)

  it("gives up in time", function()
    ask(tostring(scene.user:self()), 0.05)
    net.await(function() return got end)
    assert.is_nil(got[1])
    assert.equal("ETIMEDOUT", got[2].code)
  end)

  it("raises misuse at the caller's line", function()
    local here = debug.getinfo(1, "S").short_src
    for why, args in pairs {
      ["#1 to 'ask' %(not a peer"] = {"nobody", "?"},
      ["#2 to 'ask' %(string expected"] = {5000},
      ["#3 to 'ask' %(number of seconds"] = {5000, "?", "soon"},
    } do
      local ok, err = pcall(function()
        return (scene.bot:ask(table.unpack(args)))
      end)
      assert.is_false(ok)
      assert.equal(1, err:find(here, 1, true), err)
      assert.matches(why, err)
    end
    local new <close> = bots.new()
    assert.has_error(function() new:ask(5000, "?") end,
                     "'ask': the bot does not run yet")
  end)
end)

describe("bot:save", function()
  it("writes at once what is stored", function()
    local path = os.tmpname()
    os.remove(path)
    local bot <close> = bots.new {store = path}
    assert(bot:start())
    bot.store.promised = "this"
    assert.is_true(bot:save())
    local file <close> = assert(io.open(path))
    os.remove(path)
    assert.matches('"promised"%s*:%s*"this"', file:read("a"))
    bot.store.promised = print
    local ok, err = bot:save()
    assert.same({nil, "EINVAL"}, {ok, err.code})
    bot.store.promised = nil
  end)

  it("does nothing where nothing is stored", function()
    local bot <close> = bots.new()
    assert(bot:start())
    assert.is_true(bot:save())
  end)
end)

describe("a bot's port", function()
  it("may be text, as an argument of a program is", function()
    local free = net.free_port()
    local bot <close> = bots.new {port = tostring(free)}
    assert(bot:start())
    assert.equal(free, bot.node:self().port)
    assert.has_error(function() bots.new {port = "50x"} end,
      "bad argument #1 to 'new' (option 'port': port from 0 to 65535 "
      .. "expected, got \"50x\")")
  end)
end)

describe("what a bot says when it has just started", function()
  it("waits until it has joined", function()
    local user <close> = assert(gop2p.start_local_node(0))
    local bot <close> = bots.new {join = user:self()}
    local told = bots.new {join = user:self()}
    told:on("start", function() told:say("I am back") end)
    assert(bot:start())
    assert.is_true(bot:say("Hello"))
    assert.equal("Hello", assert(user:receive(5)).data)
    assert(told:start())
    assert.equal("I am back", assert(user:receive(5)).data)
    told:stop()
  end)

  it("waits no longer than it takes to try", function()
    local nobody <close> = net.nobody()
    local hung <close> = net.hung()
    local bot <close> = bots.new {join = nobody.name}
    assert(bot:start())
    local receipt = assert(bot:broadcast("Is there anybody?"))
    assert.is_true(receipt:wait())
    local other <close> = bots.new {join = hung.name}
    assert(other:start())
    local seconds = net.timed(function()
      gop2p.spawn(function() other:say("Hello") end)
      other:stop()
    end)
    assert.is_true(seconds < 4, seconds)
  end)
end)
