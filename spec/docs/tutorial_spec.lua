-- "A bot, step by step" in the page on bots: the chat and the bot are on
-- terminals of their own; what is typed, and what must be there then, is as
-- the page has it. Then the bot is a service. Only the ports are changed.

local net = require "spec.support.net"
local page = require "spec.support.page"
local process = require "spec.support.process"
local terminal = require "spec.support.terminal"

local LUA = os.getenv("LUA") or "lua5.4"

describe("the tutorial", function()
  local bots = page.read("lua/gop2p/bot/README.md")
  local ports = {["5000"] = tostring(net.free_port()),
                 ["5001"] = tostring(net.free_port())}
  local section = bots:section("a-bot-step-by-step"):gsub("500%d", ports)
  local steps = page.of(bots.path, section)
  local codes, sessions = steps:blocks("lua"), steps:blocks("text")
  local pipe <close> = assert(io.popen("mktemp -d"))
  local folder = pipe:read("l")
  local program = assert(package.searchpath("gop2p.check", package.path))
                  :gsub("check.lua$", "bin/gop2p")
  local chat, bot

  teardown(function()
    if bot then bot:close() end
    if chat then chat:close() end
    os.execute("rm -rf '" .. folder .. "'")
  end)

  -- What the commands read is written as a whole, as editors do it.
  local function write(name, text)
    local path = folder .. "/" .. name
    local f <close> = assert(io.open(path .. "~", "w"))
    assert(f:write(text))
    f:close()
    assert(os.rename(path .. "~", path))
  end

  -- Runs the command of the block that begins with it.
  local function start(block)
    local arguments = assert(block:match("^%$ gop2p ([^\n&]*)"), block)
    return terminal.start({"sh", "-c", "cd \"$0\" && exec " .. LUA .. " "
                           .. program .. " " .. arguments, folder})
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
    for _, exchange in ipairs(exchanges(block)) do
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

  it("has a first bot, which answers in the chat", function()
    write("lunch.lua", codes[1])
    chat = start(sessions[1])
    chat:await("Try help%.\n>$")
    bot = start(sessions[2])
    bot:await("connected through=")
    talk(sessions[3])
  end)

  it("has new code for it while it runs", function()
    write("lunch.lua", codes[2])
    bot:await("reloaded")
    talk(sessions[4])
    net.await(function()   -- it is written a moment later
      local stored <close> = io.open(folder .. "/lunch.json")
      return stored and stored:read("a"):find("Da Gino", 1, true)
    end)
  end)

  it("has a command for its owner, which asks", function()
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

  it("has a test of all this, which can fail", function()
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
    assert.matches("lunch_test.lua:%d+: expected that ann hears", said)
    write("lunch.lua", good)
  end)

  it("has a bot that ends in order", function()
    bot:type("C-c")
    assert.equal(0, bot:over())
    chat:await("localhost:" .. ports["5001"] .. " left")
  end)

  it("has a bot that stays when its terminal has gone", function()
    local arguments = assert(sessions[6]:match("^%$ nohup gop2p ([^\n&]*)&"))
    local stays <close> = assert(process.start({"sh", "-c",
      "cd \"$0\" && exec nohup " .. LUA .. " " .. program .. " "
      .. arguments, folder}))
    local name = "localhost:" .. ports["5001"]
    chat:await("left.*" .. name .. " joined")
    stays:kill("HUP")
    chat:type("/dm " .. name .. " help", "Enter")
    chat:await("joined.*%[" .. name .. " to you%].*help")
    stays:kill("TERM")
    assert.equal(0, stays:wait(20))
    assert.matches("stopped", net.read(folder .. "/lunch.log"))
  end)

  -- What systemd would do with the unit: its command, in its folder, with
  -- nothing in the environment but where the checkout's modules are.
  it("has a service that starts and ends in order", function()
    local unit = bots:blocks("ini")[1]
    local command = unit:match("\nExecStart=/usr/local/bin/gop2p ([^\n]+)\n")
    assert.equal("/srv/lunch", unit:match("\nWorkingDirectory=([^\n]+)\n"))
    local service <close> = assert(process.start({"sh", "-c",
      "cd \"$0\" && exec env -i LUA_PATH_5_4=\"$LUA_PATH_5_4\" "
      .. "LUA_CPATH_5_4=\"$LUA_CPATH_5_4\" $(command -v " .. LUA .. ") "
      .. program .. " " .. command .. " 2>&1", folder}))
    assert.matches("info lunch: started", service:line(20))
    local name = "localhost:" .. ports["5001"]
    chat:await("left.*joined.*left.*" .. name .. " joined")
    service:kill("TERM")
    assert.equal(0, service:wait(20))
    chat:await("joined.*joined.*" .. name .. " left")
  end)
end)
