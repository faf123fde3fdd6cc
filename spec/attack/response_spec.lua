-- Responses without an end, or without anything, of one that a node dials:
-- they cost it little, and others do not wait for it.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"

-- Says "ready PORT"; to whatever comes it says the head once, and then the
-- tail for ever. Plain LuaSocket.
local SERVER = [[
  local socket = require "socket"
  local head, tail = arg[1], arg[2]:rep(tonumber(arg[3]))
  local server = assert(socket.bind("127.0.0.1", 0, 64))
  server:settimeout(0)
  print("ready", (select(2, server:getsockname())))
  io.stdout:flush()
  local conns, begun = {server}, {}
  while true do
    local ready, free = socket.select(conns, next(begun) and conns, 1)
    for _, conn in ipairs(ready) do
      if conn == server then
        local new = server:accept()
        new:settimeout(0)
        conns[#conns + 1] = new
      else
        local _, err, part = conn:receive(65536)
        if part and part ~= "" and not begun[conn] then
          begun[conn] = true
          conn:send(head)
        elseif err == "closed" then
          for i, one in ipairs(conns) do
            if one == conn then table.remove(conns, i) end
          end
          begun[conn] = nil
          conn:close()
        end
      end
    end
    for _, conn in ipairs(free or {}) do
      if begun[conn] and tail ~= "" then conn:send(tail) end
    end
  end
]]

local SHARE = 0.3 -- seconds of processor time in a second, but for some
local SLOWER, GROWTH = 1, 16384 -- KiB
if os.getenv("ASAN_OPTIONS") then   -- which keeps freed memory
  SLOWER, GROWTH = 5, 300 * 1024
end

local LIES = {
  ["silence"] = {"", "", 1},
  ["leave to go on, for ever"] = {"", "HTTP/1.1 100 Continue\r\n\r\n", 2000},
  ["headers without an end"] = {"HTTP/1.1 200 OK\r\n", "a: b\r\n", 4000},
  ["the size of a chunk without an end"] =
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0", 65536},
  ["chunks of a byte without an end"] =
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n",
     8000, 0.9},
  ["a body without an end"] = {"HTTP/1.1 200 OK\r\n\r\n", "x", 65536},
  ["trailers without an end"] =
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
     "a: b\r\n", 8000},
}

-- A member that responds to messages with a body of so many bytes.
local function wordy(size)
  return net.canned({message = net.response("200 OK", ("x"):rep(size))})
end

local function memory()
  local file <close> = io.open("/proc/self/statm")
  return file and tonumber(file:read("a"):match("^%d+ (%d+)")) * 4 or 0
end

describe("what responds with", function()
  for name, bytes in pairs(LIES) do
    it(name .. " costs little, and holds up nobody", function()
      local server <close> = assert(process.start({
        os.getenv("LUA") or "lua5.4", "-e", SERVER, "/dev/null", bytes[1],
        bytes[2], tostring(bytes[3])}))
      local port = assert(server:line(10)):match("(%d+)$")
      local node <close> = assert(gop2p.start_local_node(0))
      local before = memory()
      -- It claims to be there, and the program joins through it as well.
      local conn <close> = assert(net.dial(node))
      conn:send(net.json(0, gop2p.peer("127.0.0.1", tonumber(port))))
      local joined
      gop2p.spawn(function()
        joined = {node:connect("127.0.0.1:" .. port, 1.5)}
      end)
      local from, longest = os.clock(), 0
      for _ = 1, 20 do
        net.pass(0.05)
        longest = math.max(longest, (net.timed(net.ask, node, net.http(
          "OPTIONS /", {Host = "localhost"}))))
      end
      local took, may = os.clock() - from, (bytes[4] or SHARE) * SLOWER
      assert.is_true(took < may, took)
      assert.is_true(longest < 0.5, longest)
      assert.is_true(memory() < before + GROWTH, memory() - before)
      net.await(function() return joined end)
      assert.is_nil(joined[1])
      assert.same({}, node:members())
    end)
  end

  it("a text that no program writes is not taken", function()
    for size, code in pairs({[16384] = "none", [16385] = "EPROTO"}) do
      local member <close> = wordy(size)
      local node <close> = assert(gop2p.start_local_node(0))
      assert.is_true(node:connect(member.name))
      local ok, err = assert(node:send(member.name, "x")):wait(5)
      assert.equal(code == "none", ok ~= nil, size)
      assert.equal(code, err and err.code or "none", size)
    end
  end)
end)
