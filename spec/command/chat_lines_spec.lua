-- What a line of the chat means: which ones are said to everybody, and that
-- nothing is which was meant for one alone.

local go = require "spec.support.go"
local line = require "gop2p.cli.line"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"

-- Until what it gives is closed a table has another value there.
local function replaced(where, key, value)
  local before = where[key]
  where[key] = value
  return setmetatable({}, {__close = function() where[key] = before end})
end

describe("a line of the chat", function()
  local peer, chat

  local function start(env, ...)
    chat = assert(process.start({LUA, "lua/gop2p/examples/chat.lua",
      "--join", peer.name, ...}, {env = env}))
    assert.is_string(chat:upto("\nHere: " .. peer.name .. "\n"))
  end

  local function says(text)
    local said, err = chat:line()
    assert.equal(text, said or err)
  end

  -- It is said to everybody, as it stands or as this.
  local function is_said(text, as)
    chat:send(text)
    assert.equal(as or text, (peer:message()))
  end

  before_each(function()
    peer = go.start("v1.1.3", "localhost", {kinds = true})
  end)

  after_each(function()
    if chat then chat:close() end
    peer:close()
  end)

  it("is a command or an error where a slash begins it", function()
    start()
    for _, form in ipairs {
      "/dm:%s x", "/2 x", "/me waves", "/usr/bin/env", "/", "/ dm %s x",
      " /md %s x", "\u{A0}/2 x", "\u{FEFF}/dmm %s x", "\u{200B}\t/2 x",
      "/dm,%s x", "/dm/%s x", "/-", "/ä",
    } do
      local text = form:gsub("%%s", peer.name)
      chat:send(text)
      local word = text:match("/[^ ]*")
      says("No such command: " .. word .. ". Try help; // instead of / says "
           .. "the line.")
    end
    for text, word in pairs {["／2 x"] = "／2", ["/\u{200B}me x"] = "/me",
                             ["\u{2044}dm, x"] = "\u{2044}dm,"} do
      chat:send(text)
      says("No such command: " .. word .. ". Try help; // instead of / says "
           .. "the line.")
    end
    is_said "the next one"
  end)

  it("takes all that is blank for a space", function()
    start()
    for _, form in ipairs {
      "/dm\u{A0}%s my password", "/dm\u{3000}%s\u{3000}my password",
      "\u{FEFF}/dm %s my password", " /dm %s my password",
      "/dm\u{200B} %s \u{2060}my password", "\u{2003}dm %s my password",
      "dm\u{A0}%s\u{202F}my password", "\t/dm\t%s\tmy password\t",
      "/DM %s my password", "／dm %s my password", "／ｄｍ　%s　my password",
      "/\u{200B}dm %s my password", "d\u{200B}m %s my password",
      "\u{2215}d\u{AD}m %s\u{FEFF} my password",
    } do
      chat:send((form:gsub("%%s", peer.name)))
      local text, _, kind = peer:message()
      assert.same({"my password", "direct"}, {text, kind})
    end
    chat:send("/dm " .. peer.name .. " a\u{A0}b  \u{200D}c")
    assert.equal("a\u{A0}b  \u{200D}c", (peer:message()))
  end)

  it("keeps what is part of the last letter", function()
    start()
    for _, text in ipairs {"\u{2764}\u{FE0F}", "\u{845B}\u{E0100}",
                           "\u{1F3F4}\u{E0067}\u{E0062}\u{E0077}"
                           .. "\u{E006C}\u{E0073}\u{E007F}", "e\u{301}"} do
      chat:send("/dm " .. peer.name .. " x " .. text .. " \u{FEFF}")
      assert.equal("x " .. text, (peer:message()))
      is_said("/say " .. text .. "\u{3000}", text)
    end
  end)

  it("is blank where nothing of it is seen", function()
    for _, blank in ipairs {"\u{A0}", "\u{2800}", "\u{3164}", "\u{115F}",
                            "\u{FE0F}", "\u{E0041}", "\u{180B}", "\u{34F}",
                            "\u{9B}", "\u{FEFF}", "\u{2028}", " \t\r"} do
      assert.is_true(line.isblank(blank .. " " .. blank))
      assert.same({"help", ""}, {line.parse(blank .. "/help" .. blank, false,
                                            function() end)})
    end
    for _, seen in ipairs {"\xE9", "\xC3", "\u{E9}", "\u{301}", "x\u{A0}",
                           "\xC3\xC3", "\u{2801}"} do
      assert.is_false(line.isblank(seen))
    end
  end)

  it("sends one slash of two, and what /say has", function()
    start()
    is_said("//x", "/x")
    is_said("// x", "/ x")
    is_said(" //dm " .. peer.name .. " x", "/dm " .. peer.name .. " x")
    is_said("///", "//")
    is_said("/say help", "help")
    is_said("/say  dm " .. peer.name .. "  x ", "dm " .. peer.name .. "  x")
  end)

  it("is said where a word is followed by what it does not take", function()
    start()
    for _, text in ipairs {
      "connect your laptop first", "connect me", "dm me later", "dm later",
      "quit", "join 5000", "leave", "nick is here", "members only", "help!",
      "exit, please", "disconnect the cable", "  return x", "?", "reconnect",
    } do
      is_said(text)
    end
  end)

  it("knows the published words, where they take the rest", function()
    start()
    chat:send "members"
    says("Here: " .. peer.name)
    chat:send "help "
    assert.is_string(chat:upto("one of them%.\n"))
    chat:send("dm " .. peer.port .. " one")
    assert.equal("one", (peer:message()))
    chat:send "disconnect"
    says "You have left."
    chat:send("connect " .. peer.name)
    says("Here: " .. peer.name)
    chat:send "exit"
    assert.equal(0, chat:wait())
    assert.same({}, peer:members())
  end)

  it("is not said where somebody was meant who is not here", function()
    start()
    for text, said in pairs {
      ["dm localhost:99999 x"] = "Not a peer: localhost:99999.",
      ["dm 99999 x"] = "Not a peer: 99999.",
      ["dm [bob] x"] = "Nobody here is called [bob].",
      ["connect localhost:0"] = "Not a peer: localhost:0.",
    } do
      chat:send(text)
      assert.matches(said, (chat:line()), 1, true)
    end
  end)

  it("is not said to all where it is for one who has just left", function()
    local bob <close> = assert(process.start {LUA,
      "lua/gop2p/examples/chat.lua", "--name", "bob"})
    local port = bob:upto("localhost:%d+"):match("%d+$")
    chat = assert(process.start {LUA, "lua/gop2p/examples/chat.lua",
                                 "--join", port})
    assert.is_string(chat:upto("\nHere: bob\n"))
    chat:send("connect " .. peer.name)
    assert.matches("^Here: .*bob", (chat:line()))
    for _, form in ipairs {"dm Bob x", "dm @bob x", "dm bob: x"} do
      chat:send(form)
      local said = chat:line()
      assert.truthy(said:find "^Nobody here is called Bob%. "
                    or said:find("^Not a peer: " .. form:match(" (.*) x")))
    end
    bob:finish()
    assert.equal(0, bob:wait())
    chat:send "dm bob x"
    assert.matches("^Nobody here is called bob%. ", (chat:line()))
    chat:send "over"
    assert.equal("over", (peer:message()))
  end)

  it("is never said where one may be meant, however it is written", function()
    local key = line.key("böb")
    local function isone(who) return line.key(who) == key end
    for _, typed in ipairs {
      "dm bö\u{200B}b x", "d\u{200B}m böb x", "dm bo\u{308}b x", "dm BÖB x",
      'dm "böb" x', "dm “böb” x", "dm ‹böb> x", "dm « böb » x", "dm „Böb“ x",
      "dm 「böb」 x", "dm: böb x", "dm:böb x", "“dm böb x”", "ｄｍ böb x",
      "dm\u{200B}böb x", "dm\u{3164}böb x", "\\dm böb x", "dm (böb), x",
      'dm "5000" x', 'dm "localhost:5000" x', "dm böb", "dm, böb", "dm bob x",
      "dm b\u{2060}ÖB\u{FE0F}: x", "dm \u{200E}böb\u{200E} x", "-dm böb x",
    } do
      assert.not_equal("say", (line.parse(typed, false, isone)), typed)
    end
    for _, typed in ipairs {
      "dm me", "dm’d böb today", "dmböb x", "ask böb", "dm is böb's",
      "d m böb", "dmm böb x", "böb: dm me", '"böb" x',
    } do
      assert.same({"say", typed}, {line.parse(typed, false, isone)})
    end
  end)

  it("finds what is typed behind what is not seen", function()
    local function isone(who) return who == "böb" end
    for typed, rest in pairs {
      ["/d\u{200B}m b\u{2060}öb  a\u{200D}b"] = "b\u{2060}öb  a\u{200D}b",
      ["\u{3164}／say\u{AD} \u{2060}ä"] = "ä", ["/say x\xC3"] = "x\xC3",
      ["/dm\u{A0}böb \u{200F}ש"] = "böb \u{200F}ש",
    } do
      assert.equal(rest, (select(2, line.parse(typed, false, isone))))
    end
    assert.same({"böb", "a\u{200D}b"},
                {line.receiver("b\u{2060}öb \u{200B} a\u{200D}b", isone)})
    assert.same({"say", "/\xC3"}, {line.parse("//\xC3", false, isone)})
  end)

  it("goes to the member with the name as it is seen, or to none", function()
    local bob <close> = assert(process.start {LUA,
      "lua/gop2p/examples/chat.lua", "--name", "böb", "--join", peer.name})
    assert.is_string(bob:upto("\nHere: .-\n"))
    chat = assert(process.start {LUA, "lua/gop2p/examples/chat.lua",
                                 "--join", peer.name})
    assert.matches("böb", (chat:upto("\nHere: .-\n")))
    chat:send("d\u{200B}m bö\u{200B}b secret")
    assert.matches(" to you%] secret\n$", (bob:upto("secret\n")))
    for typed, said in pairs {
      ["dm BÖB x"] = "^Nobody here is called BÖB%.",
      ["dm bo\u{308}b x"] = "^Nobody here is called ",
      ["dm “böb” x"] = "^Not a peer: ", ["dm: böb x"] = "^Said to nobody",
    } do
      chat:send(typed)
      assert.matches(said, (chat:line()))
    end
    is_said "over"
  end)

  -- What the letters of a byte are is the locale's to say: in Turkish ones
  -- "I" is not the capital of "i".
  it("means the same in every locale", function()
    local function turkish(text)
      return (text:gsub("[A-HJ-Z]", function(c)
        return string.char(c:byte() + 32)
      end))
    end
    local _ <close> = replaced(string, "lower", turkish)
    for text, name in pairs {["/QUIT"] = "exit", ["/Members"] = "members",
                             ["EXIT"] = "exit"} do
      assert.equal(name, (line.parse(text, false, function() end)))
    end
  end)

  it("is a line each in a pipe", function()
    start()
    chat:write("one\n/members\ntwo\n\n \n\u{A0}\nthree\n")
    says("Here: " .. peer.name)
    for _, word in ipairs {"one", "two", "three"} do
      assert.equal(word, (peer:message()))
    end
  end)
end)
