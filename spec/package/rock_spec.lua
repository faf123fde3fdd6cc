-- The package: what `make rock` packs, LuaRocks installs from a folder into
-- an empty tree, and a program runs on what stands there.

local gop2p = require "gop2p"
local installed = require "spec.support.installed"
local page = require "spec.support.page"
local read = require("spec.support.net").read

local function write(file, text)
  local f <close> = assert(io.open(file, "wb"))
  assert(f:write(text))
end

-- Runs commands of the shell, and returns what they print. Nothing of the
-- checkout or of the make that runs this shall be in them.
local function sh(format, ...)
  local words = table.pack(...)
  for i, word in ipairs(words) do
    words[i] = "'" .. word:gsub("'", "'\\''") .. "'"
  end
  local commands = format:format(table.unpack(words))
  local pipe = assert(io.popen("set -e; unset MAKEFLAGS MFLAGS "
    .. "LUA_PATH LUA_CPATH LUA_PATH_5_4 LUA_CPATH_5_4; "
    .. "exec </dev/null 2>&1; " .. commands))
  local out = pipe:read("a")
  assert(pipe:close(), commands .. "\n" .. out)
  return out
end

local LUA = os.getenv("LUA") or "lua5.4"
local LUAROCKS = os.getenv("LUAROCKS") or "luarocks --lua-version=5.4"
local ADMIN = LUAROCKS:gsub("luarocks", "luarocks-admin", 1)

-- LuaRocks does not know what the distribution brings, so it is told what is
-- there. No server beside the folder is asked.
local config = [[
rocks_provided = {["lua-cjson"] = "2.1.0-1", argparse = "0.7.1-1"}
rocks_servers = {%q}
]]

-- Says where its modules came from, and starts a node on a free port.
local program = [[
local gop2p, file = require "gop2p"
print(file)
print((package.searchpath("gop2p.core", package.cpath)))
gop2p.run(function()
  local node <close> = assert(gop2p.start_local_node(0))
  print(node:self())
end)
]]

local RELEASE = "[0-9]" -- how its version begins

-- What the rockspec of a version says, and its name.
local function rockspec(version)
  local file = sh("ls rockspec/gop2p-" .. version .. "*"):match("[^\n]+")
  local spec = {}
  assert(load(read(file), file, "t", spec))()
  return spec, file
end

describe("the rock", function()
  local dir

  setup(function()
    dir = sh("mktemp -d"):match("[^\n]+")
    write(dir .. "/config.lua", config:format(dir .. "/server"))
    write(dir .. "/program.lua", program)
    local rock = sh("make -s rock SETUP=:"):match("([^\n]+)\n$")
    sh("cd %s; export LUAROCKS_CONFIG=config.lua; mkdir server; "
       .. "cp %s server; " .. ADMIN .. " make_manifest server; "
       .. LUAROCKS .. " install gop2p --server=%s --tree=%s",
       dir, rock, dir .. "/server", dir .. "/tree")
  end)

  teardown(function() sh("rm -rf %s", dir) end)

  -- The program runs on the tree, and on cjson from where it is.
  local function works(tree)
    local cjson = assert(package.searchpath("cjson", package.cpath))
    local share, lib = tree .. "/share/lua/5.4/", tree .. "/lib/lua/5.4/"
    local out = sh("cd /; LUA_PATH_5_4=%s LUA_CPATH_5_4=%s " .. LUA .. " %s",
                   share .. "?.lua;" .. share .. "?/init.lua",
                   lib .. "?.so;" .. cjson:gsub("cjson%.so$", "?.so"),
                   dir .. "/program.lua")
    local file, core, node = out:match("^([^\n]*)\n([^\n]*)\n([^\n]*)\n$")
    assert.equal(share .. "gop2p/init.lua", file, out)
    assert.equal(lib .. "gop2p/core.so", core)
    -- Nothing is put where other rocks may have put theirs.
    assert.equal("gop2p\n", sh("ls %s", share))
    assert.equal("gop2p\n", sh("ls %s", lib))
    assert.matches("^localhost:%d+$", node)
  end

  it("installs from a folder into an empty tree, and works", function()
    works(dir .. "/tree")
  end)

  it("brings the pages, whose links hold where they are then", function()
    local list = sh("cd %s; export LUAROCKS_CONFIG=config.lua; " .. LUAROCKS
                    .. " doc gop2p --list --porcelain --tree=%s",
                    dir, dir .. "/tree")
    local root = list:match("(%S*/doc)/README%.md\n")
    for _, p in ipairs(page.all(root)) do
      assert.equal(read(p.path), p.text)
      assert.same({}, p:broken())
    end
    assert.truthy(list:find(root .. "/LICENSE\n", 1, true))
  end)

  it("is made from a checkout", function()
    local made <close> = installed.make()
    works(made.dir .. "/tree")
  end)

  it("leaves the checkout as it was", function()
    local made <close> = installed.make()
    assert.truthy(made)
    local files = "find csrc lua rockspec LICENSE spec/README.md"
    assert.equal(sh(files .. " | sort"),
                 sh("cd build/installed/checkout; find * | grep -vx spec "
                    .. "| sort"))
  end)

  it("removes nothing where there is no checkout", function()
    local spec, here = rockspec("scm"), dir .. "/elsewhere"
    sh("mkdir -p %s; cd %s; mkdir gop2p csrc csrc/lua; "
       .. "touch gop2p/core.so csrc/lua/core.o", here, here)
    sh("cd %s; sh -ec %s", here, spec.hooks.post_install)
    assert.equal("csrc/lua/core.o\ngop2p/core.so\n",
                 sh("cd %s; ls -d */*/* gop2p/*", here))
  end)

  it("exports nothing but its entry", function()
    local out = sh("nm -D --defined-only %s",
                   dir .. "/tree/lib/lua/5.4/gop2p/core.so")
    local names = {}
    for name in out:gmatch("%x+ %u ([%w_]+)") do names[#names + 1] = name end
    assert.same({"luaopen_gop2p_core"}, names)
  end)

  it("lists the files that are there", function()
    sh(LUA .. " .ci/modules.lua check")
  end)

  it("has the license it says", function()
    assert.matches("^" .. rockspec(RELEASE).description.license,
                   read("LICENSE"))
  end)

  it("has one version: in its file, its source, its module, its changes",
     function()
    local spec, file = rockspec(RELEASE)
    local version = spec.version:gsub("%-%d+$", "")
    assert.equal("rockspec/gop2p-" .. spec.version .. ".rockspec", file)
    assert.equal("v" .. version, spec.source.tag)
    assert.equal("gop2p " .. version, gop2p._VERSION)
    local newest = read("CHANGELOG.md"):match("\n## %[(%d[^%]]*)%] %- ")
    assert.equal(version, newest)
  end)
end)
