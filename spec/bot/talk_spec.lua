-- Handlers that wait for what comes next, and who may use what.

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
        gop2p.sleep(0.02)
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

describe("handlers", function()
  it("run side by side", function()
    local scene <close> = bots.scene()
    scene.bot:command("slow", function()
      gop2p.sleep(0.2)
      return "slow"
    end)
    scene:ping():start()
    scene:tell("slow")
    scene:tell("ping")
    assert.equal("pong", (scene:hear()))
    assert.equal("slow", (scene:hear()))
  end)

  it("are told of those who come and go", function()
    local scene <close> = bots.scene()
    local seen = {}
    for _, event in ipairs {"joined", "left", "start", "stop"} do
      scene.bot:on(event, function(peer)
        seen[#seen + 1] = event .. (peer and " " .. peer or "")
      end)
    end
    scene:start()
    local user = tostring(scene.user:self())
    net.await(function() return #seen == 2 end)
    assert(scene.user:leave())
    net.await(function() return #seen == 3 end)
    scene.bot:stop()
    assert.same({"start", "joined " .. user, "left " .. user, "stop"}, seen)
  end)

  it("can greet who joins", function()
    local scene <close> = bots.scene()
    scene.bot:on("joined", function(peer)
      assert(scene.bot:send(peer, "welcome; try !help"))
    end)
    scene:start()
    assert.same({"welcome; try !help", "direct"}, {scene:hear()})
  end)

  it("do not take those who were there before for newcomers", function()
    local nodes <close> = net.network(2)
    local seen = {}
    local bot <close> = bots.new {join = nodes[1]:self()}
    for _, event in ipairs {"joined", "met"} do
      bot:on(event, function(peer) seen[tostring(peer)] = event end)
    end
    assert(bot:start())
    local late <close> = assert(gop2p.start_local_node(0))
    net.await(function() return #bot:members() == 2 end)
    assert(late:connect(nodes[2]:self()))
    net.await(function() return seen[tostring(late:self())] end)
    assert.same({[tostring(nodes[1]:self())] = "met",
                 [tostring(nodes[2]:self())] = "met",
                 [tostring(late:self())] = "joined"}, seen)
  end)

  it("that are too many at once are not started", function()
    local scene <close> = bots.scene {max_tasks = 8}
    local began = 0
    scene.bot:command("wait", function()
      began = began + 1
      gop2p.sleep(0.3)
    end)
    scene:ping():start()
    for _ = 1, 20 do scene:tell("wait") end
    assert.is_true(began > 0 and began < 8, began)
    net.pass(0.4)
    assert.equal("pong", scene:ask("!ping"))
  end)
end)

describe("roles", function()
  local function made(options)
    local scene
    scene = bots.scene({}, function(user)
      options.roles = options.roles and options.roles(user)
      options.owner = options.owner and user
      return options
    end)
    for _, name in ipairs {"kick", "poll-new", "poll-end", "roll"} do
      scene.bot:command(name, function() return "done" end)
    end
    scene.bot:command("shut", function() return "shut" end, {role = "owner"})
    scene:start()
    return scene
  end

  local function may(scene, node)
    local list = {}
    for _, name in ipairs {"kick", "poll-new", "poll-end", "roll", "shut"} do
      local answer = scene:ask_directly(name, node)
      if answer == "done" or answer == "shut" then
        list[#list + 1] = name
      else
        assert.equal(("Sorry, you may not use %s."):format(name), answer)
      end
    end
    return table.concat(list, " ")
  end

  it("let the owner do all, and others what is for everybody", function()
    local scene <close> = made {owner = true, allow = {["*"] = "owner",
                                                       roll = "everybody"}}
    assert.equal("kick poll-new poll-end roll shut", may(scene))
    assert.equal("roll", may(scene, scene:another()))
    assert.is_true(scene.bot:is(scene.user:self(), "owner"))
    assert.is_false(scene.bot:is("localhost:1", "owner"))
  end)

  it("are given by globs on names, of which the closest counts", function()
    local scene <close> = made {
      roles = function(user)
        return {mods = {user}, voters = "localhost:1"}
      end,
      allow = {["poll-*"] = "voters", ["*"] = "mods",
               ["poll-e?d"] = {"voters", "mods"}, shut = "mods"},
    }
    assert.equal("kick poll-end roll shut", may(scene))
    assert.equal("", may(scene, scene:another()))
  end)

  it("that are wrong raise", function()
    for why, options in pairs {
      ['option allow["x"]: no such role: boss'] = {allow = {x = "boss"}},
      ['option roles: "owner" is a role already'] =
        {roles = {owner = "localhost:1"}},
      ['option roles["a"]: not a peer: "b" ("host:port" expected)'] =
        {roles = {a = "b"}},
      ["option roles: name expected as key, got 1"] =
        {roles = {"localhost:1"}},
      ["option allow: name or glob expected as key, got 1"] =
        {allow = {"owner"}},
      ["no such option: ower"] = {ower = 1},
      ["option 'port': port from 0 to 65535 expected, got 70000"] =
        {port = 70000},
      ['option \'join\': item 2: not a peer: "x" ("host:port" expected)'] =
        {join = {"a:1", "x"}},
      ["option 'join': port out of range: 70000 (1 to 65535)"] =
        {join = 70000},
      ["option 'node': unknown option 'inbox'"] = {node = {inbox = 1}},
      ["option 'node': option 'state': path of a file expected"] =
        {node = {state = ""}},
      ["option 'state': path of a file expected, got \"\""] = {state = ""},
      ["option 'address': nobody can reach 0.0.0.0: name an address of this "
        .. "machine (see option listen)"] = {address = "0.0.0.0"},
    } do
      assert.has_error(function() bots.new(options) end,
        ("bad argument #1 to 'new' (%s)"):format(why))
    end
    local bot = require "gop2p.bot"
    assert.has_error(function() bot:new {} end,
                     "bad argument #1 to 'new' (call 'new' with a dot)")
  end)
end)
