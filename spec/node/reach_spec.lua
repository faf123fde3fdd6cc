-- Nodes on several machines that are told nothing but whom to join: each is
-- at the address that its machine has on the way there, and both ways work.

local netns = require "spec.support.netns"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local GOP2P = "lua/gop2p/bin/gop2p"
local LIMIT = 20 -- seconds

-- Runs each line that it reads as a function of a task's own, and prints what
-- that gives.
local PROGRAM = [[
  gop2p = require "gop2p"
  io.stdout:setvbuf("line")
  function told(node)     -- its errors so far
    local list = {}
    gop2p.spawn(function()
      for err in node:errors() do list[#list + 1] = err.code end
    end)
    gop2p.sleep(0.1)
    return table.concat(list, " ")
  end
  gop2p.run(function()
    for line in gop2p.lines() do print(assert(load(line))()) end
  end)
]]

local BOT = [[
  local bot = require("gop2p.bot").new {
    name = "Jürgen", join = arg[1], store = false,
    log = {file = io.stdout},
  }
  bot:command("ping", function(ctx) return "pong, " .. ctx.name end)
  bot:run()
]]

-- A name server that answers nothing, and says that it was asked.
local SILENT = [[
  local socket = require("socket").udp()
  assert(socket:setsockname("*", 53))
  io.stdout:setvbuf("line")
  print("ready")
  while socket:receive() do print("asked") end
]]

describe("a node on one of several machines", function()
  local machines, reason, files, open

  setup(function()
    machines, reason = netns.open(3)
    if not machines then return end
    machines:etc(2, "hosts", "127.0.0.1 localhost\n"
                             .. machines:address(1) .. " ann\n")
    machines:etc(2, "resolv.conf", "nameserver " .. machines:address(1))
    files = {}
    for i, text in ipairs {PROGRAM, BOT, SILENT} do
      files[i] = os.tmpname()
      local out <close> = assert(io.open(files[i], "w"))
      out:write(text)
    end
  end)

  teardown(function()
    if machines then machines:close() end
    for _, file in ipairs(files or {}) do os.remove(file) end
  end)

  before_each(function() open = {} end)

  after_each(function()
    for _, child in ipairs(open) do child:close() end
  end)

  local function it_there(what, f)
    it(what, function()
      if not machines then pending("no namespaces here: " .. reason) end
      f()
    end)
  end

  local function start(i, argv, options)
    local child = assert(process.start(machines:within(i, argv), options))
    table.insert(open, child)
    return child
  end

  local function program(i)
    return start(i, {LUA, files[1]})
  end

  -- What the code gives in a program, its values with tabs between.
  local function ask(child, code)
    child:send((code:gsub("\n", " ")))
    return assert(child:line(LIMIT))
  end

  local function shows(child, pattern)
    local line
    repeat
      line = assert(child:line(LIMIT), pattern)
    until line:find(pattern)
    return line:match(pattern)
  end

  -- The names in a text, in any order.
  local function list(text)
    local set = {}
    for name in text:gmatch("[^, ]+") do set[name] = true end
    return set
  end

  local SAY = "return node:broadcast(%q):wait()"
  local HEAR = "return node:receive(10)"

  -- Each of two nodes lists the other as it calls itself, and hears it.
  local function reach_each_other(a, b)
    for from, to in pairs {[a] = b, [b] = a} do
      local name = ask(from, "return node:self()")
      assert.equal("{" .. name .. "}", ask(to, "return node:members()"))
      assert.equal("true", ask(from, SAY:format("Hello")))
      assert.equal("[" .. name .. "] Hello", ask(to, HEAR))
    end
  end

  -- A first node on machine 1, and its name.
  local function first(address)
    local one = program(1)
    local name = ask(one, ("node = assert(gop2p.start_node(%s, 5000)) "
                           .. "return node:self()"):format(address))
    return one, name
  end

  local JOIN = "node = assert(gop2p.join(%s)) return node:self()"

  it_there("is reached by whom it joins, with nothing else set", function()
    local one, name = first "nil"
    assert.equal(machines:address(1) .. ":5000", name)
    local two = program(2)
    assert.matches("^10%.77%.0%.2:%d+$",
                   ask(two, JOIN:format(("%q"):format(name))))
    reach_each_other(one, two)
  end)

  it_there("is so over IPv6, too", function()
    local one, name = first(("%q"):format(machines:ipv6(1)))
    assert.equal("[fd77::1]:5000", name)
    local two = program(2)
    assert.matches("^%[fd77::2%]:%d+$",
                   ask(two, JOIN:format(("%q"):format(name))))
    reach_each_other(one, two)
  end)

  it_there("looks up the name of a host", function()
    local one = first "nil"
    local two = program(2)
    assert.matches("^10%.77%.0%.2:%d+$",
                   ask(two, JOIN:format [["ann:5000", {port = 5001}]]))
    reach_each_other(one, two)
    assert.equal("nil\tEADDRNOTAVAIL", ask(two, [[
      local n = gop2p.start_local_node(0)
      local ok, err = n:connect("ann:5000") return ok, err.code]]))
  end)

  local function nameserver()
    local server = start(1, {LUA, files[3]})
    assert.equal("ready", server:line(LIMIT))
    return server
  end

  it_there("does other things while a name is looked up", function()
    local server, two = nameserver(), program(2)
    assert.equal("nil\tETIMEDOUT\tnobody.invalid:5000\ttrue", ask(two, [[
      local n, node, err = 0
      gop2p.spawn(function()
        for _ = 1, 1000 do gop2p.sleep(0.01) n = n + 1 end
      end)
      node, err = gop2p.join("nobody.invalid:5000", {timeout = 0.5})
      return node, err.code, tostring(err.peer), n > 10]]))
    assert.equal("asked", server:line(LIMIT))
  end)

  it_there("is given up at Ctrl-C while a name is looked up", function()
    local errors = os.tmpname()
    for command, status in pairs {chat = 0, listen = 0, members = 1} do
      local server <close> = nameserver()
      local child = start(2, {LUA, GOP2P, command, "--join",
                              "nobody.invalid:5000"}, {stderr = errors})
      assert.equal("asked", server:line(LIMIT))
      child:kill("INT")
      assert.equal(status, child:wait(LIMIT), command)
      local file <close> = assert(io.open(errors))
      assert.equal("", file:read("a"))
    end
    os.remove(errors)
  end)

  it_there("is on the way to the first that is elsewhere", function()
    local one, name = first "nil"
    local two = program(2)
    ask(two, "here = assert(gop2p.start_local_node(6000))")
    ask(two, JOIN:format(("{6000, %q}"):format(name)))
    assert.matches("^10%.77%.0%.2:%d+$", ask(two, "return node:self()"))
    assert.equal("{localhost:6000}", ask(two, "return node:members()"))
    assert.equal("EADDRNOTAVAIL", ask(two, "return told(here)"))
    assert.equal("{}", ask(one, "return node:members()"))
  end)

  it_there("is called localhost in a network of its machine", function()
    local one = program(1)
    ask(one, "here = assert(gop2p.start_local_node(6000))")
    assert.matches("^localhost:%d+$", ask(one, JOIN:format "6000"))
  end)

  it_there("finds others over loopback, and starts anew for them", function()
    local one, name = first "nil"
    local other = program(1)
    local own = ask(other, JOIN:format "5000")
    assert.matches("^10%.77%.0%.1:%d+$", own)
    assert.equal("", ask(other, "return told(node)"))
    assert.equal("{" .. own .. "}", ask(one, "return node:members()"))
    local two = program(2)
    ask(two, JOIN:format(("%q"):format(name)))
    assert.equal(("{%s, %s}"):format(name, own),
                 ask(two, "return node:members()"))
    assert.equal("true", ask(two, SAY:format("to both")))
    assert.equal("[" .. ask(two, "return node:self()") .. "] to both",
                 ask(other, HEAR))
  end)

  it_there("joins nobody elsewhere when it is for its machine", function()
    local one, name = first "nil"
    local two = program(2)
    local found = ask(two, ([[local n = gop2p.start_local_node(0)
      local ok, err = n:connect(%q) return ok, err.code, err]]):format(name))
    assert.equal("nil\tEADDRNOTAVAIL\tconnection error: could not join "
      .. "through " .. name .. ": this node is reached from this machine "
      .. "alone: call gop2p.join(...), or start_node with an address", found)
    assert.equal("{}\t", ask(one, "return node:members(), told(node)"))
  end)

  it_there("has no address where there is no way to others", function()
    local three = program(3)
    local NEW = "local n, err = gop2p.start_node(nil, 5000) "
                .. "if n then n:close() return n:self() end "
                .. "return err.code, err.cause"
    assert.equal("10.77.0.3:5000", ask(three, NEW))
    machines:unroute(3, 4)
    assert.equal("[fd77::3]:5000", ask(three, NEW))
    machines:unroute(3, 6)
    assert.equal("EADDRNOTAVAIL\tthis machine has no address that leads to "
                 .. "others", ask(three, NEW))
    assert.equal("ENETUNREACH", ask(three,
      [[local n, err = gop2p.join("192.0.2.9:5000") return err.code]]))
  end)

  it_there("chats with a bot on another by name, both told only the way",
           function()
    local chat = start(1, {LUA, GOP2P, "chat", "--address", "auto",
                           "--port", "5002", "--name", "ann"})
    local entry = shows(chat, "^You are ann %((.*)%)%. Try help%.$")
    assert.equal(machines:address(1) .. ":5002", entry)
    local bot = start(2, {LUA, GOP2P, "bot", files[2], entry})
    shows(bot, "connected through=")
    chat:send("!ping")
    shows(chat, "^%[Jürgen%] pong, ann$")
    chat:send("Jürgen: ping")
    shows(chat, "^%[Jürgen%] pong, ann$")
    chat:send("/dm Jürgen ping")
    shows(chat, "^%[Jürgen to you%] pong, ann$")
    local second = start(2, {LUA, GOP2P, "chat", "--join", entry,
                             "--name", "ann"})
    shows(second, "^You are ann %(10%.77%.0%.2:%d+%)%. Try help%.$")
    shows(second, "^You are ann%-2: ann is taken%.$")
    assert.same({ann = true, ["Jürgen"] = true},
                list(shows(second, "^Here: (.*)$")))
    chat:send("Hello, all")
    shows(second, "^%[ann%] Hello, all$")
    second:send("/dm ann And back")
    shows(chat, "^%[ann%-2 to you%] And back$")
  end)

  it_there("moves with its chat, and with its bot", function()
    local one, name = first "nil"
    local chat = start(1, {LUA, GOP2P, "chat", "--join", "5000",
                           "--name", "ann"})
    shows(chat, "^You are ann %(localhost:%d+%)%. Try help%.$")
    assert.matches("^You are ann %(10%.77%.0%.1:%d+%) now, which",
                   chat:line(LIMIT))   -- and it is told nothing that passed
    assert.equal("Here: " .. name, chat:line(LIMIT))
    local bot = start(1, {LUA, GOP2P, "bot", files[2], "localhost:5000"})
    shows(bot, "moved node=10%.77%.0%.1:%d+")
    shows(bot, "connected through=localhost:5000")
    chat:send("!ping")
    shows(chat, "^%[Jürgen%] pong, ann$")
    assert.equal("[ann] !ping", ask(one, HEAR))
    local late = start(2, {LUA, GOP2P, "chat"})
    shows(late, "^You are localhost:")
    late:send("/join " .. name)
    shows(late, "^You are 10%.77%.0%.2:%d+ now, which others reach%.$")
  end)
end)
