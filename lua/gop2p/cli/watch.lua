-- watch.lua - `gop2p watch`: who is there, how far away, and how much each
-- one says.

local core = require "gop2p.core"
local gop2p = require "gop2p"
local network = require "gop2p.cli.network"
local show = require "gop2p.cli.show"
local values = require "gop2p.values"

local watch = {
  summary = "Watch a network: its members, round trips and messages."
}
watch.__index = watch

local DONE = 0

function watch.options(command)
  network.options(command)
  network.entry(command)
  network.waits(command)
  network.json(command)
  command:option("--interval", "Seconds between two updates.", "1")
    :argname("S"):convert(network.positive)
  command:option("--count", "End after N updates.")
    :argname("N"):convert(network.count)
end

-- What was heard of a peer.
function watch:of(peer)
  local endpoint = values.endpoint(peer)
  local entry = self.heard[endpoint]
  if not entry then
    entry = { messages = 0, bytes = 0, before = 0 }
    self.heard[endpoint] = entry
  end
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
function watch:look()
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

local function lines_of(self, list)
  local rows = {{"MEMBER", "STATE", "ROUND TRIP", "MESSAGES", "PER SECOND",
                 "BYTES", "SILENT"}}
  for i, m in ipairs(list) do
    rows[i + 1] = {
      values.described(m.peer),
      m.state or "-",
      m.rtt and ("%.0f ms"):format(m.rtt * 1000) or "-",
      tostring(m.messages), ("%.1f"):format(m.rate),
      tostring(m.bytes), m.silent and ("%.0f s"):format(m.silent) or "-",
    }
  end
  local lines = show.columns(rows)
  table.insert(lines, 1, ("%s  %s: %d member%s"):format(
    os.date("%H:%M:%S"), self.node:self(), #list,
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
              "rate", m.rate, "bytes", m.bytes, "silent", m.silent)
  end
end

function watch:show(list)
  if self.json then return print_json(list) end
  local lines = lines_of(self, list)
  if self.inplace then return redraw(self, lines) end
  for _, line in ipairs(lines) do show.line(line) end
end

function watch.run(options)
  return network.with("watch", options, DONE, function(node)
    local self = setmetatable({
      node = node, heard = {}, json = options.json,
      inplace = show.is_terminal(io.stdout),
    }, watch)
    gop2p.spawn(count_messages, self)
    network.complain("watch", node)
    gop2p.sleep(0)   -- lets it begin
    local left = options.count or math.huge
    while true do
      self:show(self:look())
      left = left - 1
      if left == 0 then break end
      gop2p.sleep(options.interval)
    end
  end)
end

return watch
