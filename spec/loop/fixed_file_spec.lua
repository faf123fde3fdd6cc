-- Files that no other can take the place of, and such as cannot be written.

local file = require "gop2p.file"
local folders = require "spec.support.folder"
local net = require "spec.support.net"
local process = require "spec.support.process"
local sandbox = require "spec.support.sandbox"
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

  -- What code with 'file' and 'path' prints, run by the command that
  -- within(argv) gives.
  local function run(within, code)
    code = ([[
      local file, path = require "gop2p.file", %q
      local function tell(ok, err)
        print(ok and "done" or err.code .. ": " .. tostring(err))
      end
    ]]):format(path) .. code
    local child <close> = assert(process.start(within {LUA, "-e", code}))
    local lines = {}
    for line in function() return child:line(20) end do
      lines[#lines + 1] = line
    end
    assert.equal(0, child:wait(20))
    return lines
  end

  local function mounted(commands)
    return function(argv)
      return sandbox.mounted("cd " .. folder .. "; " .. commands
                             .. "; cd \"$OLDPWD\"", argv)
    end
  end

  local function known(name)
    return sh("stat -c '%%i %%u %%g %%a' '%s/%s'", folder, name)
  end

  it("that is mounted is written over, whole", function()
    local why = sandbox.refused("-m")
    if why then return pending(why) end
    sh("cd '%s'; mkdir far; echo old >far/real; touch state; chmod 640 "
       .. "far/real", folder)
    local before = known("far/real")
    for _, times in ipairs {1, 100000, 0} do
      local lines = run(mounted("mount --bind far/real state"), ([[
        local lock = assert(file.lock(path))
        tell(file.replace(path, ("\0x\r\n"):rep(%d)))
        tell(file.replace(path, file.read(path)))
        file.unlock(lock)
      ]]):format(times))
      assert.same({"done", "done"}, lines)
      assert.equal(("\0x\r\n"):rep(times), net.read(folder .. "/far/real"))
      assert.equal(before, known("far/real"))
      assert.equal("far state", own:names())
    end
  end)

  it("that is mounted is found through a link", function()
    local why = sandbox.refused("-m")
    if why then return pending(why) end
    sh("cd '%s'; mkdir far near; echo old >far/real; touch near/real; "
       .. "ln -s near/real state", folder)
    assert.same({"done"}, run(mounted("mount --bind far/real near/real"),
                              "tell(file.replace(path, 'new'))"))
    assert.equal("new", net.read(folder .. "/far/real"))
    assert.equal("symbolic link", sh("stat -c %%F '%s'", path))
  end)

  it("that its disk has no room for is whole once it has", function()
    local why = sandbox.refused("-m")
    if why then return pending(why) end
    sh("cd '%s'; mkdir far; touch state", folder)
    local lines = run(mounted("mount -t tmpfs -o size=16k none far; "
      .. "echo old >far/real; mount --bind far/real state"), [[
        local lock = assert(file.lock(path))
        tell(file.replace(path, ("x"):rep(65536)))
        print(#file.read(path) < 65536)
        file.unlock(lock)
        tell(file.lock(path))
        os.execute("mount -o remount,size=1m " .. path:gsub("state$", "far"))
        tell(file.lock(path))
        print(file.read(path) == ("x"):rep(65536))
      ]])
    assert.matches("^ENOSPC: .*could not write", lines[1])
    assert.equal("true", lines[2])
    assert.matches("^ENOSPC: .*could not lock", lines[3])
    assert.same({"done", "true"}, {lines[4], lines[5]})
    assert.equal("far state", own:names())
  end)

  it("whose disk is full stays as it was", function()
    local why = sandbox.refused("-m")
    if why then return pending(why) end
    sh("mkdir '%s/far'; ln -s far/real '%s'", folder, path)
    local lines = run(mounted("mount -t tmpfs -o size=16k none far; "
      .. "echo old >far/real"), [[
        tell(file.replace(path, ("x"):rep(65536)))
        print(file.read(path))
        os.execute("ls -A " .. path:gsub("state$", "far"))
      ]])
    assert.matches("^ENOSPC: .*could not write", lines[1])
    assert.same({"old", "", "real"}, {table.unpack(lines, 2)})
  end)

  -- As a process leaves it that is killed on the way.
  it("that was cut off while it was written over is made whole", function()
    local whole = ("0123456789"):rep(1000)
    local copy = path .. ".77.0.copy"
    for _, there in ipairs {"", "0", whole:sub(1, 9999), ("\0"):rep(10000),
                            whole:sub(1, 5000) .. ("\0"):rep(5000)} do
      assert(file.replace(path, there))
      assert(file.replace(copy, whole))
      local lock = assert(file.lock(path))
      assert.equal(whole, file.read(path))
      file.unlock(lock)
      assert.equal("state", own:names())
    end
    for _, there in ipairs {"old", whole, whole .. "0", "01x"} do
      assert(file.replace(path, there))
      assert(file.replace(copy, whole))
      file.unlock(assert(file.lock(path)))
      assert.equal(there, file.read(path))
      assert.equal("state", own:names())
    end
  end)

  it("keeps the owner that its writer cannot give", function()
    if not sandbox.isroot() then return pending("chown takes root") end
    sh("cd '%s'; echo old >state; chown 12345:0 state; chmod 660 state",
       folder)
    local before = known("state")
    assert.same({"done"}, run(sandbox.bare,
                              "tell(file.replace(path, 'new'))"))
    assert.equal("new", net.read(path))
    assert.equal(before, known("state"))
    sh("chmod 606 '%s'", path)   -- its group may not
    assert.matches("^EACCES", run(sandbox.bare,
                                  "tell(file.replace(path, 'x'))")[1])
    assert.equal("new", net.read(path))
  end)

  it("that cannot be written is not locked either", function()
    for _, change in ipairs {"echo old >state; chmod 444 state",
                             "rm state; mkdir far; echo old >far/state; "
                             .. "ln -s far/state state; chmod 555 far"} do
      sh("cd '%s'; %s", folder, change)
      local lines = run(sandbox.bare, [[
        tell(file.lock(path))
        tell(file.replace(path, "new"))]])
      assert.matches("^EACCES: .*could not lock .*state", lines[1])
      assert.matches("^EACCES: .*could not write .*state", lines[2])
      assert.equal("old\n", net.read(path))
    end
    sh("chmod 755 '%s/far'", folder)
  end)

  it("that is mounted to be read alone is not locked either", function()
    local why = sandbox.refused("-m")
    if why then return pending(why) end
    sh("cd '%s'; mkdir far; echo old >far/real; touch state", folder)
    local lines = run(mounted("mount --bind far/real state; "
      .. "mount -o remount,bind,ro state"), "tell(file.lock(path))")
    assert.matches("^EROFS: .*could not lock .*state", lines[1])
  end)

  it("is kept aside by a name that is new", function()
    for i, bytes in ipairs {"one", "two", "two"} do
      local aside = assert(file.putaside(path, bytes, "torn"))
      assert.equal(path .. ".torn-" .. i, aside)
      assert.equal(bytes, file.read(aside))
    end
    sh("rm '%s.torn-2'; ln -s nowhere '%s.torn-1.x'", path, path)
    assert.equal(path .. ".torn-2", file.putaside(path, "three", "torn"))
    assert.equal("one", file.read(path .. ".torn-1"))
    assert.equal("two", file.read(path .. ".torn-3"))
  end)
end)
