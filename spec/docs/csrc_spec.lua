-- csrc/README.md: the files and functions that it names are there, and its
-- table of members is that of the source.

local contents = require("spec.support.net").read
local page = require "spec.support.page"

local csrc = page.read("csrc/README.md")
local text = csrc.text

describe("the page of the core", function()
  local function source(file)
    return contents("csrc/" .. file)
  end

  it("names files that there are", function()
    local count = 0
    for file in text:gmatch("[%w_./]+/[%w_]+%.%l+") do
      count = count + 1
      assert.is_true(page.exists("csrc/" .. file) or page.exists(file), file)
    end
    assert.is_true(count > 0)
  end)

  it("names each module of the node", function()
    local there, named = {}, {}
    for file in io.popen("ls csrc/node/*.c"):lines() do
      there[file:match("node/.*")] = true
    end
    for file in text:gmatch("\n| `(node/%l+%.c)` |") do named[file] = true end
    assert.same(there, named)
  end)

  it("names functions where they are", function()
    local count = 0
    for name, file in text:gmatch("`([%l_]+)`%s+%(([%l/]+%.c)%)") do
      count = count + 1
      assert.truthy(source(file):find("[ *]" .. name .. " %("), name)
    end
    assert.is_true(count > 0)
  end)

  it("has the table of members", function()
    local there, named = {}, {}
    for what, state, change in source("node/membership.c")
      :gmatch("%[GP_([%u_]+)%]%[GP_(%u+)%] = %u+(%b())") do
      local to, news = change:match("(%u+),? ?(%u*)")
      there[what .. " " .. state:lower()] =
        to:lower() .. (news == "" and "" or " *" .. news:lower() .. "*")
    end
    local rows, head = csrc:rows("what happens")
    for _, row in ipairs(rows) do
      for i = 2, #row do
        local what = row[1]:match("^`(.*)`$") .. " " .. head[i]
        named[what] = row[i] ~= "" and row[i] or nil
      end
    end
    assert.same(there, named)
  end)
end)
