--[[
The node that the storm goes over. It gives every message of a speaker (a
member at 127.77.0.0/16) a number, and says it to everybody.

On "count" it says "count N NOISE ERRORS": how many it has numbered, how
many messages of others it got, and how many errors it was told of. Ends
with its standard input.
]]
local gop2p = require "gop2p"

local count, noise, failures = 0, 0, 0

gop2p.run(function()
  local node <close> = assert(gop2p.start_node("127.77.0.1", 0, {
    listen = "127.77.0.1", max_members = 32, receive_timeout = 2,
    idle_timeout = 5,
  }))
  print(node:self())
  io.stdout:flush()
  gop2p.spawn(function()
    for _ in node:errors() do failures = failures + 1 end
  end)
  gop2p.spawn(function()
    for msg in node:inbox() do
      if msg.from.address:find("^127%.77%.") then
        count = count + 1
        node:broadcast(("%d %s"):format(count, msg.data))
      else
        noise = noise + 1
      end
    end
  end)
  for line in gop2p.lines() do
    assert(line == "count")
    print("count", count, noise, failures)
    io.stdout:flush()
  end
  node:close()
end)
