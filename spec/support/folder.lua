--[[
folder - a folder of a spec's own, which goes with what was started in it.

  local folder = require("spec.support.folder").make()
  local script = folder:write("bot.lua", text)    -- folder.path .. "/bot.lua"
  local child = folder:keep(assert(process.start({"lua5.4", script})))
  assert.equal("bot.lua", folder:names())
  folder:close()
]]
local shell = require "spec.support.shell"

local folder = {}

local Folder = {}
Folder.__index = Folder

function folder.make()
  return setmetatable({path = shell.output("mktemp -d"), kept = {}}, Folder)
end

-- Makes or replaces the file 'name'; its path.
function Folder:write(name, text)
  local path = self.path .. "/" .. name
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(text))
  return path
end

-- The names in it, in order, with spaces between.
function Folder:names()
  return shell.output("ls -A %s | LC_ALL=C sort | xargs",
                      shell.quote(self.path))
end

-- 'thing', which is closed with the folder: what was kept last comes first.
function Folder:keep(thing)
  table.insert(self.kept, thing)
  return thing
end

function Folder:close()
  for i = #self.kept, 1, -1 do self.kept[i]:close() end
  os.execute("rm -rf " .. shell.quote(self.path))
end

return folder
