--[[
witness - a node of ours in a process of its own, which tells all that its
program sees.

  local witness = require "spec.support.witness"
  local ann <close>, where = witness.start("ann")
  local bob <close> = witness.start("bob", where)
  assert.equal("bob joined", ann:line(20))
  bob:send("Hello")                         -- says it to everybody
  assert.equal("[bob] Hello", ann:line(20))
  ann:finish()                              -- leaves, and ends

Its lines are the events and the messages, as tostring() gives them, and
errors.
]]
local process = require "spec.support.process"
local scriptfile = require "spec.support.script"

local witness = {}

local PROGRAM = [[
  local gop2p = require "gop2p"
  io.stdout:setvbuf("line")
  local node = assert(gop2p.start_local_node(0, {name = arg[1]}))
  local function tell(iterator)
    gop2p.spawn(function()
      for one in iterator do print(one) end
    end)
  end
  gop2p.run(function()
    if arg[2] then assert(node:connect(arg[2])) end
    print(gop2p.peer(node:self()))
    tell(node:events())
    tell(node:inbox())
    tell(node:errors())
    for line in gop2p.lines() do assert(node:broadcast(line)):wait() end
    node:leave()
    node:close()
  end)
]]

-- The process, and where the node is. 'entry': whom it joins.
function witness.start(name, entry)
  local file <close> = scriptfile(PROGRAM)
  local p = assert(process.start({os.getenv("LUA") or "lua5.4", file.name,
                                  name, entry}))
  local where = p:line(20)
  if not where then
    p:close()
    error("no witness", 2)
  end
  return p, where
end

return witness
