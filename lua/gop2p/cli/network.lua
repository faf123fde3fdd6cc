-- network.lua - what the commands have in common: options, a node, its
-- joining and its leaving.

local core = require "gop2p.core"
local gop2p = require "gop2p"
local retry = require "gop2p.retry"
local show = require "gop2p.cli.show"
local signals = require "gop2p.signals"
local start = require "gop2p.start"
local values = require "gop2p.values"

local network = {}

local DONE, FAILED, USAGE = 0, 1, 2
local LOOKUP = 2     -- seconds for a name, before there is a node

-- A whole number as people write it: digits.
local function whole(text)
  return text:find("^%d+$") and math.tointeger(tonumber(text))
end

local function port(text)
  local number = whole(text)
  if number and number <= 65535 then return number end
  return nil, "not a port: " .. text
end

local function listenport(text)
  local number = port(text)
  if number and number >= 1 then return number end
  return nil, "not a port: " .. text
end

-- For argparse: a peer, or nil and why not.
function network.peer(text)
  local ok, peer = pcall(gop2p.peer, text)
  if ok then return peer end
  return nil, "not a peer: " .. text
end

-- For argparse: a peer, or the name that a member can have.
function network.peer_or_name(text)
  local peer, why = network.peer(text)
  return peer or values.toname(text), why
end

-- For argparse: a number that is more than 0.
function network.positive(text)
  local number = tonumber(text)
  if number and number > 0 and number < math.huge then return number end
  return nil, "not a number above 0: " .. text
end

-- For argparse: a whole number from 1.
function network.count(text)
  local number = whole(text)
  if number and number >= 1 then return number end
  return nil, "not a count: " .. text
end

-- For argparse: a node's name.
function network.name(text)
  local good, expected = core.isname(text)
  if good then return text end
  return nil, ("not a name: %s (%s)"):format(text, expected)
end

-- Declares the option --name.
function network.named(command)
  command:option("--name", "The node's name, by which others call it: one "
                 .. "that no other member has.")
    :argname("NAME"):convert(network.name)
end

-- Declares --strict-name, for a command that comes in under another name
-- where its own is taken.
function network.strict(command)
  command:flag("--strict-name", "Fail where the name is taken, instead of "
               .. "coming in as NAME-2.")
end

-- Declares the options of a command that has a node.
function network.options(command)
  command:option("--port", "The node's port (default: a free one).")
    :argname("PORT"):convert(port)
  command:option("--listen-port", "The port that the node listens at, where "
                 .. "the others reach it at another one.")
    :argname("PORT"):convert(listenport)
  command:option("--address", "Where other machines reach the node; auto: at "
                 .. "the address of the default route. Without it, at that "
                 .. "on the way to the peer of --join.")
    :argname("ADDRESS")
  command:option("--join", "Join the network of a peer, such as "
                 .. "localhost:5000, or 5000. Several are tried in turn.")
    :argname("PEER"):convert(network.peer):count("*")
  network.named(command)
end

-- Declares an argument that is another --join, the first.
function network.entry(command)
  command:argument("peer", "A peer of the network, as with --join.")
    :argname("PEER"):convert(network.peer):args("?")
    :action(function(options, _, peer)
      if peer then table.insert(options.join, 1, peer) end
    end)
end

-- Declares --wait, for a command that may be there before others are.
function network.waits(command)
  command:option("--wait", "Go on trying to join for so many seconds where "
                 .. "nobody lets the node in. Without it a chat on a "
                 .. "terminal tries until somebody does, and all else once.")
    :argname("S"):convert(network.positive)
end

function network.json(command)
  command:flag("--json", "Print JSON, one object per line.")
end

local function startnode(options)
  local given = { name = options.name, listen_port = options.listen_port }
  local wanted, address, node, err = options.port or 0, options.address
  if address then
    address = address ~= "auto" and address or nil
    node, err = gop2p.start_node(address, wanted, given)
  else
    node, err = start.roaming(options.join, wanted, given, LOOKUP)
  end
  return node, err
end

local function was_interrupted(problem)
  return problem:find("interrupted!", 1, true) ~= nil
end

-- A node as the options say; or nil and the exit status, the reason being
-- told. May wait for a look-up; 'interrupted': the status after Ctrl-C.
function network.start(name, options, interrupted)
  local address = options.address
  if address and address ~= "auto" then
    local peer, why = values.makeself(address, 1)
    if not peer then
      show.complain(name, "%s", why)
      return nil, USAGE
    end
  end
  local ok, node, err = pcall(startnode, options)
  if ok and node then return node end
  if not ok then
    if was_interrupted(node) then return nil, interrupted end
    error(node, 0)
  end
  show.complain(name, "%s", show.words(err))
  return nil, FAILED
