-- How the pages are made: their contents, their links, that a newcomer finds
-- things from README.md in two steps, their words.

local page = require "spec.support.page"
local shell = require "spec.support.shell"

local pages = page.all()
local front = page.read("README.md")
local changelog = page.read("CHANGELOG.md")

-- The sentences of a page, without marks, headings and tables.
local function sentences(p)
  local list = {}
  local text = p.prose:gsub("\n[|#][^\n]*", " . ")
                      :gsub("%[([^%]]+)%]%b()", "%1")
                      :gsub("\n *[-%d]%.? ", " "):gsub("%*%*", "")
  for sentence in (text:gsub("%s+", " ") .. " "):gmatch("(.-[.:]) ") do
    list[#list + 1] = sentence
  end
  return list
end

describe("README.md", function()
  it("is a front page", function()
    local _, lines = front.text:gsub("\n", "")
    assert.is_true(lines <= 170, lines)
  end)

  -- By the row of "Where to go on": what is then found there.
  local FOUND = {
    ["how to write a first bot"] = "bot:command%(\"lunch\"",
    ["how to send to one peer"] = "node:send%(\"localhost:5000\"",
    ["what happens when the inbox is full"] = "responds%s+503",
    ["why a member failed"] = "| `ECONNREFUSED` |",
    ["how to leave a network and close a node"] = "`node:close%(%)`",
    ["what an error code means"] = "| `ETIMEDOUT` |",
    ["the default of an option of a bot"] = "| `budget` | 1 |",
    ["what a node is called, and who it is then"] = "`EEXIST`",
    ["how to use several machines"] = "gop2p%.start_node%(",
    ["the default of an option of a node"] = "| `request_timeout` | 5 |",
    ["which Go versions take part"] = "v1%.1%.0%s+to%s+v1%.1%.2",
    ["how to test a bot at a certain time of day"] = "net:advance%(\"09:00\"",
    ["how to run a bot as a service"] = "\n```ini\n",
    ["what a command prints as JSON"] = "| `members` |",
    ["how to replay a failing seed"] = "FIRST=217 SEEDS=1",
    ["how to add a wire form, a command, an option"] = "### A wire form\n",
    ["what changed"] = "",
  }

  it("leads to what a newcomer looks for", function()
    local left = {}
    for question in pairs(FOUND) do left[question] = true end
    for _, cells in ipairs(front:rows("to find out")) do
      local question, target = cells[1], cells[2]:match("%((.-)%)$")
      local path, anchor = target:match("^([^#]*)#?(.*)$")
      local found = page.read(path)
      local text = anchor == "" and found.text or found:section(anchor)
      assert.matches(assert(FOUND[question], question), text)
      left[question] = nil
    end
    assert.same({}, left)
  end)
end)

-- The lines for which f(line) holds.
local function lines(text, f)
  local list = {}
  for line in text:gmatch("[^\n]+") do
    if f(line) then list[#list + 1] = line end
  end
  return list
end

-- The files and folders that a page names by a path, in backquotes, and that
-- are neither below the root nor below its own folder. With "*" or NAME in it
-- a path stands for several.
local function unknown_files(p)
  local list = {}
  local folder = p.path:match("^.*/") or ""
  for name in p.prose:gmatch("`([%w_.*-]+/[%w_./*-]*)`") do
    local path = name:gsub("NAME", "*")
    if shell.output("ls -d %s %s%s 2>/dev/null", path, folder, path) == ""
    then list[#list + 1] = name end
  end
  return list
end

for _, p in ipairs(pages) do
  describe(p.path, function()
    it("has links that lead somewhere", function()
      assert.same({}, p:broken())
    end)

    -- Their targets would not be looked at above.
    it("has no links by reference", function()
      assert.same({}, lines(p.prose:gsub("`[^`]*`", ""), function(line)
        return line:find("%]%[") or
               line:find("^ *%[.-%]:") and p.path ~= "CHANGELOG.md"
      end))
    end)

    it("names files that there are", function()
      assert.same({}, unknown_files(p))
    end)

    it("has headings that are told apart", function()
      local seen = {}
      for _, heading in ipairs(p:headings()) do
        local again = seen[heading.anchor] and p.path ~= "CHANGELOG.md"
        assert.is_nil(again and heading.text or nil)
        seen[heading.anchor] = true
      end
    end)

    -- A changelog is its own.
    if p.path ~= "CHANGELOG.md" then
      it("begins with its contents", function()
        local top = p.text:match("^(.-)\n## ")
        local listed, there = {}, {}
        for anchor in top:gmatch("%]%(#(.-)%)") do
          listed[anchor] = (listed[anchor] or 0) + 1
        end
        for _, heading in ipairs(p:headings()) do
          there[heading.anchor] = 1
        end
        assert.same(there, listed)
      end)
    end

    it("has tables whose rows have a cell for each of the head", function()
      for _, rows in ipairs(p:tables()) do
        for _, row in ipairs(rows) do
          assert.equal(#rows[1], #row, table.concat(row, " | "))
        end
      end
    end)

    it("has lines that fit, without spaces at their ends", function()
      assert.same({}, lines(p.text, function(line)
        return line:find("%s$")
      end))
      assert.same({}, lines(p.prose, function(line)
        return utf8.len(line) > 80 and not line:find("^|")
               and not line:find("%]%(")
      end))
    end)

    it("is in the words of the field", function()
      for _, word in ipairs {"can not", "he", "him", "his", "himself"} do
        local at = p.prose:lower():find("%f[%a]" .. word:gsub(" ", "%%s+")
                                        .. "%f[%A]")
        assert.is_nil(at and p.prose:sub(at - 30, at + 30))
      end
    end)
  end)
end

describe("spec/README.md", function()
  it("has a row for each folder", function()
    local listed = {}
    for _, cells in ipairs(page.read("spec/README.md"):rows("folder")) do
      listed[#listed + 1] = cells[1]:match("^`(.*)/`$")
    end
    table.sort(listed)
    assert.equal(shell.output("ls -d spec/*/ | cut -d/ -f2 | LC_ALL=C sort"),
                 table.concat(listed, "\n"))
  end)
end)

describe("the pages", function()
  it("are reached from README.md", function()
    local left, todo = {}, {front}
    for _, path in ipairs(page.paths) do left[path] = path ~= "README.md" end
    for _, p in ipairs(todo) do
      for _, link in ipairs(p:links()) do
        local path = not link.target:find("^https://")
                     and p:path_of(link.target)
        if left[path] then
          left[path] = false
          todo[#todo + 1] = page.read(path)
        end
      end
    end
    for path, unseen in pairs(left) do assert.is_false(unseen, path) end
  end)

  it("say no sentence twice", function()
    local seen = {}
    for _, p in ipairs(pages) do
      for _, sentence in ipairs(sentences(p)) do
        local _, words = sentence:gsub("%a+", "")
        local before = words >= 8 and seen[sentence] or nil
        assert.is_nil(before and ("%s and %s: %s"):format(before, p.path,
                                                          sentence))
        seen[sentence] = p.path
      end
    end
  end)
end)

-- https://keepachangelog.com/en/1.1.0/
describe("CHANGELOG.md", function()
  local KINDS = { Added = true, Changed = true, Deprecated = true,
                  Removed = true, Fixed = true, Security = true }

  -- As a number that grows with it: "1.2.3" is 1002003.
  local function rank(version)
    local sum = 0
    for number in version:gmatch("%d+") do sum = 1000 * sum + number end
    return sum
  end

  -- What comes next, without a number, or a version with its date, older
  -- than the one above it.
  local function check_version(heading, above)
    if heading == "[Unreleased]" and not above then return math.huge end
    local version, date = heading:match("^%[(%d+%.%d+%.%d+)%] %- (.*)$")
    assert.truthy(version, heading)
    assert.is_true(date == "Unreleased" or
                   date:find("^%d%d%d%d%-%d%d%-%d%d$") ~= nil, date)
    assert.truthy(changelog.text:find("\n[" .. version .. "]: https://", 1,
                                      true))
    assert.is_true(rank(version) < (above or math.huge), heading)
    return rank(version)
  end

  it("has versions with a date, and kinds of changes in each", function()
    local above, kinds
    for _, heading in ipairs(changelog:headings()) do
      if heading.level == 2 then
        above, kinds = check_version(heading.text, above), {}
      else
        assert.is_true(KINDS[heading.text] and not kinds[heading.text],
                       heading.text)
        kinds[heading.text] = true
      end
    end
    assert.truthy(above)
  end)
end)
