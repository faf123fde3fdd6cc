-- What is wrong in a program's own code: its error comes out where it should,
-- and its nodes go on or are closed.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"

-- What is unread at the end of a test, up to 'last'.
local function heard(node, last)
  local list = {}
  repeat
    list[#list + 1] = assert(node:receive(5)).data
  until list[#list] == last
  return list
end

-- Whether the two talk, both ways; returns what b had not read before.
local function talk(a, b)
  assert(assert(a:send(b:self(), "there")):wait(5))
  local list = heard(b, "there")
  assert(assert(b:broadcast("back")):wait(5))
  heard(a, "back")
  list[#list] = nil
  return list
end

describe("an error", function()
  local nodes, a, b

  before_each(function()
    nodes = net.network(2)
    a, b = nodes[1], nodes[2]
  end)
  after_each(function()
    a:close()
    b:close()
  end)

  local function raises(f)
    local ok, err = pcall(gop2p.run, f)
    assert.is_false(ok)
    assert.matches("oops", tostring(err))
    return talk(a, b)
  end

  it("in a task leaves the nodes as they are", function()
    raises(function()
      gop2p.spawn(function()
        b:receive()
        error("oops")
      end)
      a:broadcast("x")
      a:wait()
    end)
  end)

  it("in a loop over messages takes the one message alone", function()
    for i = 1, 3 do a:broadcast("n" .. i) end
    assert.same({"n2", "n3"}, raises(function()
      for msg in b:inbox() do error("oops " .. msg.data) end
    end))
  end)

  it("in a loop over errors leaves the others to be read", function()
    local nobody <close> = net.nobody()
    for i = 1, 3 do a:send(nobody.name, "n" .. i) end
    local seen = {}
    local ok = pcall(gop2p.run, function()
      for err in a:errors() do
        seen[#seen + 1] = err.message.data
        error("oops")
      end
    end)
    assert.is_false(ok)
    for _, err in ipairs(net.errors(a, 2)) do
      seen[#seen + 1] = err.message.data
    end
    assert.same({"n1", "n2", "n3"}, seen)
    talk(a, b)
  end)

  it("in a task that waits for a receipt does not lose the message",
     function()
    assert.same({"x"}, raises(function()
      gop2p.spawn(function()
        gop2p.sleep(0)
        error("oops")
      end)
      a:broadcast("x"):wait()
      a:wait()
    end))
  end)

  it("in __close on the way out of run comes out of run", function()
    raises(function()
      local _ <close> = setmetatable({}, {__close = function()
        a:broadcast("x"):wait(1)
        assert.equal("x", assert(b:receive(1)).data)
        error("oops")
      end})
      gop2p.sleep(0)
    end)
  end)

  it("in __close of a task that is closed for another's error", function()
    raises(function()
      gop2p.spawn(function()
        local _ <close> = setmetatable({}, {__close = function()
          error("another")
        end})
        a:wait()
      end)
      gop2p.sleep(0)
      error("oops")
    end)
  end)

  it("in a finalizer disturbs nothing, at any time", function()
    for _ = 1, 20 do
      for _ = 1, 50 do
        setmetatable({}, {__gc = function()
          a:broadcast("gc")
          error("oops")
        end})
      end
      collectgarbage("step")
      gop2p.pump(0)
    end
    collectgarbage()
    for _, data in ipairs(talk(a, b)) do assert.equal("gc", data) end
  end)

  it("that is no string, or nil, comes out as it is", function()
    for _, value in ipairs({false, 5, {}}) do
      local ok, err = pcall(gop2p.run, function()
        gop2p.spawn(function() error(value) end)
        a:wait()
      end)
      assert.is_false(ok)
      assert.is_true(type(err) == "string" or err == value)
    end
    talk(a, b)
  end)

  it("in warn does not keep a node from closing", function()
    local original = warn
    local nobody <close> = net.nobody()
    a:send(nobody.name, "x")
    net.pass(0.1)
    rawset(_G, "warn", function() error("oops") end)
    local ok = pcall(a.close, a)
    rawset(_G, "warn", original)
    assert.is_true(ok)
    net.await(function() return net.dial(a:self().port) == nil end)
  end)

  it("with endless recursion is an error like others", function()
    local function deeper() return 1 + deeper() end
    local ok, err = pcall(gop2p.run, function()
      gop2p.spawn(deeper)
      a:wait()
    end)
    assert.is_false(ok)
    assert.matches("overflow", tostring(err))
    talk(a, b)
  end)
end)

describe("a program that fails", function()
  local function fails(script)
    local file = os.tmpname()
    local child <close> = assert(process.start({
      os.getenv("LUA") or "lua5.4", "-e",
      'local gop2p = require "gop2p" ' .. script}, {stderr = file}))
    local status = child:wait(10)
    local text = net.read(file)
    os.remove(file)
    assert.equal(1, status, text)
    assert.matches("oops", text, 1, true)
    assert.matches("stack traceback", text, 1, true)
  end

  it("ends with its error, inside of run", function()
    fails([[gop2p.run(function()
      local node = gop2p.start_local_node(0)
      gop2p.spawn(function() for _ in node:inbox() do end end)
      error("oops")
    end)]])
  end)

  it("ends with its error, outside of run", function()
    fails([[local node = gop2p.start_local_node(0)
      node:receive(0) gop2p.spawn(node.wait, node) error("oops")]])
  end)

  it("ends with its error, with finalizers that fail as well", function()
    fails([[for i = 1, 10 do
        local node = gop2p.start_local_node(0)
        setmetatable({}, {__gc = function() node:members() error(i) end})
      end
      error("oops")]])
  end)
end)

describe("a hook that raises", function()
  -- As the interpreter's does at Ctrl-C, whatever is being called then.
  it("does not raise where a message is being read", function()
    local core = require "gop2p.core"
    local nodes <close> = net.network(2)
    local a, b = nodes[1], nodes[2]
    debug.sethook(function()
      local caller = debug.getinfo(3, "f")
      if caller and caller.func == core.pump then error("oops") end
    end, "c")
    local ok, problem = pcall(talk, a, b)
    debug.sethook()
    assert.is_true(ok, problem)
  end)
end)
