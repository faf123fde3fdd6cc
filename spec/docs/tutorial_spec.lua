-- "A bot, step by step" in the page on bots: the chat and the bot are on
-- terminals of their own; what is typed, and what must be there then, is as
-- the page has it. Then the bot is a service. Only the ports are changed:
-- each program takes a free one.

local folders = require "spec.support.folder"
local net = require "spec.support.net"
local page = require "spec.support.page"
local process = require "spec.support.process"
local terminal = require "spec.support.terminal"

local LUA = os.getenv("LUA") or "lua5.4"

-- What the log says first; the port.
local STARTED = "info lunch: started name=lunch node=localhost:(%d+)"

describe("the tutorial", function()
  local bots = page.read("lua/gop2p/bot/README.md")
  local section = bots:section("a-bot-step-by-step")
  local steps = page.of(bots.path, section)
  local codes, sessions = steps:blocks("lua"), steps:blocks("text")
  local program = assert(package.searchpath("gop2p.check", package.path))
                  :gsub("check.lua$", "bin/gop2p")
  local own, folder, chat, bot
  local ports = {}   -- by those of the page: where the chat and the bot are

  setup(function()
    own = folders.make()
    folder = own.path
  end)

  teardown(function() own:close() end)

  -- A step builds on those before it: it brings the story as far as itself,
  -- so that it can be run alone, and before others.
  local story, told = {}, 0
  local function step(what, f)
    local number = #story + 1
    story[number] = f
    it(what, function()
      while told < number do
        story[told + 1]()
        told = told + 1
      end
    end)
  end

  local PORT = "%f[%d]500%d%f[%D]"

  -- What the page shows, with the ports that are taken.
  local function shown(text)
    return (text:gsub(PORT, ports))
  end

  -- What is typed or written, by which the bot takes a free port.
  local function given(text)
    return (text:gsub(PORT, {["5000"] = ports["5000"] or "0",
                             ["5001"] = "0"}))
  end

  -- What the commands read is written as a whole, as editors do it.
  local function write(name, text)
    local path = own:write(name .. "~", given(text))
    assert(os.rename(path, folder .. "/" .. name))
  end

  -- Runs the command of the block that begins with it.
  local function start(block)
    local arguments = assert(block:match("^%$ gop2p ([^\n&]*)"), block)
    return own:keep(terminal.start({
      "sh", "-c", "cd \"$0\" && exec " .. LUA .. " " .. program .. " "
      .. given(arguments), folder}))
  end

  -- What was typed behind "> " in a block, and what is below it there.
  local function exchanges(block)
    local list = {}
    for line in block:gmatch("[^\n]+") do
      local typed = line:match("^> (.*)")
      if typed then
        list[#list + 1] = {typed = typed, answers = {}}
      else
        table.insert(list[#list].answers, line)
      end
    end
    return list
  end

  -- What the screen shows below so many lines.
  local function below(seen)
    local lines = chat:screen()
    return table.concat(lines, "\n", math.min(#lines, seen + 1))
  end

  -- Types all that, and waits for what must then be there.
  local function talk(block)
    for _, exchange in ipairs(exchanges(shown(block))) do
      local seen = #chat:screen()
      local wanted = table.concat(exchange.answers, "\n")
      chat:type(exchange.typed, "Enter")
      local there = pcall(net.await, function()
        return below(seen):find(wanted, 1, true)
      end)
      if not there then assert.equal(wanted, below(seen)) end
    end
  end

  it("has the steps that are tried here", function()
    assert.equal(4, #codes)
    assert.equal(6, #sessions)
  end)

  step("has a first bot, which answers in the chat", function()
    chat = start(sessions[1])
    ports["5000"] = chat:await("You are ann.-localhost:(%d+).*\n>$")
    write("lunch.lua", codes[1])
    bot = start(sessions[2])
    ports["5001"] = bot:await(STARTED .. ".*connected through=")
    talk(sessions[3])
  end)

  step("has new code for it while it runs", function()
    write("lunch.lua", codes[2])
    bot:await("reloaded")
    talk(sessions[4])
    net.await(function()   -- it is written a moment later
      local stored <close> = io.open(folder .. "/lunch.json")
      return stored and stored:read("a"):find("Da Gino", 1, true)
    end)
  end)

  step("has a command for its owner, which asks", function()
    local text, count = codes[2]:gsub("\nbot:run%(%)\n", function(run)
      return "\n" .. codes[3] .. run
    end)
    assert.equal(1, count)
    local owner = assert(section:match("`(owner = \"[^`]*\")`"))
    text, count = text:gsub("name = ", owner .. ", %0", 1)
    assert.equal(1, count)
    write("lunch.lua", text)
    bot:await("reloaded.*reloaded")
    talk(sessions[5])
  end)

  step("has a test of all this, which can fail", function()
    write("lunch_test.lua", codes[4])
    local function try()
      local run <close> = assert(process.start({"sh", "-c",
        "cd \"$0\" && exec " .. LUA .. " lunch_test.lua 2>&1", folder}))
      return run:wait(20), run:line()
    end
    local status, said = try()
    assert.equal(0, status, said)
    local good = net.read(folder .. "/lunch.lua")
    write("lunch.lua", (good:gsub("45 11", "44 12")))
    status, said = try()
    assert.equal(1, status)
    assert.matches("lunch_test.lua:%d+: expected that bob hears", said)
    write("lunch.lua", good)
  end)

  step("has a bot that ends in order", function()
    bot:type("C-c")
    assert.equal(0, bot:over())
    chat:await("lunch left")
  end)

  step("has a bot that stays when its terminal has gone", function()
    local arguments = assert(sessions[6]:match("^%$ nohup gop2p ([^\n&]*)&"))
    local stays <close> = assert(process.start({"sh", "-c",
      "cd \"$0\" && exec nohup " .. LUA .. " " .. program .. " "
      .. arguments, folder}))
    net.await(function()
      local log <close> = io.open(folder .. "/lunch.log")
      return log and log:read("a"):match(STARTED)
    end)
    chat:await("left.*lunch joined")
    stays:kill("HUP")
    chat:type("/dm lunch help", "Enter")
    chat:await("joined.*%[lunch to you%].*help")
    stays:kill("TERM")
    assert.equal(0, stays:wait(20))
    assert.matches("stopped", net.read(folder .. "/lunch.log"))
  end)

  -- What systemd would do with the unit: its command, in its folder, with
  -- nothing in the environment but where the checkout's modules are.
  step("has a service that starts and ends in order", function()
    local unit = bots:blocks("ini")[1]
    local command = unit:match("\nExecStart=/usr/local/bin/gop2p ([^\n]+)\n")
    assert.equal("/srv/lunch", unit:match("\nWorkingDirectory=([^\n]+)\n"))
    local service <close> = assert(process.start({"sh", "-c",
      "cd \"$0\" && exec env -i LUA_PATH_5_4=\"$LUA_PATH_5_4\" "
      .. "LUA_CPATH_5_4=\"$LUA_CPATH_5_4\" $(command -v " .. LUA .. ") "
      .. program .. " " .. command .. " 2>&1", folder}))
    assert.matches(STARTED, service:line(20))
    chat:await("left.*joined.*left.*lunch joined")
    service:kill("TERM")
    assert.equal(0, service:wait(20))
    chat:await("joined.*joined.*lunch left")
  end)
end)
