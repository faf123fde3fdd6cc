-- Members that die or stand still in the middle of traffic, in processes of
-- their own. STOP_SECONDS says how long they stand still (3).

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"
local socket = require "socket"

local LUA = os.getenv("LUA") or "lua5.4"
local STOP = tonumber(os.getenv("STOP_SECONDS") or 3)

local Member = {}
Member.__index = Member

local function member(entry)
  local proc = assert(process.start({LUA, "spec/support/listener.lua",
                                     tostring(entry:self())}))
  local name = assert(proc:line(10, net.idle))
  return setmetatable({process = proc, name = name, heard = {}}, Member)
end

-- Takes over what it has said so far: the numbers that it heard.
function Member:hear()
  repeat
    local line = self.process:line(0)
    self.heard[#self.heard + 1] = tonumber(line)
  until not line
  return self.heard
end

function Member:close() self.process:close() end
Member.__close = Member.close

local function upto(n)
  local list = {}
  for i = 1, n do list[i] = i end
  return list
end

-- Waits for numbers from 1 to n, each once and in order.
local function heard_all(m, n)
  net.await(function() return #m:hear() >= n end, 30)
  net.pass(0.05)
  assert.same(upto(n), m:hear())
end

local function increasing(list)
  for i = 2, #list do
    assert.is_true(list[i] > list[i - 1], list[i - 1] .. ", " .. list[i])
  end
end

-- What became of each number that went to one member, who alone may fail.
local function outcome(receipts, to, name)
  local got, failed = {}, {}
  for i, receipt in ipairs(receipts) do
    local ok, err = receipt:wait(60)
    if ok then
      if to[i][name] then got[#got + 1] = i end
    else
      for peer in pairs(err.failed) do
        assert.equal(name, tostring(peer))
      end
      failed[#failed + 1] = i
    end
  end
  return got, failed
end

-- Everything that was received according to its receipt was heard.
local function contains(list, part)
  local has = {}
  for _, i in ipairs(list) do has[i] = true end
  for _, i in ipairs(part) do assert.is_true(has[i], i .. " was lost") end
end

local function start(options)
  return assert(gop2p.start_local_node(0, options))
end

-- A call that broadcasts the next number, the receipts of all, and to whom
-- each went: whoever is silent for long may be taken off the list meanwhile.
local function talker(node)
  local receipts, to = {}, {}
  return function()
    local n = #receipts + 1
    to[n] = {}
    for _, peer in ipairs(node:members()) do to[n][tostring(peer)] = true end
    receipts[n] = assert(node:broadcast(tostring(n)))
  end, receipts, to
end

describe("kill -9 of a member in the middle of traffic", function()
  it("costs the others nothing, and the sender knows what it cost", function()
    local node <close> = start()
    local victim <close> = member(node)
    local other <close> = member(node)
    local say, receipts, to = talker(node)
    for _ = 1, 100 do say() end
    net.await(function() return #victim:hear() > 20 end)
    for _ = 1, 100 do say() end
    victim.process:kill("KILL")
    for _ = 1, 100 do say() end
    heard_all(other, 300)
    local _, failed = outcome(receipts, to, victim.name)
    assert.is_true(#failed > 0)
    increasing(victim:hear())
    assert.is_true(#victim.heard < 300)
  end)

  it("wakes who waits for it, long before the time is up", function()
    local node <close> = start({request_timeout = 30})
    local victim <close> = member(node)
    victim.process:kill("STOP")
    local receipt = assert(node:send(victim.name, "1"))
    net.pass(0.1)
    victim.process:kill("KILL")
    local time, ok, err = net.timed(receipt.wait, receipt, 20)
    assert.is_nil(ok)
    assert.equal("connection", err.failed[gop2p.peer(victim.name)].kind)
    assert.is_true(time < 10, time)
  end)
end)

describe("a member that is stopped and goes on", function()
  it("costs the others nothing and is one of them again", function()
    local node <close> = start({request_timeout = STOP / 3})
    local stopped <close> = member(node)
    local other <close> = member(node)
    local say, receipts, to = talker(node)
    local longest = 0
    -- Each is with the other member before the next is said.
    local function talk(done)
      repeat
        say()
        longest = math.max(longest, (net.timed(net.await, function()
          return #other:hear() == #receipts
        end)))
      until done()
    end
    local function during(seconds)
      local stop = socket.gettime() + seconds
      return function() return socket.gettime() > stop end
    end
    talk(during(0.3))
    stopped.process:kill("STOP")
    talk(during(STOP))
    stopped.process:kill("CONT")
    local n = #receipts
    talk(function() return #stopped:hear() > 0
                           and stopped.heard[#stopped.heard] > n end)
    talk(during(0.3))
    heard_all(other, #receipts)
    local got, failed = outcome(receipts, to, stopped.name)
    net.await(function()
      return stopped:hear()[#stopped.heard] == #receipts
    end)
    increasing(stopped.heard)
    contains(stopped.heard, got)
    assert.is_true(#failed > 0)
    assert.is_true(longest < 2, longest)
  end)
end)
