-- gop2p - a node of a gop2p network, in Lua.
--
--   local gop2p = require "gop2p"
--
--   gop2p.run(function()
--     local node <close> = assert(gop2p.start_local_node(5001))
--     assert(node:connect(gop2p.me(5000)))
--     node:broadcast("Hello network!")
--     for msg in node:inbox() do print(msg) end
--   end)

local core = require "gop2p.core"

-- Once in a Lua state: see core.c.
if core.kept then return core.kept.gop2p end

local check = require "gop2p.check"
local clock = require "gop2p.clock"
local help = require "gop2p.help"
local input = require "gop2p.input"
local prompt = require "gop2p.prompt"
local reach = require "gop2p.reach"
local scheduler = require "gop2p.scheduler"
local signals = require "gop2p.signals"
local start = require "gop2p.start"
local state = require "gop2p.state"
local values = require "gop2p.values"

-- What raises for its caller is never called last ("return f()"): a tail
-- call would hide the caller's line.

local gop2p = { _VERSION = "gop2p 0.1.0" }

local function checkport(port, least, arg, name)
  port = check.integer(port, arg, name, 1)
  check.that(port >= least and port <= 65535, arg, name,
             ("port out of range: %d (%d to 65535)"):format(port, least), 1)
  return port
end

local function makepeer(name, address, port)
  local peer, why = values.makepeer(address, port)
  check.that(peer, 1, name, why, 1)
  return peer
end

-- The core judges the options of a node but for the path of its state file.
local function checkoptions(options, arg, name)
  local path = options.state
  check.that(path == nil or values.ispath(path), arg, name,
             "option 'state': path of a file expected", 1)
  local given = {}
  for key, value in pairs(options) do given[key] = value end
  given.state = nil
  local good, problem = pcall(core.checkoptions, given)
  check.that(good, arg, name, problem, 1)
end

-- What starting raises is raised for the caller, and is no fault of its
-- arguments: a child that was forked.
local function begin(name, f, ...)
  local ok, node, err = pcall(f, ...)
  if not ok then error(("'%s': %s"):format(name, node), 3) end
  return node, err
end

-- gop2p.start_node(address, port [, options]) -> node | nil, err
--
-- A node that serves. 'address' is where others reach it, such as
-- "192.168.1.20"; nil: the one that this machine has on its default route,
-- or EADDRNOTAVAIL. It listens on every address of the machine unless
-- options.listen (a numeric address, "localhost" or "*") says otherwise.
-- Port 0 takes a free one. A port that is taken comes back as an error.
function gop2p.start_node(address, port, options)
  port = checkport(port, 0, 2, "start_node")
  if address ~= nil then
    address = check.string(address, 1, "start_node")
    local peer, why = values.makeself(address, port == 0 and 1 or port)
    check.that(peer, 1, "start_node", why)
  end
  options = check.table(options, 3, "start_node") or {}
  checkoptions(options, 3, "start_node")
  local node, err
  if address == nil then
    address, err = reach.default()
    if not address then return nil, err end
  end
  node, err = begin("start_node", start.at, address, port, options, "*")
  return node, err
end

-- gop2p.start_local_node(port [, options]) -> node | nil, err
--
-- The same for a network on this machine: it is called "localhost" and
-- listens on the loopback addresses only.
function gop2p.start_local_node(port, options)
  port = checkport(port, 0, 1, "start_local_node")
  options = check.table(options, 2, "start_local_node") or {}
  checkoptions(options, 2, "start_local_node")
  local node, err = begin("start_local_node", start.at, "localhost", port,
                          options, "localhost")
  return node, err
end

local LEAVE = 1      -- seconds to leave whoever has met it meanwhile

-- Joins through one after the other; a node that does not, or is interrupted,
-- is closed.
local function enter(node, peers, timeout)
  local joined, err
  local _ <close> = setmetatable({}, { __close = function()
    if not joined then node:close() end
  end })
  for _, peer in ipairs(peers) do
    joined, err = start.connect(node, peer, timeout)
    if joined then return node end
    if core.isclosed(node) then return nil, err end
  end
  if core.isconnected(node) then
    state.hold(node)
    node:leave(LEAVE)
  end
  return nil, err
end

