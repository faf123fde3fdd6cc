-- The chat when its input is a pipe or a file: as `make chat` runs it, and
-- `gop2p chat` as it is installed.

local go = require "spec.support.go"
local installed = require "spec.support.installed"
local net = require "spec.support.net"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local CHAT = "lua/gop2p/examples/chat.lua"

-- Runs it to its end: exit status, what it printed, what it complained of.
local function run(...)
  local errors = os.tmpname()
  local chat <close> = assert(process.start({LUA, CHAT, ...},
                                            {stderr = errors}))
  chat:finish()
  local lines = {}
  for line in function() return chat:line(10, net.idle) end do
    lines[#lines + 1] = line
  end
  local status = chat:wait(10, net.idle)
  local complaint = net.read(errors)
  os.remove(errors)
  return status, table.concat(lines, "\n"), complaint
end

describe("make chat", function()
  local peer, chat, port, errors

  -- What it says next has to match all of it.
  local function says(pattern, timeout)
    local line, err = chat:line(timeout)
    assert.is_string(line, err)
    assert.matches("^" .. pattern .. "$", line)
    return line:match("^" .. pattern .. "$")
  end

  -- Who it is; where it joins nobody, how others can join it.
  local function introduces_itself(joins)
    port = says "You are localhost:(%d+)%. Try help%."
    if joins then return end
    says("Only this machine can join: gop2p chat %-%-join localhost:" .. port)
    says "For others, start it with %-%-address auto%."
  end

  local function start(...)
    chat = assert(process.start({LUA, CHAT, ...}, {stderr = errors}))
    local options = table.concat({...}, " ")
    introduces_itself(options:find("--join", 1, true))
  end

  local function joined()
    start("--join", peer.name)
    says("Here: " .. peer.name)
  end

  -- It has ended by itself, well unless a status is named, and has nothing
  -- more to say.
  local function ended(status)
    assert.equal(status or 0, chat:wait())
    assert.same({nil, "closed"}, {chat:line()})
    assert.equal("", net.read(errors))
  end

  before_each(function()
    errors = os.tmpname()
    peer = go.start("v1.1.3", "localhost", {kinds = true})
  end)

  after_each(function()
    if chat then chat:close() end
    peer:close()
    os.remove(errors)
    chat = nil
  end)

  it("takes the port it is told, or a free one", function()
    start()
    local status, out, complaint = run("--port", port)
    assert.equal(1, status)
    assert.equal("", out)
    assert.equal(("gop2p chat: could not start a node on localhost:%s: "
      .. "the port is taken\n"):format(port), complaint)
    chat:finish()
    ended()
    local free = port
    start("--port", free)
    assert.equal(free, port)
  end)

  it("joins, and says a line to everybody", function()
    joined()
    assert.same({"localhost:" .. port}, peer:members())
    chat:send("Hello, everybody")
    assert.same({"Hello, everybody", "localhost:" .. port, "message"},
                {peer:message()})
  end)

  it("prints what arrives while its input waits", function()
    joined()
    assert.equal("sent", peer:ask("broadcast Hello"))
    says("%[" .. peer.name .. "%] Hello")
    assert.equal("sent", peer:ask("direct localhost:" .. port .. " psst"))
    says("%[" .. peer.name .. " to you%] psst")
  end)

  it("lets others join", function()
    start()
    assert.equal("connected 1", peer:ask("connect localhost:" .. port))
    chat:send("members")
    says("Here: " .. peer.name)
    chat:send("welcome")
    assert.equal("welcome", (peer:message()))
  end)

  it("does not let others command the terminal", function()
    joined()
    peer:ask("broadcast " .. go.encode("a\27[31m\r\0b\xC2\x9Bc\td\nä"))
    says("%[" .. peer.name .. "%] a%?%[31m%?%?b%?c\td")
    says("  ä")
  end)

  it("connects by name and port, or by the port alone", function()
    start()
    chat:send("connect " .. peer.name)
    says("Here: " .. peer.name)
    chat:send("disconnect")
    says "You have left%."
    assert.same({}, peer:members())
    chat:send("members")
    says "Nobody else is here%."
    chat:send("connect " .. peer.port)
    says("Here: " .. peer.name)
    assert.same({"localhost:" .. port}, peer:members())
  end)

  it("writes to one alone", function()
    joined()
    local other <close> = go.start("v1.1.3", "localhost", {kinds = true})
    assert.equal("connected 2", other:ask("connect localhost:" .. port))
    chat:send("dm " .. peer.name .. " one  two")
    chat:send("dm " .. other.port .. " three")
    chat:send("four")
    local from = "localhost:" .. port
    assert.same({"one  two", from, "direct"}, {peer:message()})
    assert.same({"four", from, "message"}, {peer:message()})
    assert.same({"three", from, "direct"}, {other:message()})
    assert.same({"four", from, "message"}, {other:message()})
  end)

  it("has an answer to what it cannot do", function()
    start()
    for line, answer in pairs {
      ["connect"] = "To which peer%? Such as: connect localhost:5000",
      ["/connect here"] = "Nobody here is called here%. Write .*",
      ["/connect localhost 5000"] = "Not a peer: localhost 5000%. .*",
      ["connect localhost:65536"] = "Not a peer: localhost:65536%. .*",
      ["connect 0"] = "Not a peer: 0%. .*",
      ["connect localhost:" .. port] =
        "Not connected: .*: a node cannot connect to itself",
      ["dm"] = "To whom, and what%? Such as: dm localhost:5000 Hello",
      ["dm 5000"] = "To whom, and what%? .*",
      ["dm x:y z"] = "Not a peer: x:y%. .*",
      ["/dm x y"] = "Nobody here is called x%. Write .*",
      ["disconnect"] = "You are not connected%.",
      ["Hello"] = "Nobody heard that: connect to somebody first, .*",
    } do
      chat:send("")
      chat:send(line)
      says(answer)
    end
    assert.same({}, peer:members())
    chat:finish()
    ended(1)
  end)

  it("takes its commands with a slash, too", function()
    start()
    chat:send("/join " .. peer.name)
    says("Here: " .. peer.name)
    chat:send("/dm " .. peer.name .. " psst")
    assert.same({"psst", "localhost:" .. port, "direct"}, {peer:message()})
    chat:send("/members")
    says("Here: " .. peer.name)
    chat:send("/leave")
    says "You have left%."
    chat:send("/connect " .. peer.name)
    says("Here: " .. peer.name)
    chat:send("/foo bar")
    says "No such command: /foo%. Try help; .*"
    chat:send("/Dm " .. peer.name .. " not for all")
    assert.same({"not for all", "localhost:" .. port, "direct"},
                {peer:message()})
    chat:send("/help")
    says "/connect <peer> .*"
    assert.is_string(chat:upto("one of them%.\n"))
    chat:send("/quit")
    ended(1)
    assert.same({}, peer:members())
  end)

  it("joins through the first of several that lets it", function()
    local gone = go.start("v1.1.3", "localhost")
    gone:close()
    start("--join", gone.name, "--join", peer.name)
    says("Not connected: could not join through " .. gone.name .. ": .*")
    says("Here: " .. peer.name)
  end)

  it("fails when what it is piped can reach nobody", function()
    peer:close()
    local status, out, complaint = run("--join", peer.name)
    assert.equal(1, status)
    assert.matches("\nNot connected: could not join through " .. peer.name
                   .. ": connection refused$", out)
    assert.equal("", complaint)
  end)

  it("fails when something that it is piped was not done", function()
    local stranger <close> = go.start("v1.1.3", "localhost")
    local nobody <close> = net.nobody()
    for line, said in pairs {
      ["Hello"] = "Nobody heard that",
      ["connect " .. peer.name .. "\n/dm " .. stranger.name .. " Hello"] =
        "Not delivered to " .. stranger.name,
      ["connect " .. nobody.name .. "\nconnect " .. peer.name] =
        "Not connected",
      ["/foo"] = "No such command", ["/dm x:y z"] = "Not a peer",
      ["/dm x y"] = "Nobody here is called x",
    } do
      local p <close> = assert(process.start({LUA, CHAT}))
      p:send(line)
      p:finish()
      assert.is_string(p:upto(said), line)
      assert.equal(1, p:wait(10, net.idle), line)
    end
  end)

  it("says who cannot be joined", function()
    start()
    local name = peer.name
    peer:close()
    chat:send("connect " .. name)
    says("Not connected: could not join through " .. name
         .. ": connection refused")
  end)

  it("says who did not get it, and why", function()
    joined()
    local stranger <close> = go.start("v1.1.3", "localhost")
    chat:send("dm " .. stranger.name .. " Hello")
    says("Not delivered to " .. stranger.name
         .. ": the peer does not count us as a member")
    peer:close()
    chat:send("Hello?")
    says("Not delivered to " .. peer.name .. ": connection refused")
  end)

  it("says perhaps of one who may have got it", function()
    start()
    for _, how in ipairs {"hang", "close"} do
      local other <close> = net.canned({message = how})
      chat:send("/join " .. other.name)
      says("Here: " .. other.name)
      chat:send("/dm " .. other.name .. " Hello")
      says("Perhaps not delivered to " .. other.name .. ": "
           .. (how == "hang" and "no response in time"
               or "connection closed before the response"), 20)
      chat:send "/leave"
      says "You have left%."
    end
  end)

  it("shows its commands", function()
    start()
    chat:send("help")
    for _, name in ipairs {"/connect <peer>", "/dm <peer> <text>",
                           "/nick <name>", "/members", "/disconnect",
                           "/exit", "/say <text>", "/help"} do
      says(name .. "  +%S.*")
    end
  end)

  it("leaves with exit, and hears no more", function()
    joined()
    chat:send("bye")
    chat:send("exit")
    chat:send("not said")
    ended()
    assert.equal("bye", (peer:message()))
    assert.same({}, peer:members())
    assert.same({nil, "timeout"}, {peer:event(0)})
  end)

  it("leaves at the end of its input, after what was sent", function()
    joined()
    assert.equal("paused", peer:ask("pause"))
    for i = 1, 20 do chat:send("line " .. i) end
    chat:write("without an end")
    chat:finish()
    assert.same({nil, "timeout"}, {chat:wait(0.2)})
    assert.equal("resumed", peer:ask("resume"))
    for i = 1, 20 do assert.equal("line " .. i, (peer:message())) end
    assert.equal("without an end", (peer:message()))
    ended()
    assert.same({}, peer:members())
  end)

  it("leaves when it is interrupted", function()
    for _, signal in ipairs {"INT", "TERM", "HUP"} do
      joined()
      assert.same({"localhost:" .. port}, peer:members())
      chat:kill(signal)
      ended()
      assert.same({}, peer:members())
    end
  end)

  it("delivers what is piped into it", function()
    local command = ("printf 'connect %s\\nHello\\n' | %s %s"):format(
      peer.name, LUA, CHAT)
    chat = assert(process.start({"sh", "-c", command}, {stderr = errors}))
    introduces_itself()
    says("Here: " .. peer.name)
    ended()
    assert.same({"Hello", "localhost:" .. port, "message"},
                {peer:message()})
    assert.same({}, peer:members())
  end)

  it("takes a file, too", function()
    local file = os.tmpname()
    local f <close> = assert(io.open(file, "w"))
    f:write("connect ", peer.port, "\r\nHello\r\n")
    f:close()
    chat = assert(process.start({"sh", "-c", ("exec %s %s <%s"):format(
      LUA, CHAT, file)}, {stderr = errors}))
    introduces_itself()
    says("Here: " .. peer.name)
    ended()
    os.remove(file)
    assert.equal("Hello", (peer:message()))
  end)

  it("can be called by an address", function()
    chat = assert(process.start({LUA, CHAT, "--address", "127.0.0.1"}))
    port = says "You are 127%.0%.0%.1:(%d+)%. Try help%."
    assert.equal("connected 1", peer:ask("connect 127.0.0.1:" .. port))
  end)

  it("says how it is used", function()
    local usage = "\nUsage: gop2p chat [-h] [--port PORT] "
                  .. "[--listen-port PORT]\n"
                  .. "       [--address ADDRESS] [--join PEER] "
                  .. "[--name NAME] [--wait S]\n"
                  .. "       [--strict-name] [--plain] [PEER]\n"
    for _, case in ipairs {
      {"unknown option '--foo'", "--foo", "1"},
      {"too many arguments", "5000", "5001"},
      {"option '--port' requires an argument", "--port"},
      {"not a port: x", "--port", "x"},
      {"not a port: 65536", "--port", "65536"},
      {"not a peer: x", "--join", "x"},
    } do
      assert.same({2, "", "gop2p chat: " .. case[1] .. usage},
                  {run(table.unpack(case, 2))})
    end
    assert.same({2, "", "gop2p chat: nobody can reach 0.0.0.0: name an "
                        .. "address of this machine (see option listen)\n"},
                {run("--address", "0.0.0.0")})
    local status, out = run("--help")
    assert.equal(0, status)
    assert.matches("^Usage: gop2p chat .*\n   %-%-join PEER  ", out)
  end)
end)

describe("gop2p chat", function()
  local tree, peer

  before_each(function() tree, peer = installed.make() end)

  after_each(function() tree:close() end)

  it("sends what is piped into it, and leaves", function()
    local lines = tree:done({"chat", "--join", peer.name}, "hi\n")
    assert.matches("^You are localhost:%d+%. Try help%.$", lines[1])
    assert.same({"Here: " .. peer.name}, {table.unpack(lines, 2)})
    assert.equal("hi", (peer:message()))
    assert.same({}, peer:members())
  end)
end)
