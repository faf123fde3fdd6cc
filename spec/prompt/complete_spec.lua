-- What the prompt offers to somebody who looks around: completion and help.

local session = require "spec.support.session"

describe("the prompt", function()
  local s

  before_each(function() s = session.new() end)

  after_each(function() s:close() end)

  it("completes names of what there is", function()
    local t, _, port = s:begin()
    local other = s:visitor(port)
    t:await("joined\n>$")
    local function completes(typed, line)
      t:type("C-u", "C-l", typed, "Tab")
      local shown = t:await("^> (" .. line:gsub("%p", "%%%0") .. ")$")
      assert.equal(line, shown)
    end
    completes("gop2p.start_l", "gop2p.start_local_node")
    completes("node:rec", "node:receive")
    completes("node.rec", "node.receive")
    completes("no", "no")
    completes("nod", "node")
    completes("x = func", "x = function")
    completes("x = string.forma", "x = string.format")
    completes("('a'..nod", "('a'..node")
    t:type("C-u", "p = node:self()", "Enter")
    completes("p.addr", "p.address")
    completes("p:addr", "p:addr")
    t:type("C-u", "b = require('gop2p.bot').new {store = false}", "Enter")
    completes("b:comm", "b:command")
    completes("nothing.at.all", "nothing.at.all")
    local name = tostring(other:self())
    completes("node:send('" .. name:sub(1, -2), "node:send('" .. name)
    for _, named in ipairs {"Jürgen", "o'Neill", [[a"b]], [[a\b]]} do
      assert(other:set_name(named))
      t:await("is now " .. named:gsub("%p", "%%%0"))
      local written = named:gsub("[\\\"']", "\\%0")
      t:type("C-u", "C-l", 'node:send("' .. written:sub(1, 2), "Tab")
      t:await('^> node:send%("' .. written:gsub("%p", "%%%0") .. '"?$')
    end
    t:type("C-u", "C-l", "node:con", "Tab", "(", "Tab", "C-u", "C-l")
    t:await("^>$")
  end)

  it("answers while readline asks about completions", function()
    local t, node = s:begin({rows = 40})
    for i = 1, 4 do
      t:type(("for i=1,99 do _G['zz%d'..i]=1 end"):format(i), "Enter")
    end
    t:type("C-l", "zz", "Tab", "Tab")
    t:await("possibilities%? %(y or n%)")
    session.say(node, "Hello")
    t:await("y or n%)\n%[localhost:%d+%] Hello")
    t:type("n", "11", "Enter")
    t:await("\n1\n>$")
  end)

  it("has help in what one has in hand", function()
    local t = s:begin({rows = 40})
    t:type("node:help()", "Enter")
    t:await("node:connect%(peer %[, timeout%]%)")
    t:type("C-l", "gop2p", "Enter")
    t:await("gop2p [%d.]+, see gop2p.help%(%)\n>$")
    t:type("C-l", "gop2p.help()", "Enter")
    t:await("gop2p.start_local_node%(port %[, options%]%)")
    t:type("C-l", "node", "Enter")
    t:await("gop2p node localhost:%d+\n>$")
  end)
end)
