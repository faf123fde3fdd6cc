-- State files that are not as they should be: told once, and nothing of
-- theirs is lost.

local file = require "gop2p.file"
local folders = require "spec.support.folder"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local sh = require("spec.support.shell").output

local LIMIT = 30 -- seconds

describe("a state file", function()
  local folder, path

  before_each(function()
    folder = folders.make()
    path = folder.path .. "/state"
  end)

  after_each(function() folder:close() end)

  local function start(port, where)
    return folder:keep(assert(gop2p.start_local_node(port or 0,
      {state = where or path})))
  end

  -- The one error that the node has to tell; the pattern may be nil.
  local function told(node, code, pattern)
    local list = net.errors(node, 1, LIMIT)
    net.idle()
    assert.equal(1, #list)
    assert.equal(code, list[1].code)
    assert.truthy(tostring(list[1]):find(path, 1, true), tostring(list[1]))
    if pattern then assert.matches(pattern, tostring(list[1])) end
  end

  local function works(node)
    local other = start(nil, folder.path .. "/other")
    assert(node:connect(other:self()))
    assert(assert(other:broadcast("x")):wait(LIMIT))
    assert.equal("x", node:receive(LIMIT).data)
  end

  -- The text of a file that a node at the port could have left.
  local function whole(port, peer)
    return ('{"format":"gop2p state","version":1,\n"self":"localhost:%d",'
            .. '"name":"","left":false,\n"peers":["%s"]}\n')
           :format(port, peer)
  end

  it("in which nothing stands yet is begun", function()
    for _, blank in ipairs {"", "\n", "\xEF\xBB\xBF"} do
      assert(file.replace(path, blank))
      local node = start()
      works(node)
      node:close()
      assert.matches('"peers":%[\n"localhost:%d+"%]', net.read(path))
      assert.is_nil(io.open(path .. ".torn-1"))
      assert.is_nil(io.open(path .. ".edited-1"))
    end
  end)

  it("that is torn is told, put aside and begun anew", function()
    local text = whole(5000, "localhost:5001")
    for i, torn in ipairs({text:sub(1, 20), text:sub(1, 10), text:sub(1, -10),
                           text:sub(1, -40) .. ("\0"):rep(40),
                           ("\0"):rep(100),
                           text:gsub("localhost:5001", "localhost:50x1"),
                           (text:gsub('"self"', '"sel"'))}) do
      assert(file.replace(path, torn))
      local node = start()
      told(node, "EBADMSG", "torn")
      assert.equal(torn, net.read(path .. ".torn-" .. i))
      works(node)
      node:close()
      assert.matches('"peers":%[\n"localhost:%d+"%]', net.read(path))
    end
  end)

  it("of another program is told, and not touched", function()
    for _, text in ipairs({"return {}\n", "{}", "[1]", "null", "\0\1",
                           '{"format":"x","version":1}', "5"}) do
      assert(file.replace(path, text))
      local node = start()
      told(node, "EFOREIGN", "not a state file")
      works(node)
      node:close()
      assert.equal(text, net.read(path))
    end
  end)

  it("of a later version is told, and not touched", function()
    local text = whole(5000, "localhost:5001"):gsub("1,", "2,", 1)
    assert(file.replace(path, text))
    local node = start()
    told(node, "EFOREIGN", "version 2")
    node:close()
    assert.equal(text, net.read(path))
  end)

  it("of another node is told, and not touched", function()
    local a = start()
    a:close()
    local b = start(net.free_port())
    told(b, "EFOREIGN", "it belongs to " .. a:self())
    works(b)
    b:close()
    assert.matches('"self":"' .. a:self(), net.read(path))
  end)

  it("that another node has is told, and let be", function()
    local a, b = start(), start()
    told(b, "EFOREIGN", "another node uses it")
    works(a)
    assert(b:connect(a:self()))
    b:close()
    a:close()
    assert.matches('"self":"' .. a:self(), net.read(path))
    local c = start()
    net.await(function() return c:is_connected() end, LIMIT)
    c:close()
    assert.matches('"self":"' .. c:self(), net.read(path))
  end)

  it("that is deleted is made again", function()
    local node = start()
    os.remove(path)
    works(node)
    net.await(function() return (file.read(path)) end, LIMIT)
    node:close()
    assert.matches("localhost", net.read(path))
  end)

  it("that cannot be read is told, and let be", function()
    sh("mkdir '%s'", path)
    local node = start()
    told(node, "EISDIR")
    works(node)
    node:close()
    os.remove(path)
    sh("mkfifo '%s'", path)
    told(start(), "EINVAL", "not a regular file")
  end)

  it("that cannot be written is told once, until it can", function()
    path = folder.path .. "/none/state"
    local node = start()
    works(node)
    assert(node:leave())
    told(node, "ENOENT")
    sh("mkdir '%s/none'", folder.path)
    node:close()
    assert.matches('"left":true', net.read(path))
  end)

  it("that somebody changes while the node lives is told, and kept aside",
     function()
    local node = start()
    local function change(edit) sh("printf %%s '%s' >'%s'", edit, path) end
    local function kept(edit, i)
      told(node, "EEDITED", "kept as .*edited%-" .. i)
      assert.equal(edit, net.read(path .. ".edited-" .. i))
    end
    change("edited")
    works(node)
    net.await(function() return net.read(path):find("localhost") end)
    kept("edited", 1)
    change("")
    assert(node:leave())
    kept("", 2)
    change(whole(5000, "localhost:5001"))
    works(node)
    node:close()
    assert.equal(whole(5000, "localhost:5001"),
                 net.read(path .. ".edited-3"))
    assert.matches('"left":false', net.read(path))
  end)

  it("that begins with an editor's mark is none the worse", function()
    local text = "\xEF\xBB\xBF" .. whole(5000, "localhost:5001")
    assert(file.replace(path, text))
    local node = start()
    node:close()
    assert.matches('"peers":%[\n"localhost:5001"%]', net.read(path))
    assert.equal("state", folder:names())
  end)

  it("that nobody asks for in errors() goes to warn", function()
    local lines = {}
    local stub = stub(_G, "warn", function(...)
      lines[#lines + 1] = table.concat({...})
    end)
    assert(file.replace(path, "x"))
    start():close()
    stub:revert()
    assert.equal(1, #lines)
    assert.matches("could not use the state file", lines[1])
  end)

  it("is named by a path, or the call raises", function()
    for _, wrong in ipairs({5, true, "", "a\0b", {}}) do
      local ok, err = pcall(function()
        local _ = gop2p.start_local_node(0, {state = wrong})
      end)
      assert.is_false(ok)
      assert.matches("^spec/node/state_errors_spec.lua:%d+: bad argument "
        .. "#2 to 'start_local_node' %(option 'state'", err)
      ok, err = pcall(function()
        local _ = gop2p.start_node("127.0.0.1", 0, {state = wrong})
      end)
      assert.is_false(ok)
      assert.matches("^spec/node/state_errors_spec.lua:%d+: bad argument "
        .. "#3 to 'start_node' %(option 'state'", err)
    end
  end)
end)
