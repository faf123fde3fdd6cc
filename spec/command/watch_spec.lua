-- `gop2p watch`, as it is installed: its figures as objects and as a table,
-- and how it stays in its place on a terminal.

local cjson = require "cjson"
local installed = require "spec.support.installed"
local witness = require "spec.support.witness"

-- The published programs give no list, so watch is a member there.
describe("gop2p watch", function()
  local tree, peer

  before_each(function() tree, peer = installed.make() end)

  after_each(function() tree:close() end)

  it("counts what each member says", function()
    local p <close> = tree:start({"watch", "--join", peer.name,
                                  "--interval", "0.05", "--json"})
    assert.same({0, 0, peer.name}, (function(first)
      return {first.messages, first.bytes, first.peer}
    end)(cjson.decode((assert(p:line())))))
    peer:ask("broadcast Hello")
    local now, rate
    repeat
      now = cjson.decode((assert(p:line())))
      rate = rate or now.rate > 0 and now.rate
    until now.messages == 1 and rate and now.rtt
    assert.equal("alive", now.state)
    assert.is_true(now.rtt < 5)
    assert.equal(5, now.bytes)
    assert.is_true(now.silent < 5)
    p:kill("INT")
    assert.equal(0, p:wait())
    assert.same({}, peer:members())
  end)

  it("prints a table as often as it is told", function()
    local lines = tree:done {"watch", "--join", peer.name, "--count", "2",
                             "--interval", "0.05"}
    assert.equal(6, #lines)
    for i = 0, 3, 3 do
      assert.matches("^%d%d:%d%d:%d%d  localhost:%d+: 1 member$",
                     lines[i + 1])
      assert.matches("^MEMBER +STATE +ROUND TRIP +MESSAGES +PER SECOND " ..
                     "+BYTES +SILENT$", lines[i + 2])
      assert.matches("^" .. peer.name .. " +alive +%S.- +0 +0%.0 +0 +%-$",
                     lines[i + 3])
    end
    -- Before its tasks have begun it has looked.
    lines = tree:done {"watch", "--count", "1"}
    assert.matches(": 0 members$", lines[1])
  end)

  it("looks at a network of ours, which does not notice", function()
    local ann <close>, where = witness.start("ann")
    local p <close> = tree:start({"watch", "--join", where, "--json",
                                  "--interval", "0.3"})
    local one = cjson.decode((assert(p:line(20))))
    assert.same({where, "ann", "alive"}, {one.peer, one.name, one.state})
    assert.is_true(one.rtt < 5)
    assert.is_nil(one.messages)
    local bob <close>, other = witness.start("bob", where)
    assert.equal("bob joined", ann:line(20))
    assert.equal("ann joined", bob:line(20))
    repeat one = cjson.decode((assert(p:line(20)))) until one.name == "bob"
    assert.same({other, "alive"}, {one.peer, one.state})
    ann:send("Hello")
    assert.equal("[ann] Hello", bob:line(20))
    ann:finish()
    assert.is_nil(ann:line(20))   -- nobody else has come or gone
    ann:wait()
    -- The one that gave the list has gone; bob goes on with it.
    repeat
      one = cjson.decode((assert(p:line(20))))
    until one.peer == other and cjson.decode((p:line(20))).peer == other
    p:kill("INT")
    assert.equal(0, p:wait())
  end)

  it("prints a table of whom it looks at", function()
    local _, where = tree:listener("--name", "ann")
    local lines = tree:done {"watch", "--join", where, "--count", "2",
                             "--interval", "0.05"}
    assert.equal(6, #lines)
    for i = 0, 3, 3 do
      assert.matches("^%d%d:%d%d:%d%d  ann.*: 1 member$", lines[i + 1])
      assert.matches("^MEMBER +STATE +ROUND TRIP$", lines[i + 2])
      assert.matches("^ann %(" .. where .. "%) +alive +%d+ ms$",
                     lines[i + 3])
    end
  end)

  it("joins to count what is said", function()
    local ann <close>, where = witness.start("ann")
    local p <close> = tree:start({"watch", "--join", where, "--json",
                                  "--interval", "0.05", "--traffic"})
    assert.equal(0, cjson.decode((assert(p:line(20)))).messages)
    assert.matches("^localhost:%d+ joined$", ann:line(20))
    ann:send("Hello")
    repeat
      local one = cjson.decode((assert(p:line(20))))
    until one.messages == 1 and one.bytes == 5
  end)

  it("stays in its place", function()
    local t = tree:terminal {"watch", "--join", peer.name, "--interval",
                             "0.1"}
    t:shows("^" .. peer.name .. " +alive +%S.- +0 +0%.0 +0 +%-$")
    peer:broadcast("Hello")
    t:shows("^" .. peer.name .. " +alive +%S.- +1 +0%.0 +5 +0 s$")
    local lines = t:screen()
    assert.equal(3, #lines, table.concat(lines, "\n"))
    assert.matches(": 1 member$", lines[1])
    t:type("C-c")
    assert.equal(0, t:over())
    assert.same({}, peer:members())
  end)

  it("stays in its place in a window that is narrower", function()
    local t = tree:terminal({"watch", "--join", peer.name, "--interval",
                             "0.1"}, {columns = 40})

    local function look()
      return t:text():match(".*\n(%d%d:%d%d:%d%d  )")
             or t:text():match("^%d%d:%d%d:%d%d  ")
    end

    -- How many lines there are, also after another look.
    local function stays()
      local before, lines = look(), #t:screen()
      t:see("another look", function() return look() ~= before end)
      assert.equal(lines, #t:screen(), t:text())
      return lines
    end

    t:shows("^" .. peer.name .. " +alive ")
    assert.equal(3, stays())
    t:resize(30, 24)
    t:see("a look of that width", function(lines)
      return #lines > 3 and lines[#lines - 1]:find("^MEMBER +STATE  ROUND$")
    end)
    stays()
  end)
end)
