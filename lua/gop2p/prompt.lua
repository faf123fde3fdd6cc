-- prompt.lua - a prompt, with nodes that are served while a line is typed:
-- that of the stock interpreter, or one of the command's.
--
-- The core calls 'pump' whenever the prompt waits for a key and there is
-- something to do. What nobody else reads is shown above the line; what
-- tasks print appears there too. While a chunk runs, nothing of this does:
-- its own calls turn the loop, and read what comes.

local check = require "gop2p.check"
local complete = require "gop2p.complete"
local core = require "gop2p.core"
local input = require "gop2p.input"
local plain = require "gop2p.plain"
local scheduler = require "gop2p.scheduler"
local unread = require "gop2p.unread"

local prompt = {}

local AT_ONCE = 100    -- items shown before keys are looked at again
local GOODBYE = 2      -- seconds that taking leave at the end may last

local nodes = setmetatable({}, { __mode = "k" })    -- those that are open
local readers = {      -- what is read -> node -> coroutines of tasks
  inbox = setmetatable({}, { __mode = "k" }),
  events = setmetatable({}, { __mode = "k" }),
  errors = setmetatable({}, { __mode = "k" }),
}
local wanted = os.getenv("GOP2P_PROMPT") ~= "0"
local live = false     -- a line that is read is served
local own = false      -- the prompt is the command's, for all its life

local function say(mark, value)
  io.stdout:write(mark, plain(tostring(value)), "\n")
end

local handlers = {
  on_message = function(msg) say("", msg) end,
  on_event = function(event) say("* ", event) end,
  on_error = function(err) say("! ", err) end,
}

local defaults = {}
for name, handler in pairs(handlers) do defaults[name] = handler end

-- A task follows a node's "inbox" or the like in a loop: until the task is
-- over, what comes is its own, also while it is busy with something else.
function prompt.claim(self, what)
  local co = scheduler.current()
  if not co then return end
  local list = readers[what][self]
  if not list then
    list = setmetatable({}, { __mode = "k" })
    readers[what][self] = list
  end
  list[co] = true
end

-- Whether a task reads what comes: "inbox", "events" or "errors".
local function isread(self, what)
  if scheduler.awaited(core.signal(self, what)) then return true end
  for co in pairs(readers[what][self] or {}) do
    if coroutine.status(co) ~= "dead" then return true end
  end
  return false
end

local function nextmessage(self)
  return handlers.on_message and not isread(self, "inbox") and
         core.nextmessage(self)
end

local function nextevent(self)
  return handlers.on_event and not isread(self, "events") and
         core.nextevent(self)
end

local function nexterror(self)
  return handlers.on_error and not isread(self, "errors") and
         unread.take(self)
end

