--[[
A program built on the published gop2p, for the specs to talk to: stock
Lua and LuaSocket, nothing of this project's own.

  lua5.4 spec/support/standin.lua FORM ADDRESS [PORT] [--log FILE]
         [--bind ADDRESS] [--kinds]

FORM is seed, v1.1.2 or v1.1.3. ADDRESS is what it calls itself; it listens
everywhere, or at --bind alone. PORT 0, or none, takes a free one.

It says "ready PORT", then takes commands, one a line, on its standard
input, and ends with it. TEXT is percent-encoded where it is not printable
ASCII, or "%"; a PEER is HOST:PORT, or a port for ADDRESS:PORT.

  connect PEER             connected N (members) | failed REASON
  broadcast TEXT           sent | failed REASON
  direct PEER[,PEER] TEXT  sent | failed REASON
  disconnect               sent | failed REASON
  members                  members a:1 b:2
  requests                 requests GET=1 POST=2
  pause | resume           stops, starts reading the inbox: paused | resumed
  hang | unhang            accepts only, and no more: hung | unhung
  quit

The first four are done one after the other, the rest at once. Unasked come

  message FROM TEXT        (with --kinds, direct FROM TEXT for a direct one)
  refused PEER STATUS      what it sent got this status; Go ignores that
  crashed                  as Go does with a nil member; it ends with 2

--log appends every request: a line "request N ADDRESS LENGTH", LENGTH
bytes, a newline.
]]
local here = arg[0]:match("^(.*)/") or "."
package.path = here .. "/?.lua;" .. package.path

local forms = require "go_forms"
local loop = require "go_loop"
local new_node = require "go_node"
local server = require "go_server"

local node, options
local hang = loop.gate(true)
local counts, total = {}, 0

local function encode(text)
  return (text:gsub("[^ -$&-~]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end

local function decode(text)
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

local function say(...)
  io.stdout:write(table.concat({...}, " "), "\n")
  io.stdout:flush()
end

local function tell(event, from, text)
  if not from then return say(event) end
  if event == "direct" and not options.kinds then event = "message" end
  say(event, encode(from), encode(text))
end

-- Every request, before it is handled.
local function seen(raw, req, remote)
  counts[req.method] = (counts[req.method] or 0) + 1
  total = total + 1
  if not options.log then return end
  local file <close> = assert(io.open(options.log, "ab"))
  file:write(("request %d %s %d\n"):format(total, remote or "?", #raw), raw,
             "\n")
end

local function read_peer(text)
  if text:find("^%d+$") then text = options.address .. ":" .. text end
  return node.form.read_peer(text)
end

local function report(done, err)
  if done then say("sent") else say("failed", encode(err)) end
end

local jobs = {}

function jobs.connect(text)
  local entry, err = read_peer(text)
  if entry then entry, err = node:connect(entry) end
  if not entry then return report(nil, err) end
  say("connected", #node.members)
end

function jobs.broadcast(text) report(node:broadcast(decode(text))) end

function jobs.direct(text)
  local names, data = text:match("^(%S+) ?(.*)$")
  local to = {}
  for name in (names or ""):gmatch("[^,]+") do
    local peer, err = read_peer(name)
    if not peer then return report(nil, err) end
    to[#to + 1] = peer
  end
  report(node:direct(to, decode(data or "")))
end

function jobs.disconnect() report(node:disconnect()) end

local at_once = {}

function at_once.members() say("members", table.unpack(node:names())) end

function at_once.requests()
  local out = {}
  for method, n in pairs(counts) do out[#out + 1] = method .. "=" .. n end
  table.sort(out)
  say("requests", table.unpack(out))
end

function at_once.pause() node.inbox:shut() say("paused") end

function at_once.resume() say("resumed") node.inbox:lift() end

function at_once.hang() hang:shut() say("hung") end

function at_once.unhang() say("unhung") hang:lift() end

function at_once.quit() os.exit(0) end

-- Jobs, done one after the other in a coroutine of their own.
local queue, busy = {}, false

local function work()
  busy = true
  while queue[1] do
    local job = table.remove(queue, 1)
    jobs[job.word](job.rest)
  end
  busy = false
end

local function command(line)
  local word, rest = line:match("^(%a+) ?(.*)$")
  if at_once[word] then return at_once[word]() end
  if not jobs[word] then return say("failed", "no command:", encode(line)) end
  queue[#queue + 1] = {word = word, rest = rest}
  if not busy then loop.spawn(work) end
end

-- Unbuffered, so that what select says of the descriptor is all there is.
local function commands()
  local stdin = {getfd = function() return 0 end}
  io.stdin:setvbuf("no")
  while true do
    loop.readable(stdin)
    local line = io.stdin:read("l")
    if not line then os.exit(0) end
    command(line)
  end
end

local function read_arguments(list)
  local opts, plain = {}, {}
  local at = 1
  while list[at] do
    local flag = list[at]:match("^%-%-(%a+)$")
    if flag == "kinds" then
      opts.kinds = true
    elseif flag == "log" or flag == "bind" then
      at = at + 1
      opts[flag] = list[at]
    else
      plain[#plain + 1] = list[at]
    end
    at = at + 1
  end
  opts.form, opts.address = plain[1], plain[2]
  opts.port = math.tointeger(tonumber(plain[3] or 0))
  return opts
end

local function main()
  options = read_arguments(arg)
  local form = forms[options.form]
  if not (form and form.read and options.address and options.port) then
    io.stderr:write("usage: standin.lua FORM ADDRESS [PORT] [--log FILE]",
                    " [--bind ADDRESS] [--kinds]\n")
    os.exit(64)
  end
  local port, err = server.listen(options.bind, options.port, {
    gate = hang, seen = seen,
    handler = function(req) return node:handle(req) end,
  })
  if not port then
    say("failed", err)
    os.exit(1)
  end
  local self = form.read_peer(options.address .. ":" .. port)
  node = new_node(options.form, self, tell)
  say("ready", port)
  loop.spawn(commands)
  loop.run()
end

main()
