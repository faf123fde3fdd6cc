--[[
A member in a process of its own that says what it hears.

  lua5.4 listener.lua ENTRY

Says its name, then the data of every message, a line each. Ends with its
standard input.
]]
local gop2p = require "gop2p"

io.stdout:setvbuf("line")
gop2p.run(function()
  local node <close> = assert(gop2p.start_local_node(0))
  assert(node:connect(arg[1]))
  print(node:self())
  gop2p.spawn(function()
    for msg in node:inbox() do print(msg.data) end
  end)
  for _ in gop2p.lines() do end
  node:close()
end)