end

-- Errors that another try would give again.
local FINAL = { EEXIST = true, ESELF = true }

-- Joins through the first of the peers that lets us; true when there is
-- none to try. 'failed' is called with the error of each that does not. A
-- node that was told no address may have another one afterwards. 'connect', a
-- function of node and peer, is start.connect unless it is given. Where it is
-- false, the second value is whether another try may be better.
function network.join(node, peers, failed, connect)
  connect = connect or start.connect
  local hope = false
  for _, peer in ipairs(peers) do
    local ok, err = connect(node, peer)
    if ok then return true end
    failed(err)
    if core.isclosed(node) then return false, false end
    hope = hope or not FINAL[err.code]
  end
  return #peers == 0, hope
end

-- What try(failed) gives, which is tried for so many seconds (nil: once), or
-- until it says by a second value that another try gives no more. What fails
-- again as it has before is not told again.
local function insist(try, failed, seconds)
  local told = {}
  local function tell(err)
    local words = show.words(err)
    if not told[words] then failed(err) end
    told[words] = true
  end
  local result, hope = try(tell)
  if result or not seconds or not hope then return result end
  retry.new():run(function()
    result, hope = try(tell)
    return result or not hope
  end, seconds)
  return result
end

-- As network.join, and goes on trying for so many seconds; nil: it does not.
function network.persist(node, peers, failed, seconds)
  return insist(function(tell)
    return network.join(node, peers, tell)
  end, failed, seconds)
end

-- Who is in the network of the first of the peers that tells, which is not
-- joined: entries as those of node:look(); or nil and whether one would tell
-- a member: it is another program, or an earlier version. 'failed' is called
-- with the error of each that does not tell at all; tries like
-- network.persist.
function network.look(node, peers, failed, seconds)
  local joins = false
  local list = insist(function(tell)
    for _, peer in ipairs(peers) do
      local seen, err = start.look(node, peer)
      if seen then return seen end
      joins = err.code == "EVERSION"
      if joins or core.isclosed(node) then return nil, false end
      tell(err)
    end
    return nil, true
  end, failed, seconds)
  return list, joins
end

-- Says that a peer lists so many more than are looked at (nil, 0: it does
-- not).
function network.tellcut(name, peer, more)
  if more and more > 0 then
    show.complain(name, "%s lists %d more, which are left out",
                  values.endpoint(peer), more)
  end
end

-- Says what goes wrong later, where errors go.
function network.complain(name, node)
  gop2p.spawn(function()
    for err in node:errors() do show.complain(name, "%s", show.words(err)) end
  end)
end

-- Until what it gives is closed f(), which must not wait, is called when
-- the process shall end, and nothing else happens.
function network.on_end(f)
  return signals.catch(f, signals.ending())
end

-- Gives the status that f() does; after Ctrl-C, or a signal that ends the
-- process, 'interrupted', having left. 'edits': readline sees to signals.
--
-- A second signal does not cut the leaving short: a terminal that is gone is
-- told by a failing read, by SIGHUP, or by both, in either order.
function network.guard(node, interrupted, f, edits)
  local leaving = false
  local _ <close> = not edits and network.on_end(function()
    if not leaving then error("interrupted!", 0) end
  end) or nil
  local ok, result = pcall(f)
  if ok then return result end
  leaving = true
  pcall(node.leave, node, 1)   -- which one that is closed cannot
  if was_interrupted(result) then return interrupted end
  if result:find(show.CLOSED, 1, true) then return FAILED end
  error(result, 0)
end

-- Starts a node, joins, and runs f(node) as a task; then leaves and ends
-- the node, and so the tasks that read from it. Gives f's status, or FAILED.
-- 'interrupted': the status after Ctrl-C. look(node), if it is given, comes
-- first: where it gives a status nobody is joined.
function network.with(name, options, interrupted, f, look)
  local node <close>, status = network.start(name, options, interrupted)
  if not node then return status end
  return network.guard(node, interrupted, function()
    gop2p.run(function()
      status = look and look(node)
      if not status then
        local joined = network.persist(node, options.join, function(err)
          show.complain(name, "%s", show.words(err))
        end, options.wait)
        status = joined and (f(node) or DONE) or FAILED
      end
      if not core.isclosed(node) then node:leave() end
      node:close()
    end)
    return status
  end)
end

network.was_interrupted = was_interrupted

return network
