-- A node that keeps whom it knows in a file, and joins again by itself.

local file = require "gop2p.file"
local folders = require "spec.support.folder"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local LIMIT = 30 -- seconds

-- A process with a node: prints its port, and what it is told to.
local PROGRAM = [[
local gop2p = require "gop2p"
  local path, port, entry = arg[1], tonumber(arg[2]), tonumber(arg[3])
  local node = assert(gop2p.start_local_node(port, {state = path}))
  print("port " .. node:self().port, node:is_connected())
  io.stdout:flush()
  if entry then assert(node:connect(entry)) end
  gop2p.spawn(function()
    for event in node:events() do
      print(event)
      io.stdout:flush()
    end
  end)
  node:wait()
]]

describe("the state file", function()
  local folder, path

  before_each(function()
    folder = folders.make()
    path = folder.path .. "/state"
  end)

  after_each(function() folder:close() end)

  local function start(port)
    return folder:keep(assert(gop2p.start_local_node(port or 0,
                                                     {state = path})))
  end

  local function plain(port)
    return folder:keep(assert(gop2p.start_local_node(port or 0)))
  end

  -- The peers in the file, as texts, and whether it says that they were
  -- left.
  local function stored(where)
    local text = net.read(where or path)
    local list = {}
    for name in text:match('"peers":%[(.*)%]'):gmatch('"(.-)"') do
      list[#list + 1] = name
    end
    return list, text:find('"left":true', 1, true) ~= nil
  end

  local function holds(names, where)
    net.await(function()
      return table.concat(stored(where), " ") == table.concat(names, " ")
    end, LIMIT)
  end

  local function connected(node, count)
    net.await(function() return #node:members() == count end, LIMIT)
  end

  local function child(port, entry, where)
    local script = folder:write("program.lua", PROGRAM)
    local one = folder:keep(assert(process.start({LUA, script, where or path,
      tostring(port), entry and tostring(entry)})))
    local line = assert(one:line(LIMIT, net.idle))
    assert.equal("false", line:match("%a+$"))
    one.port = math.tointeger(tonumber(line:match("port (%d+)")))
    return one
  end

  it("holds the members soon after they came", function()
    local a, b, c = plain(), plain(), start()
    assert(b:connect(a:self()))
    assert(c:connect(a:self()))
    holds(net.names(c:members()))
    assert.equal(2, #stored())
    assert(b:leave())
    holds({tostring(a:self())})
  end)

  it("is written once a second at most, and when the node ends", function()
    local node = start()
    local write = spy.on(file, "replace")
    local took = net.timed(function()
      for _ = 1, 20 do assert(plain():connect(node:self())) end
      assert(assert(node:broadcast("x")):wait(5)) -- so each has responded
    end)
    assert.is_true(#write.calls <= took + 1, #write.calls)
    node:close()
    write:revert()
    assert.equal(20, #stored())
  end)

  it("of nodes that were collected leaves nothing in memory", function()
    local function some()
      for _ = 1, 100 do
        assert(gop2p.start_local_node(0, {state = path}))
        collectgarbage()
      end
      collectgarbage()
      return collectgarbage("count")
    end
    some()
    local before = some()
    local after = some()
    assert.is_true(after < before + 30, after - before)
  end)

  it("brings a node that is closed and starts again back", function()
    local a, b = plain(), start()
    local port = b:self().port
    assert(b:connect(a:self()))
    b:close()
    assert.same({tostring(a:self())}, (stored()))
    local took, again = net.timed(start, port)
    assert.is_true(took < 1, took)
    assert.is_false(again:is_connected())
    local event = again:events()()
    assert.equal(a:self() .. " joined", tostring(event))
    connected(a, 1)
    assert(assert(again:broadcast("back")):wait(LIMIT))
    assert.equal("back", a:receive(LIMIT).data)
  end)

  it("brings back one that took any port, at another one", function()
    local a, b = plain(), start()
    assert(b:connect(a:self()))
    b:close()
    local taken = plain(b:self().port)
    local again = start()
    connected(again, 1)
    assert.is_not.equal(taken:self(), again:self())
    assert.is_true(#a:members() >= 1)
  end)

  it("brings back one with a name, from another address", function()
    local a, b = plain(), folder:keep(assert(gop2p.start_local_node(0, {
      state = path, name = "anna"})))
    local old = b:self()
    assert(b:connect(a:self()))
    net.await(function() return a:member("anna") end, LIMIT)
    b:close()
    local again = folder:keep(assert(gop2p.start_node("127.0.0.1", old.port, {
      listen = "127.0.0.1", state = path, name = "anna"})))
    connected(again, 1)
    net.await(function() return a:member("anna").peer == again:self() end,
              LIMIT)
    assert.same({again:self()}, {table.unpack(a:members())})
    assert.is_nil(a:members("failed")[1])
  end)

  it("keeps those that failed, and lets them be joined later", function()
    local a, b = plain(), start()
    local port = a:self().port
    assert(b:connect(a:self()))
    a:close()
    net.await(function() return not b:is_connected() end, LIMIT)
    local bport = b:self().port
    b:close()
    assert.same({"localhost:" .. port}, (stored()))
    b = start(bport)
    local peer = b:stats().peers[1]
    assert.equal("candidate", peer.state)
    assert.equal(0, b:stats().failed)
    a = plain(port)
    connected(b, 1)
    assert.equal(b:self(), a:members()[1])
  end)

  it("of a node that left says so, and does not bring it back", function()
    local a, b = plain(), start()
    local port = b:self().port
    assert(b:connect(a:self()))
    assert(b:leave())
    local peers, left = stored()
    assert.same({}, peers)
    assert.is_true(left)
    b:close()
    b = start(port)
    net.pass(1.5)
    assert.is_false(b:is_connected())
    assert(b:connect(a:self()))
    holds({tostring(a:self())})
    assert.is_false((select(2, stored())))
  end)

  it("keeps the last ones when nobody is left to be tried", function()
    local a, b = plain(), start()
    local port, name = b:self().port, tostring(a:self())
    assert(b:connect(a:self()))
    b:close()
    net.await(function() return not a:is_connected() end, LIMIT)
    assert(a:leave())
    b = start(port)
    net.await(function() return #b:stats().peers == 0 end, LIMIT)
    b:close()
    assert.same({name}, (stored()))
    b = start(port)
    assert(a:connect(b:self()))
    assert(a:leave())
    b:close()
    assert.same({}, (stored()))
  end)

  it("brings a process back that was killed", function()
    local node = plain()
    local one = child(0, node:self().port)
    holds({tostring(node:self())})
    one:kill("KILL")
    one:wait(LIMIT, net.idle)
    local again = child(one.port)
    assert.equal(node:self() .. " joined", again:line(LIMIT, net.idle))
    connected(node, 1)
  end)

  it("makes one network of processes that were all killed", function()
    local all, first = {}, nil
    for i = 1, 3 do
      all[i] = child(0, first, path .. i)
      first = first or all[1].port
    end
    for i = 1, 3 do
      net.await(function() return #stored(path .. i) == 2 end, LIMIT)
    end
    for _, one in ipairs(all) do one:kill("KILL") end
    for _, one in ipairs(all) do one:wait(LIMIT, net.idle) end
    for i, one in ipairs(all) do all[i] = child(one.port, nil, path .. i) end
    for _, one in ipairs(all) do
      local joined = {}
      while #joined < 2 do
        local line = assert(one:line(LIMIT, net.idle))
        joined[#joined + 1] = line:match("^localhost:(%d+) joined$")
      end
    end
  end)
end)
