-- How the command lays out what it shows: by the columns of a terminal.

local show = require "gop2p.cli.show"

describe("the command", function()
  it("aligns columns of any letters", function()
    assert.same({
      "Jürgen  a",
      "李雷    b",   -- each of these two is two columns wide
      "שרה     c",
      "e\u{301}       d",
      "\xFF\xFF      e",
      "-       f",
    }, show.columns {{"Jürgen", "a"}, {"李雷", "b"}, {"שרה", "c"},
                     {"e\u{301}", "d"}, {"\xFF\xFF", "e"}, {"-", "f"}})
  end)

  it("cuts no character in two, nor shows half of a wide one", function()
    assert.equal("üü", show.cut("üüü", 2))
    assert.equal("üüü", show.cut("üüü", 3))
    assert.equal("李", show.cut("李雷", 3))
    assert.equal("李雷", show.cut("李雷", 4))
    assert.equal("e\u{301}", show.cut("e\u{301}e", 1))
    assert.equal("", show.cut("李", 1))
    assert.equal("", show.cut("a", 0))
  end)

  it("cuts no letter in two that is made of several characters", function()
    assert.equal("x", show.cut("x👩\u{200D}🚀y", 4))
    assert.equal("x👩\u{200D}🚀", show.cut("x👩\u{200D}🚀y", 5))
    assert.equal("🇩🇪", show.cut("🇩🇪🇫🇷", 3))
    assert.equal("👍🏽", show.cut("👍🏽x", 4))
    assert.equal("", show.cut("👍🏽x", 3))
  end)
end)
