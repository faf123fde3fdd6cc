-- `gop2p listen`, as it is installed: what it prints of the messages that
-- come, and how it ends.

local cjson = require "cjson"
local go = require "spec.support.go"
local gop2p = require "gop2p"
local installed = require "spec.support.installed"
local process = require "spec.support.process"

describe("gop2p listen", function()
  local tree, peer

  before_each(function() tree, peer = installed.make() end)

  after_each(function() tree:close() end)

  it("prints so many messages, and leaves", function()
    local p <close>, name = tree:listener("--join", peer.name, "--count", "3")
    peer:ask("broadcast " .. go.encode("a\27[31m\nb"))
    peer:ask("direct " .. name .. " psst")
    peer:ask("broadcast c")
    for _, line in ipairs {"[" .. peer.name .. "] a?[31m", "  b",
                           "[" .. peer.name .. " to you] psst",
                           "[" .. peer.name .. "] c"} do
      assert.equal(line, p:line())
    end
    assert.equal(0, p:wait())
    assert.same({}, peer:members())
  end)

  it("shows what reorders words, ends lines or is not seen", function()
    local p <close> = tree:listener("--join", peer.name, "--count", "3")
    peer:ask("broadcast " .. go.encode("a\u{202E}b\u{2028}c\u{200B}d"))
    peer:ask("broadcast " .. go.encode("x\u{E0067}\u{2066}\u{FEFF}"))
    peer:ask("broadcast " .. go.encode("👩\u{200D}🚀 می\u{200C}خواهم"))
    for _, text in ipairs {"a<U+202E>b<U+2028>c<U+200B>d",
                           "x<U+E0067><U+2066><U+FEFF>",
                           "👩\u{200D}🚀 می\u{200C}خواهم"} do
      assert.equal("[" .. peer.name .. "] " .. text, p:line())
    end
  end)

  it("does so in JSON, where it stays what it is", function()
    local p <close> = tree:listener("--json", "--join", peer.name,
                                    "--count", "1")
    local text = "a\u{202E}b\u{2028}c\u{9B}\u{E0067}"
    peer:ask("broadcast " .. go.encode(text))
    local line = assert(p:line())
    assert.matches([["a\u202eb\u2028c\u009b\udb40\udc67"]], line, 1, true)
    assert.equal(text, cjson.decode(line).data)
  end)

  it("prints an object a message", function()
    local p <close>, name = tree:listener("--json", "--join", go.gone(),
                                     "--join", peer.name)
    peer:ask("broadcast " .. go.encode("a\27\n\"ä"))
    peer:ask("direct " .. name .. " psst")
    assert.same({type = "broadcast", from = peer.name, data = "a\27\n\"ä"},
                cjson.decode((assert(p:line()))))
    assert.same({type = "direct", from = peer.name, to = {name},
                 data = "psst"}, cjson.decode((assert(p:line()))))
  end)

  it("tells which message is a notice", function()
    local p <close>, name = tree:listener("--json", "--count", "3")
    local q <close> = tree:listener("--join", name, "--count", "3")
    gop2p.run(function()
      local node <close> = assert(gop2p.start_local_node(0))
      assert(node:connect(name))
      node:broadcast("Commands:", {notice = true}):wait()
      node:broadcast("hello"):wait()
      node:send(node:members(), "psst", {notice = true}):wait()
      node:leave()
    end)
    local function notice() return cjson.decode((assert(p:line()))).notice end
    assert.same({true, nil, true}, {notice(), notice(), notice()})
    assert.matches("^%[localhost:%d+%] Commands:$", (q:line()))
    assert.matches("%] hello$", (q:line()))
    assert.matches(" to you%] psst$", (q:line()))
  end)

  it("shows bytes that are no text in hexadecimal", function()
    local p <close>, name = tree:listener("--json", "--count", "1")
    gop2p.run(function()
      local node <close> = assert(gop2p.start_local_node(0))
      assert(node:connect(name))
      node:broadcast("\xff\0\1"):wait()
      node:leave()
    end)
    local object = cjson.decode((assert(p:line())))
    assert.same({nil, "ff0001"}, {object.data, object.hex})
  end)

  it("takes the address at which others reach it", function()
    local p <close> = tree:start({"listen", "--address", "127.0.0.1",
                                  "--join", peer.name, "--count", "1"},
                                 {stderr = "/dev/null"})
    repeat p:line(0.05) until #peer:members() == 1
    assert.matches("^127%.0%.0%.1:%d+$", peer:members()[1])
    peer:ask("broadcast x")
    assert.equal(0, p:wait())
  end)

  it("leaves when it is interrupted", function()
    for _, signal in ipairs {"INT", "TERM", "HUP"} do
      local p <close> = tree:listener("--join", peer.name)
      p:kill(signal)
      assert.equal(0, p:wait())
      assert.same({}, peer:members())
    end
    local q <close> = tree:listener("--join", peer.name, "--count", "1")
    q:kill("INT")
    assert.equal(1, q:wait())
  end)

  it("ends when nobody reads what it prints", function()
    local command = ("'%s' listen --join %s | head -n 1"):format(
      tree.command, peer.name)
    local p <close> = assert(process.start({"sh", "-c", command},
      {env = tree.env, stderr = "/dev/null"}))
    repeat p:line(0.05) until #peer:members() == 1
    peer:ask("broadcast one")
    assert.equal("[" .. peer.name .. "] one", p:line())
    local tries = 0
    repeat   -- head may not have ended yet
      peer:ask("broadcast two")
      tries = tries + 1
    until p:wait(0.1) or tries == 50
    assert.equal(0, p:wait(0))
    assert.same({}, peer:members())
  end)

  it("fails when nobody lets it in", function()
    local name = go.gone()
    local status, lines, complaint = tree:run {"listen", "--join", name}
    assert.same({1, {}}, {status, lines})
    assert.equal("gop2p listen: could not join through " .. name
                 .. ": connection refused\n", complaint)
  end)
end)
