-- The options of a bot: what they may be.

local bots = require "spec.support.bots"
local net = require "spec.support.net"

describe("options of a bot", function()
  it("that are wrong raise", function()
    for why, options in pairs {
      ["no such option: ower"] = {ower = 1},
      ["option 'port': port from 0 to 65535 expected, got 70000"] =
        {port = 70000},
      ['option \'join\': item 2: not a peer: "x" ("host:port" expected)'] =
        {join = {"a:1", "x"}},
      ["option 'join': port out of range: 70000 (1 to 65535)"] =
        {join = 70000},
      ["option 'node': unknown option 'inbox'"] = {node = {inbox = 1}},
      ["option 'node': option 'state': path of a file expected"] =
        {node = {state = ""}},
      ["option 'state': path of a file expected, got \"\""] = {state = ""},
      ["option 'address': nobody can reach 0.0.0.0: name an address of this "
        .. "machine (see option listen)"] = {address = "0.0.0.0"},
    } do
      assert.has_error(function() bots.new(options) end,
        ("bad argument #1 to 'new' (%s)"):format(why))
    end
    local bot = require "gop2p.bot"
    assert.has_error(function() bot:new {} end,
                     "bad argument #1 to 'new' (call 'new' with a dot)")
  end)

  it("may have the port as text, as an argument of a program is", function()
    local free = net.free_port()
    local bot <close> = bots.new {port = tostring(free)}
    assert(bot:start())
    assert.equal(free, bot.node:self().port)
    assert.has_error(function() bots.new {port = "50x"} end,
      "bad argument #1 to 'new' (option 'port': port from 0 to 65535 "
      .. "expected, got \"50x\")")
  end)
end)
