-- send.lua - `gop2p send`: one message from a shell.

local core = require "gop2p.core"
local naming = require "gop2p.naming"
local network = require "gop2p.cli.network"
local show = require "gop2p.cli.show"
local start = require "gop2p.start"
local unread = require "gop2p.unread"
local values = require "gop2p.values"
local whom = require "gop2p.whom"

local send = { summary = "Send one message; fail unless everybody gets it." }

local DONE, FAILED, USAGE = 0, 1, 2

function send.options(command)
  network.options(command)
  network.strict(command)
  network.json(command)
  command:mutex(
    command:option("--to", "Send it to this peer, or with --join to the "
                   .. "member of this name; can be repeated. Without "
                   .. "--join, also join through this peer.")
      :argname("PEER"):convert(network.peer_or_name):count("*"),
    command:flag("--all", "Send it to every member; needs --join."))
  command:flag("--skip-empty", "Send nothing, and be done, where the text is "
               .. "empty or blank.")
  command:argument("text", "What to send; - reads it from standard input, "
                   .. "without the end of its last line. One that begins "
                   .. "with - comes last, after --."):argname("TEXT")
end

-- The text; or nil, and says why it cannot be read.
local function data(text)
  if text ~= "-" then return text end
  local read, why = io.read("a")
  if read then return (read:gsub("\r?\n$", "")) end
  show.complain("send", "could not read standard input: %s", why)
end

local function isblank(text)
  return core.skip(text, 1) > #text
end

-- How a receiver is shown, where it is, and its name; what was asked for
-- stands for one that nobody is.
local function identify(node, one)
  if not one.peer then return one.asked, nil, one.asked end
  local peer = (node:member(one.peer) or one).peer
  return values.described(peer), values.endpoint(peer), peer.name
end

-- Says of every receiver whether it got the text; gives the exit status.
local function report(node, receivers, json)
  local status
  for _, one in ipairs(receivers) do
    local shown, where, name = identify(node, one)
    local err = one.err
    status = err and FAILED or status
    if json then
      show.json("peer", where, "name", name, "delivered", not err,
                "code", err and err.code, "error", err and err.cause,
                "unsure", err and err.unsure)
    elseif err then
      show.complain("send", "%snot delivered to %s: %s",
                    err.unsure and "perhaps " or "", shown, err.cause)
    end
  end
  return status
end

-- The errors of a receipt, by where the receiver is; without one it is that
-- of them all.
local function failures(receipt, err)
  if not receipt then
    return setmetatable({}, { __index = function() return err end })
  end
  local failed = {}
  local done, problem = receipt:wait()
  for peer, why in pairs(done and {} or problem.failed) do
    failed[values.endpoint(peer)] = why
  end
  return failed
end

-- As start.visit. A member of a network of Go programs, which know no names,
-- may have the node's: it has not let the node in, and would miss the text.
local function visit(node, peer, timeout)
  local ok, err = start.visit(node, peer, timeout)
  if not ok then return nil, err end
  for problem in unread.take, node do
    if problem.code == "EEXIST" then return nil, problem end
  end
  return true
end

-- The same under another name where that of the node is taken.
local function visit_renamed(node, peer, timeout)
  local ok, err = naming.connect(node, peer, node:self().name, timeout, visit)
  return ok, err
end

-- true, or false and the last reason why nobody let us in.
local function join(node, entries, options)
  local renames = options.name and not options.strict_name
  local last
  local ok = network.join(node, entries, function(err) last = err end,
                          renames and visit_renamed or visit)
  return ok, not ok and last or nil
end

-- The receivers that were asked for, members by their names. 'err': why none
-- of them can be reached.
local function asked(node, list, err)
  local receivers = {}
  for i, each in ipairs(list) do
    local peer, _, unknown = whom.one(node, each, "could not send to")
    receivers[i] = { asked = each, peer = peer, err = err or unknown }
  end
  return receivers
end

local function everybody(peers)
  local receivers = {}
  for i, peer in ipairs(peers) do receivers[i] = { peer = peer } end
  return receivers
end

-- As node:send, to those receivers that nothing is wrong with.
local function send_to(node, receivers, text)
  local peers = {}
  for _, one in ipairs(receivers) do
    if not one.err then peers[#peers + 1] = one.peer end
  end
  if #peers > 0 then return node:send(peers, text) end
end

-- Adds those that had yet to respond to our greeting, and did, or did not
-- get it.
local function add_latecomers(node, receivers, candidates, failed)
  for _, peer in ipairs(candidates) do
    local state = (node:member(peer) or {}).state
    if failed[values.endpoint(peer)] or state == "alive" then
      receivers[#receivers + 1] = { peer = peer }
    end
  end
end

-- Those who got it, or are members still: "everybody" is nobody who has left
-- meanwhile. One that has failed is known on.
local function without_departed(node, receivers)
  local list = {}
  for _, one in ipairs(receivers) do
    if not one.err or node:member(one.peer) then list[#list + 1] = one end
  end
  return list
end

local function deliver(node, options, text)
  local named = #options.to > 0
  local entries = #options.join > 0 and options.join or options.to
  local joined, err = join(node, entries, options)
  if not joined and not named then
    show.complain("send", "%s", show.words(err))
    return FAILED
  end
  local receivers = named and asked(node, options.to, err)
                    or everybody(node:members())
  local candidates = named and {} or node:members("candidate")
  local receipt
  if named then
    receipt, err = send_to(node, receivers, text)
  else
    receipt, err = node:broadcast(text)
  end
  local failed = failures(receipt, err)
  add_latecomers(node, receivers, candidates, failed)
  for _, one in ipairs(receivers) do
    one.err = one.err or failed[values.endpoint(one.peer)]
  end
  if not named then receivers = without_departed(node, receivers) end
  return report(node, receivers, options.json)
end

-- Why it is not clear to whom, or nil.
local function problem(options)
  if #options.to == 0 and not options.all then
    return "to whom? --to PEER or --all"
  elseif #options.join > 0 then
    return nil
  elseif options.all then
    return "--all needs --join PEER"
  end
  for _, each in ipairs(options.to) do
    if type(each) == "string" then
      return "a name cannot be joined through: --to " .. each
             .. " needs --join PEER"
    end
  end
end

function send.run(options)
  local wrong = problem(options)
  if wrong then
    show.complain("send", "%s", wrong)
    return USAGE
  end
  local text = data(options.text)
  if not text then return FAILED end
  if options.skip_empty and isblank(text) then return DONE end
  local given = { port = options.port, address = options.address,
                  listen_port = options.listen_port, name = options.name,
                  join = {} }
  return network.with("send", given, FAILED, function(node)
    return deliver(node, options, text)
  end)
end

return send
