--[[
What is installed, for the rockspecs (modules.lua) and for `make install`
(install.lua):

  local files = dofile(".ci/files.lua")
  files.list("csrc/*/*.h")   the files that match the shell's patterns
  files.sources              those of the C core
  files.modules              a list of {name = "gop2p.bot", file =
                             "lua/gop2p/bot/init.lua"}, without gop2p.core
  files.command              the command
  files.front                the pages of the top level
  files.pages                the manual's others, and what these link to
]]
local files = {
  command = "lua/gop2p/bin/gop2p",
  front = {"README.md", "CHANGELOG.md", "LICENSE"},
}

function files.list(patterns)
  local pipe <close> = assert(io.popen("LC_ALL=C ls " .. patterns
                                       .. " 2>/dev/null"))
  local names = {}
  for name in pipe:lines() do names[#names + 1] = name end
  return names
end

-- "lua/gop2p/a/b.lua" is the module "gop2p.a.b".
local function modulename(file)
  return (file:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", "")
              :gsub("/", "."))
end

files.sources = files.list("csrc/*/*.c")
files.pages = files.list("*/README.md lua/gop2p/README.md "
                         .. "lua/gop2p/*/README.md lua/gop2p/examples/*.lua")
files.modules = {}
for _, file in ipairs(files.list("lua/gop2p/*.lua lua/gop2p/*/*.lua")) do
  if not file:find("^lua/gop2p/examples/") then
    table.insert(files.modules, {name = modulename(file), file = file})
  end
end

return files
