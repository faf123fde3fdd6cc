-- state.lua - whom a node knows, in a file, so that it finds its network
-- again after a restart.
--
-- The file holds the members and those that failed and are still tried, and
-- whose it is. It is written within a second of a change, once a second at
-- most, when the node leaves and when it is closed. What is in the way is
-- told once, in the node's errors(). A file that is another's is not touched;
-- as long as a node lives nobody else has its file.

local core = require "gop2p.core"
local file = require "gop2p.file"
local json = require "cjson".new()
local scheduler = require "gop2p.scheduler"
local system = require "gop2p.system"
local unread = require "gop2p.unread"
local values = require "gop2p.values"

local state = {}

local PAUSE = 1      -- seconds from a change until it is written
local RETRY = 30     -- the same after a failure
local VERSION = 1
local MARK = '{"format":"gop2p state"'

local kept = setmetatable({}, { __mode = "k" })   -- node -> its record
local records = {}   -- number of its signal -> the same
local locks = setmetatable({}, { __mode = "k" })  -- node -> that of its file

local function tell(self, record, kind, code, cause)
  unread.add(self, values.error(kind, code,
    "could not use the state file " .. record.path, cause))
end

-- Addresses hold nothing that JSON would have to escape.
local function format(self, record, peers, left)
  local out = {}
  for i, peer in ipairs(peers) do
    out[i] = ('\n"%s"'):format(values.endpoint(peer))
  end
  return ('%s,"version":%d,\n"self":"%s","name":%s,"left":%s,\n'
          .. '"peers":[%s]}\n')
    :format(MARK, VERSION, values.endpoint(core.self(self)),
            json.encode(record.name or ""), left, table.concat(out, ","))
end

