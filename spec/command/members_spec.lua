-- `gop2p members`, as it is installed: who is in a network, and who of them
-- answers.

local go = require "spec.support.go"
local installed = require "spec.support.installed"
local scriptfile = require "spec.support.script"
local testing = require "gop2p.testing"

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
