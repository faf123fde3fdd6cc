--[[
Finds headers and structs that have grown too large to be read at once:

  lua5.4 .ci/shape.lua FUNCTIONS FIELDS FILE...

Prints each header with more functions, and each struct with more fields. A
struct inside counts as one field; structs of options, "gp_nodeopt", do not
count. 'FILE=N' sets the limit of functions of one file.
]]
local maxfunctions, maxfields = math.tointeger(arg[1]), math.tointeger(arg[2])

-- The code of a file without comments and lines of the preprocessor.
local function code(file)
  local f <close> = assert(io.open(file))
  return (f:read("a"):gsub("/%*.-%*/", " "):gsub("\n#[^\n]*\\\n[^\n]*", "\n")
                     :gsub("\n#[^\n]*", "\n"))
end

-- Declared ones, and static inline ones with their bodies.
local function countfunctions(text)
  local count = 0
  text = text:gsub("%b{}", ";"):gsub("%b()", "()")
  for statement in text:gmatch("[^;]+") do
    if statement:find("%w %(%)") and not statement:find("%f[%w]typedef%f[%W]")
    then
      count = count + 1
    end
  end
  return count
end

-- "int a, b;" are two; "void (*f)(int a, int b);" and "struct {...} a;" one.
local function countfields(body)
  local count = 0
  body = body:gsub("%b{}", ""):gsub("%b()", "")
  for declaration in body:gmatch("[^;]+") do
    if declaration:find("%S") then
      count = count + 1 + select(2, declaration:gsub(",", ""))
    end
  end
  return count
end

-- f(name, body) for each struct of a file, those inside of others too.
local function structs(text, f)
  for tag, body, name in
    text:gmatch("%f[%w]struct%s*([%w_]*)%s*(%b{})%s*([%w_]*)") do
    body = body:sub(2, -2)
    f(tag ~= "" and tag or name, body)
    structs(body, f)
  end
end

for i = 3, #arg do
  local file, max = arg[i]:match("^(.-)=(%d+)$")
  file, max = file or arg[i], math.tointeger(max) or maxfunctions
  local text = code(file)
  local count = countfunctions(text)
  if file:find("%.h$") and count > max then
    print(("%s: %d functions, %d at most"):format(file, count, max))
  end
  structs(text, function(name, body)
    local fields = countfields(body)
    if fields > maxfields and not name:find("opt$") then
      print(("%s: struct %s has %d fields, %d at most"):format(
        file, name, fields, maxfields))
    end
  end)
end
