-- Names of commands in any script, and what an argument is, by its type.

local bots = require "spec.support.bots"
local page = require "spec.support.page"

local function scene_with(definition, f)
  local scene = bots.scene {name = "dice"}
  scene.bot:command(definition, f)
  scene:ping():start()
  return scene
end

describe("the name of a command", function()
  for _, name in ipairs {"müsli", "Ünï", "обед", "昼ご飯", "8ball", "_x",
                         "e\u{301}tude", ("ü"):rep(31), ("x"):rep(40)} do
    it("may be " .. name, function()
      local scene <close> = scene_with(name .. "|second [what]",
        function(_, args) return "got " .. (args.what or "it") end)
      assert.equal("got it", scene:ask("!" .. name))
      assert.equal("got Öl", scene:ask("dice: " .. name .. " Öl"))
      assert.equal("got it", scene:ask_directly(name))
      assert.equal("got it", scene:ask("!second"))
      assert.equal(1, scene:ask_directly("help " .. name)
                      :find("Usage: " .. name:lower() .. " [what]", 1, true))
    end)
  end

  it("is found whatever its case and accents, composed or not", function()
    local scene <close> = scene_with("Müsli|straße", function(ctx)
      return "it is " .. ctx.command
    end)
    for _, name in ipairs {"müsli", "MÜSLI", "mu\u{308}sli", "Musli",
                           "ＭÜＳＬＩ", "STRASSE"} do
      assert.equal("it is mÜsli", (scene:ask("!" .. name):gsub("ü", "Ü")))
      assert.equal("it is mÜsli", (scene:ask("Dice: " .. name)
                                        :gsub("ü", "Ü")))
    end
    for _, name in ipairs {"muesli", "müslí\xFF", "mus li", "м"} do
      scene:say("!" .. name)
    end
    assert.is_true(scene:is_silent())
    local taken, why = pcall(scene.bot.command, scene.bot, "MUSLI", print)
    assert.is_false(taken)
    assert.matches("MUSLI", why:upper())
  end)

  it("that is not composed is found by one that is", function()
    local scene <close> = scene_with("cafe\u{301}|обед", function()
      return "it is"
    end)
    for _, name in ipairs {"café", "CAFÉ", "CAFE", "ОБЕД"} do
      assert.equal("it is", scene:ask("!" .. name))
    end
  end)

  it("must be one, and it is said what that is", function()
    local bot <close> = bots.new()
    for _, name in ipairs {"x!", "-x", "a.b", "mü.sli", "ü\u{200B}", "\xFF",
                           "ü\u{A0}x", "ü#", ("ü"):rep(32), "a||b"} do
      local ok, err = pcall(bot.command, bot, name, print)
      assert.is_false(ok, name)
      assert.matches("not a name for a command: .* %(letters, digits, _ and "
                     .. "%- expected%)", err)
    end
  end)

  it("is matched by the globs of roles, by its characters", function()
    local scene <close> = bots.scene {
      roles = {mods = "localhost:5000"},
      allow = {["m?sli"] = "mods", ["ü??"] = "mods"},
    }
    for _, name in ipairs {"müsli", "mxsli", "mööösli", "üéx", "ü"} do
      scene.bot:command(name, function() return "done" end)
    end
    scene:ping():start()
    local function refused(name)
      local answer = scene:ask("!" .. name)
      return answer == "Sorry, you may not use " .. name .. "."
    end
    assert.same({true, true, false, true, false},
                {refused "müsli", refused "mxsli", refused "mööösli",
                 refused "üéx", refused "ü"})
  end)
end)

describe("a time of day", function()
  local scene, got

  before_each(function()
    scene = scene_with("quiet <from:clock> [to:clock=7:00]",
                       function(_, args)
      got = args
      return args.from .. "-" .. args.to
    end)
  end)
  after_each(function() scene:close() end)

  it("is as os.date has it, and as bot:every takes it", function()
    for text, value in pairs {
      ["22:00"] = "22:00", ["9:05"] = "09:05", ["00:00"] = "00:00",
      ["23:59:30"] = "23:59:30", ["6:30:00"] = "06:30",
    } do
      assert.equal(value .. "-07:00", scene:ask("!quiet " .. text), text)
      scene.bot:every(got.from, print):cancel()
    end
    assert.equal("06:00-08:00", scene:ask("!quiet 6:00 8:00"))
    assert.is_true("06:00" < os.date("%H:%M", os.time {
      year = 2030, month = 1, day = 1, hour = 7}))
  end)

  it("is nothing else", function()
    for _, text in ipairs {"24:00", "22", "22:60", "22:00:60", "20m", "10pm",
                           "-1:00", "22:00x"} do
      assert.equal("from: a time of day, such as 22:00, expected, not \""
        .. text .. "\"\nusage: !quiet <from:clock> [to:clock=7:00]",
        scene:ask("!quiet " .. text))
    end
  end)
end)

-- What the page says of types, held against what commands get.
describe("the types of arguments", function()
  it("give what the page says", function()
    local rows = page.read("lua/gop2p/bot/README.md"):rows("type")
    local got
    local definition = "do"
    for i, cells in ipairs(rows) do
      definition = definition .. (" [a%d:%s]"):format(i,
                                                      cells[1]:match("%l+"))
    end
    local line = "!do"
    for _, cells in ipairs(rows) do
      line = line .. " \"" .. cells[2]:match("`([^`]+)`") .. "\""
    end
    local scene <close> = scene_with(definition, function(_, args)
      got = args
      return "got"
    end)
    assert.equal("got", scene:ask(line))
    for i, cells in ipairs(rows) do
      local value = got["a" .. i]
      local kind = math.type(value) or type(value)
      assert.truthy(cells[3]:find(kind, 1, true), cells[1] .. ": " .. kind)
      local shown = cells[3]:match("`(.-)`")
      if shown then
        assert.equal(shown, type(value) == "string" and
          ("%q"):format(value) or tostring(value), cells[1])
      end
    end
    local there = {}
    for _, cells in ipairs(rows) do
      there[#there + 1] = cells[1]:match("%l+")
    end
    assert.same({"string", "integer", "number", "boolean", "peer",
                 "duration", "time", "clock", "schedule"}, there)
  end)
end)
