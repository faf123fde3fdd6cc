-- The test kit: misuse of it raises at the caller's line, and says what is
-- wrong.

local kit = require "spec.support.kit"
local testing = require "gop2p.testing"

local network, fails = kit.network, kit.fails
local HERE = debug.getinfo(1, "S").short_src

after_each(kit.close)

describe("misuse of the kit", function()
  it("is raised at the caller's line", function()
    local function at(pattern, f)
      local text = fails(pattern, f)
      assert.equal(1, text:find(HERE, 1, true), text)
    end
    at("unknown option 'sed'", function() testing.network {sed = 1} end)
    at("'seed'", function() testing.network {seed = "x"} end)
    for _, time in ipairs {"soon", "09:00", "2024-13-01 09:00",
                            "2024-02-30", "2024-01-01 24:00"} do
      at("'start'", function() testing.network {start = time} end)
    end
    at("'entry'", function() testing.network {entry = "?"} end)
    at("'loss'", function() testing.network {loss = 2} end)
    at("'latency'", function() testing.network {latency = -1} end)
    at("'keep'", function() testing.network {keep = 0} end)
    local net = network()
    local ann = net:user("ann")
    at("'ann' exists already", function() net:user("ann") end)
    at("#1 to 'user' %(1 to 32 visible characters", function()
      net:user("a b")
    end)
    at("#1 to 'user' %(string expected", function() net:user() end)
    at("option 'name': 1 to 32 visible characters", function()
      net:user("x", {name = "a:1"})
    end)
    at("option 'name': string or false", function()
      net:user("x", {name = true})
    end)
    at("option 'name': 1 to 32 visible .*, got \"8ball\"", function()
      net:bot("8ball.lua")
    end)
    at("#1 to 'set_name' %(1 to 32 visible", function()
      ann:set_name("a b")
    end)
    at("unknown option 'nam'", function() net:bot("x.lua", {nam = "x"}) end)
    at("'args': table", function() net:bot("x.lua", {args = "x"}) end)
    at("table expected", function() net:bot("x.lua", "x") end)
    at("unknown option 'nam'", function() net:user("x", {nam = "x"}) end)
    at("the port is taken", function()
      net:user("bob", {address = "ann:5000"})
    end)
    at("could not join", function() net:user("bob", {join = "x:1"}) end)
    net:user("bob")
    at("nobody is called 'eve' here; there are: ann, bob",
       function() net:said_by("eve") end)
    at("nobody is called 'eve'", function() ann:dm("eve", "x") end)
    at("nobody is called 'eve'", function() net:partition {"eve"} end)
    at("nobody is called 'eve:1'", function() net:partition("eve:1") end)
    at("nobody is called 'eve'", function() net:user("x", {join = "eve"}) end)
    at("peer expected, got boolean", function() ann:dm(true, "x") end)
    at("string expected", function() ann:say() end)
    at("a time such as 18:00", function() net:advance("soon") end)
    at("hour: 25 is out of range", function() net:advance("25:00") end)
    at("minute: 60 is out of range", function() net:advance("9:60") end)
    at("it is past", function() net:advance("2023-12-31 23:59") end)
    at("seconds or a time", function() net:advance(-1) end)
    at("share from 0 to 1", function() net:loss(50) end)
    at("with a colon", function() net.advance(1) end)
  end)
end)
