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
