-- How a bot starts and ends, also as a process.

local bots = require "spec.support.bots"
local core = require "gop2p.core"
local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local LIMIT = 20   -- seconds

local function has_members(bot, count)
  return function() return #bot:members() == count end
end

describe("a bot", function()
  it("says that its port is taken, and what else there is", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local bot <close> = bots.new {port = node:self().port}
    local ok, err = bot:run()
    assert.same({nil, "EADDRINUSE"}, {ok, err.code})
    local unlogged <close> = bots.new {log = {file = "/nowhere/at.all",
                                              level = "off"}}
    ok, err = unlogged:start()
    assert.is_nil(ok)
    assert.matches("/nowhere/at%.all", tostring(err))
  end)

  it("stops when it is told to, by whom it may be", function()
    local bot = bots.new()
    bot:after(0.02, function() bot:stop() end)
    assert.is_true(bot:run())
    assert.is_true(core.isclosed(bot.node))
    assert.equal("gop2p bot (stopped)", tostring(bot))
    bot:stop()
    assert.has_error(function() bot:say("x") end,
                     "'say': the bot is stopped")
    local other = bots.new()
    other:on("start", function() other.node:close() end)
    assert.is_true(other:run())
  end)

  it("leaves after what it said last, and does not wait for ever", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local bot = bots.new {join = node:self()}
    bot:on("stop", function()
      bot:broadcast("goodbye")
      gop2p.sleep(1000)
    end)
    assert(bot:start())
    net.await(has_members(bot, 1), LIMIT)
    local seconds = net.timed(bot.stop, bot)
    assert.is_true(seconds < 4, seconds)
    assert.equal("goodbye", node:receive(LIMIT).data)
    assert.same({}, net.names(node:members()))
  end)

  it("raises the error of a task of its program, once it has left", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local bot = bots.new {join = node:self()}
    gop2p.spawn(function()
      net.await(has_members(bot, 1), LIMIT)
      error("not the bot's")
    end)
    local ok, err = pcall(bot.run, bot)
    assert.is_false(ok)
    assert.matches("not the bot's\nstack traceback:", err)
    assert.same({}, net.names(node:members()))
  end)
end)

-- A script of its own, whose first line is the name of its node.
describe("the process of a bot", function()
  local entry, script, store

  before_each(function()
    entry = go.start("v1.1.3", "localhost", {kinds = true})
    script, store = os.tmpname(), os.tmpname()
    os.remove(store)
  end)
  after_each(function()
    entry:close()
    os.remove(script)
    os.remove(store)
  end)

  local function start(code)
    local file = assert(io.open(script, "w"))
    file:write(([[
      io.stdout:setvbuf("line")
      local gop2p = require "gop2p"
      local bot = require("gop2p.bot").new {
        join = %q, store = %q, log = {level = "off"}
      }
      bot:on("start", function() print(gop2p.peer(bot.node:self())) end)
    ]]):format(entry.name, store), code)
    file:close()
    local proc = assert(process.start {LUA, script})
    local name = proc:line(LIMIT)
    assert.matches("^localhost:%d+$", name)
    return proc, name
  end

  local function joined(name)
    net.await(function() return entry:members()[1] == name end, LIMIT)
  end

  for _, signal in ipairs {"TERM", "INT", "HUP"} do
    it("leaves and stores at SIG" .. signal, function()
      local proc <close>, name = start [[
        bot:command("note <text...>", function(ctx, args)
          bot.store.text = args.text
          return "noted"
        end)
        local ok, signal = bot:run()
        print(ok, signal)
      ]]
      joined(name)
      assert.equal("sent", entry:ask("direct " .. name .. " note keep this"))
      assert.equal("noted", (entry:message()))
      proc:kill(signal)
      assert.equal("true\t" .. signal, proc:line(LIMIT))
      assert.equal(0, proc:wait(LIMIT))
      assert.same({}, entry:members())
      assert.matches('"text" *: *"keep this"', net.read(store))
    end)
  end

  it("does as ever at a signal before and after it runs", function()
    local proc <close> = start [[
      bot:on("met", function() bot:stop() end)
      bot:run()
      print("over")
      while true do end
    ]]
    assert.equal("over", proc:line(LIMIT))
    proc:kill("TERM")
    assert.equal(128 + 15, proc:wait(LIMIT))
  end)

  it("ends at a signal though a handler never does", function()
    local proc <close>, name = start [[
      bot:command("spin", function() while true do end end)
      bot:command("hang", function() gop2p.sleep(1000) end)
      bot:run()
    ]]
    joined(name)
    entry:ask("direct " .. name .. " hang")
    entry:ask("direct " .. name .. " spin")
    proc:kill("TERM")
    assert.equal(0, proc:wait(LIMIT))
    assert.same({}, entry:members())
  end)

  it("ends at a second signal at once", function()
    local proc <close> = start [[
      bot:on("stop", function() print("stopping") gop2p.sleep(1000) end)
      bot:run()
    ]]
    proc:kill("INT")
    assert.equal("stopping", proc:line(LIMIT))
    proc:kill("TERM")
    assert.equal(128 + 15, proc:wait(LIMIT))
  end)
end)
