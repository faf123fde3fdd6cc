-- Nodes with names, on real sockets and as real processes.

local cjson = require "cjson"
local folders = require "spec.support.folder"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local go = require "spec.support.go"
local ours = require "spec.support.ours"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local LIMIT = 30 -- seconds

local function address(peer) return tostring(gop2p.peer(peer)) end

-- A process with a named node that joins: "joined PORT" or the error's code.
local PROGRAM = [[
  local gop2p = require "gop2p"
  local node = assert(gop2p.start_local_node(tonumber(arg[3]),
                                             {name = arg[1]}))
  local ok, err = node:connect(tonumber(arg[2]))
  print(ok and "joined " .. node:self().port or err.code)
  io.stdout:flush()
  if ok then node:wait() end
]]

describe("a name", function()
  local folder, script

  before_each(function()
    folder = folders.make()
    script = folder:write("program.lua", PROGRAM)
  end)

  after_each(function() folder:close() end)

  local function start(name, entry)
    local node = folder:keep(assert(gop2p.start_local_node(0,
                                                           {name = name})))
    if entry then assert(node:connect(entry:self())) end
    return node
  end

  local function child(name, entry, port)
    local one = folder:keep(assert(process.start({LUA, script, name,
      tostring(entry:self().port), tostring(port or 0)})))
    local line = one:line(LIMIT, net.idle)
    one.peer = gop2p.me(math.tointeger(
      tonumber(line and line:match("^joined (%d+)$"))) or 1)
    return one, line
  end

  -- What happens to a node from now on: a list that grows of what happened
  -- to whom, by address.
  local function watch(node)
    local list = {}
    gop2p.spawn(function()
      for event in node:events() do
        list[#list + 1] = address(event.peer) .. " " .. event.type
      end
    end)
    return list
  end

  local function await(list, texts)
    net.await(function() return #list >= #texts end, LIMIT)
    assert.same(texts, list)
  end

  it("is known to all, and can be asked by", function()
    local a = start()
    local b, c = start("anna", a), start("b.2-_", a)
    for _, node in ipairs({a, c}) do
      net.await(function() return node:member("anna") end, LIMIT)
      assert.equal(b:self(), node:member("anna").peer)
      assert.equal("alive", node:member("anna").state)
    end
    assert.equal("b.2-_", b:member(c:self()).name)
    assert.is_nil(b:member(a:self()).name)
    assert.is_nil(a:member("Anna"))
  end)

  it("is any text that begins with a letter and shows as one word", function()
    local a = start()
    for _, name in ipairs({"é", "e\u{301}", "Jürgen", "日本", "Ирина", "a😀",
                           "a%b", 'a"b', "a'b", "a\\b", "a+b", "o'Neill",
                           ("a"):rep(32), ("ä"):rep(32), ("𝔞"):rep(32)}) do
      local b <close> = start(name, a)
      net.await(function() return a:member(name) end, LIMIT)
      assert.equal(name, tostring(a:member(name).peer))
      assert(assert(a:send(name, "for " .. name)):wait(LIMIT))
      assert.equal("for " .. name, b:receive(LIMIT).data)
      assert(assert(b:broadcast("from")):wait(LIMIT))
      assert.equal("[" .. name .. "] from", tostring(a:receive(LIMIT)))
      assert(b:leave())
    end
  end)

  it("is nothing else, or the call raises", function()
    for _, wrong in ipairs({
      5, true, "", "5", "1x", "a b", "a\n", "a\0", "-a", "a:5", "[a]", "a@b",
      "a/b", "a,b", "#a", "😀a", "\u{301}a", "a\u{a0}b", "a\u{200b}",
      "a\u{202e}b", "a\u{ad}b", "\u{feff}a", "a\u{2800}", "a\u{3164}",
      "a\xff", "\xc3", ("a"):rep(33), ("ä"):rep(33), {},
    }) do
      local ok, err = pcall(function()
        local _ = gop2p.start_local_node(0, {name = wrong})
      end)
      assert.is_false(ok, tostring(wrong))
      assert.matches("^spec/node/name_spec.lua:%d+: bad argument #2 to "
        .. "'start_local_node' %(option 'name'", err)
    end
    local node = start("ann")
    local ok, err = pcall(function() return node:set_name("a b") end)
    assert.is_false(ok)
    assert.matches("bad argument #1 to 'set_name' %(1 to 32 visible .* got "
                   .. '"a b"%)$', err)
    assert.equal("ann", node:self().name)
  end)

  it("of a process that lives is refused to another", function()
    local a = start()
    local _, line = child("Åsa", a)
    assert.matches("^joined", line)
    local _, refused = child("Åsa", a)
    assert.equal("EEXIST", refused)
    local b = start("Åsa")
    local ok, err = b:connect(a:self())
    assert.is_nil(ok)
    assert.equal("EEXIST", err.code)
    assert.equal(409, err.status)
    assert.equal("connection error: could not join through " .. a:self()
      .. ": the name is taken by another member (status 409)", tostring(err))
    assert.equal(1, #a:members())
    assert.is_false(b:is_connected())
  end)

  it("of a process that was killed goes with it to another port", function()
    local a = start()
    local b = start(nil, a)
    local old = child("anna", a)
    net.await(function() return b:member("anna") end, LIMIT)
    assert(a:receive(0) == nil)
    local seen = {watch(a), watch(b)}
    net.pass(0.1)
    for _, list in ipairs(seen) do
      for i = #list, 1, -1 do list[i] = nil end
    end
    old:kill("KILL")
    old:wait(LIMIT, net.idle)
    local new = child("anna", a)
    for _, list in ipairs(seen) do
      await(list, {old.peer .. " left", new.peer .. " joined"})
    end
    for _, node in ipairs({a, b}) do
      assert.is_nil(node:member(old.peer))
      assert.equal(new.peer, node:member("anna").peer)
    end
  end)

  it("is not needed for a process in the place of another", function()
    local a = start()
    local old = child("anna", a)
    local list = watch(a)
    await(list, {old.peer .. " joined"})
    old:kill("KILL")
    old:wait(LIMIT, net.idle)
    local new = child("bert", a, old.peer.port)
    assert.equal(old.peer, new.peer)
    net.await(function() return #list >= 3 end, LIMIT)
    -- It may have been noticed before the new one had come.
    assert.equal(old.peer .. " failed", list[2])
    net.await(function() return a:member("bert") end, LIMIT)
    assert.equal("bert", a:member(old.peer).name)
    assert.is_nil(a:member("anna"))
  end)

  it("is not seen by Go members, and minds none", function()
    for _, form in ipairs(net.forms) do
      local peer = folder:keep(go.start(form, "localhost"))
      local a = start("anna")
      assert(a:connect(peer.name))
      local b = start("bert")
      assert(b:connect(peer.name))
      net.await(function() return a:member("bert") end, LIMIT)
      assert.is_nil(a:member(peer.name).name)
      assert.equal(peer.name, tostring(a:member(peer.name).peer))
      peer:members()
    end
  end)

  it("can be changed, which the others see", function()
    local a = start("ann")
    local b, c = start("bob", a), start(nil, a)
    net.await(function() return b:member(c:self()) end, LIMIT)
    assert.is_true(c:set_name("Zoë"))
    assert.is_true(a:set_name("Anne"))
    assert.equal("Anne", a:self().name)
    assert.equal(("Anne (localhost:%d)"):format(a:self().port),
                 tostring(a:self()))
    net.await(function()
      return b:member("Anne") and b:member("Zoë") and c:member("Anne")
    end, LIMIT)
    assert.is_nil(b:member("ann"))
    local renamed = {}
    for event in b:events() do
      if event.type == "renamed" then renamed[#renamed + 1] = event end
      if #renamed == 2 then break end
    end
    table.sort(renamed, function(x, y) return x.name < y.name end)
    assert.equal("ann is now Anne", tostring(renamed[1]))
    assert.equal("Anne", renamed[1].name)
    assert.equal("ann", renamed[1].former.name)
    assert.equal(a:self(), renamed[1].peer)
    assert.equal(address(c:self()) .. " is now Zoë", tostring(renamed[2]))
    assert(assert(a:broadcast("Hello")):wait(LIMIT))
    assert.equal("[Anne] Hello", tostring(b:receive(LIMIT)))
  end)

  it("cannot be changed to that of a member that lives", function()
    local a = start("ann")
    local b = start("bob", a)
    local ok, err = b:set_name("ann")
    assert.is_nil(ok)
    assert.equal("EEXIST", err.code)
    assert.equal("connection error: could not take the name ann: the name is "
                 .. "taken by another member", tostring(err))
    assert.equal("bob", b:self().name)
    assert.is_true(b:set_name("bob"))
    a:close()
    net.await(function() return not b:is_connected() end, LIMIT)
    assert.is_true(b:set_name("ann"))
  end)

  it("that two have when their networks merge is the first one's", function()
    local a, b, c = start("ann"), start("ann"), start("cy")
    assert(c:connect(a:self()))
    assert(c:connect(b:self()))
    for _, pair in ipairs({{a, b}, {b, a}}) do
      local own, other = table.unpack(pair)
      net.await(function() return own:member(other:self()) end, LIMIT)
      local err = net.errors(own, 1, LIMIT)[1]
      assert.equal("EEXIST", err.code)
      assert.equal(("connection error: %s has the same name: the name is "
        .. "taken by another member"):format(address(other:self())),
        tostring(err))
      assert.is_nil(own:member(other:self()).name)
    end
    assert.equal(("{ann, %s}"):format(address(b:self())),
                 tostring(c:members()))
    assert.equal(a:self(), c:member("ann").peer)
    assert.is_nil(c:member(b:self()).name)
    assert(assert(c:send("ann", "you")):wait(LIMIT))
    assert.equal("you", a:receive(LIMIT).data)
    assert(assert(b:broadcast("Hello")):wait(LIMIT))
    assert.equal(("[%s] Hello"):format(address(b:self())),
                 tostring(c:receive(LIMIT)))
  end)

  it("is another's once the first one has gone, or is called otherwise",
     function()
    local function renamed(node)
      for event in node:events() do
        if event.type == "renamed" then return tostring(event) end
      end
    end
    local a, b, c = start("ann"), start("ann"), start("cy")
    assert(c:connect(a:self()))
    assert(c:connect(b:self()))
    assert(assert(a:broadcast("Hello")):wait(LIMIT))
    assert(a:set_name("bea"))
    assert.equal("ann is now bea", renamed(c))
    assert.equal(address(b:self()) .. " is now ann", renamed(c))
    -- It was said by the first one, before another one had its name.
    assert.equal(("[ann (%s)] Hello"):format(address(a:self())),
                 tostring(c:receive(LIMIT)))
    assert(assert(b:broadcast("Hello")):wait(LIMIT))
    assert.equal("[ann] Hello", tostring(c:receive(LIMIT)))
    assert(b:leave())
    local d = start("bea")
    assert(c:connect(d:self()))
    assert.is_nil(c:member(d:self()).name)
    assert(a:leave())
    assert.equal(address(d:self()) .. " is now bea", renamed(c))
    assert(assert(c:send("bea", "you")):wait(LIMIT))
    repeat local message = assert(d:receive(LIMIT))
    until message.data == "you"
  end)

  -- A node of the first version, which connects.
  local function old(node, name)
    local one = folder:keep(ours.start({version = 1, name = name}))
    assert.equal(200, net.ask(node, one:connect()).status)
    return gop2p.peer(one.name)
  end

  it("is not seen by an older version, which is told once", function()
    local a = start("Jürgen")
    local peer = old(a, "otto")
    local errors = net.errors(a, 1, LIMIT)
    assert.equal("EVERSION", errors[1].code)
    assert.equal(("connection error: no full understanding with otto (%s): "
      .. "it runs another version, which may lack names"):format(peer),
      tostring(errors[1]))
    assert.equal("otto", a:member(peer).name)
  end)

  it("of others is not seen by an older version either", function()
    local a = start()
    local peer = old(a)
    assert.equal("EVERSION", net.errors(a, 1, LIMIT)[1].code)
    old(a)
    assert.same({}, net.errors(a, 1, 0.3))
    assert.is_nil(a:member(peer).name)
  end)

  it("is shown by the command", function()
    local a = start("anna")
    local command = folder:keep(assert(process.start({
      LUA, "lua/gop2p/bin/gop2p", "watch", "--json",
      "--join", tostring(gop2p.peer(a:self()))})))
    local line = assert(command:line(LIMIT, net.idle))
    assert.equal("anna", cjson.decode(line).name)
  end)
end)
