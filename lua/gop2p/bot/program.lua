-- program.lua - the files that a bot's code is in: the script that makes it,
-- and its plug-ins; running them again, and seeing that they have changed.

local building = require "gop2p.bot.building"
local file = require "gop2p.file"
local system = require "gop2p.system"
local values = require "gop2p.values"

local program = {}

local LOOK = 0.5   -- seconds between two looks at the files

local bots = setmetatable({}, { __mode = "v" })   -- number -> bot
local made = 0           -- so many, in their order
local used = 0           -- so many of them were started, or stopped
local script             -- the path, once a bot was made
local arguments          -- that it was started with
local files = {}         -- path -> how it was when it was loaded
local changed = {}       -- path -> how it was when it was looked at last
local loading = false
local signal = false     -- the last that has ended a bot
local unstarted = false  -- a bot could not be started, or come in

-- The arguments of the process. In a program of its own making lua has made
-- no such global, and strict ones do not let it be read then.
local function words()
  local given = rawget(_G, "arg")
  return type(given) == "table" and given or {}
end

-- The file whose main chunk called, through whatever functions; under a
-- task that calls, that of the process.
local function mainfile()
  local found
  local level = 3
  local info = debug.getinfo(level, "S")
  while info do
    if info.what == "main" and info.source:find("^@") then
      found = info.source:sub(2)
    end
    level = level + 1
    info = debug.getinfo(level, "S")
  end
  return found or words()[0]
end

local function note(path)
  files[path] = file.stamp(path) or "none"
end

-- program.made(bot): the script has made a bot.
function program.made(bot)
  made = made + 1
  bots[made] = bot
  if script then return end
  script, arguments = mainfile(), table.pack(table.unpack(words()))
  if script then note(script) end
end

-- Whether there was a bot at all.
function program.any()
  return made > 0
end

-- Whether there was one, and all have ended.
function program.over()
  for i = 1, made do
    if bots[i] and bots[i].state ~= "stopped" then return false end
  end
  return made > 0
end

-- program.used(): one that is new is started, or stopped.
function program.used()
  used = used + 1
end

-- Whether one was made for nothing.
function program.unused()
  return made > used
end

-- program.notstarted(): a bot could not be started, or did not come in, which
-- was told.
function program.notstarted()
  unstarted = true
end

-- Whether that was so.
function program.failed()
  return unstarted
end

-- program.signalled(name): a signal has ended a bot.
function program.signalled(name)
  signal = name
end

-- The last one that did, or false.
function program.signal()
  return signal
end

-- program.running() -> list of bots, in the order in which they were made
function program.running()
  local list = {}
  for i = 1, made do
    local bot = bots[i]
    if bot and bot.state == "running" then list[#list + 1] = bot end
  end
  return list
end

-- The file of the function 'level' calls above.
local function caller(level)
  local source = debug.getinfo(level + 1, "S").source
  return source:match("^@(.*)$")
end

-- program.plugin(bot, path): loads the file, as seen from the one that the
-- caller's caller is in, and runs it with the bot: what it gives. Errors are
-- raised.
function program.plugin(bot, path)
  local folder = not path:find("^/") and (caller(3) or ""):match("^.*/") or ""
  path = folder .. path
  note(path)
  local chunk, why = loadfile(path)
  if not chunk then return nil, why end
  return true, chunk(bot)
end

local function failed(problem)
  local text = problem.text:gsub("\n.*", "")
  local err = values.error("internal", "EHANDLER",
    ("could not reload %s, the old code stays"):format(script or "it"),
    text)
  err.traceback = problem.traceback
  return nil, err
end

local function reload(list)
  if not script then
    return failed { text = "the file that made the bot is not known" }
  end
  local before = files
  files = {}
  note(script)
  local chunk, why = loadfile(script)
  local ok, problem = false, { text = why }
  if chunk then
    ok, problem = building.run(list, chunk,
                               table.unpack(arguments, 1, arguments.n))
  end
  if ok then return true end
  for path in pairs(before) do
    if not files[path] then note(path) end
  end
  return failed(problem)
end

-- program.reload() -> true | nil, err
--
-- Runs the script again, with its plug-ins, as new code of its bots. What
-- goes wrong is told, and leaves the old code as it was.
function program.reload()
  local list = program.running()
  if #list == 0 then return failed { text = "no bot is running" } end
  if loading then return failed { text = "it is being reloaded already" } end
  loading = true
  local _ <close> = setmetatable({}, { __close = function()
    loading = false
  end })
  local ok, err = reload(list)
  if ok then return true end
  local bot = program.running()[1]
  if bot then bot.trouble:tell(err) end
  return nil, err
end

-- Whether a file is another one than was loaded, and the same as at the last
-- look: whoever writes it has come to an end.
local function settled(path, was)
  local stamp = file.stamp(path)
  if not stamp or stamp == was then
    changed[path] = nil
    return false
  end
  local rests = changed[path] == stamp
  changed[path] = stamp
  return rests
end

-- The one that looks for all that are to be watched: two would take each
-- other's looks for their own.
local function watcher()
  for _, bot in ipairs(program.running()) do
    if bot.options.watch then return bot end
  end
end

-- program.watch(bot): a task that reloads when a file has changed, as long
-- as the bot runs.
function program.watch(bot)
  while bot.state == "running" do
    system.awaitfiles(LOOK)
    local any = false
    if watcher() == bot then
      for path, was in pairs(files) do any = settled(path, was) or any end
    end
    if any and not loading then program.reload() end
  end
end

return program
