-- The tables of the pages against the code: each call, option, error, event
-- and field stands in them, each default and signature as it is, and nothing
-- else does.

local core = require "gop2p.core"
local gop2p = require "gop2p"
local contents = require("spec.support.net").read
local options = require "gop2p.bot.options"
local page = require "spec.support.page"
local scriptfile = require "spec.support.script"
local testing = require "gop2p.testing"

local interface = page.read("lua/gop2p/README.md")
local bots = page.read("lua/gop2p/bot/README.md")
local kit = page.read("lua/gop2p/testing/README.md")
local command = page.read("lua/gop2p/cli/README.md")

-- The calls that begin the first cells of rows, such as node:send.
local function calls(rows)
  local set = {}
  for _, cells in ipairs(rows) do
    for name in cells[1]:gmatch("`(%w+[.:][%a_]+)%(") do set[name] = true end
  end
  return set
end

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
    local rows = interface:rows("call")
    local named = calls(rows)
    for _, cells in ipairs(rows) do
      for name in cells[2]:gmatch("`(loop:%l+)%(") do named[name] = true end
    end
    local there = {}
    for name in pairs(core.loopmeta.__index) do
      there["loop:" .. name] = true
    end
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
    -- A loop that polls such objects asks for it by itself: need not be said.
    there["loop:events"] = named["loop:events"]
    assert.same(there, named)
  end)

  it("has the calls of the interface as the help has them", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local text = gop2p.help() .. "\n" .. node:help()
    local named = {}
    for _, cells in ipairs(interface:rows("call")) do
      for call in cells[1]:gmatch("`%w+[.:]([%l_]+%b())`") do
        named[call] = true
        assert.truthy(text:find(call, 1, true), call)
      end
    end
    for call in ("\n" .. text):gmatch("\n%w+[.:]([%l_]+%b())") do
      assert.is_true(named[call], call)
    end
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
    assert.same(there, calls(kit:rows("in a test")))
  end)

  it("names every call of a bot", function()
    local bot = require("gop2p.bot").new { store = false }
    local there = {}
    for name in pairs(getmetatable(bot).methods) do
      there["bot:" .. name] = true
    end
    for name in ("newregistry adopt begin task fire find lead longest")
      :gmatch("%a+") do
      there["bot:" .. name] = nil   -- for the other parts of the bot
    end
    there["ctx:reply"], there["ctx:notice"] = true, true
    there["ctx:ask"] = true
    assert.same(there, calls(bots:rows("of a bot")))
  end)

  it("names every option of a bot, and its default", function()
    local there, named = options.read {}, {}
    there.store = there.store:gsub("^bot", "NAME")
    for _, cells in ipairs(bots:rows("bot option")) do
      local defaults = {}
      for text in cells[2]:gmatch("[^,%s`\"]+") do
        defaults[#defaults + 1] = text
      end
      for name in cells[1]:gmatch("`([%l_]+)`") do
        named[name] = #defaults > 1 and table.remove(defaults, 1)
                      or defaults[1]
      end
    end
    for name in contents("lua/gop2p/bot/options.lua")
      :match("\nlocal known = (%b{})"):gmatch("\n  ([%l_]+) = {") do
      local value = there[name]
      if type(value) == "table" and not next(value) then value = nil end
      there[name] = tostring(value or "none")
    end
    assert.same(there, named)
  end)

  -- The defaults that the core sets, by fields such as "node.max_members".
  local function core_defaults()
    local set = {}
    local function read(file, name, prefix, field)
      local body = contents(file):match("\nvoid " .. name .. " .-(%b{})")
      for at, value in body:gmatch("opt%->(" .. field .. ") = ([^;]+);") do
        set[prefix .. at] = load("return " .. value:gsub("%(size_t%)", ""))()
      end
    end
    read("csrc/node/node.c", "gp_nodeopt_init", "node.", "[%l_]+")
    read("csrc/net/service.c", "gp_serviceopt_init", "", "%l+%.[%l_]+")
    return set
  end

  -- Those that are no limits have no default in the core.
  local TEXTS = { listen = "address", listen_port = "port", name = "text",
                  state = "path", hosts = "list", trust_lists = "boolean",
                  check_source = "boolean" }

  it("names every option of a node, its default and unit", function()
    local source = contents("csrc/lua/options.c")
    local there, named, defaults = {}, {}, core_defaults()
    for name, unit in pairs(TEXTS) do there[name] = {"no number", unit} end
    for name in source:gmatch('strcmp%(name, "(%l+)"%)') do
      assert.truthy(there[name], name)
    end
    for name, part, field, unit in source
      :gmatch('{"([%l_]+)", AT%((%l+), ([%l_]+)%),%s*(%u+)}') do
      local default = defaults[part .. "." .. field]
      if unit == "SECONDS" then default = default / 1000 end
      if unit == "COUNT" then   -- of what, is in the name
        unit = name:gsub("^%l+_", ""):gsub("_per_address$", "")
      end
      there[name] = {("%.14g"):format(default), unit:lower()}
    end
    for _, cells in ipairs(interface:rows("option")) do
      local default = tonumber(cells[2]) and cells[2] or "no number"
      named[cells[1]:match("^`(.*)`$")] = {default, cells[3]}
    end
    assert.same(there, named)
  end)

  it("has defaults that are in range", function()
    for _, cells in ipairs(interface:rows("option")) do
      local name, value = cells[1]:match("^`(.*)`$"), tonumber(cells[2])
      local node <close> = assert(gop2p.start_local_node(0, {[name] = value}))
      assert.truthy(value or TEXTS[name], node:self())
    end
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
    local there, typed = {}, {}
    for word in help:gmatch("\n(%l+) [ <]") do there[word] = true end
    for word in help:gmatch("/(%l+)") do there[word] = true end
    for text in pairs(words(command, "typed")) do
      typed[text:match("^/?(%l+)")] = true
    end
    assert.same(there, typed)
  end)
end)
