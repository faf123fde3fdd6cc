-- gop2p.join on one machine; a node that meets itself; the address and the
-- port that a node is known at. (node/reach_spec.lua has several machines.)

local gop2p = require "gop2p"
local net = require "spec.support.net"
local netns = require "spec.support.netns"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"

describe("gop2p.join", function()
  local entry

  before_each(function() entry = assert(gop2p.start_local_node(0)) end)
  after_each(function() entry:close() end)

  net.both(it, "gives a node that has joined", function()
    local node <close> = assert(gop2p.join(entry:self()))
    assert.equal("localhost", node:self().address)
    assert.same({tostring(entry:self())}, net.names(node:members()))
    assert.same({tostring(node:self())}, net.names(entry:members()))
  end)

  it("tries several in turn", function()
    local gone <close> = net.nobody()
    local node <close> = assert(gop2p.join {gone.name, entry:self()})
    assert.is_true(node:is_connected())
  end)

  it("takes a port, a timeout, and the options of a node", function()
    local port = net.free_port()
    local node <close> = assert(gop2p.join(entry:self(), {
      port = port, timeout = 5, name = "ann"}))
    assert.equal(port, node:self().port)
    assert.equal("ann", entry:member(node:self()).name)
    local hung <close> = net.hung()
    local took, other, err = net.timed(gop2p.join, hung.name,
                                       {timeout = 0.2})
    assert.same({nil, "ETIMEDOUT"}, {other, err.code})
    assert.is_true(took < 2)
  end)

  it("leaves no node behind where it fails", function()
    local port = net.free_port()
    local gone <close> = net.nobody()
    local node, err = gop2p.join(gone.name, {port = port})
    assert.same({nil, "ECONNREFUSED"}, {node, err.code})
    local free <close> = assert(gop2p.start_local_node(port))
    local taken
    taken, err = gop2p.join(entry:self(), {port = port})
    assert.same({nil, "EADDRINUSE"}, {taken, err.code})
    assert.same({}, net.names(free:members()))
  end)

  it("leaves those that have met it when it fails", function()
    local port, path = net.free_port(), os.tmpname()
    local hung <close> = net.hung()
    local joined
    os.remove(path)
    gop2p.run(function()
      gop2p.spawn(function()
        joined = table.pack(gop2p.join(hung.name, {
          port = port, timeout = 1, state = path}))
      end)
      while not entry:connect(port) do gop2p.sleep(0.05) end
      while not joined do gop2p.sleep(0.05) end
      assert.same({nil, "ETIMEDOUT"}, {joined[1], joined[2].code})
    end)
    assert.same({}, entry:members())
    assert.same({}, entry:members("failed"))
    assert.matches(tostring(entry:self()), net.read(path), 1, true)
    os.remove(path)
    os.remove(path .. ".lock")
  end)

  it("takes its time for looking up a name, or fails", function()
    local node, err = gop2p.join("nobody.invalid:5000", {timeout = 0})
    assert.same({nil, "ETIMEDOUT", "nobody.invalid:5000"},
                {node, err.code, tostring(err.peer)})
  end)

  it("says what is wrong with an address of a link alone", function()
    local WHY = "others do not know the zone of a link-local address"
    local node, err = gop2p.join("[fe80::1]:5000")
    assert.same({nil, WHY}, {node, err.cause})
    assert.has_error(function() gop2p.join("[fe80::1%eth0]:5000") end,
      "bad argument #1 to 'join' (not an address: \"[fe80::1%eth0]\" ("
      .. WHY .. "))")
  end)

  it("leaves none when its task ends meanwhile", function()
    local port = net.free_port()
    local hung <close> = net.hung()
    pcall(gop2p.run, function()
      gop2p.spawn(function() gop2p.join(hung.name, {port = port}) end)
      while not entry:connect(port) do gop2p.sleep(0.05) end
      error("enough")
    end)
    local free <close> = assert(gop2p.start_local_node(port))
    assert.equal(port, free:self().port)
  end)

  it("raises where it is misused", function()
    for _, case in ipairs {
      {"#1 to 'join'"}, {"#1 to 'join'", "x"}, {"#1 to 'join'", {}},
      {"#2 to 'join'", 1, 5}, {"#2 to 'join'", 1, {port = 65536}},
      {"#2 to 'join'", 1, {port = "x"}}, {"#2 to 'join'", 1, {timeout = -1}},
      {"#2 to 'join' %(unknown option 'prot'", 1, {prot = 1}},
      {"#2 to 'join' %(option 'state'", 1, {state = ""}},
    } do
      local ok, why = pcall(function()
        gop2p.join(table.unpack(case, 2, 3))
      end)
      assert.is_false(ok)
      assert.matches("join_spec.lua:%d+: bad argument " .. case[1], why)
    end
  end)

  it("goes on with its state file, whatever the address", function()
    local path = os.tmpname()
    os.remove(path)
    local node = assert(gop2p.join(entry:self(), {state = path}))
    node:close()
    local text = net.read(path):gsub('"self":"localhost', '"self":"10.1.2.3')
    local file <close> = assert(io.open(path, "w"))
    file:write(text)
    file:flush()
    local again <close> = assert(gop2p.join(entry:self(), {state = path}))
    for _, err in ipairs(net.errors(again, 2, 0.2)) do
      assert.equal("ECONNREFUSED", err.code)   -- it was there before
    end
    again:close()
    assert.matches('"self":"localhost:', net.read(path))
    os.remove(path)
    os.remove(path .. ".lock")
  end)
end)

