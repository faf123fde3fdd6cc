-- Commands that are there before those whom they join: the chat on a terminal
-- goes on trying, and with --wait all that stay do, for so many seconds.

local go = require "spec.support.go"
local installed = require "spec.support.installed"
local net = require "spec.support.net"

describe("a command that nobody lets in yet", function()
  local tree, gone

  before_each(function()
    tree = installed.make()
    gone = go.gone()
  end)

  after_each(function() tree:close() end)

  -- One comes to be where nobody was.
  local function appear()
    return go.start("v1.1.3", "localhost",
                    {port = math.tointeger(tonumber(gone:match("%d+$")))})
  end

  local function chat(...)
    local t = tree:terminal {"chat", "--join", gone, ...}
    t:shows "^You are .*localhost:%d+.*%. Try help%.$"
    t:shows("^Not connected: could not join through " .. gone
            .. ": connection refused$")
    return t
  end

  it("is the chat: it goes on trying, and says so once", function()
    local t = chat()
    t:shows "^Trying again until somebody is there%.$"
    t:prompts(">")
    t:enter "Hello?"
    t:shows "^Nobody heard that: "
    t:type "half"
    local peer <close> = appear()
    t:shows("^Here: " .. peer.name .. "$")
    t:prompts("> half")
    t:enter " typed"
    assert.equal("half typed", (peer:message()))
    local _, count = t:text():gsub("Not connected", "")
    assert.equal(1, count)
    t:enter "/quit"
    assert.equal(0, t:over())
  end)

  it("does not hold up the end of the chat", function()
    for _, key in ipairs {"C-c", "C-d"} do
      local t = chat()
      t:prompts(">")
      t:type(key)
      assert.equal(0, t:over())
      t:close()
    end
  end)

  it("tries no more after /leave, or when the time is over", function()
    for _, how in ipairs {"/leave", "0.01"} do
      local t = chat("--wait", how == "/leave" and "600" or how)
      if how == "/leave" then t:enter(how) end
      t:shows "^Not trying to connect any more%.$"
      t:prompts(">")
      t:enter "/quit"
      assert.equal(0, t:over())
      t:close()
    end
  end)

  it("tries no more where somebody else is there", function()
    local peer <close> = go.start("v1.1.3", "localhost")
    local t = chat()
    t:enter("/join " .. peer.name)
    t:shows("^Here: " .. peer.name .. "$")
    t:enter "hi"
    assert.equal("hi", (peer:message()))
    t:enter "/quit"
    assert.equal(0, t:over())
  end)

  it("says why it tries no more", function()
    local t = chat("--name", "ann", "--strict-name")
    local ann <close> = tree:start({"listen", "--name", "ann", "--port",
                                    gone:match("%d+$")},
                                   {stderr = tree.dir .. "/e"})
    t:await "Not connected: [^\n]*: the name is taken by anot\nher member\n"
    t:shows "^Not trying to connect any more%.$"
    t:enter "/quit"
    assert.equal(0, t:over())
    ann:kill("TERM")
    assert.equal(0, ann:wait())
  end)

  it("fails at once elsewhere, which a script can see", function()
    for _, command in ipairs {"chat", "listen", "watch", "repl"} do
      local status, _, complaint = tree:run({command, "--join", gone})
      assert.equal(1, status, command)
      if command ~= "chat" then
        assert.matches("connection refused\n$", complaint)
      end
    end
  end)

  it("waits with --wait, and says what it is told", function()
    local p <close> = tree:start({"chat", "--join", gone, "--wait", "60"})
    p:send "Hello"
    p:finish()
    assert.is_string(p:upto("Not connected: .-\n"))
    local peer <close> = appear()
    assert.equal("Hello", (peer:message()))
    assert.equal(0, p:wait())
  end)

  it("waits with --wait, whichever it is", function()
    for command, input in pairs {
      listen = "", watch = "", repl = "assert(node:members()[1])\n",
    } do
      local count = command ~= "repl" and {"--count", "1"} or {}
      local errors = tree.dir .. "/" .. command
      local p <close> = tree:start({command, "--join", gone, "--wait", "60",
                                    table.unpack(count)}, {stderr = errors})
      p:send(input)
      p:finish()
      net.await(function()
        return net.read(errors):find("refused", 1, true)
      end, 20)
      local peer <close> = appear()
      if command == "listen" then
        net.await(function() return #peer:members() == 1 end, 20)
        peer:broadcast("Hello")
      end
      assert.equal(0, p:wait(20), command)
    end
  end)

  it("gives up after the seconds of --wait", function()
    for _, command in ipairs {"chat", "listen", "watch", "repl"} do
      local status, lines, complaint =
        tree:run({command, "--join", gone, "--wait", "0.2"}, "hi\n")
      assert.equal(1, status, command)
      local said = table.concat(lines, "\n") .. complaint
      local _, count = said:gsub("connection refused", "")
      assert.equal(1, count, said)
    end
  end)

  it("does not wait where it would be in vain", function()
    local port = tostring(net.free_port())
    local own = "localhost:" .. port
    local status, _, complaint = tree:run({"listen", "--port", port,
      "--join", own, "--wait", "60"})
    assert.equal(1, status)
    assert.matches("a node cannot connect to itself\n$", complaint)
    local _, where = tree:listener("--name", "ann")
    status, _, complaint = tree:run({"listen", "--name", "ann", "--join",
                                     where, "--wait", "60"})
    assert.equal(1, status)
    assert.matches("the name is taken by another member\n$", complaint)
  end)
end)
