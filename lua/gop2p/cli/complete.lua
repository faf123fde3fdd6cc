-- complete.lua - what a word typed at a Lua prompt can become.

local complete = {}

complete.BREAKS = " \t\n\"\\'`<>=;+-*/%^~#{}()[].,:"

-- What a field of any value is looked up in, as far as no function of the
-- user's has to be called.
local function sources(value)
  local list = {}
  while value ~= nil and #list < 8 do
    if type(value) == "table" then list[#list + 1] = value end
    local meta = debug.getmetatable(value)
    value = type(meta) == "table" and rawget(meta, "__index") or nil
    if type(value) == "function" then break end
  end
  return list
end

local function field(value, name)
  for _, source in ipairs(sources(value)) do
    local found = rawget(source, name)
    if found ~= nil then return found end
  end
end

-- Behind a colon there are methods only.
local function fields(value, methods)
  local list, seen = {}, {}
  for _, source in ipairs(sources(value)) do
    for name, what in next, source do
      if type(name) == "string" and name:find("^[%a_][%w_]*$")
         and not seen[name]
         and (not methods or type(what) == "function") then
        list[#list + 1], seen[name] = name, true
      end
    end
  end
  return list
end

-- The names of members that begin with 'typed', from its last break on.
local function members(typed, node)
  local list = {}
  local done = #(typed:match("^.*[:%.%-%[%]]") or "")
  for _, peer in ipairs(node:members()) do
    local name = tostring(peer)
    if name:sub(1, #typed) == typed then
      list[#list + 1] = name:sub(done + 1)
    end
  end
  return list
end

-- complete.of(before, node) -> list
--
-- 'before': the line up to the cursor. In a string: members of 'node'; else
-- fields of what the dots and colons before the word lead to.
function complete.of(before, node)
  local quoted = before:gsub("\"[^\"]*\"", ""):gsub("'[^']*'", "")
                       :match("[\"']([^\"']*)$")
  if quoted then return members(quoted, node) end
  local path = before:match("[%a_][%w_%.:]*$") or ""
  local value, mark = _G, nil
  for name, sep in path:gmatch("([^%.:]*)([%.:])") do
    value, mark = field(value, name), sep
  end
  return fields(value, mark == ":")
end

return complete
