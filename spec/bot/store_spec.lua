-- What a bot remembers.

local bots = require "spec.support.bots"
local codec = require "gop2p.bot.codec"
local file = require "gop2p.file"
local folders = require "spec.support.folder"
local process = require "spec.support.process"
local scriptfile = require "spec.support.script"
local sh = require("spec.support.shell").output
local store = require "gop2p.bot.store"
local testing = require "gop2p.testing"

local LUA = os.getenv("LUA") or "lua5.4"

-- The same values of the same types.
local function same(want, got, path)
  assert.equal(type(want), type(got), path)
  if type(want) ~= "table" then
    assert.equal(math.type(want), math.type(got), path)
    assert.equal(("%q"):format(want), ("%q"):format(got), path)
    return
  end
  for key, value in pairs(want) do
    same(value, got[key], path .. "." .. key)
  end
  for key in pairs(got) do assert.is_not_nil(want[key], path) end
end

describe("a table as JSON", function()
  it("comes back as it was", function()
    local t = {
      whole = 1, float = 1.0, minus = -0.0, large = 1e300, tiny = 5e-324,
      third = 1 / 3, tenth = 0.1, max = math.maxinteger,
      min = math.mininteger, beyond = (1 << 53) + 1, edge = 2^53,
      empty = {}, list = { 1, "two", { 3 } }, holes = { [1] = 1, [3] = 3 },
      odd = { [1] = 1, [3] = 3, [5] = 5 },
      zero = { [0] = 0 }, mixed = { 1, 2, x = 3 },
      both = { "a", ["1"] = "b" },
      keys = { [1.5] = 1, [-3] = 2, [math.mininteger] = 3, [1e300] = 4 },
      mark = "#5", marks = "##", ["#key"] = { ["##"] = true }, no = false,
      bytes = "\0\1\n\"\\/\127\xFFü", [""] = "", [7] = "seven",
    }
    local text, faults = codec.encode(t, "store")
    assert.same({}, faults)
    same(t, assert(codec.decode(text)), "t")
    assert.equal(text, codec.encode(codec.decode(text), "store"))
  end)

  it("is written so that people can read it", function()
    assert.equal('{\n"#7":true,\n"a":[1,2],\n"b":{"x":0.1}\n}\n',
                 codec.encode({ b = { x = 0.1 }, a = { 1, 2 }, [7] = true },
                              "store"))
  end)

  it("is nothing else", function()
    for _, text in ipairs { "", "[1]", '"x"', '{"a":1', '{"a":1} x',
                            '{"a":1}\0', "nil" } do
      local t, why = codec.decode(text)
      assert.is_nil(t, text)
      assert.equal("string", type(why))
    end
    -- what an editor may have left
    same({ a = { 1, [3] = 3 }, c = "#x" },
         codec.decode(' {"a":[1,null,3.0],"b":null,"c":"#x"}'), "t")
  end)
end)

