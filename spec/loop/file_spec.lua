-- Files that are read and replaced as a whole.

local file = require "gop2p.file"
local folders = require "spec.support.folder"
local net = require "spec.support.net"
local process = require "spec.support.process"
local sh = require("spec.support.shell").output

local LUA = os.getenv("LUA") or "lua5.4"

describe("a file", function()
  local own, folder, path

  before_each(function()
    own = folders.make()
    folder = own.path
    path = folder .. "/state"
  end)

  after_each(function() own:close() end)

  local function fails(code, f, ...)
    local ok, err = f(...)
    assert.is_nil(ok)
    assert.equal(code, err.code)
    assert.equal("internal", err.kind)
    assert.truthy(tostring(err):find((...), 1, true), tostring(err))
    return err
  end

  it("is made, read, and replaced by what is shorter", function()
    for _, bytes in ipairs({("\0x\r\n"):rep(100000), "short", ""}) do
      assert.is_true(file.replace(path, bytes))
      assert.equal(bytes, file.read(path))
      assert.equal("state", own:names())
    end
  end)

  local function mode(name)
    return sh("stat -c %%a '%s'", name and folder .. "/" .. name or path)
  end

  it("keeps its mode, and is its owner's alone when it is new", function()
    sh("umask 0; LUA_INIT_5_4= %s -e \"%s\"", LUA,
       ("assert(require 'gop2p.file'.replace('%s', 'x'))"):format(path))
    assert.equal("600", mode())
    sh("chmod 604 '%s'", path)
    assert(file.replace(path, "y"))
    assert.equal("604", mode())
  end)

  it("is found through symbolic links, also where none is yet", function()
    sh("mkdir '%s/far'; cd '%s'; ln -s far/link state; ln -s real far/link",
       folder, folder)
    for _, bytes in ipairs({"one", "two"}) do
      assert(file.replace(path, bytes))
      assert.equal(bytes, net.read(folder .. "/far/real"))
      assert.equal("symbolic link", sh("stat -c %%F '%s'", path))
    end
    assert.equal("link real", sh("ls -A '%s/far' | xargs", folder))
    sh("ln -s round '%s/round'", folder)
    fails("ELOOP", file.replace, folder .. "/round", "x")
  end)

  it("that is not there, or none, is told by name and code", function()
    fails("ENOENT", file.read, path)
    fails("ENOENT", file.replace, folder .. "/none/state", "x")
    fails("ENOTDIR", file.replace, "/dev/null/state", "x")
    local _, err = file.replace("/sys/state", "x")
    assert.truthy(err.code == "EACCES" or err.code == "EROFS", err.code)
    fails("ENAMETOOLONG", file.replace, folder .. ("/x"):rep(5000), "x")
    for _, f in ipairs({file.read, file.replace}) do
      fails("EISDIR", f, folder, "x")
      fails("EINVAL", f, "/dev/full", "x")
    end
    sh("mkfifo '%s'", path)
    fails("EINVAL", file.read, path)
    fails("EINVAL", file.replace, path, "x")
    assert.has_error(function() file.replace("a\0b", "x") end)
  end)

  -- A process that may write no files of more than 512 bytes.
  local function limited(trap)
    local child <close> = assert(process.start({"sh", "-c",
      trap .. "; ulimit -c 0; ulimit -f 1; exec \"$@\"", "sh", LUA, "-e", ([[
        local ok, err = require "gop2p.file".replace("%s", ("x"):rep(4096))
        print(ok, err.code, err)]]):format(path)}))
    return child:line(10), child:wait(10)
  end

  it("that cannot be written whole stays as it was", function()
    assert(file.replace(path, "old"))
    local line, status = limited("trap '' XFSZ")
    assert.truthy(line and line:find("^nil\tEFBIG\t.*" .. path), line)
    assert.equal(0, status)
    assert.equal("state", own:names())
    assert.equal("old", file.read(path))
  end)

  it("stays as it was when its writer is killed on the way", function()
    assert(file.replace(path, "old"))
    local line, status = limited("true")
    assert.is_nil(line)
    assert.is_true(status > 128, status)
    assert.equal("old", file.read(path))
    assert(file.replace(path, "new"))
    assert.equal("new", file.read(path))
  end)

  it("is its owner's alone from its first byte on", function()
    for _, before in ipairs {"true", "echo old >state; chmod 666 state"} do
      sh("cd '%s'; rm -f *; %s", folder, before)
      limited("umask 0")
      local left = assert(own:names():match("state%.%d+%.0%.new"))
      assert.equal("600 512", sh("stat -c '%%a %%s' '%s/%s'", folder, left))
    end
  end)

  it("has a lock that is its owner's alone, and no link", function()
    assert.equal("600", sh("cd '%s'; umask 0; LUA_INIT_5_4= %s -e \"%s\"",
      folder, LUA, "lock = require('gop2p.file').lock('state') "
      .. "os.execute('stat -c %a state.lock')"))
    sh("ln -s '%s/target' '%s.lock'", folder, path)
    local err = fails("ELOOP", file.lock, path)
    assert.matches("%.lock beside it is a link", tostring(err))
    assert.equal("state.lock", own:names())
  end)

  it("is made whole from no link, and from nothing of another kind",
     function()
    sh("cd '%s'; printf be >state; printf 'begin secret' >theirs; "
       .. "ln -s theirs state.1.1.copy; mkfifo state.1.2.copy", folder)
    file.unlock(assert(file.lock(path)))
    assert.equal("be", file.read(path))
    assert.equal("begin secret", net.read(folder .. "/theirs"))
    assert.equal("state theirs", own:names())
    sh("cd '%s'; printf 'begin' >state.1.1.copy", folder)
    file.unlock(assert(file.lock(path)))
    assert.equal("begin", file.read(path))
  end)

  it("is locked by one at a time, by whatever path", function()
    sh("touch '%s'; ln -s state '%s/link'", path, folder)
    local lock = assert(file.lock(path))
    fails("EBUSY", file.lock, path)
    fails("EBUSY", file.lock, folder .. "/link")
    assert.equal("link state state.lock", own:names())
    file.unlock(lock)
    file.unlock(lock)
    assert.equal("link state", own:names())
    lock = assert(file.lock(folder .. "/link"))
    fails("EBUSY", file.lock, path)
    assert.truthy(lock)
    lock = nil   -- luacheck: ignore 311
    collectgarbage()
    assert(file.lock(path))
    fails("ENOENT", file.lock, folder .. "/none/state")
  end)

  it("is rid of what killed writers left once it is locked", function()
    sh("mkdir '%s/far'; ln -s far/real '%s'", folder, path)
    local function there()
      return sh("cd '%s/far'; ls -A | LC_ALL=C sort | xargs", folder)
    end
    limited("true")
    limited("true")
    assert.matches("^real%.%d+%.%d+%.new real%.%d+%.%d+%.new$", there())
    file.unlock(assert(file.lock(path)))
    assert.equal("", there())
    local others = "myreal.1.2.new real.1.2 real.1.2.new.bak real.1.2new "
      .. "real.1.new real.1x.2.new real.2024.12.txt real..2.new real.new "
      .. "real2.1.2.new rear.1.2.new"
    sh("cd '%s/far'; touch real %s; mkdir real.3.4.new", folder, others)
    local before = there()
    file.unlock(assert(file.lock(path)))
    assert.equal(before, there())
  end)

  it("leaves the unfinished work of who has the lock alone", function()
    local lock = assert(file.lock(path))
    sh("touch '%s.1.2.new'", path)
    fails("EBUSY", file.lock, path)
    assert.equal("state.1.2.new state.lock", own:names())
    file.unlock(lock)
  end)

  it("is known to be another one, or to be written to", function()
    fails("ENOENT", file.stamp, path)
    local seen = {}
    for _, change in ipairs {"printf a >'%s'", "printf b >>'%s'",
                             "mv '%s' '%s.old'; printf cd >'%s'",
                             "touch -d 2030-01-01 '%s'"} do
      sh(change, path, path, path)
      local stamp = assert(file.stamp(path))
      assert.equal(stamp, file.stamp(path))
      assert.is_nil(seen[stamp], change)
      seen[stamp] = true
    end
  end)
end)
