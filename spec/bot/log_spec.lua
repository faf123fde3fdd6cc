-- What a bot tells of itself.

local cjson = require "cjson"
local log = require "gop2p.bot.log"
local terminal = require "spec.support.terminal"

local function dice() return "dice" end

describe("the log of a bot", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  local function open(options)
    options.bot, options.file = dice, path
    return assert(log.open(options))
  end

  local function lines()
    local out = {}
    for line in io.lines(path) do out[#out + 1] = line end
    return out
  end

  -- The line without its time.
  local function written()
    local all = lines()
    assert.equal(1, #all, table.concat(all, "\n"))
    local text = all[1]:match("^%d%d%d%d%-%d%d%-%d%d %d%d:%d%d:%d%d (.*)$")
    return assert(text, all[1])
  end

  it("is a line an event, its fields in order", function()
    open{}:info("said", { text = "one, two", to = "localhost:5000", n = 3,
                          ok = true })
    assert.equal('info dice: said n=3 ok=true text="one, two" '
                 .. 'to=localhost:5000', written())
  end)

  it("lets no text of others command a terminal or begin a line", function()
    open{}:info("heard", { text = 'a\nb\r\t"c\\\27[31m\0\127\xC2\x9Bü' })
    assert.equal([[info dice: heard ]]
      .. [[text="a\nb\r\t\"c\\\x1b[31m\x00\x7f\x9bü"]], written())
    assert.is_nil(written():find("[\0-\31\127]"))
  end)

  it("shows a traceback line by line on a terminal, and only there",
     function()
    local fields = ([[{ text = "x\ny", traceback = "a.lua:1: x\27[31m\n" ..
      "9999-99-99 info dice: said\nstack traceback:\n\ta.lua:1: in f" }]])
    local code = ([[require "gop2p.bot.log".open {
      bot = function() return "dice" end }:error("error", %s)]])
      :format(fields)
    local t <close> = terminal.start({os.getenv("LUA") or "lua5.4", "-e",
                                      code}, {env = {
      LUA_PATH_5_4 = package.path, LUA_CPATH_5_4 = package.cpath}})
    assert.equal(0, t:over())
    local shown = t:from(" error dice: ")
    assert.equal([[error dice: error text="x\ny"]],
                 shown[1]:match("%d (error.*)"))
    assert.same({[[    a.lua:1: x\x1b[31m]], "    9999-99-99 info dice: said",
                 "    stack traceback:", "      a.lua:1: in f"},
                {table.unpack(shown, 2, 5)})
    open{}:error("error", { traceback = "a\nb\n\tc" })
    assert.equal([[error dice: error traceback="a\nb\n\tc"]], written())
  end)

  it("shows bytes that are no text", function()
    open{}:info("heard", { text = "\xFFü" })
    assert.equal([[info dice: heard text="\xffü"]], written())
  end)

  it("shows what reorders words, ends lines or is not seen", function()
    open{}:info("heard", { text = "a\u{202E}b\u{2028}c\u{200B}\u{E0041}" })
    assert.equal([[info dice: heard text="a\u{202E}b\u{2028}c\u{200B}]]
                 .. [[\u{E0041}"]], written())
  end)

  it("does so in JSON, where it stays what it is", function()
    local text = "a\u{202E}b\u{2028}c\u{FEFF}\u{E0041}\u{7F}👩\u{200D}🚀"
    open{ json = true }:info("heard", { text = text })
    local line = lines()[1]
    assert.matches([[a\u202eb\u2028c\ufeff\udb40\udc41]], line, 1, true)
    assert.matches("👩\u{200D}🚀", line, 1, true)
    assert.equal(text, cjson.decode(line).text)
  end)

  it("leaves what a script needs", function()
    local text = "می\u{200C}خواهم क\u{94D}\u{200D}ष 🏳\u{FE0F}\u{200D}🌈"
    open{}:info("heard", { text = text })
    assert.equal('info dice: heard text="' .. text .. '"', written())
  end)

  it("cuts what is very long between letters", function()
    local long = ("a"):rep(3999)
    open{}:info("heard", { text = long .. "e\u{301}x" })
    assert.equal(long .. "... (4003 bytes)", written():match('text="(.*)"$'))
  end)

  it("cuts what is very long, between characters", function()
    local text = ("ü"):rep(3000)
    open{}:info("heard", { text = "a" .. text })
    local found = written():match('text="(.*)"$')
    assert.equal("a" .. ("ü"):rep(1999) .. "... (6001 bytes)", found)
  end)

  it("is JSON, if so wanted", function()
    local before = os.time()
    open{ json = true }:warn("heard", { text = "a\n\27\xC2\x9B\"ü", n = 1,
                                        raw = "\xFF" })
    local line = lines()[1]
    assert.is_nil(line:find("\xC2\x9B", 1, true))
    local object = cjson.decode(line)
    assert.is_true(object.time >= before and object.time <= os.time() + 2)
    object.time = nil
    assert.same({ level = "warn", bot = "dice", event = "heard", n = 1,
                  text = "a\n\27\xC2\x9B\"ü", raw = [[\xff]] }, object)
  end)

  it("has a number that JSON does not know as a text", function()
    local l = open{ json = true }
    l:info("asked", { a = 0 / 0, b = math.huge, c = -math.huge, d = -0.5,
                      e = 1e300, f = math.mininteger })
    local line = lines()[1]
    assert.is_truthy(line:find('"a":"nan","b":"inf","c":"-inf","d":-0.5,' ..
                               '"e":1e+300,"f":-9223372036854775808}', 1,
                               true), line)
    cjson.decode(line)
  end)

  it("tells no less than its level says", function()
    local order = { "debug", "info", "warn", "error" }
    for i, level in ipairs { "debug", "info", "warn", "error", "off" } do
      assert(io.open(path, "w")):close()
      local l = open{ level = level }
      for _, each in ipairs(order) do l[each](l, each) end
      local told = {}
      for _, line in ipairs(lines()) do
        told[#told + 1] = line:match("dice: (%l+)$")
      end
      assert.same({ table.unpack(order, i) }, told, level)
    end
  end)

  it("is told how by the bot's option, which is looked at", function()
    local bot = require "gop2p.bot"
    for text, given in pairs {
      ["table expected, got 5"] = 5,
      ["level: debug, info, warn, error or off expected, got \"x\""] =
        { level = "x" },
      ["json: true or false expected, got \"yes\""] = { json = "yes" },
      ["file: a path or an open file expected, got 5"] = { file = 5 },
      ["level, json and file expected, not where"] = { where = "x" },
    } do
      local ok, why = pcall(bot.new, { store = false, log = given })
      assert.is_false(ok)
      assert.truthy(why:find("option 'log': " .. text, 1, true), why)
    end
    local handle <close> = assert(io.open(path, "a"))
    local made = bot.new { name = "dice", store = false,
                           log = { file = handle, level = "debug" } }
    made.log:debug("here")
    assert.equal("debug dice: here", written())
  end)

  it("is added to", function()
    open{}:info("one")
    open{}:info("two")
    assert.equal(2, #lines())
  end)

  it("says that its file cannot be opened", function()
    local l, err = log.open{ bot = dice, file = path .. "/none" }
    assert.is_nil(l)
    assert.matches("could not open the log: .*: Not a directory",
                   tostring(err))
  end)

  it("ends no bot when it cannot be written, and tells of it once",
  function()
    local opened = assert(io.open("/dev/full", "w"))
    for _, file in ipairs { opened, "/dev/full" } do
      local told = {}
      local real = warn
      _G.warn = function(...) told[#told + 1] = table.concat({ ... }) end
      local l = assert(log.open{ bot = dice, file = file })
      l:info("one")
      l:info("two")
      _G.warn = real
      assert.equal(1, #told)
      assert.matches("could not write the log: No space left", told[1])
    end
  end)
end)
