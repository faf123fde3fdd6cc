-- A process that runs out of descriptors, and those that it starts.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"

-- Its node, and what it is told in errors(); "open N" and "close" take and
-- give back descriptors.
local CHILD = [[
local gop2p = require "gop2p"
io.stdout:setvbuf("line")
gop2p.run(function()
  local node <close> = assert(gop2p.start_local_node(0))
  gop2p.spawn(function()
    for err in node:errors() do print("error", err.code) end
  end)
  gop2p.spawn(function()
    for msg in node:inbox() do print("message", msg.data) end
  end)
  print("port", node:self().port)
  for line in gop2p.lines() do print(line) end
end)
os.exit(0)
]]

describe("out of descriptors", function()
  it("a node pauses, says so once, and goes on when there are some",
     function()
    local child <close> = assert(process.start({"sh", "-c",
      "ulimit -n 40; exec \"$0\" -e \"$1\"", os.getenv("LUA") or "lua5.4",
      CHILD}))
    local port = math.tointeger(tonumber(
      (child:line(10) or ""):match("^port\t(%d+)$")))
    local member <close> = net.sender()
    local early <close> = assert(net.dial(port))
    local function say(conn, bytes)
      conn:send(bytes)
      return assert(conn:response()).status
    end
    assert.equal(200, say(early, net.json(0, member)))
    do
      local many = setmetatable({}, {__close = function(list)
        for _, conn in ipairs(list) do conn:close() end
      end})
      local all <close> = many
      for i = 1, 60 do all[i] = assert(net.dial(port)) end
      assert.equal("error\tEMFILE", child:line(5))
      -- Who is connected is served as ever, and it says so no second time.
      for i = 1, 3 do
        assert.equal(200, say(early, net.json(2, member, "YQ==")))
        assert.equal("message\ta", child:line(5))
        net.pass(0.25 * i)
      end
      child:send("still there")
      assert.equal("still there", child:line(5))
    end
    -- All sixty get their turn, then new ones.
    local late <close> = assert(net.dial(port))
    assert.equal(200, say(late, net.json(2, member, "YQ==")))
    assert.equal("message\ta", child:line(5))
    child:finish()
    assert.equal(0, child:wait(5))
  end)

  it("no node is started, not even the first one", function()
    local child <close> = assert(process.start({"sh", "-c",
      "ulimit -n 20; exec \"$0\" -e \"$1\"", os.getenv("LUA") or "lua5.4", [[
        local gop2p = require "gop2p"
        local files = {}
        repeat files[#files + 1] = io.open("/dev/null")
        until not io.open("/dev/null")
        local node, err = gop2p.start_local_node(0)
        print(node, err.code, err)
        files = nil
        collectgarbage()
        print(gop2p.start_local_node(0) ~= nil)
      ]]}))
    assert.equal("nil\tEMFILE\tinternal error: could not start a node on "
                 .. "localhost:0: too many open files", child:line(10))
    assert.equal("true", child:line(10))
  end)

  it("what is sent to a new peer fails and says so", function()
    local script = [[
      local gop2p = require "gop2p"
      local node <close> = assert(gop2p.start_local_node(0))
      local files = {}
      repeat files[#files + 1] = io.open("/dev/null") until not
        io.open("/dev/null")
      local ok, err = node:connect(arg[1])
      print(ok, err.code)
      for _, file in ipairs(files) do file:close() end
      collectgarbage()
      print(node:connect(arg[1]))
    ]]
    local other <close> = assert(gop2p.start_local_node(0))
    local child <close> = assert(process.start({"sh", "-c",
      "ulimit -n 40; exec \"$0\" - " .. tostring(other:self()) .. " <<'EOF'\n"
      .. script .. "\nEOF\n", os.getenv("LUA") or "lua5.4"}))
    assert.equal("nil\tEMFILE", child:line(10, net.idle))
    assert.equal("true", child:line(10, net.idle))
  end)

  it("members are not suspected, and what is sent to them waits", function()
    local script = [[
      local gop2p = require "gop2p"
      local node <close> = assert(gop2p.start_local_node(0,
        {rest_timeout = 0.001, probe_interval = 0.1, request_timeout = 60}))
      assert(node:connect(arg[1]))
      local files, receipt, err = {}
      repeat   -- until no connection is left that would give one back
        gop2p.sleep(0.1)   -- no connection rests so long
        repeat
          local file = io.open("/dev/null")
          files[#files + 1] = file
        until not file
        receipt = node:broadcast("x")
        err = select(2, receipt:wait(0.5))
      until err
      print(err.code)
      gop2p.sleep(2)   -- who does not respond is suspected after 1.2 s
      print(node:members("suspected")[1])
      for _, file in ipairs(files) do file:close() end
      collectgarbage()
      print(receipt:wait())
    ]]
    local other <close> = assert(gop2p.start_local_node(0,
                                                   {probe_interval = 86400}))
    local child <close> = assert(process.start({"sh", "-c",
      "ulimit -n 40; exec \"$0\" - " .. tostring(other:self()) .. " <<'EOF'\n"
      .. script .. "\nEOF\n", os.getenv("LUA") or "lua5.4"}))
    assert.equal("ETIMEDOUT", child:line(10, net.idle))
    assert.equal("nil", child:line(10, net.idle), "it was suspected")
    assert.equal("true", child:line(10, net.idle))
    assert.equal("x", assert(other:receive(5)).data)
  end)
end)
