-- network.lua - a network in memory, on virtual time, as a test has it in
-- hand.

local check = require "gop2p.check"
local core = require "gop2p.core"
local program = require "gop2p.testing.program"
local schedule = require "gop2p.bot.schedule"
local user = require "gop2p.testing.user"
local values = require "gop2p.values"
local world = require "gop2p.testing.world"

local network = {}
local methods = {}
local meta = { __index = methods, __name = "gop2p.testing.network" }

local worlds = setmetatable({}, { __mode = "k" })   -- network -> its world

-- network.open(options) -> network; see testing.network.
function network.open(options)
  local net = setmetatable({}, meta)
  local inside = world.open(options)
  worlds[net], inside.net = inside, net   -- not collected while it is open
  return net
end

-- net:close(): all that is in it is gone; the loop is the process's again.
-- Raises when a bot has logged an error that no expectation has found. Any
-- number of times.
function methods:close()
  check.self(self, meta, "close", "network")
  worlds[self]:finish(2)
end

-- What has ended the test already is told alone.
function meta.__close(self, err)
  if err ~= nil then return worlds[self]:close() end
  worlds[self]:finish(2)
end

-- At the end of the process, at the latest.
function meta.__gc(self)
  if worlds[self] then worlds[self]:close() end
end

function meta.__tostring(self)
  return worlds[self]:isopen() and "simulated network" or
         "simulated network (closed)"
end

local function open(self, name)
  check.self(self, meta, name, "network", 1)
  if not worlds[self]:isopen() then
    error(("'%s': the network is closed"):format(name), 3)
  end
  return worlds[self]
end

-- A name that a node can have; 'option' is said before what is wrong.
local function checkname(name, arg, what, option)
  local good, expected = core.isname(name)
  check.that(good, arg, what,
             ("%s%s, got %q"):format(option or "", expected, name), 1)
  return name
end

local function checknew(inside, name, arg, what)
  check.that(not inside.parts[name], arg, what,
             ("'%s' exists already"):format(name), 1)
end

-- net:bot(path [, options]) -> bot
--
-- Starts a script, as "lua path" would, and waits until it is a member of
-- the network, three seconds at most: one that has joined nobody by then is
-- joined by the others. options: name (by which the test means it, whatever
-- the script calls its node; that of the file), args (a list), env
-- (variables of the environment; false: not set), and may_fail: that it ends
-- with an error is part of the test, and else raised by the next call.
function methods:bot(path, options)
  local inside = open(self, "bot")
  path = check.string(path, 1, "bot")
  options = check.options(options, { name = "string", args = "table",
                                     env = "table", may_fail = "boolean" },
                          2, "bot")
  local name = options.name or path:match("([^/]*)$"):gsub("%.lua$", "")
  checkname(name, 2, "bot", "option 'name': ")
  checknew(inside, name, 2, "bot")
  local part = program.new(inside, name, path, options)
  local started, why = program.start(part)
  if not started then error(why, 2) end
  inside:enlist(part)
  inside:settle(part, 2)
  return part
end

-- Where the node of a user is, unless the test says so: "ann:5000". What no
-- host name has in it stands there as the number of its character.
local function addressof(name)
  if core.peer(name, 5000) then return name .. ":5000" end
  local host = name:gsub(utf8.charpattern, function(character)
    if character:find("^[%w.-]$") then return character end
    return ("_%x"):format(utf8.codepoint(character))
  end)
  return host .. ":5000"
end

-- The name of a user's node, or false.
local function nodename(options, name)
  local given = options.name
  if given == nil then return name end
  if given == false then return false end
  check.that(type(given) == "string", 2, "user",
             "option 'name': string or false expected", 1)
  return checkname(given, 2, "user", "option 'name': ")
end

