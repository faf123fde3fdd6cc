-- bot.lua - a chat bot.
--
--   lua5.4 lua/examples/bot.lua [peer [port]]
--
-- Joins through the peer, such as localhost:5000, and answers: in public to
-- lines such as "!time", directly to direct messages, with or without the
-- "!". Leaves when Enter is pressed, its input ends or it is interrupted.

local gop2p = require "gop2p"

io.stdout:setvbuf("line")

local port = math.tointeger(tonumber(arg[2] or 0))
local node <close> = assert(gop2p.start_local_node(port))
local started = os.time()
local commands = {}

function commands.time()
  return os.date("It is %H:%M:%S.")
end

function commands.uptime()
  return ("I have been here for %d s."):format(os.time() - started)
end

function commands.roll(sides)
  sides = math.tointeger(tonumber(sides == "" and 6 or sides))
  if not sides or sides < 1 then return "Such as: roll 20" end
  return ("You rolled %d of %d."):format(math.random(sides), sides)
end

function commands.who()
  local names = {tostring(node:self())}
  for _, peer in ipairs(node:members()) do names[#names + 1] = peer .. "" end
  return table.concat(names, ", ")
end

function commands.help()
  return "I know: help, roll [sides], time, uptime, who."
end

local function answer(text)
  local word, rest = text:match("^!?(%a+)%s*(.-)%s*$")
  local command = word and commands[word:lower()] or commands.help
  return "bot: " .. command(rest)
end

-- What a bot says is not answered: two of them would never come to an end.
local function handle(msg)
  if msg.data:find("^bot: ") then return end
  if msg.type == "direct" then
    node:send(msg.from, answer(msg.data))
  elseif msg.data:find("^!") then
    node:broadcast(answer(msg.data))
  end
end

local function main()
  gop2p.spawn(function()
    for err in node:errors() do io.stderr:write(err .. "\n") end
  end)
  if arg[1] then assert(node:connect(arg[1])) end
  print(node:self())
  gop2p.spawn(function()
    for msg in node:inbox() do
      print(msg.type, msg)
      handle(msg)
    end
  end)
  gop2p.lines()()
  node:leave()
  node:close()
end

local ok, err = pcall(gop2p.run, main)
if not ok then
  node:leave(1)
  if not err:find("interrupted!", 1, true) then error(err, 0) end
end
