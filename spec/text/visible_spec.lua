-- What of a text of others is shown on a terminal, as the core's tests in C
-- (spec/c/display_test.c) have it for each kind of character.

local plain = require "gop2p.plain"

describe("a text of others, shown", function()
  it("commands no terminal, and none of its lines passes for ours", function()
    assert.equal("a?[31m\tb\n  c?\n  ?", plain("a\27[31m\tb\nc\r\n\u{9B}"))
  end)

  it("names what reorders words or is not seen", function()
    assert.equal("exe.<U+202E>fdp", plain("exe.\u{202E}fdp"))
    assert.equal("a<U+2067>b<U+2069>", plain("a\u{2067}b\u{2069}"))
    assert.equal("a<U+2028>[ann] b", plain("a\u{2028}[ann] b"))
    assert.equal("<U+200B>a<U+FEFF><U+E0041>",
                 plain("\u{200B}a\u{FEFF}\u{E0041}"))
  end)

  it("has what its script needs", function()
    for _, text in ipairs {"می\u{200C}خواهم", "क\u{94D}\u{200D}ष",
                           "👩🏽\u{200D}🚀 ❤\u{FE0F} 1\u{FE0F}\u{20E3} 🇩🇪",
                           "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}"
                           .. "\u{E0067}\u{E007F}", "e\u{301}\u{323}",
                           "۲۰\u{200C}ام PDF\u{200C}ها نامه\u{200C} ",
                           "ភាសា\u{200B}2024\u{200B}។ ไทย\u{200B}\"x\"",
                           "שלום!\u{200F} (C++\u{200E}) עם",
                           "⠓\u{2800}⠊"} do
      assert.equal(text, plain(text))
    end
  end)

  it("shows a byte that is no text, and the text around it", function()
    assert.equal("gr?au ä", plain("gr\xC3au ä"))
  end)

  it("takes a time that grows with its length alone", function()
    local function time(n, unit)
      local text, from = unit:rep(n), os.clock()
      plain(text)
      return os.clock() - from
    end
    for _, unit in ipairs {"a", "\u{301}", "\u{200D}", "👩\u{200D}",
                           "\u{1F3F4}\u{E0067}", "\xFF", "ا\u{200C}"} do
      time(1000, unit)
      local few, many = time(20000, unit), time(200000, unit)
      assert.is_true(many < 40 * few + 0.1, unit)
    end
  end)
end)
