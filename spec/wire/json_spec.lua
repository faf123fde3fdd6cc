-- The JSON reader that the wire is given: lua-cjson with settings of its own.

local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"

-- Runs a program, which comes to its end and has nothing to say.
local function well(program)
  local child <close> = assert(process.start({
    "sh", "-c", "exec \"$0\" -e \"$1\" 2>&1", LUA,
    program .. "\nprint('end')"}))
  assert.equal("end", child:line(10))
  assert.equal(0, child:wait())
end

describe("the JSON reader", function()
  it("is not that of the program, whatever that has set", function()
    well [[
      local gop2p = require "gop2p"
      local cjson = require "cjson"
      cjson.decode_max_depth(1)
      cjson.encode_max_depth(1)
      cjson.encode_keep_buffer(false)
      pcall(cjson.decode_array_with_array_mt, true)
      local a <close> = assert(gop2p.start_local_node(0))
      local b <close> = assert(gop2p.start_local_node(0))
      local c <close> = assert(gop2p.start_local_node(0))
      assert(b:connect(a:self()))
      assert(c:connect(a:self()))
      assert(#c:members() == 2)
      assert(c:send({a:self(), b:self()}, "x"):wait())
      assert(a:receive(1).data == "x")
      assert(not pcall(cjson.decode, '{"a":{}}'))]]
  end)

  it("is not asked for before it is needed, nor by the caller", function()
    well [[
      package.loaded.cjson = nil
      package.preload.cjson = function() error("no cjson here", 0) end
      package.preload["cjson.safe"] = package.preload.cjson
      local ok, err = pcall(require, "gop2p")
      if ok then
        local gop2p = err
        local node = assert(gop2p.start_local_node(0))
        gop2p.pump(0.01)
        node:close()
      else
        assert(tostring(err):find("no cjson here"), err)
      end]]
  end)
end)
