-- New code for a bot that runs: real files, in a process of its own, asked
-- over the network, which it has to stay in.

local folders = require "spec.support.folder"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"
local scriptfile = require "spec.support.script"
local testing = require "gop2p.testing"

local LUA = os.getenv("LUA") or "lua5.4"

-- What all scripts here begin with. Lines of the input are run as Lua.
local HEAD = [[
local folders = require "spec.support.folder"
local gop2p = require "gop2p"
io.stdout:setvbuf("line")
local bot = require("gop2p.bot").new {
  name = "dice", log = {level = "off"}, store = false, watch = WATCH,
  rate = 1000, burst = 1000, exchange = 1000,
}
if not begun then
  begun, the_bot, ticks = true, bot, {}
  bot:keep(function()
    for line in gop2p.lines() do load(line)() end
    bot:stop()
  end)
end
bot:on("start", function() print(gop2p.peer(bot.node:self())) end)
bot:on("error", function(err) print("told: " .. err) end)
]]

local FIRST = HEAD .. [[
bot.store.count = (bot.store.count or 0) + 1
bot:command("version", function() return "one" end)
bot:command("gone", function() return "still there" end)
bot:command("slow", function(ctx)
  print("begun")
  gop2p.sleep(0.5)
  return "finished"
end)
bot:hear("^hear", function() return "one heard" end)
bot:every(0.02, function() ticks.one = (ticks.one or 0) + 1 end)
bot:after(3600, print)
bot:plugin("plug.lua")
bot:run()
print("after run")
]]

local SECOND = HEAD .. [[
bot:command("version", function() return "two " .. bot.store.count end)
bot:hear("^hear", function() return "two heard" end)
bot:every(0.02, function() ticks.two = (ticks.two or 0) + 1 end)
bot:plugin("plug.lua")
bot:run()
error("code that is reloaded ends with bot:run()")
]]

local PLUG = [[
local bot = ...
bot:command("plugged", function() return "plug %s" end)
]]

