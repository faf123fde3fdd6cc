--[[
Members in a process of their own that count what they hear.

  lua5.4 members.lua ENTRY COUNT ROUND

Says "ready"; then "round" each time every member has heard ROUND messages
more. Ends with its standard input.
]]
local gop2p = require "gop2p"

local entry, members, round = arg[1], tonumber(arg[2]), tonumber(arg[3])
local heard = 0

local function listen(node)
  for _ in node:inbox() do
    heard = heard + 1
    if heard == members * round then
      heard = 0
      print("round")
    end
  end
end

io.stdout:setvbuf("line")
gop2p.run(function()
  local nodes = {}
  for i = 1, members do
    nodes[i] = assert(gop2p.start_local_node(0))
    assert(nodes[i]:connect(entry))
    gop2p.spawn(listen, nodes[i])
  end
  print("ready")
  for _ in gop2p.lines() do end
  for _, node in ipairs(nodes) do node:close() end
end)
