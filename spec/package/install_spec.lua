-- `make install` and `make uninstall`: what is put where, and that it works
-- there with nothing but HOME, PATH and TERM in the environment.

local folder = require "spec.support.folder"
local net = require "spec.support.net"
local page = require "spec.support.page"
local process = require "spec.support.process"
local shell = require "spec.support.shell"

local read, quote = net.read, shell.quote

-- Runs commands of the shell without what this process was told of the
-- checkout: whether they succeeded, and all that they say.
local function try(format, ...)
  local words = table.pack(...)
  for i, word in ipairs(words) do words[i] = quote(word) end
  local pipe = assert(io.popen("exec 2>&1 </dev/null; exec env -i "
    .. "HOME=\"$HOME\" PATH=\"$PATH\" TERM=dumb sh -c "
    .. quote("set -e; " .. format:format(table.unpack(words)))))
  local out = pipe:read("a")
  return pipe:close(), out
end

local function sh(...)
  local ok, out = try(...)
  assert(ok, out)
  return out
end

local MAKE = "make -s SETUP=: "

-- The files below a folder, in order.
local function below(path)
  local list = {}
  for name in sh("cd %s; find . ! -type d | LC_ALL=C sort", path)
    :gmatch("%./([^\n]+)") do list[#list + 1] = name end
  return list
end

-- What the rockspec puts where LuaRocks has modules, and the pages.
local function rockspec()
  local spec = {}
  assert(load(read("rockspec/gop2p-scm-1.rockspec"), "", "t", spec))()
  return spec.build.modules, spec.build.install.conf
end

describe("make install", function()
  local own, prefix, hints

  setup(function()
    own = folder.make()
    prefix = own.path .. "/own prefix"
    hints = sh(MAKE .. "install PREFIX=%s", prefix)
  end)

  teardown(function() own:close() end)

  -- A command of the shell's, told what was printed, in a folder of its own.
  local function start(command)
    return own:keep(assert(process.start({"env", "-i",
      "HOME=" .. own.path, "PATH=" .. os.getenv("PATH"), "TERM=dumb", "sh",
      "-c", ("cd %s\n%s\n%s"):format(quote(own.path),
        table.concat(table.pack(hints:match(
          "\n(  export PATH[^\n]+)\n(  export LUA_PATH[^\n]+)\n"
          .. "(  export LUA_CPATH[^\n]+)\n$")), "\n"), command)})))
  end

  it("puts each file that is not of the system where it is looked for",
     function()
    local stage = own.path .. "/stage"
    assert.equal("", sh(MAKE .. "install DESTDIR=%s", stage))
    local want = {
      "usr/local/bin/gop2p",
      "usr/local/lib/lua/5.4/gop2p/core.so",
      "usr/local/share/bash-completion/completions/gop2p",
      "usr/local/share/fish/vendor_completions.d/gop2p.fish",
      "usr/local/share/zsh/site-functions/_gop2p",
    }
    local modules, pages = rockspec()
    modules["gop2p.core"] = nil
    for _, file in pairs(modules) do
      want[#want + 1] = file:gsub("^lua/", "usr/local/share/lua/5.4/")
    end
    for _, file in pairs(pages) do
      want[#want + 1] = "usr/local/share/doc/gop2p/" .. file
    end
    for _, file in ipairs({"README.md", "CHANGELOG.md", "LICENSE"}) do
      want[#want + 1] = "usr/local/share/doc/gop2p/" .. file
    end
    table.sort(want)
    assert.same(want, below(stage))
    -- Nobody is told of DESTDIR, and others may read what root has installed.
    assert.equal("", sh("grep -rl %s %s || true", stage, stage))
    assert.equal("", sh("find %s ! -perm -go=r -o -type d ! -perm -go=x",
                        stage))
    for _, p in ipairs(page.all(stage .. "/usr/local/share/doc/gop2p")) do
      assert.same({}, p:broken())
    end
  end)

  it("brings a command that finds its modules by itself", function()
    for _, command in ipairs({"%s/bin/gop2p", "cd /; env %s/bin/gop2p"}) do
      assert.matches("^gop2p %d", sh(command .. " version", prefix))
    end
    -- Its own, and not what else there is.
    own:write("gop2p.lua", "error('another')")
    assert.matches("^gop2p %d", sh("LUA_PATH=%s %s/bin/gop2p version",
                                   own.path .. "/?.lua;;", prefix))
  end)

  it("brings completions", function()
    local share = prefix .. "/share"
    assert.matches("_gop2p", sh("bash -c '. \"$1\"; complete -p gop2p' - %s",
      share .. "/bash-completion/completions/gop2p"))
    assert.matches("^#compdef gop2p\n", read(share
                   .. "/zsh/site-functions/_gop2p"))
    assert.matches("complete %-c gop2p", read(share
                   .. "/fish/vendor_completions.d/gop2p.fish"))
  end)

  it("is all that the examples of the front page need", function()
    local port = net.free_port()
    local example = page.read("README.md"):blocks("lua")[1]
    own:write("clock.lua", (example:gsub("5000", port):gsub("5001", 0)))
    local function await_member(name)
      local look = start(("until gop2p members %d 2>/dev/null | grep %s; "
                          .. "do :; done"):format(port, name))
      assert.matches(name, (assert(look:line(20))))
    end
    local bob = start("exec gop2p chat --name bob --port " .. port)
    await_member("bob")
    start("exec lua5.4 clock.lua")
    await_member("clock")
    bob:send("!time")
    local line
    repeat line = assert(bob:line(20)) until line:find("^%[clock%]")
    assert.matches("^%[clock%] It is %d%d:%d%d%.$", line)
  end)

  it("puts each kind where it is told", function()
    local stage = own.path .. "/kinds"
    sh(MAKE .. "install DESTDIR=%s PREFIX=/usr BINDIR=/b LUADIR=/l "
       .. "CLUADIR=/c DOCDIR=/d BASHDIR=/s/b ZSHDIR=/s/z FISHDIR=/s/f",
       stage)
    assert.equal("b\nc\nd\nl\ns\n", sh("ls %s", stage))
    assert.equal("s/b/gop2p s/f/gop2p.fish s/z/_gop2p\n",
                 sh("cd %s; echo s/*/*", stage))
    assert.matches('"/l/%?%.lua;/l/%?/init.lua;"', read(stage .. "/b/gop2p"))
    assert.matches('"/c/%?%.so;"', read(stage .. "/b/gop2p"))
  end)

  it("knows what ~ is, and a path that begins here", function()
    sh("export HOME=%s; " .. MAKE .. "install 'PREFIX=~/.local'; "
       .. "$HOME/.local/bin/gop2p version", own.path)
    local here = "build/" .. own.path:match("[^/]+$")
    sh(MAKE .. "install PREFIX=%s; cd /; \"$OLDPWD\"/%s version; "
       .. "rm -r \"$OLDPWD\"/%s", here, here .. "/bin/gop2p", here)
  end)

  it("is undone by make uninstall, but for what is of others", function()
    local there = own.path .. "/undone"
    sh(MAKE .. "install PREFIX=%s; echo 'return 1' >%s", there,
       there .. "/share/lua/5.4/gop2p/fetch.lua")
    sh(MAKE .. "uninstall PREFIX=%s", there)
    assert.same({"share/lua/5.4/gop2p/fetch.lua"}, below(there))
    for _, gone in ipairs({"share/doc/gop2p", "lib/lua/5.4/gop2p",
                           "share/lua/5.4/gop2p/bot"}) do
      sh("! test -e %s", there .. "/" .. gone)
    end
    sh(MAKE .. "uninstall PREFIX=%s", there)   -- nothing is there any more
  end)

  it("says what is missing, and installs nothing then", function()
    local there = own.path .. "/lacking"
    for module, set in pairs({argparse = "LUA_PATH_5_4=/none/?.lua",
                              cjson = "LUA_CPATH_5_4=/none/?.so"}) do
      local ok, out = try(set .. " " .. MAKE .. "install PREFIX=%s", there)
      assert.is_nil(ok)
      assert.matches("does not find the module '" .. module
                     .. "' %(Debian: lua%-" .. module .. "%)", out)
      sh("! test -e %s", there)
    end
  end)

  it("says who may write where it may not", function()
    local ok, out = try(MAKE .. "install PREFIX=/dev/null")
    assert.is_nil(ok)
    assert.matches("become root, .* PREFIX=%$HOME/%.local", out)
  end)

  it("builds nothing as root in a checkout of somebody else's", function()
    if shell.output("id -u") ~= "0" then return pending("needs root") end
    local there = own.path .. "/theirs"
    sh("mkdir %s; cp -R Makefile .ci csrc lua %s; chown -R 12345 %s", there,
       there, there)
    local ok, out = try("cd %s; " .. MAKE .. "install PREFIX=%s", there,
                        own.path .. "/unmade")
    assert.is_nil(ok)
    assert.matches("first run 'make' as the owner", out)
    assert.equal("", sh("find %s -user root", there))
    sh("! test -e %s", own.path .. "/unmade")
  end)
end)

describe("the command", function()
  it("says what is missing", function()
    local own <close> = setmetatable({it = folder.make()}, {__close =
      function(self) self.it:close() end})
    own.it:write("cjson.so", "")
    sh(MAKE .. "build")
    local here = shell.output("pwd")
    local lua = here .. "/lua/?.lua;" .. here .. "/lua/?/init.lua"
    local core = here .. "/build/?.so"
    for set, what in pairs({
      ["LUA_CPATH_5_4=" .. core] =
        "^gop2p: module 'cjson' not found .*install lua%-cjson",
      ["LUA_CPATH_5_4='" .. core .. ";" .. own.it.path .. "/?.so'"] =
        "^gop2p: error loading module 'cjson' .*install lua%-cjson",
      ["LUA_PATH_5_4='" .. lua .. "'"] =
        "^gop2p: module 'argparse' not found .*install lua%-argparse",
    }) do
      local ok, out = try("export LUA_PATH=%s; " .. set
                          .. " lua5.4 lua/gop2p/bin/gop2p version",
                          lua .. ";;")
      assert.is_nil(ok)
      assert.matches(what, out)
      assert.equal(1, select(2, out:gsub("\n", "")))
    end
  end)
end)
