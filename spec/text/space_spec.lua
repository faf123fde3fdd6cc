-- The space and the invisible characters between what people type.

local text = require "gop2p.text"

describe("space", function()
  it("is also that which breaks no line, and that of ideographs", function()
    for _, space in ipairs {"\u{A0}", "\u{3000}", "\u{202F}", "\u{2009}",
                            "\u{2000}", "\u{200A}", "\u{205F}", "\u{1680}",
                            "\u{2028}", "\u{2029}", "\u{85}"} do
      assert.equal("a b", text.spaced("a" .. space .. "b"))
    end
    assert.equal("a \t\nb", text.spaced("a\u{A0}\t\nb"))
  end)

  it("is nothing that has such bytes within", function()
    for _, other in ipairs {"\u{E0}", "\u{E5}", "\u{3001}", "\u{200B}",
                            "\u{2010}", "\xA0", "\x85", "\u{2800}"} do
      assert.equal("a" .. other, text.spaced("a" .. other))
    end
  end)
end)

describe("a word", function()
  it("ends at space of any kind", function()
    for _, space in ipairs {" ", "\t", "\u{A0}", "\u{3000}", " \u{2009} "} do
      assert.same({"/dm", #("/dm" .. space) + 1},
                  {text.word("/dm" .. space .. "ann hi", 1)})
    end
    assert.same({"ann", 8}, {text.word("/dm ann", 4)})
    assert.is_nil(text.word("/dm \u{A0}", 4))
  end)

  it("has no zero-width characters beside it", function()
    for _, mark in ipairs {"\u{FEFF}", "\u{200B}", "\u{200D}", "\u{2060}",
                           "\u{200E}", "\u{AD}"} do
      assert.equal("roll", (text.word(mark .. "roll" .. mark .. " 6", 1)))
      assert.equal("roll", text.trim(mark .. " roll" .. mark))
    end
  end)

  it("keeps what is within it, and what is part of a letter", function()
    for _, word in ipairs {"می\u{200C}خواهم", "❤\u{FE0F}", "\xFFa\xFF",
                           "\u{1F3F4}\u{E0067}\u{E007F}", "e\u{301}"} do
      assert.equal(word, (text.word(word .. " x", 1)))
      assert.equal(word, text.trim(" " .. word .. "\u{3000}\n"))
    end
    assert.equal("", text.trim("\u{A0} \u{FEFF}"))
  end)
end)