-- net:user(name [, options]) -> user
--
-- Somebody whom the test has in hand, with a node of that name, at
-- "ann:5000". options: name (another one for the node; false: it has none,
-- as a member that is a Go program), address ("host:port"), and join:
-- through whom, when there is more than one network. Raises when a node that
-- lives has the name already.
function methods:user(name, options)
  local inside = open(self, "user")
  name = checkname(check.string(name, 1, "user"), 1, "user")
  checknew(inside, name, 1, "user")
  options = check.options(options, { name = "any", address = "any",
                                     join = "any" }, 2, "user")
  local called = nodename(options, name)
  local peer, why = values.topeer(options.address or addressof(name))
  check.that(peer, 2, "user", why)
  local through
  if options.join then
    through, why = inside:peerof(options.join)
    check.that(through, 2, "user", why)
  end
  local part = user.new(inside, name, called, peer, through)
  local entered, err = user.enter(part)
  if not entered then error(tostring(err), 2) end
  inside:enlist(part)
  inside:check(2)
  return part
end

-- net:advance(seconds | "HH:MM"): lets time pass, or until it is that time
-- of day next, or "2030-12-24 18:00".
function methods:advance(time)
  local inside = open(self, "advance")
  local seconds, why = time, "seconds or a time such as 09:00 expected"
  if type(time) == "string" then
    local moment
    moment, why = schedule.moment(time, core.time())
    check.that(moment, 1, "advance", why)
    seconds, why = moment - core.time(), "it is past " .. time
  end
  check.that(type(seconds) == "number" and seconds >= 0, 1, "advance", why)
  inside:await(function() return inside.problem end, seconds)
  inside:check(2)
end

-- net:now() -> virtual seconds since 1970, as os.time of the bots gives
function methods:now()
  open(self, "now")
  return core.time()
end

-- The names of the parts in a list, or of one.
local function names(inside, list, arg)
  local one = type(list) ~= "table" or list.kind or list.address
  local out = {}
  for i, who in ipairs(one and { list } or list) do
    local part, why = inside:part(who)
    check.that(part, arg, "partition", why, 1)
    out[i] = part.name
  end
  return out
end

-- net:partition(names, ...)
--
-- What is sent between the sides is lost from now on. Each list of bots and
-- users is a side, and all others are one more.
function methods:partition(...)
  local inside = open(self, "partition")
  local sides = table.pack(...)
  check.that(sides.n > 0 and sides.n < 64, 1, "partition",
             "1 to 63 lists of names expected")
  for i = 1, sides.n do sides[i] = names(inside, sides[i], i) end
  inside:divide(sides)
  inside.conversation:note("* the network is partitioned")
end

-- net:heal(): no partition and no loss any more.
function methods:heal()
  local inside = open(self, "heal")
  core.sim.loss(0)
  inside:unite()
  inside.conversation:note("* the network is healed")
end

-- net:loss(share): of all messages, from 0 to 1, that are lost from now on
function methods:loss(share)
  local inside = open(self, "loss")
  check.that(type(share) == "number" and share >= 0 and share <= 1, 1,
             "loss", "share from 0 to 1 expected")
  core.sim.loss(share)
  inside.conversation:note(("* %g %% of the messages are lost")
                           :format(share * 100))
end

-- net:latency(seconds [, most]): that a message takes from now on
function methods:latency(least, most)
  open(self, "latency")
  least = check.timeout(least, 1, "latency")
  check.that(least, 1, "latency", "number of seconds expected")
  most = check.timeout(most, 2, "latency") or least
  core.sim.latency(least, most)
end

-- net:said_by(name) -> list of texts
--
-- What a bot or a user has sent so far, to everybody or to one, for
-- testing.expect to look through.
function methods:said_by(who)
  check.self(self, meta, "said_by", "network")
  local inside = worlds[self]
  local part, why = inside:part(who)
  check.that(part, 1, "said_by", why)
  return inside.conversation:view(part.name, "say")
end

-- net:transcript() -> text: all that happened, with virtual time stamps
function methods:transcript()
  check.self(self, meta, "transcript", "network")
  return worlds[self].conversation:text()
end

-- net:stats() -> steps of the simulation so far, requests made in it
function methods:stats()
  open(self, "stats")
  local steps, requests = core.sim.count()
  return { steps = steps, requests = requests }
end

return network
