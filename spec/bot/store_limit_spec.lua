-- What a bot remembers is limited: whoever makes it remember fills neither
-- the disk nor its time.

local bots = require "spec.support.bots"
local codec = require "gop2p.bot.codec"
local file = require "gop2p.file"
local folders = require "spec.support.folder"
local gop2p = require "gop2p"
local store = require "gop2p.bot.store"

describe("a table as JSON", function()
  local t = { list = { 1, "two", { x = true } }, [7] = 0.5, text = "\0é#",
              empty = {}, rows = { { a = 1 }, { b = {} } } }

  it("may have just so many bytes", function()
    local text = codec.encode(t, "store")
    assert.equal(text, codec.encode(t, "store", #text))
    assert.is_false(codec.encode(t, "store", #text - 1))
  end)

  it("is looked at no further than it may reach", function()
    local list = {}
    for i = 1, 100 do list[i] = "text" end
    list[101] = print
    local text, faults = codec.encode({ list = list }, "store", 200)
    assert.same({ false, nil }, { text, faults })
    assert.equal(1, #select(2, codec.encode({ list = list }, "store", 2000)))
  end)
end)

describe("a store", function()
  local own, path

  before_each(function()
    own = folders.make()
    path = own.path .. "/dice.json"
  end)
  after_each(function() own:close() end)

  it("that would be too large stays as it is, and says so", function()
    local s = assert(store.open(path, false, 100))
    assert(s:save { kept = "this" })
    local before = file.read(path)
    local ok, err = s:save { kept = ("z"):rep(100) }
    assert.is_nil(ok)
    assert.equal("ELIMIT", err.code)
    assert.matches("could not store: .* more than 100 bytes.*max_store",
                   tostring(err))
    assert.equal(before, file.read(path))
    assert(s:save { kept = "less" })
    assert.equal('{\n"kept":"less"\n}\n', file.read(path))
    s:close()
  end)

  it("is read although it is too large by now", function()
    assert(file.replace(path, '{"kept":"' .. ("z"):rep(200) .. '"}'))
    local s = assert(store.open(path, false, 100))
    assert.equal(200, #s.data.kept)
    s.data.kept = "less"
    assert(s:save(s.data))
    s:close()
  end)

  it("of a bot is limited by an option, and told of once", function()
    local scene <close> = bots.scene { store = path, max_store = 100 }
    local bot, told = scene.bot, {}
    bot:on("error", function(err) told[#told + 1] = err.code end)
    bot:command("keep <text...>", function(_, args)
      bot.store.text = args.text
      local ok, err = bot:save()
      return ok and "kept" or err.code
    end)
    scene:start()
    assert.equal("kept", scene:ask("!keep it"))
    local before = file.read(path)
    assert.equal("ELIMIT", scene:ask("!keep " .. ("z"):rep(100)))
    assert(bots.await(function() return #told > 0 end))
    assert.equal(before, file.read(path))
    assert.equal("kept", scene:ask("!keep that"))
    assert.same({ "ELIMIT" }, told)
  end)

  it("is limited to 16 MiB where nothing else is said", function()
    local bot <close> = bots.new { store = path }
    bot.store.text = ("z"):rep((16 << 20) - 14)
    local ok = bot.memory:save(bot.store)
    assert.is_true(ok)
    bot.store.text = bot.store.text .. "z"
    ok = bot.memory:save(bot.store)
    assert.is_nil(ok)
    bot.store.text = nil
  end)

  it("that takes long to write is written less often", function()
    local s, began, ended = assert(store.open(path)), {}, {}
    local task = gop2p.spawn(function()
      s:run(function()
        began[#began + 1] = gop2p.now()
        repeat until gop2p.now() > began[#began] + 0.15
        ended[#ended + 1] = gop2p.now()
        s:touch()
        return {}
      end)
    end)
    assert(bots.await(function() return began[2] end))
    task:cancel()
    s:close()
    assert.is_true(began[2] - ended[1] > 1.4, began[2] - ended[1])
  end)
end)
