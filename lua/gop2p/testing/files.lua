-- files.lua - the files of a simulated program.
--
-- It reads those that there are, and what it writes, renames and removes
-- stands beside them, in temporary files that nobody else sees: they outlive
-- the program, not the network.

local scheduler = require "gop2p.scheduler"

local files = {}
files.__index = files

local LOOKS = 4   -- before whoever looks at them waits for a reason

local MISSING = "No such file or directory"
local ENOENT = 2

local function none()
  return setmetatable({}, { __mode = "k" })
end

function files.new()
  return setmetatable({
    places = {},      -- path -> where, or false
    looks = none(),   -- task -> how often it has looked since they stirred
  }, files)
end

-- For a task that looks again and again whether they have changed: waits so
-- many seconds, or, when it has looked some times in vain, until they may
-- have. What changes them is the program, or the test between two calls.
function files:await(seconds)
  local co = coroutine.running()
  local looks = (self.looks[co] or 0) + 1
  self.looks[co] = looks
  if looks <= LOOKS then return scheduler.sleep(seconds) end
  scheduler.wait(self)
end

-- They may have changed.
function files:stir()
  self.looks = none()
  scheduler.wake(self)
end

local function plain(path)
  return (path:gsub("^%./+", ""))
end

-- Where the file is that it reads as 'path'; nil: it has removed it.
function files:existing(path)
  local place = self.places[plain(path)]
  if place == nil then return path end
  return place or nil
end

-- The file that there may be is none of its own: to it there is none.
function files:hide(path)
  path = plain(path)
  if self.places[path] == nil then self.places[path] = false end
end

-- Where the file is that it writes as 'path', with what stands in it.
function files:writable(path)
  path = plain(path)
  local place = self.places[path]
  self:stir()
  if place then return place end
  local original <close> = place == nil and io.open(path, "rb") or nil
  place = os.tmpname()
  os.remove(place)
  self.places[path] = place
  local bytes = original and original:read("a")
  if bytes then self:write(path, bytes) end
  return place
end

-- Makes it a file of these bytes.
function files:write(path, bytes)
  local file <close> = assert(io.open(self:writable(path), "wb"))
  assert(file:write(bytes))
end

-- What stands in it, or nil.
function files:read(path)
  local place = self:existing(path)
  local file <close> = place and io.open(place, "rb") or nil
  return file and file:read("a")
end

local function missing(path)
  return nil, path .. ": " .. MISSING, ENOENT
end

local function failed(path, why, code)
  return nil, path .. ": " .. why:match("[^:]*$"):gsub("^ ", ""), code
end

-- As io.open does it.
function files:open(path, mode)
  mode = mode or "r"
  local place = self:existing(path)
  if mode:find("^r") then
    if not place then return missing(path) end
    local file <close>, why, code = io.open(place)
    if not file then return failed(path, why, code) end
  end
  if mode:find("[wa+]") then place = self:writable(path) end
  local file, why, code = io.open(place, mode)
  if not file then return failed(path, why, code) end
  return file
end

-- As os.remove and os.rename do it.
function files:remove(path)
  local bytes = self:read(path)
  if not bytes then return missing(path) end
  local key = plain(path)
  if self.places[key] then os.remove(self.places[key]) end
  self.places[key] = false
  return true
end

function files:rename(from, to)
  local bytes = self:read(from)
  if not bytes then return missing(from) end
  self:write(to, bytes)
  return self:remove(from)
end

function files:close()
  for _, place in pairs(self.places) do
    if place then
      os.remove(place)
      os.remove(place .. ".torn-1")   -- see gop2p.state
    end
  end
  self.places = {}
end

return files
