-- What happens while memory may run out: two nodes and all that they can do
-- with each other. What fails may fail; afterwards all must work as ever.
-- luacheck: globals arm disarm

local gop2p = require "gop2p"

warn("@off")

local LIMIT = 0.1

-- Every step by itself: one that fails does not keep the others from it.
local function try(f, ...)
  return pcall(f, ...)
end

-- Whether the two can talk.
local function talk(a, b)
  assert(a:connect(b:self(), 5))
  repeat until not b:receive(0)
  assert(assert(a:send(b:self(), "again")):wait(5))
  local msg = assert(b:receive(5))
  while msg.data ~= "again" do msg = assert(b:receive(5)) end
end

local function steps(a, b)
  try(function() a:connect(b:self(), LIMIT) end)
  try(function() a:broadcast("one"):wait(LIMIT) end)
  try(function() b:receive(LIMIT) end)
  try(function()
    gop2p.run(function()
      gop2p.spawn(function() b:receive(LIMIT) end)
      b:send(a:self(), "two"):wait(LIMIT)
      a:receive(LIMIT)
    end)
  end)
  try(function() a:send({"127.0.0.1:1", b:self()}, "x"):wait(LIMIT) end)
  try(function() gop2p.run(function() a:errors() end) end)
  try(function() return tostring(a:members()) .. tostring(b) end)
  try(function() a:leave(LIMIT) end)
end

local a, b = assert(gop2p.start_local_node(0)),
             assert(gop2p.start_local_node(0))

-- Made before memory runs out: here nothing would catch it.
local function another() return assert(gop2p.start_local_node(0)) end
local c
local function close() c:close() end
local _

arm()
try(steps, a, b)
_, c = try(another)
try(close)
disarm()
talk(a, b)
talk(b, a)
a:close()
b:close()
