-- gop2p.run(f, { signals = true }): a process that is told to end.

local folders = require "spec.support.folder"
local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"
local sandbox = require "spec.support.sandbox"
local scriptfile = require "spec.support.script"
local testing = require "gop2p.testing"

local LUA = os.getenv("LUA") or "lua5.4"
local BEGIN = [[
  io.stdout:setvbuf("line")
  local gop2p = require "gop2p"
]]
local SERVE = BEGIN .. [[
  local signal = gop2p.run(function()
    local node <close> = assert(gop2p.start_local_node(0))
    assert(node:connect(arg[1]))
    print("on")
    for msg in node:inbox() do print(msg) end
  end, { signals = true })
  print("over", signal)
]]

describe("a program that asks for signals", function()
  local own, peer

  before_each(function()
    own = folders.make()
    peer = go.start("v1.1.3", "localhost", {kinds = true})
  end)

  after_each(function()
    peer:close()
    own:close()
  end)

  -- One that has said "on"; within(argv) gives the command that runs it.
  local function start(text, within)
    local argv = {LUA, own:write("script.lua", text), peer.name}
    local child = own:keep(assert(process.start(within and within(argv)
                                                or argv)))
    assert.equal("on", child:line(20))
    return child
  end

  local function ends(child, ...)
    for _, line in ipairs {...} do assert.equal(line, child:line(20)) end
    assert.equal(0, child:wait(20))
    assert.same({}, peer:members())
  end

  it("leaves, and is told which came", function()
    for _, signal in ipairs {"INT", "TERM", "HUP"} do
      local child = start(SERVE)
      child:kill(signal)
      ends(child, "over\t" .. signal)
    end
  end)

  it("is ended by no other means than before where it does not ask",
     function()
    local plain = SERVE:gsub(", { signals = true }", "")
    for signal, status in pairs {TERM = 143, HUP = 129} do
      local child = start(plain)
      child:kill(signal)
      assert.equal(status, child:wait(20))
    end
  end)

  it("has its signals back afterwards", function()
    for signal, status in pairs {TERM = 143, HUP = 129} do
      local child = start(BEGIN .. [[
        print(gop2p.run(function()
          print("on")
          while true do gop2p.sleep(60) end
        end, { signals = true }))
        print(gop2p.run(function() gop2p.sleep(0) end, { signals = true }))
        print(pcall(gop2p.run, error, { signals = true }))
        gop2p.sleep(60)
      ]])
      child:kill("TERM")
      assert.same({"TERM", "nil"}, {child:line(20), child:line(20)})
      assert.matches("^false\tnil\n?", child:line(20))
      child:kill(signal)
      assert.equal(status, child:wait(20))
    end
  end)

  it("leaves with every node, and closes what its tasks promised", function()
    local child = start(BEGIN .. [[
      local outer = assert(gop2p.start_local_node(0))
      assert(outer:connect(arg[1]))
      local function serve()
        local node <close> = assert(gop2p.start_local_node(0))
        assert(node:connect(arg[1]))
        local _ <close> = setmetatable({}, { __close = function()
          print("closed", node:is_connected())
        end })
        while true do pcall(gop2p.sleep, 60) end
      end
      print("over", gop2p.run(function()
        gop2p.spawn(serve)
        gop2p.spawn(function() gop2p.run(serve) end)
        repeat gop2p.sleep(0.01) until #outer:members() == 3
        print("on")
        while true do
          pcall(function() gop2p.run(function() gop2p.sleep(60) end) end)
        end
      end, { signals = true }), outer:is_connected())
      os.exit(0, true)
    ]])
    net.await(function() return #peer:members() == 3 end)
    child:kill("TERM")
    ends(child, "closed\tfalse", "closed\tfalse", "over\tTERM\tfalse")
  end)

  it("ends in time where a member does not answer, and at no second signal",
     function()
    local member <close> = assert(process.start({LUA, "-e", BEGIN .. [[
      local node = assert(gop2p.start_local_node(0))
      print(gop2p.peer(node:self()))
      gop2p.run()
      node:wait()
    ]]}))
    local name = member:line(20)
    local child = start((SERVE:gsub("arg%[1%]", "{%0, '" .. name .. "'}")
                              :gsub('print%("on"%)', ([[
      assert(node:connect("%s"))
      print("on")]]):format(name))))
    member:kill("STOP")
    child:kill("TERM")
    for _, signal in ipairs {"TERM", "HUP", "INT"} do child:kill(signal) end
    ends(child, "over\tTERM")
  end)

  -- Until it has ended, and with which status.
  local function insist(child, signal)
    for _ = 1, 40 do
      child:kill(signal)
      local status = child:wait(0.5)
      if status then return status end
    end
  end

  it("ends at once, in the end, where a task never waits", function()
    for signal, status in pairs {TERM = 143, INT = 130} do
      local child = start((SERVE:gsub("for msg", "while true do end %0")))
      assert.equal(status, insist(child, signal))
    end
  end)

  it("ends so as the first process of a container, too", function()
    local why = sandbox.refused("-pf --mount-proc")
    if why then return pending(why) end
    for signal, status in pairs {TERM = 143, INT = 130, HUP = 129} do
      local child = start((SERVE:gsub("for msg", "while true do end %0")),
                          sandbox.first)
      local ended
      for _ = 1, 40 do
        os.execute(("kill -%s $(ps -o pid= --ppid %d) 2>/dev/null"):format(
          signal, child.pid))
        ended = child:wait(0.5)
        if ended then break end
      end
      assert.equal(status, ended)
    end
  end)

  it("leaves all the same where a task has only computed for a while",
     function()
    local child = start((SERVE:gsub('print%("on"%)', [[%0
      local ends = os.clock() + 0.5
      repeat until os.clock() > ends]])))
    os.execute(("kill %d; kill %d; kill %d"):format(child.pid, child.pid,
                                                    child.pid))
    ends(child, "over\tTERM")
  end)

  it("keeps in its state file whom it knew", function()
    local child = start((SERVE:gsub("start_local_node%(0", ("%%0, {state = "
      .. "%q}"):format(own.path .. "/state"))))
    child:kill("TERM")
    ends(child, "over\tTERM")
    assert.truthy(net.read(own.path .. "/state"):find(peer.name, 1, true))
  end)

  it("outlives its terminal where it is to", function()
    local child = start(SERVE, function(argv)
      return {"sh", "-c", "trap '' HUP; exec \"$@\"", "sh",
              table.unpack(argv)}
    end)
    child:kill("HUP")
    peer:ask("broadcast hello")
    assert.matches("hello$", child:line(20))
    child:kill("TERM")
    ends(child, "over\tTERM")
  end)

  it("ends as the first process of a container", function()
    local why = sandbox.refused("-pf --mount-proc")
    if why then return pending(why) end
    for _, signal in ipairs {"TERM", "HUP", "INT"} do
      local child = start(SERVE, sandbox.first)
      -- 'unshare' waits for it, and is no part of it.
      os.execute(("kill -%s $(ps -o pid= --ppid %d)"):format(signal,
                                                           child.pid))
      ends(child, "over\t" .. signal)
    end
  end)

  it("raises what its tasks raise as they are closed", function()
    local child = start(BEGIN .. [[
      print("over", pcall(gop2p.run, function()
        gop2p.spawn(function()
          local _ <close> = setmetatable({}, { __close = function()
            error("not written", 0)
          end })
          gop2p.sleep(60)
        end)
        print("on")
        gop2p.sleep(60)
      end, { signals = true }))
      gop2p.sleep(0)
      print("again", gop2p.run(function() end))
    ]])
    child:kill("TERM")
    ends(child, "over\tfalse\tnot written", "again")
  end)

  it("raises what its tasks do", function()
    local ok, problem = pcall(gop2p.run, function()
      gop2p.spawn(error, "oops")
      gop2p.sleep(60)
    end, { signals = true })
    assert.is_false(ok)
    assert.matches("^oops\n", problem)
  end)

  it("says so with true or false", function()
    local function none() end
    for text, options in pairs {
      ["option 'signals': boolean expected"] = { signals = "TERM" },
      ["unknown option 'signal'"] = { signal = true },
      ["table expected, got boolean"] = true,
    } do
      local ok, why = pcall(function() gop2p.run(none, options) end)
      assert.is_false(ok)
      assert.matches("^spec/loop/signals_spec.lua:%d+: bad argument #2 to "
                     .. "'run' %(" .. text, why)
    end
    assert.is_nil(gop2p.run(none, { signals = false }))
    assert.is_nil(gop2p.run(nil, { signals = true }))
  end)

  it("gets them in a simulated network too", function()
    local script <close> = scriptfile [[
      local gop2p = require "gop2p"
      print("over", gop2p.run(function()
        local node <close> = assert(gop2p.start_node(arg[1], 5000))
        assert(node:connect("localhost:5000"))
        for msg in node:inbox() do print(msg) end
      end, { signals = true }))
    ]]
    local world <close> = testing.network { seed = 1 }
    local bot = world:bot(script.name, { name = "one", args = { "one" } })
    local other = world:bot(script.name, { name = "two", args = { "two" } })
    local ann = world:user("ann")
    for _, signal in ipairs {"TERM", "HUP", "INT"} do
      local before = #ann:members()
      bot:signal(signal)
      world:advance(1)
      assert.equal(before - 1, #ann:members())
      assert.equal("ended", bot:state())
      testing.expect(bot:prints(), "over\t" .. signal)
      bot:start()
      world:advance(3)
    end
    assert.equal("running", other:state())
  end)
end)
