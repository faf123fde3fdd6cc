-- kit - what the specs of the test kit have in common: scripts of bots, and
-- networks that are closed after each test.

local script = require "spec.support.script"
local testing = require "gop2p.testing"

local kit = {}

-- What most scripts begin with: a node that joins, and what it does with
-- each message.
kit.NODE = [[
  local gop2p = require "gop2p"
  local node
  local function serve(handle)
    gop2p.run(function()
      node = assert(gop2p.start_local_node(5001))
      assert(node:connect(5000))
      print("ready")
      for msg in node:inbox() do handle(msg) end
    end)
  end
  local function answer(msg, text)
    if msg.type == "direct" then
      node:send(msg.from, text)
    else
      node:broadcast(text)
    end
  end
]]

kit.DICE = kit.NODE .. [[
  serve(function(msg)
    if msg.data:find("roll") then
      answer(msg, ("%s rolled %d"):format(msg.from, math.random(1000)))
    elseif msg.data == "tell the time" then
      answer(msg, os.date("%Y-%m-%d %H:%M:%S") .. " " .. os.time())
    elseif msg.data == "sleep" then
      gop2p.sleep(600)
      answer(msg, "awake")
    elseif msg.data == "who" then
      answer(msg, "members " .. #node:members())
    elseif msg.data == "fall" then
      error("fallen")
    elseif msg.data == "exit" then
      gop2p.spawn(function() gop2p.sleep(1) node:broadcast("still here") end)
      os.exit(3)
    end
  end)
]]

local open = {}

-- To be called after each test.
function kit.close()
  for i = #open, 1, -1 do open[i]:close() end
  open = {}
end

function kit.network(options)
  local net = testing.network(options)
  open[#open + 1] = net
  return net
end

-- A bot that runs this text.
function kit.start(net, text, options)
  local file = script(text)
  open[#open + 1] = file
  options = options or {}
  options.name = options.name or "bot"
  return net:bot(file.name, options)
end

-- What f(...) raises; the pattern must match it.
function kit.fails(pattern, f, ...)
  local ok, problem = pcall(f, ...)
  local text = type(problem) == "table" and problem.message or problem
  assert(not ok, "no error")
  assert(tostring(text):find(pattern), text)
  return tostring(text)
end

return kit
