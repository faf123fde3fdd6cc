-- The line that is typed where the environment names no locale of UTF-8: it
-- is edited by characters all the same, and sent as the screen shows it.

local installed = require "spec.support.installed"
local locales = require "spec.support.locales"
local session = require "spec.support.session"

local BACKSPACE = "\127"

local ENVIRONMENTS = {
  ["no locale"] = {LC_ALL = "", LC_CTYPE = "", LANG = ""},
  ["LANG=C"] = {LC_ALL = "", LC_CTYPE = "", LANG = "C"},
  ["LC_ALL=POSIX"] = {LC_ALL = "POSIX"},
  ["one that is not there"] = {LC_ALL = "xx_XX.UTF-8"},
  ["C.UTF-8"] = {LC_ALL = "C.UTF-8"},
}
if locales.path then
  for _, name in ipairs(locales.names) do
    ENVIRONMENTS[name] = {LC_ALL = name, LOCPATH = locales.path}
  end
end

-- Types a word wrongly, mends it, and sends it within 'line'.
local function correct(t, line)
  local before, behind = line:match("^(.*)%%s(.*)$")
  t:type(before .. "grä日🎲", BACKSPACE, BACKSPACE, BACKSPACE, "au ö",
         "Left", "Left", "!", "End", behind, "Enter")
end

describe("what is typed", function()
  for name, env in pairs(ENVIRONMENTS) do
    describe("with " .. name, function()
      local tree

      before_each(function() tree = installed.make() end)
      after_each(function() tree:close() end)

      it("is what a chat sends", function()
        local ann, where = tree:listener("--name", "ann")
        local t = tree:terminal({"chat", "--name", "Zoë", "--join", where},
                                {env = env})
        t:shows("^Here: ann$")
        correct(t, "%s")
        assert.equal("[Zoë] grau! ö", ann:line())
        t:shows("^> grau! ö$")
        t:enter("/QUIT")
        assert.equal(0, t:over())
      end)

      it("is what a repl sends", function()
        local ann, where = tree:listener("--name", "ann")
        local t = tree:terminal({"repl", "--name", "Zoë", "--join", where},
                                {env = env})
        t:shows("^>$")
        correct(t, "_ = node:broadcast('%s')")
        assert.equal("[Zoë] grau! ö", ann:line())
        t:enter("('I'):lower(), os.setlocale()")
        t:shows("^i%s+C$")
      end)
    end)

    it("with " .. name .. " is what the stock prompt sends", function()
      local s = session.new()
      local t, visitor = s:begin {env = env}
      t:shows("^>$")
      correct(t, "_ = node:broadcast('%s')")
      assert.equal("grau! ö", assert(visitor:receive(10)).data)
      t:enter("#'ä', ('I'):lower(), utf8.len('ä')")
      t:shows("^2%s+[iI]%s+1$")
      if locales.path then
        t:enter("os.setlocale('de_DE.UTF-8'), 1.5")
        t:shows(env.LOCPATH and "^de_DE.UTF%-8%s+1,5$" or "^nil%s+1.5$")
      end
      s:close()
    end)
  end
end)
