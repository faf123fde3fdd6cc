-- Several states of Lua in one process, each on a thread of its own.

local process = require "spec.support.process"

-- Each joins, talks, looks for a name, leaves, and is closed.
local TALK = [[
  local gop2p = require "gop2p"
  gop2p.run(function()
    local a <close> = assert(gop2p.start_local_node(0))
    local b <close> = assert(gop2p.start_local_node(0))
    assert(a:connect(b:self()))
    for i = 1, 50 do a:broadcast(tostring(i)) end
    for i = 1, 50 do
      local msg = assert(b:receive(20))
      assert(msg.data == tostring(i), msg.data)
    end
    assert(not a:connect("nobody.invalid:5000", 0.2))
    assert(a:leave())
  end)
]]

describe("states on several threads", function()
  it("have nothing to do with each other", function()
    local child <close> = assert(process.start({
      os.getenv("LUA") or "lua5.4", "-e", ([[
      local threading = require "threading"
      for _ = 1, 3 do
        local errors = threading.run(4, %q)
        assert(#errors == 0, errors[1])
      end
      print("good")
    ]]):format(TALK)}))
    assert.equal("good", child:line(60))
    assert.equal(0, child:wait(5))
  end)
end)
