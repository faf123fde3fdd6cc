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
                           "watch", "bot", "version", "completion", "help"} do
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

  it("says its version, as all commands do", function()
    for _, option in ipairs {"--version", "-v"} do
      assert.same({gop2p._VERSION}, tree:done {option})
    end
  end)

  it("has a command for its help, and that of each command", function()
    assert.same(tree:done {"--help"}, tree:done {"help"})
    for _, name in ipairs {"chat", "send", "version", "help"} do
      assert.same(tree:done {name, "--help"}, tree:done {"help", name})
    end
    for _, word in ipairs {"lisen", "--foo"} do
      local status, lines, complaint = tree:run {"help", word}
      assert.same({2, {}}, {status, lines})
      assert.matches("^gop2p[ help]*: unknown %l+ '%-*%l+'\n", complaint)
    end
  end)

  it("says what may have been meant", function()
    for _, case in ipairs {
      {"listen", "lisen"}, {"listen", "help", "lisen"}, {"help", "hlep"},
      {"%-%-version", "--verson"}, {"%-%-port", "watch", "--prot", "1"},
      {"%-%-log", "bot", "--lgo", "x"}, {"%-%-join", "chat", "-join", "5"},
      {"%-%-port", "listen", "-port=5000"}, {"%-%-log", "bot", "-log", "x"},
    } do
      local status, _, complaint = tree:run {table.unpack(case, 2)}
      assert.equal(2, status)
      assert.matches("\nDid you mean[^\n]* '" .. case[1] .. "'", complaint)
    end
  end)

  -- None of them needs more, such as a locale or a folder of its own.
  it("works with nothing but HOME, PATH and TERM", function()
    local join = " --join " .. peer.name
    for _, command in ipairs {
      "chat" .. join, "repl" .. join, "send hi --to " .. peer.name, "help",
      "members " .. peer.name, "watch --count 1" .. join, "version",
      "listen --count 1 --wait 0.1 1", "completion fish",
      "bot " .. tree.dir .. "/b.lua",
    } do
      tree.folder:write("b.lua", "print(1)")
      local p <close> = assert(process.start {"sh", "-c",
        "exec env -i HOME=/nonexistent PATH=$PATH TERM=xterm "
        .. "LUA_PATH_5_4='" .. tree.env.LUA_PATH_5_4 .. "' LUA_CPATH_5_4='"
        .. tree.env.LUA_CPATH_5_4 .. "' " .. tree.command .. " " .. command
        .. " 2>&1"})
      p:finish()
      assert.equal(command:find("^listen") and 1 or 0, p:wait(20), command)
      for line in function() return p:line(1) end do
        assert.is_nil(line:find("traceback"), line)
      end
    end
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
end)
