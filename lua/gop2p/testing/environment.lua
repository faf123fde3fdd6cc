-- environment.lua - the globals of a simulated program: as in a process of
-- its own, whose clock, chance, files, input and output are the test's.
--
-- The library itself, with the one loop that it stands on, is shared with
-- the test; all other modules in Lua are loaded anew for each program, with
-- its globals. Modules in C, and the table string, are the process's.

local core = require "gop2p.core"
local gop2p = require "gop2p"
local check = require "gop2p.check"
local scheduler = require "gop2p.scheduler"
local standard = require "gop2p.testing.standard"
local system = require "gop2p.system"

local shared = {}
for name in ([[check complete core help input node plain prompt queue reach
               receipt scheduler signals start state timers unread values
               waits]])
            :gmatch("%a+") do
  shared["gop2p." .. name] = true
end

local environment = {}

local BASICS = {
  "assert", "collectgarbage", "coroutine", "debug", "error", "getmetatable",
  "ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawlen",
  "rawset", "select", "setmetatable", "string", "table", "tonumber",
  "tostring", "type", "utf8", "xpcall", "_VERSION",
}

local function loaders(env, run)
  local files = run.files
  function env.load(chunk, name, mode, ...)
    if select("#", ...) > 0 then return load(chunk, name, mode, ...) end
    return load(chunk, name, mode, env)
  end
  function env.loadfile(path, mode, ...)
    if path == nil then return nil, "cannot read standard input" end
    local bytes = files:read(path)
    if not bytes then return nil, "cannot open " .. path end
    local chunk = bytes:gsub("^#[^\n]*", "", 1)
    if select("#", ...) > 0 then
      return load(chunk, "@" .. path, mode, ...)
    end
    return load(chunk, "@" .. path, mode, env)
  end
  function env.dofile(path)
    local chunk, why = env.loadfile(path)
    if not chunk then error(why, 0) end
    return chunk()
  end
end

-- What a program finds when it requires the library.
local function library(run)
  local own = {}
  function own.lines(file)
    if file == nil or file == run.stdin then return run.stdin:lines() end
    return gop2p.lines(file)
  end
  function own.readable(file, timeout)
    if file ~= run.stdin then return gop2p.readable(file, timeout) end
    return run.stdin:await(check.timeout(timeout, 2, "readable"))
  end
  function own.pump(seconds)
    scheduler.sleep(check.timeout(seconds, 1, "pump") or 0)
  end
  return setmetatable(own, { __index = gop2p, __name = "gop2p",
                             __tostring = function()
                               return tostring(gop2p)
                             end })
end

-- What it does to the process and its files, it does to its own.
local function systemof(run)
  local own = {}
  own.erred = run.erred
  local function where(path) return run.files:existing(path) or "" end
  function own.checkfile(path) return system.checkfile(where(path)) end
  function own.makefile() return true end
  function own.filestamp(path) return system.filestamp(where(path)) end
  function own.awaitfiles(seconds) run.files:await(seconds) end
  function own.replacefile(path, bytes)
    if run.over then return nil, "EIO", "the process was killed" end
    run.files:write(path, bytes)
    return true
  end
  -- A file that it has for itself begins empty: what the bot has stored in
  -- earnest is no part of a test.
  function own.lockfile(path)
    run.files:hide(path)
    return true
  end
  function own.unlockfile() end
  return setmetatable(own, { __index = system })
end

local function modules(env, run)
  local package = {
    loaded = { _G = env, gop2p = library(run),
               ["gop2p.system"] = systemof(run) },
    path = package.path, cpath = package.cpath, config = package.config,
    preload = setmetatable({}, { __index = package.preload }),
    searchpath = package.searchpath, loadlib = package.loadlib,
  }
  for name in ("coroutine debug string table utf8 io os math")
              :gmatch("%w+") do
    package.loaded[name] = env[name]
  end
  package.loaded.package, env.package = package, package
  local function open(name)
    if shared[name] then return require(name) end
    if package.preload[name] then
      return package.preload[name](name, ":preload:")
    end
    local path = package.searchpath(name, package.path)
    if not path then return require(name) end
    local chunk, why = env.loadfile(path)
    if not chunk then
      error(("error loading module '%s' from file '%s':\n\t%s")
            :format(name, path, why), 3)
    end
    return chunk(name, path), path
  end
  function env.require(name)
    if package.loaded[name] ~= nil then return package.loaded[name] end
    local value, where = open(name)
    if value ~= nil then package.loaded[name] = value end
    if package.loaded[name] == nil then package.loaded[name] = true end
    return package.loaded[name], where
  end
end

-- The globals of one run of a program.
function environment.new(run)
  local env = {}
  for _, name in ipairs(BASICS) do env[name] = _G[name] end
  env._G = env
  env.math = core.sim.newmath()
  env.math.randomseed(run.seed, run.number)
  standard.open(env, run)
  loaders(env, run)
  modules(env, run)
  env.arg = table.move(run.args, 1, #run.args, 1, { [0] = run.path })
  return env
end

return environment
