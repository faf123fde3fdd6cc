--[[
Keeps the rockspecs' lists of files true to the folders.

  lua5.4 .ci/modules.lua check   says where they differ, and fails if so
  lua5.4 .ci/modules.lua write   makes them the same
]]

local files = dofile(".ci/files.lua")

-- What stands in a rockspec from "modules = {" to its end.
local function modules()
  local out = {"  modules = {"}
  local function put(format, ...) out[#out + 1] = format:format(...) end
  put('    ["gop2p.core"] = {')
  put('      sources = {')
  for _, file in ipairs(files.sources) do put('        "%s",', file) end
  put('      },')
  put('      defines = {"_GNU_SOURCE"},')
  put('      libraries = {')
  put('        "event_extra", "event_core", "sodium", "utf8proc",')
  put('      },')
  put('      incdirs = {')
  put('        "csrc", "$(EVENT_INCDIR)", "$(SODIUM_INCDIR)",')
  put('        "$(UTF8PROC_INCDIR)",')
  put('      },')
  put('      libdirs = {')
  put('        "$(EVENT_LIBDIR)", "$(SODIUM_LIBDIR)", "$(UTF8PROC_LIBDIR)",')
  put('      },')
  put('    },')
  for _, module in ipairs(files.modules) do
    put('    ["%s"] = "%s",', module.name, module.file)
  end
  put('  },')
  put('  install = {')
  put('    bin = {')
  put('      "%s",', files.command)
  put('    },')
  put('    conf = {')
  -- LuaRocks itself puts README.md into the folder doc of the installed rock,
  -- and no page of other folders: they go there by the way of conf, so that
  -- the links between them hold there, too.
  for _, file in ipairs(files.pages) do
    put('      ["../doc/%s"] = "%s",', file, file)
  end
  put('    },')
  put('  },\n}\n')
  return table.concat(out, "\n")
end

local function read(file)
  local f <close> = assert(io.open(file))
  return f:read("a")
end

local function write(file, text)
  local f <close> = assert(io.open(file, "w"))
  assert(f:write(text))
end

-- Says which files one text names and the other does not.
local function compare(label, from, text)
  for name in from:gmatch('"(%w+/[%w_/.]+)"') do
    if not text:find('"' .. name .. '"', 1, true) then
      print(label .. name)
    end
  end
end

local function complain(file, is, want)
  compare(file .. ": lacks ", want, is)
  compare(file .. ": lists what is not there: ", is, want)
  print(file .. ": its modules are not as `make modules` writes them")
end

local ok = true
for _, file in ipairs(files.list("rockspec/*.rockspec")) do
  local text, want = read(file), modules()
  local at = assert(text:find("  modules = {\n", 1, true), file)
  if text:sub(at) == want then goto continue end
  if arg[1] == "write" then
    write(file, text:sub(1, at - 1) .. want)
  else
    complain(file, text:sub(at), want)
    ok = false
  end
  ::continue::
end
os.exit(ok)
