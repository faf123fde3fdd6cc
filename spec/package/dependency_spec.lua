-- Which lua-cjson LuaRocks fetches: one that Lua 5.4 can load. 2.1.0.6 to
-- 2.1.0.8 call lua_objlen, which is not there any more.

local folder = require "spec.support.folder"
local shell = require "spec.support.shell"

local quote = shell.quote
local LUAROCKS = os.getenv("LUAROCKS") or "luarocks --lua-version=5.4"
local ADMIN = LUAROCKS:gsub("luarocks", "luarocks-admin", 1)

local ROCK = [[
package, version = "lua-cjson", %q
source = {url = "file://%s"}
build = {type = "builtin", modules = {cjson = %q}}
]]

local CONFIG = [[
rocks_provided = {argparse = "0.7.1-1"}
rocks_servers = {%q}
]]

describe("of lua-cjson", function()
  local own

  before_each(function() own = folder.make() end)

  after_each(function() own:close() end)

  -- A server with these versions, each of which says which one it is.
  local function serve(versions)
    shell.output("mkdir %s/server", quote(own.path))
    for version in versions:gmatch("%S+") do
      local name = ("cjson-%s.lua"):format(version)
      local file = own:write(name, ("return %q"):format(version))
      own:write(("server/lua-cjson-%s.rockspec"):format(version),
                ROCK:format(version, file, name))
    end
    return own:write("config.lua", CONFIG:format(own.path .. "/server"))
  end

  -- What the dependencies of a rockspec bring from there, or nil.
  local function fetched(rockspec, config)
    shell.output("exec 2>&1 </dev/null; cd %s && export LUAROCKS_CONFIG=%s; "
      .. ADMIN .. " make_manifest server; rm -rf tree; "
      .. LUAROCKS .. " install --only-deps --tree=tree %s",
      quote(own.path), quote(config), quote(rockspec))
    local load = loadfile(own.path .. "/tree/share/lua/5.4/cjson.lua")
    return load and load()
  end

  for versions, wanted in pairs({
    ["2.1.0-1 2.1.0.6-1 2.1.0.7-1 2.1.0.8-1"] = "2.1.0-1",
    ["2.1.0-1 2.1.0.8-1 2.1.0.9-1"] = "2.1.0.9-1",
    ["2.1.0-1 2.1.0.9-1 2.1.0.10-1 2.1.0.8-1"] = "2.1.0.10-1",
    ["2.0.0-1 2.1.0.6-1 2.1.0.7-1 2.1.0.8-1"] = false,
  }) do
    it(versions .. " takes " .. (wanted or "none"), function()
      local config = serve(versions)
      for name in shell.output("ls $PWD/rockspec/*"):gmatch("%S+") do
        assert.equal(wanted or nil, fetched(name, config))
      end
    end)
  end
end)
