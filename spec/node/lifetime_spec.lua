-- Nodes that end: closed or collected, and what waits for them.

local gop2p = require "gop2p"
local net = require "spec.support.net"

local function refused(port)
  local conn, err = net.dial(port)
  if conn then conn:close() end
  return conn == nil and err
end

describe("a node that is closed", function()
  it("serves no more, and its port is free", function()
    for _, name in ipairs({"close", "stop"}) do
      local node = assert(gop2p.start_local_node(0))
      local port = node:self().port
      node[name](node)
      assert.is_truthy(refused(port))
      node[name](node)
      local again <close> = assert(gop2p.start_local_node(port))
      assert.equal(port, again:self().port)
    end
  end)

  it("by the end of its block", function()
    local port
    do
      local node <close> = assert(gop2p.start_local_node(0))
      port = node:self().port
      assert.is_false(refused(port))
    end
    assert.is_truthy(refused(port))
  end)

  it("by an error in a task", function()
    local port
    assert.is_false(pcall(gop2p.run, function()
      local node <close> = assert(gop2p.start_local_node(0))
      port = node:self().port
      gop2p.spawn(function() error("x") end)
      node:wait()
    end))
    assert.is_truthy(refused(port))
  end)

  it("with requests in flight ends them", function()
    local hung <close> = net.canned({message = "hang"})
    local node = assert(gop2p.start_local_node(0))
    assert(node:connect(hung.name))
    local receipts = {}
    for i = 1, 20 do receipts[i] = node:broadcast("n" .. i) end
    assert.equal("connect", (hung:request()))
    assert.equal("message", (hung:request()))
    node:close()
    for i = 1, 20 do
      local ok, err = receipts[i]:wait()
      assert.is_nil(ok)
      assert.equal("ECANCELED", err.code)
    end
  end)

  it("with requests under way responds or hangs up", function()
    local node = assert(gop2p.start_local_node(0, {inbox_messages = 1}))
    local peer <close> = net.sender()
    assert.equal(200, net.ask(node, net.json(0, peer)).status)
    assert.equal(200, net.ask(node, net.json(2, peer, "YQ==")).status)
    local held <close> = assert(net.dial(node))
    held:send(net.json(2, peer, "Yg=="))
    local half <close> = assert(net.dial(node))
    half:send("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
    local idle <close> = assert(net.dial(node))
    local mute <close> = net.hung()
    local newcomer <close> = assert(net.dial(node))
    newcomer:send(net.json(0, mute))
    net.pass(0.05)
    node:close()
    for _, conn in ipairs {held, newcomer} do
      local response, rest = conn:response()
      assert.is_true(response and response.status == 503 or rest == "")
    end
    assert.is_nil((half:response()))
    assert.is_nil((idle:response()))
  end)

  it("while the loop turns with it in many states", function()
    for i = 1, 30 do
      local a = assert(gop2p.start_local_node(0))
      local b <close> = assert(gop2p.start_local_node(0))
      gop2p.run(function()
        gop2p.spawn(function()
          if a:connect(b:self()) then a:broadcast("x") end
        end)
        for _ = 1, i do gop2p.pump() end
        a:close()
      end)
    end
  end)
end)

-- Each waits for something of a node that will not come.
local waits = {
  receive = function(node)
    local msg, err = node:receive()
    return msg == nil and err.code
  end,
  ["receive with a limit"] = function(node)
    local msg, err = node:receive(60)
    return msg == nil and err.code
  end,
  inbox = function(node)
    return node:inbox()() == nil and "over"
  end,
  errors = function(node)
    return node:errors()() == nil and "over"
  end,
  wait = function(node)
    node:wait()
    return "over"
  end,
  connect = function(node, hung)
    local ok, err = node:connect(hung.name, 60)
    return ok == nil and err.code
  end,
  ["a receipt"] = function(node, hung)
    local ok, err = node:send(hung.name, "x"):wait()
    return ok == nil and err.code
  end,
  leave = function(node, hung)
    gop2p.spawn(function() node:connect(hung.name) end)
    gop2p.pump()
    local ok, err = node:leave(60)
    return ok == nil and err.code
  end,
  ["room in an outbox"] = function(node, hung)
    for _ = 1, 3 do
      local receipt, err = node:send(hung.name, "x")
      if not receipt then return err.code end
    end
    return "no room needed"
  end,
}

local ends = {inbox = "over", errors = "over", wait = "over"}

describe("whoever waits is woken by a close:", function()
  for name, wait in pairs(waits) do
    net.both(it, name, function()
      local hung <close> = net.hung()
      local node = assert(gop2p.start_local_node(0, {outbox_messages = 1}))
      gop2p.spawn(function()
        gop2p.sleep(0.05)
        node:close()
      end)
      local time, result = net.timed(wait, node, hung)
      assert.equal(ends[name] or "ECANCELED", result)
      assert.is_true(time < 3, time)
    end)
  end

  it("all at once", function()
    local hung <close> = net.hung()
    local node = assert(gop2p.start_local_node(0))
    local count = 0
    gop2p.run(function()
      for name, wait in pairs(waits) do
        if name ~= "room in an outbox" and name ~= "leave" then
          for _ = 1, 3 do
            gop2p.spawn(function()
              wait(node, hung)
              count = count + 1
            end)
          end
        end
      end
      gop2p.sleep(0.05)
      node:close()
    end)
    assert.equal(21, count)
  end)
end)

describe("a node is closed from within", function()
  it("its own iterators", function()
    local nodes <close> = net.network(2)
    for i = 1, 5 do nodes[1]:broadcast("n" .. i) end
    assert(nodes[2]:receive(5))
    local count = 0
    for _ in nodes[2]:inbox() do
      count = count + 1
      nodes[2]:close()
    end
    assert.equal(1, count)
    net.ask(nodes[1], net.post("rubbish"))
    for _ in nodes[1]:errors() do nodes[1]:close() end
  end)

  it("a finalizer, at any time", function()
    local nodes <close> = net.network(3)
    local closed = false
    setmetatable({}, {__gc = function()
      nodes[2]:close()
      closed = true
    end})
    local receipt
    repeat
      receipt = nodes[1]:broadcast(("x"):rep(1000))
      gop2p.pump()
    until closed
    receipt:wait()
    local names = net.names(nodes[1]:members())
    assert.equal(tostring(nodes[3]:self()), names[#names])
  end)

  it("a finalizer that runs while anything is read", function()
    for step = 1, 40 do
      local nodes <close> = net.network(2)
      local peer = nodes[1]:self()
      for i = 1, 5 do nodes[1]:broadcast("n" .. i) end
      collectgarbage("stop")
      setmetatable({}, {__gc = function() nodes[2]:close() end})
      local old = collectgarbage("incremental", 1000, 1000, 1)
      collectgarbage("restart")
      for _ = 1, step do gop2p.pump() end
      collectgarbage()
      collectgarbage(old)
      assert.is_truthy(refused(nodes[2]:self().port))
      assert.equal(peer, nodes[1]:self())
    end
  end)

  it("<close> of another, and of a task that failed", function()
    local node = assert(gop2p.start_local_node(0))
    local port = node:self().port
    local ok, err = pcall(gop2p.run, function()
      local _ <close> = setmetatable({}, {__close = function()
        node:leave()
        node:close()
      end})
      error("first")
    end)
    assert.is_false(ok)
    assert.matches("first", err, 1, true)
    assert.is_truthy(refused(port))
  end)
end)

describe("a node that nobody uses", function()
  it("is collected, and its port is free", function()
    local port = assert(gop2p.start_local_node(0)):self().port
    collectgarbage()
    collectgarbage()
    assert.is_truthy(refused(port))
    local again <close> = assert(gop2p.start_local_node(port))
    assert.equal(port, again:self().port)
  end)

  it("is collected with errors unread, and with requests on the way",
     function()
    local hung <close> = net.hung()
    local ports = {}
    for i = 1, 5 do
      local node = assert(gop2p.start_local_node(0))
      node:send(hung.name, "x")
      net.ask(node, net.post("rubbish"))
      ports[i] = node:self().port
    end
    net.pass(0.02)
    collectgarbage()
    collectgarbage()
    for i = 1, 5 do assert.is_truthy(refused(ports[i])) end
    net.pass(1.1)
  end)

  it("leaves nothing behind", function()
    local before
    for round = 1, 6 do
      for _ = 1, 20 do
        local node = assert(gop2p.start_local_node(0))
        node:broadcast("x")
        node:send(1, "x")
        if round % 2 == 0 then node:close() end
      end
      collectgarbage()
      net.pass(0.02)
      collectgarbage()
      collectgarbage()
      local now = collectgarbage("count")
      if round == 3 then before = now end
      if round == 6 then assert.is_true(now < before + 30, now - before) end
    end
  end)

  it("keeps no descriptor", function()
    local function count()
      local n = 0
      local list <close> = assert(io.popen("ls /proc/$PPID/fd"))
      for _ in list:lines() do n = n + 1 end
      return n
    end
    -- From its first node on the loop has some of its own.
    assert(gop2p.start_local_node(0)):close()
    collectgarbage()
    -- One of a test before may still be among them: that hides no leak, for
    -- one would be there ten times.
    local before = count()
    for _ = 1, 10 do
      local nodes <close> = net.network(3)
      assert(nodes[1]:broadcast("x"):wait())
    end
    net.await(function()
      collectgarbage()
      return count() <= before
    end)
  end)
end)
