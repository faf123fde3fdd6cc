-- Who has no cookie, being a Go program, is believed from where it responds:
-- nobody on another machine speaks in its name. (claims_spec.lua has what
-- needs no second machine.)

local go = require "spec.support.go"
local net = require "spec.support.net"
local netns = require "spec.support.netns"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local LIMIT = 20 -- seconds
local NODE, MEMBER, LIAR = 1, 2, 3 -- machines

-- A node that runs each line that it reads, and prints what that gives.
local PROGRAM = [[
  gop2p = require "gop2p"
  io.stdout:setvbuf("line")
  gop2p.run(function()
    node = assert(gop2p.start_node(arg[1], 5000,
                                   {check_source = arg[2] ~= "anywhere"}))
    seen, told, heard = {}, {}, {}
    local function keep(list, iterator)
      gop2p.spawn(function()
        for one in iterator do list[#list + 1] = tostring(one) end
      end)
    end
    keep(seen, node:events())
    keep(told, node:errors())
    keep(heard, node:inbox())
    function elsewhere()   -- what it was told of this kind
      local list = {}
      for _, text in ipairs(told) do
        local is = text:find("another address", 1, true)
        list[#list + 1] = is and text or nil
      end
      return list
    end
    print("ready")
    for line in gop2p.lines() do print(assert(load(line))()) end
  end)
]]

-- Sends what each line that it reads is, percent-encoded, to an address; the
-- status, and how many bytes the response has.
local SENDER = [[
  local socket = require "socket"
  io.stdout:setvbuf("line")
  for line in io.lines() do
    local bytes = line:gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
    local conn = assert(socket.connect(arg[1], 5000))
    conn:settimeout(15)
    conn:send(bytes)
    local first = conn:receive() or "closed"
    print((first:match(" (%d%d%d) ")) or first)
    conn:close()
  end
]]

local function encoded(bytes)
  return (bytes:gsub("[^ -$&-~]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end

describe("among machines", function()
  local machines, reason, open

  setup(function() machines, reason = netns.open(3) end)
  teardown(function() if machines then machines:close() end end)
  before_each(function() open = {} end)
  after_each(function()
    for _, child in ipairs(open) do child:close() end
  end)

  local function keep(child)
    table.insert(open, child)
    return child
  end

  local function run(i, program, ...)
    return keep(assert(process.start(machines:within(i, {
      LUA, "-e", ('arg = {"%s"}\n'):format(table.concat({...}, '", "'))
      .. program}))))
  end

  local function start(...)
    local node = run(NODE, PROGRAM, machines:address(NODE), ...)
    assert.equal("ready", node:line(LIMIT))
    return node
  end

  local function ask(child, line)
    child:send(line)
    return assert(child:line(LIMIT))
  end

  local function it_there(what, f)
    it(what, function()
      if not machines then pending("no namespaces here: " .. reason) end
      f()
    end)
  end

  -- A member of the form, on a machine of its own.
  local function member(form, address)
    local peer = keep(go.start(form, address or machines:address(MEMBER), {
      within = machines:within(MEMBER, {})}))
    assert.equal("connected 1", peer:ask("connect " .. machines:address(NODE)
                                         .. ":5000", LIMIT))
    return peer
  end

  -- A connect, a message and a goodbye in its name, in its form.
  local function lies(form, peer)
    local from = {address = peer.address, port = peer.port}
    if form == "v1.1.3" then
      return net.json(0, from), net.json(2, from, "bGll"), net.json(1, from)
    end
    local fields = {Host = "localhost:1", Peer_address = from.address,
                    Peer_port = tostring(from.port)}
    return net.http("GET /", fields), net.http("POST /", fields, "lie"),
           net.http("DELETE /", fields)
  end

  local STATE = "return table.concat(seen, ', ') .. '; ' .. "
                .. "tostring(node:members()) .. '; ' .. #heard"

  for _, form in ipairs {"v1.1.2", "v1.1.3"} do
    it_there("nobody speaks in the name of a member of " .. form, function()
      local node, liar = start(), run(LIAR, SENDER, machines:address(NODE))
      local peer = member(form)
      local state = ask(node, STATE)
      assert.equal(("%s joined; {%s}; 0"):format(peer.name, peer.name), state)
      local connect, message, goodbye = lies(form, peer)
      -- Its address is looked at anew, once: that takes a second.
      assert.matches("^[45]03$", ask(liar, encoded(message)))
      for _, bytes in ipairs {message, goodbye, goodbye, message} do
        assert.equal("403", ask(liar, encoded(bytes)))
      end
      ask(liar, encoded(connect))
      assert.equal(state, ask(node, STATE))
      -- It itself is heard, and hears what is said.
      assert.equal("sent", peer:ask("broadcast Hello", LIMIT))
      assert.equal("[" .. peer.name .. "] Hello", ask(node,
        "while #heard < 1 do gop2p.sleep(0.01) end return heard[1]"))
      assert.equal("true", ask(node, "return node:broadcast('there'):wait()"))
      assert.equal("there", (peer:message(LIMIT)))
      assert.equal("sent", peer:ask("disconnect", LIMIT))
      assert.equal("{}", ask(node, "return node:members()"))
    end)
  end

  it_there("the program is told once of a member that sends from elsewhere",
           function()
    local node, liar = start(), run(LIAR, SENDER, machines:address(NODE))
    local peer = member("v1.1.3")
    local _, message, goodbye = lies("v1.1.3", peer)
    ask(liar, encoded(message))
    assert.equal("connection error: refused a request from " .. peer.name
      .. ": it came from another address than the member's (status 403)",
      ask(node, "while #elsewhere() < 1 do gop2p.sleep(0.01) end "
                .. "return elsewhere()[1]"))
    for _, bytes in ipairs {goodbye, message, message} do
      assert.equal("403", ask(liar, encoded(bytes)))
    end
    -- What was told of these came before this.
    assert.equal("sent", peer:ask("broadcast Hello", LIMIT))
    assert.equal("1", ask(node, "while #heard < 1 do gop2p.sleep(0.01) end "
                                .. "return #elsewhere()"))
  end)

  it_there("a member behind others is heard where that is switched off",
           function()
    local node = start("anywhere")
    local liar = run(LIAR, SENDER, machines:address(NODE))
    local peer = member("v1.1.3")
    local _, message, goodbye = lies("v1.1.3", peer)
    assert.equal("200", ask(liar, encoded(message)))
    assert.equal("200", ask(liar, encoded(goodbye)))
    assert.equal("{}", ask(node, "return node:members()"))
  end)

  it_there("nobody joins in the name of a program elsewhere", function()
    local node, liar = start(), run(LIAR, SENDER, machines:address(NODE))
    local peer = keep(go.start("v1.1.3", machines:address(MEMBER), {
      within = machines:within(MEMBER, {}), log = true}))
    local connect, message = lies("v1.1.3", peer)
    assert.equal("200", ask(liar, encoded(connect)))   -- and a list
    assert.equal("; {}; 0", ask(node, STATE))
    assert.matches("^[45]03$", ask(liar, encoded(message)))
    net.pass(3) -- it is tried no more
    assert.equal("403", ask(liar, encoded(message)))
    assert.equal("; {}; 0", ask(node, STATE))
    for _, bytes in ipairs(peer:requests()) do
      assert.matches("^OPTIONS ", bytes)
    end
  end)

  it_there("names of this machine alone are nobody on another", function()
    local node, liar = start(), run(LIAR, SENDER, machines:address(NODE))
    local here = keep(go.start("v1.1.3", "127.0.0.1", {
      within = machines:within(NODE, {}), log = true}))
    for _, address in ipairs {"127.0.0.1", "localhost", "::1", "127.9.9.9"} do
      ask(liar, encoded(net.json(0, {address = address, port = here.port})))
    end
    assert.equal("; {}; 0", ask(node, STATE))
    assert.same({}, here:requests())   -- nobody is asked, either
  end)

  it_there("0.0.0.0 is the machine that it comes from", function()
    local node = start()
    local peer = member("v1.1.3", "0.0.0.0")
    assert.equal("sent", peer:ask("broadcast Hello", LIMIT))
    assert.equal("[" .. peer.name .. "] Hello", ask(node,
      "while #heard < 1 do gop2p.sleep(0.01) end return heard[1]"))
    local liar = run(LIAR, SENDER, machines:address(NODE))
    local _, message, goodbye = lies("v1.1.3", peer)
    -- From there it is another one, which is asked and is not there.
    for _, bytes in ipairs {message, goodbye} do
      assert.matches("^[45]03$", ask(liar, encoded(bytes)))
    end
    assert.equal("{" .. peer.name .. "}", ask(node, "return node:members()"))
  end)

  -- Of one machine no more than 16 are asked at a time.
  it_there("newcomers of one source wait for their turn", function()
    local node = start()
    local many = run(LIAR, [[
      local socket = require "socket"
      io.stdout:setvbuf("line")
      local servers, conns = {}, {}
      for i = 1, 40 do
        servers[i] = assert(socket.bind("*", 0))
        conns[i] = assert(socket.connect(arg[1], 5000))
        local _, port = servers[i]:getsockname()
        local body = ('{"type":0,"from":{"port":%d,"address":"%s"}}'):format(
          port, arg[2])
        conns[i]:send("POST / HTTP/1.1\r\nHost: x:1\r\nContent-Length: "
                      .. #body .. "\r\n\r\n" .. body)
      end
      local stop, asked, accepted = socket.gettime() + 0.5, 0, {}
      repeat
        for _, server in ipairs(socket.select(servers, nil, 0.05)) do
          asked = asked + 1
          accepted[asked] = server:accept()
        end
      until socket.gettime() > stop
      print(asked)
      for _ in io.lines() do end
    ]], machines:address(NODE), machines:address(LIAR))
    assert.equal("16", many:line(LIMIT))
    assert.equal("{}", ask(node, "return node:members()"))
  end)
end)
