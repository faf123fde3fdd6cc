-- Reading pipes, files and terminals while the loop goes on.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local process = require "spec.support.process"

local HERE = debug.getinfo(1, "S").short_src

describe("lines", function()
  -- The lines that come out of a shell's commands.
  local function lines(format, ...)
    local pipe <close> = assert(io.popen(format:format(...)))
    local list = {}
    for line in gop2p.lines(pipe) do list[#list + 1] = line end
    return list
  end

  net.both(it, "come without their ends, the last one too", function()
    assert.same({"a", "", "b c", "d"}, lines("printf 'a\\n\\nb c\\nd\\n'"))
    assert.same({"a", "b"}, lines("printf 'a\\nb'"))
    assert.same({}, lines("true"))
    assert.same({""}, lines("printf '\\n'"))
    assert.same({"x\r", "\0y"}, lines("printf 'x\\r\\n\\0y\\n'"))
  end)

  net.both(it, "may be long and many", function()
    for _, length in ipairs({4095, 4096, 4097, 8192, 100000}) do
      local list = lines("head -c %d /dev/zero | tr '\\0' x; echo; echo y",
                         length)
      assert.equal(2, #list)
      assert.equal(length, #list[1])
    end
    local list = lines("seq 1 20000")
    assert.equal(20000, #list)
    assert.equal("20000", list[20000])
  end)

  it("of a megabyte take no time to speak of", function()
    local time, list = net.timed(lines,
      "head -c 1000000 /dev/zero | tr '\\0' x; echo")
    assert.equal(1000000, #list[1])
    assert.is_true(time < 4, time)
  end)

  it("may come slowly, while others go on", function()
    local ticks = 0
    gop2p.run(function()
      local over = false
      gop2p.spawn(function()
        while not over do
          gop2p.sleep(0.005)
          ticks = ticks + 1
        end
      end)
      assert.same({"ab", "c"},
        lines("printf a; sleep 0.1; printf 'b\\nc'; sleep 0.1; echo"))
      over = true
    end)
    assert.is_true(ticks >= 10, ticks)
  end)

  net.both(it, "come from a regular file and from /dev/null", function()
    local name = os.tmpname()
    local file <close> = assert(io.open(name, "w+"))
    file:write("one\ntwo")
    file:flush()
    file:seek("set")
    local list = {}
    for line in gop2p.lines(file) do list[#list + 1] = line end
    os.remove(name)
    assert.same({"one", "two"}, list)
    local null <close> = assert(io.open("/dev/null"))
    assert.is_nil(gop2p.lines(null)())
  end)

  -- What a loop over the lines raises, and how many it has seen.
  local function raised(file, close)
    local count = 0
    local ok, err = pcall(function()
      for _ in gop2p.lines(file) do
        count = count + 1
        if close then file:close() end
      end
    end)
    assert.is_false(ok)
    assert.matches("^spec/loop/input_spec%.lua:%d+: %l+ error: ", err)
    return err, count
  end

  net.both(it, "raise when they cannot be read", function()
    local folder <close> = assert(io.open("/"))
    assert.matches("directory", (raised(folder)))
    assert.matches("descriptor", (raised(999)))
    local name = os.tmpname()
    local unread <close> = assert(io.open(name, "w"))
    os.remove(name)
    assert.matches("[Bb]ad file descriptor", (raised(unread)))
  end)

  net.both(it, "raise when their file is closed before its end", function()
    local pipe = assert(io.popen("echo a; sleep 0.1; echo b"))
    local err, count = raised(pipe, true)
    assert.matches("could not read a line: the file is closed$", err)
    assert.equal(1, count)
  end)

  it("go on giving nothing after the end", function()
    local pipe <close> = assert(io.popen("echo x"))
    local take = gop2p.lines(pipe)
    assert.equal("x", take())
    for _ = 1, 3 do assert.is_nil((take())) end
  end)

  it("are not those of another file after theirs is closed", function()
    local name = os.tmpname()
    local other = assert(io.open(name, "w"))
    other:write("another's\n")
    other:close()
    local first <close> = assert(io.open(HERE))
    local take = gop2p.lines(first)
    assert.is_string(take())
    repeat until take() == nil
    local fresh = assert(io.open(HERE))
    take = gop2p.lines(fresh)
    fresh:close()
    local second <close> = assert(io.open(name))
    local ok, line = pcall(take)
    os.remove(name)
    if ok then assert.is_nil(line) end
    assert.equal("another's", second:read())
  end)

  it("are standard input by default", function()
    local child <close> = assert(process.start({
      os.getenv("LUA") or "lua5.4", "-e", [[
        local gop2p = require "gop2p"
        for line in gop2p.lines() do
          io.write("<", line, ">\n")
          io.flush()
        end
        print("end")]]}))
    for _, text in ipairs({"a", "", "long " .. ("x"):rep(5000)}) do
      child:send(text)
      assert.equal("<" .. text .. ">", child:line())
    end
    child:finish()
    assert.equal("end", child:line())
    assert.equal(0, child:wait())
  end)

  it("read by two tasks stop neither of them nor the loop", function()
    local pipe <close> = assert(io.popen("echo a; sleep 0.4; echo b"))
    local got, ticks = {}, 0
    gop2p.run(function()
      local readers = 2
      for _ = 1, 2 do
        gop2p.spawn(function()
          for line in gop2p.lines(pipe) do got[#got + 1] = line end
          readers = readers - 1
        end)
      end
      while readers > 0 do
        gop2p.sleep(0.01)
        ticks = ticks + 1
      end
    end)
    table.sort(got)
    assert.same({"a", "b"}, got)
    assert.is_true(ticks >= 10, ticks)
  end)
end)

describe("readable", function()
  net.both(it, "waits as long as it is told to", function()
    local path = os.tmpname()
    os.remove(path)
    assert(os.execute("mkfifo -m 600 " .. path))
    local pipe <close> = assert(io.open(path, "r+"))
    os.remove(path)
    local time, ok = net.timed(gop2p.readable, pipe, 0)
    assert.is_false(ok)
    assert.is_true(time < 3, time)
    time, ok = net.timed(gop2p.readable, pipe, 0.05)
    assert.is_false(ok)
    assert.is_true(time >= 0.045 and time < 3, time)
    gop2p.spawn(function()
      gop2p.sleep(0.05)
      pipe:write("x\n"):flush()
    end)
    assert.is_true((gop2p.readable(pipe)))
    assert.is_true((gop2p.readable(pipe, 0)))
    assert.equal("x", pipe:read())
    assert.is_false((gop2p.readable(pipe, 0)))
    local ended <close> = assert(io.popen("exit"))
    assert.is_true((gop2p.readable(ended, 5)))
    assert.is_nil(ended:read())
  end)

  it("takes files, descriptors, terminals' kin and sockets", function()
    local null <close> = assert(io.open("/dev/null"))
    assert.is_true((gop2p.readable(null, 1)))
    local file <close> = assert(io.open(HERE))
    assert.is_true((gop2p.readable(file)))
    local server <close> = net.hung()
    local fd = math.tointeger(server.socket:getfd())
    assert.is_false((gop2p.readable(fd, 0)))
    local client <close> = net.dial(server.port)
    assert.is_true((gop2p.readable(fd, 2)))
    assert.is_false((gop2p.readable(math.tointeger(client.socket:getfd()),
                                    0)))
  end)

  it("has an error for what is no descriptor", function()
    local ok, err = gop2p.readable(999, 0)
    assert.is_nil(ok)
    assert.equal("table", type(err))
    assert.is_string(err.code)
  end)

  it("can be awaited by several", function()
    local pipe <close> = assert(io.popen("sleep 0.1; echo x"))
    local count = 0
    gop2p.run(function()
      for _ = 1, 3 do
        gop2p.spawn(function()
          if gop2p.readable(pipe, 5) then count = count + 1 end
        end)
      end
    end)
    assert.equal(3, count)
  end)
end)
