-- The demo, as a process: that it shows the whole conversation, that it
-- fails when a line of it is missing, and that it leaves nobody behind.

local process = require "spec.support.process"
local socket = require "socket"

local LUA = os.getenv("LUA") or "lua5.4"
local DEMO = "lua/gop2p/examples/demo.lua"

-- A bot that joins and keeps silent.
local MUTE = [[
local bot = require("gop2p.bot").new {
  name = "dice", port = arg[1], join = arg[2],
}
bot:run()
]]

-- Waits until nobody listens there any more.
local function deserted(port)
  local deadline = socket.gettime() + 5
  repeat
    local client <close> = setmetatable({socket.tcp()}, {
      __close = function(box) box[1]:close() end,
    })
    local ok, err = client[1]:connect("127.0.0.1", port)
    if not ok and err ~= "closed" then return err end -- closing just now
    socket.sleep(0.01)
  until socket.gettime() > deadline
  return "still there"
end

describe("the demo", function()
  local demo, errors, bot

  local function start(...)
    demo = assert(process.start({LUA, DEMO, ...}, {stderr = errors}))
  end

  local function with_bot(text, ...)
    local f <close> = assert(io.open(bot, "w"))
    f:write(text)
    f:close()
    start("--bot", bot, ...)
  end

  local function complaint()
    local f <close> = assert(io.open(errors))
    return f:read("a")
  end

  local function says(pattern)
    local line, err = demo:line(10)
    assert.is_string(line, err or complaint())
    assert.matches("^" .. pattern .. "$", line)
    return line:match("^" .. pattern .. "$")
  end

  -- The ports of the three processes.
  local function introduced()
    says "Three processes, a node each; dice and visitor join through entry%."
    says ""
    local ports = {}
    for i, name in ipairs {"entry", "dice", "visitor"} do
      ports[i] = says("  " .. name .. " +is localhost:(%d+)")
    end
    says ""
    return ports
  end

  local function gone(ports)
    for _, port in ipairs(ports) do
      assert.equal("connection refused", deserted(port))
    end
  end

  before_each(function()
    errors, bot = os.tmpname(), os.tmpname()
  end)

  after_each(function()
    demo:close()
    os.remove(errors)
    os.remove(bot)
  end)

  it("shows who says what to whom, and ends well", function()
    local began = socket.gettime()
    start()
    local ports = introduced()
    says "  visitor  to everybody  Good morning, everybody!"
    says "  dice     to everybody  Good morning, visitor!"
    says "  visitor  to everybody  !roll"
    says "  dice     to everybody  visitor rolled [1-6]"
    says "  visitor  to dice       pick tea, coffee"
    local choice = says "  dice     to visitor    (%a+)"
    assert.is_true(choice == "tea" or choice == "coffee", choice)
    says "  visitor  to everybody  Thank you, dice%. Goodbye!"
    says ""
    says "All 12 lines arrived, and the visitor has left%."
    assert.equal(0, demo:wait())
    assert.equal("", complaint())
    assert.is_true(socket.gettime() - began < 10)
    gone(ports)
  end)

  it("fails when the bot does not answer", function()
    with_bot(MUTE, "--limit", "5")
    local ports = introduced()
    assert.equal(1, demo:wait(10))
    local text = complaint()
    for _, line in ipairs {
      "not done in 5 s",
      "missing at entry: dice says: Good morning, visitor!",
      "missing at visitor: dice says: visitor rolled ...",
      "missing at dice: visitor says: !roll",
      "the visitor did not leave",
    } do
      assert.truthy(text:find("demo: " .. line .. "\n", 1, true), text)
    end
    assert.falsy(text:find("missing at entry: visitor says: Good", 1, true))
    gone(ports)
  end)

  it("fails when something else is said", function()
    with_bot(MUTE:gsub("bot:run", [[
      bot:on("message", function(ctx) bot:say("psst", ctx.from) end)
      %0]]), "--limit", "3")
    local ports = introduced()
    assert.equal(1, demo:wait(8))
    assert.matches("demo: visitor was not expected to hear from dice, "
                   .. "direct: psst\n", complaint())
    gone(ports)
  end)

  it("says so when a process does not start", function()
    with_bot("error('no bot today', 0)")
    assert.equal(1, demo:wait())
    assert.matches("demo: dice did not start: [^\n]*no bot today\n",
                   complaint())
  end)

  for signal, status in pairs {INT = 130, TERM = 143, KILL = 137} do
    it("leaves nobody behind after SIG" .. signal, function()
      with_bot(MUTE)
      local ports = introduced()
      demo:kill(signal)
      assert.equal(status, demo:wait())
      gone(ports)
      assert.equal(signal == "INT" and "demo: interrupted\n" or "",
                   complaint())
    end)
  end
end)
