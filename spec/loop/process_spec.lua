-- Programs with nodes: how they end, are interrupted, start others and talk.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"

-- Runs a program in a process of its own: its output, its exit status, and
-- what it wrote to its standard error.
local function run(program)
  local errors = os.tmpname()
  local child <close> = assert(process.start({LUA, "-e", program},
                                             {stderr = errors}))
  local lines = {}
  for line in function() return (child:line(10, net.idle)) end do
    lines[#lines + 1] = line
  end
  local status = child:wait()
  local said = net.read(errors)
  os.remove(errors)
  return table.concat(lines, "\n"), status, said
end

-- It says "end" at last, and ends well and silently.
local function well(program)
  local out, status, said = run('gop2p = require "gop2p"\n' .. program)
  assert.equal("", said)
  assert.equal(0, status)
  assert.matches("end$", out)
  return out
end

describe("a program ends well", function()
  it("with a node that it left open", function()
    well [[gop2p.start_local_node(0) print("end")]]
    well [[node = assert(gop2p.start_local_node(0)) print("end")]]
    well [[node = assert(gop2p.start_local_node(0)) node:connect(1)
           print("end")]]
  end)

  for _, call in ipairs({"os.exit(true, true)", "os.exit(0)",
                         "os.exit(true)", "return"}) do
    it("by " .. call .. " with all sorts of things going on", function()
      well([[
        local a = assert(gop2p.start_local_node(0))
        local b = assert(gop2p.start_local_node(0))
        assert(a:connect(b:self()))
        for i = 1, 50 do a:broadcast(("x"):rep(i * 1000)) end
        a:send(1, "x")
        gop2p.spawn(function() for _ in a:inbox() do end end)
        gop2p.spawn(function() for _ in b:errors() do end end)
        gop2p.spawn(function() gop2p.readable(0) end)
        gop2p.spawn(function() a:send(1, "x"):wait() end)
        gop2p.pump()
        io.write("end\n")
        io.flush()
        ]] .. call)
    end)

    it("by " .. call .. " in a task", function()
      well([[
        gop2p.run(function()
          local node <close> = assert(gop2p.start_local_node(0))
          gop2p.spawn(function() node:receive() end)
          gop2p.sleep(0.01)
          io.write("end\n")
          io.flush()
          node:close()
          ]] .. call .. [[

        end)]])
    end)
  end

  it("with a finalizer that uses a node, when the state closes", function()
    local out = well [[
      node = assert(gop2p.start_local_node(0))
      guard = setmetatable({}, {__gc = function()
        print(pcall(node.members, node))
        pcall(node.receive, node, 0)
        pcall(gop2p.pump)
        node:close()
        print("end")
      end})]]
    assert.matches("^true", out)
  end)

  -- What they make anew Lua will never finalize, so they make little.
  for _, call in ipairs({
    "gop2p.pump()", "gop2p.sleep(0.001)", "gop2p.run(print)",
    "gop2p.spawn(print)", "gop2p.readable(0, 0)", "gop2p.lines()()",
    "gop2p.loop():pollfd()", "gop2p.start_local_node(0)",
    "tostring(node)", "node:self()", "node:members()", "node:wait()",
    "node:is_connected()", "node:broadcast('x')", "node:receive(0)",
    "node:close()", "take()", "receipt:wait()", "tostring(receipt)",
  }) do
    it("with a finalizer that runs last of all: " .. call, function()
      well([[
        guard = setmetatable({}, {__gc = function()
          pcall(function() local _ = ]] .. call .. [[ end)
          io.write("end\n")
        end})
        node = assert(gop2p.start_local_node(0))
        take = node:inbox()
        receipt = node:send(1, "x")]])
    end)
  end

  it("when its coroutines are collected while they wait", function()
    well [[
      local node = assert(gop2p.start_local_node(0))
      for _ = 1, 100 do
        gop2p.spawn(function()
          local _ <close> = setmetatable({}, {__close = print})
          node:receive()
        end)
        coroutine.wrap(function() gop2p.sleep(0) end)()
      end
      gop2p.pump()
      collectgarbage()
      print("end")]]
  end)
end)

describe("an interrupt", function()
  local function interrupted(program)
    local child <close> = assert(process.start({LUA, "-e", [[
      gop2p = require "gop2p"
      node = assert(gop2p.start_local_node(0))
      io.write("ready\n") io.flush()
    ]] .. program}, {stderr = "/dev/null"}))
    assert.equal("ready", child:line())
    net.pass(0.05)
    child:kill("INT")
    local time, status = net.timed(child.wait, child, 3, net.idle)
    assert.is_true(time < 1, time)
    return status, child:line(1)
  end

  for name, program in pairs({
    receive = "node:receive()", wait = "node:wait()",
    inbox = "for _ in node:inbox() do end",
    sleep = "gop2p.sleep(60)", pump = "while true do gop2p.pump(60) end",
    run = "gop2p.run(function() node:wait() end)",
    tasks = [[gop2p.run(function()
      gop2p.spawn(function() node:receive() end)
      while true do gop2p.sleep(0.001) end end)]],
    readable = "gop2p.readable(io.stdin)", lines = "gop2p.lines()()",
  }) do
    it("ends what waits at once: " .. name, function()
      assert.equal(1, (interrupted(program)))
    end)
  end

  it("can be caught, and all goes on", function()
    local status, line = interrupted [[
      local ok, err = pcall(node.receive, node)
      assert(not ok and err:find("interrupted"))
      ok, err = pcall(gop2p.run, function()
        local n <close> = assert(gop2p.start_local_node(0))
        assert(n:connect(node:self()))
        assert(n:broadcast("x"):wait())
      end)
      print(ok, err, node:receive(1).data)
    ]]
    assert.equal(0, status)
    assert.equal("true\tnil\tx", line)
  end)

  it("of run closes the tasks that it had", function()
    local status, line = interrupted [[
      local ok, err = pcall(gop2p.run, function()
        local _ <close> = setmetatable({}, {__close = function()
          io.write("closed ")
        end})
        gop2p.sleep(60)
      end)
      print(ok, err)
    ]]
    assert.equal(0, status)
    assert.matches("^closed false\t.*interrupted", line)
  end)
end)

describe("a child process", function()
  -- The sockets, and the like, that a command inherits.
  local function inherited()
    local list = {}
    local pipe <close> = assert(io.popen(
      "for f in /proc/self/fd/*; do readlink $f; done"))
    for line in pipe:lines() do
      if line:find("socket") or line:find("eventpoll")
         or line:find("eventfd") then
        list[#list + 1] = line
      end
    end
    return list
  end

  it("inherits nothing of a node", function()
    local hung <close> = net.hung()
    local own = #inherited()
    local nodes <close> = net.network(3)
    local conn <close> = assert(net.dial(nodes[1]))
    nodes[1]:send(hung.name, "x")
    assert(nodes[2]:broadcast("x"):wait())
    net.pass(0.05)
    local now = inherited()
    -- The one more is that of this spec.
    assert.equal(own + 1, #now)
    conn:close()
  end)

  it("does not keep a port", function()
    local node = assert(gop2p.start_local_node(0))
    local port = node:self().port
    -- For a moment, until it has become the command, it does have it.
    local pipe = assert(io.popen("exec sleep 1"))
    node:close()
    local again <close> = net.await(function()
      return (gop2p.start_local_node(port))
    end, 0.7)
    assert.equal(port, again:self().port)
    pipe:close()
  end)
end)

describe("several processes", function()
  local program = [[
    local gop2p = require "gop2p"
    local entry = ...
    gop2p.run(function()
      local node <close> = assert(gop2p.start_local_node(0))
      if entry ~= "" then assert(node:connect(entry)) end
      print(node:self())
      io.stdout:flush()
      gop2p.spawn(function()
        for line in gop2p.lines() do
          if line == "leave" then break end
          local to, text = line:match("^@(%S+) (.*)$")
          if to then
            assert(node:send(to, text):wait())
          else
            assert(node:broadcast(line):wait())
          end
        end
        assert(node:leave())
        node:close()
      end)
      for msg in node:inbox() do
        print(msg.type, msg)
        io.stdout:flush()
      end
    end)
    print("bye")
  ]]

  local function start(entry)
    local file = os.tmpname()
    local out <close> = assert(io.open(file, "w"))
    out:write(program)
    out:close()
    local child = assert(process.start({LUA, file, entry or ""}))
    local name = assert(child:line(5, net.idle))
    os.remove(file)
    return child, name
  end

  it("talk to each other and to this one", function()
    local a <close>, aname = start()
    local b <close>, bname = start(aname)
    local node <close> = assert(gop2p.start_local_node(0))
    assert(node:connect(bname))
    assert.equal(2, #node:members())
    assert(node:broadcast("hello"):wait())
    local line = ("broadcast\t[%s] hello"):format(node:self())
    assert.equal(line, a:line(5, net.idle))
    assert.equal(line, b:line(5, net.idle))
    a:send("@" .. node:self() .. " psst")
    local msg = assert(node:receive(5))
    assert.same({"direct", "psst", aname},
                {msg.type, msg.data, tostring(msg.from)})
    b:send("leave")
    assert.equal("bye", b:line(5, net.idle))
    assert.equal(0, b:wait(5, net.idle))
    assert.same({aname}, net.names(node:members()))
    a:finish()
    assert.equal("bye", a:line(5, net.idle))
    assert.same({}, node:members())
  end)

  it("one of which is killed hold nobody up", function()
    local a <close>, aname = start()
    local b <close> = start(aname)
    local node <close> = assert(gop2p.start_local_node(0))
    assert(node:connect(aname))
    a:kill("KILL")
    assert.equal(137, a:wait(5, net.idle))
    local receipt = assert(node:broadcast("still"))
    assert.equal(("broadcast\t[%s] still"):format(node:self()),
                 b:line(1, net.idle))
    local ok, err = receipt:wait()
    assert.is_nil(ok)
    assert.equal("connection", err.failed[gop2p.peer(aname)].kind)
    assert.is_true(net.timed(node.leave, node) < 2)
  end)

  it("one of which is stopped hold nobody up", function()
    local a <close>, aname = start()
    local b <close>, bname = start(aname)
    a:kill("STOP")
    local node <close> = assert(gop2p.start_local_node(0))
    local time, ok = net.timed(node.connect, node, bname)
    assert.is_true(ok)
    assert.is_true(time < 2, time)
    local receipt = assert(node:broadcast("still"))
    assert.equal(("broadcast\t[%s] still"):format(node:self()),
                 b:line(1, net.idle))
    a:kill("CONT")
    assert.is_true((receipt:wait()))
    assert.equal(("broadcast\t[%s] still"):format(node:self()),
                 a:line(5, net.idle))
  end)
end)
