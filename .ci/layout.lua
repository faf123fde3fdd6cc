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

-- The top level, but for dotfiles. Of what is in a folder each file matches
-- one of its patterns.
local TOP = {
  Makefile = {"^$"}, ["README.md"] = {"^$"}, ["CHANGELOG.md"] = {"^$"},
  LICENSE = {"^$"},
  rockspec = {"^[^/]+%.rockspec$"},
  csrc = {"^README%.md$"},
  -- LuaRocks copies all of lua/ to where all rocks have their modules.
  lua = {"^gop2p/.+%.lua$", "^gop2p/.*README%.md$", "^gop2p/bin/gop2p$"},
  spec = {"^README%.md$", "^wire/[^/]+/[^/]+%.http$",
          "^c/[^/]+%.[ch]$",
          "^fuzz/[^/]+%.[ch]$", "^fuzz/[^/]+%.dict$",
          "^storm/[^/]+%.lua$", "^bench/[^/]+%.lua$", "^bench/[^/]+%.c$",
          "^support/[^/]+%.lua$", "^support/[^/]+%.c$"},
}

-- The folders of spec/ that have specs. What these share is in support.
local SPECS = {}
for folder in ("attack bot c command docs loop node package prompt storm "
               .. "testing wire"):gmatch("%l+") do
  SPECS[folder] = true
  table.insert(TOP.spec, "^" .. folder .. "/[^/]+_spec%.lua$")
end

for _, layer in ipairs(arg) do
  table.insert(TOP.csrc, "^" .. layer .. "/[^/]+%.[ch]$")
end

-- The folders that have a page of the manual, README.md.
local PAGES = {"lua/gop2p", "lua/gop2p/bot", "lua/gop2p/testing",
               "lua/gop2p/cli", "csrc", "spec"}

-- What is wrong with a file, or nil.
local function wrong(file)
  local top, rest = file:match("^([^/]+)/?(.*)$")
  if top:find("^%.") then return nil end
  if not TOP[top] then return "nothing else stands at the top level" end
  local expected = false
  for _, pattern in ipairs(TOP[top]) do
    expected = expected or rest:find(pattern) ~= nil
  end
  if not expected then return "has no place in " .. top .. "/" end
  if not file:find("_spec%.lua$") then return nil end
  if not SPECS[file:match("^spec/(%l+)/[^/]+$")] then
    return "is not in a folder for specs"
  end
  local f <close> = assert(io.open(file))
  return f:read(2) ~= "--" and "does not begin with a comment" or nil
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

for _, folder in ipairs(PAGES) do
  local page = folder .. "/README.md"
  if not exists(page) then print(page .. ": is missing") end
end
