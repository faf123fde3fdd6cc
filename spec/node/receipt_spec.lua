-- What became of a message: receipts, and errors() for what nobody awaits.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"
local socket = require "socket"

-- A node whose members are these (with 'name' or self()), all live.
local function joined(...)
  local node = assert(gop2p.start_local_node(0))
  for _, peer in ipairs({...}) do assert(node:connect(peer.name)) end
  return node
end

describe("a receipt", function()
  net.both(it, "is true when all have responded", function()
    local nodes <close> = net.network(4)
    local receipt = nodes[1]:broadcast("x")
    assert.is_true((receipt:wait()))
    assert.is_true((receipt:wait()))
    assert.is_true((receipt:wait(0)))
    assert.equal("gop2p.receipt (delivered)", tostring(receipt))
    for i = 2, 4 do assert.equal("x", assert(nodes[i]:receive(0)).data) end
    receipt = nodes[1]:send({nodes[2]:self(), nodes[3]:self()}, "y")
    assert.is_true((receipt:wait(5)))
  end)

  net.both(it, "says who did not get it, and why", function()
    local refuses <close> = net.canned(
      {message = net.recorded("v1.1.3", "response-broadcast-stranger")})
    local breaks <close> = net.canned(
      {message = net.response("500 Oops", "x")})
    local takes <close> = net.canned({})
    local node <close> = joined(refuses, breaks, takes)
    local dead <close> = net.nobody()
    local receipt = node:send({refuses.name, breaks.name, takes.name,
                               dead.name}, "data")
    local ok, err = receipt:wait()
    assert.is_nil(ok)
    local codes, count = {}, 0
    for peer, one in pairs(err.failed) do
      codes[tostring(peer)], count = one.code, count + 1
      assert.equal(peer, one.peer)
      assert.equal("data", one.message.data)
      assert.equal("direct", one.message.type)
      assert.matches("could not deliver to " .. peer, tostring(one), 1, true)
    end
    assert.equal(3, count)
    assert.equal("EFORBIDDEN", codes[refuses.name])
    assert.equal("ESTATUS", codes[breaks.name])
    assert.equal("ECONNREFUSED", codes[dead.name])
    assert.equal("EFORBIDDEN", err.failed[gop2p.peer(refuses.name)].code)
    assert.is_nil(err.failed[gop2p.peer(takes.name)])
    assert.matches("and 2 more", tostring(err), 1, true)
    assert.equal("gop2p.receipt (3 failed)", tostring(receipt))
    assert.is_nil((receipt:wait(0)))
  end)

  -- The error of a message to a peer, within so many seconds for it.
  local function failure(peer, before, seconds)
    local node <close> = assert(gop2p.start_local_node(0,
      {request_timeout = seconds or 0.3}))
    assert(node:connect(peer.name))
    local held = before and before()
    local _, err = node:broadcast("x"):wait()
    for _, each in ipairs(held or {}) do each:close() end
    local one = err.failed[peer.name]
    assert.same({err.unsure, err.text}, {one.unsure, one.text})
    return err
  end

  local function is_unsure(err, code, peer)
    assert.same({code, true, "perhaps not delivered to " .. peer.name},
                {err.code, err.unsure, err.text})
  end

  local function is_sure(err, code, peer)
    assert.same({code, nil, "could not deliver to " .. peer.name},
                {err.code, err.unsure, err.text})
  end

  it("says perhaps where a message may have arrived", function()
    for _, drop in ipairs {false, true} do   -- on a connection used before
      local hangs <close> = net.canned({message = "hang"}, {drop = drop})
      is_unsure(failure(hangs), "ETIMEDOUT", hangs)
    end
    local closes <close> = net.canned({message = "close"})
    is_unsure(failure(closes), "ECONNRESET", closes)
    local half <close> = net.canned({message =
      net.response("200 OK", "x"):gsub("x$", "")})
    is_unsure(failure(half), "ETIMEDOUT", half)
  end)

  it("does not where it cannot", function()
    local breaks <close> = net.canned({message = net.response("500 x", "")})
    is_sure(failure(breaks), "ESTATUS", breaks)
    local goes = net.canned({})
    is_sure(failure(goes, function() goes:close() end), "ECONNREFUSED", goes)
  end)

  -- So a machine is that is off: here as many wait to be let in as may.
  it("does not where no connection came about in time", function()
    local goes = net.canned({}, {drop = true})
    is_sure(failure(goes, function()
      goes:close()
      local full = {assert(socket.tcp4())}
      assert(full[1]:setoption("reuseaddr", true))
      assert(full[1]:bind("127.0.0.1", goes.port))
      assert(full[1]:listen(0))
      for i = 2, 4 do
        full[i] = assert(socket.tcp4())
        full[i]:settimeout(0)
        full[i]:connect("127.0.0.1", goes.port)
      end
      return full
    end), "ETIMEDOUT", goes)
  end)

  net.both(it, "waits as long as it is told to", function()
    local hung <close> = net.canned({message = "hang"})
    local node <close> = joined(hung)
    local receipt = node:broadcast("x")
    assert.equal("gop2p.receipt (on the way)", tostring(receipt))
    for _, limit in ipairs({0, 0.1}) do
      local time, ok, err = net.timed(receipt.wait, receipt, limit)
      assert.is_nil(ok)
      assert.equal("ETIMEDOUT", err.code)
      assert.same({}, err.failed)
      assert.is_true(time >= limit - 0.002 and time < limit + 0.5)
    end
  end)

  it("ends with the time of the request", function()
    local hung <close> = net.canned({message = "hang"})
    local node <close> = assert(gop2p.start_local_node(0,
                                                    {request_timeout = 0.2}))
    assert(node:connect(hung.name))
    local time, ok, err = net.timed(function()
      return node:broadcast("x"):wait()
    end)
    assert.is_nil(ok)
    assert.equal("ETIMEDOUT", err.code)
    assert.equal("ETIMEDOUT", err.failed[gop2p.peer(hung.name)].code)
    assert.is_true(time >= 0.19 and time < 1, time)
  end)

  it("can be awaited by several at once", function()
    local peer <close> = net.canned({message = net.response("500 x", "")})
    local node <close> = joined(peer)
    local count = 0
    gop2p.run(function()
      local receipt = node:broadcast("x")
      for _ = 1, 5 do
        gop2p.spawn(function()
          local ok, err = receipt:wait()
          assert.is_nil(ok)
          assert.equal("ESTATUS", err.code)
          count = count + 1
        end)
      end
    end)
    assert.equal(5, count)
  end)

  it("outlives its node", function()
    local hung <close> = net.canned({message = "hang"})
    local node = joined(hung)
    local receipt = node:broadcast("x")
    node:close()
    local ok, err = receipt:wait()
    assert.is_nil(ok)
    assert.equal("ECANCELED", err.code)
    assert.equal("ECANCELED", err.failed[gop2p.peer(hung.name)].code)
    assert.matches("stopped", tostring(err))
  end)

  -- What is on the way may have arrived before the goodbye.
  it("of a member who leaves meanwhile ends", function()
    local peer <close> = net.canned({message = "hang"})
    local node <close> = assert(gop2p.start_local_node(0,
                                                       {request_timeout = 1}))
    assert(node:connect(peer.name))
    local first, second = node:broadcast("x"), node:broadcast("y")
    local from = gop2p.peer(peer.name)
    assert.equal(200, net.ask(node, net.json(1, from)).status)
    local ok, err = second:wait(0)
    assert.is_nil(ok)
    assert.equal("ENOTCONN", err.code)
    ok, err = first:wait()
    assert.is_nil(ok)
    assert.equal("ETIMEDOUT", err.code)
    assert.equal("ETIMEDOUT", err.failed[from].code)
  end)

  it("need not be kept", function()
    local nodes <close> = net.network(3)
    for i = 1, 50 do
      nodes[1]:broadcast("n" .. i)
      collectgarbage()
    end
    for i = 1, 50 do
      assert.equal("n" .. i, assert(nodes[2]:receive(5)).data)
    end
  end)
end)