describe("a bot", function()
  local folder, child, user, name

  before_each(function() folder = folders.make() end)

  after_each(function()
    if child then child:close() end
    if user then user:close() end
    child, user = nil, nil
    folder:close()
  end)

  local function start(text, plug, watch)
    folder:write("dice.lua", (text:gsub("WATCH", tostring(watch or false))))
    folder:write("plug.lua", plug or PLUG:format("one"))
    child = assert(process.start({LUA, folder.path .. "/dice.lua"}))
    name = assert(child:line(20))
    user = assert(gop2p.start_local_node(0))
    assert(user:connect(name))
  end

  -- What it answers; it is the same member as before.
  local function ask(text)
    user:send(name, text)
    local message, err = user:receive(10)
    return message and message.data or tostring(err)
  end

  local function run(code)
    child:send(code)
    return assert(child:line(20, net.idle))
  end

  -- What reload gives, and what the bot says then: as it starts, or what
  -- went wrong.
  local function reload()
    local result = run("print(the_bot:reload())")
    return result, child:line(20, net.idle)
  end

  local function reloads()
    assert.same({"true", name}, {reload()})
  end

  local function still_one()
    assert.equal("one", ask("version"))
    assert.equal("still there", ask("gone"))
    assert.equal("one heard", ask("hear"))
    assert.equal("plug one", ask("plugged"))
  end

  it("takes all of the new code in place of the old, and goes on",
  function()
    start(FIRST)
    local seen = {}
    gop2p.spawn(function()
      for event in user:events() do seen[#seen + 1] = event.type end
    end)
    still_one()
    user:send(name, "slow")
    assert.equal("begun", child:line(20, net.idle))
    net.await(function() return run("print(ticks.one or 0)") ~= "0" end)
    folder:write("dice.lua", (SECOND:gsub("WATCH", "false")))
    folder:write("plug.lua", PLUG:format("two"))
    reloads()
    assert.equal("finished", user:receive(10).data)   -- the old code's
    assert.equal("two 1", ask("version"))
    assert.equal("I do not know gone. Try help.", ask("gone"))
    assert.equal("two heard", ask("hear"))
    assert.equal("plug two", ask("plugged"))
    local one = run("print(ticks.one)")
    net.await(function() return run("print(ticks.two or 0)") ~= "0" end)
    assert.equal(one, run("print(ticks.one)"))
    assert.same({"joined"}, seen)   -- and not left
    child:finish()
    assert.equal("after run", child:line(10, net.idle))
    assert.equal(0, child:wait(10, net.idle))
  end)

  it("ends what the old code has spawned at the top of its file", function()
    start(HEAD .. [[
      gop2p.spawn(function()
        local _ <close> = setmetatable({}, { __close = function()
          print("ended")
        end })
        while true do gop2p.sleep(0.01) end
      end)
      bot:run()
    ]])
    folder:write("dice.lua", (SECOND:gsub("WATCH", "false")))
    child:send("print(the_bot:reload())")
    assert.equal("ended", child:line(20, net.idle))
    assert.equal("true", child:line(20, net.idle))
  end)

  it("does not have its timers twice after many reloads", function()
    start(FIRST)
    for _ = 1, 5 do reloads() end
    assert.equal("2", run("print(the_bot.registry.agenda:count())"))
    assert.equal("6", run("print(the_bot.store.count)"))
  end)

  it("keeps the old code when the new one fails, at any stage", function()
    start(FIRST)
    for _, case in ipairs {
      {"dice.lua", "x =", "dice.lua:1: unexpected symbol"},
      {"dice.lua", SECOND:gsub("bot:run%(%)", "error('oops')"),
       "dice.lua:%d+: oops"},
      {"dice.lua", SECOND:gsub("bot:run%(%)", "error({})"), "table: "},
      {"dice.lua", SECOND:gsub("bot:run%(%)", "bot:every('9', print)"),
       "dice.lua:%d+: bad argument #1 to 'every'"},
      {"dice.lua", SECOND:gsub("bot:run%(%)", "while true do end"),
       "computed for more than 1.0 s"},
      {"dice.lua", SECOND:gsub('name = "dice"', 'name = "cards"', 1),
       'no bot called "cards" runs: to add one, restart the script'},
      {"dice.lua", "local x = 1", 'it makes no bot called "dice" any more'},
      {"dice.lua", SECOND:gsub("plug.lua", "none.lua"), "none.lua"},
      {"plug.lua", "x =", "plug.lua:1: unexpected symbol"},
      {"plug.lua", "error('oops')", "plug.lua:1: oops"},
    } do
      local file <close> = assert(io.open(folder.path .. "/" .. case[1]))
      local before = file:read("a")
      folder:write(case[1], (case[2]:gsub("WATCH", "false")))
      local result, told = reload()
      assert.matches("^nil\tinternal error: could not reload "
        .. folder.path:gsub("%p", "%%%0") .. "/dice.lua, the old code "
        .. "stays: .*" .. case[3], result)
      assert.matches("^told: .*" .. case[3], told)
      still_one()
      folder:write(case[1], before)
    end
    reloads()
  end)

  it("is reloaded when a file of it has changed, if it is watched",
  function()
    start(FIRST, nil, true)
    local second = SECOND:gsub("WATCH", "true")
    folder:write("new.lua", second)
    assert(os.rename(folder.path .. "/new.lua", folder.path .. "/dice.lua"))
    assert.equal(name, child:line(20, net.idle))
    assert.equal("two 1", ask("version"))
    assert.equal("plug one", ask("plugged"))
    folder:write("plug.lua", "error('oops')")
    assert.matches("^told: .*plug.lua:1: oops", child:line(20, net.idle))
    assert.equal("plug one", ask("plugged"))
    -- what fails before it comes to its plug-in still depends on it
    folder:write("dice.lua", (second:gsub("bot:plugin", ([[
      assert(io.open("%s/plug.lua"):read("a"):find("three"), "not yet")
      bot:plugin]]):format(folder.path))))
    assert.matches("^told: .*not yet", child:line(20, net.idle))
    folder:write("plug.lua", PLUG:format("three"))
    assert.equal(name, child:line(20, net.idle))
    assert.equal("plug three", ask("plugged"))
    os.remove(folder.path .. "/dice.lua")   -- an editor that is not done yet
    net.pass(0.6)
    folder:write("dice.lua", (FIRST:gsub("WATCH", "true")))
    assert.equal(name, child:line(20, net.idle))
    assert.equal("one", ask("version"))
  end)

  it("may be run by gop2p.run, and be a variable that closes", function()
    local function wrapped(text)
      return "require('gop2p').run(function()\n"
        .. text:gsub("local bot =", "local bot <close> =") .. "\nend)"
    end
    start(wrapped(FIRST))
    folder:write("dice.lua", (wrapped(SECOND):gsub("WATCH", "false")))
    reloads()
    collectgarbage()
    assert.equal("two 1", ask("version"))
    assert.equal("nil", run("collectgarbage() print(nil)"))
    assert.equal("two 1", ask("version"))
  end)

  it("says which options take a restart", function()
    start(FIRST)
    folder:write("dice.lua", (SECOND:gsub("WATCH", "false")
      :gsub('log = {level = "off"}', 'log = {}, port = 1')))
    local errors = folder.path .. "/errors"
    run(("local log = require 'gop2p.bot.log' local function dice() return "
         .. "'dice' end the_bot.log = log.open{bot = dice, file = %q} "
         .. "print(1)"):format(errors))
    reloads()
    local text = net.read(errors)
    assert.matches("warn dice: takes a restart option=port\n", text)
    assert.matches("warn dice: takes a restart option=log\n", text)
    assert.is_nil(text:find("option=node"))
    assert.matches("info dice: reloaded timers_dropped=1\n", text)
  end)

  it("that does not run is not reloaded", function()
    folder:write("dice.lua", HEAD:gsub("WATCH", "false")
      .. "\nbot:stop()\nprint(select(2, bot:reload()))\nos.exit(0)")
    child = assert(process.start({LUA, folder.path .. "/dice.lua"}))
    assert.matches("could not reload .*: no bot is running$", child:line(20))
  end)
end)

describe("a bot that is reloaded every half an hour", function()
  it("still does what it does every hour, and at twelve", function()
    local script <close> = scriptfile [[
      local bot = require("gop2p.bot").new {
        name = "dice", join = "localhost:5000", watch = true,
      }
      bot.store.hours = bot.store.hours or 0
      bot:every(3600, function()
        bot.store.hours = bot.store.hours + 1
        bot:say("version 0, hour " .. bot.store.hours)
      end)
      bot:every("12:00", function() bot:say("version 0, noon") end)
      bot:run()
    ]]
    local simulation <close> = testing.network { start = "2030-01-07 09:15" }
    local bot = simulation:bot(script.name, { name = "dice" })
    local text = bot:read(script.name)
    for i = 1, 6 do
      simulation:advance(1800)
      bot:write(script.name, (text:gsub("version 0", "version " .. i)))
    end
    simulation:advance(60)
    assert.same({ "version 1, hour 1", "version 3, hour 2",
                  "version 5, noon", "version 5, hour 3" },
                table.move(simulation:said_by("dice"), 1, 9, 1, {}))
  end)
end)

describe("a bot that is watched in a test", function()
  it("is not looked at when nothing can have changed", function()
    local script <close> = scriptfile [[
      local system, looks = require "gop2p.system", 0
      local stamp = system.filestamp
      system.filestamp = function(path)
        looks = looks + 1
        return stamp(path)
      end
      local bot = require("gop2p.bot").new {
        name = "dice", join = "localhost:5000", watch = true, store = false,
      }
      bot:every("12:00", function() bot:say(looks .. " looks") end)
      bot:run()
    ]]
    local simulation <close> = testing.network()
    local bot = simulation:bot(script.name, { name = "dice" })
    local text = bot:read(script.name)
    simulation:advance(10 * 24 * 3600)
    local looks = simulation:said_by("dice")[10]:match("^%d+")
    assert.is_true(tonumber(looks) < 100, looks)
    for i = 1, 2 do
      local file <close> = assert(io.open(script.name, "w"))
      assert(file:write(text, ("\n"):rep(i)))
      file:close()
      simulation:advance(3)
      testing.expect(bot:complains(), "reloaded")
      simulation:advance(3600)
    end
    bot:write(script.name, text)
    simulation:advance(3)
    testing.expect(bot:complains(), "reloaded")
  end)
end)

describe("two bots in a file that is watched", function()
  it("are not reloaded while it is being written", function()
    local script <close> = scriptfile [[
      local new = require("gop2p.bot").new
      local one = new { name = "one", store = false, watch = true }
      local two = new { name = "two", store = false, watch = true }
      assert(one:start())
      two:run()
    ]]
    local simulation <close> = testing.network()
    local bot = simulation:bot(script.name, { name = "both" })
    local text = bot:read(script.name)
    for _ = 1, 5 do   -- an editor that takes its time
      bot:write(script.name, text:sub(1, #text // 2))
      simulation:advance(0.4)
      bot:write(script.name, text)
      simulation:advance(0.4)
    end
    simulation:advance(2)
    assert.is_nil(simulation:transcript():find("could not reload"))
    testing.expect(bot:complains(), "info one: reloaded")
    testing.expect(bot:complains(), "info two: reloaded")
    testing.refute(bot:complains(), "reloaded")
  end)
end)
