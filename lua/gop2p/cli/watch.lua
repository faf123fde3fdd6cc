-- watch.lua - `gop2p watch`: who is there, how far away, and how much each
-- one says.
--
-- A network of ours is looked at from outside: its list is asked for, and
-- each member is probed. What they say only a member hears, so to count it,
-- and among Go programs, it joins.

local core = require "gop2p.core"
local gop2p = require "gop2p"
local look = require "gop2p.look"
local network = require "gop2p.cli.network"
local recent = require "gop2p.recent"
local scheduler = require "gop2p.scheduler"
local show = require "gop2p.cli.show"
local values = require "gop2p.values"

local watch = {
  summary = "Watch a network without joining it: its members and round "
            .. "trips. (A network of Go programs is joined.)"
}
watch.__index = watch

local DONE, FAILED = 0, 1

local PATIENCE = 1   -- seconds for a list, of one that has given it before
local LEFT = 60      -- seconds until one that has left is forgotten

function watch.options(command)
  network.options(command)
  network.entry(command)
  network.waits(command)
  network.json(command)
  command:option("--interval", "Seconds between two updates.", "1")
    :argname("S"):convert(network.positive)
  command:flag("--traffic", "Join, and count the messages of each member.")
  command:option("--count", "End after N updates.")
    :argname("N"):convert(network.count)
end

-- Each member is looked at once in 'interval' seconds.
function watch.new(interval, json)
  return setmetatable({
    heard = recent.new(), interval = interval, json = json,
    inplace = show.is_terminal(io.stdout),
  }, watch)
end

-- What was heard of a peer, which is there.
function watch:of(peer)
  local endpoint = values.endpoint(peer)
  local entry = self.heard:get(endpoint) or
                { messages = 0, bytes = 0, before = 0 }
  self.heard:set(endpoint, entry, LEFT + self.interval)
  return entry
end

local function count_messages(self)
  for msg in self.node:inbox() do
    local entry = self:of(msg.from)
    entry.messages = entry.messages + 1
    entry.bytes = entry.bytes + #msg.data
    entry.last = core.now()
  end
end

-- What the node knows of its members, by where they are.
local function states(node)
  local known = {}
  for _, state in ipairs(node:stats().peers) do
    known[values.endpoint(state.peer)] = state
  end
  return known
end

-- Every member, with the messages a second since the last look.
function watch:count()
  local now = core.now()
  local passed = self.looked and now - self.looked
  local list, known = self.node:members(), states(self.node)
  table.sort(list)
  for i, peer in ipairs(list) do
    local entry = self:of(peer)
    local rate = passed and passed > 0
                 and (entry.messages - entry.before) / passed or 0
    entry.before = entry.messages
    local state = known[values.endpoint(peer)] or {}
    list[i] = { peer = peer, state = state.state, rtt = state.rtt,
                messages = entry.messages, bytes = entry.bytes, rate = rate,
                silent = entry.last and now - entry.last }
  end
  self.looked = now
  return list
end

local COLUMNS <const> = {"MEMBER", "STATE", "ROUND TRIP"}
local COUNTS <const> = {"MESSAGES", "PER SECOND", "BYTES", "SILENT"}

