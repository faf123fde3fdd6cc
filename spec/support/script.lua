-- script - scripts that a spec writes, to be run as programs.
--
--   local script = require "spec.support.script"
--   local path <close> = script "print 'hello'"      -- path.name
--
-- The file is removed at the end of the block, or by path:close().
local meta = {}
meta.__index = meta

function meta.close(self)
  os.remove(self.name)
end
meta.__close = meta.close

-- A file with the text; its name ends in ".lua".
return function(text)
  local name = os.tmpname()
  os.remove(name)
  name = name .. ".lua"
  local file <close> = assert(io.open(name, "w"))
  assert(file:write(text))
  return setmetatable({name = name}, meta)
end