describe("errors", function()
  it("has the failures that nobody awaits, and no others", function()
    local bad <close> = net.canned({message = net.response("500 x", "")})
    local node <close> = joined(bad)
    assert.is_nil((node:broadcast("awaited"):wait()))
    node:broadcast("first")
    node:send(bad.name, "second")
    local list = net.errors(node, 3, 0.5)
    assert.equal(2, #list)
    assert.equal("first", list[1].message.data)
    assert.equal("broadcast", list[1].message.type)
    assert.equal("second", list[2].message.data)
    for _, err in ipairs(list) do
      assert.same({"connection", "ESTATUS", 500},
                  {err.kind, err.code, err.status})
      assert.equal(gop2p.peer(bad.name), err.peer)
      assert.equal(("connection error: could not deliver to %s: %s "
        .. "(status 500)"):format(bad.name, err.cause), tostring(err))
      assert.equal("!" .. tostring(err) .. "?", "!" .. err .. "?")
    end
  end)

  it("has what fails after somebody has given up waiting for it", function()
    local hung <close> = net.canned({message = "hang"})
    local node <close> = assert(gop2p.start_local_node(0,
                                                     {request_timeout = 0.5}))
    assert(node:connect(hung.name))
    local first = node:broadcast("given up")
    assert.is_nil((first:wait(0)))
    local second = node:broadcast("closed")
    local task
    gop2p.spawn(function()
      task = coroutine.running()
      second:wait()
    end)
    gop2p.pump(0)
    coroutine.close(task)
    local list = net.errors(node, 2)
    for i, data in ipairs({"given up", "closed"}) do
      local err = assert(list[i], data)
      assert.same({"ETIMEDOUT", data}, {err.code, err.message.data})
    end
  end)

  it("tells of requests that are none", function()
    local node <close> = assert(gop2p.start_local_node(0))
    net.ask(node, net.post("rubbish"))
    local err = assert(net.errors(node, 1)[1])
    assert.equal("parsing", err.kind)
    assert.matches("127.0.0.1", tostring(err), 1, true)
  end)

  it("share, and end with the node", function()
    local bad <close> = net.canned({message = net.response("500 x", "")})
    local node = joined(bad)
    local count, ended = 0, 0
    gop2p.run(function()
      for _ = 1, 3 do
        gop2p.spawn(function()
          for _ in node:errors() do
            count = count + 1
            if count == 20 then node:close() end
          end
          ended = ended + 1
        end)
      end
      gop2p.sleep(0)
      for i = 1, 20 do node:broadcast("n" .. i) end
    end)
    assert.same({20, 3}, {count, ended})
  end)

  it("waits on the main thread as well", function()
    local node <close> = assert(gop2p.start_local_node(0))
    gop2p.spawn(function() net.ask(node, net.post("rubbish")) end)
    assert.equal("parsing", node:errors()().kind)
  end)

  it("are kept for one who comes late, the oldest first", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local original, warned = warn, nil
    rawset(_G, "warn", function(...) warned = table.concat({...}) end)
    for _ = 1, 3 do net.ask(node, net.post("rubbish")) end
    pcall(net.await, function() return warned end)
    rawset(_G, "warn", original)
    assert.matches(node:self() .. ": parsing error", warned, 1, true)
    net.ask(node, net.json(0, node:self()))
    local list = net.errors(node, 4)
    assert.equal(4, #list)
  end)

  it("are bounded, however many there are", function()
    local node <close> = assert(gop2p.start_local_node(0, {max_errors = 5}))
    local conn <close> = assert(net.dial(node))
    for _ = 1, 50 do
      conn:send(net.post("rubbish"))
      assert.equal(400, assert(conn:response()).status)
    end
    local list = net.errors(node, 50, 0.2)
    assert.is_true(#list >= 1 and #list <= 6, #list)
  end)
end)

describe("errors that nobody reads", function()
  it("keep no more of what was to be sent than they may", function()
    local dead <close> = net.nobody()
    local node <close> = assert(gop2p.start_local_node(0))
    local data, warnings, dropped = ("x"):rep(8 << 20), 0, 0
    local original = warn
    rawset(_G, "warn", function() warnings = warnings + 1 end)
    for round = 1, 2 do
      for _ = 1, 6 do node:send(dead.name, data) end
      pcall(net.await, function() return warnings == round end)
    end
    rawset(_G, "warn", original)
    local list = net.errors(node, 8, 5)
    for _, err in ipairs(list) do dropped = dropped + (err.dropped or 0) end
    assert.same({2, 8, 4}, {warnings, #list, dropped})
  end)

  local program = [[
    local gop2p = require "gop2p"
    local node = assert(gop2p.start_local_node(0, {max_errors = 10}))
    print(node:self().port)
    io.stdout:flush()
    local mode = ...
    if mode == "read" then
      gop2p.spawn(function() for _ in node:errors() do end end)
    end
    gop2p.spawn(function() gop2p.lines()() node:close() end)
    node:wait()
  ]]

  -- The warnings of a process that was posted rubbish for some time.
  local function warnings(mode, seconds)
    local file, errors = os.tmpname(), os.tmpname()
    local out <close> = assert(io.open(file, "w"))
    out:write(program)
    out:close()
    local p <close> = assert(process.start(
      {os.getenv("LUA") or "lua5.4", "-W", file, mode}, {stderr = errors}))
    local port = math.tointeger(tonumber(p:line()))
    local posted, till = 0, socket.gettime() + seconds
    repeat
      assert.equal(400, net.ask(port, net.post("rubbish")).status)
      posted = posted + 1
    until socket.gettime() > till
    p:finish()
    assert.equal(0, p:wait())
    local lines = {}
    for line in io.lines(errors) do lines[#lines + 1] = line end
    os.remove(file)
    os.remove(errors)
    return lines, posted, port
  end

  it("are warned of, once a second at most", function()
    local lines, posted, port = warnings("unread", 2.3)
    assert.is_true(posted > 20)
    assert.is_true(#lines >= 2 and #lines <= 3, #lines)
    for _, line in ipairs(lines) do
      assert.matches("^Lua warning: gop2p: localhost:" .. port .. ": ", line)
      assert.matches("parsing error: ", line, 1, true)
      assert.matches("and %d+ more", line)
    end
  end)

  it("are shown at the end at the latest", function()
    local lines = warnings("unread", 0)
    assert.equal(1, #lines)
  end)

  it("are not warned of when somebody reads them", function()
    assert.same({}, (warnings("read", 0.2)))
  end)
end)
