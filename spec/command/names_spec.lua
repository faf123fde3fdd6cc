-- Names in what the commands print, and where they take a peer: real
-- processes, as they are installed.

local cjson = require "cjson"
local installed = require "spec.support.installed"
local net = require "spec.support.net"
local ours = require "spec.support.ours"

local LONG = ("ü"):rep(32)

describe("a name", function()
  local tree

  before_each(function() tree = installed.make() end)

  after_each(function() tree:close() end)

  -- A chat in a pipe, once it has joined; 'greeting': the first of its lines.
  local function chat(name, where, ...)
    local p = tree.folder:keep(tree:start({"chat", "--plain", "--name", name,
      "--join", where, ...}))
    local greeting = p:line()
    repeat local line = p:line() until not line or line:find("^Here: ")
    return p, greeting
  end

  -- What a chat says to a line of its input.
  local function answer(p, line)
    p:send(line)
    return (assert(p:line()))
  end

  -- Two that live and call themselves ann, the second one with where it is:
  -- their networks have become one through a chat that is in the first one's.
  local function anns(other, where)
    local first = tree:listener("--name", "ann", "--join", where)
    local second, elsewhere = tree:listener("--name", "ann")
    other:send("connect " .. elsewhere)
    assert.equal("Here: bob, ann, " .. elsewhere, (other:line()))
    return first, second, elsewhere
  end

  describe("in what is printed", function()
    it("stands before a message, and in its object", function()
      local text, where = tree:listener("--name", "bob")
      local json = tree:listener("--json", "--join", where)
      local p = chat("Jürgen", where)
      p:send("Hello")
      p:send("dm bob psst")
      assert.equal("[Jürgen] Hello", text:line())
      assert.equal("[Jürgen to you] psst", text:line())
      local object = cjson.decode((assert(json:line())))
      assert.equal("Jürgen", object.name)
      assert.equal("Hello", object.data)
      assert.matches("^localhost:%d+$", object.from)
    end)

    it("is that of the first of two, and the other has an address", function()
      local bob, where = tree:listener("--name", "bob")
      local p = chat("cat", where)
      local first, second, elsewhere = anns(p, where)
      p:send("dm ann by name")
      p:send("dm " .. elsewhere .. " by address")
      p:send("dm [" .. elsewhere .. " to you] as printed")
      assert.equal("[cat to you] by name", first:line())
      assert.equal("[cat to you] by address", second:line())
      assert.equal("[cat to you] as printed", second:line())
      assert.is_nil(bob:line(0))
    end)

    it("is another's once the first one has gone", function()
      local _, where = tree:listener("--name", "bob")
      local p = chat("cat", where)
      local first, second = anns(p, where)
      first:kill()
      assert.is_number(first:wait())
      net.await(function()
        return answer(p, "members") == "Here: bob, ann"
      end)
      p:send("dm [ann] Hello")
      assert.equal("[cat to you] Hello", second:line())
    end)

    it("is in the table of watch, with the address", function()
      local _, where = tree:listener("--name", LONG)
      tree:listener("--name", "李", "--join", where)
      tree:listener("--join", where)
      local lines = tree:done {"watch", "--traffic", "--name", "Åsa",
                               "--join", where, "--count", "1"}
      assert.matches("  Åsa %(localhost:%d+%): 3 members$", lines[1])
      table.remove(lines, 1)
      local before = {}
      for i, line in ipairs(lines) do
        before[i] = line:match("^(.-)STATE") or line:match("^(.-)alive")
      end
      table.sort(before)
      local columns = #("(localhost:12345)") + 32 + 3
      for _, text in ipairs(before) do
        local wide = text:find("李") and 1 or 0
        assert.equal(columns, utf8.len(text) + wide, text)
      end
      assert.matches(LONG .. " (" .. where .. ")",
                     table.concat(before, "\n"), 1, true)
      local objects = installed.objects(tree:done {"watch", "--json",
        "--join", where, "--count", "1"})
      local found = {}
      for _, one in ipairs(objects) do found[one.name or ""] = one.peer end
      assert.equal(where, found[LONG])
      assert.matches("^localhost:%d+$", found["李"])
      assert.matches("^localhost:%d+$", found[""])
    end)

    it("is a column of members, and a field", function()
      local _, where = tree:listener("--name", "Jürgen")
      local lines = tree:done {"members", where}
      assert.matches("^NAME    MEMBER +STATE$", lines[1])
      assert.equal("Jürgen  " .. where .. "  answers", lines[2])
      local object = installed.objects(tree:done {"members", "--json",
                                                  where})[1]
      assert.same({"Jürgen", where, true},
                  {object.name, object.peer, object.answers})
    end)

    it("is in what send reports", function()
      local p, where = tree:listener("--name", "Åsa")
      assert.same({{peer = where, name = "Åsa", delivered = true}},
        installed.objects(tree:done {"send", "--json", "--name", "bob",
                                     "--join", where, "--all", "Hello"}))
      assert.equal("[bob] Hello", p:line())
    end)

    it("is what a receiver is called who did not get it", function()
      local _, where = tree:listener("--name", "bob")
      local p = chat("cat", where)
      local ann, there = tree:listener("--name", "ann", "--join", where)
      net.await(function()
        return answer(p, "members") == "Here: bob, ann"
      end)
      ann:kill("KILL")
      assert.is_number(ann:wait())
      assert.matches("^Not delivered to ann: ",
                     answer(p, "dm " .. there .. " Hello"))
    end)

    it("is told with its owner, whose version shows none", function()
      local older <close> = ours.start({version = 1})
      local p = tree.folder:keep(tree:start({"chat", "--plain", "--name",
                                             "ann"}))
      local port = math.tointeger(tonumber(p:line():match(":(%d+)%)")))
      assert.equal(200, net.ask(port, older:connect()).status)
      local line
      repeat line = p:line() until line:find("^%(")
      assert.matches("^%(no full understanding with " .. older.name .. ": ",
                     line)
    end)
  end)

  it("that a member cannot show does not make it silent", function()
    local connect = net.recorded("v1.1.3", "response-connect-first"):gsub(
      "\r\n", "\r\nGop2p-Lua: 1 127.0.0.1:1\r\n"
      .. "Gop2p-Process: 0123456789abcdef\r\n", 1)
    local older <close> = net.canned {connect = connect}
    local status, lines, complaint = tree:run {"members", "--name", "ann",
                                               older.name}
    assert.equal(0, status)
    assert.matches("^%- +127%.0%.0%.1:%d+ +answers$", lines[2])
    assert.matches("^gop2p members: no full understanding with 127%.0%.0%.1:",
                   complaint)
  end)

  describe("where a peer is taken", function()
    it("is written to, as printed too", function()
      local ann, where = tree:listener("--name", "ann")
      local p = chat("bob", where)
      for _, to in ipairs {"ann", "[ann]", where, "[" .. where .. "]",
                           "ann (" .. where .. ")",
                           "[ann (" .. where .. ")]"} do
        p:send("/dm " .. to .. " to  " .. to)
        assert.equal("[bob to you] to  " .. to, ann:line())
      end
      p:send("dm ann (psst) you")
      assert.equal("[bob to you] (psst) you", ann:line())
      assert.matches("^Nobody here is called dan%. ",
                     answer(p, "/dm dan Hello"))
      assert.equal("Here: ann", answer(p, "connect ann"))
      assert.matches("^Nobody here is called dan%. ", answer(p, "/join dan"))
    end)

    it("is sent to once the sender has joined", function()
      local ann, where = tree:listener("--name", "ann")
      tree:done {"send", "--join", where, "--to", "ann", "one"}
      tree:done {"send", "--join", where, "--to", "[ann]", "two"}
      assert.matches("^%[localhost:%d+ to you%] one$", (ann:line()))
      assert.matches("^%[localhost:%d+ to you%] two$", (ann:line()))
      local args = {"send", "--join", where, "--to", "dan", "--to", "ann",
                    "three"}
      local status, lines, complaint = tree:run(args)
      assert.same({1, {}, "gop2p send: not delivered to dan: no member has "
                   .. "this name\n"}, {status, lines, complaint})
      assert.matches("three$", (ann:line()))
      status, lines = tree:run({"send", "--json", table.unpack(args, 2)})
      assert.equal(1, status)
      assert.same({
        {name = "dan", delivered = false, code = "ENOTFOUND",
         error = "no member has this name"},
        {name = "ann", peer = where, delivered = true},
      }, installed.objects(lines))
    end)

    it("is reported when nobody lets the sender in", function()
      local nobody <close> = net.nobody()
      local status, lines = tree:run {"send", "--json", "--join",
        nobody.name, "--to", "ann", "Hello"}
      assert.equal(1, status)
      assert.same({{name = "ann", delivered = false, code = "ECONNREFUSED",
                    error = "connection refused"}},
                  installed.objects(lines))
    end)

    it("cannot be joined through", function()
      local status, lines, complaint = tree:run {"send", "--to", "ann", "x"}
      assert.same({2, {}, "gop2p send: a name cannot be joined through: "
                   .. "--to ann needs --join PEER\n"},
                  {status, lines, complaint})
      for _, args in ipairs {{"send", "--join", "ann", "--all", "x"},
                             {"members", "ann"}} do
        status, lines, complaint = tree:run(args)
        assert.same({2, {}}, {status, lines})
        assert.matches(": not a peer: ann\n", complaint, 1, true)
      end
    end)
  end)

  describe("of one's own", function()
    it("is told at the start, and when it is changed", function()
      local bob, where = tree:listener("--name", "bob")
      local p, greeting = chat("ann", where)
      assert.matches("^You are ann %(localhost:%d+%)%. Try help%.$", greeting)
      local endpoint = greeting:match("%((.-)%)")
      assert.equal("You are ann (" .. endpoint .. ").", answer(p, "/nick"))
      assert.equal("You are Åsa.", answer(p, "/nick Åsa"))
      p:send("Hello")
      assert.equal("[Åsa] Hello", bob:line())
      assert.equal("You are " .. LONG .. ".", answer(p, "/nick " .. LONG))
      assert.equal("Not renamed: could not take the name bob: the name is "
                   .. "taken by another member", answer(p, "/nick bob"))
      for _, wrong in ipairs {"a b", "1x", "a:b", ("a"):rep(33)} do
        assert.matches("Not a name: " .. wrong .. " (1 to 32 visible ",
                       answer(p, "/nick " .. wrong), 1, true)
      end
      assert.equal("You are " .. LONG .. " (" .. endpoint .. ").",
                   answer(p, "/NICK"))
      p:finish()
      assert.equal(1, p:wait())
    end)

    it("is another one like it where it is taken, and stays", function()
      local ann, where = tree:listener("--name", "ann")
      local p = tree.folder:keep(tree:start({"chat", "--plain", "--name",
                                             "ann", "--join", where}))
      assert.matches("^You are ann %(", (p:line()))
      assert.equal("You are ann-2: ann is taken.", p:line())
      assert.equal("Here: ann", p:line())
      p:send("Hello")
      assert.equal("[ann-2] Hello", ann:line())
      assert.equal("You have left.", answer(p, "disconnect"))
      ann:kill()
      assert.is_number(ann:wait())
      local bob, there = tree:listener("--name", "bob")
      assert.equal("Here: bob", answer(p, "connect " .. there))
      p:send("again")
      assert.equal("[ann-2] again", bob:line())
      p:send("disconnect")
      local third, elsewhere = tree:listener("--name", "ann-2")
      assert.equal("You have left.", p:line())
      assert.equal("You are ann-3: ann-2 is taken.",
                   answer(p, "connect " .. elsewhere))
      assert.equal("Here: ann-2", p:line())
      p:finish()
      assert.equal(0, p:wait())
      assert.is_nil(third:line(0))
    end)

    it("of 32 characters is cut for that", function()
      local _, where = tree:listener("--name", LONG)
      local p = tree.folder:keep(tree:start({"chat", "--plain", "--name",
                                             LONG, "--join", where}))
      assert.is_string(p:line())
      assert.equal(("You are %s-2: %s is taken."):format(("ü"):rep(30), LONG),
                   p:line())
    end)

    it("is strict when that is asked for", function()
      local _, where = tree:listener("--name", "ann")
      local status, lines = tree:run({"chat", "--strict-name", "--name",
                                      "ann", "--join", where}, "Hello\n")
      assert.equal(1, status)
      assert.same({"Not connected: could not join through " .. where
                   .. ": the name is taken by another member"},
                  {table.unpack(lines, 2)})
    end)

    it("that is taken keeps the other commands out", function()
      local ann, where = tree:listener("--name", "ann")
      for _, args in ipairs {{"listen"}, {"watch", "--traffic"}, {"repl"},
                             {"send", "--strict-name", "--all", "Hello"}} do
        local command = table.remove(args, 1)
        local status, lines, complaint = tree:run {command, "--name", "ann",
          "--join", where, table.unpack(args)}
        assert.same({1, {}}, {status, lines})
        assert.matches("gop2p " .. command .. ": could not join through "
          .. where .. ": the name is taken by another member\n", complaint, 1,
          true)
      end
      assert.is_nil(ann:line(0))
      -- These two do not come in.
      tree:done {"watch", "--name", "ann", "--join", where, "--count", "1"}
      tree:done {"members", "--name", "ann", where}
    end)

    it("is that of one who has been killed", function()
      local bob, where = tree:listener("--name", "bob")
      local ann = tree:listener("--name", "ann", "--join", where)
      ann:kill("KILL")
      assert.is_number(ann:wait())
      local p = chat("ann", where)
      p:send("Hello")
      assert.equal("[ann] Hello", bob:line())
    end)

    it("has a letter first, and nothing that could be a peer", function()
      for _, command in ipairs {"chat", "repl", "listen", "watch",
                                "members 5000", "send --all x", "bot x"} do
        for _, wrong in ipairs {"a b", "1x", "a:b", ("a"):rep(33), ""} do
          local args = {}
          for word in command:gmatch("%S+") do args[#args + 1] = word end
          local status, lines, complaint =
            tree:run {args[1], "--name=" .. wrong, table.unpack(args, 2)}
          assert.same({2, {}}, {status, lines})
          assert.matches(": not a name: " .. wrong .. " (1 to 32 visible "
            .. "characters expected", complaint, 1, true)
        end
      end
    end)
  end)
end)
