--[[
One who talks through the node that a storm goes over.

  lua5.4 speaker.lua OWN-ADDRESS TARGET

Says "ready HOST:PORT"; from "go" on sends messages, until "stop"; then says
"sent N", once all have been delivered. What the target says to everybody must
be 1, 2, 3 and so on: on "heard" it says "heard N". Says "lost WHAT" when a
message was not delivered, one of the honest is missing, comes twice or is
forged, or one of them has gone or is called otherwise. Ends with its standard
input.
]]
local gop2p = require "gop2p"
local witness = require "spec.storm.witness"

local FLYING = 8   -- messages at once
local own, target = arg[1], arg[2]
local sent, heard, talking = 0, 0, false
local say = witness.say

local function talk(node)
  local receipts = {}
  local function settle()
    local ok, err = table.remove(receipts, 1):wait()
    if not ok then say("lost", err) end
  end
  while talking do
    sent = sent + 1
    receipts[#receipts + 1] = assert(node:send(target, own .. " " .. sent))
    if #receipts >= FLYING then settle() end
    gop2p.sleep(0.002)
  end
  while #receipts > 0 do settle() end
  say("sent", sent)
end

local function listen(node)
  for msg in node:inbox() do
    if witness.counts(msg) then
      local number = tonumber(msg.data:match("^%d+"))
      if witness.at(msg.from) ~= target or number ~= heard + 1 then
        say("lost", ("%s of %s after %d"):format(msg.data, msg.from, heard))
      end
      heard = number or heard
    end
  end
end

gop2p.run(function()
  local node <close> = assert(gop2p.start_node(own, 0, {listen = own}))
  gop2p.spawn(listen, node)
  gop2p.spawn(witness.watch, node)
  assert(node:connect(target))
  say("ready", node:self())
  for line in gop2p.lines() do
    if line == "go" then
      talking = true
      gop2p.spawn(talk, node)
    elseif line == "stop" then
      talking = false
    elseif line == "heard" then
      say("heard", heard)
    end
  end
  node:close()
end)
