--[[
installed - the package in a tree of its own, and the command that is there.

  local installed = require "spec.support.installed"
  local tree, peer = installed.make()
  local p <close> = tree:start({"members", peer.name})
  local p <close>, where = tree:listener("--name", "ann")
  tree:close()                            -- and the peer, and all terminals

What runs there is what was installed: no path leads to the checkout. Only
the rocks that it depends on are taken from where they are. The peer is a
stand-in for a published Go program.
]]
local cjson = require "cjson"
local folder = require "spec.support.folder"
local go = require "spec.support.go"
local process = require "spec.support.process"
local terminal = require "spec.support.terminal"

local installed = {}
installed.__index = installed

local LUAROCKS = os.getenv("LUAROCKS") or "luarocks --lua-version=5.4"

-- LuaRocks does not know what the distribution brings, and shall ask nobody.
local CONFIG = [[
rocks_provided = {["lua-cjson"] = "2.1.0-1", argparse = "0.7.1-1"}
rocks_servers = {}
]]

-- What was installed is kept for the next one, until a source is newer.
local SCRIPT = [[
exec </dev/null 2>&1
unset MAKEFLAGS MFLAGS LUA_PATH LUA_CPATH LUA_PATH_5_4 LUA_CPATH_5_4
set -e
kept=$PWD/build/installed
exec 9>$kept.lock
flock 9
ln -s $kept/tree %s/tree
if [ -f $kept/made ] &&
   [ -z "$(find csrc lua rockspec -newer $kept/made)" ]; then exit; fi
rm -rf $kept
mkdir -p $kept/checkout/spec
touch $kept/began
cp -R csrc lua rockspec LICENSE $kept/checkout
cp spec/README.md $kept/checkout/spec
cd $kept/checkout
export LUAROCKS_CONFIG=%s/config.lua
%s make --tree=$kept/tree rockspec/gop2p-scm-1.rockspec CFLAGS="-O0 -fPIC"
mv $kept/began $kept/made
]]

local function where(module, path)
  local file = assert(package.searchpath(module, path))
  return (file:gsub(module .. "(%.%w+)$", "?%1"))
end

-- The tree, and the peer. What has to be built takes some seconds.
function installed.make()
  local own = folder.make()
  local dir = own.path
  own:write("config.lua", CONFIG)
  local made = assert(io.popen(SCRIPT:format(dir, dir, LUAROCKS)))
  local out = made:read("a")
  assert(made:close(), out)
  local peer = own:keep(go.start("v1.1.3", "localhost",
                                 {kinds = true, log = true}))
  return setmetatable({
    folder = own, dir = dir, command = dir .. "/tree/bin/gop2p",
    env = { LUA_PATH_5_4 = where("argparse", package.path),
            LUA_CPATH_5_4 = where("cjson", package.cpath) },
  }, installed), peer
end

local function with(self, args, options)
  options = options or {}
  local env = {}
  for name, value in pairs(self.env) do env[name] = value end
  for name, value in pairs(options.env or {}) do env[name] = value end
  options.env = env
  return table.move(args, 1, #args, 2, {self.command}), options
end

-- The command with these arguments, as process.start.
function installed:start(args, options)
  return assert(process.start(with(self, args, options)))
end

-- `gop2p listen` with these options, once it listens: the process, whose
-- lines are what others say to it, and where it is.
function installed:listener(...)
  local errors = os.tmpname()
  local p = self.folder:keep(self:start({"listen", ...}, {stderr = errors}))
  local said, endpoint
  repeat
    local _, why = p:line(0.05)
    local file <close> = assert(io.open(errors))
    said = file:read("a")
    endpoint = said:match("listening as [^\n]-(localhost:%d+)%)?\n")
  until endpoint or why == "closed"
  os.remove(errors)
  return assert(endpoint and p, said), endpoint
end

-- The same on a terminal, as terminal.start.
function installed:terminal(args, options)
  return self.folder:keep(terminal.start(with(self, args, options)))
end

-- Runs it to its end: its status, its lines, what it complained of. 'input'
-- is what is piped into it.
function installed:run(args, input, options)
  local errors = self.dir .. "/errors"
  options = options or {}
  options.stderr = errors
  local p <close> = self:start(args, options)
  p:write(input or "")
  p:finish()
  local lines = {}
  for line in function() return p:line(20) end do lines[#lines + 1] = line end
  local status = p:wait()
  local file <close> = assert(io.open(errors))
  return status, lines, file:read("a")
end

-- Runs it likewise, without a complaint: its lines.
function installed:done(args, input, options)
  local status, lines, complaint = self:run(args, input, options)
  assert(status == 0 and complaint == "", table.concat(
    {("ended with %s: %s"):format(status, complaint), table.unpack(lines)},
    "\n"))
  return lines
end

-- What lines of JSON say.
function installed.objects(lines)
  local list = {}
  for i, line in ipairs(lines) do list[i] = cjson.decode(line) end
  return list
end

function installed:close()
  self.folder:close()
end

installed.__close = installed.close

return installed
