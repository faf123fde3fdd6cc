-- Names on a terminal: the chat and the prompts, as they are installed.

local installed = require "spec.support.installed"
local session = require "spec.support.session"

-- In the C locale, too, whose readline knows no characters but ASCII.
local LOCALES = {"C.UTF-8", "C"}

describe("a name on a terminal", function()
  local tree

  before_each(function() tree = installed.make() end)

  after_each(function() tree:close() end)

  local function chat(name, ...)
    local t = tree:terminal({"chat", "--name", name, ...})
    local endpoint = t:shows("^You are " .. name .. " %((localhost:%d+)%)%.")
    t:prompts(">")
    return t, endpoint
  end

  it("is shown with what is said, and who comes, goes, is renamed", function()
    local ann, where = chat("ann")
    local bob = chat("Åsa", "--join", where)
    bob:shows("^Here: ann$")
    ann:shows("^%d%d:%d%d %* Åsa joined$")
    bob:enter "Hello"
    ann:shows("^%d%d:%d%d %[Åsa%] Hello$")
    bob:enter "/dm ann psst"
    ann:shows("^%d%d:%d%d %[Åsa to you%] psst$")
    bob:enter "/nick Jürgen"
    bob:shows("^You are Jürgen%.$")
    ann:shows("^%d%d:%d%d %* Åsa is now Jürgen$")
    ann:enter "/nick Jürgen"
    ann:shows("^Not renamed: could not take the name Jürgen: ")
    bob:enter "/quit"
    ann:shows("^%d%d:%d%d %* Jürgen left$")
    ann:prompts(">")
  end)

  it("keeps its colour when it is another one", function()
    local ann, where = chat("ann")
    local bob = chat("bob", "--join", where)
    local function colour(text)
      bob:enter(text)
      ann:shows("%] " .. text .. "$")
      return ann:tmux("capture-pane", "-p", "-e")
        :match("(\27%[%d+m)%[[^]]+%]\27[^\n]* " .. text)
    end
    local before = colour("before")
    assert.matches("^\27%[%d+m$", before)
    for _, name in ipairs {"bea", "Åsa", "dan"} do
      bob:enter("/nick " .. name)
      bob:shows("^You are " .. name)
      assert.equal(before, colour("as " .. name))
    end
  end)

  it("is completed, and leaves the line whole", function()
    for _, locale in ipairs(LOCALES) do
      local ann, where = tree:listener("--name", "Jürgen")
      tree:listener("--name", "Åsa-2", "--join", where)
      local t = tree:terminal({"chat", "--name", "Zoë", "--join", where},
                              {env = {LC_ALL = locale}})
      t:shows("^Here: Jürgen, Åsa%-2$")
      t:type("/dm J", "Tab", " psst", "Enter")
      assert.equal("[Zoë to you] psst", ann:line())
      t:type("/dm Jü", "Tab", " again", "Enter")
      assert.equal("[Zoë to you] again", ann:line())
      t:prompts(">")
      t:type("C-l")
      t:prompts(">")
      t:enter "/nick Ünsal"
      t:shows("^You are Ünsal%.$")
      t:prompts(">")
      t:type("C-d")
      assert.equal(0, t:over())
    end
  end)

  it("stands as it is typed, also where nothing tells the locale", function()
    for _, locale in ipairs {"", "C.UTF-8"} do
      local t = tree:terminal({"chat", "--name", "Zoë"}, {
        env = {LC_ALL = locale, LC_CTYPE = "", LANG = ""}})
      t:prompts(">")
      t:enter "/nick Åsa"
      t:shows("^> /nick Åsa$")
      t:shows("^You are Åsa%.$")
      t:prompts(">")
      t:type("C-d")
      assert.equal(0, t:over())
    end
  end)

  it("that is taken ends a chat that is strict", function()
    local _, where = tree:listener("--name", "ann")
    local t = tree:terminal {"chat", "--name", "ann", "--strict-name",
                             "--join", where}
    assert.equal(1, t:over())
    t:shows("^Not connected: could not join through " .. where .. ": the ")
    t = tree:terminal {"chat", "--name", "ann", "--join", where}
    t:shows("^You are ann%-2: ann is taken%.$")
    t:prompts(">")
  end)

  it("of a member does not break a table that is narrower", function()
    local name = ("ü"):rep(20)
    local _, where = tree:listener("--name", name)
    local t = tree:terminal({"watch", "--join", where}, {columns = 14})
    t:shows("^" .. ("ü"):rep(13) .. "$")
  end)

  it("is in the greeting of repl, and in what it shows", function()
    local t = tree:terminal {"repl", "--name", "ann"}
    local where = t:shows("'node' is ann %((localhost:%d+)%), 'gop2p' the ")
    local bob = tree.folder:keep(tree:start({"chat", "--name", "bob",
                                             "--join", where}))
    local there = bob:line():match("%(localhost:(%d+)%)")
    t:shows("^%* bob joined$")
    bob:send("Hello")
    t:shows("^%[bob%] Hello$")
    bob:send("/nick Åsa")
    t:shows("^%* bob is now Åsa$")
    t:enter "node:members()"
    t:shows("^{Åsa}$")
    bob:kill("KILL")
    assert.is_number(bob:wait())
    t:enter("_ = node:send(" .. there .. ", 'Hello')")
    t:shows("^! connection error: could not deliver to Åsa %(localhost:%d+%)")
    t:prompts(">")
  end)
end)

