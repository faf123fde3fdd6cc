-- Processes whose standard input, output or error is closed.

local folders = require "spec.support.folder"
local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"
local WAYS = {"<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-",
              "<&- >&- 2>&-"}

describe("closed standard descriptors", function()
  local own

  before_each(function() own = folders.make() end)
  after_each(function() own:close() end)

  -- The command, in a shell that goes on for it to be seen how it ended. What
  -- is not closed goes to the files "out" and "errors".
  local function start(way, argv)
    return own:keep(assert(process.start {"sh", "-c",
      ('cd %s; "$@" </dev/null >out 2>errors %s; exit $?'):format(own.path,
                                                               way),
      "sh", table.unpack(argv)}))
  end

  local function read(name)
    return net.read(own.path .. "/" .. name)
  end

  it("are not taken by what a node opens", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local script = own:write("script.lua", [[
      local gop2p = require "gop2p"
      local options = {state = "state"}
      local node <close> = assert(gop2p.start_local_node(0, options))
      local function say(text)
        print(text)
        io.stderr:write(text, "\n")
        io.stdout:flush()
      end
      say("before")
      assert(node:connect(arg[1]))
      say("HTTP/1.1 200 OK\r\n\r\n")
      for i = 1, 20 do
        say("noise " .. i)
        assert(node:broadcast("message " .. i):wait(5))
      end
      local list <close> = io.popen("readlink /proc/$PPID/fd/[0-2] | "
                                    .. "grep -c 'socket:\\|anon_inode:'")
      assert(list:read("a") == "0\n")
      assert(io.read(0) == nil)
      assert(node:leave())
      assert(io.open("done", "w")):close()
    ]])
    for _, way in ipairs(WAYS) do
      local child = start(way, {LUA, script, tostring(node:self())})
      for i = 1, 20 do
        assert.equal("message " .. i, assert(node:receive(10)).data)
      end
      assert.equal(0, child:wait(20, net.idle), way .. ": " .. read("errors"))
      assert(os.remove(own.path .. "/done"))
      for name, sign in pairs {out = ">&-", errors = "2>&-"} do
        local closed = (" " .. way):find(" " .. sign, 1, true)
        assert.matches(closed and "^$" or "noise 20\n$", read(name), way)
      end
    end
  end)

  it("fail as before, and are closed for other programs", function()
    local script = own:write("script.lua", [[
      require("gop2p").sleep(0)
      local file = assert(io.open("done", "w"))
      file:write(tostring(select(2, io.stdin:read("a"))), "|",
                 tostring(select(2, io.stdout:write("x"):flush())), "|",
                 tostring(os.execute("readlink /proc/self/fd/2")))
      file:close()
    ]])
    local child = start("<&- >&- 2>&-", {LUA, script})
    assert.equal(0, child:wait(20))
    assert.equal("Bad file descriptor|Bad file descriptor|nil", read("done"))
  end)

  it("are complained of by commands that need them, and by no library",
     function()
    local peer <close> = go.start("v1.1.3", "localhost", {kinds = true})
    local plain = own:write("plain.lua", "print('here')")
    local command = package.searchpath("gop2p", package.path)
                    :gsub("init.lua$", "bin/gop2p")
    for _, words in ipairs {
      {"chat", "--join", peer.name}, {"repl", "--join", peer.name},
      {"members", peer.name}, {"version"}, {"--help"},
      {"send", "--join", peer.name, "--all", "x"}, {"bot", plain},
      {"completion", "bash"}, {"chat", "--join", "127.0.0.1:1"},
      {"watch", "--join", "127.0.0.1:1"}, {"listen", "--join", "127.0.0.1:1"},
    } do
      for _, way in ipairs(WAYS) do
        local what = words[1] .. " " .. way
        local child = start(way, {LUA, command, table.unpack(words)})
        local status = child:wait(20)
        assert.truthy(status == 0 or status == 1, what)
        for line in read("errors"):gmatch("[^\n]+") do
          assert.is_nil(line:find("^%["), what .. ": " .. line)
          assert.is_nil(line:find("traceback"), what .. ": " .. line)
        end
        assert.same({}, peer:members(), what)
      end
    end
  end)

  it("are read to an error by a chat", function()
    local command = package.searchpath("gop2p", package.path)
                    :gsub("init.lua$", "bin/gop2p")
    for _, name in ipairs {"chat", "repl"} do
      assert.equal(1, start("<&-", {LUA, command, name}):wait(20))
      assert.matches("ould not read standard input: Bad file descriptor",
                     read("out") .. read("errors"))
    end
  end)

  it("of the loop itself are not to be waited for", function()
    local ok, err = gop2p.readable(gop2p.loop():pollfd(), 0)
    assert.same({nil, "EINVAL"}, {ok, err.code})
  end)
end)
