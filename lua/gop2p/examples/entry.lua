-- entry.lua - a node that others join through, and that tells what it hears.
--
--   lua5.4 lua/gop2p/examples/entry.lua [port]
--
-- Says its address, then every message as it arrives. Leaves when Enter is
-- pressed or its input ends, and says who was there.

local gop2p = require "gop2p"

io.stdout:setvbuf("line")

gop2p.run(function()
  local port = math.tointeger(tonumber(arg[1] or 0))
  local options = { name = "entry" }
  local node <close> = assert(gop2p.start_local_node(port, options))
  print(gop2p.peer(node:self()))   -- its address alone
  gop2p.spawn(function()
    for msg in node:inbox() do print(msg.type, msg) end
  end)
  gop2p.lines()()
  print("members", table.unpack(node:members()))
  node:leave()
  node:close()
end)
