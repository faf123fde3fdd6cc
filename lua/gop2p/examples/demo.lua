-- demo.lua - an entry node, the bot dice.lua and a visitor talk.
--
--   lua5.4 lua/gop2p/examples/demo.lua [--bot FILE] [--limit SECONDS]
--
-- Three processes, each with a node on a free port. What they hear, in the
-- case of the bot what its log says of it, comes here and is shown as one
-- conversation. Ends with 0 when everybody heard what they should and nothing
-- else, otherwise with 1 and what is missing.
--
-- A child ends with its input, and that is a pipe from here: however this
-- process ends, it leaves none behind.

local cjson = require "cjson"
local gop2p = require "gop2p"

io.stdout:setvbuf("line")

local folder = arg[0]:match("^(.*)/[^/]*$") or "."
local options = { bot = folder .. "/dice.lua", limit = "8" }
for i = 1, #arg, 2 do
  options[assert(arg[i]:match("^%-%-(%a+)$"), arg[i])] = arg[i + 1]
end

-- Who says what to whom: patterns.
local script = {
  { from = "visitor", says = "Good morning, everybody!" },
  { from = "dice", says = "Good morning, visitor!" },
  { from = "visitor", says = "!roll" },
  { from = "dice", says = "visitor rolled %d" },
  { from = "visitor", to = "dice", says = "pick tea, coffee" },
  { from = "dice", to = "visitor", says = "%a+" },
  { from = "visitor", says = "Thank you, dice. Goodbye!" },
}

local children = {}       -- name -> child
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
    for _, name in ipairs { "entry", "dice", "visitor" } do
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

local function heard(name, kind, from, text)
  for _, item in ipairs(script) do
    if item.waiting[name] and item.from == from and
       kind == (item.to and "direct" or "broadcast") and
       text:find("^" .. item.says .. "$") then
      item.waiting[name], item.count = nil, item.count - 1
      item.heard, arrived = text, arrived + 1
      return show()
    end
  end
  problem("%s was not expected to hear from %s, %s: %s", name, from, kind,
          text)
end

-- An entry of the bot's log; nil: the line is none.
local function logged(line)
  local ok, entry = pcall(cjson.decode, line)
  return ok and type(entry) == "table" and entry or nil
end

-- A line of a child: of the bot's log, or what it was told, such as
-- "broadcast", a tab, "[visitor] Hello".
local function learn(name, line)
  local kind, from, text = line:match("^(%a+)\t%[(.-)%] (.*)$")
  if kind then return heard(name, kind, from, text) end
  local entry = logged(line)
  if not entry then return problem("%s: %s", name, line) end
  if entry.event == "heard" then
    heard(name, entry.direct and "direct" or "broadcast", entry.from,
          entry.text)
  end
end

local function dismiss(child)
  child.input:write("\n")
  child.input:flush()
end

local function said(child, line)
  if line == "left" then
    left = true
  elseif line:find("^members\t") then
    remaining = line:gsub("^members\t", "")
  else
    learn(child.name, line)
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
              (item.says:gsub("%%%a%+?", "...")))
    end
  end
  if not left then problem("the visitor did not leave") end
  if left and remaining ~= "dice" then
    problem("in the end entry should know dice alone, not: %s",
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
  local words, fifo = { ... }, os.tmpname()
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

-- A bot ends by a signal. This sends it one when a line comes, or the end of
-- the input.
local LEASH = [[
  trap '' INT
  "$@" </dev/null &
  exec >/dev/null 2>&1
  read line
  kill $!
]]

-- Starts the bot; where it is once it has joined, or nil and what it said.
local function startbot(entry)
  local child = start("dice", "sh", "-c", LEASH, "sh", arg[-1],
    folder .. "/../bin/gop2p", "bot", "--json", "--log-level", "debug",
    options.bot, "0", entry)
  local peer, lines = nil, {}
  for line in child.lines do
    local log = logged(line) or {}
    if log.event == "started" then peer = log.node end
    if log.event == "connected" then return peer end
    lines[#lines + 1] = line
  end
  return nil, table.concat(lines, "\n  ")
end

-- Starts a script of this folder that says its address first.
local function startscript(name, ...)
  local child = start(name, arg[-1], ("%s/%s.lua"):format(folder, name), ...)
  local peer = child.lines() or ""
  if peer:find("^localhost:%d+$") then return peer end
  local lines = { peer }
  for line in child.lines do lines[#lines + 1] = line end
  return nil, table.concat(lines, "\n  ")
end

-- Tells where a child that was started is; returns its peer.
local function introduce(name, peer, why)
  if not peer then
    problem("%s did not start: %s", name, why)
    judge()
  end
  print(("  %-8s is %s"):format(name, peer))
  return peer
end

-- Takes what comes from a child, to its end.
local function listen(name)
  local child = children[name]
  for line in child.lines do said(child, line) end
  if name == "entry" then dismiss(children.dice) end
end

local function converse()
  print("Three processes, a node each; "
        .. "dice and visitor join through entry.\n")
  local entry = introduce("entry", startscript("entry", "0"))
  introduce("dice", startbot(entry))
  introduce("visitor", startscript("visitor", entry))
  print()
  for name in pairs(children) do gop2p.spawn(listen, name) end
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
