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
  function told(node)     -- the codes of its errors so far
    local list = {}
    gop2p.spawn(function()
      for err in node:errors() do list[#list + 1] = err.code end
    end)
    gop2p.sleep(0.1)
    return table.concat(list, " ")
  end
  function seen(node)     -- who came and went at it so far
    local list = {}
    gop2p.spawn(function()
      for event in node:events() do list[#list + 1] = tostring(event) end
    end)
    gop2p.sleep(0.1)
    return table.concat(list, ", ")
  end
  gop2p.run(function()
    for line in gop2p.lines() do print(assert(load(line))()) end
  end)
]]

local BOT = [[
  local bot = require("gop2p.bot").new {
    name = "Jürgen", join = arg[1], store = false, owner = "ann",
    log = {file = io.stdout}, port = tonumber(arg[2]),
  }
  bot:command("ping", function(ctx) return "pong, " .. ctx.name end)
  bot:command("secret", function() return "42" end, {role = "owner"})
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
  local machines, reason, files, open, state

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

  before_each(function()
    open, state = {}, os.tmpname()
    os.remove(state)
  end)

  after_each(function()
    for _, child in ipairs(open) do child:close() end
    os.remove(state)
    os.remove(state .. ".lock")
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

  it_there("asks whom it joins over loopback where that is", function()
    local one, name = first "nil"
    local other = program(1)
    local own = ask(other, JOIN:format "5000")
    assert.matches("^10%.77%.0%.1:%d+$", own)
    assert.equal("", ask(other, "return told(node)"))
    assert.equal("{" .. own .. "}", ask(one, "return node:members()"))
    assert.equal(own .. " joined\t",
                 ask(one, "return seen(node), told(node)"))
    local two = program(2)
    ask(two, JOIN:format(("%q"):format(name)))
    assert.equal(("{%s, %s}"):format(name, own),
                 ask(two, "return node:members()"))
    assert.equal("true", ask(two, SAY:format("to both")))
    assert.equal("[" .. ask(two, "return node:self()") .. "] to both",
                 ask(other, HEAR))
  end)

  it_there("hears all that is said while it joins over loopback", function()
    local one, name = first "nil"
    local other = program(1)
    ask(one, [[gop2p.spawn(function()
      for event in node:events() do
        if event.type == "joined" then node:broadcast("to " .. event.peer) end
      end
    end)]])
    local own = ask(other, JOIN:format "5000")
    assert.equal(("[%s] to %s"):format(name, own), ask(other, HEAR))
    assert.equal("nil\tETIMEDOUT", ask(other, [[
      local msg, err = node:receive(0.2) return msg, err.code]]))
  end)

  it_there("stays where somebody has met it already", function()
    local one = first "nil"
    local other = program(1)
    ask(other, [[here = assert(gop2p.start_local_node(6000))]])
    local own = ask(other, JOIN:format "6000")
    assert.equal("true\t" .. own, ask(other, [[
      local start = require "gop2p.start"
      return start.connect(node, gop2p.me(5000)), node:self()]]))
    assert.equal("EACCES", ask(other, "return told(node)")) -- of the others
    assert.is_true(list(ask(one, "return node:members()")
                        :sub(2, -2))[own])
  end)

  it_there("joins through one entry point at a time", function()
    local _, name = first "nil"
    local other = program(1)
    ask(other, JOIN:format "5000, {port = 5001}")
    local third = program(1)
    assert.equal("true\ttrue\t10.77.0.1:5002", ask(third, [[
      local start, done = require "gop2p.start", {}
      node = assert(start.roaming({}, 5002, {}, 0))
      for _, port in ipairs {5000, 5001} do
        gop2p.spawn(function()
          table.insert(done, {start.connect(node, gop2p.me(port))})
        end)
      end
      while #done < 2 do gop2p.sleep(0.01) end
      return done[1][1] or done[1][2], done[2][1] or done[2][2],
             node:self()]]))
    assert.same(list(name .. ", 10.77.0.1:5001"),
                list(ask(third, "return node:members()"):sub(2, -2)))
  end)

  it_there("is closed, with all that it has, when it cannot move", function()
    first "nil"
    local other = program(1)
    assert.equal("nil\tEADDRINUSE\ttrue\tnil\tECANCELED", ask(other, ([[
      local start = require "gop2p.start"
      local taken = assert(gop2p.start_node("10.77.0.1", 5003,
                             {listen = "10.77.0.1"}))
      node = assert(start.roaming({}, 5003, {state = %q}, 0))
      local a, b = start.connect(node, gop2p.me(5000))
      local c, d = start.connect(node, gop2p.me(5000))
      taken:close()
      again = gop2p.start_local_node(5003, {state = %q})
      return a, b.code, again ~= nil and told(again) == "", c, d.code]])
      :format(state, state)))
  end)

  it_there("keeps the errors that nobody has read when it moves", function()
    first "nil"
    local other = program(1)
    assert.equal("EBADMSG\t10.77.0.1:5004", ask(other, [[
      local start = require "gop2p.start"
      node = assert(start.roaming({}, 5004, {}, 0))
      local client = require("socket").connect("127.0.0.1", 5004)
      client:send("x\r\n\r\n") client:settimeout(0)
      repeat gop2p.sleep(0.01) until client:receive()
      assert(start.connect(node, gop2p.me(5000)))
      return told(node), node:self()]]))
  end)

  it_there("is where its network is when it comes back", function()
    local one, name = first "nil"
    local other = program(2)
    local START = ([[node = assert(require("gop2p.start")
      .roaming({}, 0, {state = %q}, 0)) return node:self()]]):format(state)
    ask(other, ([[node = assert(gop2p.join(%q, {state = %q}))
      node:close()]]):format(name, state))
    assert.matches("^10%.77%.0%.2:%d+$", ask(other, START))
    assert.equal("true", ask(other, [[
      while not node:is_connected() do gop2p.sleep(0.05) end return true]]))
    ask(other, "node:leave() node:close()")
    assert.matches("^localhost:%d+$", ask(other, START))
    assert.equal("", ask(one, "return told(node)"))
  end)

  it_there("keeps those of its state file when it moves", function()
    first "nil"
    local other = program(1)
    local file <close> = assert(io.open(state, "w"))
    file:write('{"format":"gop2p state","version":1,\n"self":"localhost:7",',
               '"name":"","left":false,\n"peers":["localhost:7000"]}\n')
    file:flush()
    assert.matches("^true\t10%.77%.0%.1:%d+\ttrue$", ask(other, ([[
      local start = require "gop2p.start"
      node = assert(start.roaming({}, 0, {state = %q}, 0))
      local ok = start.connect(node, gop2p.me(5000))
      late = assert(gop2p.start_node("10.77.0.1", 7000))
      while #node:members() < 2 do gop2p.sleep(0.05) end
      return ok, node:self(), true]]):format(state)))
  end)

  it_there("is told when those whom it joins cannot reach it", function()
    local _, name = first "nil"
    local TELL = [[local list = {} gop2p.spawn(function()
        for err in node:errors() do list[#list + 1] = err end
      end)
      while #list < %d do gop2p.sleep(0.05) end gop2p.sleep(2)
      return #list, list[1]
    ]]
    local REASON = "1\tconnection error: " .. name .. " cannot reach this "
      .. "node: nothing responds at this node's address: name one that leads "
      .. "here, or let requests to it in (status 504)"
    local good = program(2)
    ask(good, JOIN:format(("%q"):format(name)))
    assert.equal("0\tnil", ask(good, TELL:format(0)))
    for _, address in ipairs {"10.77.0.99", "10.77.0.3"} do
      local two = program(2)
      assert.equal("true", ask(two, ([[
        node = assert(gop2p.start_node(%q, 0))
        return node:connect(%q)]]):format(address, name)))
      assert.equal(REASON, ask(two, TELL:format(1)))   -- and no other
      ask(two, "node:leave() node:close()")   -- nobody greets it any more
    end
    for command, option in pairs {listen = "--json", watch = "--traffic"} do
      local child = start(2, {LUA, GOP2P, command, "--join", name, option,
        "--address", "10.77.0.99"}, {stderr = "/dev/stdout"})
      child:shows("^gop2p " .. command .. ": .* cannot reach this node: ")
    end
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
    assert.equal("EADDRNOTAVAIL\tno default route leads to others: name an "
                 .. "address of this machine", ask(three, NEW))
    assert.equal("ENETUNREACH", ask(three,
      [[local n, err = gop2p.join("192.0.2.9:5000") return err.code]]))
  end)

  it_there("chats with a bot on another by name, both told only the way",
           function()
    local chat = start(1, {LUA, GOP2P, "chat", "--address", "auto",
                           "--port", "5002", "--name", "ann"})
    local entry = chat:shows("^You are ann %((.*)%)%. Try help%.$")
    assert.equal(machines:address(1) .. ":5002", entry)
    local bot = start(2, {LUA, GOP2P, "bot", files[2], entry})
    bot:shows("connected through=")
    chat:send("!ping")
    chat:shows("^%[Jürgen%] pong, ann$")
    chat:send("Jürgen: ping")
    chat:shows("^%[Jürgen%] pong, ann$")
    chat:send("/dm Jürgen ping")
    chat:shows("^%[Jürgen to you%] pong, ann$")
    local second = start(2, {LUA, GOP2P, "chat", "--join", entry,
                             "--name", "ann"})
    second:shows("^You are ann %(10%.77%.0%.2:%d+%)%. Try help%.$")
    second:shows("^You are ann%-2: ann is taken%.$")
    assert.same({ann = true, ["Jürgen"] = true},
                list(second:shows("^Here: (.*)$")))
    chat:send("Hello, all")
    second:shows("^%[ann%] Hello, all$")
    second:send("/dm ann And back")
    chat:shows("^%[ann%-2 to you%] And back$")
  end)

  it_there("has the role of its name, wherever it joins", function()
    first "nil"
    local bot = start(1, {LUA, GOP2P, "bot", files[2], "localhost:5000"})
    bot:shows("connected through=localhost:5000")
    local chat = start(1, {LUA, GOP2P, "chat", "--join", "5000",
                           "--name", "ann"})
    chat:shows("^Here: ")
    chat:send("!secret")
    chat:shows("^%[Jürgen%] 42$")
  end)

  it_there("fails with its chat, and its bot, when it cannot move", function()
    local one = first "nil"
    ask(one, [[taken = assert(gop2p.start_node("10.77.0.1", 5003,
                                               {listen = "10.77.0.1"}))]])
    local WHY = "could not start a node on 10%.77%.0%.1:5003: the port is "
                .. "taken"
    local bot = start(1, {LUA, GOP2P, "bot", files[2], "localhost:5000",
                          "5003"})
    bot:shows("error Jürgen: not joined reason=.*" .. WHY)
    assert.equal(1, bot:wait(LIMIT))
    local chat = start(1, {LUA, GOP2P, "chat", "--port", "5003",
                           "--join", "5000", "--join", "5001"})
    chat:shows("^Not connected: " .. WHY .. "$")
    assert.is_nil((chat:line(LIMIT)))
    assert.equal(1, chat:wait(LIMIT))
    chat = start(1, {LUA, GOP2P, "chat", "--port", "5003"})
    chat:send("/join 5000")
    chat:shows("^Not connected: " .. WHY .. "$")
    assert.equal(1, chat:wait(LIMIT))
    local listen = start(1, {LUA, GOP2P, "listen", "--port", "5003",
                              "--join", "5000"}, {stderr = "/dev/stdout"})
    listen:shows("^gop2p listen: " .. WHY .. "$")
    assert.is_nil((listen:line(LIMIT)))
    assert.equal(1, listen:wait(LIMIT))
  end)

  it_there("says which option others need, in a chat", function()
    local chat = start(1, {LUA, GOP2P, "chat", "--address", "localhost",
                           "--join", "10.77.0.2:5000"})
    assert.matches("^You are ", chat:line(LIMIT))
    assert.equal("Not connected: could not join through 10.77.0.2:5000: this "
      .. "node is reached from this machine alone: start it with --address "
      .. "auto", chat:line(LIMIT))
  end)

  it_there("moves with its chat, and with its bot", function()
    local one, name = first "nil"
    local chat = start(1, {LUA, GOP2P, "chat", "--join", "5000",
                           "--name", "ann"})
    chat:shows("^You are ann %(localhost:%d+%)%. Try help%.$")
    assert.matches("^You are ann %(10%.77%.0%.1:%d+%) now, which",
                   chat:line(LIMIT))   -- and it is told nothing that passed
    assert.equal("Here: " .. name, chat:line(LIMIT))
    local bot = start(1, {LUA, GOP2P, "bot", files[2], "localhost:5000"})
    bot:shows("moved node=10%.77%.0%.1:%d+")
    bot:shows("connected through=localhost:5000")
    chat:send("!ping")
    chat:shows("^%[Jürgen%] pong, ann$")
    assert.equal("[ann] !ping", ask(one, HEAR))
    local late = start(2, {LUA, GOP2P, "chat"})
    late:shows("^You are localhost:")
    late:send("/join " .. name)
    late:shows("^You are 10%.77%.0%.2:%d+ now, which others reach%.$")
  end)
end)