describe("a name at the live prompt", function()
  local s

  before_each(function() s = session.new() end)

  after_each(function() s:close() end)

  -- A node of this process that has the name, as one that the prompt knows.
  local function visitor(t, port, name)
    local node = s:visitor()
    assert(node:set_name(name))
    assert(node:connect(port, 5))
    t:await("%* " .. name:gsub("%p", "%%%0") .. " joined\n>$")
    t:type("C-l")
    t:await("^>$")
    return node
  end

  it("stands in what comes", function()
    local t = s:start()
    local port = session.node(t)
    local node = visitor(t, port, "Jürgen")
    session.say(node, "Hello")
    t:await("^%[Jürgen%] Hello\n>$")
    assert(node:set_name("Åsa"))
    t:await("\n%* Jürgen is now Åsa\n>$")
    session.say(node, "again")
    t:await("\n%[Åsa%] again\n>$")
    assert(node:leave())
    t:await("\n%* Åsa left\n>$")
  end)

  it("is completed in quotes", function()
    local t = s:start()
    local port = session.node(t)
    visitor(t, port, "Jürgen")
    visitor(t, port, "ann-2")
    visitor(t, port, "o'neil")
    -- Readline closes the quotes of a word that begins right after them.
    local function completes(typed, line)
      t:type("C-u", "C-l", typed, "Tab")
      t:await("^> " .. line:gsub("%p", "%%%0") .. "['\"]?$")
    end
    completes("node:send('Jü", "node:send('Jürgen")
    completes("node:send('ann-", "node:send('ann-2")
    completes('node:send("o\'n', 'node:send("o\'neil')
    completes("node:send('o", "node:send('o\\'neil")
    completes("node:send('o\\'n", "node:send('o\\'neil")
    t:type("C-u")
  end)

  it("is that of the first of two, and the other has an address", function()
    local t = s:start()
    local port = session.node(t)
    local first = visitor(t, port, "ann")
    local second = s:visitor()
    assert(second:set_name("ann"))
    t:type(("node:connect(%d)"):format(second:self().port), "Enter")
    t:await("true\n")
    t:type("C-l")
    session.say(second, "Hello")
    t:await("%[localhost:" .. second:self().port .. "%] Hello\n>$")
    session.say(first, "Hello")
    t:await("%[ann%] Hello\n>$")
  end)
end)
