-- What the installed commands have in common: options, how they fail when
-- they can not write, completions.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local installed = require "spec.support.installed"
local net = require "spec.support.net"
local process = require "spec.support.process"

describe("gop2p", function()
  local tree, peer

  setup(function() tree = installed.make() end)
  teardown(function() tree:remove() end)
  before_each(function()
    peer = go.start("v1.1.3", "localhost", {kinds = true, log = true})
  end)
  after_each(function() peer:close() end)

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
    assert.equal("You are " .. name .. ". Try help.", lines[1])
    assert.same({"Ann: hi", name, "message"}, {peer:message()})
  end)

  it("repl takes them", function()
    local status, lines, name = run("repl", "node:self()\n", "--plain")
    assert.same({0, {name}}, {status, lines})
  end)

  it("watch takes them", function()
    local status, lines, name = run("watch", "", "--count", "1",
                                    "--interval", "0.01")
    assert.equal(0, status)
    assert.matches("  " .. name .. ": 1 member$", lines[1])
  end)

  it("members takes them", function()
    local status, lines = run("members", "")
    assert.equal(0, status)
    assert.matches("^" .. peer.name .. " +answers$", lines[2])
  end)

  it("send takes them", function()
    local status, _, name = run("send", "", "--all", "Hello")
    assert.equal(0, status)
    assert.same({"Hello", name, "message"}, {peer:message()})
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

  it("says what is wrong also when its node is closed already", function()
    local network = require "gop2p.cli.network"
    local node <close> = assert(gop2p.start_local_node(0))
    assert.has_error(function()
      network.guard(node, 0, function()
        node:close()
        error("this is wrong", 0)
      end)
    end, "this is wrong")
  end)

  it("fails when it can not read, and leaves", function()
    local join = " --join " .. peer.name
    for _, command in ipairs {"send --all - </" .. join, "chat </" .. join,
                              "repl </" .. join, "chat <&-"} do
      local p <close> = assert(process.start(
        {"sh", "-c", tree.command .. " " .. command .. " 2>&1"},
        {env = tree.env}))
      local said = p:upto("ould not read standard input: %w[^\n]+\n")
      assert.is_string(said, command)
      assert.same({nil, "closed"}, {p:line(10)})
      assert.equal(1, p:wait(10))
    end
    assert.same({}, peer:members())
  end)

  it("fails when it can not write, and leaves", function()
    for command, complaint in pairs {
      ["version"] = "device$", ["members " .. peer.name] = "device$",
      ["--help"] = "device$", ["chat --help"] = "device$",
      ["completion bash"] = "device$", ["completion --help"] = "device$",
      ["repl --join " .. peer.name .. " <<<'1'"] = "^$",
    } do
      local p <close> = assert(process.start(
        {"bash", "-c", tree.command .. " " .. command .. " 2>&1 >/dev/full"},
        {env = tree.env}))
      assert.equal(1, p:wait(10))
      assert.matches(complaint, p:line() or "")
      assert.is_nil((p:line(1)))
    end
    assert.same({}, peer:members())
  end)

  -- Loads the script as the README says; what "watch --in" may become.
  for shell, words in pairs {
    bash = {[[eval "$(gop2p completion bash)"
              COMP_WORDS=(gop2p watch --in) COMP_CWORD=2
              _gop2p gop2p --in watch
              echo "${COMPREPLY[@]}"]]},
    zsh = {"-f", [[autoload -Uz compinit && compinit -u -D
                   eval "$(gop2p completion zsh)"
                   functions $_comps[gop2p] | grep -o -e --interval]]},
    fish = {"--no-config", [[gop2p completion fish | source
                             complete -C "gop2p watch --in" | cut -f 1]]},
  } do
    it("completes itself in " .. shell, function()
      if not os.execute("command -v " .. shell .. " >/dev/null") then
        return pending("needs " .. shell)
      end
      table.insert(words, 1, shell)
      table.insert(words, #words, "-c")
      local p <close> = assert(process.start(
        {"sh", "-c", [[PATH=$1:$PATH; shift; exec "$@" 2>&1]], "sh",
         tree.dir .. "/tree/bin", table.unpack(words)}, {env = tree.env}))
      assert.equal("--interval", (p:line(20)))
      assert.equal(0, p:wait())
    end)
  end
end)
