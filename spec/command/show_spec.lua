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
end)
