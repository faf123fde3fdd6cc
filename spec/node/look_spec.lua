-- Nodes that only look at a network, or only come to send: nobody notices,
-- and who is not reached learns nothing.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local party = require "spec.support.party"
local process = require "spec.support.process"

-- What node:look() gives, as texts.
local function shown(list)
  local out = {}
  for i, one in ipairs(list) do
    out[i] = ("%s %s"):format(gop2p.peer(one.peer), one.state)
             .. (one.name and " " .. one.name or "")
  end
  return out
end

-- On the main thread, and in a task beside those that read events.
local function both(name, f)
  it(name .. ", on the main thread", f)
  it(name .. ", in a task", function()
    local done, ok, problem
    gop2p.spawn(function()
      ok, problem = pcall(f)
      done = true
    end)
    net.await(function() return done end, 20)
    assert(ok, problem)
  end)
end

describe("a node that looks", function()
  local ann, bob, node, seen

  before_each(function()
    ann, bob = party.start("ours", nil, {name = "ann"}), party.start("ours")
    bob:connect(ann.name)
    node = assert(gop2p.start_local_node(0))
    net.await(function() return #ann:members() == 1 end)
    gop2p.pump()
    seen = {}
    for i, one in ipairs {ann, bob} do
      while one.node:stats().members ~= 1 do net.idle() end
      seen[i] = net.watch(one.node)
    end
    net.await(function() return #seen[1] == 1 and #seen[2] == 1 end)
  end)

  after_each(function()
    for _, one in ipairs {ann, bob, node} do one:close() end
  end)

  -- Whether nobody has learned of anybody else.
  local function unnoticed()
    gop2p.pump(0.05)
    assert.same({{}, {}, {bob.name}, {gop2p.peer(ann.name).port}},
                {node:members(), node:stats().peers, ann:members(),
                 {bob.node:members()[1].port}})
    assert.same({1, 1}, {#seen[1], #seen[2]})
    assert.same({}, ann:heard())
    assert.same({}, bob:heard())
  end

  both("sees who is there, with names", function()
    local list = assert(node:look(ann.name))
    assert.same({ann.name .. " alive ann", bob.name .. " alive"},
                shown(list))
    for _, one in ipairs(list) do
      assert.is_true(one.rtt >= 0 and one.rtt < 5)
      assert.is_nil(one.error)
    end
    unnoticed()
  end)

  it("may be a member of that network, and find itself there", function()
    assert.same({bob.name .. " alive", ann.name .. " alive ann"},
                shown(assert(ann.node:look(bob.name))))
    assert.same({ann.name .. " alive ann", bob.name .. " alive"},
                shown(assert(bob.node:look("ann"))))
    assert.same({nil, "ESELF"}, {(function(list, err)
      return list, err.code
    end)(ann.node:look(ann.name))})
    unnoticed()
  end)

  it("waits until it is given the list once more", function()
    assert(node:look(ann.name))
    local list, err = node:look(ann.name, 0.5)
    assert.same({nil, "EBUSY", 429}, {list, err.code, err.status})
    assert.matches("could not look at .*: it lists its members once a second",
                   tostring(err))
    assert.equal(2, #assert(node:look(ann.name)))
    assert.equal(2, #assert(node:look(bob.name))) -- has not been asked yet
    unnoticed()
  end)

  it("tells who does not respond", function()
    local gone <close> = net.nobody()
    local hung <close> = net.hung()
    local entry <close> = net.canned {options = net.response("200 OK",
      ('[{"port":%d,"address":"127.0.0.1"},'
       .. '{"port":%d,"address":"127.0.0.1"}]'):format(gone.port, hung.port),
      "Gop2p-Lua: 1 127.0.0.1:9\r\nGop2p-Process: 00000000000000aa eve\r\n"
      .. "Gop2p-List: 1\r\n")}
    local list = assert(node:look(entry.name))
    assert.same({"127.0.0.1:9 suspected eve", gone.name .. " suspected",
                 hung.name .. " suspected"}, shown(list))
    assert.same({"ECONNREFUSED", "ETIMEDOUT"},
                {list[2].error.code, list[3].error.code})
    assert.equal(hung.name, tostring(list[3].error.peer))
  end)

  -- An entry point that gives this list, and calls itself 'name'.
  local function evil(body, name)
    return net.canned {options = net.response("200 OK", body,
      "Gop2p-Lua: 1 " .. name .. "\r\nGop2p-Process: 00000000000000aa\r\n"
      .. "Gop2p-List: 1\r\n")}
  end

  it("sees each once, however often it is listed", function()
    local gone <close> = net.nobody()
    local item = ('{"port":%d,"address":"127.0.0.1"}'):format(gone.port)
    local me = '{"port":9,"address":"127.0.0.1"}'
    local entry <close> = evil("[" .. table.concat(
      {me, item, item, me, item}, ",") .. "]", "127.0.0.1:9")
    assert.same({"127.0.0.1:9 suspected", gone.name .. " suspected"},
                shown(assert(node:look(entry.name))))
  end)

  it("sees one once that is listed by several names", function()
    local port = gop2p.peer(ann.name).port
    local names = {}
    for i, address in ipairs {"localhost", "127.0.0.1", "127.0.0.1"} do
      names[i] = ('{"port":%d,"address":"%s"}'):format(port, address)
    end
    local entry <close> = evil("[" .. table.concat(names, ",") .. "]",
                               "127.0.0.1:9")
    assert.same({"127.0.0.1:9 suspected", ann.name .. " alive ann"},
                shown(assert(node:look(entry.name))))
  end)

  it("looks at no more than it may have members, and tells", function()
    local small <close> = assert(gop2p.start_local_node(0,
                                                        {max_members = 3}))
    local gone <close> = net.nobody()
    for _, case in ipairs {{2}, {3, 1}, {2000, 1998}} do
      local items = {}
      for i = 1, case[1] do
        items[i] = ('{"port":%d,"address":"127.1.%d.%d"}'):format(gone.port,
          i // 250, 1 + i % 250)
      end
      local entry <close> = evil("[" .. table.concat(items, ",") .. "]",
                                 "127.0.0.1:9")
      local list = assert(small:look(entry.name))
      assert.same({3, case[2]}, {#list, list.more})
    end
  end)

  it("is not hindered by others of its machine", function()
    local forged = net.http("OPTIONS /", {
      ["Gop2p-List"] = "1", Peer_address = "localhost", Peer_port = 9,
      ["Gop2p-Process"] = "00000000000000aa",
      ["Gop2p-Lua"] = "1 localhost:9",
    })
    for _ = 1, 8 do
      assert.equal(403, net.ask(ann.node, forged).status)
      local other <close> = assert(gop2p.start_local_node(0))
      assert.equal(2, #assert(other:look(ann.name, 0.5)))
    end
    unnoticed()
  end)

  it("is told that it is not reached", function()
    local closed <close> = net.nobody()
    local hidden <close> = assert(gop2p.start_node("localhost", closed.port, {
      listen = "127.0.0.1", listen_port = net.free_port(),
    }))
    local list, err = hidden:look(ann.name)
    assert.same({nil, "EFORBIDDEN", 403}, {list, err.code, err.status})
    assert.matches(ann.name .. ": nothing responds at this node's address",
                   tostring(err), 1, true)
    unnoticed()
  end)

  it("is told who gives no list", function()
    for _, form in ipairs(net.forms) do
      local peer <close> = party.start(form)
      local list, err = node:look(peer.name)
      assert.same({nil, "EVERSION"}, {list, err.code})
      assert.same({}, peer:members())
    end
    local earlier <close> = net.canned {options =
      "HTTP/1.1 204 No Content\r\nGop2p-Lua: 1 127.0.0.1:9\r\n"
      .. "Gop2p-Process: 00000000000000aa\r\nGop2p-Version: 2\r\n\r\n"}
    local list, err = node:look(earlier.name)
    assert.same({nil, "EVERSION"}, {list, err.code})
    assert.equal("connection error: could not look at " .. earlier.name
                 .. ": it lists its members only for those that join",
                 tostring(err))
    local nobody <close> = net.nobody()
    list, err = node:look(nobody.name)
    assert.same({nil, "ECONNREFUSED"}, {list, err.code})
    local hung <close> = net.hung()
    list, err = node:look(hung.name, 0.1)
    assert.same({nil, "ETIMEDOUT"}, {list, err.code})
    assert.same({nil, "ENOTFOUND"}, {(function(...)
      return ..., select(2, ...).code
    end)(node:look("nobody"))})
    unnoticed()
  end)

  it("may be closed meanwhile", function()
    local hung <close> = net.hung()
    gop2p.spawn(function() node:close() end)
    local list, err = node:look(hung.name)
    assert.same({nil, "ECANCELED"}, {list, err.code})
  end)

  -- Its status and body, as curl shows them.
  local function curl(headers)
    local argv = {"curl", "-s", "-X", "OPTIONS", "-w", "\n%{http_code}\n"}
    for name, value in pairs(headers) do
      table.move({"-H", name .. ": " .. value}, 1, 2, #argv + 1, argv)
    end
    argv[#argv + 1] = "http://" .. ann.name .. "/"
    local p <close> = assert(process.start(argv))
    local lines = {}
    for line in function() return p:line(20, net.idle) end do
      if line ~= "" then lines[#lines + 1] = line end
    end
    return table.concat(lines, " ")
  end

  it("learns nothing if it is no node that is reached", function()
    local unreached = "No node of the sender responds 403"
    local closed <close> = net.nobody()
    local other <close> = party.start("v1.1.3")
    assert.equal("204", curl {})
    assert.equal(unreached, curl {["Gop2p-List"] = "1"})
    assert.equal(unreached, curl {["Gop2p-List"] = "1",
      Peer_address = "localhost", Peer_port = closed.port})
    assert.matches("browser", curl {["Gop2p-List"] = "1",
      Origin = "http://example.org"})
    assert.matches("refused a request", table.concat(ann:heard(), "\n"))
    for _, port in ipairs {closed.port, other.port, bob.port, ann.port} do
      net.await(function()
        local said = curl {["Gop2p-List"] = "1",
          ["Gop2p-Lua"] = "1 localhost:" .. port,
          ["Gop2p-Process"] = "00000000000000aa",
          Peer_address = "localhost", Peer_port = port}
        assert(said == unreached or said == "Asked again too soon 429", said)
        return said == unreached
      end, 30)
    end
    unnoticed()
  end)

  it("has others probed nowhere but where it is", function()
    local there <close> = net.canned({}, {address = "127.9.9.9"})
    local response = net.ask(ann.node, net.http("OPTIONS /", {
      ["Gop2p-List"] = "1", Peer_address = "127.9.9.9",
      Peer_port = there.port, ["Gop2p-Process"] = "00000000000000aa",
      ["Gop2p-Lua"] = "1 " .. there.name,
    }))
    assert.equal(403, response.status)
    assert.is_nil(there.process:line(0, net.idle))
  end)
end)

describe("a node that visits", function()
  local ann, bob, node, seen

  before_each(function()
    ann, bob = party.start("ours"), party.start("ours")
    bob:connect(ann.name)
    seen = {net.watch(ann.node), net.watch(bob.node)}
    net.await(function() return #seen[1] == 1 and #seen[2] == 1 end)
    node = assert(gop2p.start_local_node(0, {name = "eve"}))
  end)

  after_each(function()
    for _, one in ipairs {ann, bob, node} do one:close() end
  end)

  both("is heard, and nobody sees it come and go", function()
    assert(node:visit(ann.name))
    assert.equal(2, #node:members())
    assert(assert(node:broadcast("Hello")):wait())
    assert(assert(node:send(bob.name, "to you")):wait())
    local msg = assert(ann.node:receive(5))
    assert.same({"Hello", "eve", "[eve] Hello"},
                {msg.data, msg.name, tostring(msg)})
    assert.equal("Hello", assert(bob.node:receive(5)).data)
    assert.equal("to you", assert(bob.node:receive(5)).data)
    assert.same({{bob.name}, {ann.name}}, {ann:members(), bob:members()})
    ann:broadcast("for members")
    assert(assert(ann.node:send(msg.from, "thanks")):wait())
    assert.equal("thanks", assert(node:receive(5)).data)
    assert.is_true(node:leave())
    net.pass(0.1)
    assert.same({1, 1}, {#seen[1], #seen[2]})
    assert.same({{bob.name}, {ann.name}}, {ann:members(), bob:members()})
  end)

  it("is refused where a member has its name", function()
    assert(bob.node:set_name("eve"))
    net.await(function() return ann.node:members()[1].name == "eve" end)
    local ok, err = node:visit(ann.name)
    assert.same({nil, "EEXIST"}, {ok, err.code})
    assert(bob.node:set_name("bob"))
    net.await(function() return ann.node:members()[1].name == "bob" end)
    assert.is_true(node:visit(ann.name))
  end)

  it("is a member once it connects", function()
    assert(node:visit(ann.name))
    assert(node:connect(ann.name))
    assert.equal(2, #ann:members())
    assert(node:visit(ann.name))
    assert.equal(2, #ann:members())
    assert(node:leave())
    net.await(function() return #seen[1] == 3 and #seen[2] == 3 end)
    assert.matches("left$", seen[1][3])
  end)

  it("is a member to other programs, until it leaves", function()
    for _, form in ipairs(net.forms) do
      local peer <close> = party.start(form)
      assert(node:visit(peer.name))
      assert.equal(1, #peer:members())
      assert(assert(node:broadcast("Hello")):wait())
      assert(node:leave())
      assert.same({}, peer:members())
    end
  end)

  it("is none where it cannot be reached, and is not heard", function()
    local closed <close> = net.nobody()
    local headers = {
      ["Gop2p-Visit"] = "1", Peer_address = "localhost",
      Peer_port = closed.port,
      ["Gop2p-Process"] = "00000000000000aa mallory",
      ["Gop2p-Lua"] = "1 localhost:" .. closed.port,
    }
    local response = net.ask(ann.node, net.http("GET /", headers))
    assert.equal(200, response.status)   -- it has its list after a second
    net.await(function()   -- until it is tried no more
      return net.ask(ann.node, net.http("POST /", headers, "x")).status == 403
    end)
    assert.equal(1, #seen[1])
    assert.same({bob.name}, ann:members())
    assert.is_nil((ann.node:receive(0)))
  end)

  it("stays a member that it was, also when it comes back", function()
    assert(node:connect(ann.name))
    assert(node:visit(ann.name))
    local here <close> = assert(gop2p.start_local_node(0))
    assert(here:visit(ann.name))
    assert(ann.node:broadcast("for members"))
    assert.equal("for members", assert(node:receive(5)).data)
    local port, came = gop2p.peer(ann.name).port, net.watch(node)
    ann:close()
    local again <close> = assert(gop2p.start_local_node(port))
    net.await(function() return #again:members() == 2 end, 20)
    assert(assert(again:broadcast("once more")):wait())
    assert.equal("once more", assert(node:receive(5)).data)
    assert.is_true(#came > 0)
  end)

  it("is a member where it connects and visits at once", function()
    local done = 0
    for _, call in ipairs {{"connect", ann}, {"visit", bob}} do
      gop2p.spawn(function()
        assert(node[call[1]](node, call[2].name))
        done = done + 1
      end)
    end
    net.await(function() return done == 2 end)
    net.await(function()
      return #ann:members() == 2 and #bob:members() == 2
    end)
  end)

  it("says so in a connect", function()
    local peer <close> = net.canned({})
    assert(node:visit(peer.name))
    local kind, bytes = peer:request()
    assert.equal("connect", kind)
    assert.matches("\r\nGop2p-Visit: 1\r\n", bytes, 1, true)
    assert(node:leave())
    repeat kind = assert(peer:request()) until kind == "disconnect"
    assert(node:connect(peer.name))
    repeat kind, bytes = assert(peer:request()) until kind == "connect"
    assert.is_nil(bytes:find("Gop2p-Visit", 1, true))
  end)
end)
