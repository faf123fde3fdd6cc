-- What signals make of `gop2p bot`, whatever the script is.

local folders = require "spec.support.folder"
local go = require "spec.support.go"
local net = require "spec.support.net"
local process = require "spec.support.process"
local sandbox = require "spec.support.sandbox"

local LUA = os.getenv("LUA") or "lua5.4"
local BEGIN = [[
  io.stdout:setvbuf("line")
  local gop2p = require "gop2p"
]]
-- As README.md shows it.
local PLAIN = BEGIN .. [[
  gop2p.run(function()
    local node <close> = assert(gop2p.start_local_node(0))
    gop2p.spawn(function()
      for err in node:errors() do io.stderr:write(tostring(err), "\n") end
    end)
    assert(node:connect(arg[1]))
    node:broadcast("Hello network!")
    print("on")
    for msg in node:inbox() do print(msg) end
  end)
]]
local BOT = BEGIN .. [[
  local bot = require("gop2p.bot").new {
    name = "dice", join = arg[1], store = arg[2],
  }
  local met = 0
  bot:on("met", function()
    met = met + 1
    bot.store.n = (bot.store.n or 0) + 1
    if met == 1 then print("on") end
  end)
  bot:on("stop", function() print("bye") end)
  bot:on("message", function(ctx) bot.log:info("got", {text = ctx.text}) end)
]]

