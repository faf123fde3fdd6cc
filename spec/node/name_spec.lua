-- Nodes with names, on real sockets and as real processes.

local cjson = require "cjson"
local folders = require "spec.support.folder"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local go = require "spec.support.go"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local LIMIT = 30 -- seconds

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

  it("of a process that lives is refused to another", function()
    local a = start()
    local _, line = child("anna", a)
    assert.matches("^joined", line)
    local _, refused = child("anna", a)
    assert.equal("EEXIST", refused)
    local b = start("anna")
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
    local seen = {net.watch(a), net.watch(b)}
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
    local list = net.watch(a)
    await(list, {old.peer .. " joined"})
    old:kill("KILL")
    old:wait(LIMIT, net.idle)
    local new = child("bert", a, old.peer.port)
    assert.equal(old.peer, new.peer)
    -- It may have been noticed before the new one had come.
    net.await(function() return #list >= 3 end, LIMIT)
    assert.truthy(list[2] == old.peer .. " failed: another process has taken "
                  .. "its place" and list[3] == old.peer .. " joined" or
                  list[2] == old.peer .. " failed: connection refused" and
                  list[3] == old.peer .. " recovered", list[2])
    assert.equal("bert", a:member(old.peer).name)
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
      peer:members()
    end
  end)

  it("is shown by the command", function()
    local a = start("anna")
    local command = folder:keep(assert(process.start({
      LUA, "lua/gop2p/bin/gop2p", "watch", "--json",
      "--join", tostring(a:self())})))
    local line = assert(command:line(LIMIT, net.idle))
    assert.equal("anna", cjson.decode(line).name)
  end)

  it("is short and plain, or the call raises", function()
    for _, wrong in ipairs({5, true, "", "5", "a b", "a\n", "a\0", "é", "-a",
                            "a:5", ("a"):rep(33), {}}) do
      local ok, err = pcall(function()
        local _ = gop2p.start_local_node(0, {name = wrong})
      end)
      assert.is_false(ok, tostring(wrong))
      assert.matches("^spec/node/name_spec.lua:%d+: bad argument #2 to "
        .. "'start_local_node' %(option 'name'", err)
    end
    start(("a"):rep(32)):close()
  end)
end)
