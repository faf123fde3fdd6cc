-- witness - what all the honest nodes of a storm do: say what happens to
-- others of them, which is nothing but that they join.

local witness = {}

function witness.say(...)
  print(...)
  io.stdout:flush()
end

-- Its address, whatever it is called.
function witness.at(peer)
  return peer.address .. ":" .. peer.port
end

function witness.ishonest(peer)
  return peer.address:find("^127%.77%.") ~= nil
end

-- Whether it is a message of an honest one that no liar has caused: the bot
-- says to everybody of one that broadcasts a command that it may not.
function witness.counts(msg)
  return witness.ishonest(msg.from) and not msg.data:find("^Sorry, ")
end

-- A task: "lost WHAT" for whatever else becomes of an honest member.
function witness.watch(node)
  for event in node:events() do
    if event.type ~= "joined" and witness.ishonest(event.peer) then
      witness.say("lost", event)
    end
  end
end

return witness
