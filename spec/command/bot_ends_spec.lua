-- `gop2p bot` ends, whatever its script waits in: also where nothing can
-- yield, and in what <close> was promised.

local folders = require "spec.support.folder"
local net = require "spec.support.net"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local BEGIN = [[
  io.stdout:setvbuf("line")
  local gop2p = require "gop2p"
  local bot = require("gop2p.bot").new { name = "dice", store = false,
                                         log = { level = "error" } }
  local function promise()
    local _ <close> = setmetatable({}, { __close = function()
      print("closing")
      gop2p.sleep(1000)
    end })
    gop2p.sleep(1000)
  end
  local function within()   -- coroutine.wrap, as an iterator has it
    for x in coroutine.wrap(function()
      gop2p.sleep(1000)
      coroutine.yield(1)
    end) do print(x) end
  end
  local function substitute()
    print(("x"):gsub("x", function() gop2p.sleep(1000) end))
  end
  local function compare()
    table.sort({1, 2}, function() gop2p.sleep(1000) end)
  end
  local function cancel()
    local task = gop2p.spawn(function()
      local _ <close> = setmetatable({}, { __close = function()
        gop2p.sleep(1000)
      end })
      gop2p.sleep(1000)
    end)
    gop2p.sleep(0)
    task:cancel()
  end
]]

describe("gop2p bot whose script waits where nothing can yield", function()
  local own, errors

  before_each(function()
    own = folders.make()
    errors = own.path .. "/errors"
  end)

  after_each(function() own:close() end)

  local scripts = 0

  local function start(text)
    scripts = scripts + 1
    return own:keep(assert(process.start({
      LUA, "lua/gop2p/bin/gop2p", "bot",
      own:write(scripts .. ".lua", BEGIN .. text)}, {stderr = errors})))
  end

  -- Ended by signals where they have said "on"; side by side, for each takes
  -- seconds.
  local function ends(texts)
    local children = {}
    for what, text in pairs(texts) do
      for _, signal in ipairs {"TERM", "INT"} do
        children[signal .. " in " .. what] = {start(text), signal}
      end
    end
    for what, child in pairs(children) do
      assert.equal("on", child[1]:line(20), what)
      child[1]:kill(child[2])
    end
    for what, child in pairs(children) do
      assert.is_truthy(child[1]:wait(20), what)
    end
  end

  local BOTS = {
    ["a handler's iterator"] = "bot:on('start', within) %s bot:run()",
    ["a handler's gsub"] = "bot:on('start', substitute) %s bot:run()",
    ["a handler that cancels"] = "bot:on('start', cancel) %s bot:run()",
    ["a task's iterator"] = "gop2p.spawn(within) %s bot:run()",
  }

  it("ends when its bot is told to", function()
    local texts = {}
    for what, text in pairs(BOTS) do
      texts[what] = text:format("bot:after(0.01, function() print('on') end)")
    end
    ends(texts)
  end)

  it("ends when its bot stops", function()
    local children = {}
    for what, text in pairs(BOTS) do
      children[what] = start(text:format("bot:after(0.01, function() "
                                         .. "bot:stop() end)"))
    end
    for what, child in pairs(children) do
      assert.is_truthy(child:wait(20), what)
    end
  end)

  it("ends without a bot that runs", function()
    ends {
      ["an iterator"] = "print('on') within()",
      gsub = "print('on') substitute()",
      sort = "gop2p.spawn(compare) print('on')",
      ["the closing of a cancelled task"] = "print('on') cancel()",
      ["the closing of a run that failed"] =
        "print('on') pcall(gop2p.run, function() gop2p.spawn(promise) "
        .. "gop2p.sleep(0) error('inner') end) gop2p.sleep(1000)",
    }
  end)

  it("tells an error although what that closes waits for ever", function()
    local child = start("gop2p.spawn(promise) gop2p.sleep(0) error('oops')")
    assert.equal(1, child:wait(20))
    assert.matches("oops", net.read(errors))
  end)

  it("is reloaded although what that closes waits for ever", function()
    local child = start([[
      gop2p.spawn(promise)
      bot:after(0.01, function()
        print("reloaded", bot:reload())
        bot:stop()
      end)
      bot:run()
    ]])
    local line
    repeat line = child:line(20) until line ~= "closing"
    assert.equal("reloaded\ttrue", line)
    assert.is_truthy(child:wait(20))
  end)
end)
