-- bridge.lua - makes one conversation of several networks and a program.
--
--   some-program | lua5.4 bridge.lua [port peer]... | other
--
-- It has a node in the network of each peer. What somebody says in one is
-- said in all others, and printed, a line each, with the name before it:
-- "<ann> Hello". What is read is said in all of them.

local gop2p = require "gop2p"
local new = require("gop2p.bot").new

io.stdout:setvbuf("full")   -- so that flush tells whether anybody reads it
local sides = {}
for i = 1, #arg, 2 do
  sides[#sides + 1] = new {
    name = "bridge" .. #sides + 1, port = arg[i], join = arg[i + 1],
    prefix = false, store = false,
    exchange = false, rate = 1000, burst = 1000,   -- it speaks for many
  }
end
assert(sides[1], "a port and a peer expected for each network")

-- 'how': "broadcast", or "notice", which bots elsewhere do not answer either.
local function say(text, how, except)
  for _, side in ipairs(sides) do
    if side ~= except then side[how](side, text) end
  end
end

-- Where there is another bridge it says again, with the same name before it,
-- what this one has heard or said. That is not said once more.
local lately, count = {}, 0
local LONGEST, MOST = 8192, 3000   -- bytes of a text; so many in a minute

-- Whether it begins with "<ann> ", "<localhost:5000> ", or "<ann (...)> ".
local function isnamed(text)
  return text:find("^<%S+> ") ~= nil or text:find("^<%S+ %(%S+%)> ") ~= nil
end

local function relay(side, ctx)
  if ctx.is_direct then return end
  local text = ctx.message.data
  local named = isnamed(text)
  if not named then text = ("<%s> %s"):format(ctx.from, text) end
  if #text > LONGEST then text = text:sub(1, LONGEST) .. " [...]" end
  if named and lately[text] or count >= MOST then return end
  lately[text], count = (lately[text] or 0) + 1, count + 1
  side:after(60, function()
    count = count - 1
    lately[text] = lately[text] > 1 and lately[text] - 1 or nil
  end)
  io.write(text:gsub("[\0-\31\127]", " "), "\n")
  if not io.stdout:flush() then sides[1]:stop() end
  say(text, ctx.is_notice and "notice" or "broadcast", side)
end

sides[1]:on("start", function()
  for line in gop2p.lines() do say(line, "broadcast") end
end)

for _, side in ipairs(sides) do
  side:on("message", function(ctx) relay(side, ctx) end)
  side:command("who", "lists who is in the other networks", function()
    local names = {}
    for _, other in ipairs(sides) do
      for _, peer in ipairs(other ~= side and other:members() or {}) do
        names[#names + 1] = tostring(peer)
      end
    end
    table.sort(names)
    return "Elsewhere: " .. table.concat(names, ", ")
  end)
  assert(side:start())
end

sides[1]:run()
for _, side in ipairs(sides) do side:stop() end
