--[[
sandbox - programs with mounts and processes of their own, or with no more
rights than a user has.

  local why = sandbox.refused("-m")      -- nil, or why it cannot be here
  process.start(sandbox.mounted("mount --bind a b", {"lua5.4", "some.lua"}))
  process.start(sandbox.bare({"lua5.4", "some.lua"}))

What is mounted is so for that program alone, and ends with it. A bare one
that root starts owns what root does, and may do with it what any owner may.
]]
local shell = require "spec.support.shell"

local sandbox = {}

local BARE = {"setpriv", "--bounding-set", "-all", "--inh-caps", "-all"}

local function join(...)
  local out = {}
  for _, list in ipairs {...} do
    table.move(list, 1, #list, #out + 1, out)
  end
  return out
end

function sandbox.isroot()
  return shell.output("id -u") == "0"
end

-- Whether 'unshare' with these options is not permitted.
function sandbox.refused(options)
  if os.execute(("unshare %s true 2>/dev/null"):format(options)) then
    return nil
  end
  return "unshare " .. options .. " is not permitted"
end

-- The command, to run once the shell has run the others.
function sandbox.mounted(commands, argv)
  return join({"unshare", "-m", "sh", "-c",
               ("set -e; %s; exec \"$@\""):format(commands), "sh"}, argv)
end

-- The command as the first process of a process namespace.
function sandbox.first(argv)
  return join({"unshare", "-pf", "--mount-proc", "--kill-child"}, argv)
end

-- The command without the rights of root.
function sandbox.bare(argv)
  return sandbox.isroot() and join(BARE, argv) or argv
end

return sandbox
