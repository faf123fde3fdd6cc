-- demo.lua - an entry node, a chat bot and a visitor talk to each other.
--
--   lua5.4 lua/examples/demo.lua [--bot FILE] [--limit SECONDS]
--
-- Three processes, each with a node on a free port. What they hear comes
-- here and is shown as one conversation. Ends with 0 when everybody heard
-- what he should and nothing else, otherwise with 1 and what is missing.
--
-- A child ends with its input, and that is a pipe from here: however this
-- process ends, it leaves none behind.

local gop2p = require "gop2p"

io.stdout:setvbuf("line")

local folder = arg[0]:match("^(.*)/[^/]*$") or "."
local options = { bot = folder .. "/bot.lua", limit = "8" }
for i = 1, #arg, 2 do
  options[assert(arg[i]:match("^%-%-(%a+)$"), arg[i])] = arg[i + 1]
end

-- Who says what to whom. What the bot says is a pattern.
local script = {
  { from = "visitor", says = "Hello, everybody!" },
  { from = "visitor", says = "!time" },
  { from = "bot", says = "bot: It is %d+:%d+:%d+%." },
  { from = "visitor", to = "bot", says = "roll 20" },
  { from = "bot", to = "visitor", says = "bot: You rolled %d+ of 20%." },
  { from = "visitor", says = "Thank you, bot. Goodbye!" },
}

local children = {}       -- name -> child
local names = {}          -- "localhost:5000" -> name
local expected, arrived = 0, 0
local shown = 0           -- so many items are on the screen
local left, remaining     -- the visitor said so; whom the entry node knows
local problems = {}

local function problem(...)
  problems[#problems + 1] = string.format(...)
end

-- Notes in each item who has still to hear it.
local function prepare()
  for _, item in ipairs(script) do
    item.waiting, item.count = {}, 0
    for _, name in ipairs { "entry", "bot", "visitor" } do
      if name ~= item.from and name == (item.to or name) then
        item.waiting[name], item.count = true, item.count + 1
      end
    end
    expected = expected + item.count
  end
end

-- Shows what all have heard, in the order in which it was said.
local function show()
  local item = script[shown + 1]
  while item and item.count == 0 do
    print(("  %-8s to %-11s%s"):format(item.from, item.to or "everybody",
                                       item.heard))
    shown = shown + 1
    item = script[shown + 1]
  end
end

-- A line such as "broadcast", a tab, "[localhost:5000] Hello".
local function heard(name, line)
  local kind, from, text = line:match("^(%a+)\t%[(.-)%] (.*)$")
  for _, item in ipairs(script) do
    if item.waiting[name] and item.from == names[from] and
       kind == (item.to and "direct" or "broadcast") and
       text:find("^" .. item.says .. "$") then
      item.waiting[name], item.count = nil, item.count - 1
      item.heard, arrived = text, arrived + 1
      return show()
    end
  end
  problem("nobody expected of %s: %s", name, line)
end

local function dismiss(child)
  child.input:write("\n")
  child.input:flush()
end

local function said(child, line)
  if line == "left" then
    left = true
  elseif line:find("^members\t") then
    remaining = line:gsub("^members\t", ""):gsub("%S+", names)
  else
    heard(child.name, line)
  end
  if left and arrived == expected and not remaining then
    dismiss(children.entry)
  end
end

-- Says how it went, and ends.
local function judge()
  for _, item in ipairs(script) do
    for name in pairs(item.waiting) do
      problem("missing at %s: %s says: %s", name, item.from,
              (item.says:gsub("%%d%+", "N"):gsub("%%", "")))
    end
  end
  if not left then problem("the visitor did not leave") end
  if left and remaining ~= "bot" then
    problem("in the end entry should know the bot alone, not: %s",
            remaining or "nothing was said")
  end
  if #problems == 0 then
    print(("\nAll %d lines arrived, and the visitor has left."):format(
      expected))
    os.exit(0)
  end
  io.stderr:write("\ndemo: ", table.concat(problems, "\ndemo: "), "\n")
  os.exit(1)
end

local function quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

-- A pipe each way: popen's own for its input, a fifo for what it prints.
local function start(name, ...)
  local words, fifo = { arg[-1], ... }, os.tmpname()
  for i, word in ipairs(words) do words[i] = quote(word) end
  os.remove(fifo)
  assert(os.execute("mkfifo -m 600 " .. quote(fifo)), "mkfifo failed")
  local child = { name = name }
  child.input = assert(io.popen(("exec %s >%s 2>&1"):format(
    table.concat(words, " "), quote(fifo)), "w"))
  child.output = assert(io.open(fifo))
  child.lines = gop2p.lines(child.output)
  os.remove(fifo)
  children[name] = child
  return child
end

-- Starts a script that says its name first, and returns that.
local function introduce(name, ...)
  local child = start(name, ...)
  local peer = child.lines() or ""
  if not peer:find("^localhost:%d+$") then
    problem("%s did not start: %s", name, peer)
    for line in child.lines do problem("  %s", line) end
    judge()
  end
  names[peer] = name
  print(("  %-8s is %s"):format(name, peer))
  gop2p.spawn(function()
    for line in child.lines do said(child, line) end
    if name == "entry" then dismiss(children.bot) end
  end)
  return peer
end

local function converse()
  print("Three processes, a node each; bot and visitor join through entry.\n")
  local entry = introduce("entry", folder .. "/entry.lua", "0")
  introduce("bot", options.bot, entry)
  introduce("visitor", folder .. "/visitor.lua", entry)
  print()
end

local ok, err = pcall(gop2p.run, function()
  prepare()
  gop2p.spawn(function()
    gop2p.sleep(tonumber(options.limit))
    problem("not done in %s s", options.limit)
    judge()
  end)
  gop2p.run(converse)
  judge()
end)
local interrupted = not ok and err:find("interrupted!", 1, true)
io.stderr:write("demo: ", interrupted and "interrupted" or err, "\n")
os.exit(interrupted and 130 or 1)
