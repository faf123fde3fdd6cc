-- The tables of the pages against the code: each call, option, error, event
-- and field stands in them, and nothing else does.

local core = require "gop2p.core"
local gop2p = require "gop2p"
local contents = require("spec.support.net").read
local page = require "spec.support.page"
local scriptfile = require "spec.support.script"
local testing = require "gop2p.testing"

local interface = page.read("lua/gop2p/README.md")
local bots = page.read("lua/gop2p/bot/README.md")
local kit = page.read("lua/gop2p/testing/README.md")
local command = page.read("lua/gop2p/cli/README.md")

-- The words in backquotes of the first cells of a table.
local function words(p, first)
  local set = {}
  for _, cells in ipairs(p:rows(first)) do
    for word in cells[1]:gmatch("`\"?([^`\"]+)\"?`") do set[word] = true end
  end
  return set
end

describe("the reference", function()
  it("has its calls in the help, each in that of its kind", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local function listed(text, kind, there)
      local names = {}
      for name in ("\n" .. text):gmatch("\n" .. kind .. "([%l_]+)%(") do
        names[name] = true
      end
      for name, value in pairs(there) do
        assert.equal(type(value) == "function", names[name] or false, name)
      end
      for name in pairs(names) do assert.is_function(there[name]) end
    end
    listed(gop2p.help(), "gop2p.", gop2p)
    listed(node:help(), "node:", core.nodemeta.__index)
  end)

  it("names every call of the interface, and no other", function()
    local named = {}
    for _, cells in ipairs(interface:rows("call")) do
      for name in cells[1]:gmatch("`(%w+[.:][%a_]+)%(") do
        named[name] = true
      end
    end
    local there = {}
    for name, value in pairs(gop2p) do
      if type(value) == "function" then there["gop2p." .. name] = true end
    end
    for name in pairs(core.nodemeta.__index) do
      if name ~= "opened" then there["node:" .. name] = true end
    end
    for name in pairs(core.receiptmeta.__index) do
      there["receipt:" .. name] = true
    end
    -- For the scheduler, not for programs.
    there["receipt:settle"], there["receipt:failure"] = nil, nil
    assert.same(there, named)
  end)

  it("names every call of the test kit, and no other", function()
    local net <close> = testing.network()
    local bot <close> = scriptfile("")
    local there = {}
    local function add(prefix, methods)
      for name in pairs(methods) do there[prefix .. name] = true end
    end
    add("testing.", testing)
    add("net:", getmetatable(net).__index)
    add("user:", getmetatable(net:user("ann")).__index)
    add("bot:", getmetatable(net:bot(bot.name)).__index)
    local named = {}
    for _, cells in ipairs(kit:rows("in a test")) do
      for name in cells[1]:gmatch("`(%w+[.:][%a_]+)%(") do
        named[name] = true
      end
    end
    assert.same(there, named)
  end)

  it("names every call of a bot, and every option", function()
    local bot = require("gop2p.bot").new { store = false }
    local there, named = {}, {}
    for name in pairs(getmetatable(bot).__index) do
      there["bot:" .. name] = true
    end
    for name in ("newregistry adopt task fire find lead"):gmatch("%a+") do
      there["bot:" .. name] = nil   -- for the other parts of the bot
    end
    there["ctx:reply"], there["ctx:ask"] = true, true
    for _, cells in ipairs(bots:rows("of a bot")) do
      for name in cells[1]:gmatch("`(%w+[.:][%a_]+)%(") do
        named[name] = true
      end
    end
    assert.same(there, named)
    there, named = {}, {}
    for _, cells in ipairs(bots:rows("bot option")) do
      for name in cells[1]:gmatch("`([%l_]+)`") do named[name] = true end
    end
    for name in contents("lua/gop2p/bot/options.lua")
      :match("\nlocal known = (%b{})"):gmatch("\n  ([%l_]+) = {") do
      there[name] = true
    end
    assert.same(there, named)
  end)

  it("names every option, and no other", function()
    local there = {listen = true, cors = true, state = true, name = true}
    for name in contents("csrc/lua/options.c"):gmatch('{"([%l_]+)", AT') do
      there[name] = true
    end
    local named = {}
    for _, cells in ipairs(interface:rows("option")) do
      local name, value = cells[1]:match("^`(.*)`$"), tonumber(cells[2])
      named[name] = true
      -- The default is taken for a value; what is out of range would raise.
      local node <close> = assert(gop2p.start_local_node(0, {[name] = value}))
      assert.is_true(value ~= nil or cells[2] == "see above"
                     or cells[2] == "none", node:self())
    end
    assert.same(there, named)
  end)

  it("names every error, with its kind and cause", function()
    local there = {}
    for name, kind, text in contents("csrc/base/err.h")
      :gmatch('X%((%u+), (%u+), "(.-)"%)') do
      if name ~= "OK" then
        there[#there + 1] = {"`E" .. name .. "`", kind:lower(), text}
      end
    end
    assert.same(there, interface:rows("code"))
  end)

  it("names every event", function()
    local there = {}
    for name in contents("csrc/lua/values.c")
      :match("lgp_pushevent.-types%[%] = {([^}]*)}"):gmatch('"(%l+)"') do
      there[name] = true
    end
    assert.same(there, words(interface, "event"))
  end)

  it("names every state of a peer", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local _, text = pcall(node.members, node, "x")
    local there = {}
    for name in text:gmatch('"(%l+)"') do there[name] = true end
    assert.same(there, words(interface, "state of a peer"))
  end)

  it("names every field of the statistics", function()
    local a <close> = assert(gop2p.start_local_node(0, { name = "a" }))
    local b <close> = assert(gop2p.start_local_node(0, { name = "b" }))
    assert(b:connect(a:self()))
    while not b:member("a").rtt do gop2p.pump(0.1) end
    local stats, fields = b:stats(), words(interface, "field of a peer")
    local there = {}
    for name in pairs(stats.peers[1]) do there[name] = true end
    assert.same(there, fields)
    local section = interface:section("counts"):match("^(.-)\n|")
    local counts = {}
    for name in section:gmatch("`([%l_]+)`") do counts[name] = true end
    there = {}
    for name in pairs(stats) do there[name] = true end
    assert.same(there, counts)
  end)

  it("names the fields of what a command prints as JSON", function()
    for _, cells in ipairs(command:rows("command")) do
      local name, fields = cells[1]:match("`(%l+)`"), cells[3]
      local source = contents("lua/gop2p/cli/" .. name .. ".lua")
      local there = {}
      for call in source:gmatch("show%.json(%b())") do
        for field in call:gmatch('"(%l+)",') do there[field] = true end
      end
      for field in pairs(there) do
        assert.truthy(fields:find("`" .. field .. "`", 1, true), field)
      end
      for field in fields:gsub("%b()", ""):gmatch("`(%l+)`") do
        assert.is_true(there[field] or name == "bot", field)
      end
    end
  end)

  it("names what can be typed in a chat", function()
    local help = contents("lua/gop2p/cli/chat.lua"):match("HELP = (%b[])")
    local typed = {}
    for text in pairs(words(command, "typed")) do
      typed[text:match("^/?(%l+)")] = true
    end
    for word in help:gmatch("\n(%l+) [ <]") do
      assert.is_true(typed[word], word)
    end
    for word in help:gmatch("/(%l+)") do assert.is_true(typed[word], word) end
  end)
end)
