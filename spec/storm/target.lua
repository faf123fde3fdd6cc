--[[
The node that a storm goes over. It gives every message of a speaker (a member
at 127.77.0.0/16) a number, and says it to everybody. It says "lost WHAT"
when a message of one is not the next, or one of them has gone or is called
otherwise.

On "count" it says "count N NOISE ERRORS": how many it has numbered, how
many messages of others it got, and how many errors it was told of. Ends
with its standard input.
]]
local gop2p = require "gop2p"
local witness = require "spec.storm.witness"

local count, noise, failures = 0, 0, 0
local said = {}   -- the newest number of each speaker

local function check(msg)
  local own, number = msg.data:match("^(%S+) (%d+)$")
  local next = (said[msg.from.address] or 0) + 1
  if own ~= msg.from.address or tonumber(number) ~= next then
    witness.say("lost", ("%s of %s, not %d"):format(msg.data, msg.from, next))
  end
  said[msg.from.address] = next
end

gop2p.run(function()
  local node <close> = assert(gop2p.start_node("127.77.0.1", 0, {
    listen = "127.77.0.1", max_members = 32, receive_timeout = 2,
    idle_timeout = 5,
  }))
  witness.say(node:self())
  gop2p.spawn(witness.watch, node)
  gop2p.spawn(function()
    for _ in node:errors() do failures = failures + 1 end
  end)
  gop2p.spawn(function()
    for msg in node:inbox() do
      if witness.counts(msg) then
        check(msg)
        count = count + 1
        node:broadcast(("%d %s"):format(count, msg.data))
      else
        noise = noise + 1
      end
    end
  end)
  for line in gop2p.lines() do
    assert(line == "count")
    witness.say("count", count, noise, failures)
  end
  node:close()
end)
