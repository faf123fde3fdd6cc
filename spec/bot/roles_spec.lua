-- Who may use which command of a bot.

local bots = require "spec.support.bots"

describe("roles", function()
  local function made(options)
    local scene
    scene = bots.scene({}, function(user)
      options.roles = options.roles and options.roles(user)
      options.owner = options.owner and user
      return options
    end)
    for _, name in ipairs {"kick", "poll-new", "poll-end", "roll"} do
      scene.bot:command(name, function() return "done" end)
    end
    scene.bot:command("shut", function() return "shut" end, {role = "owner"})
    scene:start()
    return scene
  end

  local function may(scene, node)
    local list = {}
    for _, name in ipairs {"kick", "poll-new", "poll-end", "roll", "shut"} do
      local answer = scene:ask_directly(name, node)
      if answer == "done" or answer == "shut" then
        list[#list + 1] = name
      else
        assert.equal(("Sorry, you may not use %s."):format(name), answer)
      end
    end
    return table.concat(list, " ")
  end

  it("let the owner do all, and others what is for everybody", function()
    local scene <close> = made {owner = true, allow = {["*"] = "owner",
                                                       roll = "everybody"}}
    assert.equal("kick poll-new poll-end roll shut", may(scene))
    assert.equal("roll", may(scene, scene:another()))
    assert.is_true(scene.bot:is(scene.user:self(), "owner"))
    assert.is_false(scene.bot:is("localhost:1", "owner"))
  end)

  it("are given by globs on names, of which the closest counts", function()
    local scene <close> = made {
      roles = function(user)
        return {mods = {user}, voters = "localhost:1"}
      end,
      allow = {["poll-*"] = "voters", ["*"] = "mods",
               ["poll-e?d"] = {"voters", "mods"}, shut = "mods"},
    }
    assert.equal("kick poll-end roll shut", may(scene))
    assert.equal("", may(scene, scene:another()))
  end)

  it("that are wrong raise", function()
    for why, options in pairs {
      ['option allow["x"]: no such role: boss'] = {allow = {x = "boss"}},
      ['option roles: "owner" is a role already'] =
        {roles = {owner = "localhost:1"}},
      ['option roles["a"]: not a peer: "b c" ("host:port" expected)'] =
        {roles = {a = "b c"}},
      ["option roles: name expected as key, got 1"] =
        {roles = {"localhost:1"}},
      ["option allow: name or glob expected as key, got 1"] =
        {allow = {"owner"}},
    } do
      assert.has_error(function() bots.new(options) end,
        ("bad argument #1 to 'new' (%s)"):format(why))
    end
  end)
end)
