-- Patterns that are held against texts of others: they mean what Lua's own
-- do, and end after a number of steps.

local core = require "gop2p.core"

local SEED = math.tointeger(tonumber(os.getenv "SEED")) or 15
local CASES = 20000
local STEPS = 1000000

local ATOMS = {
  "a", "b", "c", "ab", ".", "%a", "%A", "%c", "%d", "%g", "%l", "%p", "%s",
  "%S", "%u", "%w", "%W", "%x", "%z", "%.", "%%", "%[", "[ab]", "[^ab]",
  "[a-c]", "[^a-c%d]", "[]a]", "[^]a]", "[%a-z]", "[a-]", "[%-a]", "[a-%]]",
  "[\x80-\xFF]", "$", "^", "-", "*", "+", "?", "]", "\0", "\xFF", "%b()",
  "%bab", "%baa", "%f[a]", "%f[%w]", "%f[^a]", "%f[\0]", "(", ")", "()",
  "(a", "(a)", "(.-)", "(.*)", "(%a+)", "%1", "%2",
}

-- What makes a pattern malformed, alone or beside others.
local BROKEN = { "%", "[", "[^", "[a", "[%", "[]", "[a-", "%b", "%bx", "%f",
                 "%fa", "%f[", "%0", "%9", "(", ")" }

local SUFFIXES = { "", "", "", "*", "+", "-", "?" }

local CHARACTERS = { "a", "b", "c", "A", "1", " ", "(", ")", "[", "]", "%",
                     ".", "-", "\0", "\n", "\xFF", "ab", "aab", "b a" }

local function several(most, one)
  local out = {}
  for i = 1, math.random(0, most) do out[i] = one() end
  return table.concat(out)
end

local function oneof(list) return list[math.random(#list)] end

local function pattern(atoms)
  return (math.random(6) == 1 and "^" or "") .. several(6, function()
    return oneof(atoms) .. oneof(SUFFIXES)
  end)
end

local function subject()
  return several(10, function() return oneof(CHARACTERS) end)
end

-- What Lua itself, and what we say: "raises" and why, or what is caught.
local function lua(text, sought)
  local given = table.pack(pcall(string.match, text, sought))
  if given[1] then return table.pack(table.unpack(given, 2, given.n)) end
  return { n = 2, "raises", given[2] }
end

local function ours(text, sought)
  local read, why = core.pattern(sought)
  if not read then return { n = 2, "raises", why } end
  return table.pack(core.match(read, text, STEPS))
end

local function same(expected, given, sought, text)
  local equal = expected.n == given.n
  for i = 1, given.n do equal = equal and expected[i] == given[i] end
  if not equal then
    assert.same(expected, given, ("%q in %q"):format(sought, text))
  end
end

describe("a pattern", function()
  before_each(function() math.randomseed(SEED) end)

  it("catches what that of Lua does, in texts of all kinds", function()
    local found, all = 0, 0
    for _ = 1, CASES do
      local sought = pattern(ATOMS)
      for _ = 1, core.pattern(sought) and 4 or 0 do
        local text = subject()
        local expected, given = lua(text, sought), ours(text, sought)
        same(expected, given, sought, text)
        all = all + 1
        if expected[1] ~= nil then found = found + 1 end
      end
    end
    assert.is_true(found > all / 10 and found < all * 9 / 10, found)
  end)

  it("is malformed where that of Lua is, with the same words", function()
    local raised = {}
    for _ = 1, CASES do
      local sought = pattern(math.random(2) == 1 and BROKEN or ATOMS) ..
                     oneof(BROKEN) .. pattern(ATOMS)
      local text = subject()
      local expected, given = lua(text, sought), ours(text, sought)
      if expected[1] == "raises" then
        same(expected, given, sought, text)
        raised[expected[2]] = true
      end
    end
    local kinds = 0
    for _ in pairs(raised) do kinds = kinds + 1 end
    assert.is_true(kinds >= 9, kinds)
  end)

  it("is malformed whether or not a text gets so far", function()
    for _, broken in ipairs(BROKEN) do
      assert.is_nil(lua("", "x" .. broken)[1], broken)
      local read, why = core.pattern("x" .. broken)
      assert.is_nil(read, broken)
      assert.same({ n = 2, "raises", why }, lua("x(", "x" .. broken), broken)
    end
  end)

  it("has 32 captures at most", function()
    local text = ("a"):rep(40)
    for n = 31, 33 do
      local sought = ("(a)"):rep(n)
      assert.same(lua(text, sought), ours(text, sought))
    end
  end)

  it("is found in long texts, however many parts it has", function()
    local text = ("a"):rep(4096)
    assert.equal(text, ours(text, ("a?"):rep(190) .. "(.*)")[1] and text)
    assert.same({ n = 1, text }, ours(text, ("a?"):rep(4096)))
    for _, sought in ipairs { ".*", "^a-$", "(a*)(a-)$", ".-(a)$", "%f[a]a+",
                              "(.*)()$" } do
      assert.same(lua(text, sought), ours(text, sought), sought)
    end
  end)

  it("finds at once that nothing comes after anything", function()
    local text = ("a"):rep(4096)
    for _, sought in ipairs { ".*b", ".-b", "(.*)b", "()(.-)(b)" } do
      local read = core.pattern(sought)
      assert.is_nil(core.match(read, text, 5 * #text), sought)
    end
  end)

  it("is given up after so many steps, whatever costs them", function()
    local text = ("a"):rep(4096)
    local open = ("("):rep(4096)
    for sought, where in pairs {
      ["a*a*a*a*b"] = text, ["a-a-a-a-b"] = text, ["(a+)%1%1b"] = text,
      ["(%w+) is (%w+)"] = text, ["%b()"] = open, [("a?"):rep(30) .. "b"] =
      text, ["remind.*to.*at.*please"] = ("remind to at "):rep(300),
    } do
      local read = assert(core.pattern(sought))
      local began = os.clock()
      assert.is_false(core.match(read, where, STEPS), sought)
      assert.is_true(os.clock() - began < 1, sought)
    end
    local read = core.pattern("^aaa")
    assert.is_false(core.match(read, text, 2))
    assert.equal("aaa", core.match(read, text, 3))
    assert.is_false(core.match(read, text, 0))
    read = core.pattern("^(aaaa)%1a")   -- eight parts, and four bytes again
    assert.is_false(core.match(read, text, 11))
    assert.equal("aaaa", core.match(read, text, 12))
  end)
end)
