-- What people type after a command, on phones and keyboards of any country.

local bots = require "spec.support.bots"
local usage = require "gop2p.bot.usage"

local NBSP, WIDE = "\u{A0}", "\u{3000}"

-- What a line gives for the arguments of a definition.
local function read(shape, line)
  local command = assert(usage.parse("c " .. shape))
  return usage.read(command.arguments, line)
end

local function list(line)
  local args, why = read("<a> [b] [c]", line)
  if not args then return why end
  return table.concat({args.a, args.b, args.c}, "|")
end

describe("a quote", function()
  it("groups, whatever a keyboard makes of it", function()
    for _, quoted in ipairs {'"two words"', "“two words”", "„two words“",
                             "„two words”", "”two words”", "«two words»",
                             "»two words«", "»two words»", "‹two words›",
                             "›two words‹", "‘two words’", "‚two words‘",
                             "「two words」", "『two words』"} do
      assert.equal("two words|x", list(quoted .. " x"))
      assert.equal("x|two words", list("x " .. quoted))
    end
  end)

  it("may hold other ones, and escaped ones", function()
    assert.equal('say «so»|x', list('"say «so»" x'))
    assert.equal('say "so"|x', list('“say "so"” x'))
    assert.equal([[a"b\c|x]], list([["a\"b\\c" x]]))
    assert.equal([[a"b\c|x]], list([[“a\"b\\c” x]]))
    assert.equal("|x", list('"" x'))
    assert.equal("日本語|x", list("「日本語」 x"))
  end)

  it("is closed by that of another pair, as keyboards mix them", function()
    for _, mixed in ipairs {'“two words"', '"two words”', '„two words"',
                            '”two words"', '"two words“', '„two words”'} do
      assert.equal("two words|x", list(mixed .. " x"))
      assert.equal("x|two words", list("x " .. mixed))
      assert.equal("two words|a b", list(mixed .. " “a b”"))
    end
    assert.equal("he “said” so|x", list('"he “said” so" x'))
    assert.equal('he "said" so|x', list('“he "said" so" x'))
    assert.equal("say “so”|x", list('"say “so”" x'))
    assert.equal("say “hello” now|x", list('"say “hello” now" x'))
    assert.equal('use "a b" c|x', list('“use "a b" c” x'))
    assert.equal('a"b c|x', list('“a"b c" x'))
    assert.equal("two words |x", list('“two words " x'))
  end)

  it("is closed by its own rather than by a mark for inches", function()
    assert.equal('a 5" disk|x', list('“a 5" disk” x'))
    assert.equal('the 19" rack|x', list('„the 19" rack“ x'))
    assert.equal('the 19" rack|x', list('„the 19" rack” x'))
    assert.equal('it costs 5" and 6" x|y', list('“it costs 5" and 6" x” y'))
    assert.equal('12" disk|14" disk|x', list('“12" disk” “14" disk” x'))
    assert.equal("12” disk|x", list('"12” disk" x'))
    assert.equal('say "so", 5" x|y', list('“say "so", 5" x” y'))
    assert.equal('say “so”|5"|x', list('"say “so”" 5" x'))
    assert.equal('a " b|x', list('“a " b” x'))
    assert.equal('two words|5"x7"|x', list('"two words” 5"x7" x'))
  end)

  it("is closed by none that opens a word", function()
    assert.equal("a b|c|d e", list('"a b” c "d e"'))
    assert.equal("a b|c|d e", list('“a b" c “d e"'))
    assert.equal('a "b" c|x', list('"a "b" c" x'))
    assert.equal("a “b” c|x", list("„a “b” c“ x"))
    assert.equal("“a” b|x", list("““a” b” x"))
    assert.equal('a "b c|d|e f', list('“a "b c” d “e f”'))
    assert.equal("a |x", list('"a " x'))
  end)

  it("is none where it is an apostrophe", function()
    assert.equal("rock ’n’ roll|x", list("‘rock ’n’ roll’ x"))
    assert.equal("so ’tis|x", list("‘so ’tis’ x"))
    assert.equal("rock ’n’|x", list("‘rock ’n’’ x"))
    assert.equal("it’s fine|x", list("‘it’s fine’ x"))
    assert.equal("it’s|fine", list("it’s fine"))
    assert.equal("‘tis|so", list("‘tis so"))
    assert.equal("’tis|so", list("’tis so"))
    assert.equal('5"|x', list('5" x'))
  end)

  it("ends a word: what touches it is an error", function()
    for _, quoted in ipairs {'"abc"', "“abc”", "«abc»", '""'} do
      assert.equal("a space is missing after " .. quoted,
                   list(quoted .. "def"))
      assert.equal("a space is missing after " .. quoted,
                   list("x " .. quoted .. '"y"'))
    end
  end)

  it("has to end", function()
    for _, open in ipairs {'"abc', "“abc\"d", "«abc", "„abc", "「abc", '"a\\"'}
    do
      assert.equal("a quote is not closed", list(open))
    end
  end)

  it("takes a time that grows with the line alone", function()
    for _, unit in ipairs {"\\", "’", "\u{200B}", "“", "語", '\\"', ' "a'} do
      for _, quote in ipairs {"‘", "“"} do
        local function time(n)
          local line, from = quote .. unit:rep(n), os.clock()
          list(line)
          return os.clock() - from
        end
        time(1000)
        local few, many = time(10000), time(100000)
        assert.is_true(many < 40 * few + 0.1, quote .. unit)
      end
    end
  end)
end)

describe("space", function()
  it("separates arguments, of whatever kind it is", function()
    for _, space in ipairs {" ", "\t", NBSP, WIDE, "\u{202F}", " " .. NBSP} do
      local line = ("%sa%sb%sc"):gsub("%%s", space)
      assert.equal("a|b|c", list(line))
      assert.equal("a b|c", list('"a b"' .. space .. "c"))
    end
  end)

  it("stays in quotes and in the rest of a line", function()
    assert.equal("a" .. NBSP .. "b|c", list('"a' .. NBSP .. 'b" c'))
    assert.same({a = "1", rest = "b" .. WIDE .. "c"},
                read("<a> [rest...]", "1" .. NBSP .. "b" .. WIDE .. "c"))
  end)
end)

describe("what is not seen", function()
  it("is not there beside an argument", function()
    for _, mark in ipairs {"\u{FEFF}", "\u{200B}", "\u{200E}", "\u{2060}"} do
      assert.same({n = 6}, read("<n:integer>", mark .. "6" .. mark))
      assert.same({n = 6, w = "x"},
                  read("<n:integer> <w>", "6" .. mark .. " " .. mark .. "x"))
      assert.equal("a b|c", list(mark .. '"a b"' .. mark .. " c"))
    end
  end)

  it("stays where it belongs to a letter or a word", function()
    assert.equal("می\u{200C}خواهم|❤\u{FE0F}",
                 list("می\u{200C}خواهم ❤\u{FE0F}"))
  end)
end)

describe("a duration", function()
  local function seconds(line)
    local args, why = read("<d:duration>", line)
    return args and args.d or why
  end

  it("has units by their letters and their names", function()
    for line, want in pairs {
      ["90"] = 90, ["10min"] = 600, ["2hours"] = 7200, ["1hour"] = 3600,
      ["30secs"] = 30, ["1d12h"] = 129600, ["3Days"] = 259200,
      ["1week"] = 604800, ["1.5HRS"] = 5400, ["45second"] = 45,
    } do
      assert.equal(want, seconds(line), line)
    end
    assert.same({d = 600, w = "x"}, read("<d:duration> <w>", "10min x"))
  end)

  it("may be several words where it is the last argument", function()
    for line, want in pairs {
      ["1h 30m"] = 5400, ["1 h 30 min"] = 5400, ["2 hours"] = 7200,
      ["1h, 30m"] = 5400, ["1 h,30 min , 5s"] = 5405,
      ["1h" .. NBSP .. "30m"] = 5400, ['"1h 30m"'] = 5400,
      ["1 day  2 hours"] = 93600,
    } do
      assert.equal(want, seconds(line), line)
    end
    local args = read("<w> [again:schedule]", "x 0 9 * * mon-fri")
    assert.equal("0 9 * * mon-fri", args.again)
    assert.near(os.time() + 5400, read("<at:time>", "1h 30m").at, 5)
  end)

  it("is one word where others follow", function()
    assert.same({d = 3600, rest = "30m tea"},
                read("<d:duration> <rest...>", "1h 30m tea"))
  end)

  it("is nothing else", function()
    for _, line in ipairs {"1h,", "1h,, 30m", ",1h", "10mins5", "10x", "min",
                           "1h tea", "h1", "1hh", "1 2h", "1h 30m tea",
                           "10minute s"} do
      assert.is_string(seconds(line), line)
    end
    assert.equal("unexpected: tea", seconds("1h tea"))
  end)
end)

describe("a command", function()
  local scene

  before_each(function()
    scene = bots.scene({name = "dice"}):ping()
    scene.bot:command("roll [sides:integer]", function(_, args)
      return "of " .. (args.sides or "six")
    end)
    scene:start()
  end)
  after_each(function() scene:close() end)

  it("has space of any kind around and behind it", function()
    for _, space in ipairs {NBSP, WIDE, "\u{2003}"} do
      for _, line in ipairs {"!roll%s8", "%s!roll%s8%s", "dice:%sroll%s8",
                             "@dice%sroll%s8"} do
        assert.equal("of 8", scene:ask((line:gsub("%%s", space))))
      end
      assert.equal("of 8", scene:ask_directly("roll" .. space .. "8"))
    end
  end)

  it("has nothing beside it that is not seen", function()
    for _, mark in ipairs {"\u{FEFF}", "\u{200B}"} do
      for _, line in ipairs {"%s!roll", "!%sroll", "!roll%s", "!roll%s 6",
                             "%sdice:%s roll", "@dice%s roll%s"} do
        assert.matches("^of ", scene:ask((line:gsub("%%s", mark))))
      end
      assert.equal("of six", scene:ask_directly(mark .. "roll" .. mark))
    end
  end)

  it("is not called by a prefix with space behind it", function()
    for _, space in ipairs {" ", NBSP, WIDE, "\u{200B} "} do
      scene:say("!" .. space .. "roll")
    end
    assert.is_true(scene:is_silent())
  end)
end)
