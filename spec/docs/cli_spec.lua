-- The page of the command `gop2p`: its table has a row for each command, its
-- options are those of the help, and sessions come out as they are shown,
-- with other ports.

local go = require "spec.support.go"
local installed = require "spec.support.installed"
local manual = require "spec.support.page"
local process = require "spec.support.process"
local scriptfile = require "spec.support.script"
local witness = require "spec.support.witness"

local page = manual.read("lua/gop2p/cli/README.md")

-- The set of options in a text.
local function options(text)
  local set = {}
  for option in text:gmatch("%-%-%l[%l-]*") do set[option] = true end
  return set
end

describe("the page of the command", function()
  local tree, peer

  before_each(function() tree, peer = installed.make() end)

  after_each(function() tree:close() end)

  it("has a row for each command", function()
    local listed = {}
    for _, cells in ipairs(page:rows("gop2p")) do
      listed[#listed + 1] = cells[1]:match("^`gop2p (%l+)")
    end
    local known = {}
    for _, line in ipairs(tree:done {"--help"}) do
      known[#known + 1] = line:match("^   (%l+)  +%u")
    end
    assert.same(known, listed)
  end)

  it("names options that the help has, for each command", function()
    local all = options(table.concat(tree:done {"--help"}, "\n"))
    for _, cells in ipairs(page:rows("gop2p")) do
      local name = cells[1]:match("^`gop2p (%l+)")
      local there = options(table.concat(tree:done {name, "--help"}, "\n"))
      for option in pairs(there) do all[option] = true end
      for option in pairs(options(cells[2])) do
        assert.is_true(there[option], name .. " " .. option)
      end
    end
    for option in pairs(options(page.text)) do
      assert.is_true(all[option], option)
    end
  end)

  it("shows what a shell does", function()
    local ann, where = tree:listener("--name", "ann")
    assert.equal("connected 1", peer:ask("connect " .. where))
    local ports = {["5000"] = where:match("%d+$"), ["5001"] = peer.port,
                   ["5002"] = go.gone():match("%d+$")}
    local session = page:blocks("text")[2]:gsub("500%d", ports)
    local commands, shown = {}, {}
    for line in session:gmatch("[^\n]+") do
      commands[#commands + 1] = line:match("^%$ (.*)")
      if not line:find("^%$") then
        shown[#shown + 1] = line:gsub(" +", " ")
      end
    end
    -- The members are listed in the order of their ports.
    if peer.port < math.tointeger(tonumber(ports["5000"])) then
      shown[2], shown[3] = shown[3], shown[2]
    end
    local p <close> = assert(process.start({"sh", "-c", "exec 2>&1\n"
      .. "PATH=" .. tree.dir .. "/tree/bin:$PATH\n"
      .. table.concat(commands, "\n")}, {env = tree.env}))
    for _, line in ipairs(shown) do
      assert.equal(line, (assert(p:line(10)):gsub(" +", " ")))
    end
    assert.equal(0, p:wait())
    assert.equal("The backup is done.", (peer:message()))
    assert.matches("%] The backup is done%.$", (ann:line()))
    assert.matches(" to you%] Hello$", (ann:line()))
  end)

  -- Runs a line of the page, at another port.
  local function shell(command, port)
    command = command:gsub("5000", port)
                     :gsub("gop2p ", tree.command .. " ")
    return assert(process.start({"sh", "-c", command}, {env = tree.env}))
  end

  it("shows a job that is silent when all is well", function()
    local job = page.text:match("\n%*/5 %* %* %* %* (check | [^\n]+)\n")
                         :gsub("/usr/local/bin/", "")
    for said, check in pairs {["all is lost"] = "echo all is lost",
                              [false] = "true"} do
      local p <close> = shell(job:gsub("check", check), peer.port)
      assert.is_nil(p:line(10))
      assert.equal(0, p:wait())
      if said then assert.equal(said, (peer:message())) end
    end
    assert.same({nil, "timeout"}, {peer:event(0)})
  end)

  it("shows how a bot is asked from a shell", function()
    local bot <close> = scriptfile [[
      local bot = require("gop2p.bot").new {
        name = "dice", join = arg[1], store = false}
      bot:command("roll", "rolls a die", function() return "six" end)
      bot:run()]]
    local member <close>, where = witness.start("ann")
    tree.folder:keep(tree:start {"bot", bot.name, where})
    assert.equal("dice joined", member:line(20))
    local line
    local p <close> = shell(page.text:match("\n(%(echo '/dm[^\n]+)"),
                            where:match("%d+$"))
    repeat line = p:line(20) until not line or line:find("^%[")
    assert.equal("[dice to you] six", line)
    assert.equal(0, p:wait())
  end)

  -- Bob does what a line of the chat shows of it.
  local function bob_does(bob, line)
    local direct, said = line:match("%[bob( ?[^]]*)%] (.*)")
    local name = line:match("%* bob is now (.*)")
    if said then
      bob:send((direct == "" and "" or "/dm ann ") .. said)
    elseif name then
      bob:send("/nick " .. name)
    elseif line:find("left$") then
      bob:send("/quit")
    end
  end

  -- Line by line: what is typed, what the other one does.
  it("shows what the chat does", function()
    local session = page:blocks("text")[1]
    local bob = tree.folder:keep(tree:start({"chat", "--plain", "--name",
                                             "bob"}))
    local port = bob:line():match("%(localhost:(%d+)%)")
    for _ = 1, 2 do bob:line() end   -- who can join it
    local t = tree:terminal {"chat", "--name", "ann", "--join", port}
    session = session:gsub("5001",
                           (t:shows "^You are ann %(localhost:(%d+)%)"))
    t:prompts(">")
    local want, heard = {}, {}
    for line in session:gmatch("[^\n]+") do
      local typed = line:match("^> (.*)")
      if typed then t:enter(typed) end
      if typed and (not typed:find("^/") or typed:find("^/dm")) then
        heard[#heard + 1] = bob:line()
      end
      bob_does(bob, line)
      if not line:find("^%$") then
        want[#want + 1] = line:gsub("^%d%d:%d%d", "12:34")
        t:see(line, function(lines)
          return lines[#want] and
                 lines[#want]:gsub("^%d%d:%d%d", "12:34") == want[#want]
        end)
      end
    end
    assert.equal(0, t:over())
    assert.same({"[ann] Hello, everybody", "[ann to you] Thank you."}, heard)
  end)
end)