-- gop2p.join(peer_or_list [, options]) -> node | nil, err
--
-- A node that has joined the network of 'peer'. It is reached at the address
-- that this machine has on the way there; over loopback it is as one of
-- start_local_node, unless the peer says that it is reached elsewhere. Of a
-- list of entry points one after the other is tried; the address is that on
-- the way to the first that is on another machine. Waits, also for the
-- look-up of names. options: those of a node, port (default: a free one), and
-- timeout, as node:connect() has it.
function gop2p.join(peers, options)
  local list, why = values.topeers(peers)
  check.that(list, 1, "join", why)
  check.table(options, 2, "join")
  local given = {}
  for key, value in pairs(options or {}) do given[key] = value end
  local port = checkport(given.port or 0, 0, 2, "join")
  local timeout = check.timeout(given.timeout, 2, "join")
  given.port, given.timeout = nil, nil
  checkoptions(given, 2, "join")
  -- One that is alone is looked up when it is joined, and the node moves.
  local node, err = begin("join", start.roaming, list, port, given,
                          #list == 1 and 0 or timeout)
  if not node then return nil, err end
  node, err = enter(node, list, timeout)
  return node, err
end

-- gop2p.me(port) -> peer: a node on this machine.
function gop2p.me(port)
  local peer = makepeer("me", "localhost", checkport(port, 1, 1, "me"))
  return peer
end

-- gop2p.peer(address, port) -> peer
-- gop2p.peer("host:port") -> peer
function gop2p.peer(address, port)
  if port == nil then
    local peer, why = values.topeer(address)
    check.that(peer, 1, "peer", why)
    return peer
  end
  address = check.string(address, 1, "peer")
  local peer = makepeer("peer", address, checkport(port, 1, 2, "peer"))
  return peer
end

-- gop2p.run([f [, options]]) -> signal | nil
--
-- Runs f as a task, and the loop until no task is left. Raises the first
-- error of a task, with its traceback. With the option signals = true SIGINT,
-- SIGTERM and, unless it is ignored, SIGHUP end it in order: every node
-- leaves, then the tasks are closed, each in five seconds at most, and it
-- gives "INT", "TERM" or "HUP". They are caught meanwhile, and only
-- meanwhile.
function gop2p.run(f, options)
  if f ~= nil then check.callable(f, 1, "run") end
  if check.options(options, { signals = "boolean" }, 2, "run").signals then
    local signal = signals.run(f)
    return signal
  end
  scheduler.run(f)
end

-- gop2p.spawn(f, ...) -> task
--
-- Starts f(...) as a task of its own; task:cancel() ends it where it waits.
function gop2p.spawn(f, ...)
  check.callable(f, 1, "spawn")
  return scheduler.spawn(f, ...)
end

-- gop2p.sleep(seconds): waits, while the loop goes on.
function gop2p.sleep(seconds)
  check.that(seconds ~= nil, 1, "sleep", "number of seconds expected")
  scheduler.sleep(check.timeout(seconds, 1, "sleep"))
end

-- gop2p.pump([seconds]): one turn of the loop; waits at most so long
-- (default 0) for something to happen.
function gop2p.pump(seconds)
  scheduler.turn(check.timeout(seconds, 1, "pump") or 0)
end

-- gop2p.loop() -> loop
--
-- For other event loops: loop:pollfd() is a descriptor that is readable when
-- there is work (nil where the system gives none), loop:events() is "r",
-- loop:timeout() the seconds until it wants to be pumped whatever happens
-- (nil: never), loop:pump([seconds]) one turn.
function gop2p.loop()
  return core.loop()
end

core.loopmeta.__name = "gop2p.loop"
core.loopmeta.__index = {
  pollfd = function() return core.fd() end,
  events = function() return "r" end,
  timeout = function() return scheduler.due() end,
  pump = function(_, seconds) gop2p.pump(seconds) end,
}

gop2p.readable = input.readable
gop2p.lines = input.lines
gop2p.prompt = prompt.set

-- gop2p.now() -> seconds since some moment in the past, with fractions
--
-- For measuring: nobody sets this clock. In a test it has the virtual time.
function gop2p.now()
  return clock.now()
end

-- gop2p.fold(text) -> text
--
-- For comparing regardless of case and accents: two texts that give the same
-- are one to a person. Bytes that are none of UTF-8 stay as they are.
function gop2p.fold(text)
  return core.fold(check.string(text, 1, "fold"))
end

-- gop2p.help() -> text: what there is.
function gop2p.help()
  return help.gop2p(gop2p)
end

setmetatable(gop2p, {
  __name = "gop2p",
  __tostring = function()
    return gop2p._VERSION .. ", see gop2p.help()"
  end,
})

core.kept = { gop2p = gop2p }
for name, module in pairs(package.loaded) do
  if tostring(name):find("^gop2p%.%l+$") then core.kept[name] = module end
end

return gop2p
