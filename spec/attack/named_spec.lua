-- Lists that name addresses which whoever sends them cannot reach: our
-- loopback and our private networks are not for it to have dialled.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local netns = require "spec.support.netns"
local process = require "spec.support.process"

local function listed(address, port)
  return net.response("200 OK", ('[{"port":%d,"address":"%s"}]'):format(
    port, address))
end

describe("one on loopback that lists", function()
  -- What is told when it lists that, with these options.
  local function told(address, options)
    local node <close> = assert(gop2p.start_local_node(0, options))
    local liar <close> = net.canned({connect = listed(address, 9)})
    assert.is_true(node:connect(liar.name))
    local err = net.errors(node, 1, 0.3)[1]
    return err and err.code or "nothing", err and tostring(err) or ""
  end

  local PRIVATE = {"10.255.255.254", "172.31.0.1", "192.168.77.77",
                   "100.64.0.1", "fd77::77", "169.254.7.7", "fe80::7",
                   "0.1.2.3", "224.1.2.3", "ff02::1", "::ffff:10.1.1.1",
                   "64:ff9b::a00:1"}

  it("a private address or none has it not dialled, and that is told",
     function()
    for _, address in ipairs(PRIVATE) do
      local code, text = told(address)
      assert.equal("EACCES", code, address)
      assert.matches(address, text, 1, true)
    end
  end)

  it("loopback has it dialled", function()
    assert.equal("ECONNREFUSED", (told("localhost")))
    assert.equal("ECONNREFUSED", (told("127.0.0.77")))
  end)

  it("any has it dialled with trust_lists", function()
    -- Nobody routes that to another machine.
    assert.not_equal("EACCES", (told("0.1.2.3", {trust_lists = true})))
  end)

  it("takes a boolean for that option", function()
    assert.has_error(function()
      gop2p.start_local_node(0, {trust_lists = 1})
    end, "bad argument #2 to 'start_local_node' (option 'trust_lists': "
         .. "boolean expected, got number)")
  end)
end)

-- On machine 1 a node, whose hosts file has "trap" as 127.0.0.1; on machine
-- 2 one that lists "trap".
describe("one of a private network that lists a name", function()
  local machines, reason
  local LUA = os.getenv("LUA") or "lua5.4"

  setup(function()
    machines, reason = netns.open(2)
    if machines then
      machines:etc(1, "hosts", "127.0.0.1 trap localhost\n"
                   .. machines:address(2) .. " fine\n")
    end
  end)
  teardown(function() if machines then machines:close() end end)

  -- Joins through arg[2], and prints what it is told, or "trapped" when
  -- somebody connects to port 9 of its own loopback.
  local PROGRAM = [[
    local gop2p, socket = require "gop2p", require "socket"
    local trap = assert(socket.bind("127.0.0.1", 9))
    trap:settimeout(0)
    gop2p.run(function()
      local node <close> = assert(gop2p.start_node(arg[1], 5000,
        {trust_lists = arg[3] ~= nil}))
      gop2p.spawn(function()
        local err = node:errors()()
        print(err.code)
        os.exit(0)
      end)
      assert(node:connect(arg[2]))
      repeat gop2p.sleep(0.02) until trap:accept()
      print("trapped")
      os.exit(0)
    end)
  ]]

  local function becomes(name, trusting)
    if not machines then pending("no namespaces here: " .. reason) end
    local liar <close> = assert(process.start(machines:within(2, {LUA,
      "spec/support/canned.lua", "0.0.0.0", "keep", "5001"})))
    liar:send("connect " .. go.encode(listed(name, 9)))
    liar:send("options " .. go.encode(net.recorded("v1.1.3",
                                                   "response-options")))
    liar:send("start")
    assert.equal("ready 5001", liar:line(10))
    local child <close> = assert(process.start(machines:within(1, {LUA, "-e",
      PROGRAM, "/dev/null", machines:address(1),
      machines:address(2) .. ":5001", trusting and "yes" or nil})))
    return child:line(10)
  end

  it("of our loopback has it not dialled, though it is in no list as such",
     function()
    assert.equal("EACCES", becomes("trap"))
  end)

  it("of its own network has it dialled", function()
    assert.equal("ECONNREFUSED", becomes("fine"))
  end)

  it("has any dialled with trust_lists", function()
    assert.equal("trapped", becomes("trap", true))
  end)
end)