-- A row with what was counted behind it.
local function with_counts(row, m)
  return table.move({
    tostring(m.messages), ("%.1f"):format(m.rate), tostring(m.bytes),
    m.silent and ("%.0f s"):format(m.silent) or "-",
  }, 1, #COUNTS, #row + 1, row)
end

local function lines_of(self, list)
  local rows = {table.move(COLUMNS, 1, #COLUMNS, 1, {})}
  if not self.entry then table.move(COUNTS, 1, #COUNTS, 4, rows[1]) end
  for i, m in ipairs(list) do
    local row = {
      values.described(m.peer),
      m.error and m.error.cause or m.state or "-",
      m.rtt and ("%.0f ms"):format(m.rtt * 1000) or "-",
    }
    rows[i + 1] = self.entry and row or with_counts(row, m)
  end
  local lines = show.columns(rows)
  table.insert(lines, 1, ("%s  %s: %d member%s"):format(
    os.date("%H:%M:%S"), self.entry or self.node:self(), #list,
    #list == 1 and "" or "s"))
  return lines
end

-- As many as there is room for, and as wide.
local function fit(lines, room, width)
  local out = {}
  for i = 1, math.min(#lines, room) do out[i] = show.cut(lines[i], width) end
  if #lines > room then
    out[room] = show.cut(("and %d more"):format(#lines - room + 1), width)
  end
  return out
end

-- In the place of the last ones, unless the window has got another width:
-- then nobody knows where they are. Each is written over what stood there: a
-- screen that is cleared flickers.
local function redraw(self, lines)
  local rows, columns = core.screensize()
  rows, columns = rows or 24, columns or 80
  lines = fit(lines, math.max(rows - 1, 3), columns - 1)
  local drawn = self.columns == columns and self.drawn
  local fewer = drawn and drawn > #lines and "\n\27[J\27[A" or ""
  local back = drawn and ("\27[%dA"):format(drawn) or ""
  self.drawn, self.columns = #lines, columns
  show.line(back .. table.concat(lines, "\27[K\n") .. "\27[K" .. fewer)
end

local function print_json(list)
  local time = os.time()
  for _, m in ipairs(list) do
    show.json("time", time, "peer", values.endpoint(m.peer),
              "name", m.peer.name,
              "state", m.state, "rtt", m.rtt, "messages", m.messages,
              "rate", m.rate, "bytes", m.bytes, "silent", m.silent,
              "code", m.error and m.error.code,
              "error", m.error and m.error.cause)
  end
end

function watch:show(list)
  if self.json then return print_json(list) end
  local lines = lines_of(self, list)
  if self.inplace then return redraw(self, lines) end
  for _, line in ipairs(lines) do show.line(line) end
end

-- Shows what next() gives, as often as it is to be shown.
function watch:repeatedly(options, next)
  local left = options.count or math.huge
  while true do
    self:show(next())
    left = left - 1
    if left == 0 then break end
    gop2p.sleep(options.interval)
  end
end

local function complain(err)
  show.complain("watch", "%s", show.words(err))
end

-- Says once that lists are cut.
function watch:tellcut(peer, more)
  if not self.cut then network.tellcut("watch", peer, more) end
  self.cut = self.cut or (more and more > 0)
end

-- Asks the one that gave the list for a new one, or where it is gone another
-- one of that list. Nobody gives one: all are probed that were in the last.
function watch:ask()
  if core.now() < self.asked + look.PAUSE then return end
  local first
  for i = 0, #self.peers do
    local peer = i == 0 and self.entry or self.peers[i]
    local list, err = look.once(self.node, peer, scheduler.deadline(PATIENCE))
    self.asked = core.now()
    if list then
      self:tellcut(peer, err)
      self.peers, self.entry, self.alone = list, peer, false
      return
    elseif err.code == "EBUSY" then
      return
    end
    first = first or err
  end
  if not self.alone then complain(first) end
  self.alone = true
end

-- Every member, as it is seen from outside.
function watch:look()
  self:ask()
  local list = look.at(self.node, self.peers)
  table.sort(list, function(a, b) return a.peer < b.peer end)
  return list
end

-- Looks at the network of a peer; nil: only a member sees it.
local function watch_outside(self, options)
  local list, joins = network.look(self.node, options.join, complain,
                                   options.wait)
  if joins then return nil elseif not list then return FAILED end
  self.peers, self.asked = {}, core.now()
  self:tellcut(list[1].peer, list.more)
  for i, one in ipairs(list) do self.peers[i] = one.peer end
  self.entry = self.peers[1]
  self:repeatedly(options, function() return self:look() end)
  return DONE
end

local function watch_inside(self, options)
  gop2p.spawn(count_messages, self)
  network.complain("watch", self.node)
  gop2p.sleep(0)   -- lets it begin
  self:repeatedly(options, function() return self:count() end)
end

function watch.run(options)
  local self = watch.new(options.interval, options.json)
  local inside = options.traffic or #options.join == 0
  return network.with("watch", options, DONE, function(node)
    self.node = node
    return watch_inside(self, options)
  end, not inside and function(node)
    self.node = node
    return watch_outside(self, options)
  end)
end

return watch
