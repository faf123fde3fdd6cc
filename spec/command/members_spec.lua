-- `gop2p members`, as it is installed: who is in a network, and who of them
-- answers.

local go = require "spec.support.go"
local installed = require "spec.support.installed"
local net = require "spec.support.net"
local scriptfile = require "spec.support.script"
local testing = require "gop2p.testing"
local witness = require "spec.support.witness"

describe("gop2p members", function()
  local tree, peer

  before_each(function() tree, peer = installed.make() end)

  after_each(function() tree:close() end)

  it("lists a network, and leaves it", function()
    local other <close> = go.start("v1.1.3", "localhost")
    other:ask("connect " .. peer.name)
    local names = {peer.name, other.name}
    table.sort(names)
    local width = math.max(#names[1], #names[2])
    local lines = tree:done {"members", peer.name}
    assert.matches("^NAME  MEMBER +STATE$", lines[1])
    for i, name in ipairs(names) do
      assert.equal("-     " .. name .. (" "):rep(width - #name)
                   .. "  answers", lines[i + 1])
    end
    assert.equal(3, #lines)
    assert.same({other.name}, peer:members())
    assert.same({peer.name}, other:members())
  end)

  it("looks at a network of ours, which does not notice", function()
    local ann <close>, where = witness.start("ann")
    local bob <close>, other = witness.start("bob", where)
    assert.equal("bob joined", ann:line(20))
    assert.equal("ann joined", bob:line(20))
    local lines = tree:done {"members", where}
    table.sort(lines, function(a, b) return a > b end)
    assert.matches("^bob   " .. other .. " +answers$", lines[1])
    assert.matches("^ann   " .. where .. " +answers$", lines[2])
    assert.matches("^NAME  MEMBER +STATE$", lines[3])
    assert.equal(3, #lines)
    local found = {}
    for _, one in ipairs(installed.objects(
      tree:done {"members", "--json", "--join", other})) do
      found[one.peer] = one.name .. " " .. tostring(one.answers)
    end
    assert.same({[where] = "ann true", [other] = "bob true"}, found)
    ann:send("Hello")
    assert.equal("[ann] Hello", bob:line(20))
    ann:finish()
    assert.is_nil(ann:line(20))   -- nobody else has come or gone
  end)

  it("joins one of an earlier version, and leaves it", function()
    local earlier <close> = net.canned({
      options = "HTTP/1.1 204 No Content\r\nGop2p-Lua: 1 127.0.0.1:9\r\n"
        .. "Gop2p-Process: 00000000000000aa eve\r\nGop2p-Version: 2\r\n\r\n",
      connect = net.response("200 OK", "[]"),
    })
    local lines = tree:done {"members", earlier.name}
    assert.matches("^%- +" .. earlier.name .. " +answers$", lines[2])
    assert.equal("connect", (earlier:request()))
    local kind
    repeat kind = assert(earlier:request()) until kind == "disconnect"
  end)

  it("says that it is not reached", function()
    local _, where = tree:listener("--name", "ann")
    local closed = go.gone():match("%d+$")
    local status, lines, complaint = tree:run {"members", where, "--address",
      "localhost", "--port", closed, "--listen-port", go.gone():match("%d+$")}
    assert.same({1, {}}, {status, lines})
    assert.matches("^gop2p members: could not look at " .. where
                   .. ": nothing responds at this node's address", complaint)
  end)

  it("tries the next peer where one is gone", function()
    local _, where = tree:listener("--name", "ann")
    local gone = go.gone()
    local status, lines, complaint =
      tree:run {"members", "--join", gone, "--join", where}
    assert.same({0, 2}, {status, #lines})
    assert.matches("^ann +" .. where .. " +answers$", lines[2])
    assert.matches(gone .. ": connection refused\n$", complaint)
  end)

  it("says in its help where it joins", function()
    assert.matches("of Go programs is joined",
                   table.concat(tree:done {"members", "--help"}, " "))
  end)

  it("tells who does not respond", function()
    local other = go.start("v1.1.3", "localhost")
    other:ask("connect " .. peer.name)
    local name, port = other.name, other.port
    other:close()
    local found = {}
    for _, one in ipairs(installed.objects(
      tree:done {"members", "--json", "--join", peer.name})) do
      found[one.peer] = one
    end
    assert.same({
      [peer.name] = {peer = peer.name, address = "localhost",
                     port = peer.port, answers = true},
      [name] = {peer = name, address = "localhost", port = port,
                answers = false, code = "ECONNREFUSED",
                error = "connection refused"},
    }, found)
  end)

  -- On virtual time.
  it("tells who hangs", function()
    local member <close> = scriptfile [[
      local gop2p = require "gop2p"
      gop2p.run(function()
        local node <close> = gop2p.start_local_node(5001)
        node:connect(5000)
        node:wait()
      end)]]
    local command <close> = scriptfile
      "os.exit(require 'gop2p.cli'(arg, 'members'))"
    local network <close> = testing.network()
    network:bot(member.name, {name = "member"}):hang()
    local list = network:bot(command.name, {name = "list",
                                            args = {"5000"}})
    network:advance(5)
    assert.same({"NAME  MEMBER          STATE",
                 "-     localhost:5000  answers",
                 "-     localhost:5001  no response in time"},
                list:prints())
  end)

  it("fails when nobody lets it in", function()
    local status, lines = tree:run {"members", go.gone()}
    assert.same({1, {}}, {status, lines})
  end)
end)
