-- `gop2p repl`, as it is installed, when its input is a pipe.

local go = require "spec.support.go"
local installed = require "spec.support.installed"

describe("gop2p repl", function()
  local tree, peer

  before_each(function() tree, peer = installed.make() end)

  after_each(function() tree:close() end)

  it("runs what is piped into it", function()
    local lines = tree:done({"repl", "--join", peer.name}, [[
1 + 1, nil, "a"
local t = {
  1, 2 }
x = 5
= x
print(node:members())
node:broadcast("hi"):wait()
]])
    assert.same({"2\tnil\ta", "5", "{" .. peer.name .. "}", "true"}, lines)
    assert.equal("hi", (peer:message()))
    assert.same({}, peer:members())
  end)

  it("fails when a chunk does", function()
    local status, lines = tree:run({"repl"}, "error 'a'\n1\n{\n")
    assert.equal(1, status)
    assert.equal("stdin:1: a", lines[1])
    assert.equal("1", lines[#lines - 1])
    assert.matches("^stdin:1: .*", lines[#lines])
    assert.equal(1, (tree:run({"repl", "--join", go.gone()})))
  end)
end)
