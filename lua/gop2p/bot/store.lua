-- store.lua - what a bot remembers: a table, kept in a file.
--
-- The table is an ordinary one. What has changed in it is found by writing
-- it down and comparing, at most once a second, and only while or after code
-- of the bot's author ran. So any change is seen, wherever in the table it
-- was made, and a table that stands in two places is two after a restart.
--
-- The file is JSON (see codec.lua). Whoever reads or makes it locks it,
-- so that two bots do not overwrite what the other remembers. Somebody may
-- edit it all the same while the bot runs: what the bot remembers goes before
-- that, and what was written by hand is kept aside.

local clock = require "gop2p.clock"
local codec = require "gop2p.bot.codec"
local file = require "gop2p.file"
local scheduler = require "gop2p.scheduler"
local values = require "gop2p.values"

local store = {}
store.__index = store

local BEHIND = 1   -- seconds from a change to the disk
local AGAIN = 10   -- and until what the disk did not take is tried again
local PACE = 10    -- times as long as it took until the next time

-- Tells whoever hears of the store.
function store:tell(err)
  if self.report then self.report(err) else self.notice = err end
end

-- A file that cannot be understood is kept under another name, and told of.
-- That its place is empty then is written down: else it would be kept again
-- at each start.
local function spoilt(self, bytes, why)
  local aside = self.path
  if not self.dry then
    local ok, err
    aside, err = file.putaside(self.path, bytes, "torn")
    if aside then ok, err = file.replace(self.path, self.text) end
    if not ok then return nil, err end
  end
  self:tell(values.error("internal", "EBADMSG", ("could not read what was "
    .. "stored in %s, which is kept as %s"):format(self.path, aside), why))
  return true
end

local function lock(self)
  if self.held or self.dry then return true end
  local held, err = file.lock(self.path)
  self.held = held or false
  return held, err
end

local function load(self)
  local there, err = file.stamp(self.path)
  if not there then
    if err.code == "ENOENT" then return true end
    return nil, err
  end
  local ok, bytes
  ok, err = lock(self)
  if not ok then return nil, err end
  bytes, err = file.read(self.path)
  if not bytes then return err.code == "ENOENT" or nil, err end
  if file.isblank(bytes) then
    self.text = bytes
    return true
  end
  local data, why = codec.decode(file.unmark(bytes))
  if not data then return spoilt(self, bytes, why) end
  self.data, self.text = data, bytes
  return true
end

-- store.open(path [, dry [, most]]) -> store | nil, err
--
-- 'data' is what was stored: a table, empty when there is no file, or nothing
-- in it. 'notice' is an error when there was one that could not be
-- understood, until somebody hears of it. If 'dry', nothing is written. No
-- more than 'most' bytes are; what stands there already may be more.
-- Without a file none is made, nor locked, until there is something to be
-- stored.
function store.open(path, dry, most)
  local self = setmetatable({
    path = path, dry = dry or false, most = most or math.huge,
    data = {}, text = "{}\n", held = false, notice = false, report = false,
    told = false, touched = true, closed = false, faults = {},
  }, store)
  local ok, err = load(self)
  if ok then return self end
  self:close()
  return nil, err
end

-- store:hear(f): f(err), which must not wait, is called now and from now on
-- with the error of a file that was kept aside.
function store:hear(f)
  self.report = f
  if self.notice then f(self.notice) end
  self.notice = false
end

-- Somebody may have written to the file, whose place is about to be taken.
local function spare(self)
  return file.putedit(self.path, self.text, function(err) self:tell(err) end)
end

local TOLD = 10   -- sorts that are told one by one

local function unfit(why)
  return values.error("internal", "EINVAL", "could not store", why)
end

-- The file stays as it is, and what it has is not lost.
local function toomuch(self)
  return values.error("internal", "ELIMIT", "could not store",
    ("that is more than %d bytes, to which the option 'max_store' limits it")
    :format(self.most))
end

-- Tells what cannot be stored: one of each sort, and once as long as there is
-- one. A value in a list may move there.
local function tellfaults(self, faults, sorts)
  local before, new = self.faults, {}
  self.faults = {}
  for _, fault in ipairs(faults) do
    local sort = sorts[fault]
    local told = before[sort] or self.faults[sort]
    if not told then new[#new + 1] = fault end
    self.faults[sort] = true
  end
  for i = 1, math.min(#new, TOLD) do self:tell(unfit(new[i])) end
  if #new > TOLD then
    self:tell(unfit(("store: %d values more"):format(#new - TOLD)))
  end
end

-- Writes what can be, if it is not what stands in the file already: whether
-- the file is right now; what was left out, and told; and an error of the
-- file.
local function write(self, data)
  local text, faults, sorts = codec.encode(data, "store", self.most)
  if text == false then return false, {}, toomuch(self) end
  tellfaults(self, faults, sorts)
  if not text or text == self.text or self.dry then return true, faults end
  local ok, err = lock(self)
  if ok then ok, err = spare(self) end
  if ok then ok, err = file.replace(self.path, text) end
  if not ok then return false, faults, err end
  self.text = text
  return true, faults
end

-- store:save(data) -> true | nil, err
--
-- Writes it. The file is the old one or the new one, whatever happens
-- meanwhile; the old one, too, where the new one would be too large: err has
-- the code "ELIMIT" then. What cannot be stored is left out, and told to
-- whoever hears of the store; then all else is written, and err has the code
-- "EINVAL".
function store:save(data)
  local ok, faults, err = write(self, data)
  if not ok then return nil, err end
  if #faults == 0 then return true end
  local more = #faults > 1 and (" (and %d more)"):format(#faults - 1) or ""
  return nil, unfit(faults[1] .. more)
end

-- store:close(): lets go of the file. What was not saved is not.
function store:close()
  self.closed = true
  if self.held then file.unlock(self.held) end
  self.held = false
end

-- store:touch(): code of the author is about to run, or ran.
function store:touch()
  if self.touched then return end
  self.touched = true
  scheduler.wake(self)
end

-- Saves what 'get' gives. What goes wrong with the file is told once, as long
-- as it goes wrong in the same way. False when something does.
local function keep(self, get)
  local ok, _, err = write(self, get())
  local text = not ok and tostring(err)
  if text and text ~= self.told then self:tell(err) end
  self.told = text
  return ok
end

-- store:run(get): a task that saves what get() gives within a second from
-- when code of the author ran; later where much is stored: nothing else runs
-- meanwhile, which is no more than a tenth of the time. Whoever hears of the
-- store is told what goes wrong.
function store:run(get)
  local pause = BEHIND
  while not self.closed do
    if not self.touched then scheduler.wait(self) end
    scheduler.sleep(pause)
    self.touched = false
    local began = clock.now()
    local ok = self.closed or keep(self, get)
    pause = math.max(BEHIND, PACE * (clock.now() - began))
    if not ok then self.touched, pause = true, math.max(AGAIN, pause) end
  end
end

return store
