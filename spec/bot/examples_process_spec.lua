-- The example bots as processes, in a network of a published Go program (its
-- stand-in): run by Lua alone, and by the command. What they do at length is
-- tried in examples_spec.

local folders = require "spec.support.folder"
local go = require "spec.support.go"
local net = require "spec.support.net"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local LIMIT = 20   -- seconds that anything may take

local HERE = require("spec.support.shell").output("pwd")

for how, words in pairs {
  ["run by Lua"] = { LUA },
  ["run by the command"] = { LUA, HERE .. "/lua/gop2p/bin/gop2p", "bot" },
} do
  describe("an example " .. how, function()
    local folder, peer, bot, name

    before_each(function()
      folder = folders.make()
      peer = go.start("v1.1.3", "localhost", { kinds = true })
    end)

    after_each(function()
      bot:close()
      peer:close()
      folder:close()
    end)

    -- Starts it in a folder of its own, for what it stores. 'shell' is how.
    local function launch(file, args, env, shell)
      local argv = { "sh", "-c", 'cd "$0" && ' .. (shell or 'exec "$@"'),
                     folder.path }
      table.move(words, 1, #words, #argv + 1, argv)
      argv[#argv + 1] = ("%s/lua/gop2p/examples/%s.lua"):format(HERE, file)
      table.move(args, 1, #args, #argv + 1, argv)
      bot = assert(process.start(argv, { env = env, preload = true,
                                         stderr = folder.path .. "/log" }))
    end

    local function member(of)
      return net.await(function() return of:members()[1] end, LIMIT)
    end

    local function start(file, env)
      launch(file, { "0", peer.name }, env)
      name = member(peer)
    end

    local function ask(text)
      assert.equal("sent", peer:ask(("direct %s %s"):format(name, text)))
    end

    -- What it says next, "direct" or to everybody ("message").
    local function hears(kind, pattern)
      local text, from, how_said = peer:message()
      assert.same({ name, kind }, { from, how_said })
      assert.matches(pattern, text)
    end

    -- Says goodbye, and complains of nothing.
    local function stop()
      bot:kill("TERM")
      assert.equal(0, bot:wait(LIMIT))
      assert.same({}, peer:members())
      local log = net.read(folder.path .. "/log")
      assert.falsy(log:find(" error ", 1, true), log)
    end

    it("echoes", function()
      start "echo"
      ask "ping"
      hears("direct", "^pong$")
      stop()
    end)

    it("rolls dice", function()
      start "dice"
      assert.equal("sent", peer:ask "broadcast !roll 1")
      hears("message", "^" .. peer.name .. " rolled 1$")
      stop()
    end)

    it("polls, and goes on after a restart", function()
      start "poll"
      ask [[poll 1h "Where to?" pizza, soup]]
      hears("message", "^A poll, until .*: Where to%?\n1%. pizza: 0")
      ask "vote 2"
      hears("direct", "has voted for soup")
      stop()
      start "poll"
      ask "votes"
      hears("direct", "2%. soup: 1$")
      stop()
    end)

    it("reminds, also of what it was told before it was killed", function()
      start "reminders"
      ask "remind me in 1s the tea is ready"
      hears("direct", "^I will remind " .. peer.name .. " at ")
      bot:kill("KILL")
      bot:wait(LIMIT)
      launch("reminders", { "0", peer.name })
      name = nil
      local text, from, kind = peer:message()
      assert.same({ "Reminder: the tea is ready", "direct" }, { text, kind })
      name = from
      ask "reminders"
      hears("direct", "^You have no reminders%.$")
      bot:kill("TERM")
      assert.equal(0, bot:wait(LIMIT))
    end)

    it("holds a standup", function()
      start("standup", { OWNER = peer.name })
      ask("add " .. peer.name)
      hears("direct", "^The team .*: " .. peer.name .. "$")
      ask "now"
      hears("direct", "^What are you working on")
      ask "I test."
      hears("direct", "^Thank you%.$")
      hears("message", "^Standup of .*:\n" .. peer.name .. ": I test%.$")
      stop()
    end)

    it("bridges two networks and a program", function()
      local other <close> = go.start("v1.1.2", "localhost", { kinds = true })
      launch("bridge", { "0", peer.name, "0", other.name })
      local here, there = member(peer), member(other)
      assert.equal("sent", peer:ask "broadcast Hello")
      local line = ("<%s> Hello"):format(peer.name)
      assert.same({ line, there, "message" }, { other:message() })
      assert.equal(line, bot:line(LIMIT))
      bot:send("The backup is done.")
      assert.same({ "The backup is done.", here, "message" },
                  { peer:message() })
      assert.same({ "The backup is done.", there, "message" },
                  { other:message() })
      bot:finish()
      assert.equal("sent", other:ask "broadcast Goodbye")
      assert.same({ ("<%s> Goodbye"):format(other.name), here, "message" },
                  { peer:message() })
      stop()
      assert.same({}, other:members())
    end)

    it("ends when nobody reads what the bridge prints", function()
      launch("bridge", { "0", peer.name }, nil, '"$@" | head -n 1')
      member(peer)
      assert.equal("sent", peer:ask "broadcast one")
      assert.equal(("<%s> one"):format(peer.name), bot:line(LIMIT))
      assert.equal(0, net.await(function()
        peer:ask "broadcast two"
        return bot:wait(0.1)
      end, LIMIT))
      assert.same({}, peer:members())
    end)

    it("says how it is called when the port is none", function()
      launch("dice", { "here" })
      assert.equal(1, bot:wait(LIMIT))
      assert.matches("option 'port': port from 0 to 65535 expected, got "
                     .. '"here"', net.read(folder.path .. "/log"))
    end)
  end)
end
