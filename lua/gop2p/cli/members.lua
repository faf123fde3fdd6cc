-- members.lua - `gop2p members`: a network, seen from an entry point. One of
-- ours lists it for a node that does not join; another program is joined.

local gop2p = require "gop2p"
local network = require "gop2p.cli.network"
local show = require "gop2p.cli.show"
local values = require "gop2p.values"

local members = {
  summary = "List the members of a network, without joining it. (A "
            .. "network of Go programs is joined, read and left.)"
}

local DONE, FAILED = 0, 1

function members.options(command)
  network.options(command)
  network.entry(command)
  network.json(command)
end

-- The errors of peers, until the list is made.
local function follow_errors(node, errors)
  gop2p.spawn(function()
    for err in node:errors() do errors[#errors + 1] = err end
  end)
end

-- What is said of a peer that has not responded within a second.
local LATE = { code = "ETIMEDOUT", cause = "no response in time" }

-- All that the entry point listed: the members, and those that are none
-- because they did not respond; for each its peer, and the error if there is
-- one. What else went wrong is told.
local function everybody(node, errors)
  local list, isnew = {}, values.distinct()
  local function add(peer, err)
    local new = isnew(peer)
    if new then list[#list + 1] = { peer = peer, err = err } end
    return new
  end
  for _, peer in ipairs(node:members("alive")) do add(peer) end
  for _, err in ipairs(errors) do
    if not (err.peer and add(err.peer, err)) then
      show.complain("members", "%s", show.words(err))
    end
  end
  for _, peer in ipairs(node:members("candidate")) do add(peer, LATE) end
  for _, peer in ipairs(node:members()) do add(peer) end
  table.sort(list, function(a, b) return a.peer < b.peer end)
  return list
end

local function print_json(list)
  for _, each in ipairs(list) do
    local peer, err = each.peer, each.err
    show.json("peer", values.endpoint(peer), "name", peer.name,
              "address", peer.address, "port", peer.port,
              "answers", not err, "code", err and err.code,
              "error", err and err.cause)
  end
end

local function print_table(list)
  local rows = {{"NAME", "MEMBER", "STATE"}}
  for i, each in ipairs(list) do
    rows[i + 1] = {each.peer.name or "-", values.endpoint(each.peer),
                   each.err and each.err.cause or "answers"}
  end
  for _, line in ipairs(show.columns(rows)) do show.line(show.plain(line)) end
end

-- Who is seen from outside; nil: nobody is, and a member may see more.
local function look(node, options, print_list)
  local list, joins = network.look(node, options.join, function(err)
    show.complain("members", "%s", show.words(err))
  end)
  if joins then return nil elseif not list then return FAILED end
  network.tellcut("members", list[1].peer, list.more)
  for i, each in ipairs(list) do
    list[i] = { peer = each.peer, err = each.error }
  end
  table.sort(list, function(a, b) return a.peer < b.peer end)
  print_list(list)
  return DONE
end

function members.run(options)
  if #options.join == 0 then
    show.complain("members", "of which network? name a PEER in it")
    return 2
  end
  local print_list = options.json and print_json or print_table
  return network.with("members", options, FAILED, function(node)
    local errors = {}
    follow_errors(node, errors)
    gop2p.sleep(0)   -- lets it take what there is
    print_list(everybody(node, errors))
  end, function(node)
    return look(node, options, print_list)
  end)
end

return members
