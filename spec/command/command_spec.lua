-- The command that LuaRocks installs, as such: its help, its misuse, its
-- version, input and output that fail, and what shells complete.

local gop2p = require "gop2p"
local installed = require "spec.support.installed"
local process = require "spec.support.process"

describe("gop2p", function()
  local tree, peer

  before_each(function() tree, peer = installed.make() end)

  after_each(function() tree:close() end)

  it("says how it is used, and each of its commands", function()
    local help = table.concat(tree:done {"--help"}, "\n")
    for _, name in ipairs {"chat", "repl", "listen", "send", "members",
                           "watch", "bot", "version"} do
      assert.matches("\n   " .. name .. "  +%u", help)
      local lines = tree:done {name, "--help"}
      assert.matches("^Usage: gop2p " .. name, lines[1])
      for _, line in ipairs(lines) do assert.is_true(#line <= 78, line) end
    end
  end)

  it("ends with 2 when it is misused", function()
    for _, case in ipairs {
      {"gop2p: a command is required\nUsage: gop2p "},
      {"gop2p: unknown command 'foo'", "foo"},
      {"gop2p listen: unknown option '%-%-foo'\nUsage: gop2p listen ",
       "listen", "--foo"},
      {"gop2p listen: not a port: x\n", "listen", "--port", "x"},
      {"gop2p repl: not a peer: x\n", "repl", "--join", "x"},
      {"gop2p listen: not a count: 0\n", "listen", "--count", "0"},
      {"gop2p watch: not a number above 0: 0\n", "watch", "--interval",
       "0"},
      {"gop2p watch: nobody can reach 1.2.3: it looks like an IPv4 address, "
       .. "and is none\n", "watch", "--address", "1.2.3"},
      {"gop2p watch: not an address: \"a b\"\n", "watch", "--address",
       "a b"},
      {"gop2p watch: not a port: 0\n", "watch", "--listen-port", "0"},
      {"gop2p send: missing argument 'text'\n", "send"},
      {"gop2p send: to whom%? ", "send", "hello"},
      {"gop2p send: %-%-all needs %-%-join PEER\n", "send", "--all", "x"},
      {"gop2p send: option '%-%-%l+' can not be used together with ",
       "send", "--all", "--to", "5000", "x"},
      {"gop2p members: of which network%?", "members"},
      {"gop2p bot: missing argument 'file'\n", "bot"},
      {"gop2p version: too many arguments\n", "version", "x"},
    } do
      local status, lines, complaint = tree:run({table.unpack(case, 2)})
      assert.same({2, {}}, {status, lines})
      assert.matches("^" .. case[1], complaint)
    end
  end)

  it("says its version", function()
    local version = gop2p._VERSION
    assert.same({version}, tree:done {"version"})
    assert.same({{gop2p = version:match("%S+$"), lua = "5.4"}},
                installed.objects(tree:done {"version", "--json"}))
  end)

  it("says that a port is taken", function()
    local status, lines, complaint =
      tree:run {"listen", "--port", tostring(peer.port)}
    assert.same({1, {}}, {status, lines})
    assert.matches("^gop2p listen: could not start .*: the port is taken\n",
                   complaint)
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

  it("fails when it cannot read, and leaves", function()
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

  it("fails when it cannot write, and leaves", function()
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
