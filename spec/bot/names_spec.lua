-- The name that a bot has: how it gets it, what it is called by, and what
-- becomes of it where another has the same.

local bots = require "spec.support.bots"
local folders = require "spec.support.folder"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"
local scriptfile = require "spec.support.script"
local testing = require "gop2p.testing"

local LUA = os.getenv("LUA") or "lua5.4"
local LIMIT = 20   -- seconds

describe("a bot", function()
  local folder, log

  before_each(function()
    folder = folders.make()
    log = folder.path .. "/log"
  end)

  after_each(function() folder:close() end)

  local function node(name, entry, port)
    local one = folder:keep(assert(gop2p.start_local_node(port or 0,
                                                          {name = name})))
    if entry then assert(one:connect(entry)) end
    return one
  end

  local function bot(options)
    options.log = {file = log}
    local one = bots.new(options)
    folder:keep {close = function() one:stop() end}
    return one
  end

  local function logged(text)
    return net.read(log):find(text, 1, true) ~= nil
  end

  -- Starts it, and waits until it has joined.
  local function join(one)
    assert(one:start())
    net.await(function() return #one:members() > 0 end, LIMIT)
    return one
  end

  -- What it says to what is said to everybody, or directly.
  local function hears(user)
    local message = assert(user:receive(LIMIT))
    return message.data, message.name
  end

  local function pinged(one)
    one:command("ping", function() return "pong" end)
    return one
  end

  -- Nothing that was said before is answered: this is.
  local function is_silent(user, one)
    assert(user:send(one.node:self(), "ping"))
    local text = hears(user)
    return text == "pong"
  end

  it("has the name of its node, which all others see", function()
    local ann = node("ann")
    local dice = pinged(bot {name = "dice", join = ann:self()})
    assert.equal("dice", dice.name)
    assert.equal("gop2p bot dice (new)", tostring(dice))
    join(dice)
    assert.equal("dice", dice.node:self().name)
    assert(ann:broadcast("!ping"))
    assert.same({"pong", "dice"}, {hears(ann)})
    assert.is_true(logged(("info dice: started name=dice node=localhost:%d")
                          :format(dice.node:self().port)))
  end)

  it("without a name has none, and is not called by one", function()
    local ann = node("ann")
    local one = pinged(bot {join = ann:self(), prefix = false})
    assert.is_nil(one.name)
    assert.equal("gop2p bot (new)", tostring(one))
    join(one)
    assert.is_nil(one.node:self().name)
    for _, text in ipairs {"bot: ping", "@bot ping", ": ping", "@ ping"} do
      assert(ann:broadcast(text))
    end
    assert.is_true(is_silent(ann, one))
    assert(ann:send(one.node:self(), "pong"))
    assert.equal("I do not know pong. Try help.", (hears(ann)))
    assert(ann:send(one.node:self(), "help ping"))
    assert.equal("Usage: ping", (hears(ann)))
    assert.is_true(logged("info bot: started node=localhost:"))
  end)

  it("is called by its name, in letters of any kind and number", function()
    for _, name in ipairs {"Jörg", "ü-%d+", "(x)", ("ß"):rep(32)} do
      name = name:gsub("^%(", "a(")
      local ann = node("ann")
      local one = join(pinged(bot {name = name, join = ann:self()}))
      for _, format in ipairs {"%s: ping", "@%s ping", "@%s, ping"} do
        assert(ann:broadcast(format:format(name)))
        assert.same({"pong", name}, {hears(ann)})
      end
      one:stop()
    end
  end)

  it("is called by the name that its node was given since", function()
    local ann = node("ann")
    local one = join(pinged(bot {name = "bob", join = ann:self(),
                                 prefix = false}))
    assert(ann:broadcast("bob: ping"))
    assert.equal("pong", (hears(ann)))
    assert(one.node:set_name("rob"))
    assert.equal("rob", one.name)
    assert.equal("gop2p bot rob (running)", tostring(one))
    assert(ann:broadcast("bob: ping"))
    assert.is_true(is_silent(ann, one))
    assert(ann:broadcast("ROB: ping"))
    assert.equal("pong", (hears(ann)))
    assert(ann:broadcast("rob: help"))
    assert.matches("\n%* rob: ping$", (hears(ann)))
    assert(ann:broadcast("rob: pong"))
    assert.equal("I do not know pong. Try rob: help.", (hears(ann)))
    assert.is_true(logged("info rob: said text=pong"))
  end)

  it("does not take what ann says to another for its own", function()
    local ann = node("ann")
    local one = join(pinged(bot {name = "ann", join = ann:self()}))
    assert.equal("ann-2", one.name)
    for _, text in ipairs {"ann: ping", "@ann ping", "ping"} do
      assert(ann:broadcast(text))
    end
    assert.is_true(is_silent(ann, one))
    assert(ann:broadcast("ann-2: ping"))
    assert.equal("pong", (hears(ann)))
  end)

  describe("whose name is taken", function()
    it("comes in as the next that is free, and says so", function()
      local ann = node("ann")
      node("ann-2", ann:self())
      local one = join(pinged(bot {name = "ann", join = ann:self(),
                                   prefix = false}))
      assert.equal("ann-3", one.name)
      net.await(function() return logged("connected") end)
      assert.is_true(logged("warn ann-3: the name is taken asked=ann "
                            .. "name=ann-3"))
      assert(ann:broadcast("ann-3: help"))
      assert.matches("\n%* ann%-3: ping$", (hears(ann)))
      assert.is_true(logged("info ann-3: said"))
    end)

    it("cuts a long one so that it fits", function()
      local name = ("ü"):rep(32)
      local ann = node(name)
      local one = join(bot {name = name, join = ann:self()})
      assert.equal(("ü"):rep(30) .. "-2", one.name)
    end)

    it("stays what it is then, also when it joins again", function()
      local ann = node("ann")
      local one = join(bot {name = "ann", join = ann:self()})
      assert(ann:leave())
      net.await(function() return #one:members() == 0 end, LIMIT)
      local port = ann:self().port
      ann:close()
      node("bob", nil, port)
      net.await(function() return #one:members() == 1 end, LIMIT)
      assert.equal("ann-2", one.name)
    end)

    it("takes one like that which it was given since", function()
      local ann = node("ann")
      local one = bot {name = "dice", join = ann:self()}
      assert(one:start())
      assert(one.node:set_name("ann"))
      net.await(function() return #one:members() == 1 end, LIMIT)
      assert.equal("ann-2", one.name)
    end)

    it("keeps its files under the name that it asked for", function()
      local here = assert(process.start {"sh", "-c", ([[
        cd %s && exec %s -e '
          local gop2p = require "gop2p"
          local ann = assert(gop2p.start_local_node(0, {name = "ann"}))
          local bot = require("gop2p.bot").new {
            name = "ann", join = ann:self(), log = {level = "off"},
          }
          bot.store.one = 1
          bot:on("met", function() bot:stop() end)
          bot:run()
          print(bot.name)
          os.exit(0)']]):format(folder.path, LUA)})
      local _ <close> = here
      assert.equal("ann-2", here:line(LIMIT))
      assert.equal('{\n"one":1\n}\n', net.read(folder.path .. "/ann.json"))
      assert.is_nil(io.open(folder.path .. "/ann-2.json"))
    end)

    it("fails when it is strict, and says why", function()
      local ann = node("ann")
      local one = bot {name = "ann", join = ann:self(), strict_name = true}
      local ok, err = one:run()
      assert.same({nil, "EEXIST"}, {ok, err.code})
      assert.equal("gop2p bot ann (stopped)", tostring(one))
      assert.is_true(logged("error ann: not joined reason=\"connection "
        .. "error: could not join through localhost:"))
      assert.same({}, ann:members())
      assert.same({nil, err}, {one:run()})
    end)

    it("makes the command fail when it is strict", function()
      local ann = node("ann")
      for _, run in ipairs {"assert(bot:run())", "bot:run()",
                            "bot:start()"} do
        local script = folder:write("bot.lua", ([[
          local bot = require("gop2p.bot").new {
            name = "ann", join = arg[1], strict_name = true, store = false,
          }
          %s]]):format(run))
        local command <close> = assert(process.start({
          LUA, "lua/gop2p/bin/gop2p", "bot", script,
          tostring(gop2p.peer(ann:self()))}, {stderr = log}))
        assert.equal(1, command:wait(LIMIT, net.idle), run)
        assert.is_true(logged("the name is taken by another member"))
      end
    end)

    it("takes it when its holder has gone", function()
      for _, strict in ipairs {false, true} do
        local entry = node("bob")
        local gone = assert(process.start {LUA, "-e", ([[
          local gop2p = require "gop2p"
          local node = assert(gop2p.start_local_node(0, {name = "ann"}))
          assert(node:connect(%d))
          print("joined")
          io.stdout:flush()
          node:wait()]]):format(entry:self().port)})
        folder:keep(gone)
        assert.equal("joined", gone:line(LIMIT, net.idle))
        gone:kill("KILL")
        gone:wait(LIMIT, net.idle)
        local one = join(bot {name = "ann", join = entry:self(),
                              strict_name = strict})
        net.await(function() return entry:member("ann") end, LIMIT)
        assert.equal("ann", one.name)
        assert.equal(one.node:self(), entry:member("ann").peer)
      end
    end)

    it("comes in under another one when it was taken while it was away",
       function()
      local path = folder.path .. "/state"
      local bob = node("bob")
      local options = {name = "ann", join = bob:self(), state = path}
      join(bot(options)):stop()
      node("ann", bob:self())
      options.join = nil   -- it finds bob by its state alone
      local one = join(bot(options))
      net.await(function() return one.name == "ann-2" end, LIMIT)
      net.await(function() return #bob:members() == 2 end, LIMIT)
    end)

    it("keeps it where two networks become one, and is told", function()
      local ann, bob = node("ann"), node("bob")
      local one = bot {name = "ann", join = bob:self()}
      local told = {}
      one:on("error", function(err) told[#told + 1] = err end)
      join(one)
      local third = node("eve", bob:self())
      assert(third:connect(ann:self()))
      net.await(function() return #one:members() == 3 end, LIMIT)
      net.await(function() return #told > 0 end, LIMIT)
      assert.equal("EEXIST", told[1].code)
      assert.equal("ann", one.name)
      assert.equal("ann", ann:self().name)
      assert.is_true(logged("has the same name"))
    end)
  end)

  it("is not called by another's name in other letters", function()
    local entry = node()
    local one = join(pinged(bot {name = "dice", join = entry:self()}))
    local other, user = node("Dice", entry:self()), node("ann", entry:self())
    net.await(function()
      return one.node:member("ann") and one.node:member("Dice")
    end, LIMIT)
    for _, said in ipairs {"Dice: ping", "@Dice ping", "DICE: ping"} do
      assert(assert(user:broadcast(said)):wait(LIMIT))
    end
    assert.same({"pong", "dice"}, {hears(user)})
    assert.is_nil((user:receive(0.2)))
    assert(other:leave())
    net.await(function() return not one.node:member("Dice") end, LIMIT)
    assert(user:broadcast("Dice: ping"))
    assert.same({"pong", "dice"}, {hears(user)})
  end)

  it("knows the address of a sender, whatever that is called", function()
    local entry = node("ann")
    local one = bot {name = "dice", join = entry:self()}
    one:command("where", function(ctx) return ctx.address end)
    join(one)
    for _, name in ipairs {"ann", "bea"} do
      assert(entry:set_name(name))
      assert(assert(entry:broadcast("!where")):wait(LIMIT))
      assert.equal(tostring(gop2p.peer(entry:self())), (hears(entry)))
    end
  end)

  it("logs whom it could not find", function()
    local one = join(bot {name = "dice", join = node("ann"):self()})
    assert.is_nil((one:say("Hello", "nobody")))
    assert.is_true(logged("warn dice: not sent reason="))
    assert.is_true(logged("could not send to nobody: no member has this"))
  end)
end)

-- On virtual time, with the test kit.
describe("a bot that is reloaded", function()
  local network, script

  local SCRIPT = [[
    runs = (runs or 0) + 1
    local bot = require("gop2p.bot").new {
      name = "dice", join = "localhost:5000",
      owner = runs > 1 and "ann" or nil,
    }
    bot:command("again", function()
      bot:after(0, function() bot:reload() end)
      return "run " .. runs
    end)
    bot:command("shut", function() return "done" end, { role = "owner" })
    bot:run()
  ]]

  before_each(function()
    script = scriptfile(SCRIPT)
    network = testing.network { seed = 5 }
  end)

  after_each(function()
    network:close()
    script:close()
  end)

  local function user(name)
    local one = network:user(name)
    assert(one.node:set_name(name))
    return one
  end

  local function rename(one, name)
    assert(one.node:set_name(name))
    network:advance(1)
  end

  local function told(one, text, answer)
    one:dm("bot", text)
    testing.expect(one:hears(), answer)
    network:advance(2)
  end

  it("knows whom the name of a role means", function()
    network:bot(script.name, { name = "bot" })
    local ann, eve = user("ann"), user("eve")
    told(ann, "shut", "may not")
    told(ann, "again", "run 1")
    for run = 2, 3 do   -- those who are there as it is reloaded count
      rename(ann, "anna")
      rename(eve, "ann")
      told(eve, "again", "run " .. run)
      told(eve, "shut", "may not")
      rename(eve, "eve")
      rename(ann, "ann")
      told(ann, "shut", "done")
    end
  end)

  it("is the same although it has another name than it asked for", function()
    local dice = user("dice")
    network:advance(1)
    network:bot(script.name, { name = "bot" })
    told(dice, "again", "run 1")
    told(dice, "again", "run 2")
    dice:say("dice-2: again")
    testing.expect(dice:hears(), "run 3")
  end)
end)
