-- visitor.lua - joins, asks the bot in public, writes to it, and leaves.
--
--   lua5.4 lua/gop2p/examples/visitor.lua peer
--
-- Says its address, then what it is told. Gives up when its input ends.

local gop2p = require "gop2p"

io.stdout:setvbuf("line")

gop2p.run(function()
  local node <close> = assert(gop2p.start_local_node(0, { name = "visitor" }))

  local function say(text)
    assert(assert(node:broadcast(text)):wait())
  end

  local function hear()
    local msg = assert(node:receive(5))
    print(msg.type, msg)
    return msg
  end

  gop2p.spawn(function()
    for _ in gop2p.lines() do end
    node:close()
  end)

  assert(node:connect(arg[1]))
  print(gop2p.peer(node:self()))   -- its address alone
  say("Good morning, everybody!")
  hear()
  say("!roll")
  hear()
  assert(assert(node:send("dice", "pick tea, coffee")):wait())
  hear()
  say("Thank you, dice. Goodbye!")
  assert(node:leave())
  print("left")
  os.exit()  -- rather than wait for more input
end)
