-- The page of the command `gop2p`: its table has a row for each command, its
-- options are those of the help, and sessions come out as they are shown,
-- with other ports.

local go = require "spec.support.go"
local installed = require "spec.support.installed"
local manual = require "spec.support.page"
local process = require "spec.support.process"

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