-- What is to be shown, with the name of its handler and its node.
local function collect()
  local items = {}
  local function take(name, from, self)
    while #items < AT_ONCE and not core.isclosed(self) do
      local value = from(self)
      if not value then return end
      items[#items + 1] = { name = name, value = value, node = self }
    end
  end
  for self in pairs(nodes) do
    take("on_event", nextevent, self)
    take("on_message", nextmessage, self)
    take("on_error", nexterror, self)
  end
  return items
end

-- What a handler raises is shown, since nobody else would.
local function tell(name, value, self)
  local handler = handlers[name] or defaults[name]
  local ok, problem = xpcall(handler, debug.traceback, value, self)
  if not ok then pcall(defaults.on_error, problem) end
end

local exit             -- what was os.exit, while ours is

-- Nobody is woken, and no task runs any more: what it uses may be finalized
-- already, and what it makes would never be.
local function await(rec, deadline)
  core.claim(rec)
  while not core.issettled(rec) and core.now() < deadline do
    core.pump(deadline - core.now())
    for _ in core.ready do end
  end
end

-- At the end: says goodbye for every node, in so many seconds at most.
local function goodbye(seconds)
  local deadline = core.now() + seconds
  local leaving = {}
  for node in pairs(nodes) do
    if not core.isclosed(node) and core.isconnected(node) then
      leaving[#leaving + 1] = core.leave(node)
    end
  end
  for _, rec in ipairs(leaving) do
    await(rec, deadline)
    core.release(rec)
  end
end

local function leave()
  goodbye(GOODBYE)
end

local function leaveandexit(...)
  pcall(leave)
  exit(...)
end

local function takeexit()
  if os.exit == leaveandexit then return end
  exit = os.exit
  rawset(os, "exit", leaveandexit)
end

local function unhook()
  if not live then return end
  live = false
  core.unhook()
  if os.exit == leaveandexit then rawset(os, "exit", exit) end
end

local showing = setmetatable({}, { __close = core.showline })

local function tellall(items)
  for _, item in ipairs(items) do tell(item.name, item.value, item.node) end
end

-- First the tasks, which may read what has come; then the rest is shown.
local function show(busy, items)
  core.hideline()
  local _ <close> = showing
  if busy then
    local ok, problem = pcall(scheduler.turn, 0)
    if not ok then tell("on_error", problem) end
    items = collect()
  end
  tellall(items)
end

local function pump()
  if not own and next(nodes) == nil then return unhook() end
  if not wanted then return end
  local busy = scheduler.poll()
  local items = busy and {} or collect()
  if busy or #items > 0 then show(busy, items) end
  if #items >= AT_ONCE then return 0 end
  return scheduler.due(), core.fd()
end

-- What begins as what stands in the quotes and means a member. A backslash
-- before a quote or another backslash stands for nothing; one at the end
-- waits for what comes.
local function handles(text)
  local head = #text:match("\\*$") % 2 == 1 and text:sub(1, -2) or text
  local begin, list = head:gsub("\\(.)", "%1"), {}
  for self in pairs(nodes) do
    local members = core.isclosed(self) and {} or core.members(self)
    for _, handle in ipairs(complete.peers(members, begin)) do
      local rest = handle:sub(#begin + 1):gsub("[\\\"']", "\\%0")
      local written = head .. rest
      if written:sub(1, #text) == text then list[#list + 1] = written end
    end
  end
  return list
end

local function completelua(line, start)
  return complete.lua(line, start, handles)
end

-- Whoever ends the prompt takes leave. When the state is closed this is
-- finalized before the nodes, which are older.
local farewell
local farewellmeta = {
  __gc = function(self)
    if self == farewell and live then pcall(leave) end
  end
}

local function hook(completer, breaks)
  if live then return end
  live = core.hook(pump, completer or completelua, leave,
                   breaks or complete.BREAKS, own)
  if live then takeexit() end
end

-- Whether lua was begun so that it prompts: without a script, or with -i.
-- lua's own table 'arg' has no negative index when there is no script.
local function isinteractive()
  local arg = rawget(_G, "arg")
  if type(arg) ~= "table" then return false end
  local i = -1
  while arg[i] and arg[i] ~= "-i" do i = i - 1 end
  return i == -1 or arg[i] == "-i"
end

-- A node was started.
function prompt.opened(self)
  nodes[self] = true
  if own or not wanted or not (live or isinteractive()) then return end
  hook()
  farewell = setmetatable({}, farewellmeta)
end

-- A node is about to be closed.
function prompt.closed(self)
  nodes[self] = nil
  if not own and next(nodes) == nil then unhook() end
end

local function sethandlers(options)
  for name, handler in pairs(options) do
    check.that(defaults[name], 1, "prompt",
               ("unknown option '%s'"):format(tostring(name)), 1)
    check.that(type(handler) == "function" or type(handler) == "boolean",
               1, "prompt", ("%s: function or boolean expected, got %s")
               :format(name, type(handler)), 1)
  end
  for name, handler in pairs(options) do
    handlers[name] = handler == true and defaults[name] or handler
  end
end

-- gop2p.prompt([what]) -> boolean
--
-- false: the prompt is not to serve nodes, from now on; true: it is, also
-- where it would not by itself. A table sets what becomes of what nobody
-- reads: on_message, on_event and on_error are functions of it and of the
-- node, or false: let it be, or true: show it as from the start. on_error
-- also gets the text of a task's error. Returns whether the prompt serves
-- nodes at present.
function prompt.set(what)
  if type(what) == "table" then
    sethandlers(what)
  elseif what ~= nil then
    check.that(type(what) == "boolean", 1, "prompt",
               "boolean or table expected, got " .. type(what))
    wanted = what
    if own then return wanted end
    if not wanted then
      unhook()
    elseif next(nodes) ~= nil then
      hook()
      farewell = setmetatable({}, farewellmeta)
    end
  end
  return live and wanted
end

local lines    -- where nothing is edited: what gives the next line
local question -- what stands before the line that is waited for, or nil

-- prompt.above(f): calls f(), which prints. A line that is waited for, and is
-- not edited, is asked for again below that.
function prompt.above(f)
  if question then io.stdout:write("\n") end
  f()
  if question then io.stdout:write(question) end
  io.stdout:flush()
end

-- Shows what came meanwhile.
local function interject()
  if not wanted then return false end
  local items = collect()
  if #items > 0 then
    prompt.above(function() tellall(items) end)
  else
    io.stdout:flush()   -- what tasks have printed
  end
  return #items >= AT_ONCE and 0 or nil
end

-- prompt.begin{edit, complete, breaks} -> boolean
--
-- For a command that prompts by itself, and does what the stock prompt does.
-- With 'edit' lines are edited, if there is a readline and a terminal: then
-- it returns true. Otherwise they are read as they come. complete(line,
-- start) gives the list of what the word after the first 'start' bytes of
-- the line may become, 'breaks' the characters that end a word: those of
-- Lua, unless they are given.
function prompt.begin(options)
  own, wanted = true, true
  if options.edit then
    hook(options.complete, options.breaks)
  end
  lines = not live and input.typed(interject)
  live = true
  takeexit()
  return not lines
end

-- prompt.read(text) -> line, pasted | nil at the end | nil, true on Ctrl-C
--                     | nil, false, err when reading fails
--
-- After prompt.begin, on the main thread. 'text' asks for the line; nil asks
-- nobody. Where lines are edited one has line breaks if it was pasted with
-- them; 'pasted': it begins with what was pasted. Raises the error of a task
-- where no line is edited.
function prompt.read(text)
  if not lines then return core.readline(text or "") end
  question = text
  io.stdout:write(text or "")
  io.stdout:flush()
  local ok, line, err = pcall(lines)
  question = nil
  if ok then return line, false, err end
  if not tostring(line):find("interrupted!", 1, true) then error(line, 0) end
  if text then io.stdout:write("\n") end
  return nil, true
end

-- prompt.remember(line): for the arrow keys.
function prompt.remember(line)
  if not lines then core.remember(line) end
end

-- prompt.goodbye(seconds): every node leaves; takes so long at most.
prompt.goodbye = goodbye

return prompt
