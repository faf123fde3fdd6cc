-- `gop2p send`, as it is installed: to whom it writes, and what it says of
-- those who did not get it.

local go = require "spec.support.go"
local installed = require "spec.support.installed"
local kit = require "gop2p.testing"
local net = require "spec.support.net"
local scriptfile = require "spec.support.script"
local witness = require "spec.support.witness"

describe("gop2p send", function()
  local tree, peer

  before_each(function() tree, peer = installed.make() end)

  after_each(function() tree:close() end)

  it("writes to everybody", function()
    assert.same({}, tree:done {"send", "--join", peer.name, "--all", "Hello"})
    local data, _, kind = peer:message()
    assert.same({"Hello", "message"}, {data, kind})
    assert.same({}, peer:members())
  end)

  it("writes to one, or to some, through whom it joins", function()
    local other <close> = go.start("v1.1.3", "localhost", {kinds = true})
    other:ask("connect " .. peer.name)
    tree:done {"send", "--to", peer.name, "to one"}
    tree:done {"send", "--to", peer.name, "--to", other.name, "to two"}
    tree:done {"send", "--join", peer.name, "--to", other.name, "to other"}
    assert.equal("to one", (peer:message()))
    local data, _, kind = peer:message()
    assert.same({"to two", "direct"}, {data, kind})
    assert.equal("to two", (other:message()))
    assert.equal("to other", (other:message()))
    assert.same({nil, "timeout"}, {peer:event(0)})
  end)

  it("writes what begins with a dash, after two of them", function()
    for _, text in ipairs {"-5 degrees", "--all", "-"..("-"):rep(9), "--"} do
      tree:done {"send", "--to", peer.name, "--", text}
      assert.equal(text, (peer:message()))
    end
    tree:done {"send", "--to", peer.name, "--json", "--", "-h"}
    assert.equal("-h", (peer:message()))
    local help = table.concat(tree:done {"send", "--help"}, " ")
    assert.matches("begins with %- comes last, after %-%-",
                   (help:gsub("%s+", " ")))
  end)

  it("is heard by ours with its name, and not seen to come or go", function()
    local ann <close>, where = witness.start("ann")
    local bob <close>, other = witness.start("bob", where)
    assert.equal("bob joined", ann:line(20))
    assert.equal("ann joined", bob:line(20))
    tree:done {"send", "--join", where, "--all", "--name", "eve", "to all"}
    tree:done {"send", "--to", where, "--to", other, "--name", "eve",
               "to two"}
    tree:done {"send", "--join", other, "--to", "ann", "to ann"}
    assert.equal("[eve] to all", ann:line(20))
    assert.equal("[eve] to two", ann:line(20))
    assert.matches("^%[localhost:%d+%] to ann$", ann:line(20))
    assert.equal("[eve] to all", bob:line(20))
    assert.equal("[eve] to two", bob:line(20))
    bob:finish()
    assert.equal("bob left", ann:line(20))
  end)

  it("comes with another name where a member has its own", function()
    local ann <close>, where = witness.start("ann")
    local bob <close> = witness.start("ann-2", where)
    assert.equal("ann-2 joined", ann:line(20))
    assert.equal("ann joined", bob:line(20))
    tree:done {"send", "--join", where, "--all", "--name", "ann", "to all"}
    assert.equal("[ann-3] to all", ann:line(20))
    assert.equal("[ann-3] to all", bob:line(20))
    tree:done {"send", "--to", where, "--name", "ann", "to one"}
    assert.equal("[ann-3] to one", ann:line(20))
    tree:done {"send", "--join", where, "--to", "ann-2", "--name", "ann-2",
               "by name"}
    assert.equal("[ann-2-2] by name", bob:line(20))
  end)

  it("loses nothing where several come with one name at once", function()
    local ann <close>, where = witness.start("cron")
    local several, texts = {}, {}
    for i = 1, 6 do
      several[i] = tree.folder:keep(tree:start {"send", "--join", where,
        "--all", "--name", "cron", "text " .. i})
    end
    for i, one in ipairs(several) do
      assert.is_nil(one:line(20))
      assert.equal(0, one:wait())
      texts[i] = ann:line(20):match("^%[cron%-%d%] (text %d)$")
    end
    table.sort(texts)
    assert.same({"text 1", "text 2", "text 3", "text 4", "text 5", "text 6"},
                texts)
  end)

  it("is heard by one of its name in a network of Go programs", function()
    local ann <close> = witness.start("ann", peer.name)
    tree:done {"send", "--join", peer.name, "--all", "--name", "ann", "one"}
    local line
    repeat line = ann:line(20) until line:find("%]")
    assert.equal("[ann-2] one", line)
    assert.equal("one", (peer:message()))
    local status, _, complaint = tree:run {"send", "--join", peer.name,
      "--all", "--name", "ann", "--strict-name", "two"}
    assert.equal(1, status)
    assert.matches("^gop2p send: could not greet localhost:%d+: the name is "
                   .. "taken by another member", complaint)
    assert.same({nil, "timeout"}, {peer:event(0)})
  end)

  it("fails where a member has its name, if that is asked for", function()
    local ann <close>, where = witness.start("ann")
    local status, _, complaint = tree:run {"send", "--join", where, "--all",
      "--name", "ann", "--strict-name", "Hello"}
    assert.equal(1, status)
    assert.equal("gop2p send: could not join through " .. where
                 .. ": the name is taken by another member\n", complaint)
    ann:finish()
    assert.is_nil(ann:line(20))
  end)

  it("takes its port, and the text from its input", function()
    local port = go.gone():match("%d+$")
    tree:done({"send", "--port", port, "--to", peer.name, "-"},
         "two\nlines\n")
    assert.same({"two\nlines", "localhost:" .. port, "direct"},
                {peer:message()})
  end)

  it("sends nothing where the text is empty, if that is asked for", function()
    local function sends(text, ...)
      return tree:done({"send", "--json", "--to", peer.name, ...}, text)[1]
             ~= nil
    end
    for _, empty in ipairs {"", "\n", "\r\n", " \n\n", "\u{A0}\t\u{200B}"} do
      assert.is_false(sends(empty, "--skip-empty", "-"), empty)
      assert.is_false(sends(nil, "--skip-empty", "--", empty), empty)
    end
    assert.same({nil, "timeout"}, {peer:event(0)})
    assert.is_true(sends("", "-"))
    assert.equal("", (peer:message()))
    assert.is_true(sends(" full\n", "--skip-empty", "-"))
    assert.equal(" full", (peer:message()))
    local gone = go.gone()
    tree:done({"send", "--join", gone, "--all", "--skip-empty", "-"}, "")
    assert.equal(2, (tree:run({"send", "--skip-empty", "-"}, "")))
    assert.equal(1, (tree:run({"send", "--to", gone, "--skip-empty", "-"},
                              "full")))
  end)

  it("says who did not get it", function()
    local name = go.gone()
    local args = {"send", "--to", peer.name, "--to", name, "Hello"}
    local status, lines, complaint = tree:run(args)
    assert.same({1, {}}, {status, lines})
    assert.equal("gop2p send: not delivered to " .. name
                 .. ": connection refused\n", complaint)
    table.insert(args, 2, "--json")
    status, lines = tree:run(args)
    assert.equal(1, status)
    assert.same({
      {peer = peer.name, delivered = true},
      {peer = name, delivered = false, code = "ECONNREFUSED",
       error = "connection refused"},
    }, installed.objects(lines))
  end)

  it("says so when nobody lets it in", function()
    local name = go.gone()
    local status, lines, complaint =
      tree:run {"send", "--json", "--to", name, "Hello"}
    assert.same({1, ""}, {status, complaint})
    assert.same({{peer = name, delivered = false, code = "ECONNREFUSED",
                  error = "connection refused"}}, installed.objects(lines))
    status, lines, complaint =
      tree:run {"send", "--join", name, "--all", "Hello"}
    assert.same({1, {}}, {status, lines})
    assert.matches("^gop2p send: could not join through ", complaint)
  end)

  for _, form in ipairs(go.forms) do
    it("does not fail for others that come and go at once: " .. form,
       function()
         local entry <close> = go.start(form, "localhost")
         local several, texts = {}, {}
         for i = 1, 6 do
           several[i] = tree.folder:keep(tree:start {"send", "--json",
             "--join", entry.name, "--all", "text " .. i})
         end
         for _, one in ipairs(several) do
           for line in function() return one:line(20) end do
             assert.matches('"delivered":true', line, 1, true)
           end
           assert.equal(0, one:wait())
         end
         for i = 1, 6 do texts[i] = entry:message() end
         table.sort(texts)
         assert.same({"text 1", "text 2", "text 3", "text 4", "text 5",
                      "text 6"}, texts)
         assert.same({}, entry:members())
       end)
  end

  -- The inbox of "leaves" and of "crashes" is full when the text comes.
  it("tells of members that fail meanwhile, not of those that leave",
     function()
       local entry <close> = scriptfile [[
         local gop2p = require "gop2p"
         gop2p.run(function()
           local node <close> = gop2p.start_local_node(5000)
           while #node:members() < 2 do gop2p.sleep(0.1) end
           node:broadcast("first")
           gop2p.sleep(60)
         end)]]
       local member <close> = scriptfile [[
         local gop2p = require "gop2p"
         gop2p.run(function()
           local node <close> = gop2p.start_local_node(tonumber(arg[1]),
                                                       {inbox_messages = 1})
           node:connect(5000)
           gop2p.sleep(5)
           if arg[2] == "leaves" then node:leave() end
         end)]]
       local command <close> = scriptfile
         "os.exit(require 'gop2p.cli'(arg, 'send'))"
       local network <close> = kit.network()
       network:bot(entry.name, {name = "entry"})
       network:bot(member.name, {name = "leaves", args = {5001, "leaves"}})
       network:bot(member.name, {name = "crashes", args = {5002}})
       network:advance(2)
       local sent = network:bot(command.name, {
         name = "send", may_fail = true,
         args = {"--join", "5000", "--all", "--json", "Hello"}})
       network:advance(20)
       local found = {}
       for _, one in ipairs(installed.objects(sent:prints())) do
         found[one.peer] = one.delivered
       end
       assert.same({["localhost:5000"] = true, ["localhost:5002"] = false},
                   found)
       assert.equal("failed", sent:state())
     end)

  -- On virtual time, since the one who hangs is waited for.
  it("says of those who were not met yet whether they got it", function()
    local member <close> = scriptfile [[
      local gop2p = require "gop2p"
      gop2p.run(function()
        local node <close> = gop2p.start_local_node(tonumber(arg[1]))
        node:connect(5000)
        for msg in node:inbox() do print(msg) end
      end)]]
    local command <close> = scriptfile
      "os.exit(require 'gop2p.cli'(arg, 'send'))"
    local network <close> = kit.network()
    local bots = {}
    for i, name in ipairs {"hangs", "wakes", "gone"} do
      bots[name] = network:bot(member.name, {name = name, args = {5000 + i}})
    end
    for _, bot in pairs(bots) do bot:hang() end
    local sent = network:bot(command.name, {
      name = "send", may_fail = true,
      args = {"--join", "5000", "--all", "--json", "Hello"},
    })
    network:advance(1)
    bots.wakes:resume()
    bots.gone:kill()
    network:advance(20)
    local found = {}
    for _, one in ipairs(installed.objects(sent:prints())) do
      found[one.peer] = one.delivered
    end
    assert.same({["localhost:5000"] = true, ["localhost:5001"] = false,
                 ["localhost:5002"] = true}, found)
    assert.equal("failed", sent:state())
    assert.matches("Hello", bots.wakes:prints()[1])
  end)

  it("says perhaps of one who may have got it", function()
    local hangs <close> = net.canned({message = "hang"})
    local status, lines, complaint =
      tree:run {"send", "--to", hangs.name, "x"}
    assert.same({1, {}, "gop2p send: perhaps not delivered to " .. hangs.name
                 .. ": no response in time\n"}, {status, lines, complaint})
    status, lines = tree:run {"send", "--json", "--to", hangs.name, "x"}
    assert.same({1, {{peer = hangs.name, delivered = false, unsure = true,
      code = "ETIMEDOUT", error = "no response in time"}}},
      {status, installed.objects(lines)})
  end)
end)
