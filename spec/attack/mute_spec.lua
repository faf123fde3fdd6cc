-- Strangers that want a member not to be heard: by speaking in its name until
-- a bot has had enough of it, or by having its node read for ever.

local folder = require "spec.support.folder"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local LIMIT = os.getenv("ASAN_OPTIONS") and 40 or 10 -- seconds

describe("a member in whose name strangers speak", function()
  it("is still listened to by a bot", function()
    local dir = folder.make()
    local ann <close> = assert(gop2p.start_local_node(0))
    local bot <close> = assert(process.start({"sh", "-c",
      'cd "$0" && exec "$@"', dir.path, LUA,
      os.getenv("PWD") .. "/lua/gop2p/examples/dice.lua", "0",
      tostring(ann:self())}, {stderr = dir.path .. "/log"}))
    net.await(function() return #ann:members() == 1 end, 10)
    local dice = ann:members()[1]
    local function answered()
      assert(assert(ann:send(dice, "!flip")):wait(5))
      local msg = ann:receive(2)
      return msg ~= nil and (msg.data == "heads" or msg.data == "tails")
    end
    assert.is_true(answered())
    for _ = 1, 40 do
      local response = net.ask(dice.port, net.json(3, ann:self(),
        "IWZsaXA=", {dice}))
      assert.equal(403, response.status)
    end
    assert.is_nil((ann:receive(0.2)))
    assert.is_true(answered())
    assert.is_nil(bot.status)
    bot:close()
    dir:close()
  end)
end)

-- Sends a request again and again, on a new connection when it must.
local FLOOD = [[
  local socket = require "socket"
  local keys = {}
  for i = 1, 140000 do keys[i] = ('"%x":1'):format(i) end
  local body = "{" .. table.concat(keys, ",") .. "}"
  local text = "POST / HTTP/1.1\r\nHost: localhost\r\n"
               .. "Content-Length: " .. #body .. "\r\n\r\n" .. body
  print("ready")
  io.stdout:flush()
  while true do
    local sock = socket.connect("127.0.0.1", tonumber(arg[1]))
    if sock then
      sock:settimeout(1)
      while sock:send(text) and sock:receive() do end
      sock:close()
    end
  end
]]

describe("members of a node that strangers have read much", function()
  it("are heard, and none fails", function()
    local nodes <close> = net.network(3)
    local seen = {}
    for i, node in ipairs(nodes) do seen[i] = net.watch(node) end
    net.pass(0.1)
    local floods <close> = setmetatable({}, {__close = function(list)
      for _, one in ipairs(list) do one:close() end
    end})
    for i = 1, 3 do
      floods[i] = assert(process.start({LUA, "-e", FLOOD, "/dev/null",
                                        tostring(nodes[1]:self().port)}))
      assert.equal("ready", floods[i]:line(10, net.idle))
    end
    local seconds = net.timed(function()
      for i = 1, 20 do
        assert.is_true((assert(nodes[2]:broadcast("h" .. i)):wait(5)))
        assert.equal("h" .. i, assert(nodes[1]:receive(0)).data)
        net.pass(0.1)
      end
    end)
    assert.is_true(seconds < LIMIT, seconds)
    for _, events in ipairs(seen) do
      for _, event in ipairs(events) do
        assert.matches("joined$", event)
      end
    end
  end)
end)
