-- roles.lua - who may use which command.
--
-- An address is only a claim: whoever reaches the network can claim to be
-- the owner. Roles keep order among people who trust each other; they keep
-- nobody out.

local options = require "gop2p.bot.options"

local roles = {}
roles.__index = roles

local function toset(what, list)
  local peers, why = options.peers(list)
  if not peers then return nil, ("%s: %s"):format(what, why) end
  local set = {}
  for _, peer in ipairs(peers) do set[tostring(peer)] = peer end
  return set
end

-- A Lua pattern for a glob: "*" is any text, "?" any character.
local function globpattern(glob)
  local pattern = glob:lower():gsub("[^%w*?]", "%%%0")
  return "^" .. pattern:gsub("%*", ".*"):gsub("%?", ".") .. "$"
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
-- 'owner': a peer or a list of them; 'members': name of a role to the same;
-- 'allow': glob on names of commands to a role, or a list of them, that may
-- use these. "everybody" is a role, and "owner". All may be nil.
function roles.new(owner, members, allow)
  local self = setmetatable({ members = { owner = {} }, rules = {} }, roles)
  local why
  if owner then
    self.members.owner, why = toset("owner", owner)
    if why then return nil, why end
  end
  for name, list in pairs(members or {}) do
    if type(name) ~= "string" then
      return nil, ("roles: name expected as key, got %s")
                  :format(tostring(name))
    elseif name == "owner" or name == "everybody" then
      return nil, ("roles: %q is a role already"):format(name)
    end
    self.members[name], why = toset(("roles[%q]"):format(name), list)
    if why then return nil, why end
  end
  for glob, names in pairs(allow or {}) do
    local ok
    ok, why = addrule(self, glob, names)
    if not ok then return nil, why end
  end
  table.sort(self.rules, before)
  return self
end

-- Whether there is such a role.
function roles:known(role)
  return role == "everybody" or self.members[role] ~= nil
end

-- Whether a peer has a role. The owner has all.
function roles:is(peer, role)
  local name = tostring(peer)
  return role == "everybody" or self.members.owner[name] ~= nil or
         self.members[role] ~= nil and self.members[role][name] ~= nil
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
