-- Handlers that ask, or wait for what comes next, and a bot that asks of its
-- own accord.

local bots = require "spec.support.bots"
local gop2p = require "gop2p"
local net = require "spec.support.net"

describe("ctx:ask", function()
  local scene

  before_each(function()
    scene = bots.scene():ping()
    scene.bot:command("name", function(ctx)
      local answer, why = ctx:ask("And your name?", 5)
      return answer and "Hello, " .. answer or why.code
    end)
    scene:start()
  end)
  after_each(function() scene:close() end)

  it("waits for the sender's next message, which is no command then",
     function()
    assert.equal("And your name?", scene:ask("!name"))
    assert.same({"Hello, !ping", "broadcast"}, {scene:ask("!ping")})
    assert.equal("pong", scene:ask("!ping"))
  end)

  it("is not answered by others, nor elsewhere", function()
    local other = scene:another()
    assert.equal("And your name?", scene:ask_directly("name"))
    assert.equal("pong", scene:ask_directly("ping", other))
    assert.same({"pong", "broadcast"}, {scene:ask("!ping")})
    assert.same({"Hello, Ann", "direct"}, {scene:ask_directly("Ann")})
  end)

  it("holds nobody up, and asks two at once", function()
    local other = scene:another()
    assert.equal("And your name?", scene:ask_directly("name"))
    assert.equal("And your name?", scene:ask_directly("name", other))
    assert.equal("Hello, Bob", scene:ask_directly("Bob", other))
    assert.equal("Hello, Ann", scene:ask_directly("Ann"))
  end)

  it("asked twice of one sender is answered in order", function()
    local got = {}
    scene.bot:command("two", function(ctx)
      for i = 1, 2 do
        gop2p.spawn(function() got[i] = ctx:ask("Question " .. i) end)
        gop2p.sleep(0)   -- it asks
      end
    end)
    assert.equal("Question 1", scene:ask_directly("two"))
    assert.equal("Question 2", (scene:hear()))
    scene:tell("first")
    scene:tell("second")
    net.await(function() return got[1] and got[2] end)
    assert.same({"first", "second"}, got)
  end)

  it("gives up in time", function()
    scene.bot:command("quick", function(ctx)
      local answer, why = ctx:ask("Well?", 0.05)
      return answer or why.code
    end)
    assert.equal("Well?", scene:ask("!quick"))
    assert.equal("ETIMEDOUT", (scene:hear()))
    assert.equal("pong", scene:ask("!ping"))
  end)
end)

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

  it("gives the error of a question that cannot arrive, to nobody else",
     function()
    local told = {}
    scene.bot:on("error", function(err) told[#told + 1] = err end)
    local node = scene.bot.node
    local gone = assert(gop2p.start_local_node(0))
    local nobody = gone:self()
    gone:close()
    for _, who in ipairs {node:self(), nobody} do
      for _, question in ipairs {"q", ("long "):rep(1000)} do
        got = nil
        gop2p.spawn(function()
          got = table.pack(scene.bot:ask(who, question, 5))
        end)
        net.await(function() return got end)
        assert.is_nil(got[1])
        assert.matches("^could not deliver to", got[2].text)
      end
    end
    assert.equal("pong", scene:ask("!ping"))
    assert.same({}, told)
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
      ["#1 to 'ask' %(not a peer"] = {"no one", "?"},
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

describe("wait_for", function()
  it("gives the event for which the predicate holds", function()
    local scene <close> = bots.scene()
    scene.bot:command("wait", function(ctx)
      ctx:reply("waiting")
      local said = scene.bot:wait_for("message", 5, function(seen)
        return seen.text:find("^key ") and seen.from == ctx.from
      end)
      return said.text
    end)
    scene:ping():start()
    assert.equal("waiting", scene:ask("!wait"))
    scene:say("nothing")
    scene:say("key 1", scene:another())
    scene:say("key 2")
    scene:say("key 3")
    assert.equal("key 2", (scene:hear()))
  end)

  it("gives what the handlers of the event get", function()
    local scene <close> = bots.scene()
    scene:start()
    local other <close> = assert(gop2p.start_local_node(0))
    local joined, left
    gop2p.run(function()
      gop2p.spawn(function()
        joined = scene.bot:wait_for("joined", 5, function(peer)
          return peer == other:self()
        end)
        left = scene.bot:wait_for("left", 5)
      end)
      assert(other:connect(scene.bot.node:self()))
      net.await(function() return joined end)
      assert(other:leave())
    end)
    assert.same({other:self(), other:self()}, {joined, left})
  end)

  it("gives up in time", function()
    local scene <close> = bots.scene()
    scene:start()
    local value, err = scene.bot:wait_for("failed", 0.02)
    assert.same({nil, "ETIMEDOUT"}, {value, err.code})
    assert.equal("internal error: no event \"failed\": none came in time",
                 tostring(err))   -- nothing is wrong with the network
  end)

  it("raises what its predicate raises, and for events there are not",
     function()
    local scene <close> = bots.scene()
    scene.bot:on("message", function() end)
    scene:start()
    local ok, err
    gop2p.run(function()
      gop2p.spawn(function()
        ok, err = pcall(scene.bot.wait_for, scene.bot, "message", 5,
                        function() error("bad predicate", 0) end)
      end)
      scene:say("anything")
      net.await(function() return ok ~= nil end)
    end)
    assert.same({false, "bad predicate"}, {ok, err})
    assert.has_error(function() scene.bot:wait_for("arrived") end,
      "bad argument #1 to 'wait_for' (no such event: arrived)")
  end)
end)
