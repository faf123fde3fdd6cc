-- user.lua - somebody in a simulated network, whom the test has in hand.

local check = require "gop2p.check"
local core = require "gop2p.core"
local receipt = require "gop2p.receipt"
local scheduler = require "gop2p.scheduler"

local user = {}
local methods = {}
local meta = { __index = methods, __name = "gop2p.testing.user" }

local ARRIVAL = 1    -- seconds that is waited for a message to arrive
local GOODBYE = 2    -- and for a leave

-- 'name' is that of the part, 'nodename' that of its node, or false,
-- 'address' where that is reached, and 'join' through whom it joins, nil:
-- whoever is there.
function user.new(world, name, nodename, address, join)
  return setmetatable({ kind = user, world = world, name = name,
                        nodename = nodename, address = address, join = join,
                        node = false }, meta)
end

-- What comes for a node of the test's is read at once.
local function drain(self, node)
  local conversation = self.world.conversation
  local function listen(signal, take, f)
    scheduler.listen(core.signal(node, signal), function()
      while not core.isclosed(node) do
        local value = take(node)
        if value == nil then break end
        f(value)
      end
    end)
  end
  listen("inbox", core.nextmessage, function(message)
    conversation:add(self.name, "hear", message.data)
  end)
  listen("errors", core.nexterror, function(err)
    conversation:note(self.name .. " ! " .. tostring(err))
  end)
end

-- Opens the node. Nil and why when its address is taken.
function user.open(self)
  local node, err = self.world:open(self.name, self.address, self.nodename)
  if not node then return nil, err end
  self.node = node
  drain(self, node)
  return true
end

function user.nodes(self)
  local open = self.node and not core.isclosed(self.node)
  return open and { self.node } or {}
end

local function shut(self, close)
  for _, signal in ipairs { "inbox", "errors" } do
    scheduler.listen(core.signal(self.node, signal), nil)
  end
  if not core.isclosed(self.node) then close(self.node) end
  self.node = false
end

-- Never raises.
function user.close(self)
  if self.node then shut(self, core.sim.crash) end
end

-- The same, and joins. Nil and why when it was not let in: by whom it was to
-- join through, or for its name.
function user.enter(self)
  local opened, err = user.open(self)
  if not opened then return nil, err end
  local entered
  entered, err = self.world:enter(self.node, self.join)
  if not entered then user.close(self) end
  return entered, err
end

local function here(self, name)
  check.self(self, meta, name, "user", 1)
  if not self.node then
    error(("'%s': %s is not in the network"):format(name, self.name), 3)
  end
end

-- Lets time pass until it has arrived, a second at most. The receipt is not
-- claimed: so what did not arrive is told as an error of the node.
local function send(self, text, to)
  local rec, err = self.world:post(self.node, text, to)
  if not rec then error(err, 3) end
  self.world:await(function() return core.issettled(rec) end, ARRIVAL)
  self.world:check(3)
end

-- user:say(text): to everybody. Waits until it has arrived, though not
-- longer than a second; what did not arrive stands in the conversation.
function methods:say(text)
  here(self, "say")
  text = check.string(text, 1, "say")
  send(self, text)
end

-- user:dm(to, text): to one, likewise: a bot, a user or its name in the test,
-- the name of a node, or a peer.
function methods:dm(to, text)
  here(self, "dm")
  text = check.string(text, 2, "dm")
  local peer, why = self.world:peerof(to)
  check.that(peer, 1, "dm", why)
  send(self, text, { peer })
end

-- user:hears() -> the texts that have come to it, from everybody
function methods:hears()
  check.self(self, meta, "hears", "user")
  return self.world.conversation:view(self.name, "hear")
end

-- user:members() -> list of peers
function methods:members()
  here(self, "members")
  return core.members(self.node)
end

-- user:peer() -> the peer of its node; when that is not in the network, by
-- its address alone
function methods:peer()
  check.self(self, meta, "peer", "user")
  return self.node and core.self(self.node) or self.address
end

-- user:set_name(name)
--
-- Gives its node this name, which no other living one may have. Waits until
-- all that list it know, a second at most.
function methods:set_name(name)
  here(self, "set_name")
  name = check.string(name, 1, "set_name")
  local good, expected = core.isname(name)
  check.that(good, 1, "set_name", ("%s, got %q"):format(expected, name))
  local taken, err = core.setname(self.node, name)
  if not taken then error(tostring(err), 2) end
  self.nodename = name
  self.world.conversation:note(("* %s is now %s"):format(self.name, name))
  self.world:await(function() return self.world:isknown(self.node) end,
                   ARRIVAL)
  self.world:check(2)
end

-- user:leave(): says goodbye and is gone.
function methods:leave()
  here(self, "leave")
  self.world.conversation:note("* " .. self.name .. " leaves")
  local rec = core.leave(self.node)
  if rec then receipt.settle(rec, scheduler.deadline(GOODBYE)) end
  shut(self, core.close)
  self.world:check(2)
end

-- user:kill(): is gone without a word.
function methods:kill()
  here(self, "kill")
  self.world.conversation:note("* " .. self.name .. " is killed")
  shut(self, core.sim.crash)
end

-- user:come_back(): after leave or kill.
function methods:come_back()
  check.self(self, meta, "come_back", "user")
  if self.node then
    error(("'come_back': %s is in the network"):format(self.name), 2)
  end
  local entered, err = user.enter(self)
  if not entered then error(tostring(err), 2) end
end

function meta.__tostring(self)
  return ("%s (%s)"):format(self.name, self.address)
end

return user
