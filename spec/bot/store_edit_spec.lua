-- The file of a bot's store, when others have had it in their hands.

local codec = require "gop2p.bot.codec"
local file = require "gop2p.file"
local folders = require "spec.support.folder"
local net = require "spec.support.net"
local process = require "spec.support.process"
local sandbox = require "spec.support.sandbox"
local scriptfile = require "spec.support.script"
local sh = require("spec.support.shell").output
local store = require "gop2p.bot.store"
local testing = require "gop2p.testing"

local LUA = os.getenv("LUA") or "lua5.4"
local MARK = "\xEF\xBB\xBF"

describe("the file of a store", function()
  local own, path, s, told

  local function open()
    s = assert(store.open(path))
    told = {}
    s:hear(function(err) told[#told + 1] = err end)
    return s
  end

  local function write(bytes)
    local handle <close> = assert(io.open(path, "wb"))
    handle:write(bytes)
  end

  before_each(function()
    own = folders.make()
    path = own.path .. "/dice.json"
    open()
  end)

  after_each(function()
    s:close()
    own:close()
  end)

  it("is kept aside when it was edited, before it is written", function()
    assert(s:save { x = 1 })
    for i, edit in ipairs {'{"x":"edited"}', '{"x":', "", '{\n"x":1\n} '} do
      write(edit)
      assert(s:save { x = i + 1 })
      local aside = path .. ".edited-" .. i
      assert.equal(i, #told)
      assert.equal("EEDITED", told[i].code)
      assert.equal(("internal error: %s is kept as %s: somebody has changed "
                    .. "it"):format(path, aside), tostring(told[i]))
      assert.equal(edit, net.read(aside))
      assert.same({ x = i + 1 }, codec.decode(net.read(path)))
    end
  end)

  it("is kept aside when another one was put in its place", function()
    assert(s:save { x = 1 })
    sh("cd '%s'; echo '{\"y\":1}' >new; mv new dice.json", own.path)
    assert(s:save { x = 2 })
    assert.equal('{"y":1}\n', net.read(path .. ".edited-1"))
    assert.equal(1, #told)
  end)

  it("is kept aside when somebody has made it before the bot", function()
    write('{"theirs":1}')
    assert(s:save { x = 1 })
    assert.equal('{"theirs":1}', net.read(path .. ".edited-1"))
    assert.same({ x = 1 }, codec.decode(net.read(path)))
    assert.equal(1, #told)
  end)

  it("keeps an edit as long as the bot stores nothing new", function()
    assert(s:save { x = 1 })
    write('{"x":"edited"}')
    assert(s:save { x = 1 })
    s:close()
    assert.same({ x = "edited" }, open().data)
    assert.equal("dice.json dice.json.lock", own:names())
    assert.same({}, told)
  end)

  it("is written again when it was touched, or removed", function()
    assert(s:save { x = 1 })
    sh("touch -d 2030-01-01 '%s'", path)
    assert(s:save { x = 2 })
    sh("rm '%s'", path)
    assert(s:save { x = 3 })
    assert.same({ x = 3 }, codec.decode(net.read(path)))
    assert.equal("dice.json dice.json.lock", own:names())
    assert.same({}, told)
  end)

  it("is not written when what stands there cannot be read", function()
    assert(s:save { x = 1 })
    sh("rm '%s'; mkdir '%s'", path, path)
    local ok, err = s:save { x = 2 }
    assert.is_nil(ok)
    assert.equal("EISDIR", err.code)
    sh("rmdir '%s'; mkfifo '%s'", path, path)
    ok, err = s:save { x = 2 }
    assert.is_nil(ok)
    assert.equal("EINVAL", err.code)
  end)

  it("is not torn by the mark that an editor puts before it", function()
    s:close()
    for text, data in pairs {['{"x":1}'] = { x = 1 }, ["{}"] = {},
                             [' {"x":[1]}\r\n'] = { x = { 1 } }} do
      write(MARK .. text)
      assert.same(data, open().data)
      assert(s:save(data))
      data.y = 2
      assert(s:save(data))
      s:close()
      assert.same(data, codec.decode(net.read(path)))
    end
    assert.same({}, told)
    write(MARK .. MARK .. "{}")   -- one of them is none
    open()
    assert.equal("EBADMSG", told[1].code)
  end)

  it("is kept aside, torn, without its link or mount being touched",
     function()
    s:close()
    sh("cd '%s'; mkdir far; echo torn >far/real; ln -s far/real dice.json",
       own.path)
    open()
    assert.equal("EBADMSG", told[1].code)
    assert.equal("torn\n", net.read(path .. ".torn-1"))
    assert(s:save { x = 1 })
    assert.equal("symbolic link", sh("stat -c %%F '%s'", path))
    assert.same({ x = 1 }, codec.decode(net.read(own.path .. "/far/real")))
  end)

  it("is kept aside once, torn, and not at each start", function()
    s:close()
    write("torn")
    for _ = 1, 3 do
      open()
      s:close()
    end
    assert.equal("dice.json dice.json.torn-1", own:names())
  end)

  it("may be mounted", function()
    local why = sandbox.refused("-m")
    if why then return pending(why) end
    s:close()
    sh("cd '%s'; mkdir far; echo torn >far/real; touch dice.json", own.path)
    local child <close> = assert(process.start(sandbox.mounted(
      ("mount --bind '%s/far/real' '%s'"):format(own.path, path),
      {LUA, "-e", ([[
        local s = assert(require("gop2p.bot.store").open(%q))
        print(s.notice.code)
        s:hear(function(err) print(err.code) end)
        assert(s:save { x = 1 })
        assert(io.open(s.path, "w")):write("edited"):close()
        assert(s:save { x = 2 })
        s:close()]]):format(path)})))
    local lines = {}
    for line in function() return child:line(20) end do
      lines[#lines + 1] = line
    end
    assert.equal(0, child:wait(20))
    assert.same({"EBADMSG", "EBADMSG", "EEDITED"}, lines)
    assert.same({ x = 2 }, codec.decode(net.read(own.path .. "/far/real")))
    assert.equal("edited", net.read(path .. ".edited-1"))
    assert.equal("torn\n", net.read(path .. ".torn-1"))
  end)

  it("is refused at the start when it cannot be written", function()
    s:close()
    assert(file.replace(path, '{"x":1}'))
    sh("chmod 444 '%s'", path)
    local child <close> = assert(process.start(sandbox.bare({LUA, "-e", ([[
      local bot = require("gop2p.bot").new {store = %q, log = {level = "off"}}
      print(select(2, bot:run()))]]):format(path)})))
    assert.matches("could not lock .*dice.json: Permission denied",
                   child:line(20))
    assert.equal(0, child:wait(20))
    assert.equal('{"x":1}', net.read(path))
  end)
end)

describe("a bot whose store is edited while it runs", function()
  it("goes on with what it remembers, and tells", function()
    local script <close> = scriptfile [[
      local bot = require("gop2p.bot").new {
        name = "dice", join = "localhost:5000", log = { level = "error" },
      }
      bot:command("set <x:integer>", function(_, args)
        bot.store.x = args.x
      end)
      bot:command("get", function() return tostring(bot.store.x) end)
      bot:on("error", function(err) print("told", err.code) end)
      bot:run()
    ]]
    local world <close> = testing.network { seed = 1 }
    local bot = world:bot(script.name, { name = "dice" })
    local ann = world:user("ann")
    ann:dm("dice", "set 1")
    world:advance(2)
    bot:write("dice.json", '{"x":7}')
    ann:dm("dice", "get")
    ann:dm("dice", "set 2")
    world:advance(2)
    testing.expect(ann:hears(), "^1$")
    assert.equal('{"x":7}', bot:read("dice.json.edited-1"))
    assert.same({ x = 2 }, codec.decode(bot:read("dice.json")))
    assert.same({"told\tEEDITED"}, {table.unpack(bot:prints())})
    testing.expect(bot:errors(), "dice.json is kept as dice.json.edited%-1: "
                   .. "somebody has changed it")
    -- Also when that shows at the last moment; nobody handles errors then.
    ann:dm("dice", "set 3")
    world:advance(0.2)
    bot:write("dice.json", '{"x":8}')
    bot:stop()
    assert.equal('{"x":8}', bot:read("dice.json.edited-2"))
    assert.same({ x = 3 }, codec.decode(bot:read("dice.json")))
    testing.expect(bot:errors(), "edited%-2")
    assert.equal(1, #bot:prints())
  end)
end)
