-- What becomes of a program whose terminal is gone: it ends.

local net = require "spec.support.net"
local script = require "spec.support.script"
local session = require "spec.support.session"
local shell = require "spec.support.shell"

local COMMAND = "lua/gop2p/bin/gop2p"

describe("when its terminal is gone", function()
  local s

  before_each(function() s = session.new() end)

  after_each(function() s:close() end)

  -- Whether the process is there; one that is only not reaped is not.
  local function runs(pid)
    local file <close> = io.open("/proc/" .. pid .. "/stat")
    local stat = file and file:read("a")
    return stat and not stat:find("%) [ZX]") or false
  end

  -- Takes the terminal away, and waits for the end of the process.
  local function hang_up(t)
    local pid = t:pid()
    assert.is_true(runs(pid))
    t:close()
    local over = pcall(net.await, function() return not runs(pid) end)
    if not over then os.execute("kill -KILL " .. pid) end
    return over
  end

  local function command(...)
    return {session.LUA, COMMAND, ...}
  end

  for _, nohup in ipairs({false, true}) do
    local ignored = nohup and ", SIGHUP being ignored" or ""

    it("a prompt ends" .. ignored, function()
      local t, node = s:begin({nohup = nohup})
      t:type("half")
      t:await("half$")
      assert.is_true(hang_up(t))
      session.was_told(node)
    end)

    it("commands that read lines end" .. ignored, function()
      for _, argv in ipairs({{"chat"}, {"chat", "--plain"}, {"repl"},
                             {"repl", "--plain"}}) do
        local t = s:start(command(table.unpack(argv)), {nohup = nohup})
        t:await("\n>$")
        t:type("half")
        t:await("half$")
        assert.is_true(hang_up(t), table.concat(argv, " "))
      end
    end)

    it("a call that waits ends with its time" .. ignored, function()
      local t = s:begin({nohup = nohup})
      t:type("print 'waits' gop2p.sleep(0.5)", "Enter")
      t:await("\nwaits$")
      assert.is_true(hang_up(t))
    end)
  end

  it("a call that waits for ever ends, also one that computes", function()
    for _, call in ipairs({"node:receive()", "while true do end",
                           "for m in node:inbox() do print(m) end",
                           "node:wait()"}) do
      local t = s:begin()
      t:type("print 'waits' " .. call, "Enter")
      t:await("\nwaits$")
      assert.is_true(hang_up(t), call)
    end
  end)

  it("a task that computes ends", function()
    local t = s:begin()
    t:type("gop2p.spawn(function() print 'busy' repeat until false end)",
           "Enter")
    t:await("\nbusy")
    assert.is_true(hang_up(t))
  end)

  it("commands that read lines leave", function()
    for _, argv in ipairs({{"chat"}, {"chat", "--plain"}, {"repl"},
                           {"repl", "--plain"}}) do
      local node = s:visitor()
      table.move({"--join", tostring(node:self())}, 1, 2, #argv + 1, argv)
      local t = s:start(command(table.unpack(argv)))
      t:await("\n>$")
      assert.is_true(hang_up(t))
      session.was_told(node)
    end
  end)

  -- The terminal is gone: reading failed, and SIGHUP comes while it leaves.
  it("a command that leaves already is not cut short", function()
    local file <close> = script [[
      local network = require "gop2p.cli.network"
      local node = {}
      function node.leave()
        os.execute("kill -HUP $PPID")
        require("gop2p").sleep(0)
        print "left"
      end
      print(network.guard(node, 3, function() error("interrupted!", 0) end))
    ]]
    assert.are.equal("left\n3", shell.output("%s %s", session.LUA,
                                             shell.quote(file.name)))
  end)

  it("commands that print leave, and end", function()
    for shown, argv in pairs({["listening as"] = {"listen"},
                              ["1 member"] = {"watch", "--traffic"}}) do
      local node = s:visitor()
      table.move({"--join", tostring(node:self())}, 1, 2, #argv + 1, argv)
      local t = s:start(command(table.unpack(argv)))
      t:await(shown)
      assert.is_true(hang_up(t))
      session.was_told(node)
    end
  end)

  it("commands that print go on, SIGHUP being ignored", function()
    local node = s:visitor()
    local t = s:start(command("listen", "--join", tostring(node:self())),
                      {nohup = true})
    t:await("listening as")
    local pid = t:pid()
    t:close()
    net.pass(0.3)
    assert.is_true(runs(pid))
    assert.is_true(node:is_connected())
    node:broadcast("nobody sees it")   -- which it cannot print
    net.await(function() return not runs(pid) end)
  end)
end)
