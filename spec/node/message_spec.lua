-- Messages: any bytes, in order, to all and to some, read by one or many.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local socket = require "socket"

local sender = net.sender()

teardown(function() sender:close() end)

local allbytes = {}
for i = 0, 255 do allbytes[#allbytes + 1] = string.char(i) end
allbytes = table.concat(allbytes)

local payloads = {
  ["nothing"] = "", ["one zero"] = "\0", ["all bytes"] = allbytes,
  ["UTF-8"] = "gr\u{fc}\u{df} dich, \u{1f680}\u{4e16}",
  ["no UTF-8"] = "\xff\xfe\xc3(",
  ["line ends"] = "a\r\n\r\nb\n", ["two"] = "ab", ["four"] = "abcd",
  ["JSON"] = '{"type":0,"data":null}', ["quotes"] = [["\" %s %00]],
  ["64 KiB"] = allbytes:rep(256), ["1 MiB"] = allbytes:rep(4096),
}

describe("data", function()
  local a, b

  setup(function()
    a = assert(gop2p.start_local_node(0))
    b = assert(gop2p.start_local_node(0))
    assert(a:connect(b:self()))
  end)
  teardown(function()
    a:close()
    b:close()
  end)

  for name, data in pairs(payloads) do
    it("of any bytes is broadcast: " .. name, function()
      local ok, err = a:broadcast(data):wait()
      assert.is_true(ok, tostring(err))
      local msg = assert(b:receive(5))
      assert.is_true(msg.data == data)
      assert.equal("broadcast", msg.type)
      assert.equal(a:self(), msg.from)
    end)

    it("of any bytes is sent: " .. name, function()
      local ok, err = b:send(a:self(), data):wait()
      assert.is_true(ok, tostring(err))
      local msg = assert(a:receive(5))
      assert.is_true(msg.data == data)
      assert.equal("direct", msg.type)
      assert.same({tostring(a:self())}, net.names(msg.to))
    end)
  end

  it("may be a number", function()
    a:broadcast(42)
    a:send(b:self(), 1.5)
    assert.equal("42", assert(b:receive(5)).data)
    assert.equal("1.5", assert(b:receive(5)).data)
  end)

  it("that is too much is an error of this message alone", function()
    local data = ("x"):rep(3 << 20)
    local ok, err = a:broadcast(data):wait()
    assert.is_nil(ok)
    assert.equal("EMSGSIZE", err.code)
    assert.equal(b:self(), err.peer)
    assert(a:broadcast("small"):wait())
    assert.equal("small", assert(b:receive(5)).data)
  end)
end)

describe("a published program", function()
  for _, name in ipairs({"all bytes", "nothing", "UTF-8", "64 KiB"}) do
    local data = payloads[name]
    it("takes and gives any bytes: " .. name, function()
      -- The stand-in's JSON is Lua, and slow under sanitizers and the like.
      local node <close> = assert(gop2p.start_local_node(0, {
        request_timeout = 30}))
      local other <close> = go.start("v1.1.3", "localhost", {kinds = true})
      assert(node:connect(other.name))
      local receipt = node:broadcast(data)
      local text, from, kind = other:message(30, net.idle)
      assert(receipt:wait())
      assert.is_true(text == data)
      assert.equal(tostring(node:self()), from)
      assert.equal("message", kind)
      receipt = node:send(other.name, data)
      text, from, kind = other:message(30, net.idle)
      assert(receipt:wait())
      assert.is_true(text == data)
      assert.equal(tostring(node:self()), from)
      assert.equal("direct", kind)
      assert.equal("sent", other:ask("broadcast " .. go.encode(data), 30,
                                     net.idle))
      local msg = assert(node:receive(30))
      assert.is_true(msg.data == data)
      assert.equal(other.name, tostring(msg.from))
      assert.equal("sent", other:ask(("direct %s %s"):format(node:self(),
        go.encode(data)), 30, net.idle))
      msg = assert(node:receive(30))
      assert.is_true(msg.data == data)
      assert.equal("direct", msg.type)
    end)
  end

  it("reads when it likes, and slows nobody else", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local other <close> = go.start("v1.1.3", "localhost")
    local third <close> = assert(gop2p.start_local_node(0))
    assert(node:connect(other.name))
    assert(third:connect(node:self()))
    assert.equal("paused", other:ask("pause", 5, net.idle))
    local receipts = {}
    for i = 1, 5 do receipts[i] = node:broadcast("n" .. i) end
    for i = 1, 5 do
      assert.equal("n" .. i, assert(third:receive(1)).data)
    end
    assert.is_nil((receipts[1]:wait(0.1)))
    assert.equal("resumed", other:ask("resume", 5, net.idle))
    for i = 1, 5 do
      assert.equal("n" .. i, (other:message(30, net.idle)))
      assert.is_true((receipts[i]:wait()))
    end
  end)
end)

describe("a message", function()
  it("can be shown, joined and compared", function()
    local nodes <close> = net.network(2)
    local me = tostring(nodes[1]:self())
    nodes[1]:broadcast("100% %s\nx")
    nodes[1]:broadcast("100% %s\nx")
    nodes[1]:broadcast("other")
    local one, two, three = nodes[2]:receive(5), nodes[2]:receive(5),
                            nodes[2]:receive(5)
    assert.equal(("[%s] 100%% %%s\nx"):format(me):gsub("%%%%", "%%"),
                 tostring(one))
    assert.equal("<[" .. me .. "] other>", "<" .. three .. ">")
    assert.is_true(one == two)
    assert.is_false(one == three)
    assert.is_nil(one.to)
  end)

  it("arrives once and in its order", function()
    local nodes <close> = net.network(3)
    local count = 300
    gop2p.run(function()
      gop2p.spawn(function()
        for i = 1, count do assert(nodes[1]:broadcast("n" .. i)) end
      end)
      for k = 2, 3 do
        gop2p.spawn(function()
          for i = 1, count do
            assert.equal("n" .. i, assert(nodes[k]:receive(5)).data)
          end
        end)
      end
    end)
    assert.is_nil((nodes[2]:receive(0)))
  end)

  it("goes to those who are named, each once", function()
    local nodes <close> = net.network(4)
    local two, three = nodes[2]:self(), nodes[3]:self()
    assert(nodes[1]:send({two, tostring(three), two}, "hi"):wait())
    for _, i in ipairs({2, 3}) do
      local msg = assert(nodes[i]:receive(5))
      assert.same({"direct", "hi"}, {msg.type, msg.data})
      assert.same({tostring(two), tostring(three)}, net.names(msg.to))
      assert.is_nil((nodes[i]:receive(0)))
    end
    assert.is_nil((nodes[4]:receive(0)))
  end)

  it("may be a notice, which says so", function()
    local function sent(options)
      local a <close> = assert(gop2p.start_local_node(0))
      local b <close> = assert(gop2p.start_local_node(0))
      assert(a:connect(b:self()))
      assert(a:broadcast("x", options):wait())
      assert(a:send(b:self(), "x", options):wait())
      assert(b:send({a:self()}, "x", options):wait())
      return {b:receive(5).notice or false, b:receive(5).notice or false,
              a:receive(5).notice or false}
    end
    assert.same({true, true, true}, sent {notice = true})
    assert.same({false, false, false}, sent {notice = false})
    assert.same({false, false, false}, sent {})
    assert.same({false, false, false}, sent())
  end)

  it("that is a notice and does not arrive is told as one", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local _, err = node:send(net.free_port(), "x", {notice = true}):wait()
    assert.is_true(err.message.notice)
  end)

  it("to nobody is delivered", function()
    local node <close> = assert(gop2p.start_local_node(0))
    assert.is_true((node:broadcast("hello?"):wait()))
    assert.is_nil((node:receive(0)))
  end)

  it("to a stranger is refused by it, unlike one from a member", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local other <close> = assert(gop2p.start_local_node(0))
    local ok, err = node:send(other:self(), "psst"):wait()
    assert.is_nil(ok)
    assert.equal("EFORBIDDEN", err.code)
    assert.equal(403, err.status)
    assert.equal(other:self(), err.peer)
    assert.equal("psst", err.message.data)
    assert.is_nil((other:receive(0)))
  end)

  it("to oneself is an error that says so", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local ok, err = node:send(node:self(), "me"):wait()
    assert.is_nil(ok)
    assert.equal(node:self(), err.peer)
    assert.is_nil((node:receive(0)))
  end)
end)

describe("receive", function()
  local node, hello

  before_each(function()
    node = assert(gop2p.start_local_node(0))
    hello = net.json(2, sender, "SGVsbG8=")
    net.ask(node, net.json(0, sender))
  end)
  after_each(function() node:close() end)

  net.both(it, "waits as long as it is told to", function()
    for _, limit in ipairs({0, 0.05, 0.2}) do
      local time, msg, err = net.timed(node.receive, node, limit)
      assert.is_nil(msg)
      assert.equal("ETIMEDOUT", err.code)
      assert.equal("connection", err.kind)
      assert.is_true(time >= limit - 0.002 and time < limit + 0.5, time)
    end
  end)

  net.both(it, "waits for ever by default", function()
    gop2p.spawn(function()
      gop2p.sleep(0.05)
      assert.equal(200, net.ask(node, hello).status)
    end)
    assert.equal("Hello", assert(node:receive()).data)
  end)

  net.both(it, "takes a huge limit for none", function()
    for _, limit in ipairs({1e6, 1e300, math.huge, math.maxinteger}) do
      gop2p.spawn(function() net.ask(node, hello) end)
      assert.equal("Hello", assert(node:receive(limit)).data)
    end
  end)

  net.both(it, "does not wait when there is one", function()
    net.ask(node, hello)
    assert.equal("Hello", assert(node:receive(0)).data)
    net.ask(node, hello)
    assert.equal("Hello", assert(node:receive()).data)
    net.ask(node, hello)
    assert.equal("Hello", node:inbox()().data)
    assert.is_nil((node:receive(0)))
  end)

  it("and inbox share, each message goes to one", function()
    local got, count = {}, 0
    gop2p.run(function()
      for reader = 1, 5 do
        gop2p.spawn(function()
          local function take(msg)
            assert.is_nil(got[msg.data])
            got[msg.data], count = reader, count + 1
            if count == 60 then node:close() end
          end
          if reader % 2 == 0 then
            for msg in node:inbox() do take(msg) end
          else
            while count < 60 do
              local msg, err = node:receive()
              if not msg then
                assert.equal("ECANCELED", err.code)
                break
              end
              take(msg)
            end
          end
        end)
      end
      for i = 1, 60 do
        net.ask(node, net.json(2, sender, ("%04d"):format(i)))
      end
    end)
    assert.equal(60, count)
  end)

  it("of a task does not starve the main thread", function()
    local got
    gop2p.spawn(function() got = node:receive() end)
    gop2p.pump()
    net.ask(node, hello)
    net.ask(node, hello)
    assert(node:receive(1))
    net.await(function() return got end)
  end)
end)

describe("a full inbox", function()
  it("keeps senders waiting, and loses nothing", function()
    local reader <close> = assert(gop2p.start_local_node(0,
                                                   {inbox_messages = 2}))
    local writer <close> = assert(gop2p.start_local_node(0))
    assert(writer:connect(reader:self()))
    local receipts = {}
    for i = 1, 6 do receipts[i] = writer:broadcast("n" .. i) end
    assert(receipts[2]:wait())
    assert.is_nil((receipts[3]:wait(0.2)))
    for i = 1, 6 do
      assert.equal("n" .. i, assert(reader:receive(5)).data)
    end
    for i = 1, 6 do assert.is_true((receipts[i]:wait())) end
  end)

  it("is 503 after a while", function()
    local options = {inbox_messages = 1, inbox_timeout = 0.15}
    local node <close> = assert(gop2p.start_local_node(0, options))
    net.ask(node, net.json(0, sender))
    assert.equal(200, net.ask(node, net.json(2, sender, "YQ==")).status)
    local time, response = net.timed(net.ask, node,
                                     net.json(2, sender, "Yg=="))
    assert.equal(503, response.status)
    assert.is_true(time >= 0.14 and time < 3, time)
    assert.equal("a", assert(node:receive(0)).data)
    assert.is_nil((node:receive(0)))
    assert.equal(200, net.ask(node, net.json(2, sender, "Yw==")).status)
    assert.equal("c", assert(node:receive(0)).data)
  end)

  it("counts bytes as well", function()
    local options = {inbox_bytes = 10, inbox_timeout = 0.05}
    local node <close> = assert(gop2p.start_local_node(0, options))
    net.ask(node, net.json(0, sender))
    local function send()
      return net.ask(node, net.json(2, sender, "YWFhYQ==")).status
    end
    assert.same({200, 200}, {send(), send()})
    local status
    for _ = 1, 3 do status = send() end
    assert.equal(503, status)
    repeat until not node:receive(0)
    assert.equal(200, send())
  end)

  it("does not keep what its sender has given up", function()
    local node <close> = assert(gop2p.start_local_node(0,
                                                       {inbox_messages = 1}))
    net.ask(node, net.json(0, sender))
    net.ask(node, net.json(2, sender, "YQ=="))
    local conn = assert(net.dial(node))
    conn:send(net.json(2, sender, "Yg=="))
    net.pass(0.1)
    conn:close()
    net.pass(0.1)
    assert.equal("a", assert(node:receive(0)).data)
    assert.is_nil((node:receive(0.1)))
  end)
end)

describe("ten members, some of whom hang or are dead", function()
  it("get a broadcast at once if they live", function()
    local hung, live, items = {}, {}, {}
    local dead = net.hung()
    for i = 1, 4 do
      hung[i] = net.hung()
      items[#items + 1] = hung[i]
    end
    items[#items + 1] = dead
    for i = 1, 5 do
      live[i] = assert(gop2p.start_local_node(0))
      items[#items + 1] = live[i]:self()
    end
    for i, item in ipairs(items) do
      items[i] = ('{"port":%d,"address":"%s"}'):format(item.port,
                                                       item.address)
    end
    local entry <close> = net.canned({connect = net.response("200 OK",
      "[" .. table.concat(items, ",") .. "]")})
    local node <close> = assert(gop2p.start_local_node(0))
    assert(node:connect(entry.name))
    dead:close()
    local from = socket.gettime()
    local receipt = assert(node:broadcast("now"))
    for i = 1, 5 do
      assert.equal("now", assert(live[i]:receive(5)).data)
    end
    assert.is_true(socket.gettime() - from < 4)
    for i = 1, 5 do live[i]:close() end
    assert.is_nil((receipt:wait(0)))
    for i = 1, 4 do hung[i]:close() end
  end)
end)
