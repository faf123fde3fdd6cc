-- file.lua - files that are read and replaced as a whole, and by one alone.
--
-- An error's code is the system's: "ENOENT" (there is none), "EACCES",
-- "ENOSPC", ...; "EINVAL" is what is not a regular file.

local core = require "gop2p.core"
local system = require "gop2p.system"
local values = require "gop2p.values"

local file = {}

local function failed(what, path, code, cause)
  return nil, values.error("internal", code,
                           ("could not %s %s"):format(what, path), cause)
end

-- file.read(path) -> its bytes | nil, err
function file.read(path)
  local ok, code, cause = system.checkfile(path)
  if not ok then return failed("read", path, code, cause) end
  local bytes
  local opened <close>, _, number = io.open(path, "rb")
  if opened then bytes, _, number = opened:read("a") end
  if bytes then return bytes end
  return failed("read", path, select(2, core.filefault(number)))
end

-- file.replace(path, bytes) -> true | nil, err
--
-- Whatever happens meanwhile, also the end of the process: the file is the
-- old one or the new one, whole and on the disk. Keeps its owner and mode (a
-- new one: 0600), and follows a symbolic link. Waits for the disk. In the
-- same folder stands for that time "path.PID.N.new"; only a process that is
-- killed leaves it behind, for the next one that locks the file to remove.
--
-- A file that is mounted, or whose owner a new one cannot be given, is
-- written over. If that is cut off, its beginning stands there, and all of it
-- in "path.PID.N.copy", until the next one locks the file.
function file.replace(path, bytes)
  local ok, code, cause = system.replacefile(path, bytes)
  if not ok then return failed("write", path, code, cause) end
  return true
end

-- file.lock(path) -> lock | nil, err
--
-- One holder at a time has the lock of a file; err has the code "EBUSY" when
-- there is another one, which may be in this process. file.unlock gives it
-- back, and so do the collector and any end of the process. While it is held
-- there is a file "path.lock". Only the holder may write the file: locking
-- removes, or completes, what others have left half-written. What cannot be
-- written cannot be locked.
function file.lock(path)
  local lock, code, cause = system.lockfile(path)
  if not lock then return failed("lock", path, code, cause) end
  return lock
end

-- file.unlock(lock): any number of times.
function file.unlock(lock)
  system.unlockfile(lock)
end

local function exists(path)
  local _, err = file.stamp(path)
  return not err or err.code ~= "ENOENT"
end

-- file.putaside(path, bytes, why) -> path | nil, err
--
-- Keeps what stands in a file as "path.why-N", with an N that is new. A copy:
-- the name of the file may be a link, or mounted.
function file.putaside(path, bytes, why)
  local n = 1
  while exists(("%s.%s-%d"):format(path, why, n)) do n = n + 1 end
  local aside = ("%s.%s-%d"):format(path, why, n)
  local ok, err = file.replace(aside, bytes)
  return ok and aside, err
end

-- file.putedit(path, known, tell) -> true | nil, err
--
-- For whoever is about to replace a file that it alone should write: what
-- stands there, if it is not what is 'known' to stand there, is kept aside as
-- "path.edited-N", and tell(err) is called.
function file.putedit(path, known, tell)
  local there, err = file.read(path)
  if there == known or err and err.code == "ENOENT" then return true end
  local aside
  if there then aside, err = file.putaside(path, there, "edited") end
  if not aside then return nil, err end
  tell(values.error("internal", "EEDITED", ("%s is kept as %s")
                    :format(path, aside), "somebody has changed it"))
  return true
end

-- file.unmark(bytes) -> bytes without the mark (BOM) that editors begin a
-- file of UTF-8 with
function file.unmark(bytes)
  return (bytes:gsub("^\xEF\xBB\xBF", ""))
end

-- file.isblank(bytes) -> whether there is only space of ASCII in them, or a
-- mark
function file.isblank(bytes)
  return not file.unmark(bytes):find("[^ \t\n\v\f\r]")
end

-- file.stamp(path) -> text | nil, err
--
-- It is another one once there is another file, or the file was written to.
function file.stamp(path)
  local stamp, code, cause = system.filestamp(path)
  if not stamp then return failed("look at", path, code, cause) end
  return stamp
end

return file
