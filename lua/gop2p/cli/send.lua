-- send.lua - `gop2p send`: one message from a shell.

local network = require "gop2p.cli.network"
local show = require "gop2p.cli.show"

local send = { summary = "Send one message; fail unless everybody gets it." }

local FAILED = 1

function send.options(command)
  network.options(command)
  network.json(command)
  command:mutex(
    command:option("--to", "Send it to this peer; can be repeated. "
                   .. "Without --join, also join through this peer.")
      :argname("PEER"):convert(network.peer):count("*"),
    command:flag("--all", "Send it to every member; needs --join."))
  command:argument("text", "What to send; - reads it from standard input, "
                   .. "without the end of its last line."):argname("TEXT")
end

-- The text; or nil, and says why it cannot be read.
local function data(text)
  if text ~= "-" then return text end
  local read, why = io.read("a")
  if read then return (read:gsub("\r?\n$", "")) end
  show.complain("send", "could not read standard input: %s", why)
end

-- Says of every receiver whether it got the text; gives the exit status.
local function report(receivers, failed, json)
  local status
  for _, peer in ipairs(receivers) do
    local err = failed[tostring(peer)]
    status = err and FAILED or status
    if json then
      show.json("peer", tostring(peer), "delivered", not err,
                "code", err and err.code, "error", err and err.cause)
    elseif err then
      show.complain("send", "not delivered to %s: %s", peer, err.cause)
    end
  end
  return status
end

-- The errors of a receipt by the name of the receiver.
local function failures(receipt, err, receivers)
  local failed = {}
  if receipt then
    local ok
    ok, err = receipt:wait()
    if ok then return failed end
    for peer, why in pairs(err.failed) do failed[tostring(peer)] = why end
  else
    for _, peer in ipairs(receivers) do failed[tostring(peer)] = err end
  end
  return failed
end

-- The last reason why nobody let us in.
local function join(node, entries)
  local last
  local ok = network.join(node, entries, function(err) last = err end)
  return ok, last
end

-- Those that had yet to respond to our greeting, and did, or did not get it.
local function latecomers(node, candidates, failed)
  local list = {}
  for _, peer in ipairs(candidates) do
    local state = (node:member(peer) or {}).state
    if failed[tostring(peer)] or state == "alive" then
      list[#list + 1] = peer
    end
  end
  return list
end

local function deliver(node, options, text)
  local named = #options.to > 0
  local entries = #options.join > 0 and options.join or options.to
  local joined, err = join(node, entries)
  if not joined and not named then
    show.complain("send", "%s", show.words(err))
    return FAILED
  end
  local receivers = named and options.to or node:members()
  local candidates = named and {} or node:members("candidate")
  local receipt
  if joined and named then
    receipt, err = node:send(receivers, text)
  elseif joined then
    receipt, err = node:broadcast(text)
  end
  local failed = failures(receipt, err, receivers)
  local late = latecomers(node, candidates, failed)
  table.move(late, 1, #late, #receivers + 1, receivers)
  return report(receivers, failed, options.json)
end

function send.run(options)
  if #options.to == 0 and not options.all then
    show.complain("send", "to whom? --to PEER or --all")
    return 2
  elseif options.all and #options.join == 0 then
    show.complain("send", "--all needs --join PEER")
    return 2
  end
  local text = data(options.text)
  if not text then return FAILED end
  local start = { port = options.port, address = options.address,
                  listen_port = options.listen_port, join = {} }
  return network.with("send", start, FAILED, function(node)
    return deliver(node, options, text)
  end)
end

return send
