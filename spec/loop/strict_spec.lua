-- Programs in which nobody may read a global that is not there, nor make one.

local folders = require "spec.support.folder"
local go = require "spec.support.go"
local net = require "spec.support.net"
local process = require "spec.support.process"
local session = require "spec.support.session"

local LUA = os.getenv("LUA") or "lua5.4"
local HERE = require("spec.support.shell").output("pwd")

-- As strict.lua and Penlight do it: C may read one, as lua itself does, and
-- a main chunk may make one, as that of a line at the prompt.
local STRICT = [[
  local function who()
    local info = debug.getinfo(3, "S")
    return info and info.what or "C"
  end
  setmetatable(_G, {
    __index = function(_, name)
      if who() ~= "C" then error("no such global: " .. tostring(name), 2) end
    end,
    __newindex = function(t, name, value)
      if who() == "Lua" then error("a new global: " .. tostring(name), 2) end
      rawset(t, name, value)
    end,
  })
]]

describe("with strict globals", function()
  local own, strict, errors

  before_each(function()
    own = folders.make()
    strict = own:write("strict.lua", STRICT)
    errors = own.path .. "/errors"
  end)

  after_each(function() own:close() end)

  local function start(argv)
    return own:keep(assert(process.start(argv, {
      env = {LUA_INIT_5_4 = "@" .. strict}, stderr = errors,
    })))
  end

  -- What code prints, in a process whose 'arg' is not there.
  local function run(code)
    local child = start {LUA, "-W", own:write("script.lua",
      "rawset(_G, 'arg', nil) " .. code)}
    local lines = {}
    for line in function() return child:line(20) end do
      lines[#lines + 1] = line
    end
    assert.equal(0, child:wait(20), net.read(errors))
    assert.equal("", net.read(errors))
    return lines
  end

  it("the library works, without 'arg'", function()
    assert.same({"false", "hello", "true"}, run [[
      local gop2p = require "gop2p"
      local other = assert(gop2p.start_local_node(0))
      print(gop2p.prompt())
      gop2p.run(function()
        local node <close> = assert(gop2p.join(other:self()))
        node:broadcast("hello")
        print(other:receive(5).data)
        assert(node:leave())
      end, {signals = true})
      print(#tostring(gop2p.help()) > 100)
      other:close()
    ]])
  end)

  it("bots and their tests work, without 'arg'", function()
    local script = own:write("bot.lua", [[
      local bot = require("gop2p.bot").new {
        name = "dice", join = "localhost:5000",
      }
      bot:command("roll", function() return tostring(#arg) end)
      bot:run()
    ]])
    assert.same({"Commands", "1"}, run(([[
      local gop2p = require "gop2p"
      local bot = require("gop2p.bot").new {
        store = false, log = {level = "off"},
      }
      assert(bot:start())
      do
        local node <close> = assert(gop2p.start_local_node(0))
        assert(node:connect(bot.node:self()))
        node:send(bot.node:self(), "help")
        print(node:receive(5).data:match("^%%a+"))
        bot:stop()
      end
      local net <close> = require("gop2p.testing").network { seed = 1 }
      net:bot(%q, { name = "dice", args = { "x" } })
      local ann = net:user("ann")
      ann:dm("dice", "roll")
      net:advance(1)
      print(ann:hears()[1])
    ]]):format(script)))
  end)

  it("every command and every example works", function()
    local peer <close> = go.start("v1.1.3", "localhost", {kinds = true})
    local gop2p = HERE .. "/lua/gop2p/bin/gop2p"
    local examples = HERE .. "/lua/gop2p/examples/"
    local plain = own:write("plain.lua", "print(arg[1])")
    for _, case in ipairs {
      {gop2p, "--help"}, {gop2p, "version"}, {gop2p, "completion", "zsh"},
      {gop2p, "members", peer.name},
      {gop2p, "send", "--join", peer.name, "--all", "hello"},
      {gop2p, "chat", "--join", peer.name},
      {gop2p, "repl", "--join", peer.name},
      {gop2p, "bot", plain, "x"}, {examples .. "demo.lua"},
      {examples .. "chat.lua", "--join", peer.name},
      {examples .. "entry.lua"},
    } do
      local child = start {LUA, table.unpack(case)}
      child:finish()
      assert.equal(0, child:wait(30), case[1] .. ": " .. net.read(errors))
    end
    for _, case in ipairs {
      {gop2p, "listen", "--join", peer.name},
      {gop2p, "watch", "--join", peer.name, "--interval", "0.1"},
      {examples .. "dice.lua", "0", peer.name},
      {examples .. "echo.lua", "0", peer.name},
      {examples .. "poll.lua", "0", peer.name},
      {examples .. "reminders.lua", "0", peer.name},
      {examples .. "standup.lua", "0", peer.name},
      {gop2p, "bot", examples .. "dice.lua", "0", peer.name},
    } do
      local child = start {"sh", "-c", 'cd "$0" && exec "$@"', own.path, LUA,
                           table.unpack(case)}
      net.await(function() return #peer:members() == 1 end)
      child:kill("TERM")
      assert.equal(0, child:wait(20), case[1] .. ": " .. net.read(errors))
      net.await(function() return #peer:members() == 0 end)
    end
  end)

  it("the prompt is live", function()
    local s = session.new()
    local _ <close> = setmetatable({}, { __close = function() s:close() end })
    for _, words in ipairs {{LUA, "-i", strict}, {LUA, "-i", "-l", "gop2p",
                                                  strict}} do
      local t = s:start(words)
      t:await(">$")
      t:type("gop2p = require 'gop2p'", "Enter")
      t:await("%s>$")
      local node = s:visitor((session.node(t)))
      t:await("joined\n>$")
      t:type("C-l", "gop2p.nothi", "Tab", "nosuch.", "Tab", "C-u", "'x'")
      t:await("> 'x'$")
      session.say(node, "Hello")
      t:await("Hello\n> 'x'$")
      t:type("Enter", "C-d")
      assert.equal(0, t:over())
    end
  end)
end)
