-- Lua code that does not let the loop turn for a while: what arrived in the
-- meantime was in time, and is served.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"

-- An independent client with four kinds of connections: idle ones, begun
-- requests whose end it sends while the node stands still, whole ones that
-- it sends then, and new connections that it makes then. Prints the status
-- of every response.
local CLIENT = [[
local socket = require "socket"
local port, message = PORT, MESSAGE
local function dial()
  local conn = assert(socket.connect("127.0.0.1", port))
  conn:settimeout(30)
  return conn
end
local function take(conn)
  local line = assert(conn:receive("*l"))
  local head
  repeat head = assert(conn:receive("*l")) until head == ""
  print((line:match("^HTTP/1.1 (%d+)")))
end
local idle, begun, ready = {}, {}, {}
for i = 1, 10 do idle[i], begun[i], ready[i] = dial(), dial(), dial() end
for i = 1, 10 do begun[i]:send(message:sub(1, 10 * i)) end
print("ready")
io.stdout:flush()
io.read()
socket.sleep(0.5)
for i = 1, 10 do begun[i]:send(message:sub(10 * i + 1)) end
for i = 1, 10 do ready[i]:send(message) end
local fresh = {}
for i = 1, 10 do
  fresh[i] = dial()
  fresh[i]:send(message)
end
for _, list in ipairs({begun, ready, fresh}) do
  for _, conn in ipairs(list) do take(conn) end
end
print("responded")
io.stdout:flush()
io.read()
for _, conn in ipairs(idle) do
  conn:send(message)
  take(conn)
end
]]

local function stalled(seconds, options)
  local node <close> = assert(gop2p.start_local_node(0, options))
  local member <close> = net.sender()
  assert.equal(200, net.ask(node, net.json(0, member)).status)
  local script = ("local PORT, MESSAGE = %d, %q\n"):format(
    node:self().port, net.json(2, member, "YQ==")) .. CLIENT
  local client <close> = assert(process.start({
    os.getenv("LUA") or "lua5.4", "-e", script}))
  assert.equal("ready", client:line(10, net.idle))
  net.pass(0.1)
  client:send("go")
  os.execute("sleep " .. seconds) -- as any Lua code that takes as long
  for i = 1, 30 do
    assert.equal("200", client:line(10, net.idle), i)
    assert.equal("a", assert(node:receive(5)).data)
  end
  assert.equal("responded", client:line(10, net.idle))
  client:send("go")
  for _ = 1, 10 do assert.equal("200", client:line(10, net.idle)) end
  assert.equal(0, client:wait(5))
  for _ = 1, 10 do assert.equal("a", assert(node:receive(5)).data) end
  assert.is_nil((node:receive(0)))
  assert.same({}, net.errors(node, 1, 0.1))
end

describe("a node whose program blocks", function()
  it("for longer than its limits loses nothing", function()
    stalled(3, {receive_timeout = 1, idle_timeout = 1.5})
  end)

  it("for ten seconds loses nothing", function()
    stalled(10, {receive_timeout = 5, idle_timeout = 6})
  end)

  it("gets what nodes of ours said meanwhile, once and in order", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local child <close> = assert(process.start({
      os.getenv("LUA") or "lua5.4", "-e", ([[
      local gop2p = require "gop2p"
      local node <close> = assert(gop2p.start_local_node(0))
      assert(node:connect(%d))
      print("joined")
      io.stdout:flush()
      io.read()
      local receipts = {}
      for i = 1, 200 do receipts[i] = node:broadcast("n" .. i) end
      local good = 0
      for i = 1, 200 do good = good + (receipts[i]:wait() and 1 or 0) end
      print(good)
      ]]):format(node:self().port)}))
    assert.equal("joined", child:line(10, net.idle))
    child:send("go")
    os.execute("sleep 3")
    for i = 1, 200 do
      assert.equal("n" .. i, assert(node:receive(5)).data)
    end
    assert.equal("200", child:line(10, net.idle))
    assert.is_nil((node:receive(0)))
  end)
end)
