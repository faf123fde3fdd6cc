--[[
go_loop - coroutines over select, for the stand-in.

A Go program serves every request in a goroutine of its own while it makes
requests itself; here every connection and every job is a coroutine that
gives way whenever it would block. Knows nothing of HTTP.
]]
local socket = require "socket"

local loop = {}

local readers, writers = {}, {} -- socket -> the coroutine that waits for it
local ready = {}                -- coroutines to go on with, in order

-- An error in a coroutine is a fault of the stand-in itself: it must not
-- look like a peer that misbehaves, so it ends the program.
local function resume(co, ...)
  local ok, err = coroutine.resume(co, ...)
  if not ok then error(debug.traceback(co, tostring(err)), 0) end
end

function loop.spawn(f, ...)
  resume(coroutine.create(f), ...)
end

-- The calling coroutine goes on when the socket can be read.
function loop.readable(sock)
  readers[sock] = coroutine.running()
  coroutine.yield()
end

function loop.writable(sock)
  writers[sock] = coroutine.running()
  coroutine.yield()
end

-- Goes on after whoever calls this has given way itself.
function loop.wake(co)
  ready[#ready + 1] = co
end

local function keys(set)
  local list = {}
  for key in pairs(set) do list[#list + 1] = key end
  return list
end

local function go_on(socks, set)
  for _, sock in ipairs(socks) do
    local co = set[sock]
    set[sock] = nil
    if co then resume(co) end
  end
end

local function go_on_ready()
  while ready[1] do
    local list = ready
    ready = {}
    for _, co in ipairs(list) do resume(co) end
  end
end

-- Never returns; the program ends by os.exit.
function loop.run()
  while true do
    go_on_ready()
    local r, w = socket.select(keys(readers), keys(writers))
    go_on(r, readers)
    go_on(w, writers)
  end
end

-- A gate: coroutines pass while it is open and queue up while it is shut.
local Gate = {}
Gate.__index = Gate

function loop.gate(open)
  return setmetatable({open = open, parked = {}}, Gate)
end

function Gate:pass()
  while not self.open do
    self.parked[#self.parked + 1] = coroutine.running()
    coroutine.yield()
  end
end

function Gate:shut()
  self.open = false
end

function Gate:lift()
  self.open = true
  local parked = self.parked
  self.parked = {}
  for _, co in ipairs(parked) do loop.wake(co) end
end

return loop