describe("a node that would join itself", function()
  local function fails(node, name)
    local ok, err = node:connect(name)
    assert.same({nil, "ESELF", "a node cannot connect to itself"},
                {ok, err.code, err.cause}, name)
    assert.same({}, node:members())
    assert.same({}, node:members("candidate"))
    assert.equal(0, #node:stats().peers)
    assert.is_false(node:is_connected())
  end

  net.both(it, "is told so, by whatever name", function()
    local node <close> = assert(gop2p.start_local_node(0))
    for _, host in ipairs {"localhost", "127.0.0.1", "[::1]", "0.0.0.0",
                           "LOCALHOST", "ann.localhost"} do
      fails(node, host .. ":" .. node:self().port)
    end
    assert.same({}, net.errors(node, 1, 0.2))
  end)

  it("is so where it has an address", function()
    local node <close> = assert(gop2p.start_node("127.0.0.9", 0))
    for _, host in ipairs {"127.0.0.9", "localhost", "127.0.0.5", "[::1]"} do
      fails(node, host .. ":" .. node:self().port)
    end
    assert.same({}, net.errors(node, 1, 0.2))
  end)

  it("is so at the port where it listens", function()
    local port = net.free_port()
    local node <close> = assert(gop2p.start_node("127.0.0.9", 7000,
                                                 {listen_port = port}))
    fails(node, "localhost:" .. port)
    assert.same({}, net.errors(node, 1, 0.2))
  end)

  it("knows itself in the list of another", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local alias = ('{"port":%d,"address":"127.0.0.1"},'
                   .. '{"port":%d,"address":"::1"}')
                  :format(node:self().port, node:self().port)
    local peer <close> = net.canned {
      connect = net.response("200 OK", "[" .. alias .. "]"),
    }
    assert(node:connect(peer.name))
    assert.same({}, net.errors(node, 1, 0.3))
    assert.same({peer.name}, net.names(node:members()))
  end)
end)

describe("a node that is for its machine", function()
  -- Two others of its machine join it, at an address that others reach. What
  -- they are called, and what the node is told of each, in lines.
  local PROGRAM = [[
    local gop2p = require "gop2p"
    io.stdout:setvbuf("line")
    gop2p.run(function()
      local node <close> = assert(gop2p.start_local_node(0))
      gop2p.spawn(function()
        for err in node:errors() do print(err.peer, err.code, err) end
      end)
      for _ = 1, 2 do
        local far <close> = assert(gop2p.start_node(arg[1], 0))
        print(far:self())
        assert(far:connect(node:self()))
        gop2p.sleep(0.3)
        far:leave()
      end
      print("end")
    end)
  ]]

  it("is told once of members elsewhere", function()
    local machines, reason = netns.open(1)
    if not machines then return pending("no namespaces here: " .. reason) end
    local _ <close> = machines
    local child <close> = assert(process.start(machines:within(1, {
      LUA, "-e", ("arg = {%q}\n"):format(machines:address(1)) .. PROGRAM})))
    local far = assert(child:line(20))
    assert.equal(("%s\tEADDRNOTAVAIL\tconnection error: machines that reach "
      .. "%s cannot reach this node: this node is reached from this machine "
      .. "alone: call gop2p.join(...), or start_node with an address"):format(
      far, far), child:line(20))
    assert.matches("^10%.77%.0%.1:%d+$", child:line(20))
    assert.equal("end", child:line(20))
  end)

  it("is not told of those that are here", function()
    local nodes <close> = net.network(2)
    local other <close> = assert(gop2p.start_node("127.0.0.9", 0))
    assert(other:connect(nodes[1]:self()))
    assert.same({}, net.errors(nodes[1], 1, 0.2))
    assert.same({}, net.errors(nodes[2], 1, 0.2))
  end)

  it("joins nobody of whom it is sure that it is elsewhere", function()
    local node <close> = assert(gop2p.start_local_node(0))
    for _, name in ipairs {"203.0.113.9:5000", "[2001:db8::9]:5000"} do
      local ok, err = node:connect(name)
      assert.same({nil, "EADDRNOTAVAIL", name},
                  {ok, err.code, tostring(err.peer)})
      assert.matches("call gop2p%.join", err.cause)
    end
    assert.equal(0, #node:stats().peers)
    local ok, err = node:connect("nobody.invalid:5000", 0)
    assert.is_nil(ok)
    assert.truthy(err.code == "ETIMEDOUT" or err.code == "ENOTFOUND")
  end)
end)

describe("the port where a node listens", function()
  local OPTIONS = {Host = "localhost"}

  it("can be another than the one that it is known at", function()
    local port = net.free_port()
    local node <close> = assert(gop2p.start_node("127.0.0.1", 7000,
                                                 {listen_port = port}))
    assert.equal(7000, node:self().port)
    local probe = net.http("OPTIONS /", OPTIONS)
    assert.equal(204, net.ask(port, probe).status)
  end)

  it("is both where no other is named", function()
    local port = net.free_port()
    local node <close> = assert(gop2p.start_local_node(0,
                                                       {listen_port = port}))
    assert.equal(port, node:self().port)
    local other, err = gop2p.start_local_node(7000, {listen_port = port})
    assert.is_nil(other)
    assert.equal("connection error: could not start a node on "
      .. "localhost:7000 that listens at " .. port .. ": the port is taken",
      tostring(err))
  end)

  it("is a port", function()
    for _, port in ipairs {0, 65536, 5.5, "5000"} do
      assert.error_matches(function()
        gop2p.start_local_node(0, {listen_port = port})
      end, "option 'listen_port'")
    end
  end)
end)

describe("an address", function()
  local REFUSED = {
    ["name an address of this machine (see option listen)"] = {
      "0.0.0.0", "0", "00", "0x0", "0.0", "0.0.0.0.", "::", "::0", "[::]",
      "0:0:0:0:0:0:0:0", "::ffff:0.0.0.0", "::0.0.0.0"},
    ["it is the broadcast address"] = {"255.255.255.255",
                                       "::ffff:255.255.255.255"},
    ["it is a multicast address"] = {"224.0.0.1", "239.255.255.255",
                                     "ff02::1", "::ffff:224.0.0.1"},
    ["others do not know the zone of a link-local address"] = {
      "fe80::1", "fe80::1%eth0", "[fe80::1%eth0]", "febf::1"},
    ["it looks like an IPv4 address, and is none"] = {
      "999.1.1.1", "1.2.3", "1", "127.1", "0x7f.1", "1.2.3.4.", "1.2.3.4.5",
      "ann.5"},
  }

  it("that nobody can reach is refused, with the reason", function()
    local bots = require "gop2p.bot"
    for why, list in pairs(REFUSED) do
      for _, address in ipairs(list) do
        local reason = ("nobody can reach %s: %s"):format(address, why)
        assert.has_error(function() gop2p.start_node(address, 0) end,
          "bad argument #1 to 'start_node' (" .. reason .. ")")
        assert.has_error(function() bots.new {address = address} end,
          "bad argument #1 to 'new' (option 'address': " .. reason .. ")")
      end
    end
  end)

  it("that others may reach is taken", function()
    for _, address in ipairs {"240.0.0.1", "10.1.2.3", "169.254.1.1", "ann",
                              "2001:db8::1", "fec0::1", "ann.5a", "0xann",
                              "::ffff:10.1.2.3"} do
      local node <close> = assert(gop2p.start_node(address, 0,
                                                   {listen = "127.0.0.1"}))
      assert.equal(address, node:self().address)
    end
  end)
end)
