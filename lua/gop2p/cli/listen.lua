-- listen.lua - `gop2p listen`: prints what arrives.

local gop2p = require "gop2p"
local network = require "gop2p.cli.network"
local show = require "gop2p.cli.show"
local values = require "gop2p.values"

local listen = { summary = "Print the messages that arrive, until Ctrl-C." }

local DONE, FAILED = 0, 1

function listen.options(command)
  network.options(command)
  network.entry(command)
  network.waits(command)
  network.json(command)
  command:option("--count", "End after N messages.")
    :argname("N"):convert(network.count)
end

local function endpoints(peers)
  if not peers then return nil end
  local list = {}
  for i, peer in ipairs(peers) do list[i] = values.endpoint(peer) end
  return list
end

local function print_message(msg, json)
  if json then
    local text, hex = show.text(msg.data)
    show.json("type", msg.type, "from", values.endpoint(msg.from),
              "name", msg.name, "to", endpoints(msg.to),
              "notice", msg.notice, "data", text, "hex", hex)
  else
    show.line(show.plain(("[%s] %s"):format(show.sender(msg), msg.data)))
  end
end

function listen.run(options)
  local interrupted = options.count and FAILED or DONE
  return network.with("listen", options, interrupted, function(node)
    network.complain("listen", node)
    show.complain("listen", "listening as %s", node:self())
    local left = options.count or math.huge
    for msg in node:inbox() do
      print_message(msg, options.json)
      left = left - 1
      if left == 0 then break end
    end
    gop2p.sleep(0)   -- the response to the last one goes out first
  end)
end

return listen
