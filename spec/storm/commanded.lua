--[[
A bot that obeys its owner, and says whatever it has obeyed: "mark TEXT".

  lua5.4 commanded.lua OWN-ADDRESS TARGET

Says "ready HOST:PORT" once it is a member, and "lost WHAT" when one of the
honest has gone or is called otherwise. Ends with its standard input.
]]
local gop2p = require "gop2p"
local witness = require "spec.storm.witness"

local own, target = arg[1], arg[2]

local bot = require("gop2p.bot").new {
  name = "bot", address = own, port = 0, join = target, owner = "owner",
  store = false, log = {level = "off"}, node = {listen = own},
}

bot:command("mark <text...>", "says so", function(_, args)
  witness.say("mark", args.text)
end, {role = "owner"})

for _, kind in ipairs {"left", "failed", "recovered", "renamed"} do
  bot:on(kind, function(peer)
    if witness.ishonest(peer) then
      witness.say("lost", kind, witness.at(peer))
    end
  end)
end

bot:on("connected", function()
  witness.say("ready", witness.at(bot.node:self()))
end)

bot:on("start", function()
  gop2p.spawn(function()
    for _ in gop2p.lines() do end
    bot:stop()
  end)
end)

assert(bot:run())
