-- roles.lua - who may use which command.
--
-- An address is only a claim, and so is a name: whoever reaches the network
-- can claim to be the owner. Roles keep order among people who trust each
-- other; they keep nobody out. Whoever has a role by its name has it at the
-- address where that name was first seen, until the process ends: so nobody
-- gets the role by taking the name while its holder is away.

local neutral = require("gop2p.text").neutral
local options = require "gop2p.bot.options"
local values = require "gop2p.values"

local roles = {}
roles.__index = roles

-- Gives a role to those of a list; or false and why.
local function give(self, role, what, list)
  local peers, names = options.holders(list)
  if not peers then return false, ("%s: %s"):format(what, names) end
  local set = {}
  for _, peer in ipairs(peers) do set[values.endpoint(peer)] = true end
  for _, name in ipairs(names) do
    set[name] = true   -- names hold no colon, endpoints do
    self.claims[#self.claims + 1] = { name = name, role = role }
    self.claimed[name] = true
  end
  self.members[role] = set
  return true
end

-- A Lua pattern for a glob: "*" is any text, "?" any character of UTF-8.
local function globpattern(glob)
  local pattern = glob:lower():gsub("[^%w*?]", "%%%0")
  pattern = pattern:gsub("%*", ".*"):gsub("%?", ".[\x80-\xBF]*")
  return "^" .. pattern .. "$"
end

local function addrule(self, glob, names)
  if type(glob) ~= "string" then
    return nil, ("allow: name or glob expected as key, got %s")
                :format(tostring(glob))
  end
  names = type(names) == "table" and names or { names }
  for _, name in ipairs(names) do
    if not self.members[name] and name ~= "everybody" then
      return nil, ("allow[%q]: no such role: %s"):format(glob, name)
    end
  end
  self.rules[#self.rules + 1] = {
    glob = glob, pattern = globpattern(glob), roles = names,
    exact = not glob:find("[*?]"), weight = #glob:gsub("[*?]", ""),
  }
  return true
end

-- The rule that says most comes first: a name, then the glob that has most
-- characters of its own.
local function before(a, b)
  if a.exact ~= b.exact then return a.exact end
  if a.weight ~= b.weight then return a.weight > b.weight end
  return a.glob < b.glob
end

-- roles.new(owner, members, allow) -> roles | nil, why
--
-- 'owner': a peer, the name of a member, or a list of these; 'members': name
-- of a role to the same; 'allow': glob on names of commands to a role, or a
-- list of them, that may use these. "everybody" is a role, and "owner". All
-- may be nil.
roles.new = neutral(function(owner, members, allow)
  local self = setmetatable({ members = {}, rules = {}, claims = {},
                              claimed = {}, first = {} }, roles)
  local ok, why = give(self, "owner", "owner", owner)
  if not ok then return nil, why end
  for name, list in pairs(members or {}) do
    if type(name) ~= "string" then
      return nil, ("roles: name expected as key, got %s")
                  :format(tostring(name))
    elseif name == "owner" or name == "everybody" then
      return nil, ("roles: %q is a role already"):format(name)
    end
    ok, why = give(self, name, ("roles[%q]"):format(name), list)
    if not ok then return nil, why end
  end
  for glob, names in pairs(allow or {}) do
    ok, why = addrule(self, glob, names)
    if not ok then return nil, why end
  end
  table.sort(self.rules, before)
  return self
end)

-- Whether there is such a role.
function roles:known(role)
  return role == "everybody" or self.members[role] ~= nil
end

-- roles:seen(peer): a member is there, under the name that it has. False
-- when another address has had that name first, and a role by it.
function roles:seen(peer)
  local name, endpoint = peer.name, values.endpoint(peer)
  if not self.claimed[name or ""] then return true end
  self.first[name] = self.first[name] or endpoint
  return self.first[name] == endpoint
end

-- roles:follow(former, members): takes the place of other roles, while these
-- members are there.
function roles:follow(former, members)
  for name, endpoint in pairs(former.first) do self.first[name] = endpoint end
  for _, peer in ipairs(members) do self:seen(peer) end
end

-- roles:warn(log): of roles that are given by name.
function roles:warn(log)
  for _, claim in ipairs(self.claims) do
    log:warn("a name is only a claim: whoever has it first gets the role",
             { name = claim.name, role = claim.role })
  end
end

local function has(self, role, peer)
  local set, name = self.members[role] or {}, peer.name
  local endpoint = values.endpoint(peer)
  return set[endpoint] or
         name ~= nil and set[name] and self.first[name] == endpoint or false
end

-- Whether a peer, with the name that it has now, has a role. The owner has
-- all.
function roles:is(peer, role)
  return role == "everybody" or has(self, "owner", peer) or
         has(self, role, peer)
end

-- Whether a peer may use a command: as the first rule says whose glob takes
-- its name; where there is none, whoever has the role that it was made for.
function roles:may(peer, command)
  for _, rule in ipairs(self.rules) do
    if command.name:find(rule.pattern) then
      for _, role in ipairs(rule.roles) do
        if self:is(peer, role) then return true end
      end
      return self:is(peer, "owner")
    end
  end
  return self:is(peer, command.role or "everybody")
end

return roles
