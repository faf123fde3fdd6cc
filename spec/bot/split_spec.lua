-- Long texts of a bot, in parts: no letter is cut, as a person takes it.

local naming = require "gop2p.naming"
local long = require "gop2p.bot.long"

describe("a long text", function()
  it("is cut at lines, then words", function()
    assert.same({"one two", "three four five", "six"},
                long.split("one two\nthree four five six", 16))
  end)

  it("is not cut within the end of a line", function()
    assert.same({"\r\n\r\nab"}, long.split("\r\n\r\nab", 6))
    assert.same({"abc", "de"}, long.split("abc\r\nde", 3))
    assert.same({"abc", "de"}, long.split("abc\r\nde", 4))
    assert.same({"ab\r\ncd", "ef"}, long.split("ab\r\ncd\r\nef", 7))
    assert.same({"abcd", "ef"}, long.split("abcd\r\nef", 5))
    assert.same({"\r\nab", "cd"}, long.split("\r\nabcd", 4))
  end)

  it("has no part in which nothing is", function()
    local line = ("x"):rep(1000)
    for _, space in ipairs {"\n", " ", "\t", "\r\n", "\n\n", " \n",
                            ("\n"):rep(2500), (" "):rep(2500)} do
      assert.same({line}, long.split(line .. space, 1000), space)
      assert.same({line, "y"}, long.split(line .. space .. "y", 1000), space)
    end
    assert.same({"ab"}, long.split("\r\n\r\nab", 5))
    assert.same({"abc", "def"}, long.split("abc\n\n\n\n\n\ndef", 4))
    assert.same({"abc", "  def"}, long.split("abc\n\n  def", 5))
    assert.same({"abc", " def"}, long.split("abc \n def", 4))
    assert.same({"abcd", " \u{308}e"}, long.split("abcd  \u{308}e", 4))
  end)

  it("in which nothing is is one part", function()
    for _, space in ipairs {"\n", " ", "\r\n", " \n"} do
      local parts = long.split(space:rep(1002), 1000)
      assert.equal(1, #parts, space)
      assert.is_true(#parts[1] > 0 and #parts[1] <= 1000, space)
    end
    assert.same({""}, long.split("", 4))
    assert.same({" \n"}, long.split(" \n", 4))
  end)

  it("is not cut before what belongs to a letter", function()
    for _, letter in ipairs {
      "e\u{301}", "a\u{323}\u{302}", "❤\u{FE0F}", "👩\u{200D}🚀", "👍🏽",
      "🇩🇪", "क\u{94D}", "1\u{FE0F}\u{20E3}", "\u{1112}\u{1161}\u{11AB}",
      "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    } do
      for before = 0, 40 do
        local whole = ("x"):rep(before) .. letter:rep(3)
        local parts = long.split(whole, 40)
        assert.equal(whole, table.concat(parts))
        for i, part in ipairs(parts) do
          assert.is_true(#part <= 40)
          local tail = part:gsub("^x+", "")
          assert.equal("", (tail:gsub(letter, "")), letter .. i)
        end
      end
    end
  end)

  it("is cut between pairs of regional indicators", function()
    assert.same({"🇩🇪🇫🇷", "🇪🇸"}, long.split("🇩🇪🇫🇷🇪🇸", 20))
    assert.same({"x🇩🇪", "🇫🇷"}, long.split("x🇩🇪🇫🇷", 15))
  end)

  it("is cut within a letter that is too long, between characters", function()
    assert.same({"a\u{301}\u{301}", "\u{301}\u{301}", "\u{301}b"},
                long.split("a" .. ("\u{301}"):rep(5) .. "b", 5))
    assert.same({"x", "👩\u{200D}", "🚀y"}, long.split("x👩\u{200D}🚀y", 7))
  end)

  it("is not cut at space on which an accent stands", function()
    assert.same({"abcdef", "\u{A8}gh"}, long.split("abcdef \u{A8}gh", 8))
    assert.same({"abcde", " \u{308}gh"}, long.split("abcde \u{308}gh", 7))
  end)

  it("may be bytes that are none of UTF-8", function()
    assert.same({("\xFF"):rep(16), "\xFF"}, long.split(("\xFF"):rep(17), 16))
    assert.same({"aaa\xF0\x9F", "\x91"}, long.split("aaa\xF0\x9F\x91", 5))
  end)

  it("takes a time that grows with its length alone", function()
    for _, unit in ipairs {"a", "\u{301}", "👩\u{200D}", "a ", "  ", "\xFF",
                           "\n", " \n", "\r"} do
      local function time(n)
        local given, from = unit:rep(n), os.clock()
        long.split(given, 4000)
        return os.clock() - from
      end
      time(1000)
      local few, many = time(20000), time(200000)
      assert.is_true(many < 40 * few + 0.1, unit)
    end
  end)

  it("that is a name is cut so for its number", function()
    local begin = ("a"):rep(29)
    assert.equal(begin .. "-2", naming.numbered(begin .. "e\u{301}b", 2))
    assert.equal(begin .. "b-2", naming.numbered(begin .. "be\u{301}", 2))
  end)

  it("is repeated to its sender in short", function()
    local start = ("a"):rep(58)
    assert.equal(start .. "...", long.brief(start .. "👩\u{200D}🚀"))
    assert.equal(start .. "a...", long.brief(start .. "ae\u{301}"))
    assert.equal(start .. "ab", long.brief(start .. "ab"))
  end)
end)
