-- The options that the commands have in common: each takes them, and takes
-- them the same way.

local installed = require "spec.support.installed"
local net = require "spec.support.net"

describe("the options of gop2p", function()
  local tree, peer

  before_each(function() tree, peer = installed.make() end)

  after_each(function() tree:close() end)

  -- The command, joined through the second of two, was who it says it is:
  -- its status, and its lines.
  local function run(command, input, ...)
    local gone <close> = net.nobody()
    local port = tostring(net.free_port())
    local status, lines = tree:run({command, "--port", port, "--address",
      "127.0.0.1", "--join", "localhost:" .. gone.port, "--join", peer.name,
      ...}, input)
    local name = "127.0.0.1:" .. port
    local joined = false
    for _, request in ipairs(peer:requests()) do
      joined = joined or request:find(port, 1, true) ~= nil
    end
    assert.is_true(joined, command)
    assert.same({}, peer:members())
    return status, lines, name
  end

  it("chat takes a port, an address, entry points and a name", function()
    local status, lines, name = run("chat", "hi\n", "--name", "Ann",
                                    "--plain")
    assert.equal(0, status)
    assert.equal("You are Ann (" .. name .. "). Try help.", lines[1])
    assert.same({"hi", name, "message"}, {peer:message()})
  end)

  it("repl takes them", function()
    local status, lines = run("repl", "node:self().name\n", "--plain",
                              "--name", "Ann")
    assert.same({0, {"Ann"}}, {status, lines})
  end)

  it("watch takes them", function()
    local status, lines, name = run("watch", "", "--count", "1",
                                    "--interval", "0.01", "--name", "Ann")
    assert.equal(0, status)
    assert.matches("  Ann (" .. name .. "): 1 member", lines[1], 1, true)
  end)

  it("members takes them", function()
    local status, lines = run("members", "")
    assert.equal(0, status)
    assert.matches("^%- +" .. peer.name .. " +answers$", lines[2])
  end)

  it("send takes them", function()
    local status, _, name = run("send", "", "--all", "Hello")
    assert.equal(0, status)
    assert.same({"Hello", name, "message"}, {peer:message()})
  end)

  it("takes a peer alone for one of --join, the first", function()
    local gone <close> = net.nobody()
    for command, input in pairs {
      chat = "hi\n", repl = "assert(node:broadcast('hi'):wait())\n",
      watch = "", listen = "",
    } do
      local count = (command == "watch" or command == "listen")
                    and {"--count", "1"} or {}
      local p <close> = tree:start({command, peer.name, "--join",
        "localhost:" .. gone.port, table.unpack(count)},
        {stderr = tree.dir .. "/e"})
      p:write(input)
      p:finish()
      if command == "listen" then
        net.await(function() return #peer:members() == 1 end, 20)
        peer:broadcast("hi")
      end
      assert.equal(0, p:wait(20), command)
      assert.equal("", (net.read(tree.dir .. "/e")
                        :gsub("^gop2p listen: listening[^\n]*\n", "")))
      if input ~= "" then assert.equal("hi", (peer:message())) end
    end
    for _, command in ipairs {"chat", "repl", "watch", "listen"} do
      local status, _, complaint = tree:run {command, "here"}
      assert.equal(2, status)
      assert.matches("^gop2p " .. command .. ": not a peer: here\n",
                     complaint)
    end
  end)

  it("has a node listen at another port than the others know", function()
    local port = net.free_port()
    local _ <close> = tree:start({"listen", "--port", "7000",
      "--listen-port", tostring(port)}, {stderr = tree.dir .. "/e"})
    net.await(function()
      return net.read(tree.dir .. "/e"):find("listening as localhost:7000")
    end, 20)
    assert.equal(204, net.ask(port, net.http("OPTIONS /",
                                             {Host = "localhost"})).status)
  end)

  it("takes ports and counts as they are written everywhere", function()
    for _, text in ipairs {"5e3", "0x10", " 5000", "5000.0", "-1", "+1"} do
      for option, what in pairs {["--port="] = "port",
                                 ["--count="] = "count"} do
        local status, _, complaint = tree:run({"listen", option .. text})
        assert.equal(2, status, option .. text)
        assert.matches("not a " .. what .. ": " .. text .. "\n", complaint, 1,
                       true)
      end
    end
  end)
end)
