-- Tasks, time, and the loop inside another one.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"
local socket = require "socket"

local HERE = debug.getinfo(1, "S").short_src

describe("run", function()
  it("returns when no task is left", function()
    local seen = {}
    gop2p.run(function()
      seen[#seen + 1] = "first"
      gop2p.spawn(function()
        gop2p.sleep(0.02)
        gop2p.spawn(function(...) seen[#seen + 1] = table.concat({...}) end,
                    "la", "st")
      end)
      seen[#seen + 1] = "second"
    end)
    assert.same({"first", "second", "last"}, seen)
    gop2p.run()
    gop2p.run(function() end)
  end)

  it("waits for tasks that were spawned before it", function()
    local done = false
    gop2p.spawn(function()
      gop2p.sleep(0.02)
      done = true
    end)
    gop2p.run()
    assert.is_true(done)
  end)

  it("takes what can be called", function()
    local done
    gop2p.run(setmetatable({}, {__call = function() done = true end}))
    assert.is_true(done)
  end)

  it("in a task waits for its own tasks alone", function()
    local order = {}
    gop2p.run(function()
      gop2p.spawn(function()
        gop2p.sleep(0.15)
        order[#order + 1] = "other"
      end)
      gop2p.run(function()
        gop2p.spawn(function()
          gop2p.sleep(0.02)
          order[#order + 1] = "own"
        end)
      end)
      order[#order + 1] = "after"
    end)
    assert.same({"own", "after", "other"}, order)
  end)

  it("in a coroutine that a task made is in that task", function()
    local order = {}
    gop2p.run(function()
      gop2p.run(function()
        coroutine.wrap(function()
          gop2p.run(function()
            gop2p.spawn(function() order[#order + 1] = "inner" end)
          end)
          order[#order + 1] = "middle"
          gop2p.spawn(function() order[#order + 1] = "outer" end)
        end)()
      end)
      order[#order + 1] = "after"
    end)
    assert.same({"inner", "middle", "outer", "after"}, order)
  end)

  it("does not wait for a task that somebody closed", function()
    local closed = {}
    local function task(name, wait)
      return function()
        local _ <close> = setmetatable({}, {__close = function()
          gop2p.sleep(0.001)
          closed[#closed + 1] = name
        end})
        closed[name] = coroutine.running()
        wait()
      end
    end
    gop2p.run(function()
      gop2p.spawn(task("waits", function() gop2p.sleep(60) end))
      gop2p.spawn(task("is ready", function()
        while true do coroutine.yield() end
      end))
      gop2p.pump()
      assert(coroutine.close(closed["waits"]))
      assert(coroutine.close(closed["is ready"]))
    end)
    assert.same({"waits", "is ready"}, {table.unpack(closed)})
  end)

  it("goes on with a task that somebody else resumed, too", function()
    local order = {}
    gop2p.run(function()
      local co
      gop2p.spawn(function()
        co = coroutine.running()
        coroutine.yield()
        gop2p.sleep(0)
        order[#order + 1] = "over"
      end)
      gop2p.pump()
      gop2p.spawn(function() order[#order + 1] = "another" end)
      assert(coroutine.resume(co))
      gop2p.sleep(0)
    end)
    table.sort(order)
    assert.same({"another", "over"}, order)
  end)

  it("raises the first error, with its traceback", function()
    local line = debug.getinfo(1, "l").currentline + 2
    local function inner()
      error("this went wrong")
    end
    local ok, err = pcall(gop2p.run, function()
      gop2p.spawn(function()
        gop2p.sleep(0.01)
        inner()
      end)
      gop2p.spawn(function()
        gop2p.sleep(0.5)
        error("later")
      end)
    end)
    assert.is_false(ok)
    assert.matches(("%s:%d: this went wrong"):format(HERE, line), err, 1,
                   true)
    assert.matches("stack traceback:.*upvalue 'inner'", err)
    gop2p.run(function() gop2p.sleep(0.01) end)
  end)

  it("closes the other tasks when one fails", function()
    local closed, after = 0, false
    local ok = pcall(gop2p.run, function()
      for _ = 1, 3 do
        gop2p.spawn(function()
          local _ <close> = setmetatable({}, {__close = function()
            closed = closed + 1
          end})
          gop2p.sleep(5)
          after = true
        end)
      end
      gop2p.sleep(0.01)
      error("x")
    end)
    assert.is_false(ok)
    assert.equal(3, closed)
    assert.is_false(after)
    local time = net.timed(gop2p.run)
    assert.is_true(time < 1)
  end)

  it("closes what the failed task has, and may wait for it", function()
    local order = {}
    local ok = pcall(gop2p.run, function()
      local _ <close> = setmetatable({}, {__close = function()
        gop2p.sleep(0.02)
        order[#order + 1] = "closed"
      end})
      error("x")
    end)
    assert.is_false(ok)
    assert.same({"closed"}, order)
  end)

  it("goes on after an error inside <close>", function()
    local ok, err = pcall(gop2p.run, function()
      local _ <close> = setmetatable({}, {__close = function()
        error("in close")
      end})
      error("first")
    end)
    assert.is_false(ok)
    assert.matches("first", err, 1, true)
    gop2p.run(function() gop2p.sleep(0.001) end)
  end)

  local odd = {
    ["nil"] = "nil", ["false"] = "false", ["a table"] = "{}",
    ["no string to be"] = [[setmetatable({}, {__tostring = function()
                             return 5 end})]],
    ["raising itself"] = [[setmetatable({}, {__tostring = function()
                             error("again") end})]],
    ["an error of ours"] = [[select(2, assert(gop2p.start_local_node(0))
                             :connect(1, 0.1))]],
  }

  -- In a process of its own, for it might not end.
  for name, value in pairs(odd) do
    it("survives an error value that is odd: " .. name, function()
      local child <close> = assert(process.start({
        os.getenv("LUA") or "lua5.4", "-e", [[
          local gop2p = require "gop2p"
          local value = ]] .. value .. [[

          local ok, err = pcall(gop2p.run, function()
            gop2p.sleep(0)
            error(value)
          end)
          print(ok, math.type(err), (tostring(err):gsub("\n.*", "")))
          gop2p.run(function() gop2p.sleep(0.01) end)
          print("on")]]}))
      local line = assert(child:line())
      assert.matches("^false", line)
      if name == "an error of ours" then
        assert.matches("could not join through localhost:1", line, 1, true)
      end
      assert.equal("on", child:line(2))
      assert.equal(0, child:wait())
    end)
  end

  it("raises what a task did wrong that nobody runs, in a pump", function()
    gop2p.spawn(function() error("all alone") end)
    local ok, err = pcall(gop2p.pump)
    assert.is_false(ok)
    assert.matches("all alone", err, 1, true)
    assert.matches("traceback", err, 1, true)
    gop2p.pump()
  end)
end)

describe("tasks", function()
  it("do not run before the loop turns", function()
    local ran = false
    gop2p.spawn(function() ran = true end)
    assert.is_false(ran)
    gop2p.pump()
    assert.is_true(ran)
  end)

  it("sleep, and wake in the order of their time", function()
    local order = {}
    gop2p.run(function()
      for _, ms in ipairs({50, 10, 40, 0, 20, 30, 10.5}) do
        gop2p.spawn(function()
          local time = net.timed(gop2p.sleep, ms / 1000)
          assert.is_true(time >= ms / 1000 - 0.0015, time)
          order[#order + 1] = ms
        end)
      end
    end)
    assert.same({0, 10, 10.5, 20, 30, 40, 50}, order)
  end)

  it("with the same time wake in the order in which they slept", function()
    local order, at = {}, socket.gettime() + 0.05
    gop2p.run(function()
      for i = 1, 20 do
        gop2p.spawn(function()
          gop2p.sleep(math.max(0, at - socket.gettime()))
          order[#order + 1] = i
        end)
      end
    end)
    assert.equal(20, #order)
  end)

  it("may be many", function()
    local count = 0
    local time = net.timed(gop2p.run, function()
      for i = 1, 5000 do
        gop2p.spawn(function()
          gop2p.sleep((i % 10) / 1000)
          gop2p.sleep(0)
          count = count + 1
        end)
      end
    end)
    assert.equal(5000, count)
    assert.is_true(time < 20, time)
  end)

  it("give way with a bare yield, and to others with sleep(0)", function()
    local order = {}
    gop2p.run(function()
      for _, name in ipairs({"a", "b"}) do
        gop2p.spawn(function()
          for _ = 1, 3 do
            order[#order + 1] = name
            coroutine.yield()
          end
        end)
      end
    end)
    assert.equal("ababab", table.concat(order))
    local alive = true
    gop2p.run(function()
      gop2p.spawn(function() while alive do gop2p.sleep(0) end end)
      gop2p.spawn(function() while alive do coroutine.yield() end end)
      gop2p.sleep(0.02)
      alive = false
    end)
  end)

  it("wait in coroutines of the user's own", function()
    local order = {}
    gop2p.run(function()
      local numbers = coroutine.wrap(function()
        for i = 1, 3 do
          gop2p.sleep(0.01)
          coroutine.yield(i)
        end
      end)
      gop2p.spawn(function() order[#order + 1] = "other" end)
      for i in numbers do order[#order + 1] = i end
    end)
    assert.same({"other", 1, 2, 3}, order)
  end)

  it("wait where no coroutine can yield", function()
    local node <close> = assert(gop2p.start_local_node(0))
    gop2p.run(function()
      local list = {3, 1, 2}
      table.sort(list, function(a, b)
        gop2p.sleep(0.001)
        return a < b
      end)
      assert.same({1, 2, 3}, list)
      local text = ("ab"):gsub(".", function(c)
        assert.is_nil((node:receive(0.001)))
        return c:upper()
      end)
      assert.equal("AB", text)
      local value = setmetatable({}, {__index = function()
        gop2p.sleep(0.001)
        return "x"
      end})
      assert.equal("x", value.anything)
    end)
  end)

  it("may pump", function()
    local order = {}
    gop2p.run(function()
      gop2p.spawn(function()
        gop2p.sleep(0.01)
        order[#order + 1] = "other"
      end)
      net.await(function() return order[1] end)
      gop2p.pump()
      gop2p.pump(0.001)
      order[#order + 1] = "first"
    end)
    assert.same({"other", "first"}, order)
  end)

  it("are collected, with their waits, when they are over", function()
    local before
    for round = 1, 4 do
      gop2p.run(function()
        for _ = 1, 2000 do gop2p.spawn(gop2p.sleep, 0) end
      end)
      collectgarbage()
      collectgarbage()
      local now = collectgarbage("count")
      if round == 2 then before = now end
      if round == 4 then assert.is_true(now < before + 100, now - before) end
    end
  end)
end)

describe("pump", function()
  it("returns at once, or when something happens, or in time", function()
    assert.is_true(net.timed(gop2p.pump) < 3)
    assert.is_true(net.timed(gop2p.pump, 0) < 3)
    local time = net.timed(gop2p.pump, 0.05)
    assert.is_true(time >= 0.045 and time < 3, time)
    gop2p.spawn(gop2p.sleep, 0.02)
    gop2p.pump()
    time = net.timed(gop2p.pump, 5)
    assert.is_true(time < 4, time)
  end)
end)

describe("the loop", function()
  it("is one, and says what another loop wants to know", function()
    local loop = gop2p.loop()
    assert.equal(loop, gop2p.loop())
    assert.equal("r", loop:events())
    local fd = loop:pollfd()
    assert.is_true(fd == nil or math.type(fd) == "integer" and fd >= 0)
    local alarm = true
    gop2p.spawn(function()
      gop2p.sleep(0.5)
      alarm = false
    end)
    assert.equal(0, loop:timeout())
    loop:pump()
    local timeout = loop:timeout()
    assert.is_true(timeout > 0 and timeout <= 0.5, timeout)
    gop2p.run()
    assert.is_false(alarm)
  end)

  it("can be driven by another loop", function()
    local loop = gop2p.loop()
    local fd = loop:pollfd()
    if not fd then return end
    local watched = {{getfd = function() return fd end}}
    local nodes <close> = net.network(2)
    local got, sent = {}, 0
    gop2p.spawn(function()
      for msg in nodes[2]:inbox() do
        got[#got + 1] = msg.data
        if #got == 3 then return end
      end
    end)
    gop2p.spawn(function()
      for i = 1, 3 do
        gop2p.sleep(0.02)
        assert(nodes[1]:broadcast("n" .. i):wait())
        sent = i
      end
    end)
    local turns, deadline = 0, socket.gettime() + 5
    while sent < 3 and socket.gettime() < deadline do
      socket.select(watched, nil, loop:timeout() or 5)
      loop:pump()
      turns = turns + 1
    end
    assert.same({"n1", "n2", "n3"}, got)
    assert.is_true(turns < 500, turns)
  end)

  it("is readable when a request comes", function()
    local fd = gop2p.loop():pollfd()
    if not fd then return end
    local node <close> = assert(gop2p.start_local_node(0))
    local watched = {{getfd = function() return fd end}}
    net.pass(0.05)
    assert.same(0, #socket.select(watched, nil, 0))
    local conn <close> = assert(net.dial(node))
    assert.equal(1, #socket.select(watched, nil, 2))
    conn:send(net.http("OPTIONS /", {Host = "localhost"}))
    assert.equal(204, assert(conn:response()).status)
  end)
end)