describe("gop2p bot that is told to end", function()
  local own, peer, errors

  before_each(function()
    own = folders.make()
    errors = own.path .. "/errors"
    peer = go.start("v1.1.3", "localhost", {kinds = true})
  end)

  after_each(function()
    peer:close()
    own:close()
  end)

  -- One that has said "on"; within(argv) gives the command that runs it.
  local function start(text, options, within)
    local argv = {LUA, "lua/gop2p/bin/gop2p", "bot",
                  own:write("script.lua", text), peer.name,
                  own.path .. "/store.json", table.unpack(options or {})}
    local child = own:keep(assert(process.start(
      within and within(argv) or argv, {stderr = errors})))
    local line
    repeat line = child:line(20) until not line or not line:find(" info ")
    assert.equal("on", line)
    return child
  end

  local function ends(child, ...)
    for _, line in ipairs {...} do assert.equal(line, child:line(20)) end
    assert.equal(0, child:wait(20))
    assert.is_nil(child:line(1))
    assert.same({}, peer:members())
  end

  it("leaves, also when the script knows of no bots", function()
    for _, signal in ipairs {"TERM", "HUP", "INT"} do
      local child = start(PLAIN)
      child:kill(signal)
      ends(child)
      assert.equal("", net.read(errors))
    end
  end)

  it("ends whatever errors the script catches", function()
    for _, signal in ipairs {"TERM", "INT"} do
      local child = start(BEGIN .. [[
        local node = assert(gop2p.start_local_node(0))
        assert(node:connect(arg[1]))
        print("on")
        while true do
          pcall(function() for msg in node:inbox() do print(msg) end end)
        end]])
      child:kill(signal)
      ends(child)
    end
  end)

  it("stops bots that are only started, and what else there is", function()
    for _, signal in ipairs {"TERM", "HUP"} do
      local child = start(BOT .. [[
        assert(bot:start())
        local node <close> = assert(gop2p.start_local_node(0))
        assert(node:connect(arg[1]))
        gop2p.spawn(function() while true do gop2p.sleep(60) end end)
        node:receive()
      ]])
      net.await(function() return #peer:members() == 2 end)
      child:kill(signal)
      ends(child, "bye")
    end
    assert.matches('"n":[2-9]', net.read(own.path .. "/store.json"))
  end)

  it("leaves a bot that is run to end by itself", function()
    local child = start(BOT .. [[
      print(bot:run())
      local node = assert(gop2p.start_local_node(0))
      assert(node:connect(arg[1]))
      gop2p.spawn(function() print("again") gop2p.sleep(60) end)
      gop2p.sleep(60)
    ]])
    child:kill("TERM")
    assert.same({"bye", "true\tTERM", "again"},
                {child:line(20), child:line(20), child:line(20)})
    child:kill("TERM")
    ends(child)
  end)

  it("does not blame a script that had not come to run its bot", function()
    local child = start(BOT .. [[ print("on") gop2p.sleep(60) bot:run() ]])
    child:kill("TERM")
    ends(child)
    assert.equal("", net.read(errors))
  end)

  it("says what its tasks raise as they are closed", function()
    for _, text in ipairs {
      "gop2p.spawn(function() %s gop2p.sleep(100) end) print('on')",
      "%s print('on') gop2p.sleep(100)",
      [[gop2p.run(function()
        gop2p.spawn(function() %s gop2p.sleep(100) end)
        print('on')
        gop2p.sleep(100)
      end)]],
    } do
      local child = start(BEGIN .. text:format([[
        local _ <close> = setmetatable({}, { __close = function()
          error("could not write results")
        end })
      ]]))
      child:kill("TERM")
      assert.equal(1, child:wait(20))
      assert.matches("^gop2p bot: .*could not write results\n",
                     net.read(errors))
    end
  end)

  it("blames nothing on a script that works while it leaves", function()
    local child = start(BEGIN .. [[
      local node = assert(gop2p.start_local_node(0))
      assert(node:connect(arg[1]))
      gop2p.spawn(function() for msg in node:inbox() do print(msg) end end)
      print("on")
      while true do
        node:broadcast("tick")
        gop2p.sleep(0.001)
      end
    ]])
    child:kill("TERM")
    ends(child)
    assert.equal("", net.read(errors))
  end)

  it("does so as the first process of a container", function()
    local why = sandbox.refused("-pf --mount-proc")
    if why then return pending(why) end
    for text, line in pairs {[PLAIN] = false, [BOT .. "bot:run()"] = "bye"} do
      for _, signal in ipairs {"TERM", "HUP", "INT"} do
        local child = start(text, {}, sandbox.first)
        -- 'unshare' waits for it, and is no part of it.
        os.execute(("kill -%s $(ps -o pid= --ppid %d)"):format(signal,
                                                             child.pid))
        ends(child, line or nil)
      end
    end
  end)

  -- Told to end while it closes a task, with what comes then.
  local function closing(close, ending)
    local child = start(BOT .. ([[
      local function promise()
        local _ <close> = setmetatable({}, { __close = function()
          print("closing")
          %s
        end })
        gop2p.sleep(1000)
      end
    ]]):format(close) .. ending)
    child:kill("TERM")
    return child
  end

  local WAYS = {
    ["a task"] = "gop2p.spawn(promise) print('on') gop2p.sleep(60)",
    ["a task beside a bot"] = "gop2p.spawn(promise) bot:run()",
    ["a handler"] = "bot:on('start', promise) bot:run()",
    ["the script"] = "print('on') promise()",
  }

  for what, ending in pairs(WAYS) do
    it("ends in time where what " .. what .. " closes waits for ever",
       function()
      local child = closing("gop2p.sleep(1000)", ending)
      local closes
      repeat closes = child:line(20) until closes ~= "bye"
      assert.equal("closing", closes)
      child:kill("TERM")
      local failed = what ~= "a handler"   -- as with all errors
      assert.equal(failed and 1 or 0, child:wait(20))
      assert.matches("took too long to close", net.read(errors))
      assert.same({}, peer:members())
    end)

    it("tells the error of what " .. what .. " closes", function()
      local child = closing("error('not written')", ending)
      assert.equal(what == "a handler" and 0 or 1, child:wait(20))
      assert.matches("script.lua:%d+: not written", net.read(errors))
      assert.same({}, peer:members())
    end)
  end

  it("tells the error of a task that fails while all leave", function()
    local child = start(BOT .. [[
      bot:on("stop", function() gop2p.sleep(0.2) end)
      assert(bot:start())
      gop2p.spawn(function()
        while #bot:members() == 0 or bot.node:is_connected() and
              not leaving do gop2p.sleep(0.01) end
        error("failed at the end")
      end)
      bot:on("stop", function() leaving = true end)
      gop2p.sleep(60)
    ]])
    child:kill("TERM")
    assert.equal(1, child:wait(20))
    assert.matches("failed at the end", net.read(errors))
    assert.same({}, peer:members())
  end)

  it("says that a log cannot be written", function()
    local child = start(BOT .. "bot:run()", {"--log", "/dev/full"})
    child:kill("TERM")
    ends(child, "bye")
    assert.equal("Lua warning: gop2p bot: could not write the log: No space "
                 .. "left on device\n", net.read(errors))
  end)

  it("ends at SIGHUP where the log is no file", function()
    for _, log in ipairs {"/dev/null", "/dev/stdout"} do   -- a pipe
      local child = start(BOT .. "bot:run()", {"--log", log})
      child:kill("HUP")
      assert.equal(0, child:wait(20))
      assert.same({}, peer:members())
    end
  end)

  it("goes on at SIGHUP, with a log file, and opens that anew", function()
    local log = own.path .. "/log"
    for ending, options in pairs {
      ["bot:run()"] = {"--log", log},
      ["assert(bot:start()) gop2p.sleep(60)"] = {"--log", log},
    } do
      local child = start(BOT .. ending, options)
      os.rename(log, log .. ".1")
      child:kill("HUP")
      net.await(function() return io.open(log) end)
      assert.equal("", net.read(log))
      peer:ask("broadcast hello")
      net.await(function() return net.read(log):find("got text=hello") end)
      child:kill("TERM")
      ends(child, "bye")
      assert.matches("info dice: stopped\n$", net.read(log))
      assert.matches("started", net.read(log .. ".1"))
      assert.is_nil(net.read(log .. ".1"):find("hello"))
      os.remove(log)
    end
  end)
end)
