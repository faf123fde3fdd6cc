-- The command that LuaRocks installs: everything but what needs a terminal,
-- which is in command_terminal_spec, and but for `gop2p send`. The other side
-- is a stand-in for a published Go program.

local cjson = require "cjson"
local go = require "spec.support.go"
local installed = require "spec.support.installed"
local process = require "spec.support.process"
local scriptfile = require "spec.support.script"
local testing = require "gop2p.testing"

describe("gop2p", function()
  local tree, peer

  setup(function() tree = installed.make() end)
  teardown(function() tree:remove() end)
  before_each(function()
    peer = go.start("v1.1.3", "localhost", {kinds = true})
  end)
  after_each(function() peer:close() end)

  local function done(...) return tree:done(...) end

  local function listener(...)
    local errors = tree.dir .. "/listener"
    local p = tree:start({"listen", ...}, {stderr = errors})
    local file, port
    repeat
      p:line(0.05)
      file = assert(io.open(errors))
      port = file:read("a"):match("listening as localhost:(%d+)\n")
      file:close()
    until port
    return p, "localhost:" .. port
  end

  describe("as such", function()
    it("says how it is used, and each of its commands", function()
      local help = table.concat(done {"--help"}, "\n")
      for _, name in ipairs {"chat", "repl", "listen", "send", "members",
                             "watch", "bot", "version"} do
        assert.matches("\n   " .. name .. "  +%u", help)
        local lines = done {name, "--help"}
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
        {"gop2p watch: others can not dial 0.0.0.0\n", "watch", "--address",
         "0.0.0.0"},
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
      local version = require("gop2p")._VERSION
      assert.same({version}, done {"version"})
      assert.same({{gop2p = version:match("%S+$"), lua = "5.4"}},
                  installed.objects(done {"version", "--json"}))
    end)

    it("says that a port is taken", function()
      local status, lines, complaint =
        tree:run {"listen", "--port", tostring(peer.port)}
      assert.same({1, {}}, {status, lines})
      assert.matches("^gop2p listen: could not start .*: the port is taken\n",
                     complaint)
    end)
  end)

  describe("in the README", function()
    local readme = assert(io.open("README.md")):read("a")

    it("has a row for each command", function()
      local listed = {}
      for name in readme:gmatch("\n| `gop2p (%l+)") do
        listed[#listed + 1] = name
      end
      local known = {}
      for _, line in ipairs(done {"--help"}) do
        known[#known + 1] = line:match("^   (%l+)  +%u")
      end
      assert.same(known, listed)
    end)

    it("does what is shown", function()
      local other = go.start("v1.1.3", "localhost")
      finally(function() other:close() end)
      other:ask("connect " .. peer.name)
      if other.port < peer.port then peer, other = other, peer end
      local ports = {["5000"] = peer.port, ["5001"] = other.port,
                     ["5002"] = go.gone():match("%d+$")}
      local session = readme:match("```text\n(%$ gop2p members.-)```")
                      :gsub("500%d", ports)
      local commands, shown = {}, {}
      for line in session:gmatch("[^\n]+") do -- by the order of the ports
        commands[#commands + 1] = line:match("^%$ (.*)")
        if not line:find("^%$") then
          shown[#shown + 1] = line:gsub(" +", " ")
        end
      end
      local p <close> = assert(process.start({"sh", "-c", "exec 2>&1\n"
        .. "PATH=" .. tree.dir .. "/tree/bin:$PATH\n"
        .. table.concat(commands, "\n")}, {env = tree.env}))
      for _, line in ipairs(shown) do
        assert.equal(line, (assert(p:line(10)):gsub(" +", " ")))
      end
      assert.equal(0, p:wait())
      assert.equal("The backup is done.", (peer:message()))
      assert.equal("The backup is done.", (other:message()))
      assert.equal("Hello", (other:message()))
    end)
  end)

  describe("listen", function()
    it("prints so many messages, and leaves", function()
      local p <close>, name = listener("--join", peer.name, "--count", "3")
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

    it("prints an object a message", function()
      local p <close>, name = listener("--json", "--join", go.gone(),
                                       "--join", peer.name)
      peer:ask("broadcast " .. go.encode("a\27\n\"ä"))
      peer:ask("direct " .. name .. " psst")
      assert.same({type = "broadcast", from = peer.name, data = "a\27\n\"ä"},
                  cjson.decode((assert(p:line()))))
      assert.same({type = "direct", from = peer.name, to = {name},
                   data = "psst"}, cjson.decode((assert(p:line()))))
    end)

    it("shows bytes that are no text in hexadecimal", function()
      local gop2p = require "gop2p"
      local p <close>, name = listener("--json", "--count", "1")
      gop2p.run(function()
        local node <close> = assert(gop2p.start_local_node(0))
        assert(node:connect(name))
        node:broadcast("\xff\0\1"):wait()
        node:leave()
      end)
      local object = cjson.decode((assert(p:line())))
      assert.same({nil, "ff0001"}, {object.data, object.hex})
    end)

    it("takes the address that others dial", function()
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
        local p <close> = listener("--join", peer.name)
        p:kill(signal)
        assert.equal(0, p:wait())
        assert.same({}, peer:members())
      end
      local q <close> = listener("--join", peer.name, "--count", "1")
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

  describe("members", function()
    it("lists a network, and leaves it", function()
      local other <close> = go.start("v1.1.3", "localhost")
      other:ask("connect " .. peer.name)
      local names = {peer.name, other.name}
      table.sort(names)
      local width = math.max(#names[1], #names[2])
      local lines = done {"members", peer.name}
      assert.matches("^MEMBER +STATE$", lines[1])
      for i, name in ipairs(names) do
        assert.equal(name .. (" "):rep(width - #name) .. "  answers",
                     lines[i + 1])
      end
      assert.equal(3, #lines)
      assert.same({other.name}, peer:members())
      assert.same({peer.name}, other:members())
    end)

    it("tells who does not answer", function()
      local other = go.start("v1.1.3", "localhost")
      other:ask("connect " .. peer.name)
      local name, port = other.name, other.port
      other:close()
      local found = {}
      for _, one in ipairs(installed.objects(
        done {"members", "--json", "--join", peer.name})) do
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
      assert.same({"MEMBER          STATE", "localhost:5000  answers",
                   "localhost:5001  no answer in time"}, list:prints())
    end)

    it("fails when nobody lets it in", function()
      local status, lines = tree:run {"members", go.gone()}
      assert.same({1, {}}, {status, lines})
    end)
  end)

  describe("watch", function()
    it("counts what each member says", function()
      local p <close> = tree:start({"watch", "--join", peer.name,
                                    "--interval", "0.05", "--json"})
      assert.same({0, 0, peer.name}, (function(first)
        return {first.messages, first.bytes, first.peer}
      end)(cjson.decode((assert(p:line())))))
      peer:ask("broadcast Hello")
      local now, rate
      repeat
        now = cjson.decode((assert(p:line())))
        rate = rate or now.rate > 0 and now.rate
      until now.messages == 1 and rate and now.rtt
      assert.equal("alive", now.state)
      assert.is_true(now.rtt < 5)
      assert.equal(5, now.bytes)
      assert.is_true(now.silent < 5)
      p:kill("INT")
      assert.equal(0, p:wait())
      assert.same({}, peer:members())
    end)

    it("prints a table as often as it is told", function()
      local lines = done {"watch", "--join", peer.name, "--count", "2",
                          "--interval", "0.05"}
      assert.equal(6, #lines)
      for i = 0, 3, 3 do
        assert.matches("^%d%d:%d%d:%d%d  localhost:%d+: 1 member$",
                       lines[i + 1])
        assert.matches("^MEMBER +STATE +ROUND TRIP +MESSAGES +PER SECOND " ..
                       "+BYTES +SILENT$", lines[i + 2])
        assert.matches("^" .. peer.name .. " +alive +%S.- +0 +0%.0 +0 +%-$",
                       lines[i + 3])
      end
      -- Before its tasks have begun it has looked.
      lines = done {"watch", "--count", "1"}
      assert.matches(": 0 members$", lines[1])
    end)
  end)

  describe("bot", function()
    local function script(text)
      local name = tree.dir .. "/bot.lua"
      local file <close> = assert(io.open(name, "w"))
      file:write(text)
      return name
    end

    it("runs a script with the loop, and its tasks", function()
      local name = script [[
        local gop2p = require "gop2p"
        local node = assert(gop2p.start_local_node(0))
        assert(node:connect((...)))
        gop2p.spawn(function()
          local msg = node:receive()
          node:send(msg.from, msg.data:upper() .. arg[2]):wait()
          node:leave()
        end)
        print(arg[0], #arg)
      ]]
      local p <close> = tree:start {"bot", name, peer.name, "--", "--x"}
      assert.equal(name .. "\t2", p:line())
      peer:ask("broadcast hello")
      assert.equal("HELLO--x", (peer:message()))
      assert.equal(0, p:wait())
    end)

    it("ends with Ctrl-C", function()
      local p <close> = tree:start {"bot", script [[
        print "on"
        while true do require "gop2p".sleep(60) end]]}
      assert.equal("on", p:line())
      p:kill("INT")
      assert.equal(0, p:wait())
    end)

    it("runs a bot as its options say", function()
      local name = script [[
        local bot = require("gop2p.bot").new {name = "dice", store = false}
        bot:command("roll", function() return "rolled" end)
        bot:on("start", function() print(bot.node:self()) end)
        bot:run()
      ]]
      local errors = tree.dir .. "/errors"
      local p <close> = tree:start({"bot", name, "--json", "--watch"},
                                   {stderr = errors})
      peer:ask("connect " .. p:line())
      peer:ask("broadcast !roll")
      assert.equal("rolled", (peer:message()))
      script "error 'oops'"
      for _ = 1, 400 do
        if io.open(errors):read("a"):find("oops") then break end
        p:line(0.05)
      end
      p:kill("TERM")
      assert.equal(0, p:wait())
      assert.same({}, peer:members())
      local told = {}
      for line in io.lines(errors) do
        told[cjson.decode(line).event] = true
      end
      assert.is_true(told.said and told.error and told.stopped)
    end)

    it("fails when the script does", function()
      for text, complaint in pairs {
        ["error 'oops'"] = "bot.lua:1: oops\n.*stack traceback",
        ["x ="] = "bot.lua:1: unexpected symbol near <eof>\n$",
      } do
        local status, lines, said = tree:run {"bot", script(text)}
        assert.same({1, {}}, {status, lines})
        assert.matches("^gop2p bot: .*" .. complaint, said)
      end
      local status, _, said = tree:run {"bot", tree.dir .. "/none.lua"}
      assert.equal(1, status)
      assert.matches("none.lua", said)
    end)
  end)

  describe("chat", function()
    it("sends what is piped into it, and leaves", function()
      local lines = done({"chat", "--join", peer.name}, "hi\n")
      assert.matches("^You are localhost:%d+%. Try help%.$", lines[1])
      assert.same({"Here: " .. peer.name}, {table.unpack(lines, 2)})
      assert.equal("hi", (peer:message()))
      assert.same({}, peer:members())
    end)
  end)

  describe("repl", function()
    it("runs what is piped into it", function()
      local lines = done({"repl", "--join", peer.name}, [[
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
end)
