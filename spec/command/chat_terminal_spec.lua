-- `gop2p chat`, as it is installed, on a terminal: what the screen shows
-- while somebody types and others talk.

local go = require "spec.support.go"
local installed = require "spec.support.installed"

describe("gop2p chat on a terminal", function()
  local tree, peer, t, port

  before_each(function() tree, peer = installed.make() end)

  after_each(function() tree:close() end)

  local function chat(env, ...)
    t = tree:terminal({"chat", "--join", peer.name, ...}, {env = env})
    port = t:shows "^You are localhost:(%d+)%. Try help%.$"
    t:prompts(">")
  end

  it("keeps what is half typed below what arrives", function()
    chat()
    t:type("Hello, ev")
    t:prompts("> Hello, ev")
    for _, word in ipairs {"one", "two", "three"} do
      peer:broadcast(word)
      t:shows("^%d%d:%d%d %[" .. peer.name .. "%] " .. word .. "$")
      t:prompts("> Hello, ev")
    end
    t:enter "erybody"
    assert.equal("Hello, everybody", (peer:message()))
    t:prompts(">")
    assert.same({"> Hello, everybody", ">"}, t:last(2))
  end)

  it("keeps a line that is longer than the screen is wide", function()
    chat()
    local long = ("0123456789"):rep(10)
    t:type(long)
    t:prompts(long:sub(79))
    peer:broadcast("one")
    t:shows("%] one$")
    t:prompts(long:sub(79))
    assert.same({"> " .. long:sub(1, 78), long:sub(79)}, t:last(2))
    t:type("Enter")
    assert.equal(long, (peer:message()))
  end)

  it("stays whole when the window changes", function()
    chat()
    t:type("half")
    t:prompts("> half")
    t:resize(60, 20)
    peer:broadcast("one")
    t:shows("%] one$")
    t:prompts("> half")
    t:enter(" typed")
    assert.equal("half typed", (peer:message()))
  end)

  it("has a history, and lets one edit", function()
    chat()
    t:enter "first"
    assert.equal("first", (peer:message()))
    t:enter "second"
    assert.equal("second", (peer:message()))
    t:type("Up", "Up")
    t:prompts("> first")
    t:type("C-a")
    t:type("at ")
    t:type("Enter")
    assert.equal("at first", (peer:message()))
  end)

  it("completes commands and members", function()
    chat()
    t:type("/di")
    t:type("Tab")
    t:prompts("> /disconnect")
    t:type("C-u")
    t:type("/dm loc")
    t:type("Tab")
    t:prompts("> /dm " .. peer.name)
    t:enter(" psst")
    assert.same({"psst", "localhost:" .. port, "direct"}, {peer:message()})
    t:type("me")
    t:type("Tab")
    t:prompts("> members")
    t:type("Enter")
    t:shows("^Here: " .. peer.name .. "$")
    t:prompts(">")
    t:type("Tab", "Tab")
    t:shows("^connect +disconnect +dm +exit +help +members$")
    t:prompts(">")
  end)

  it("takes several lines that are pasted for a message", function()
    chat()
    for _, text in ipairs {"one\ntwo", "/quit\nnot yet", "a\n/members\n/quit",
                           "members\nexit", "/dm " .. peer.name .. " a\nb"} do
      t:paste(text)
      t:type("Enter")
      assert.same({text, "localhost:" .. port, "message"}, {peer:message()})
    end
  end)

  it("knows a paste by its marks, also with a colour in it", function()
    chat()
    for _, text in ipairs {"a\27[31mb\n/quit", "\27[2Ja\nb", "\27\27[20 a\nb",
                           "/quit \27[200 x\nb"} do
      t:paste(text)
      t:type("Enter")
      assert.same({text, "localhost:" .. port, "message"}, {peer:message()})
    end
  end)

  it("takes one line that is pasted as if it were typed", function()
    chat()
    for _, text in ipairs {"/dm %s psst", "\n\n/dm %s psst\n\n",
                           "\n dm %s psst\n"} do
      t:paste((text:gsub("%%s", peer.name)))
      t:type("Enter")
      assert.same({"psst", "localhost:" .. port, "direct"}, {peer:message()})
    end
    t:paste("/nothing of this\n")
    t:type("Enter")
    t:shows "^No such command: /nothing%."
  end)

  it("sends what is pasted to whom the line is for", function()
    chat()
    local direct = {"one\ntwo", "localhost:" .. port, "direct"}
    t:type("/dm " .. peer.name .. " ")
    t:paste "one\ntwo"
    t:type("Enter")
    assert.same(direct, {peer:message()})
    t:paste "one\ntwo"
    t:prompts "two"
    t:type("C-p", "C-n", "C-a")
    t:type("/dm " .. peer.name .. " ", "Enter")
    assert.same(direct, {peer:message()})
    t:type("Look:")
    t:paste "\n/dm x"
    t:type("Enter")
    assert.equal("Look:\n/dm x", (peer:message()))
    t:type("/foo ")
    t:paste "one\ntwo"
    t:type("Enter")
    t:shows "^No such command: /foo%."
  end)

  it("keeps a line that is no command, so that it can be mended", function()
    chat()
    t:enter("/2 " .. peer.name .. " psst")
    t:shows "^No such command: /2%. Try help; // instead of / says the line%."
    t:type("Up")
    t:prompts("> /2 " .. peer.name .. " psst")
    t:type("C-a", "C-d", "C-d")
    t:type("/dm", "Enter")
    assert.same({"psst", "localhost:" .. port, "direct"}, {peer:message()})
  end)

  it("tells who comes and goes", function()
    chat()
    local other <close> = go.start("v1.1.3", "localhost")
    assert.equal("connected 2", other:ask("connect localhost:" .. port))
    t:shows("^%d%d:%d%d %* " .. other.name .. " joined$")
    assert.equal("sent", other:ask("disconnect"))
    t:shows("^%d%d:%d%d %* " .. other.name .. " left$")
    t:prompts(">")
  end)

  it("gives each speaker a colour, but for NO_COLOR", function()
    local seen = {}
    for i, env in ipairs {{NO_COLOR = ""}, {NO_COLOR = "1"}} do
      chat(env)
      peer:broadcast("a\27[31mb")
      t:shows("^%d%d:%d%d %[" .. peer.name .. "%] a%?%[31mb$")
      local screen = t:tmux("capture-pane", "-p", "-e")
      seen[i] = screen:match("(\27%[%d+m)%[" .. peer.name .. "%]\27") or ""
      t:type("C-d")
      assert.equal(0, t:over())
      t:close()
    end
    assert.matches("^\27%[%d+m$", seen[1])
    assert.equal("", seen[2])
  end)

  it("leaves with Ctrl-C, Ctrl-D and /quit", function()
    for _, key in ipairs {"C-c", "C-d", "/quit"} do
      chat()
      assert.same({"localhost:" .. port}, peer:members())
      if key == "C-c" then
        t:type("half")
        t:prompts("> half")
      end
      if key == "/quit" then t:enter(key) else t:type(key) end
      assert.equal(0, t:over())
      assert.same({}, peer:members())
      t:close()
    end
  end)

  it("stays when nobody can be joined", function()
    local name = peer.name
    peer:close()
    t = tree:terminal {"chat", "--join", name}
    t:shows("^Not connected: could not join through " .. name)
    t:prompts(">")
    t:enter "exit"
    assert.equal(0, t:over())
  end)

  it("can do without readline", function()
    chat(nil, "--plain")
    t:type("Tab", "hel")
    t:prompts(">       hel")
    peer:broadcast("one")
    t:shows("^%[" .. peer.name .. "%] one$")
    t:prompts(">")
    t:enter "lo"
    assert.equal("\thello", (peer:message()))
  end)
end)
