-- members.lua - `gop2p members`: a network, seen from an entry point.

local gop2p = require "gop2p"
local network = require "gop2p.cli.network"
local show = require "gop2p.cli.show"

local members = {
  summary = "List the members of a network: join, read, leave."
}

function members.options(command)
  network.options(command)
  network.json(command)
  command:argument("peer", "The entry point, as with --join.")
    :argname("PEER"):convert(network.peer):args("?")
end

-- The errors of those that did not respond to our greeting, by name.
local function follow_errors(node, failed)
  gop2p.spawn(function()
    for err in node:errors() do
      if err.peer then failed[tostring(err.peer)] = err end
    end
  end)
end

-- What is said of a peer that has not responded within a second.
local LATE = { code = "ETIMEDOUT", cause = "no response in time" }

-- All that the entry point listed, also those that are no members because
-- they did not respond.
local function everybody(node, failed)
  for _, peer in ipairs(node:members("candidate")) do
    local name = tostring(peer)
    failed[name] = failed[name] or LATE
  end
  local list, seen = {}, {}
  for _, peer in ipairs(node:members()) do
    list[#list + 1], seen[tostring(peer)] = peer, true
  end
  for name in pairs(failed) do
    if not seen[name] then list[#list + 1] = gop2p.peer(name) end
  end
  table.sort(list)
  return list
end

local function print_json(list, failed)
  for _, peer in ipairs(list) do
    local err = failed[tostring(peer)]
    show.json("peer", tostring(peer), "address", peer.address,
              "port", peer.port, "answers", not err,
              "code", err and err.code, "error", err and err.cause)
  end
end

local function print_table(list, failed)
  local rows = {{"MEMBER", "STATE"}}
  for i, peer in ipairs(list) do
    local err = failed[tostring(peer)]
    rows[i + 1] = {tostring(peer), err and err.cause or "answers"}
  end
  for _, line in ipairs(show.columns(rows)) do show.line(show.plain(line)) end
end

function members.run(options)
  if options.peer then table.insert(options.join, 1, options.peer) end
  if #options.join == 0 then
    show.complain("members", "of which network? name a PEER in it")
    return 2
  end
  return network.with("members", options, 1, function(node)
    local failed = {}
    follow_errors(node, failed)
    gop2p.sleep(0)   -- lets it take what there is
    local list = everybody(node, failed)
    local print_list = options.json and print_json or print_table
    print_list(list, failed)
  end)
end

return members