describe("a bot's store", function()
  local own, folder, path

  before_each(function()
    own = folders.make()
    folder = own.path
    path = folder .. "/dice.json"
  end)

  after_each(function()
    collectgarbage()
    own:close()
  end)

  it("is empty at first, and makes no file until there is something",
  function()
    local s = assert(store.open(path))
    assert.same({}, s.data)
    assert(s:save(s.data))
    assert.equal("", own:names())
    assert(s:save { x = 1 })
    assert.equal("dice.json dice.json.lock", own:names())
    s:close()
    assert.equal("dice.json", own:names())
  end)

  it("has what was saved", function()
    local s = assert(store.open(path))
    assert(s:save { polls = { { votes = { [7] = 2 } } } })
    s:close()
    s = assert(store.open(path))
    assert.is_false(s.notice)
    same({ polls = { { votes = { [7] = 2 } } } }, s.data, "data")
    s:close()
  end)

  it("writes only what has changed", function()
    local s = assert(store.open(path))
    local data = { a = 1, b = { 2 } }
    assert(s:save(data))
    local stamp = file.stamp(path)
    assert(s:save(data))
    assert.equal(stamp, file.stamp(path))
    data.b[1] = 3
    assert(s:save(data))
    assert.not_equal(stamp, file.stamp(path))
    s:close()
    s = assert(store.open(path))
    stamp = file.stamp(path)
    assert(s:save(s.data))
    assert.equal(stamp, file.stamp(path))
    s:close()
  end)

  it("is not shared, in one process", function()
    local s = assert(store.open(path))
    local other = assert(store.open(path))   -- there is nothing to share yet
    assert(s:save { x = 1 })
    for _ = 1, 2 do
      local ok, err = other:save { x = 2 }
      assert.is_nil(ok)
      assert.equal("EBUSY", err.code)
      assert.matches("could not lock .*dice.json: another program uses it",
                     tostring(err))
    end
    local third, err = store.open(path)
    assert.is_nil(third)
    assert.equal("EBUSY", err.code)
    s:close()
    s = assert(store.open(path))
    assert.same({ x = 1 }, s.data)
    s:close()
  end)

  it("is not shared by processes, and is free again when one is killed",
  function()
    local p <close> = assert(process.start({ LUA, "-", path }))
    p:write([[
      local s = assert(require("gop2p.bot.store").open(arg[1]))
      assert(s:save { x = 1 })
      print("saved")
      io.stdout:flush()
      require("gop2p").sleep(60)
    ]])
    p:finish()
    assert.equal("saved", p:line(20))
    local s, err = store.open(path)
    assert.is_nil(s)
    assert.equal("EBUSY", err.code)
    p:kill("KILL")
    assert.equal(137, p:wait(20))
    s = assert(store.open(path))
    assert.same({ x = 1 }, s.data)
    s:close()
    assert.equal("dice.json", own:names())
  end)

  it("is whole whenever it is read, or its bot is killed", function()
    local code = [[
      local s = assert(require("gop2p.bot.store").open(arg[1]))
      io.stdout:setvbuf("line")
      print("open")
      local data = s.data
      data.n, data.text = data.n or 0, data.text or ""
      while true do
        data.n = data.n + 1
        data.text = ("x"):rep(data.n % 7 * 20000)
        assert(s:save(data))
        if data.n % 3 == 0 then print(data.n) end
      end
    ]]
    local last = 0
    for i = 1, 5 do
      local p <close> = assert(process.start({ LUA, "-", path }))
      p:write(code)
      p:finish()
      assert.equal("open", p:line(20))
      local said = last
      for _ = 1, i do said = assert(tonumber((p:line(20)))) end
      for _ = 1, 30 do assert(codec.decode(assert(file.read(path)))) end
      p:kill("KILL")
      p:wait(20)
      local s = assert(store.open(path))
      assert.is_false(s.notice)
      assert.is_true(s.data.n >= said, "has lost what was saved")
      assert.equal(s.data.n % 7 * 20000, #s.data.text)
      last = s.data.n
      s:close()
    end
  end)

  it("begins empty with a file in which nothing stands yet", function()
    for _, bytes in ipairs { "", "\n", "\xEF\xBB\xBF", " \r\n" } do
      assert(file.replace(path, bytes))
      for _ = 1, 2 do   -- what is not changed is not written
        local s = assert(store.open(path))
        assert.same({}, s.data)
        assert.is_false(s.notice)
        s:close()
        assert.equal(bytes, file.read(path))
      end
      local s, told = assert(store.open(path)), {}
      s:hear(function(err) told[#told + 1] = tostring(err) end)
      assert(s:save { new = 1 })
      s:close()
      assert.same({}, told)
      s = assert(store.open(path))
      assert.same({ new = 1 }, s.data)
      s:close()
    end
  end)

  it("says what is wrong with a file, and nothing of itself", function()
    for bytes, why in pairs {
      ['{"x":'] = "Expected value but found T_END at character 6",
      ['{"x":1 2}'] = "Expected comma or object end but found T_NUMBER at "
                      .. "character 8",
      [('{"x":'):rep(200)] = "Found too many nested data structures %(102%) "
                                .. "at character 506",
    } do
      assert(file.replace(path, bytes))
      local s = assert(store.open(path))
      assert.matches("^" .. why .. "$", s.notice.cause)
      s:close()
    end
  end)

  it("is told once of a value that cannot be stored, wherever it moves",
     function()
    os.remove(path)
    local s, told = assert(store.open(path)), {}
    local function saves(...)
      told = {}
      s:save(s.data)
      assert.same({ ... }, told)
    end
    s:hear(function(err) told[#told + 1] = err.cause end)
    s.data.q = { print, print }
    saves("store.q[1]: a function cannot be stored")
    for i = 1, 3 do
      table.insert(s.data.q, 1, i)
      saves()
    end
    s.data.q[1] = { deep = { 0 / 0 } }
    s.data.r = { x = { print } }
    saves("store.q[1].deep[1]: nan cannot be stored",
          "store.r.x[1]: a function cannot be stored")
    s.data.r = { print }
    saves()
    s.data.q, s.data.r = nil, nil
    saves()
    s.data.q = { 1, print }
    saves("store.q[2]: a function cannot be stored")
    s:close()
  end)

  it("keeps aside what it cannot read, and begins empty", function()
    for i, bytes in ipairs { '{"x":', "[]", "[1]", '{"x":1}\0\0\0' } do
      assert(file.replace(path, bytes))
      local s = assert(store.open(path))
      local aside = path .. ".torn-" .. i
      assert.same({}, s.data)
      assert.equal("EBADMSG", s.notice.code)
      assert.truthy(tostring(s.notice):find("could not read what was stored "
        .. "in " .. path .. ", which is kept as " .. aside .. ": ", 1, true))
      assert.equal(bytes, file.read(aside))
      assert(s:save { new = i })
      s:close()
      s = assert(store.open(path))
      assert.same({ new = i }, s.data)
      s:close()
    end
  end)

  it("does not begin when the file cannot be read or kept aside", function()
    sh("mkdir '%s'", path)
    local s, err = store.open(path)
    assert.is_nil(s)
    assert.equal("EISDIR", err.code)
    s = assert(store.open(folder .. "/none/dice.json"))
    local ok
    ok, err = s:save { x = 1 }
    assert.is_nil(ok)
    assert.equal("ENOENT", err.code)
  end)

  it("writes nothing in a dry run", function()
    assert(file.replace(path, '{"x":1}'))
    local s = assert(store.open(path, true))
    assert.same({ x = 1 }, s.data)
    assert(s:save { x = 2 })
    assert.equal('{"x":1}', file.read(path))
    local ok, err = s:save { x = print }
    assert.is_nil(ok)
    assert.equal("could not store: store.x: a function cannot be stored",
                 tostring(err):match("^internal error: (.*)"))
    assert(file.replace(path, "torn"))
    s = assert(store.open(path, true))
    assert.equal("EBADMSG", s.notice.code)
    assert.equal("dice.json", own:names())
    assert.equal("torn", file.read(path))
  end)
end)

describe("what a bot remembers", function()
  local SCRIPT = [[
    local gop2p = require "gop2p"
    local bot = require("gop2p.bot").new {
      name = "dice", join = "localhost:5000", log = { level = "error" },
    }
    bot:command("set <x:integer>", function(_, args)
      bot.store.x = args.x
    end)
    bot:command("new", function() bot.store = { x = "new" } end)
    bot:command("slow", function()
      gop2p.sleep(10)
      bot.store.x = "slow"
      gop2p.sleep(1000)
    end)
    bot:command("bad", function() bot.store.bad = { print } end)
    bot:command("good", function() bot.store.bad = nil end)
    bot:command("many", function()
      for i = 1, 1000 do bot.store["many" .. i] = { print } end
    end)
    bot:command("one <more>", function() bot.store.more = print end)
    bot:command("by", function(ctx) bot.store.by = ctx.from end)
    bot:command("who", function(ctx)
      local by = bot.store.by
      bot:say("you were it", by)
      return ("%s %s %s"):format(by, ctx.address, by == ctx.from)
    end)
    bot:on("error", function(err)
      print(err.text .. ": " .. err.cause)
    end)
    bot:command("save", function()
      bot.store.x = "now"
      return tostring(bot:save())
    end)
    bot:run()
  ]]

  local net, script, bot, ann

  before_each(function()
    script = scriptfile(SCRIPT)
    net = testing.network { seed = 1 }
    bot, ann = net:bot(script.name, { name = "dice" }), net:user("ann")
    net:advance(5)
  end)

  after_each(function()
    net:close()
    script:close()
  end)

  local function saved()
    local bytes = bot:read("dice.json")
    return bytes and codec.decode(bytes).x
  end

  it("is on the disk within a second, and not at once", function()
    ann:dm("dice", "set 1")
    net:advance(0.5)
    assert.is_nil(saved())
    net:advance(0.8)
    assert.equal(1, saved())
    ann:dm("dice", "new")
    net:advance(1.3)
    assert.equal("new", saved())
    net:advance(3600)
    ann:dm("dice", "set 2")
    net:advance(1.3)
    assert.equal(2, saved())
  end)

  it("is looked at as long as a handler runs", function()
    ann:dm("dice", "slow")
    net:advance(9)
    assert.is_nil(saved())
    net:advance(2.5)
    assert.equal("slow", saved())
  end)

  it("is on the disk when it has stopped, or is told to save", function()
    ann:dm("dice", "set 1")
    net:advance(0.2)
    bot:stop()
    assert.equal(1, saved())
    bot:start()
    net:advance(5)
    ann:dm("dice", "save")
    testing.expect(ann:hears(), "true")
    assert.equal("now", saved())
    bot:kill()
    bot:start()
    assert.equal("now", saved())
  end)

  it("is told of once where it cannot be stored, and all else is stored",
  function()
    ann:dm("dice", "set 1")
    ann:dm("dice", "bad")
    net:advance(1.3)
    ann:dm("dice", "bad")
    ann:dm("dice", "by")
    net:advance(10)
    testing.expect(bot:errors(), "could not store: store.bad%[1%]: a "
                   .. "function cannot be stored")
    assert.equal(1, #bot:errors())
    assert.same({ "could not store: store.bad[1]: a function cannot be "
                  .. "stored" }, { table.unpack(bot:prints()) })
    assert.equal(1, saved())
    assert.same({}, codec.decode(bot:read("dice.json")).bad)
    ann:dm("dice", "good")
    net:advance(1.3)
    ann:dm("dice", "bad")    -- again
    bot:stop()
    testing.expect(bot:errors(), "store.bad%[1%]: a function")
    assert.equal(2, #bot:complains())
    bot:start()
    ann:dm("dice", "who")
    testing.expect(ann:hears(), "^you were it$")
    testing.expect(ann:hears(), "^ann ann:5000 true$")
  end)

  it("is told of in a few lines, however much it is", function()
    ann:dm("dice", "many")
    net:advance(20)
    for _ = 1, 10 do
      testing.expect(bot:errors(), "store.many%d+%[1%]: a function")
    end
    testing.expect(bot:errors(), "store: 990 values more$")
    ann:dm("dice", "one more")
    net:advance(20)
    testing.expect(bot:errors(), "store.more: a function")
    assert.equal(12, #bot:complains())
  end)
end)

describe("bot:save", function()
  it("writes at once what is stored", function()
    local path = os.tmpname()
    os.remove(path)
    local bot <close> = bots.new {store = path}
    assert(bot:start())
    bot.store.promised = "this"
    assert.is_true(bot:save())
    local stored <close> = assert(io.open(path))
    os.remove(path)
    assert.matches('"promised"%s*:%s*"this"', stored:read("a"))
    bot.store.promised = print
    bot.store.also = {[2] = print, [3] = "kept"}
    local ok, err = bot:save()
    assert.same({nil, "EINVAL"}, {ok, err.code})
    assert.equal("store.also[2]: a function cannot be stored (and 1 more)",
                 err.cause)
    local again <close> = assert(io.open(path))
    os.remove(path)
    assert.matches('"#3":"kept"', again:read("a"))
    bot.store.promised, bot.store.also = nil, nil
  end)

  it("does nothing where nothing is stored", function()
    local bot <close> = bots.new()
    assert(bot:start())
    assert.is_true(bot:save())
  end)
end)
