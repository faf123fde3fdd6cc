--[[
Installs the command, the module, completions and pages, or removes them:

  lua5.4 .ci/install.lua install
  lua5.4 .ci/install.lua uninstall

The Makefile's variables say where, in the environment: BINDIR, LUADIR,
CLUADIR, DOCDIR, BASHDIR, ZSHDIR and FISHDIR, each below DESTDIR, which the
installed files do not know of. The core is built before; nothing is written
into the checkout.
]]
local files = dofile(".ci/files.lua")

local LUA, CORE = os.getenv("LUA"), os.getenv("BUILD") .. "/gop2p/core.so"
local DESTDIR = os.getenv("DESTDIR") or ""

-- In which of Debian's packages the modules of others are.
local NEEDED = {argparse = "lua-argparse", cjson = "lua-cjson"}

local function fail(...)
  io.stderr:write("install: ", string.format(...), "\n")
  os.exit(1, true)
end

-- An absolute path, as the installed command needs it. Not every shell has
-- replaced the "~" of PREFIX=~/.local.
local function folder(variable)
  local path = os.getenv(variable):gsub("^~%f[/\0]", os.getenv("HOME") or "~")
  return path:find("^/") and path or os.getenv("PWD") .. "/" .. path
end

local BIN, LUADIR, CLUADIR, DOC = folder "BINDIR", folder "LUADIR",
                                  folder "CLUADIR", folder "DOCDIR"
local PATH = ("%s/?.lua;%s/?/init.lua;"):format(LUADIR, LUADIR)
local CPATH = ("%s/?.so;"):format(CLUADIR)

local function words(...)
  local out = {}
  for i, word in ipairs({...}) do
    out[i] = "'" .. word:gsub("'", "'\\''") .. "'"
  end
  return table.concat(out, " ")
end

-- The commands say themselves what is wrong.
local function run(...)
  if os.execute(words(...)) then return end
  fail("not done. Either become root, or install for yourself, with "
       .. "PREFIX=$HOME/.local")
end

local function output(...)
  local pipe = assert(io.popen(words(...)))
  local text = pipe:read("a")
  if not pipe:close() then os.exit(1, true) end
  return text
end

-- The command finds its own modules, whatever Lua's paths are.
local function command()
  local file <close> = assert(io.open(files.command))
  return ("#!%s\npackage.path = %q .. package.path\n"
          .. "package.cpath = %q .. package.cpath\n%s")
         :format(LUA:find("/") and LUA or "/usr/bin/env " .. LUA, PATH, CPATH,
                 file:read("a"):gsub("^#![^\n]*\n", ""))
end

local function completion(shell)
  return function() return output(LUA, files.command, "completion", shell) end
end

-- Calls made(folder, name, mode, text) for each file that is made here, with
-- a function that gives its text, and copied(folder, files) for those of the
-- checkout, which keep their names.
local function plan(made, copied)
  made(BIN, "gop2p", "755", command)
  made(folder "BASHDIR", "gop2p", "644", completion "bash")
  made(folder "ZSHDIR", "_gop2p", "644", completion "zsh")
  made(folder "FISHDIR", "gop2p.fish", "644", completion "fish")
  local lists = {[CLUADIR .. "/gop2p"] = {CORE}}
  local function put(path, from)
    local to = path:match("^(.*)/")
    lists[to] = lists[to] or {}
    table.insert(lists[to], from)
  end
  for _, module in ipairs(files.modules) do
    put(LUADIR .. module.file:gsub("^lua", ""), module.file)
  end
  for _, file in ipairs(files.front) do put(DOC .. "/" .. file, file) end
  for _, file in ipairs(files.pages) do put(DOC .. "/" .. file, file) end
  for to, list in pairs(lists) do copied(to, list) end
end

-- Without them neither the command nor its completions work.
local function check()
  for name, package_name in pairs(NEEDED) do
    if not package.searchpath(name, package.path)
       and not package.searchpath(name, package.cpath) then
      fail("%s does not find the module '%s' (Debian: %s)", LUA, name,
           package_name)
    end
  end
end

local function install()
  check()
  local scratch = os.tmpname()
  local _ <close> = setmetatable({}, {__close = function()
    os.remove(scratch)
  end})
  plan(function(to, name, mode, text)
    local f = assert(io.open(scratch, "w"))
    assert(f:write(text()))
    assert(f:close())
    run("install", "-d", DESTDIR .. to)
    run("install", "-m", mode, scratch, DESTDIR .. to .. "/" .. name)
  end, function(to, list)
    list[#list + 1] = DESTDIR .. to
    run("install", "-d", DESTDIR .. to)
    run("install", "-m", "644", table.unpack(list))
  end)
end

-- Folders that are ours go, too, if they are empty then.
local function uninstall()
  plan(function(to, name)
    run("rm", "-f", DESTDIR .. to .. "/" .. name)
  end, function(to, list)
    for i, file in ipairs(list) do
      list[i] = DESTDIR .. to .. "/" .. file:match("[^/]+$")
    end
    run("rm", "-f", table.unpack(list))
  end)
  os.execute(("find %s -depth -type d -exec rmdir {} + 2>/dev/null"):format(
    words(DESTDIR .. LUADIR .. "/gop2p", DESTDIR .. CLUADIR .. "/gop2p",
          DESTDIR .. DOC)))
end

-- What a shell and Lua need to be told, where that is not theirs already.
local function tell()
  local lines = {}
  if not (":" .. os.getenv("PATH") .. ":"):find(":" .. BIN .. ":", 1, true)
  then
    lines[1] = ("export PATH=\"%s:$PATH\""):format(BIN)
  end
  if not (package.path .. ";"):find(PATH, 1, true)
     or not (package.cpath .. ";"):find(CPATH, 1, true) then
    local line = "export %s=\"%s${%s:-;}\""
    lines[#lines + 1] = line:format("LUA_PATH_5_4", PATH, "LUA_PATH_5_4")
    lines[#lines + 1] = line:format("LUA_CPATH_5_4", CPATH, "LUA_CPATH_5_4")
  end
  print(("gop2p is installed as %s/gop2p."):format(BIN))
  if #lines == 0 then return end
  print("For the shell to find it, and Lua the module:")
  for _, line in ipairs(lines) do print("  " .. line) end
end

if arg[1] == "uninstall" then
  uninstall()
else
  install()
  if DESTDIR == "" then tell() end
end
