-- chat.lua - the command-line chat of gop2p.
--
--   lua5.4 lua/examples/chat.lua [--port 5001] [--join localhost:5000]
--                                [--address 192.168.1.20]
--
-- Without --address it is a chat on this machine: nobody else can join.
-- A line is read while messages come in, so the node is always served.
-- At the end of its input it waits for what was sent, and leaves.

local gop2p = require "gop2p"

io.stdout:setvbuf("line")

local USAGE = "usage: chat.lua [--port PORT] [--join PEER] " ..
              "[--address ADDRESS]"
local HELP = [[
connect <peer>     join the network of a peer: localhost:5000, or just 5000
dm <peer> <text>   write to one peer alone
members            who is here
disconnect         leave the network
exit               leave and end; so does the end of the input
help               this list
Any other line is said to everybody. Begin with a space to say a line that
looks like a command.]]

-- What others send must not command the terminal.
local function plain(text)
  return (text:gsub("[\0-\8\11-\31\127]", "?")
              :gsub("\xC2[\x80-\x9F]", "?"):gsub("\n", "\n  "))
end

local function say(format, ...)
  print(plain(format:format(...)))
end

-- An error without its kind.
local function words(err)
  return err.text .. ": " .. err.cause
end

local function usage(text)
  io.stderr:write("chat: ", text, "\n", USAGE, "\n")
  os.exit(2)
end

local function read_arguments()
  local options = {}
  for i = 1, #arg, 2 do
    local name = arg[i]:match("^%-%-(%l+)$")
    if name == "help" then
      print(USAGE .. "\n\n" .. HELP)
      os.exit()
    elseif name ~= "port" and name ~= "join" and name ~= "address" then
      usage("what is " .. arg[i] .. "?")
    end
    options[name] = arg[i + 1] or usage(arg[i] .. " needs a value")
  end
  local port = math.tointeger(tonumber(options.port or 0))
  if not port or port < 0 or port > 65535 then
    usage("not a port: " .. options.port)
  end
  options.port = port
  if options.join and not pcall(gop2p.peer, options.join) then
    usage("not a peer: " .. options.join)
  end
  return options
end

-- The peer that was typed, or nil when it is none; says so.
local function peer_of(text)
  local ok, peer = pcall(gop2p.peer, text)
  if ok then return peer end
  say("Not a peer: %s. Such as localhost:5000, or 5000 for this machine.",
      text)
end

-- Tells who did not get what was sent. The chat goes on meanwhile.
local function follow(receipt, err)
  if not receipt then return say("Not sent: %s", words(err)) end
  gop2p.spawn(function()
    local done, why = receipt:wait()
    if done then return end
    for peer, failure in pairs(why.failed) do
      say("Not delivered to %s: %s", peer, failure.cause)
    end
  end)
end

local commands = {}  -- f(node, rest of the line); true ends the chat

function commands.connect(node, rest)
  if rest == "" then return say("Who? Such as: connect localhost:5000") end
  local peer = peer_of(rest)
  if not peer then return end
  local ok, err = node:connect(peer)
  if not ok then return say("Not connected: %s", words(err)) end
  commands.members(node)
end

function commands.dm(node, rest)
  local name, text = rest:match("^(%S+)%s+(.+)$")
  if not name then
    return say("To whom, and what? Such as: dm localhost:5000 Hello")
  end
  local peer = peer_of(name)
  if peer then follow(node:send(peer, text)) end
end

function commands.members(node)
  local members = node:members()
  if #members == 0 then return say("Nobody else is here.") end
  for i, peer in ipairs(members) do members[i] = tostring(peer) end
  say("Here: %s", table.concat(members, ", "))
end

function commands.disconnect(node)
  if not node:is_connected() then return say("You are not connected.") end
  local ok, err = node:leave()
  say(ok and "You have left." or "Not quite left: %s", err and words(err))
end

function commands.exit()
  return true
end

function commands.help()
  print(HELP)
end

local function broadcast(node, text)
  if not node:is_connected() then
    return say("Nobody heard that: connect to somebody first, or try help.")
  end
  follow(node:broadcast(text))
end

-- A command, or what is to be said. These words alone on a line are
-- commands; followed by more they begin a sentence, but for the first two.
local function obey(node, line)
  local word, rest = line:match("^(%l+)%s*(.-)%s*$")
  local command = commands[word]
  if command and (rest == "" or word == "connect" or word == "dm") then
    return command(node, rest)
  elseif line:find("%S") then
    broadcast(node, line:match("^ ?(.*)$"))
  end
end

local function show_messages(node)
  for msg in node:inbox() do
    local to = msg.type == "direct" and " to you" or ""
    say("[%s%s] %s", msg.from, to, msg.data)
  end
end

local function show_errors(node)
  for err in node:errors() do say("(%s)", words(err)) end
end

-- Its tasks are over when all that was sent has been answered, or failed.
local function converse(node, join)
  if join then commands.connect(node, join) end
  for line in gop2p.lines() do
    if obey(node, (line:gsub("\r$", ""))) then break end
  end
end

local function chat(node, join)
  gop2p.spawn(show_messages, node)
  gop2p.spawn(show_errors, node)
  gop2p.run(function() converse(node, join) end)
  node:leave()
  node:close()
end

-- An address that is none raises an error.
local function start(options)
  local ok, node, err
  if options.address then
    ok, node, err = pcall(gop2p.start_node, options.address, options.port)
  else
    ok, node, err = pcall(gop2p.start_local_node, options.port)
  end
  if not ok then usage("others can not dial " .. options.address) end
  return node, err
end

local function main()
  local options = read_arguments()
  local node <close>, err = start(options)
  if not node then
    io.stderr:write("chat: ", words(err), "\n")
    os.exit(1)
  end
  say("You are %s. Try help.", node:self())
  local ok, problem = pcall(gop2p.run, function()
    chat(node, options.join)
  end)
  if ok then return end
  node:leave(1)
  if not problem:find("interrupted!", 1, true) then error(problem, 0) end
end

main()
