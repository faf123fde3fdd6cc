-- options.lua - the options of a bot: what there is, and what it may be.

local core = require "gop2p.core"
local log = require "gop2p.bot.log"
local values = require "gop2p.values"

local options = {}

local function shown(value)
  return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

-- What tests an option gives whether it is good, what was expected, and, if
-- that does not say it all, what is wrong.

local function is(kind)
  return function(value)
    return type(value) == kind, kind .. " expected"
  end
end

local function number(least, whole)
  return function(value)
    local good = type(value) == "number" and value >= least and
                 value < math.huge and
                 (not whole or math.tointeger(value) ~= nil)
    return good, ("%s from %s expected"):format(
      whole and "whole number" or "number", least)
  end
end

local function orfalse(test)
  return function(value)
    local good, expected = test(value)
    return value == false or good, expected .. ", or false"
  end
end

-- As text, too: that is how arguments of a program come.
local function toport(value)
  if type(value) == "string" and value:find("^%d+$") then
    return math.tointeger(value)
  end
  return value
end

local function port(value)
  value = toport(value)
  local good = math.type(value) == "integer" and value >= 0 and value <= 65535
  return good, "port from 0 to 65535 expected"
end

-- options.peers(value) -> list | nil, why: one peer, a list, or none (nil).
function options.peers(value)
  if value == nil or type(value) == "table" and #value == 0 and
     value.address == nil then
    return {}
  end
  return values.topeers(value)
end

local function peers(value)
  local list, why = options.peers(value)
  return list ~= nil, nil, why
end

-- options.holders(value) -> list of peers, list of names | nil, why
--
-- Who has a role: a peer, the name of a member, a list of them, or none.
function options.holders(value)
  local whole = type(value) ~= "table" or value.address ~= nil
  local list = whole and { value } or value
  local addresses, names = {}, {}
  for i, each in ipairs(list) do
    local peer, why = values.topeer(each)
    local name = not peer and values.toname(each)
    if name then
      names[#names + 1] = name
    elseif peer then
      addresses[#addresses + 1] = peer
    else
      return nil, whole and why or ("item %d: %s"):format(i, why)
    end
  end
  return addresses, names
end

local function holders(value)
  local list, why = options.holders(value)
  return list ~= nil, nil, why
end

local function address(value)
  if value == "auto" then return true end
  local peer, why = values.makeself(value, 1)
  return peer ~= nil, nil, why
end

local PATH = "path of a file expected"

local function path(value)
  return values.ispath(value), PATH
end

-- What would be refused when the node is started is refused here already.
local function nodeoptions(value)
  if type(value) ~= "table" then return false, "table expected" end
  local given = {}
  for name, each in pairs(value) do given[name] = each end
  given.state = nil
  if value.name ~= nil then
    return false, nil, "'name' is an option of the bot itself"
  end
  if value.state ~= nil and not values.ispath(value.state) then
    return false, nil, "option 'state': " .. PATH
  end
  local good, why = pcall(core.checkoptions, given)
  return good, nil, why
end

-- What the fields of 'log' have to be.
local LOG = {
  level = { function(value) return log.levels[value] ~= nil end,
            "debug, info, warn, error or off" },
  json = { is "boolean", "true or false" },
  file = { function(value)
             return type(value) == "string" or io.type(value) == "file"
           end, "a path or an open file" },
}

local function logoptions(value)
  if type(value) ~= "table" then return false, "table expected" end
  for key, each in pairs(value) do
    local field = LOG[key]
    if not field then
      return false, nil, ("level, json and file expected, not %s")
                         :format(tostring(key))
    elseif not field[1](each) then
      return false, nil, ("%s: %s expected, got %s"):format(key, field[2],
                                                            shown(each))
    end
  end
  return true
end

local function nodename(value)
  local good, expected = core.isname(tostring(value))
  return type(value) == "string" and good, expected
end

local function text(value)
  local good = type(value) == "string" and value ~= ""
  return good, "text expected"
end

-- Name, default (nil: none), and what it has to be.
local known = {
  name = { nil, nodename },
  strict_name = { false, is "boolean" },
  port = { 0, port },
  address = { nil, address },
  node = { nil, nodeoptions },
  join = { nil, peers },
  prefix = { "!", orfalse(text) },
  owner = { nil, holders },
  roles = { nil, is "table" },
  allow = { nil, is "table" },
  budget = { 1, orfalse(number(0.001)) },
  cooldown = { 0, number(0) },
  max_errors = { 5, number(1, true) },
  max_tasks = { 1000, number(1, true) },
  max_message = { 1000, number(16, true) },
  rate = { 5, number(0.001) },
  burst = { 20, number(1, true) },
  queue = { 100, number(0, true) },
  exchange = { 100, orfalse(number(1)) },
  store = { nil, orfalse(is "string") },
  max_store = { 16 << 20, number(16, true) },
  state = { nil, path },
  log = { {}, logoptions },
  dry_run = { false, is "boolean" },
  watch = { false, is "boolean" },
}

local overriding = {}

-- options.override(given): from now on these win over what a script says; of
-- its log each field by itself.
function options.override(given)
  overriding = given
end

local function merge(given, over)
  local out = {}
  for name, value in pairs(given) do out[name] = value end
  for name, value in pairs(over) do
    local inner = name == "log" and type(given.log) == "table"
    out[name] = inner and merge(given.log, value) or value
  end
  return out
end

-- options.read(given) -> options, complete | nil, why
function options.read(given)
  local out = {}
  given = merge(given, overriding)
  for name, value in pairs(given) do
    local option = known[name]
    if not option then
      return nil, ("no such option: %s"):format(tostring(name))
    end
    local good, expected, why = option[2](value)
    if not good then
      why = why or ("%s, got %s"):format(expected, shown(value))
      return nil, ("option '%s': %s"):format(name, why)
    end
  end
  for name, option in pairs(known) do
    out[name] = given[name]
    if out[name] == nil then out[name] = option[1] end
  end
  out.join, out.port = options.peers(out.join), toport(out.port)
  if out.store == nil then
    out.store = (out.name or "bot") .. ".json"
  end
  return out
end

-- What is made of these at the start stays as it is.
local FIXED = { "strict_name", "port", "address", "node", "state", "join",
                "store", "max_store", "log", "dry_run", "watch", "budget",
                "rate", "burst", "queue", "exchange" }

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for key, value in pairs(a) do
    if not same(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

-- options.keep(new, old) -> names: those of them that are other ones in the
-- new options, and are put back.
function options.keep(new, old)
  local names = {}
  for _, name in ipairs(FIXED) do
    if not same(old[name], new[name]) then
      names[#names + 1], new[name] = name, old[name]
    end
  end
  return names
end

return options
