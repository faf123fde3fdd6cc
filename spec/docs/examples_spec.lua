-- Every example of the pages is run here, or in the spec that KNOWN names.
-- Of an example only the ports are changed.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local page = require "spec.support.page"
local process = require "spec.support.process"
local scriptfile = require "spec.support.script"
local terminal = require "spec.support.terminal"
local testing = require "gop2p.testing"

local LUA = os.getenv("LUA") or "lua5.4"

-- What the fenced blocks of each page are, by their language; what is not
-- run below stands with its spec, or why it is not run.
local KNOWN = {
  ["README.md"] = {
    lua = 1, [""] = 1,
    sh = 2,     -- .ci/run does what they do; package/
    text = 1,   -- a picture
  },
  ["lua/gop2p/README.md"] = { lua = 8 },
  ["lua/gop2p/bot/README.md"] = {
    lua = 11,   -- four in docs/tutorial_spec.lua, one in bot/unload_spec.lua
    text = 7,   -- six of them in docs/tutorial_spec.lua
    ini = 1,    -- docs/tutorial_spec.lua
  },
  ["lua/gop2p/testing/README.md"] = { lua = 4, text = 1 },
  ["lua/gop2p/cli/README.md"] = {
    text = 3,   -- docs/cli_spec.lua
    sh = 2,     -- node/reach_spec.lua, docs/cli_spec.lua
  },
  ["csrc/README.md"] = {
    sh = 1,     -- takes two versions of the core
    mermaid = 1,
  },
  ["spec/README.md"] = {
    sh = 1,     -- what make is told is looked at below
  },
}

local front = page.read("README.md")
local interface = page.read("lua/gop2p/README.md")
local bots = page.read("lua/gop2p/bot/README.md")
local kit = page.read("lua/gop2p/testing/README.md")

-- The example of a page that has a text which no other has.
local function example(p, mark, language)
  for _, text in ipairs(p:blocks(language or "lua")) do
    if text:find(mark, 1, true) then return text end
  end
  error(("no example with %s in %s"):format(mark, p.path), 2)
end

-- 'ports' maps a port in the text to the one to take instead.
local function with_ports(text, ports)
  return (text:gsub("%f[%d](500%d)%f[%D]", function(port)
    return tostring(assert(ports[port], "no port for " .. port))
  end))
end

-- Its members, once there are 'count' of them.
local function members_of(peer, count)
  return net.await(function()
    local names = peer:members()
    return #names == count and names
  end)
end

