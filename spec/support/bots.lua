--[[
bots - a bot and somebody who talks to it, each with a node of its own.

  local bots = require "spec.support.bots"
  local scene <close> = bots.scene {prefix = "?"}
  scene.bot:command(...)
  scene:start()
  assert.equal("pong", scene:ask("?ping"))       -- said to everybody
  assert.equal("pong", scene:ask_directly("ping"))

Logs nothing and stores nothing, unless the options say so.
]]
local bot = require "gop2p.bot"
local gop2p = require "gop2p"
local net = require "spec.support.net"

local bots = {}

local LIMIT = 5   -- seconds that an answer may take

local Scene = {}
Scene.__index = Scene

function bots.new(options)
  local given = {store = false, log = {level = "off"}}
  for name, value in pairs(options or {}) do given[name] = value end
  return bot.new(given)
end

-- A bot that is not started, and a user who is. Further options: 'user', a
-- function of the user's name that gives more of them, such as a role.
function bots.scene(options, more)
  local user = assert(gop2p.start_local_node(0))
  local given = more and more(user:self()) or {}
  for name, value in pairs(options or {}) do given[name] = value end
  return setmetatable({bot = bots.new(given), user = user, others = {}},
                      Scene)
end

-- Starts the bot; the user joins it.
function Scene:start()
  assert(self.bot:start())
  assert(self.user:connect(self.bot.node:self()))
end

-- One more user, who has joined.
function Scene:another()
  local node = assert(gop2p.start_local_node(0))
  self.others[#self.others + 1] = node
  assert(node:connect(self.bot.node:self()))
  return node
end

-- What the bot says next, to everybody or to the user.
function Scene:hear(node)
  local me = self.bot.node:self()
  while true do
    local message, err = (node or self.user):receive(LIMIT)
    if not message then error("the bot said nothing: " .. err, 2) end
    if message.from == me then return message.data, message.type end
  end
end

function Scene:say(text, node)
  assert(assert((node or self.user):broadcast(text)):wait())
end

function Scene:tell(text, node)
  assert(assert((node or self.user):send(self.bot.node:self(), text)):wait())
end

-- Says something to everybody, and what the bot answers, to whom.
function Scene:ask(text, node)
  self:say(text, node)
  return self:hear(node)
end

function Scene:ask_directly(text, node)
  self:tell(text, node)
  return self:hear(node)
end

-- Whether the bot says nothing to what was said: it answers the next thing.
function Scene:is_silent()
  self:tell("ping")
  return self:hear() == "pong"
end

-- A command that shows that the bot has nothing to say any more.
function Scene:ping()
  self.bot:command("ping", function() return "pong" end)
  return self
end

function Scene:close()
  self.bot:stop()
  self.user:close()
  for _, node in ipairs(self.others) do node:close() end
end

Scene.__close = Scene.close

bots.await = net.await

return bots