-- Whether it can only be the beginning of a file of ours: cut off, or filled
-- up with zeros.
local function istorn(text)
  text = text:match("^.*[^\0]") or ""
  local n = math.min(#text, #MARK)
  return text:sub(1, n) == MARK:sub(1, n)
end

local function readpeers(list)
  local peers = {}
  for i, name in ipairs(list) do
    peers[i] = type(name) == "string" and values.topeer(name) or nil
    if not peers[i] then return nil end
  end
  return peers
end

-- What stands in a file; or nil, and what is wrong with it: "torn", or whose
-- else it is.
local function read(text)
  text = file.unmark(text)
  local ok, t = pcall(json.decode, text)
  if not ok or type(t) ~= "table" or t.format ~= "gop2p state" then
    return nil, istorn(text) and "torn" or "it is not a state file of gop2p"
  elseif t.version ~= VERSION then
    return nil, "it has the unknown version " .. tostring(t.version)
  end
  local peers = type(t.peers) == "table" and readpeers(t.peers)
  local own = type(t.self) == "string" and values.topeer(t.self)
  if not peers or not own or type(t.left) ~= "boolean" or
     type(t.name) ~= "string" then
    return nil, "torn"
  end
  return { self = own, name = t.name, left = t.left, peers = peers }
end

-- Whether a node that starts may go on with what another process has left.
-- One with a name may have been anywhere; one that takes any free port was at
-- another port then, and one that takes the address that leads to its
-- network perhaps at another address.
local function isours(self, record, found, any)
  local own = core.self(self)
  return found.name == record.name or
         (any.port or found.self.port == own.port) and
         (any.address or found.self.address == own.address)
end

local function unlock(self)
  if locks[self] then file.unlock(locks[self]) end
  locks[self] = nil
end

-- No more of this file.
local function giveup(self, record, cause)
  record.over = true
  unlock(self)
  tell(self, record, "internal", "EFOREIGN", cause)
end

-- A torn file.
local function putaside(self, record, text)
  local aside, err = file.putaside(record.path, text, "torn")
  if aside then
    tell(self, record, "parsing", "EBADMSG", "it is torn; kept as " .. aside)
  else
    record.over = true
    unread.add(self, err)
  end
end

-- Nobody is left, but nobody has said goodbye either: all were given up. The
-- file keeps them, for the next start.
local function arelost(self, record, peers, left)
  local lost = #peers == 0 and not left and record.alone
  record.alone = record.alone or #peers > 0 and not core.isconnected(self)
  return lost
end

-- Has the file to itself: true; nil, err: it cannot be locked now.
local function lock(self, record)
  if locks[self] then return true end
  local held, err = file.lock(record.path)
  if held then
    locks[self] = held
  elseif err.code == "EBUSY" then
    giveup(self, record, "another node uses it")
  end
  return held and true, err
end

-- Puts the text in the place of what it wrote last, or somebody else since.
local function replace(self, record, text)
  local ok, err = file.putedit(record.path, record.there, function(edited)
    unread.add(self, edited)
  end)
  if not ok then return nil, err end
  return file.replace(record.path, text)
end

local later

local function write(self, record)
  if record.over then return end
  local peers, left = core.known(self)
  if arelost(self, record, peers, left) then return end
  local text = format(self, record, peers, left)
  if text == record.written then return end
  local ok, err = lock(self, record)
  if record.over then return end
  if ok then ok, err = replace(self, record, text) end
  if ok then
    record.written, record.there, record.told = text, text, false
    return
  end
  if not record.told then unread.add(self, err) end
  record.told = true
  later(record, RETRY)
end

-- The record does not keep its node: one that nobody uses any more can be
-- collected.
function later(record, seconds)
  if record.due then return end
  record.due = true
  scheduler.after(seconds, function()
    record.due = false
    local self = record.node[1]
    if self and not core.isclosed(self) then write(self, record) end
  end)
end

-- What is known has changed.
local function changed(record)
  local self = record.node[1]
  if not self or core.isclosed(self) then return end
  if core.isconnected(self) then record.alone = false end
  later(record, PAUSE)
end

-- What cannot be locked may be read all the same.
local function begin(self, record, any)
  lock(self, record)
  if record.over then return end
  local text, err = file.read(record.path)
  if not text then
    if err.code == "ENOENT" then return end
    record.over = true
    unread.add(self, err)
    return
  end
  record.there = text
  if file.isblank(text) then return end
  local found, why = read(text)
  if why == "torn" then
    putaside(self, record, text)
  elseif not found then
    giveup(self, record, why)
  elseif not isours(self, record, found, any) then
    giveup(self, record, "it belongs to " .. found.self)
  else
    core.resume(self, found.peers, found.left)
  end
end

local function forget(number)
  scheduler.listen(number, nil)
  records[number] = nil
end

-- Nobody listens any more for nodes that were collected.
local function sweep()
  for number, record in pairs(records) do
    if not record.node[1] then forget(number) end
  end
end

-- A new node, just started, keeps what it knows in the file at 'path', and
-- takes up what stands there: it joins again by itself. 'any': whether it
-- was not told its 'port', or its 'address'; 'name': its own, or nil.
function state.keep(self, path, any, name)
  local record = {
    path = system.statefile(path), name = name,
    node = setmetatable({ self }, { __mode = "v" }),
    number = core.signal(self, "known"),
  }
  sweep()
  kept[self], records[record.number] = record, record
  begin(self, record, any)
  write(self, record)
  scheduler.listen(record.number, function() changed(record) end)
end

-- state.peers(path) -> list of the peers in a state file, of whomever it is
function state.peers(path)
  local text = file.read(system.statefile(path))
  local found = text and read(text)
  return found and found.peers or {}
end

-- Writes what has changed, now.
function state.save(self)
  local record = kept[self]
  if record then write(self, record) end
end

-- The file keeps what is known now, whatever the node does from here on: it
-- may take leave and yet join again when it is started the next time.
function state.hold(self)
  local record = kept[self]
  if not record then return end
  write(self, record)
  record.over = true
end

-- The node is about to stop. Never raises: not even in a forked child, whose
-- node is the parent's, nor when memory is short.
function state.flush(self)
  local record = kept[self]
  if not record then return end
  pcall(write, self, record)
  unlock(self)
  forget(record.number)
end

-- For the test kit: the node is gone as with its process, and what was not
-- written is lost.
function state.abandon(self)
  local record = kept[self]
  if not record then return end
  record.over = true
  unlock(self)
  forget(record.number)
end

return state
