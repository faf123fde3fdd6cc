-- `gop2p bot`: with scripts that use gop2p.bot and such that do not.

local cjson = require "cjson"
local folders = require "spec.support.folder"
local go = require "spec.support.go"
local installed = require "spec.support.installed"
local net = require "spec.support.net"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"

describe("gop2p bot", function()
  local folder, errors, peer

  setup(function()
    folder = folders.make()
    errors = folder.path .. "/errors"
  end)
  teardown(function() folder:close() end)
  before_each(function()
    peer = go.start("v1.1.3", "localhost", {kinds = true})
  end)
  after_each(function()
    peer:close()
    os.remove(folder.path .. "/dice.json")
  end)

  local function script(text)
    return folder:write("bot.lua", text)
  end

  local function command(args)
    return assert(process.start(
      table.move(args, 1, #args, 4, {LUA, "lua/gop2p/bin/gop2p", "bot"}),
      {stderr = errors}))
  end

  -- Its status, its lines, what it complained of.
  local function run(args)
    local p <close> = command(args)
    local lines = {}
    for line in function() return p:line(20) end do
      lines[#lines + 1] = line
    end
    return p:wait(20), lines, net.read(errors)
  end

  -- Has joined once it says so; its log goes to the file "errors".
  local SCRIPT = [[
    io.stdout:setvbuf("line")
    local gop2p = require "gop2p"
    local bot = require("gop2p.bot").new {
      name = "dice", join = arg[1], store = arg[2],
      log = {level = "warn"},
    }
    bot:command("roll", function()
      bot.store.rolled = true
      return "rolled"
    end)
    bot:on("met", function() print(gop2p.peer(bot.node:self())) end)
    bot:on("stop", function() print("bye") end)
    bot:run()
    print("over")
  ]]

  -- The bot, and what it is called.
  local function start(text, ...)
    local args = {script(text), ...}
    args[#args + 1] = peer.name
    args[#args + 1] = folder.path .. "/dice.json"
    local p = command(args)
    return p, assert(p:line(20))
  end

  local function stop(p, signal)
    p:kill(signal)
    assert.same({"bye", "over"}, {p:line(20), p:line(20)})
    assert.equal(0, p:wait(20))
    assert.same({}, peer:members())
  end

  it("leaves the network, and stores, when it is told to end", function()
    for _, signal in ipairs {"INT", "TERM"} do
      local p <close>, name = start(SCRIPT)
      peer:ask("direct " .. name .. " roll")
      assert.equal("rolled", (peer:message()))
      stop(p, signal)
      assert.equal('{\n"rolled":true\n}\n',
                   net.read(folder.path .. "/dice.json"))
      assert.equal("", net.read(errors))   -- level = "warn"
    end
  end)

  it("does not wait for tasks of a script whose bot has ended", function()
    local p <close> = start((SCRIPT:gsub("bot:run", [[
      require("gop2p").spawn(function()
        for line in require("gop2p").lines() do print(line) end
      end)
      %0]])))
    stop(p, "TERM")
  end)

  it("waits for tasks of a script whose bot has not begun", function()
    local p <close> = start((SCRIPT:gsub("bot:run.*", [[
      require("gop2p").spawn(function()
        require("gop2p").sleep(0.2)
        bot:run()
        print("over")
      end)
    ]])))
    stop(p, "TERM")
  end)

  it("runs bots that a script has only started", function()
    local started = SCRIPT:gsub('on%("met"', 'on("start"')
    local p <close> = start((started:gsub("bot:run.*", [[
      local other = require("gop2p.bot").new {
        name = "other", join = arg[1], store = false,
      }
      other:on("stop", function() print("over") end)
      assert(bot:start() and other:start())
    ]])))
    net.await(function() return #peer:members() == 2 end)
    stop(p, "TERM")
  end)

  it("ends all bots at a signal for the one that the script runs",
     function()
    local started = SCRIPT:gsub('on%("met"', 'on("start"')
    local p <close> = start((started:gsub("bot:run.*", [[
      local other = require("gop2p.bot").new {
        name = "other", join = arg[1], store = false,
      }
      other:on("stop", function() print("over") end)
      assert(other:start())
      bot:run()
    ]])))
    net.await(function() return #peer:members() == 2 end)
    stop(p, "TERM")
  end)

  it("reloads it when the file changes", function()
    local p <close>, name = start(SCRIPT, "--watch")
    script((SCRIPT:gsub('return "rolled"', 'return "new"')
                  :gsub("bot:on%(.-\n", "", 1)
                  :gsub("bot:run", 'bot:on("start", function() '
                        .. 'print("begun") end) bot:run')))
    assert.equal("begun", p:line(20))
    peer:ask("direct " .. name .. " roll")
    assert.equal("new", (peer:message()))
    script("x =")
    net.await(function()
      return net.read(errors):find("could not reload")
    end, 20)
    assert.matches("error dice: error .*the old code stays: .*"
                   .. "bot.lua:1: unexpected symbol", net.read(errors))
    stop(p, "TERM")
  end)

  it("says nothing in a dry run, but shows what", function()
    local p <close>, name = start(SCRIPT, "--dry-run", "--log-level",
                                  "info")
    peer:ask("direct " .. name .. " roll")
    net.await(function() return net.read(errors):find("would say") end, 20)
    assert.matches("info dice: would say text=rolled to=" .. peer.name,
                   net.read(errors))
    stop(p, "TERM")
    assert.is_nil(io.open(folder.path .. "/dice.json"))
    peer:ask("broadcast end")
    assert.is_nil((peer:message(0.1)))
  end)

  it("logs where, what and how the options say", function()
    local file = folder.path .. "/log"
    local p <close>, name = start(SCRIPT, "--log", file, "--json",
                                  "--log-level", "debug")
    peer:ask("direct " .. name .. " roll")
    assert.equal("rolled", (peer:message()))
    stop(p, "TERM")
    local found = {}
    for line in io.lines(file) do
      local object = cjson.decode(line)
      assert.equal("dice", object.bot)
      found[object.event] = object
    end
    os.remove(file)
    assert.equal("debug", found.heard.level)
    assert.equal("roll", found.heard.text)
    assert.equal("info", found.said.level)
    assert.truthy(found.stopped)
    assert.equal("", net.read(errors))
  end)

  it("fails when the bot cannot be started", function()
    local name = script(([[
      require("gop2p.bot").new {port = %d, store = false}:run()
      print("over")]]):format(peer.port))
    local status, lines, said = run {name}
    assert.same({1, {"over"}}, {status, lines})
    assert.matches("error bot: not started .*the port is taken", said)
  end)

  it("fails when another bot has its store", function()
    local p <close>, name = start(SCRIPT)
    peer:ask("direct " .. name .. " roll")
    assert.equal("rolled", (peer:message()))
    net.await(function() return io.open(folder.path .. "/dice.json") end)
    local status, _, said = run {folder.path .. "/bot.lua",
                                peer.name, folder.path .. "/dice.json"}
    assert.equal(1, status)
    assert.matches("not started .*dice.json: another program uses it", said)
    stop(p, "TERM")
  end)

  it("takes no wrong level", function()
    local status, _, said = run {"--log-level", "loud", "x.lua"}
    assert.equal(2, status)
    assert.matches("^gop2p bot: not a level %(debug, info, warn, error, "
                   .. "off%): loud\n", said)
  end)

  it("gives a bot another name than its script", function()
    local text = [[
      local bot = require("gop2p.bot").new {name = "dice", store = false}
      bot:on("start", function() bot:stop() end)
      bot:run()]]
    local status, _, said = run {script(text), "--json", "--name", "ann"}
    assert.equal(0, status)
    for line in said:gmatch("[^\n]+") do
      assert.equal("ann", cjson.decode(line).bot)
    end
  end)

  it("says that options were of no use to a script without a bot", function()
    for _, options in ipairs {{"--watch"}, {"--dry-run"}, {"--json"},
                              {"--log", "x"}, {"--log-level", "info"},
                              {"--name", "ann"}} do
      local args = {script "print 'here'", table.unpack(options)}
      local status, lines, said = run(args)
      assert.same({2, {"here"}}, {status, lines})
      assert.matches("^gop2p bot: " .. options[1]:gsub("%-", "%%-")
                     .. " had no effect: ", said)
    end
  end)

  it("says that a bot was made and never run", function()
    local made = "local new = require('gop2p.bot').new "
      .. "local bot = new {store = false, log = {level = 'off'}} "
    local status, lines, said = run {script(made .. "print 'here'")}
    assert.same({1, {"here"}}, {status, lines})
    assert.equal("gop2p bot: a bot was made and never run: bot:run() is "
                 .. "missing\n", said)
    for _, ending in ipairs {"bot:start() bot:stop()", "bot:stop()"} do
      assert.same({0, {}, ""}, {run {script(made .. ending)}})
    end
  end)
end)

describe("the installed gop2p bot", function()
  local tree, peer

  before_each(function() tree, peer = installed.make() end)

  after_each(function() tree:close() end)

  local function script(text)
    return tree.folder:write("bot.lua", text)
  end

  it("runs a script with the loop, and its tasks", function()
    local name = script [[
      local gop2p = require "gop2p"
      local node = assert(gop2p.start_local_node(0))
      assert(node:connect((...)))
      gop2p.spawn(function()
        local msg = node:receive()
        node:send(msg.from, msg.data:upper() .. arg[2]):wait()
        node:leave()
      end)
      print(arg[0], #arg)
    ]]
    local p <close> = tree:start {"bot", name, peer.name, "--", "--x"}
    assert.equal(name .. "\t2", p:line())
    peer:ask("broadcast hello")
    assert.equal("HELLO--x", (peer:message()))
    assert.equal(0, p:wait())
  end)

  it("ends with Ctrl-C", function()
    local p <close> = tree:start {"bot", script [[
      print "on"
      while true do require "gop2p".sleep(60) end]]}
    assert.equal("on", p:line())
    p:kill("INT")
    assert.equal(0, p:wait())
  end)

  it("runs a bot as its options say", function()
    local name = script [[
      local gop2p = require "gop2p"
      local bot = require("gop2p.bot").new {name = "dice", store = false}
      bot:command("roll", function() return "rolled" end)
      bot:on("start", function() print(gop2p.peer(bot.node:self())) end)
      bot:run()
    ]]
    local errors = tree.dir .. "/errors"
    local p <close> = tree:start({"bot", name, "--json", "--watch"},
                                 {stderr = errors})
    peer:ask("connect " .. p:line())
    peer:ask("broadcast !roll")
    assert.equal("rolled", (peer:message()))
    script "error 'oops'"
    for _ = 1, 400 do
      if io.open(errors):read("a"):find("oops") then break end
      p:line(0.05)
    end
    p:kill("TERM")
    assert.equal(0, p:wait())
    assert.same({}, peer:members())
    local told = {}
    for line in io.lines(errors) do
      told[cjson.decode(line).event] = true
    end
    assert.is_true(told.said and told.error and told.stopped)
  end)

  it("fails when the script does", function()
    for text, complaint in pairs {
      ["error 'oops'"] = "bot.lua:1: oops\n.*stack traceback",
      ["x ="] = "bot.lua:1: unexpected symbol near <eof>\n$",
    } do
      local status, lines, said = tree:run {"bot", script(text)}
      assert.same({1, {}}, {status, lines})
      assert.matches("^gop2p bot: .*" .. complaint, said)
    end
    for text, complaint in pairs {
      ["error('usage: quiz FILE', 0)"] = "usage: quiz FILE\n",
      ["require('gop2p').sleep(0) error('two\\nlines', 0)"] =
        "two\n  lines\n",
      ["local ok, why = pcall(error, 'again', 0) error(why, 0)"] = "again\n",
    } do
      local status, lines, said = tree:run {"bot", script(text)}
      assert.same({1, {}, "gop2p bot: " .. complaint}, {status, lines, said})
    end
    for _, text in ipairs {"error({})", "error(nil)", "local x = nil + 1",
        "assert(nil, 'no')", "require 'gop2p'.spawn(error, 'task', 0)",
        "error(setmetatable({}, {__tostring = function() return '' end}))"} do
      local _, _, said = tree:run {"bot", script(text)}
      assert.matches("stack traceback", said)
    end
    local status, _, said = tree:run {"bot", tree.dir .. "/none.lua"}
    assert.equal(1, status)
    assert.matches("none.lua", said)
  end)
end)
