-- README.md: every example in it is run, and its tables are compared with
-- what there is. Of an example only the ports are changed. csrc/README.md:
-- what it names is there, and its table of members is that of the source.

local core = require "gop2p.core"
local go = require "spec.support.go"
local gop2p = require "gop2p"
local contents = require("spec.support.net").read
local nobody = require("spec.support.net").nobody
local process = require "spec.support.process"
local scriptfile = require "spec.support.script"
local socket = require "socket"
local terminal = require "spec.support.terminal"
local testing = require "gop2p.testing"

local LUA = os.getenv("LUA") or "lua5.4"

-- What is to be done step by step is tried by tutorial_spec.
local readme = contents("README.md")
               :gsub("\n## A bot, step by step\n.-(\n## )", "%1")

-- The fenced blocks of a language ("" for none), in order.
local function blocks(language)
  local list = {}
  for name, text in readme:gmatch("\n```(%l*)\n(.-\n)```\n") do
    if name == language then list[#list + 1] = text end
  end
  return list
end

-- The cells of the table whose head begins with 'first', by row.
local function rows(first)
  local list = {}
  local text = assert(readme:match("\n| " .. first .. " |[^\n]*\n|[-|]+\n"
                                   .. "(.-\n)\n"), "no table " .. first)
  for row in text:gmatch("|([^\n]*)|\n") do
    local cells = {}
    for cell in (row .. "|"):gmatch(" (.-) |") do
      cells[#cells + 1] = cell
    end
    list[#list + 1] = cells
  end
  return list
end

-- 'ports' maps a port in the text to the one to take instead.
local function with_ports(text, ports)
  return (text:gsub("%f[%d](500%d)%f[%D]", function(port)
    return tostring(assert(ports[port], "no port for " .. port))
  end))
end

-- Its members, once there are 'count' of them.
local function members_of(peer, count)
  local deadline = socket.gettime() + 5
  repeat
    local names = peer:members()
    if #names == count then return names end
  until socket.gettime() > deadline
  return peer:members()
end

describe("README", function()
  local open

  -- Runs an example as a program of its own. The node that it starts takes
  -- a free port.
  local function run(text, ports, options)
    local file = os.tmpname()
    local f <close> = assert(io.open(file, "w"))
    f:write((with_ports(text, setmetatable({["5001"] = 0},
                                           {__index = ports}))))
    f:close()
    local program = assert(process.start({LUA, file}, options))
    open[#open + 1] = program
    open[#open + 1] = {close = function() os.remove(file) end}
    return program
  end

  local function stand_in(form)
    local peer = go.start(form or "v1.1.3", "localhost", {kinds = true})
    open[#open + 1] = peer
    return peer
  end

  -- All that it prints to its end, line by line.
  local function output(program)
    local lines = {}
    for line in function() return program:line() end do
      lines[#lines + 1] = line
    end
    return lines
  end

  before_each(function() open = {} end)

  after_each(function()
    for _, it in ipairs(open) do it:close() end
  end)

  local examples = blocks("lua")

  -- Each is known to a test below by the line that only it has.
  local function example(mark)
    for _, text in ipairs(examples) do
      if text:find(mark, 1, true) then return text end
    end
    error("no example with " .. mark, 2)
  end

  it("has no example that is not run here", function()
    assert.equal(7, #examples)
    assert.equal(1, #blocks(""))
    assert.equal(4, #blocks("text"))   -- two in the specs of the command
    local _, fences = readme:gsub("\n```%l*%s*\n", "")
    local known = 0
    for _, language in ipairs {"lua", "", "sh", "text", "mermaid"} do
      known = known + #blocks(language)
    end
    assert.equal(fences, 2 * known)
  end)

  it("has a bot in fifteen lines", function()
    local text = example("You said: ")
    assert.is_true(select(2, text:gsub("\n", "")) <= 15)
    for _, form in ipairs(go.forms) do
      local peer = stand_in(form)
      local bot = run(text, {["5000"] = peer.port},
                      {stderr = "/dev/null"})
      local name = assert(members_of(peer, 1)[1])
      assert.equal("sent", peer:ask("broadcast !time"))
      local answer, from = peer:message()
      assert.matches("^It is %d%d:%d%d%.$", answer)
      assert.equal(name, from)
      local printed = {"[" .. peer.name .. "] !time"}
      if form ~= "seed" then
        assert.equal("sent", peer:ask("direct " .. name .. " Hello"))
        assert.same({"You said: Hello", name, "direct"},
                    {peer:message()})
        printed[2] = "[" .. peer.name .. "] Hello"
      end
      bot:kill("INT")
      assert.same(printed, output(bot))
    end
  end)

  it("has a script that reads its input meanwhile", function()
    local peer = stand_in()
    local script = run(example("gop2p.lines()"), {["5000"] = peer.port})
    local name = assert(members_of(peer, 1)[1])
    script:send("Hello")
    assert.same({"Hello", name, "message"}, {peer:message()})
    assert.equal("sent", peer:ask("broadcast one"))
    assert.equal("sent", peer:ask("direct " .. name .. " two"))
    script:finish()
    assert.equal(0, script:wait())
    assert.same({"[" .. peer.name .. "] one", "[" .. peer.name .. "] two"},
                output(script))
    assert.same({}, peer:members())
  end)

  it("shows what an error says", function()
    local hidden <close> = nobody()
    local ports = {["5000"] = hidden.port}
    local text = example("err.kind")
    local script = run(text, ports)
    local expected = {}
    for line in text:gmatch("%-%-> ([^\n]*)\n") do
      expected[#expected + 1] = with_ports(line, ports)
    end
    local lines = output(script)
    for i, line in ipairs(lines) do lines[i] = line:gsub("\t", " ") end
    assert.equal(2, #expected)
    assert.same(expected, lines)
    assert.equal(0, script:wait())
  end)

  it("has a test of the bot in fifteen lines, and what it says", function()
    local bot <close> = scriptfile(example('"You said: " ..'))
    local function try(text)
      local test <close> = scriptfile((text:gsub('"bot.lua"', function()
        return ("%q, { name = 'bot' }"):format(bot.name)
      end)))
      local errors <close> = scriptfile("")
      local program <close> = assert(process.start({LUA, test.name},
                                                   {stderr = errors.name}))
      local status = program:wait(20)
      return status, (contents(errors.name):gsub("\nstack traceback.*", "\n")
                      :gsub("^.-:", "lua5.4:", 1)
                      :gsub(test.name, "bot_test.lua"))
    end
    local text = example("gop2p.testing")
    assert.same({0, ""}, {try(text)})
    local status, errors = try((text:gsub("You said: %(%.%*%)", "You say")))
    assert.equal(1, status)
    assert.equal(blocks("text")[4], errors)
  end)

  it("has a bot that rolls a die", function()
    local script <close> = scriptfile(example("rolled %d"))
    local net <close> = testing.network { start = "2030-01-07 08:59" }
    net:bot(script.name, { name = "dice" })
    local ann = net:user("ann")
    testing.expect(ann:hears(), "welcome; try !help")
    ann:say("Good morning, all")
    testing.expect(net:said_by("dice"), "good morning, ann:5000")
    ann:say("!roll 1")
    testing.expect(net:said_by("dice"), "ann:5000 rolled 1")
    net:advance("09:00:05")
    testing.expect(net:said_by("dice"), "standup!")
  end)

  it("has a bot with roles", function()
    local script <close> = scriptfile(example("A new poll: "))
    local net <close> = testing.network()
    net:bot(script.name, { name = "polls" })
    local answers = {
      ann = "A new poll: why?", bob = "A new poll: why?",
      joe = "Sorry, you may not use poll%-new",
    }
    for name, answer in pairs(answers) do
      local user = net:user(name)
      user:say("!poll-new why?")
      testing.expect(user:hears(), answer)
      net:advance(2)
    end
  end)

  it("has a bot that remembers, and what it logs", function()
    local script <close> = scriptfile(example("keeps a note"))
    local line = blocks("text")[3]
    local net <close> = testing.network { start = "2030-01-07 08:59" }
    local bot = net:bot(script.name, { name = "notes" })
    local ann = net:user("ann")
    for i = 1, 2 do
      ann:say("!note one")
      testing.expect(net:said_by("notes"), "That makes " .. i)
      bot:restart()
    end
    net:advance("09:00:05")
    testing.expect(net:said_by("notes"), "2 notes so far")
    assert.truthy(("\n" .. table.concat(bot:complains(), "\n") .. "\n")
                  :find("\n" .. line, 1, true))
    assert.equal('{\n"notes":["one","one"]\n}\n', bot:read("notes.json"))
  end)

  -- The lines of a session as they are on the screen, but for the first one
  -- ("$ lua5.4"), and the lines of the screen without what can not be known.
  local function split(session)
    local lines = {}
    for line in session:gmatch("[^\n]+") do
      if not line:find("^%$ ") then
        lines[#lines + 1] = line:gsub("%d%d:%d%d%.", "HH:MM.")
      end
    end
    return lines
  end

  it("has a session at the prompt", function()
    local peer = stand_in()
    local bot = run(example("You said: "), {["5000"] = peer.port})
    local port = assert(members_of(peer, 1)[1]):match("%d+$")
    local expected = split(with_ports(blocks("")[1], {
      ["5000"] = peer.port, ["5001"] = port, ["5002"] = 0,
    }))
    local prompt = terminal.start({LUA})
    open[#open + 1] = prompt
    prompt:await("Lua 5%.4.*\n>$")
    local i = 1
    while i <= #expected do
      prompt:type(expected[i]:match("^> (.*)$"), "Enter")
      local wanted = {expected[i]}
      i = i + 1
      while expected[i] and not expected[i]:find("^> ") do
        wanted[#wanted + 1] = expected[i]
        i = i + 1
      end
      wanted = table.concat(wanted, "\n"):gsub("%p", "%%%0")
                    :gsub("HH%%:MM", "%%d%%d:%%d%%d")
      prompt:await(wanted .. "\n>$")
    end
    local shown = split(prompt:text())
    assert.equal(">", table.remove(shown))
    assert.same(expected, table.move(shown, 2, #shown, 1, {}))
    prompt:type("C-d")
    assert.equal(0, prompt:over())
    local heard = {}
    for _ = 1, 2 do heard[peer:message():sub(1, 5)] = true end
    assert.same({["!time"] = true, ["It is"] = true}, heard)
    assert.same({"localhost:" .. port}, peer:members())
    bot:kill("TERM")
  end)

  it("has its calls in the help, each in that of its kind", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local function listed(text, kind, there)
      local names = {}
      for name in ("\n" .. text):gmatch("\n" .. kind .. "([%l_]+)%(") do
        names[name] = true
      end
      for name, value in pairs(there) do
        assert.equal(type(value) == "function", names[name] or false, name)
      end
      for name in pairs(names) do assert.is_function(there[name]) end
    end
    listed(gop2p.help(), "gop2p.", gop2p)
    listed(node:help(), "node:", core.nodemeta.__index)
  end)

  it("names every call of the interface, and no other", function()
    local named = {}
    for _, cells in ipairs(rows("call")) do
      for name in cells[1]:gmatch("`(%w+[.:][%a_]+)%(") do
        named[name] = true
      end
    end
    local there = {}
    for name, value in pairs(gop2p) do
      if type(value) == "function" then there["gop2p." .. name] = true end
    end
    for name in pairs(core.nodemeta.__index) do
      if name ~= "opened" then there["node:" .. name] = true end
    end
    for name in pairs(core.receiptmeta.__index) do
      there["receipt:" .. name] = true
    end
    -- For the scheduler, not for programs.
    there["receipt:settle"], there["receipt:failure"] = nil, nil
    assert.same(there, named)
  end)

  it("names every call of the test kit, and no other", function()
    local net <close> = testing.network()
    local bot <close> = scriptfile("")
    local there = {}
    local function add(prefix, methods)
      for name in pairs(methods) do there[prefix .. name] = true end
    end
    add("testing.", testing)
    add("net:", getmetatable(net).__index)
    add("user:", getmetatable(net:user("ann")).__index)
    add("bot:", getmetatable(net:bot(bot.name)).__index)
    local named = {}
    for _, cells in ipairs(rows("in a test")) do
      for name in cells[1]:gmatch("`(%w+[.:][%a_]+)%(") do
        named[name] = true
      end
    end
    assert.same(there, named)
  end)

  it("names every call of a bot, and every option", function()
    local bot = require("gop2p.bot").new { store = false }
    local there, named = {}, {}
    for name in pairs(getmetatable(bot).__index) do
      there["bot:" .. name] = true
    end
    for name in ("newregistry adopt task fire find lead"):gmatch("%a+") do
      there["bot:" .. name] = nil   -- for the other parts of the bot
    end
    there["ctx:reply"], there["ctx:ask"] = true, true
    for _, cells in ipairs(rows("of a bot")) do
      for name in cells[1]:gmatch("`(%w+[.:][%a_]+)%(") do
        named[name] = true
      end
    end
    assert.same(there, named)
    there, named = {}, {}
    for _, cells in ipairs(rows("bot option")) do
      for name in cells[1]:gmatch("`([%l_]+)`") do named[name] = true end
    end
    for name in contents("lua/gop2p/bot/options.lua")
      :match("\nlocal known = (%b{})"):gmatch("\n  ([%l_]+) = {") do
      there[name] = true
    end
    assert.same(there, named)
  end)

  it("names every option, and no other", function()
    local there = {listen = true, cors = true, state = true, name = true}
    for name in contents("csrc/lua/options.c"):gmatch('{"([%l_]+)", AT') do
      there[name] = true
    end
    local named = {}
    for _, cells in ipairs(rows("option")) do
      local name, value = cells[1]:match("^`(.*)`$"), tonumber(cells[2])
      named[name] = true
      -- The default is taken for a value; what is out of range would raise.
      local node <close> = assert(gop2p.start_local_node(0, {[name] = value}))
      assert.is_true(value ~= nil or cells[2] == "see above"
                     or cells[2] == "none", node:self())
    end
    assert.same(there, named)
  end)

  it("names every error, with its kind and cause", function()
    local there = {}
    for name, kind, text in contents("csrc/base/err.h")
      :gmatch('X%((%u+), (%u+), "(.-)"%)') do
      if name ~= "OK" then
        there[#there + 1] = {"`E" .. name .. "`", kind:lower(), text}
      end
    end
    assert.same(there, rows("code"))
  end)

  it("names targets that make has", function()
    local makefile = contents("Makefile")
    for target in readme:gmatch("[`\n]make (%l+)") do
      assert.truthy(makefile:find("\n" .. target .. ":", 1, true), target)
    end
  end)
end)

describe("The page of the core", function()
  local page = contents("csrc/README.md")

  local function source(file)
    return contents("csrc/" .. file)
  end

  local function exists(file)
    local f <close> = io.open(file)
    return f ~= nil
  end

  it("and the manual name files that there are", function()
    for file in readme:gmatch("[`(](csrc/[^`)%s]+)[`)]") do
      assert.is_true(exists(file), file)
    end
    local count = 0
    for file in page:gmatch("[%w_./]+/[%w_]+%.%l+") do
      count = count + 1
      assert.is_true(exists("csrc/" .. file) or exists(file), file)
    end
    assert.is_true(count > 0)
  end)

  it("names each module of the node", function()
    local there, named = {}, {}
    for file in io.popen("ls csrc/node/*.c"):lines() do
      there[file:match("node/.*")] = true
    end
    for file in page:gmatch("\n| `(node/%l+%.c)` |") do named[file] = true end
    assert.same(there, named)
  end)

  it("names functions where they are", function()
    local count = 0
    for name, file in page:gmatch("`([%l_]+)`%s+%(([%l/]+%.c)%)") do
      count = count + 1
      assert.truthy(source(file):find("[ *]" .. name .. " %("), name)
    end
    assert.is_true(count > 0)
  end)

  it("has the table of members", function()
    local there, named, states = {}, {}, {}
    for what, state, change in source("node/membership.c")
      :gmatch("%[GP_([%u_]+)%]%[GP_(%u+)%] = %u+(%b())") do
      local to, news = change:match("(%u+),? ?(%u*)")
      there[what .. " " .. state:lower()] =
        to:lower() .. (news == "" and "" or " *" .. news:lower() .. "*")
    end
    for state in page:match("\n| what happens |([^\n]*)"):gmatch("%l+") do
      states[#states + 1] = state
    end
    for what, row in page:gmatch("\n| `(%u[%u_]+)` |([^\n]*)") do
      local i = 0
      for cell in row:gmatch(" ([^|]-) ?|") do
        i = i + 1
        if cell ~= "" then named[what .. " " .. states[i]] = cell end
      end
    end
    assert.same(there, named)
  end)
end)
