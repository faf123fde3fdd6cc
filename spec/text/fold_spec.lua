-- gop2p.fold: comparing texts regardless of case and accents.

local gop2p = require "gop2p"
local page = require "spec.support.page"

local manual = page.read("lua/gop2p/README.md")
local fold = gop2p.fold

-- All of the list are one to it.
local function same(list)
  for _, text in ipairs(list) do
    assert.equal(fold(list[1]), fold(text), text)
  end
end

-- No two of the list are.
local function different(list)
  local seen = {}
  for _, text in ipairs(list) do
    local folded = fold(text)
    assert.is_nil(seen[folded], text)
    seen[folded] = true
  end
end

describe("gop2p.fold", function()
  it("gives letters without case and accents", function()
    for text, folded in pairs {
      ["Hello, World 1!"] = "hello, world 1!", ["MÜSLI"] = "musli",
      ["Crème Brûlée"] = "creme brulee", ["Đà Nẵng"] = "đa nang",
      ["ČESKÝ Žluťoučký"] = "cesky zlutoucky", ["Łódź"] = "łodz",
      ["ОБЕД"] = "обед", ["Ёлка"] = "елка", ["Ἀθῆναι"] = "αθηναι",
      ["ΆΈΉΊΌΎΏ"] = "αεηιουω", ["Մեծ"] = "մեծ", [""] = "",
      ["a\0B"] = "a\0b",
    } do
      assert.equal(folded, fold(text))
    end
  end)

  it("takes no notice of how an accent is written", function()
    same {"müsli", "mu\u{308}sli", "MU\u{308}SLI", "musli"}
    same {"ṩ", "s\u{323}\u{307}", "s\u{307}\u{323}", "ṣ\u{307}"}
    same {"Å", "\u{212B}", "A\u{30A}", "a"}
    same {"ǖ", "u\u{308}\u{304}", "ü\u{304}"}
  end)

  it("knows the letters whose case is not one to one", function()
    same {"straße", "STRASSE", "STRAẞE", "Strasse"}
    same {"ὈΔΥΣΣΕΎΣ", "Ὀδυσσεύς", "οδυσσευσ"}
    same {"DIŞ", "dış", "dis", "DİŞ", "di\u{307}s\u{327}"}
    same {"ﬁn", "FIN", "Fin"}
    same {"ᾳ", "ΑΙ", "α\u{345}"}
  end)

  it("takes wide, narrow and styled letters for what they are", function()
    same {"ＡＢＣ１", "abc1", "𝐀𝐛𝓒１"}
    same {"ガギ", "ｶﾞｷﾞ", "カ\u{3099}キ\u{3099}"}
    same {"パ", "ﾊﾟ", "ハ\u{309A}"}
    same {"m²", "M2"}
    same {"a\u{A0}b", "a\u{3000}b", "a b"}
  end)

  it("leaves marks that make another letter or word", function()
    different {"か", "が"}
    different {"ハ", "バ", "パ"}
    different {"क", "कि", "की", "कु", "क्", "क़"}
    different {"ก", "กิ", "กุ", "ก่", "ก้", "กั"}
    different {"த", "தி", "து", "த்"}
    different {"ကို", "ကိ", "က"}
    different {"=", "≠", "<", "≮"}
    different {"1", "1\u{20E3}"}
    different {"o", "ø", "l", "ł", "æ", "d", "đ"}
    for _, text in ipairs {"हिन्दी", "ภาษาไทย", "தமிழ்", "မြန်မာ", "ខ្មែរ"} do
      assert.equal(text, fold(text))
    end
  end)

  it("leaves out what a word can be read without", function()
    same {"שָׁלוֹם", "שלום"}
    same {"مُحَمَّد", "محمد"}
    same {"أحمد", "احمد"}
  end)

  it("composes what it leaves", function()
    same {"한글", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}"}
    assert.equal("한글", fold "한글")
    different {"한", "하", "글", "그"}
    same {"কো", "ক\u{9C7}\u{9BE}"}
    assert.equal("≠", fold "=\u{338}")
  end)

  it("keeps bytes that are none of UTF-8", function()
    for _, bytes in ipairs {"\xFF", "\xC3", "\xE2\x82", "\xED\xA0\x80",
                            "\x80\x80", "\xF4\x90\x80\x80", "\xC0\x80"} do
      assert.equal(bytes, fold(bytes))
      assert.equal("a" .. bytes .. "u", fold("Á" .. bytes .. "Ü"))
    end
    assert.equal("gr\xFCn", fold "GR\xFCN")
  end)

  it("gives what it was given back once more, for each character", function()
    for code = 0, 0x3FFFF do
      local once = fold(utf8.char(code))
      if fold(once) ~= once then
        assert.equal(once, fold(once), ("U+%04X"):format(code))
      end
    end
    for code = 0, 0x2FFFF do
      local given = "b" .. utf8.char(code) .. "n"
      local once = fold(given)
      if fold(once) ~= once then
        assert.equal(once, fold(once), ("b U+%04X n"):format(code))
      end
    end
  end)

  it("takes as long as the text is, whatever is in it", function()
    for _, piece in ipairs {"\u{301}\u{323}", "a\u{301}\u{323}\u{1D165}",
                            "\u{FDFA}", "\u{200D}", "\u{1100}", "\xC3"} do
      local at = os.clock()
      assert.is_string(fold(piece:rep(1 << 18)))
      assert.is_true(os.clock() - at < 5)
    end
    assert.equal("a", fold("a" .. ("\u{301}\u{323}"):rep(30)))
  end)

  it("is what its page says", function()
    local example
    for _, text in ipairs(manual:blocks "lua") do
      example = text:find("Curaçao") and text or example
    end
    local function said(answer)
      local out
      local env = setmetatable({io = {read = function() return answer end},
                                print = function(text) out = text end},
                               {__index = _G})
      assert(load(example, "=page", "t", env))()
      return out
    end
    assert.same({"Right.", "Right.", nil}, {said "CURACAO",
                said "curac\u{327}ao", said "Aruba"})
    for one, other in pairs {STRASSE = "Straße", ["ΟΔΟΣ"] = "οδός",
                             ["DIŞ"] = "dış"} do
      same {one, other}
      assert.matches("`" .. one .. "`%s+is%s+`" .. other .. "`", manual.text)
    end
  end)

  it("takes a text alone", function()
    for _, wrong in ipairs {{}, true, print} do
      assert.error_matches(function() fold(wrong) end,
                           "bad argument #1 to 'fold' %(string expected")
    end
    assert.error_matches(function() fold() end, "bad argument #1 to 'fold'")
  end)
end)
