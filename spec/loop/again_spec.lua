-- A program that forgets gop2p and requires it again, as test frameworks do.

local folders = require "spec.support.folder"
local process = require "spec.support.process"
local shell = require "spec.support.shell"

local LUA = os.getenv("LUA") or "lua5.4"
local BEGIN = [[
  local function again(name)
    for loaded in pairs(package.loaded) do
      if loaded:find("^gop2p") then package.loaded[loaded] = nil end
    end
    return require(name or "gop2p")
  end
]]

describe("gop2p that is loaded again", function()
  local own

  before_each(function() own = folders.make() end)
  after_each(function() own:close() end)

  -- What code prints until it ends, standard error last.
  local function run(code)
    local errors = own.path .. "/errors"
    local child <close> = assert(process.start({LUA, "-W",
      own:write("script.lua", BEGIN .. code), own.path}, {stderr = errors}))
    local lines = {}
    for line in function() return child:line(20) end do
      lines[#lines + 1] = line
    end
    for line in io.lines(errors) do lines[#lines + 1] = line end
    assert.equal(0, child:wait(20), table.concat(lines, "\n"))
    return lines
  end

  it("serves nodes that are older, which close without an error", function()
    assert.same({"true", "one", "two", "gop2p node (stopped)", "done"}, run [[
      local gop2p = require "gop2p"
      local old = assert(gop2p.start_local_node(0))
      local other = assert(gop2p.start_local_node(0))
      assert(old:connect(other:self()))
      gop2p = again()
      local new = assert(gop2p.start_local_node(0))
      print(new:connect(old:self()))
      new:send(old:self(), "one")
      print(old:receive(5).data)
      other:broadcast("two")
      print(new:receive(5).data)
      assert(old:leave())
      do local closed <close> = other end
      old:close()
      print((tostring(old):gsub(" %S+:%d+", "")))
      old:stop()
      again()
      new:close()
      print "done"
    ]])
  end)

  it("ends nodes that are older with the process, or the collector",
     function()
    for _, ending in ipairs {"", "os.exit(0, true)", "os.exit(0)",
                             "old = nil collectgarbage()"} do
      assert.same({"here"}, run([[
        local old = assert(require("gop2p").start_local_node(0,
          {state = arg[1] .. "/state"}))
        local new = assert(again().start_local_node(0))
        assert(new:connect(old:self()))
        again()
        io.stdout:setvbuf("line")
        print "here" ]] .. ending))
    end
  end)

  it("goes on with tasks that are older", function()
    assert.same({"message hello", "slept", "new"}, run [[
      local gop2p = require "gop2p"
      local old = assert(gop2p.start_local_node(0))
      gop2p.spawn(function() print("message " .. old:receive().data) end)
      gop2p.pump()
      gop2p = again()
      local new = assert(gop2p.start_local_node(0))
      assert(new:connect(old:self()))
      new:broadcast("hello")
      local before = package.loaded.gop2p
      before.spawn(function()
        before.sleep(0.05)
        print("slept")
      end)
      gop2p = again()
      gop2p.run(function()
        gop2p.sleep(0.1)
        print("new")
      end)
    ]])
  end)

  it("is the same peers, errors, receipts and loop", function()
    assert.same({"true\ttrue", "EADDRINUSE", "true", "true"}, run [[
      local gop2p = require "gop2p"
      local peer, loop = gop2p.me(5000), gop2p.loop()
      local node = assert(gop2p.start_local_node(0))
      local rec = node:broadcast("x")
      gop2p = again()
      print(peer == gop2p.me(5000), loop == gop2p.loop())
      print(select(2, gop2p.start_local_node(node:self().port)).code)
      print(rec:wait(5))
      print(getmetatable(node).__index == getmetatable(
        assert(gop2p.start_local_node(0))).__index)
    ]])
  end)

  it("is one library where the core lies in two places", function()
    shell.output("mkdir '%s/gop2p'; cp '%s' '%s/gop2p/core.so'", own.path,
                 package.searchpath("gop2p.core", package.cpath), own.path)
    assert.same({"true", "true"}, run [[
      local gop2p = require "gop2p"
      local core = require "gop2p.core"
      local old = assert(gop2p.start_local_node(0))
      package.cpath = arg[1] .. "/?.so"
      gop2p = again()
      print(core == require "gop2p.core")
      local new = assert(gop2p.start_local_node(0))
      print(new:connect(old:self()))
      old:close()
    ]])
  end)

  it("is begun with whichever module it likes", function()
    for _, name in ipairs {"gop2p.bot", "gop2p.testing", "gop2p.node",
                           "gop2p.scheduler", "gop2p.values", "gop2p.core"} do
      assert.same({"done"}, run([[
        local old = assert(require("gop2p").start_local_node(0))
        again "]] .. name .. [["
        local new = assert(require("gop2p").start_local_node(0))
        assert(new:connect(old:self()))
        old:close()
        print "done"
      ]]))
    end
  end)

  it("has a bot go on, and a simulated network end for the next one",
     function()
    assert.same({"Commands", "closed", "hi"}, run [[
      local bot = require("gop2p.bot").new {
        name = "dice", store = false, log = {level = "off"},
      }
      assert(bot:start())
      local gop2p = again()
      do
        local node <close> = assert(gop2p.start_local_node(0))
        assert(node:connect(bot.node:self()))
        node:send(bot.node:self(), "help")
        print(node:receive(5).data:match("^%a+"))
        bot:stop()
      end
      local before = require("gop2p.testing").network { seed = 1 }
      before:user("ann")
      local net = again("gop2p.testing").network { seed = 2 }
      local ann, bob = net:user("ann"), net:user("bob")
      print(select(2, pcall(before.advance, before, 1)):match("closed"))
      before = nil
      collectgarbage()
      ann:say("hi")
      net:advance(1)
      print(bob:hears()[1])
      net:close()
    ]])
  end)
end)
