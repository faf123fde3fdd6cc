--[[
page - the pages of the manual, as specs look at them.

  local page = require "spec.support.page"
  local p = page.read("lua/gop2p/README.md")
  p:blocks("lua")          -- the fenced blocks of a language ("" for none)
  p:tables()               -- each a list of rows: head, rule, and the others
  p:rows("option")         -- those below the heads that begin with this cell,
                           -- and the last such head
  p:headings()             -- list of {level =, text =, anchor =}
  p:links()                -- list of {text =, target =}
  p:section("options")     -- what is below a heading, by its anchor
  p:broken()               -- why links lead nowhere, a list of texts
]]
local contents = require("spec.support.net").read
local shell = require "spec.support.shell"

local page = {}

local Page = {}
Page.__index = Page

-- All that there are in the checkout, in order.
page.paths = {}
for path in shell.output("find * -name '*.md' -not -path 'build/*' | "
                         .. "LC_ALL=C sort"):gmatch("[^\n]+") do
  page.paths[#page.paths + 1] = path
end

-- A page, or part of one; 'prose' is what is outside of fenced blocks.
function page.of(path, text)
  local prose = text:gsub("\n```.-\n```", "\n")
  return setmetatable({ path = path, root = ".", text = text, prose = prose },
                      Page)
end

-- 'root': the folder with the pages, at first that of the checkout.
function page.read(path, root)
  local p = page.of(path, contents((root or ".") .. "/" .. path))
  p.root = root or "."
  return p
end

-- All of them, in the order of page.paths.
function page.all(root)
  local list = {}
  for i, path in ipairs(page.paths) do list[i] = page.read(path, root) end
  return list
end

function Page:blocks(language)
  local list = {}
  for name, text in self.text:gmatch("\n```(%l*)\n(.-\n)```\n") do
    if name == language then list[#list + 1] = text end
  end
  return list
end

local function cells(row)
  local list = {}
  for cell in (row:gsub("\\|", "\0"):gsub("^|(.-)|?%s*$", "%1|"))
    :gmatch("%s*([^|]-)%s*|") do
    list[#list + 1] = cell:gsub("%z", "|")
  end
  return list
end

function Page:tables()
  local list, current = {}, nil
  for line in (self.prose .. "\n"):gmatch("([^\n]*)\n") do
    if not line:find("^|") then
      current = nil
    elseif current then
      current[#current + 1] = cells(line)
    else
      current = { cells(line) }
      list[#list + 1] = current
    end
  end
  return list
end

function Page:rows(first)
  local list, head = {}, nil
  for _, rows in ipairs(self:tables()) do
    if rows[1][1] == first then
      head = rows[1]
      table.move(rows, 3, #rows, #list + 1, list)
    end
  end
  assert(#list > 0, self.path .. ": no table " .. first)
  return list, head
end

-- As GitHub makes it of a heading.
local function anchor(text)
  return (text:lower():gsub("[^%w _-]", ""):gsub(" ", "-"))
end

function Page:headings()
  local list = {}
  for marks, text in self.prose:gmatch("\n(##+) ([^\n]+)") do
    list[#list + 1] = { level = #marks, text = text, anchor = anchor(text) }
  end
  return list
end

function Page:links()
  local list = {}
  for text, target in self.prose:gmatch("%[([^%]]+)%]%(([^)%s]+)%)") do
    list[#list + 1] = { text = text, target = target }
  end
  return list
end

-- Down to the next heading of its level, with its blocks; nil: none. That of
-- the title is the whole page.
function Page:section(wanted)
  local title, below = self.text:match("^# ([^\n]+)(.*)$")
  if title and anchor(title) == wanted then return below end
  for marks, text, at in self.text:gmatch("\n(##+) ([^\n]+)()") do
    if anchor(text) == wanted then
      local rest = self.text:sub(at)
      for i = 2, #marks do
        rest = rest:gsub("\n" .. ("#"):rep(i) .. " .*", "\n")
      end
      return rest
    end
  end
end

-- What a link leads to, as a path below the root.
function Page:path_of(target)
  local path = (self.path:match("^.*/") or "") .. target:gsub("#.*", "")
  local count
  repeat path, count = path:gsub("[^/]+/%.%./", "", 1) until count == 0
  return path
end

function page.exists(path)
  local file <close> = io.open(path)
  return file ~= nil
end

-- Why a link leads nowhere, or nil. What is elsewhere is not asked for.
local function why(self, target)
  if target:find("^https://") then return nil end
  local path = target:find("^#") and self.path or self:path_of(target)
  local wanted = target:match("#(.*)")
  if not page.exists(self.root .. "/" .. path) then
    return ("%s: no file %s"):format(self.path, path)
  elseif wanted and not page.read(path, self.root):section(wanted) then
    return ("%s: no heading #%s in %s"):format(self.path, wanted, path)
  end
end

function Page:broken()
  local list = {}
  for _, link in ipairs(self:links()) do
    list[#list + 1] = why(self, link.target)
  end
  return list
end

return page
