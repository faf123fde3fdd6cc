-- A log file that others move, empty and remove while its bot runs.

local folders = require "spec.support.folder"
local log = require "gop2p.bot.log"
local net = require "spec.support.net"
local process = require "spec.support.process"
local sandbox = require "spec.support.sandbox"
local scriptfile = require "spec.support.script"
local sh = require("spec.support.shell").output
local testing = require "gop2p.testing"

local LUA = os.getenv("LUA") or "lua5.4"

describe("a log file", function()
  local own, path, l, told, real

  before_each(function()
    own, told, real = folders.make(), {}, warn
    _G.warn = function(...) told[#told + 1] = table.concat({ ... }) end
    path = own.path .. "/log"
    l = assert(log.open{ bot = function() return "dice" end, file = path })
  end)

  after_each(function()
    _G.warn = real
    own:close()
  end)

  -- The events in a file.
  local function events(name)
    local out = {}
    for event in net.read(own.path .. "/" .. name):gmatch("dice: (%l+)\n") do
      out[#out + 1] = event
    end
    return table.concat(out, " ")
  end

  it("is its owner's alone when it is new, and keeps the mode it has",
     function()
    local function add(name)
      sh("cd '%s'; umask 0; LUA_INIT_5_4= %s -e \"%s\"", own.path, LUA,
         ("l = require('gop2p.bot.log').open{bot = function() end, "
          .. "file = '%s'} l:info('one')"):format(name))
      return sh("stat -L -c %%a '%s/%s'", own.path, name)
    end
    assert.equal("600", add("new"))
    sh("chmod 644 '%s/new'", own.path)
    assert.equal("644", add("new"))
    sh("ln -s far '%s/link'", own.path)
    assert.equal("600", add("link"))
    assert.equal("far link log new", own:names())
  end)

  it("that is moved is followed by a new one", function()
    l:info("one")
    for i, event in ipairs {"two", "three"} do
      os.rename(path, path .. "." .. i)
      l:info(event)
    end
    assert.same({"one", "two", "three"},
                {events("log.1"), events("log.2"), events("log")})
    assert.same({}, told)
  end)

  it("that is moved is made anew at once when it is told so", function()
    l:info("one")
    os.rename(path, path .. ".1")
    assert.is_true(l:reopen())
    assert.equal("log log.1", own:names())
    assert.is_true(l:reopen())
    l:info("two")
    assert.same({"one", "two"}, {events("log.1"), events("log")})
  end)

  it("that is removed is made anew, and one in its place is added to",
     function()
    l:info("one")
    os.remove(path)
    l:info("two")
    assert.equal("two", events("log"))
    sh("cd '%s'; echo 'before dice: made' >new; mv new log", own.path)
    l:info("three")
    assert.equal("made three", events("log"))
  end)

  it("that is copied and emptied is gone on with, from its beginning",
     function()
    l:info("one")
    sh("cd '%s'; cp log log.1; : >log", own.path)
    l:info("two")
    assert.same({"one", "two"}, {events("log.1"), events("log")})
    assert.is_nil(net.read(path):find("\0"))
  end)

  it("is found through a link, wherever that leads", function()
    sh("cd '%s'; ln -s far link; touch far near", own.path)
    l = assert(log.open{ bot = function() return "dice" end,
                         file = own.path .. "/link" })
    l:info("one")
    sh("cd '%s'; ln -sfn near link", own.path)
    l:info("two")
    assert.same({"one", "two"}, {events("far"), events("near")})
  end)

  it("whose folder is gone is told of once, and made when that is back",
     function()
    sh("mkdir '%s/logs'", own.path)
    l = assert(log.open{ bot = function() return "dice" end,
                         file = own.path .. "/logs/log" })
    for _ = 1, 2 do
      sh("rm -r '%s/logs'", own.path)
      for _, event in ipairs {"one", "two"} do l:info(event) end
      assert.is_true(l:reopen())
      sh("mkdir '%s/logs'", own.path)
      l:info("three")
      assert.equal("three", events("logs/log"))
    end
    assert.equal(2, #told)
    assert.matches("^gop2p bot: could not open the log: .*/logs/log: No such "
                   .. "file or directory$", told[1])
  end)

  it("whose disk is full is told of once, and gone on with", function()
    local why = sandbox.refused("-m")
    if why then return pending(why) end
    sh("mkdir '%s/far'", own.path)
    local child <close> = assert(process.start(sandbox.mounted(
      "mount -t tmpfs -o size=16k none " .. own.path .. "/far", {LUA, "-e",
      ([[
        local path = %q
        local told = 0
        warn = function() told = told + 1 end
        local l = assert(require("gop2p.bot.log").open {
          bot = function() return "dice" end, file = path .. "/log" })
        os.execute("cat /dev/zero >" .. path .. "/filler 2>/dev/null")
        for _ = 1, 200 do l:info("lost", { text = ("x"):rep(1000) }) end
        print(told)
        os.remove(path .. "/filler")
        l:info("again")
        print(io.open(path .. "/log"):read("a"):find("again\n$") ~= nil)
        print(told)
      ]]):format(own.path .. "/far")})))
    assert.same({"1", "true", "1"},
                {child:line(20), child:line(20), child:line(20)})
  end)

  it("is none where a device or a pipe stands", function()
    sh("mkfifo '%s/pipe'", own.path)
    local reader <close> = assert(io.open(own.path .. "/pipe", "r+"))
    for _, name in ipairs {"/dev/null", "/dev/full", own.path .. "/pipe"} do
      l = assert(log.open{ bot = function() return "dice" end, file = name })
      assert.is_false(l:reopen())
      l:info("one")
    end
    assert.matches("dice: one$", reader:read())
    assert.same({"gop2p bot: could not write the log: No space left on "
                 .. "device"}, told)
  end)

  it("whose path something else takes is gone on with", function()
    for what, make in pairs { pipe = "mkfifo log", dir = "mkdir log",
                              device = "ln -s /dev/null log" } do
      told = {}
      l:info("one")
      sh("cd '%s'; mv log log.1; %s", own.path, make)
      -- whoever opens a pipe for writing waits for a reader
      local _ <close> = what == "pipe" and assert(io.open(path, "r+")) or nil
      l:info("two")
      assert.is_true(l:reopen())
      l:info("three")
      assert.equal("one two three", events("log.1"), what)
      assert.equal(1, #told)
      assert.matches("^gop2p bot: could not open the log: .*/log: .", told[1])
      sh("cd '%s'; rm -r log", own.path)
      l:info("four")
      assert.equal("four", events("log"), what)
      assert.is_true(l:reopen())
      os.remove(path)
    end
  end)

  it("that was opened by the script stays the one that it is", function()
    local handle <close> = assert(io.open(path, "a"))
    l = assert(log.open{ bot = function() return "dice" end, file = handle })
    l:info("one")
    os.rename(path, path .. ".1")
    assert.is_false(l:reopen())
    l:info("two")
    assert.equal("one two", events("log.1"))
    assert.equal("log.1", own:names())
  end)
end)

describe("SIGHUP", function()
  local function network(options)
    local script = scriptfile(([[
      local bot = require("gop2p.bot").new {
        name = "dice", join = "localhost:5000", store = false, log = %s,
      }
      print(bot:run())
    ]]):format(options))
    local world = testing.network { seed = 1 }
    return world, world:bot(script.name, { name = "dice" }), script
  end

  it("ends a bot that has no log file", function()
    local world <close>, bot, script = network "{ level = 'off' }"
    local _ <close> = script
    bot:signal("HUP")
    world:advance(3)
    assert.equal("ended", bot:state())
    testing.expect(bot:prints(), "true\tHUP")
  end)

  it("has one that has go on with a new file", function()
    local world <close>, bot, script = network "{ file = 'dice.log' }"
    local _ <close> = script
    assert.matches("dice: started", bot:read("dice.log"))
    bot:write("dice.log.1", bot:read("dice.log"))
    for _ = 1, 2 do
      bot:signal("HUP")
      world:advance(3)
      assert.equal("running", bot:state())
    end
    bot:signal("TERM")
    world:advance(3)
    assert.equal("ended", bot:state())
    testing.expect(bot:prints(), "true\tTERM")
    assert.matches("dice: stopped\n$", bot:read("dice.log"))
  end)
end)
