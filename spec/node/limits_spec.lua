-- Every limit at its default, and one step beyond it.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"
local socket = require "socket"

-- It responds at every address of this machine, and keeps no connection.
local sender = net.sender({address = "0.0.0.0", drop = true})
local MEMBER = gop2p.peer("127.1.2.3", sender.port)

teardown(function() sender:close() end)

-- The status of so many bytes of head.
local function head(node, size)
  local start = "OPTIONS / HTTP/1.1\r\nHost: localhost\r\nX: "
  return net.ask(node, start .. ("a"):rep(size - #start - 4) .. "\r\n\r\n")
            .status
end

describe("by default", function()
  local node

  before_each(function()
    node = assert(gop2p.start_local_node(0))
    assert.equal(200, net.ask(node, net.json(0, MEMBER)).status)
  end)
  after_each(function() node:close() end)

  it("a head has 16 KiB", function()
    assert.equal(204, head(node, 16384))
    assert.equal(431, head(node, 16385))
  end)

  it("a head has 128 lines", function()
    local function lines(count)
      return net.ask(node, "OPTIONS / HTTP/1.1\r\n"
                     .. ("X: y\r\n"):rep(count - 1) .. "\r\n").status
    end
    assert.equal(204, lines(128))
    assert.equal(431, lines(129))
  end)

  it("a message has 1 MiB of data", function()
    local headers = {Host = "localhost", Peer_address = MEMBER.address,
                     Peer_port = MEMBER.port}
    local function put(size)
      return net.ask(node, net.http("PUT /", headers, ("x"):rep(size))).status
    end
    assert.equal(200, put(1048576))
    assert.equal(413, put(1048577))
    assert.equal(1048576, #assert(node:receive(0)).data)
    assert.is_nil((node:receive(0)))
  end)

  it("an inbox has 1,024 messages", function()
    local conn <close> = assert(net.dial(node))
    local bytes = net.json(2, MEMBER, "YQ==")
    for _ = 1, 1024 do
      conn:send(bytes)
      assert.equal(200, assert(conn:response()).status)
    end
    conn:send(bytes)
    net.pass(0.2)
    assert.is_nil((conn.socket:receive(1))) -- it has to wait
    assert.is_not_nil(node:receive(0))
    assert.equal(200, assert(conn:response()).status)
    for _ = 1, 1024 do assert.is_not_nil(node:receive(0)) end
    assert.is_nil((node:receive(0)))
  end)

  it("an inbox has 64 MiB", function()
    local conn <close> = assert(net.dial(node))
    local headers = {Host = "localhost", Peer_address = MEMBER.address,
                     Peer_port = MEMBER.port}
    local bytes = net.http("PUT /", headers, ("x"):rep(1048576))
    for _ = 1, 64 do
      conn:send(bytes)
      assert.equal(200, assert(conn:response()).status)
    end
    conn:send(bytes)
    net.pass(0.2)
    assert.is_nil((conn.socket:receive(1)))
    assert.is_not_nil(node:receive(0))
    assert.equal(200, assert(conn:response()).status)
  end)

  it("an outbox has 1,024 messages, or 8 MiB", function()
    local hung <close> = net.canned({message = "hang"})
    for size, most in pairs({[1] = 1024, [1048576] = 8}) do
      local other <close> = assert(gop2p.start_local_node(0))
      assert(other:connect(hung.name))
      local data, count = ("x"):rep(size), 0
      gop2p.spawn(function()
        while count < 2000 do
          if not other:broadcast(data) then return end
          count = count + 1
        end
      end)
      net.pass(0.3)
      assert.equal(most + 1, count) -- one more is on the way
    end
  end)

  it("a network has 4,096 members beside the node", function()
    -- So many are not to be probed meanwhile.
    node:close()
    node = assert(gop2p.start_local_node(0, {probe_interval = 86400}))
    assert.equal(200, net.ask(node, net.json(0, MEMBER)).status)
    -- The status alone is read: the lists are long.
    local function status(bytes)
      local conn <close> = assert(net.dial(node))
      conn:send(bytes)
      local line = net.await(function() return conn.socket:receive(12) end)
      return math.tointeger(tonumber(line:match("^HTTP/1.1 (%d+)")))
    end
    local function peer(i)
      return gop2p.peer(("127.5.%d.%d"):format(i >> 8, i & 255), sender.port)
    end
    local function join(i) return status(net.json(0, peer(i))) end
    local last = 0
    while join(last + 1) == 200 do last = last + 1 end
    assert.equal(4096, #node:members())
    assert.equal(4095, last)
    assert.equal(200, join(last)) -- a member may come again
    assert.equal(200, status(net.json(2, MEMBER, "YQ==")))
    assert.equal(200, status(net.json(1, peer(last))))
    assert.equal(200, join(last + 1))
  end)

  it("1,024 connections are open at once", function()
    local child <close> = assert(process.start({"sh", "-c",
      "ulimit -n 2000; exec \"$0\" -e \"$1\"", os.getenv("LUA") or "lua5.4",
      [[
        local gop2p = require "gop2p"
        local node <close> = assert(gop2p.start_local_node(0))
        print(node:self().port)
        io.stdout:flush()
        local err = node:errors()()
        print(err.code, err.status)
        io.stdout:flush()
        gop2p.run(function() for _ in gop2p.lines() do end end)
      ]]}))
    local port = assert(math.tointeger(tonumber(child:line(10))))
    local opener <close> = assert(process.start({"sh", "-c",
      "ulimit -n 2000; exec \"$0\" -e \"$1\"", os.getenv("LUA") or "lua5.4",
      ([[
        local socket = require "socket"
        local all, refused = {}, 0
        for i = 1, 1030 do
          all[i] = assert(socket.connect("127.0.0.1", %d))
          assert(all[i]:send("P")) -- so none of them rests
          all[i]:settimeout(0)
        end
        local from = socket.gettime()
        while refused < 6 and socket.gettime() < from + 5 do
          for i = #all, 1, -1 do
            local line = all[i]:receive("*l")
            if line then
              assert(line:find("^HTTP/1.1 503 "), line)
              refused = refused + 1
              table.remove(all, i)
            end
          end
        end
        print(refused, #all)
        io.stdout:flush()
        io.read()
      ]]):format(port)}))
    assert.equal("6\t1024", opener:line(20))
    assert.equal("ELIMIT\t503", child:line(5))
    opener:close()
    net.await(function()
      local conn = net.dial(port)
      if not conn then return false end
      conn:send(net.json(0, MEMBER))
      local response = conn:response()
      conn:close()
      return response and response.status == 200
    end)
  end)

  it("a request may take 10 seconds, a response 5", function()
    local hung <close> = net.hung()
    local conn <close> = assert(net.dial(node))
    local from = socket.gettime()
    conn:send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n")
    local seconds, ok, err = net.timed(function()
      return node:connect(hung.name)
    end)
    assert.is_nil(ok)
    assert.equal("ETIMEDOUT", err.code)
    assert.is_true(seconds > 4.5 and seconds < 7, seconds)
    assert.equal(408, assert(conn:response(10)).status)
    seconds = socket.gettime() - from
    assert.is_true(seconds > 9.5 and seconds < 13, seconds)
  end)
end)
