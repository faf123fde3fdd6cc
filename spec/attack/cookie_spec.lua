-- By what nodes of ours know each other: whoever is shown it must not be
-- able to use it with a third one.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"

-- What the node shows to everybody.
local function process(node)
  local response = net.ask(node, net.http("OPTIONS /", {Host = "localhost"}))
  return response.headers["gop2p-process"]:match("^%x+")
end

describe("a cookie", function()
  local ann, bob, liar
  before_each(function()
    ann = assert(gop2p.start_local_node(0))
    bob = assert(gop2p.start_local_node(0))
    assert.is_true(bob:connect(ann:self()))
  end)
  after_each(function()
    if liar then liar:close() end
    ann:close()
    bob:close()
  end)

  -- A server that says it is Bob's process, and confirms all.
  local function pose()
    local port = net.free_port()
    local who = ("Gop2p-Lua: 1 127.0.0.1:%d\r\nGop2p-Process: %s\r\n"
      .. "Gop2p-Version: 3\r\n"):format(port, process(bob))
    liar = net.canned({
      options = net.response("200 OK", "", who .. "Gop2p-Cookie: yes\r\n"),
      connect = net.response("200 OK", "[]", who),
    }, {port = port})
    return who
  end

  -- The cookie that Ann shows to the liar, or nil.
  local function shown()
    local found
    pcall(net.await, function()
      local line = liar.process:line(0.1, net.idle)
      local bytes = line and go.decode(line:match("^%a+ %d+ (.*)$"))
      found = bytes and bytes:match("\nGop2p%-Cookie: (%x+)\r") or found
      return found
    end, 5)
    return found
  end

  local function forged(cookie)
    return net.ask(bob, net.http("POST /", {
      Host = tostring(ann:self()), ["Gop2p-Cookie"] = cookie,
    }, ('{"type":2,"data":"aGk=","from":{"port":%d,"address":"localhost"}}')
      :format(ann:self().port))).status
  end

  it("that one is shown who says that it is another is none of that one's",
     function()
    pose()
    gop2p.spawn(function() ann:connect(liar.name, 2) end)
    local cookie = shown()
    assert.is_truthy(cookie)
    assert.is_true(forged(cookie) >= 400)
    assert.is_nil((bob:receive(0)))
  end)

  it("that one is shown who joins as another is none of that one's",
     function()
    local who = pose()
    net.ask(ann, net.post(('{"type":0,"data":null,"from":{"port":%d,'
      .. '"address":"127.0.0.1"}}'):format(liar.port), {
        Host = liar.name, ["Gop2p-Lua"] = who:match("Lua: ([^\r]*)"),
        ["Gop2p-Process"] = process(bob), ["Gop2p-Version"] = "3",
        ["Gop2p-Cookie"] = ("0123456789abcdef"):rep(2)}))
    local cookie = shown()
    if not cookie then return end
    assert.is_true(forged(cookie) >= 400)
    assert.is_nil((bob:receive(0)))
  end)
end)
