-- whom.lua - whom a program means: a peer, or a member by its name.
--
-- A name is looked up when it is used.

local core = require "gop2p.core"
local values = require "gop2p.values"

local whom = {}

local function nobody(what, name)
  return values.error("connection", "ENOTFOUND", ("%s %s"):format(what, name),
                      "no member has this name")
end

-- Whether a peer that is known here has the name that stands beside its
-- address, if one does.
local function iscalled(node, peer, name)
  local known = name and core.meant(node, peer)
  return not known or known.name == name
end

-- whom.one(node, value, what) -> peer | nil, why | nil, nil, err
--
-- 'why': it is neither a peer nor a name, which is misuse. 'err': no member
-- has the name; its text begins with 'what'. The node must be open.
function whom.one(node, value, what)
  local peer, why = values.topeer(value)
  if peer then
    if iscalled(node, peer, values.named(value)) then return peer end
    return nil, nil, nobody(what, value)
  end
  local name = values.toname(value)
  if not name then
    return nil, (why:gsub('"host:port" expected',
                          '"host:port" or the name of a member expected'))
  end
  peer = core.named(node, name)
  if peer then return peer end
  return nil, nil, nobody(what, name)
end

-- whom.list(node, value, what) -> list of peers | nil, why | nil, nil, err
--
-- The same for one of them, or a list. Misuse anywhere comes first.
function whom.list(node, value, what)
  if type(value) ~= "table" or value.address ~= nil then
    local peer, why, err = whom.one(node, value, what)
    return peer and { peer }, why, err
  end
  if #value == 0 then return nil, "the list has no peer" end
  local list, failure = {}, nil
  for i = 1, #value do
    local peer, why, err = whom.one(node, value[i], what)
    if why then return nil, ("item %d: %s"):format(i, why) end
    list[i], failure = peer, failure or err
  end
  if failure then return nil, nil, failure end
  return list
end

return whom
