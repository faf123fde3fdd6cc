--[[
Finds files that stand where nobody would look for them, specs that do not
say what they are about, and pages that are missing:

  lua5.4 .ci/layout.lua LAYER...

The layers are the folders of csrc. Looked at is what git tracks or would
track; where there is no repository, everything but build/.
]]
local LIST = [[
if [ -e .git ]; then
  exec git ls-files -coz --exclude-standard
else
  exec find . -path ./build -prune -o ! -type d -print0
fi
]]

-- What has to be there: the pages of the manual are README.md in the folders
-- that they are about.
local FILES = {
  "Makefile", "LICENSE", "CHANGELOG.md", "README.md", "csrc/README.md",
  "spec/README.md", "lua/gop2p/README.md", "lua/gop2p/bot/README.md",
  "lua/gop2p/testing/README.md", "lua/gop2p/cli/README.md",
}

-- What else there may be, but for dotfiles at the top level: each file in a
-- folder matches one of its patterns.
local FOLDERS = {
  rockspec = {"^[^/]+%.rockspec$"},
  csrc = {},
  -- LuaRocks copies all of lua/ to where all rocks have their modules, and
  -- .ci/modules.lua lists what is in gop2p and one level below.
  lua = {"^gop2p/[^/]+%.lua$", "^gop2p/[^/]+/[^/]+%.lua$",
         "^gop2p/bin/gop2p$"},
  spec = {"^wire/seed/[^/]+%.http$", "^wire/v%d+%.%d+%.%d+/[^/]+%.http$",
          "^c/[^/]+%.[ch]$",
          "^fuzz/[^/]+%.[ch]$", "^fuzz/[^/]+%.dict$",
          "^storm/[^/]+%.lua$", "^bench/[^/]+%.lua$", "^bench/[^/]+%.c$",
          "^support/[^/]+%.lua$", "^support/[^/]+%.c$",
          "^support/[^/]+%.html$"},
}

-- Specs, tests in C and fuzzers stand in the folders where they are run.
local SPECS = "attack bot c command docs loop node package prompt storm text "
              .. "testing wire"
local RUN = {["_spec%.lua$"] = SPECS, ["_test%.c$"] = "c",
             ["_fuzz%.c$"] = "fuzz"}

for folder in SPECS:gmatch("%l+") do
  table.insert(FOLDERS.spec, "^" .. folder .. "/[^/]+_spec%.lua$")
end

for _, layer in ipairs(arg) do
  table.insert(FOLDERS.csrc, "^" .. layer .. "/[^/]+%.[ch]$")
end

local function is_one_of(list, wanted)
  for _, each in ipairs(list) do
    if each == wanted then return true end
  end
  return false
end

local function matches(patterns, text)
  for _, pattern in ipairs(patterns) do
    if text:find(pattern) then return true end
  end
  return false
end

-- Whether a file would be run by its name, and is not.
local function is_not_run(file)
  local folder = file:match("^spec/(%l+)/[^/]+$") or "none"
  for name, folders in pairs(RUN) do
    if file:find(name) and not folders:find("%f[%l]" .. folder .. "%f[%L]")
    then return true end
  end
  return false
end

local function has_head(file)
  local f <close> = assert(io.open(file))
  return matches({"^%-%- %g*%w", "^%-%-%[%[\n%g*%w"}, f:read("a"))
end

-- What is wrong with a file, or nil.
local function wrong(file)
  if file:find("^%.") or is_one_of(FILES, file) then return nil end
  local top, rest = file:match("^([^/]+)/(.*)$")
  if not FOLDERS[top] then
    return "nothing else stands at the top level"
  elseif not matches(FOLDERS[top], rest) then
    return "has no place in " .. top .. "/"
  elseif is_not_run(file) then
    return "is not run where it stands"
  elseif file:find("_spec%.lua$") and not has_head(file) then
    return "does not begin with a comment that says what it is about"
  end
end

-- What was removed and not yet committed is listed, too.
local function exists(file)
  local f <close> = io.open(file)
  return f ~= nil
end

local pipe = assert(io.popen(LIST))
local list = pipe:read("a")
assert(pipe:close() and list ~= "", "no list of the files")
for file in list:gmatch("%Z+") do
  file = file:gsub("^%./", "")
  local what = exists(file) and wrong(file)
  if what then print(file .. ": " .. what) end
end

for _, file in ipairs(FILES) do
  if not exists(file) then print(file .. ": is missing") end
end
