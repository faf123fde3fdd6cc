-- The demo, as a process: that it shows the whole conversation, that it
-- fails when a line of it is missing, and that it leaves nobody behind.

local process = require "spec.support.process"
local socket = require "socket"

local LUA = os.getenv("LUA") or "lua5.4"
local DEMO = "lua/examples/demo.lua"

-- A bot that joins and keeps silent.
local MUTE = [[
local gop2p = require "gop2p"
gop2p.run(function()
  local node <close> = assert(gop2p.start_local_node(0))
  assert(node:connect(arg[1]))
  print(node:self())
  io.stdout:flush()
  gop2p.lines()()
end)
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
    says "Three processes, a node each; bot and visitor join through entry%."
    says ""
    local ports = {}
    for i, name in ipairs {"entry", "bot", "visitor"} do
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
    says "  visitor  to everybody  Hello, everybody!"
    says "  visitor  to everybody  !time"
    says "  bot      to everybody  bot: It is %d%d:%d%d:%d%d%."
    says "  visitor  to bot        roll 20"
    says "  bot      to visitor    bot: You rolled %d+ of 20%."
    says "  visitor  to everybody  Thank you, bot%. Goodbye!"
    says ""
    says "All 10 lines arrived, and the visitor has left%."
    assert.equal(0, demo:wait())
    assert.equal("", complaint())
    assert.is_true(socket.gettime() - began < 10)
    gone(ports)
  end)

  it("fails when the bot does not answer", function()
    with_bot(MUTE, "--limit", "3")
    local ports = introduced()
    assert.equal(1, demo:wait(8))
    local text = complaint()
    for _, line in ipairs {
      "not done in 3 s",
      "missing at entry: bot says: bot: It is N:N:N.",
      "missing at visitor: bot says: bot: You rolled N of 20.",
      "missing at bot: visitor says: !time",
      "the visitor did not leave",
    } do
      assert.truthy(text:find("demo: " .. line .. "\n", 1, true), text)
    end
    assert.falsy(text:find("missing at entry: visitor says: !time", 1, true))
    gone(ports)
  end)

  it("fails when something else is said", function()
    with_bot(MUTE:gsub("gop2p%.lines", [[
      local msg = node:receive()
      assert(assert(node:send(msg.from, "psst")):wait()); %0]]),
      "--limit", "3")
    local ports = introduced()
    assert.equal(1, demo:wait(8))
    assert.matches("demo: nobody expected of visitor: direct\t%[localhost:"
                   .. ports[2] .. "%] psst\n", complaint())
    gone(ports)
  end)

  it("says so when a process does not start", function()
    with_bot("error('no bot today', 0)")
    assert.equal(1, demo:wait())
    assert.matches("demo: bot did not start: [^\n]*no bot today\n",
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
