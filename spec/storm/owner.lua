--[[
The owner of the bot that the lies go over: it gives it commands, numbered.

  lua5.4 owner.lua OWN-ADDRESS TARGET BOT

Joins through the target. Says "ready"; from "go" on commands, until "stop";
then says "sent N", once all have been delivered. Says "lost WHAT" when a
command was not delivered, or one of the honest has gone or is called
otherwise.
]]
local gop2p = require "gop2p"
local witness = require "spec.storm.witness"

local own, target, bot = arg[1], arg[2], arg[3]
local sent, talking = 0, false

local function command(node)
  while talking do
    sent = sent + 1
    local receipt = assert(node:send(bot, "!mark " .. sent))
    local ok, err = receipt:wait()
    if not ok then witness.say("lost", err) end
    gop2p.sleep(0.1)
  end
  witness.say("sent", sent)
end

gop2p.run(function()
  local node <close> = assert(gop2p.start_node(own, 0, {
    listen = own, name = "owner"}))
  gop2p.spawn(witness.watch, node)
  assert(node:connect(target))
  witness.say("ready", witness.at(node:self()))
  for line in gop2p.lines() do
    if line == "go" then
      talking = true
      gop2p.spawn(command, node)
    elseif line == "stop" then
      talking = false
    end
  end
  node:close()
end)