describe("an example", function()
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

  -- A member with a name, in a process of its own: the port of it. It prints
  -- what it hears, and answers a direct message.
  local function member(name)
    local program = run(([[
      local gop2p = require "gop2p"
      io.stdout:setvbuf("line")
      gop2p.run(function()
        local node <close> = assert(gop2p.start_local_node(0, {name = %q}))
        print(node:self().port)
        for msg in node:inbox() do
          print(msg)
          if msg.type == "direct" then
            node:send(msg.from, msg.data .. ", " .. msg.name)
          end
        end
      end)]]):format(name), {})
    return program, math.tointeger(tonumber(program:line(5)))
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

  it("is known here, with its language", function()
    local there = {}
    for _, p in ipairs(page.all()) do
      local count = {}
      for language in p.text:gmatch("\n```(%l*)\n.-\n```") do
        count[language] = (count[language] or 0) + 1
      end
      there[p.path] = next(count) and count
    end
    assert.same(KNOWN, there)
  end)

  it("is a bot in fifteen lines", function()
    local text = example(front, "You said: ")
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

  it("is a script that reads its input meanwhile", function()
    local peer = stand_in()
    local script = run(example(interface, "gop2p.lines()"),
                       {["5000"] = peer.port})
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

  it("is a script that leaves when it is told to end", function()
    local peer = stand_in()
    local script = run(example(interface, "signals = true"),
                       {["5000"] = peer.port})
    assert(members_of(peer, 1)[1])
    script:kill("TERM")
    assert.equal(0, script:wait())
    assert.same({"ended by\tTERM"}, output(script))
    assert.same({}, peer:members())
  end)

  it("is a script that sends to everybody, to one, and to a list", function()
    local peer = stand_in()
    local script = run(example(interface, "to one peer"),
                       {["5000"] = peer.port}, {stderr = "/dev/null"})
    assert.equal(0, script:wait())
    assert.same({}, output(script))
    local heard = {}
    for _ = 1, 4 do
      local text, _, kind = peer:message()
      heard[#heard + 1] = kind .. " " .. text
    end
    assert.same({"message to everybody", "direct to one peer",
                 "direct to each of a list",
                 "direct and now for certain"}, heard)
  end)

  it("is a script for several machines", function()
    local first = run((example(interface, "start_node(nil")
                       :gsub("start_node%(nil", '%0 or "127.0.0.1"'))
                      .. "first:wait()\n", {["5000"] = 0})
    local entry = assert(first:line(10))
    assert.matches("^127%.0%.0%.1:%d+$", entry)
    local second = run((example(interface, "gop2p.join(\"")
                        :gsub("192%.168%.1%.43:5000", entry))
                       .. "print(node:members())\n")
    assert.matches("^localhost:%d+$", second:line(10))
    assert.equal("{" .. entry .. "}", second:line(10))
  end)

  it("shows what an error says", function()
    local hidden <close> = net.nobody()
    local ports = {["5000"] = hidden.port}
    local text = example(interface, "err.kind")
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

  it("is a test of the bot in fifteen lines, and what it says", function()
    local bot <close> = scriptfile(example(front, '"You said: " ..'))
    local function try(text)
      local test <close> = scriptfile((text:gsub('"clock.lua"', function()
        return ("%q, { name = 'clock' }"):format(bot.name)
      end)))
      local errors <close> = scriptfile("")
      local program <close> = assert(process.start({LUA, test.name},
                                                   {stderr = errors.name}))
      local status = program:wait(20)
      return status, (net.read(errors.name):gsub("\nstack traceback.*", "\n")
                      :gsub("^.-:", "lua5.4:", 1)
                      :gsub(test.name, "bot_test.lua"))
    end
    local text = example(kit, "You said: (.*)")
    assert.same({0, ""}, {try(text)})
    local status, errors = try((text:gsub("You said: %(%.%*%)", "You say")))
    assert.equal(1, status)
    assert.equal(example(kit, "the conversation:", "text"), errors)
  end)

  it("is a test of a time of day, which can fail", function()
    local bot = example(kit, "What are you at?")
    local function try(schedule)
      local script <close> = scriptfile((bot:gsub("0 9 %* %* mon%-fri",
                                                  schedule)))
      local text = example(kit, "refute(ann:hears(), \"What are you")
      local test <close> = scriptfile((text:gsub('"standup.lua"', function()
        return ("%q, { name = 'standup' }"):format(script.name)
      end)))
      local program <close> = assert(process.start({LUA, test.name},
                                                   {stderr = "/dev/null"}))
      return program:wait(20)
    end
    assert.equal(0, try("0 9 * * mon-fri"))
    assert.equal(1, try("59 8 * * mon-fri"))
    assert.equal(1, try("0 9 * * *"))
    assert.equal(1, try("1 9 * * mon-fri"))
  end)

  it("is a test that expects an error, without which it fails", function()
    local bot <close> = scriptfile(example(bots, "rolled %d"))
    local function try(text)
      local test <close> = scriptfile((text:gsub('"dice.lua"', function()
        return ("%q, { name = 'dice' }"):format(bot.name)
      end)))
      local program <close> = assert(process.start({LUA, test.name},
                                                   {stderr = "/dev/null"}))
      return program:wait(20)
    end
    local text = example(kit, "interval is empty")
    assert.equal(0, try(text))
    assert.equal(1, try((text:gsub("expect%(bot:errors[^\n]*", ""))))
  end)

  it("is a node with a name", function()
    local ann, port = member("ann")
    local program = run(example(interface, "Zoë"), {["5000"] = port})
    assert.same({"[ann] Hello, Zoë"}, output(program))
    assert.equal("[Zoë] Hello", ann:line(5))
  end)

  it("is a bot that rolls a die", function()
    local script <close> = scriptfile(example(bots, "rolled %d"))
    local network <close> = testing.network { start = "2030-01-07 08:59" }
    network:bot(script.name, { name = "dice" })
    local ann = network:user("ann")
    testing.expect(ann:hears(), "welcome; try !help")
    ann:say("Good morning, all")
    testing.expect(network:said_by("dice"), "good morning, ann")
    ann:say("!roll 1")
    testing.expect(network:said_by("dice"), "ann rolled 1")
    network:advance("09:00:05")
    testing.expect(network:said_by("dice"), "standup!")
  end)

  it("is a game that can be stopped", function()
    local script <close> = scriptfile(example(bots, "times 7?"))
    local network <close> = testing.network()
    local bot = network:bot(script.name, { name = "sums" })
    local ann, bob = network:user("ann"), network:user("bob")
    local expect, refute = testing.expect, testing.refute
    ann:say("!start")
    expect(ann:hears(), "^1 times 7%?$")
    bob:say("7")
    expect(ann:hears(), "^bob is right%.$")
    expect(ann:hears(), "^Nobody knows%.$", 21)
    ann:say("!start")
    expect(ann:hears(), "^1 times 7%?$")
    network:advance(2)
    bob:say("!stop")
    refute(ann:hears(), "right", 3600)
    refute(ann:hears(), "Nobody", 0)
    bob:say("!stop")
    network:advance(2)
    refute(bot:complains(), "error", 0)
  end)

  it("is a bot that makes up for what it has missed", function()
    local script <close> = scriptfile(example(bots, "The news of today"))
    local network <close> = testing.network { start = "2030-01-07 08:00" }
    local bot = network:bot(script.name, { name = "news" })
    local ann = network:user("ann")
    local expect, refute = testing.expect, testing.refute
    refute(ann:hears(), "news", 3500)
    expect(ann:hears(), "news", 200)
    bot:restart()
    refute(ann:hears(), "news", 3600)
    bot:stop()
    network:advance("10:00")
    bot:start()
    expect(ann:hears(), "news")
    refute(ann:hears(), "news", 3600)
    network:advance("08:59")
    ann:leave()
    network:partition({ "news" })
    network:advance("12:00")
    ann:come_back()
    network:heal()
    expect(ann:hears(), "news", 120)
    refute(ann:hears(), "news", 3600)
    expect(ann:hears(), "news", 24 * 3600)
  end)

  it("is a bot whose points follow their member", function()
    local script <close> = scriptfile(example(bots, "gives a point"))
    local network <close> = testing.network()
    local bot = network:bot(script.name, { name = "points" })
    local ann, bob = network:user("ann"), network:user("bob")
    local nobody = network:user("nobody", { name = false })
    local expect = testing.expect
    local function give(who, name, count)
      bob:say("!point " .. who)
      expect(bob:hears(), ("^%s has %d%%.$"):format(name, count))
    end
    give("ann", "ann", 1)
    give("nobody:5000", "nobody:5000", 1)
    ann:set_name("anna")
    give("anna", "anna", 2)
    bot:stop()
    ann:set_name("Änne")
    nobody:set_name("eve")
    bot:start()
    give("Änne", "Änne", 3)
    give("eve", "eve", 2)
    nobody:leave()   -- whoever comes there next is another one
    network:user("joe", { address = "nobody:5000" })
    give("joe", "joe", 1)
    ann:leave()
    network:advance(5)
    network:user("Änne", { address = "elsewhere:5000" })
    give("Änne", "Änne", 4)
  end)

  it("is a bot with roles", function()
    local script <close> = scriptfile(example(bots, "A new poll: "))
    local network <close> = testing.network()
    network:bot(script.name, { name = "polls" })
    local answers = {
      ann = "A new poll: why?", bob = "A new poll: why?",
      joe = "Sorry, you may not use poll%-new",
    }
    for name, answer in pairs(answers) do
      local user = network:user(name)
      user:say("!poll-new why?")
      testing.expect(user:hears(), answer)
      network:advance(2)
    end
  end)

  it("is a bot that remembers, and what it logs", function()
    local script <close> = scriptfile(example(bots, "keeps a note"))
    local line = example(bots, "2030-01-07 09:00:00", "text")
    local network <close> = testing.network { start = "2030-01-07 08:59" }
    local bot = network:bot(script.name, { name = "notes" })
    local ann = network:user("ann")
    for i = 1, 2 do
      ann:say("!note one")
      testing.expect(network:said_by("notes"), "That makes " .. i)
      bot:restart()
    end
    network:advance("09:00:05")
    testing.expect(network:said_by("notes"), "2 notes so far")
    assert.truthy(("\n" .. table.concat(bot:complains(), "\n") .. "\n")
                  :find("\n" .. line, 1, true))
    assert.equal('{\n"notes":["one","one"]\n}\n', bot:read("notes.json"))
  end)

  -- The lines of a session as they are on the screen, but for the first one
  -- ("$ lua5.4"), and the lines of the screen without what cannot be known.
  local function split(session)
    local lines = {}
    for line in session:gmatch("[^\n]+") do
      if not line:find("^%$ ") then
        lines[#lines + 1] = line:gsub("%d%d:%d%d%.", "HH:MM.")
      end
    end
    return lines
  end

  it("is a session at the prompt", function()
    local bob, entry = member("bob")
    local bot = run(example(front, "You said: "), {["5000"] = entry})
    local node <close> = assert(gop2p.start_local_node(0))
    local port = net.await(function()
      local clock = node:connect(entry) and node:member("clock")
      return clock and clock.peer.port
    end)
    node:leave()
    local expected = split(with_ports(front:blocks("")[1], {
      ["5001"] = port, ["5002"] = 0,
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
    for _ = 1, 2 do heard[bob:line(5):sub(1, 13)] = true end
    assert.same({["[ann] !time"] = true, ["[clock] It is"] = true}, heard)
    bot:kill("TERM")
  end)

  it("is a command line of make, of a spec or of a folder", function()
    local makefile, long = net.read("Makefile"), net.read(".ci/long")
    for _, p in ipairs(page.all()) do
      for target, rest in p.text:gmatch("[`\n&] ?make (%l+)([^`\n#&]*)") do
        assert.truthy(makefile:find("\n" .. target .. ":", 1, true), target)
        for name in rest:gmatch("([%u_]+)=") do
          assert.truthy(makefile:find("%f[%w_]" .. name .. "%f[^%w_]"), name)
        end
      end
      for steps in p.text:gmatch("%.ci/long ([%l ]+)`") do
        for step in steps:gmatch("%l+") do
          assert.truthy(long:find("[" .. step .. "]=", 1, true), step)
        end
      end
      for path in p.text:gmatch("SPEC=([%w/_.]+)") do
        local file <close> = io.open(path)
        assert.is_truthy(file, path)
      end
    end
  end)
end)
