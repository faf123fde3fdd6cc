-- The options of a bot: what they may be.

local bots = require "spec.support.bots"
local net = require "spec.support.net"
local options = require "gop2p.bot.options"

describe("options of a bot", function()
  it("that are wrong raise", function()
    for why, given in pairs {
      ["no such option: ower"] = {ower = 1},
      ["option 'port': port from 0 to 65535 expected, got 70000"] =
        {port = 70000},
      ['option \'join\': item 2: not a peer: "x" ("host:port" expected)'] =
        {join = {"a:1", "x"}},
      ["option 'join': port out of range: 70000 (1 to 65535)"] =
        {join = 70000},
      ["option 'node': 'name' is an option of the bot itself"] =
        {node = {name = "ann"}},
      ["option 'strict_name': boolean expected, got \"yes\""] =
        {strict_name = "yes"},
      ['option \'join\': not a peer: "ann" ("host:port" expected)'] =
        {join = "ann"},
      ['option \'owner\': item 2: not a peer: "a b" ("host:port" expected)'] =
        {owner = {"ann", "a b"}},
      ["option 'node': unknown option 'inbox'"] = {node = {inbox = 1}},
      ["option 'node': option 'state': path of a file expected"] =
        {node = {state = ""}},
      ["option 'state': path of a file expected, got \"\""] = {state = ""},
      ["option 'address': nobody can reach 0.0.0.0: name an address of this "
        .. "machine (see option listen)"] = {address = "0.0.0.0"},
    } do
      assert.has_error(function() bots.new(given) end,
        ("bad argument #1 to 'new' (%s)"):format(why))
    end
    local bot = require "gop2p.bot"
    assert.has_error(function() bot:new {} end,
                     "bad argument #1 to 'new' (call 'new' with a dot)")
  end)

  it("have a name that a node can have, or none", function()
    local expected = "1 to 32 visible characters expected, a letter first, "
      .. "none of them a space or one of : [ ] @ / , #"
    for _, name in ipairs {"", "a b", "5", "-a", "a:1", "[a]", "@a", "a/b",
                           "a,b", "#a", "a\n", "a\0", "\xFF",
                           ("ü"):rep(33)} do
      assert.has_error(function() bots.new {name = name} end,
        ("bad argument #1 to 'new' (option 'name': %s, got %q)")
        :format(expected, name))
    end
    assert.has_error(function() bots.new {name = 5} end,
      ("bad argument #1 to 'new' (option 'name': %s, got 5)")
      :format(expected))
    for name, store in pairs {ann = "ann.json", ["Änn-ß_1.2"] =
                              "Änn-ß_1.2.json", [("ü"):rep(32)] =
                              ("ü"):rep(32) .. ".json"} do
      assert.equal(store, assert(options.read {name = name}).store)
    end
    assert.is_nil(options.read({}).name)
    assert.equal("bot.json", options.read({}).store)
  end)

  it("give way to those of the command, also to its name", function()
    local _ <close> = setmetatable({}, {__close = function()
      options.override {}
    end})
    options.override {name = "ann", strict_name = true}
    local read = assert(options.read {name = "bob"})
    assert.same({"ann", true, "ann.json"},
                {read.name, read.strict_name, read.store})
    assert.equal("mine", assert(options.read {store = "mine"}).store)
    options.override {name = "a b"}
    assert.is_nil((options.read {name = "bob"}))
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
