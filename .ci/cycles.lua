--[[
Finds the object files that take symbols from each other in a circle:

  lua5.4 .ci/cycles.lua FOLDER OBJECT...

Prints each circle, and what its files take from each other. Those of the
folder that are not named (their sources are gone) or not there do not count.
]]
local folder = arg[1]
local objects = {} -- {name = "layer/file.o", takes = {symbol...}}
local definer = {} -- symbol to object

-- A symbol is undefined ("U"), or the file's own alone (a small letter), or
-- defined for others.
local function read(name)
  local object = {name = name, takes = {}}
  local pipe <close> = assert(io.popen("nm '" .. folder .. "/" .. name
                                       .. "' 2>/dev/null"))
  for line in pipe:lines() do
    local kind, symbol = line:match("(%a) ([%w_.]+)$")
    if kind == "U" then
      table.insert(object.takes, symbol)
    elseif kind and kind:find("%u") then
      definer[symbol] = object
    end
  end
  objects[#objects + 1] = object
end

-- Tarjan's strongly connected components; those of one object are none.
local function components()
  local found, stack, count = {}, {}, 0
  local function visit(object)
    count = count + 1
    object.index, object.low, object.open = count, count, true
    stack[#stack + 1] = object
    for _, symbol in ipairs(object.takes) do
      local other = definer[symbol]
      if other and not other.index then
        visit(other)
        object.low = math.min(object.low, other.low)
      elseif other and other.open then
        object.low = math.min(object.low, other.index)
      end
    end
    if object.low < object.index then return end
    local circle = {}
    repeat
      local member = table.remove(stack)
      member.open, member.circle = false, circle
      table.insert(circle, 1, member)
    until member == object
    if #circle > 1 then found[#found + 1] = circle end
  end
  for _, object in ipairs(objects) do
    if not object.index then visit(object) end
  end
  return found
end

-- What 'object' takes from others of its circle: {name of other, symbols}.
local function taken(object)
  local out = {}
  for _, symbol in ipairs(object.takes) do
    local other = definer[symbol]
    if other and other ~= object and other.circle == object.circle then
      if not out[other] then
        out[other] = {other.name}
        out[#out + 1] = out[other]
      end
      table.insert(out[other], symbol)
    end
  end
  return out
end

for i = 2, #arg do read(arg[i]) end
for _, circle in ipairs(components()) do
  print("a circle of " .. #circle .. " files:")
  for _, object in ipairs(circle) do
    for _, symbols in ipairs(taken(object)) do
      print("  " .. object.name .. " from " .. symbols[1] .. ": "
            .. table.concat(symbols, " ", 2))
    end
  end
end
