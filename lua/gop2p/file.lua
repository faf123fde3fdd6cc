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
-- old one or the new one, whole and on the disk. Keeps its mode, and follows
-- a symbolic link. Waits for the disk. In the same folder stands for that
-- time "path.PID.N.new"; only a process that is killed leaves it behind, for
-- the next one that locks the file to remove.
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
-- removes what others have left half-written.
function file.lock(path)
  local lock, code, cause = system.lockfile(path)
  if not lock then return failed("lock", path, code, cause) end
  return lock
end

-- file.unlock(lock): any number of times.
function file.unlock(lock)
  system.unlockfile(lock)
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
