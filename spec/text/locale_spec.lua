-- Nothing that is stored, sent or compared follows the locale. Each test is a
-- program of its own, since a process has one locale, and checks by itself:
-- it ends by printing "ok".

local folders = require "spec.support.folder"
local locales = require "spec.support.locales"
local shell = require "spec.support.shell"

local LUA = os.getenv("LUA") or "lua5.4"

local PROLOGUE = [[
local LOCALE, FOLDER = ...
local function setlocale() assert(os.setlocale(LOCALE)) end
local function same(want, got)
  if want ~= got then error(("'%s' is not '%s'"):format(got, want), 2) end
end
local function bot(options)
  options.join, options.max_hops = {}, nil
  options.log = options.log or { level = "off" }
  return require("gop2p.bot").new(options)
end
]]

describe("in a locale of another country", function()
  local folder

  if not locales.path then return pending("localedef makes no locale") end

  before_each(function() folder = folders.make() end)
  after_each(function() folder:close() end)

  -- In each locale, or the one named.
  local function holds(code, only)
    for _, name in ipairs(only and {only} or locales.names) do
      local program = folder:write("program.lua",
                                   PROLOGUE .. code .. "\nio.write 'ok'")
      assert.equal("ok", shell.output("LOCPATH=%s %s %s 2>&1",
        locales.path, LUA, shell.words {program, name, folder.path}), name)
    end
  end

  local STORE = [[
    setlocale()
    local codec = require "gop2p.bot.codec"
    local text = assert(codec.encode({ price = 0.5, list = { 1.25, 2.5 },
      tiny = 1e-7, [0.25] = "x", whole = 2.0, name = "à" }, "store"))
    same('{\n"#0.25":"x",\n"list":[1.25,2.5],\n"name":"à",\n"price":0.5,\n'
         .. '"tiny":1e-07,\n"whole":"#2.0"\n}\n', text)
    local t = assert(codec.decode(text))
    same(2, #t.list)
    same(1.25, t.list[1])
    same(2.5, t.list[2])
    same(0.5, t.price)
    same("x", t[0.25])
    same("float", math.type(t.whole))
  ]]

  it("a store is written and read as ever", function()
    holds(STORE)
    holds("require 'cjson'\n" .. STORE)
    holds("require 'gop2p.bot.codec'\n" .. STORE)
  end)

  it("a program's own JSON is left as it is", function()
    holds([[
      setlocale()
      local cjson = require "cjson"
      same("[1.5]", cjson.encode { 1.5 })
      ]] .. STORE .. [[
      same("[1.5]", cjson.encode { 1.5 })
      same(1.5, cjson.decode("[1.5]")[1])
    ]])
  end)

  it("a bot finds its store again", function()
    holds([[
      local path = FOLDER .. "/" .. LOCALE
      setlocale()
      local gop2p = require "gop2p"
      for start = 1, 3 do
        local b = bot { port = 0, store = path }
        if start > 1 then
          same(0.5, b.store.price)
          same(1.25, b.store.list[1])
        end
        b.store.price, b.store.list = 0.5, { 1.25, 2.5 }
        assert(b:start())
        assert(b:save())
        b:stop()
        gop2p.run()
      end
      assert(not io.open(path .. ".torn-1"))
    ]])
  end)

  it("a log has points, and the order of bytes", function()
    holds([[
      setlocale()
      local log = require "gop2p.bot.log"
      local path = FOLDER .. "/log"
      local function line(json)
        os.remove(path)
        log.open({ bot = function() return "b" end, json = json,
                   file = path }):info("x", { n = 0.5, a = 1, B = 2 })
        return io.open(path):read("l")
      end
      local json = line(true)
      assert(json:find('"B":2,"a":1,"n":0.5}', 1, true), json)
      assert(json:find('^{"time":%d+%.%d%d%d,'), json)
      assert(line(false):find("B=2 a=1 n=0.5", 1, true))
    ]])
  end)

  it("what is listed has the order of bytes", function()
    holds [[
      setlocale()
      local gop2p = require "gop2p"
      same(true, gop2p.peer("B", 1) < gop2p.peer("a", 1))
      same(true, gop2p.peer("a", 1) > gop2p.peer("B", 2))
      local complete = require "gop2p.complete"
      _G.names = { a = 1, B = 2 }
      same("B a", table.concat(complete.lua("names.", 6, nil), " "))
    ]]
  end)

  it("what a command prints as JSON is JSON", function()
    holds [[
      setlocale()
      local show = require "gop2p.cli.show"
      function show.line(text) same('{"rtt":0.25,"list":[1.5,2]}', text) end
      show.json("rtt", 0.25, "list", { 1.5, 2 })
    ]]
  end)

  -- A bot that is told lines, and what it answers to each.
  local TALK = [[
    setlocale()
    local gop2p = require "gop2p"
    local b = bot { port = 0, name = "IRIS", allow = { ["LI*"] = "owner" },
                    owner = "INA" }
    local function told(lines)
      gop2p.run(function()
        assert(b:start())
        local user = assert(gop2p.start_local_node(0))
        assert(user:connect(b.node:self()))
        for _, pair in ipairs(lines) do
          assert(user:broadcast(pair[1]):wait(5))
          same(pair[2], (assert(user:receive(5), pair[1])).data)
        end
        user:close()
        b:stop()
      end)
    end
  ]]

  it("commands, arguments and what is listened for are understood",
     function()
    holds(TALK .. [[
      b:command("PING [n:number] [t:duration]", function(_, args)
        if args.t then return args.t + 0.5 end
        return args.n or "pong"
      end)
      b:command("list", function() return "never" end)
      b:hear("hi", function() return "hello" end)
      b:hear("[i-k]%d", function() return "in a set" end)
      told {
        { "!ping", "pong" }, { "!PING", "pong" }, { "iris: PING", "pong" },
        { "@Iris ping 0.5", "0.5" }, { "!ping 1,5", "n: a number expected, "
          .. 'not "1,5"\nusage: !ping [n:number] [t:duration]' },
        { "!PING 1 5MIN", "300.5" }, { "!ping 1 1DAY", "86400.5" },
        { "HI", "hello" }, { "I7", "in a set" },
        { "!LIST", "Sorry, you may not use list." },
      }
    ]])
  end)

  it("days and months are those of crontab", function()
    holds [[
      setlocale()
      local schedule = require "gop2p.bot.schedule"
      assert(schedule.parse("0 9 * * MON-FRI"))
      assert(schedule.parse("0 9 * APRIL * *") == nil)
      assert(schedule.parse("0 9 * * FRI"))
      same(1.5, require("gop2p.bot.kinds").convert("duration", "1.5"))
    ]]
  end)

  it("a number is sent with a point", function()
    holds [[
      setlocale()
      local gop2p = require "gop2p"
      local a, b = gop2p.start_local_node(0), gop2p.start_local_node(0)
      assert(a:connect(b:self()))
      assert(a:broadcast(0.5):wait())
      same("0.5", b:receive(5).data)
    ]]
  end)

  it("letters of several bytes are no space", function()
    holds([[
      setlocale()
      local usage = require "gop2p.bot.usage"
      local args = assert(usage.parse("c <a> <b>")).arguments
      local got = assert(usage.read(args, "Jàn Ökà"))
      same("Jàn", got.a)
      same("Ökà", got.b)
      same("à", require("gop2p.bot.context").new({}, { data = " à ",
        from = require("gop2p").peer("localhost", 1) }).text)
      same("Jàn", require("gop2p.values").named("Jàn (localhost:5000)"))
      same("[Àà]", (require("gop2p.bot.matching").anycase("[Àà]")))
    ]], "de_DE.ISO-8859-1")
  end)

  -- The status of the response to a request that is written out.
  local STATUS = [[
    local gop2p = require "gop2p"
    local node = assert(gop2p.start_local_node(0))
    local function status(head, body)
      local c = assert(require("socket").connect("127.0.0.1",
                                                 node:self().port))
      c:send("POST / HTTP/1.1\r\nHost: localhost\r\n" .. head
             .. "\r\nCONNECTION: CLOSE\r\n\r\n" .. body)
      assert(gop2p.readable(math.tointeger(c:getfd()), 10))
      local line = c:receive("*l")
      c:close()
      return line:match("^HTTP/1.1 (%d+)")
    end
  ]]

  it("headers are those of HTTP", function()
    holds("setlocale()\n" .. STATUS .. [[
      for head, want in pairs {
        ["TRANSFER-ENCODING: GZIP"] = "501",
        ["CONTENT-LENGTH: 1\r\nTransfer-Encoding: chunked"] = "400",
        ["content-length: 1\r\nCONTENT-LENGTH: 2"] = "400",
      } do
        same(want, status(head, "x"))
      end
    ]])
  end)

  it("JSON of the network is read, whatever numbers are in it", function()
    for _, before in ipairs {"", "setlocale()\n"} do
      holds(before .. STATUS .. [[
        local body = '{"type":2,"data":"SGk=","weight":0.5,'
          .. '"from":{"port":5000,"address":"localhost"}}'
        setlocale()
        -- It is read, and from a stranger.
        same("403", status("Content-Length: " .. #body, body))
      ]])
    end
  end)
end)
