-- testing/init.lua - tests of bots, in a simulated network on virtual time.
--
--   local testing = require "gop2p.testing"
--   local expect = testing.expect
--
--   local net <close> = testing.network { seed = 7 }
--   net:bot("dice.lua")
--   local ann = net:user("ann")
--   ann:say("!roll")
--   expect(net:said_by("dice"), "rolled %d")
--
-- Under busted a failure is one of its own; elsewhere it is an error. Both
-- show the conversation.

local check = require "gop2p.check"
local conversation = require "gop2p.testing.conversation"
local network = require "gop2p.testing.network"
local schedule = require "gop2p.bot.schedule"
local values = require "gop2p.values"
local worlds = require "gop2p.testing.world"

local testing = {}

local EXPECTED = 5   -- seconds that an expectation waits
local REFUTED = 1    -- seconds that nothing may be said

local function number(options, name, default, least, most, extra)
  local value = options[name]
  if value == nil then return default end
  check.that(type(value) == "number" and value >= least and value <= most, 1,
             "network", ("option '%s': number from %s to %s expected")
             :format(name, least, most), 2 + (extra or 0))
  return value
end

-- The start, in local time: a Monday.
local function epoch(text)
  if text == nil then text = "2024-01-01 00:00" end
  local date = type(text) == "string" and text:match("^%d+%-.*$") or "?"
  local moment = schedule.moment(date:find(" ") and date or date .. " 00:00")
  check.that(moment, 1, "network",
             "option 'start': \"2024-01-01 09:00\" or the like expected", 2)
  return moment
end

local function entries(given)
  if given == false then return {} end
  local list, why = values.topeers(given or 5000)
  check.that(list, 1, "network", "option 'entry': " .. tostring(why), 2)
  return list
end

local function latency(options)
  local given = options.latency
  if type(given) ~= "table" then
    given = number(options, "latency", nil, 0, 60, 1)
    return { given or 0.001, given or 0.01 }
  end
  return { number(given, 1, 0.001, 0, 60, 1),
           number(given, 2, 0.01, 0, 60, 1) }
end

local KNOWN = { seed = "any", start = "any", entry = "any", latency = "any",
                loss = "any", keep = "any" }

local function read(given)
  given = check.options(given, KNOWN, 1, "network", 1)
  return {
    seed = number(given, "seed", 1, math.mininteger, math.maxinteger),
    start = epoch(given.start), entry = entries(given.entry),
    latency = latency(given), loss = number(given, "loss", 0, 0, 1),
    keep = number(given, "keep", 10000, 1, math.maxinteger),
  }
end

-- testing.network([options]) -> network
--
-- One is open at a time: it closes the one before, and raises as close does.
-- Options: seed (an
-- integer; the same gives the same run), start ("2024-01-01 00:00", local
-- time), latency (seconds, or {least, most}; 1 to 10 ms), loss (share of the
-- messages that are lost), keep (lines of the conversation, and texts of
-- each member, that are kept: 10000), and entry: where a silent member waits
-- for bots to join through it ("localhost:5000"; a list; false: nowhere).
-- Several entry points are as many networks.
function testing.network(options)
  options = read(options)
  check.integer(options.seed, 1, "network")
  worlds.finish(2)
  local ok, net = pcall(network.open, options)
  if not ok then error((tostring(net):gsub("^[^:]+:%d+: ", "")), 2) end
  return net
end

local function streamof(view, name)
  local from = conversation.stream(view)
  check.that(from, 1, name, "texts from said_by, hears or prints expected",
             1)
  return from
end

local function checkwanted(wanted, name)
  check.that(type(wanted) == "string" or type(wanted) == "function", 2, name,
             "pattern or function expected", 1)
  local ok, why = pcall(string.find, "", wanted)
  check.that(type(wanted) == "function" or ok, 2, name, why, 1)
end

local function describe(wanted)
  return type(wanted) == "string" and ("%q"):format(wanted) or
         "what the function accepts"
end

-- Looks for it, and lets time pass meanwhile.
local function seek(from, wanted, seconds)
  local world, found = from.world, nil
  local function look()
    if not found then
      found = table.pack(conversation.find(from, wanted))
      if found[1] == nil then found = nil end
    end
    return found or world.problem
  end
  if look() or not world:isopen() then return found end
  world:await(look, seconds)
  return found
end

-- testing.expect(texts, wanted [, seconds]) -> what was found
--
-- The next of the texts (net:said_by(), user:hears(), bot:prints()) that
-- 'wanted' matches must be there or come within so many virtual seconds (5).
-- 'wanted' is a pattern of Lua's, found anywhere in the text, or a function
-- of the text. What it gives is returned: captures, or the whole match. What
-- an expectation has come past is not looked at by the next.
function testing.expect(texts, wanted, seconds)
  local from = streamof(texts, "expect")
  checkwanted(wanted, "expect")
  seconds = check.timeout(seconds, 3, "expect") or EXPECTED
  local found = seek(from, wanted, seconds)
  if found then return table.unpack(found, 1, found.n) end
  from.world:check(2)
  local hint = ""
  if conversation.isliteral(from, wanted) then
    hint = " (the same text is there: in a pattern, write a % before"
           .. " each ( ) . % + - * ? [ ^ $)"
  end
  from.world:raise(("expected that %s %ss %s within %g s%s"):format(
    from.who, from.what, describe(wanted), seconds, hint), 2)
end

-- testing.refute(texts, wanted [, seconds]): none that 'wanted' matches may
-- be among those that no expectation has come past, nor come within so many
-- virtual seconds (1).
function testing.refute(texts, wanted, seconds)
  local from = streamof(texts, "refute")
  checkwanted(wanted, "refute")
  seconds = check.timeout(seconds, 3, "refute") or REFUTED
  local found = seek(from, wanted, seconds)
  from.world:check(2)
  if found then
    from.world:raise(("expected that %s never %ss %s"):format(
      from.who, from.what, describe(wanted)), 2)
  end
end

return testing
