-- .ci/setup.sh on machines that lack all there is to install: it installs
-- that, or says who has to run what.

local folder = require "spec.support.folder"
local shell = require "spec.support.shell"

describe("set-up", function()
  local own

  before_each(function()
    own = folder.make()
    shell.output("cd %s; mkdir bin; for name in cat env ln mktemp rm sh sort "
                 .. "tr; do ln -s \"$(command -v $name)\" bin; done",
                 shell.quote(own.path))
  end)

  after_each(function() own:close() end)

  -- A command of the machine's, by what it does.
  local function has(name, script)
    shell.output("chmod +x %s", shell.quote(
      own:write("bin/" .. name, "#!/bin/sh\n" .. script)))
  end

  -- A user's, or root's: whether it has succeeded, and what it said.
  local function set_up(purpose, user)
    has("id", "echo " .. user)
    local pipe = assert(io.popen(
      ("exec 2>&1 </dev/null; env -i PATH=%s sh .ci/setup.sh %s")
      :format(shell.quote(own.path .. "/bin"), purpose)))
    local out = pipe:read("a")
    return pipe:close() or false, out
  end

  -- What it installs is there then.
  local function has_apt()
    has("apt-get", ("cd %s\necho \"$*\" >>asked\n"
      .. "case $* in *' install '*) ln -s sh bin/\"${*##* }\" ;; esac")
      :format(shell.quote(own.path)))
  end

  it("asks root to be asked where there is no sudo", function()
    has_apt()
    local ok, out = set_up("demo", 1000)
    assert.is_false(ok)
    assert.matches("^setup: this needs root, and there is no sudo. "
      .. "To be run as root:\n"
      .. "  apt%-get update && apt%-get install %-y gcc "
      .. "[^\n]*libsodium%-dev libutf8proc%-dev [^\n]*lua%-cjson "
      .. "lua5.4 make pkg%-config\n$", out)
  end)

  it("does so where sudo asks and nobody is there to answer", function()
    has_apt()
    has("sudo", "exit 1")
    local ok, out = set_up("test", 1000)
    assert.is_false(ok)
    assert.matches("^setup: sudo would ask for a password. To be run as root:"
                   .. "\n  apt%-get update && [^\n]* tmux zip\n$", out)
  end)

  it("does so where apt-get fails, after what that has said", function()
    has("apt-get", "echo 'no such mirror'; exit 100")
    local ok, out = set_up("rock", 0)
    assert.is_false(ok)
    assert.equal("setup: installing zip\nno such mirror\nno such mirror\n"
      .. "setup: apt-get failed. To be run as root:\n"
      .. "  apt-get update && apt-get install -y zip\n", out)
  end)

  it("names what is missing where there is no apt-get", function()
    local ok, out = set_up("rock", 0)
    assert.is_false(ok)
    assert.equal("setup: there is no apt-get here. "
                 .. "Please install what Debian calls\n  zip\n", out)
  end)

  it("installs it as root, and through sudo", function()
    has_apt()
    has("sudo", '[ "$1" != -n ] || shift; exec "$@"')
    has("true", "")
    for _, user in ipairs({0, 1000}) do
      local ok, out = set_up("rock", user)
      assert.is_true(ok, out)
      assert.equal("setup: installing zip\n", out)
      assert.matches(" install %-y %-%-no%-install%-recommends zip$",
                     shell.output("cat %s/asked", own.path))
      shell.output("rm %s/bin/zip", own.path)
    end
  end)

  it("is silent, and asks nobody, where all is there", function()
    has("zip", "")
    assert.same({true, ""}, {set_up("rock", 1000)})
  end)
end)

describe("the build", function()
  local own

  before_each(function() own = folder.make() end)

  after_each(function() own:close() end)

  it("names the library that is missing, and what installs it", function()
    shell.output("cd %s; mkdir bin", shell.quote(own.path))
    local path = own:write("bin/pkg-config", [[#!/bin/sh
      case $* in *libsodium*) echo "no libsodium here" >&2; exit 1 ;; esac
      PATH=${PATH#*:}; exec pkg-config "$@"]])
    shell.output("chmod +x %s", shell.quote(path))
    local pipe = assert(io.popen(("exec 2>&1; unset MAKELEVEL "
      .. "MAKEFLAGS MFLAGS; "
      .. "PATH=%s:$PATH make SETUP=: BUILD=%s build")
      :format(shell.quote(own.path .. "/bin"), shell.quote(own.path))))
    local out = pipe:read("a")
    assert.is_nil((pipe:close()))
    assert.matches('no libsodium here\n[^\n]*"pkg%-config %-%-cflags '
      .. 'libsodium" fails: "sh .ci/setup.sh" installs what is missing', out)
  end)
end)
