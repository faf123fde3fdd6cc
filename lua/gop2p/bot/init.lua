-- gop2p.bot - what the author of a chat bot would otherwise have to write.
--
--   local bot = require("gop2p.bot").new {
--     port = 5001, join = { "localhost:5000" }, name = "dice"
--   }
--   bot:command("roll [sides:integer=6]", "rolls a die", function(ctx, args)
--     return ("%s rolled %d"):format(ctx.from, math.random(args.sides))
--   end)
--   bot:run()
--
-- Everything that the author hands in is run as a task: it may sleep, ask
-- and wait, and holds nobody up. An error in it is told and ends nothing
-- else.

local building = require "gop2p.bot.building"
local builtin = require "gop2p.bot.builtin"
local check = require "gop2p.check"
local class = require "gop2p.bot.class"
local codes = require "gop2p.codes"
local conversation = require "gop2p.bot.conversation"
local core = require "gop2p.core"
local dispatch = require "gop2p.bot.dispatch"
local guard = require "gop2p.bot.guard"
local life = require "gop2p.bot.life"
local log = require "gop2p.bot.log"
local loopguard = require "gop2p.bot.loopguard"
local matching = require "gop2p.bot.matching"
local options = require "gop2p.bot.options"
local outbox = require "gop2p.bot.outbox"
local program = require "gop2p.bot.program"
local recent = require "gop2p.recent"
local registry = require "gop2p.bot.registry"
local roles = require "gop2p.bot.roles"
local saying = require "gop2p.bot.saying"
local scheduler = require "gop2p.scheduler"
local store = require "gop2p.bot.store"
local trouble = require "gop2p.bot.trouble"
local usage = require "gop2p.bot.usage"
local values = require "gop2p.values"
local whom = require "gop2p.whom"

local bot = {}
local Bot = {}
local meta = class.meta
meta.methods = Bot
for name, method in pairs(saying) do Bot[name] = method end

-- A bot is called what its node is, by whomever that was changed.
function meta.__index(self, key)
  if key ~= "name" then return Bot[key] end
  return self.node and self.node:self().name or self.options.name
end

local EVENTS = { joined = true, met = true, left = true, failed = true,
                 recovered = true, renamed = true, message = true,
                 error = true, start = true, connected = true, stop = true,
                 unload = true }

-- What new code may change while the bot runs.
local function settings(given)
  local read, why = options.read(given)
  if not read then return nil, why end
  local order
  order, why = roles.new(read.owner, read.roles, read.allow)
  if not order then return nil, "option " .. why end
  return { options = read, roles = order }
end

-- The log, and what was stored. What the system does not allow is told by
-- the start of the bot.
local function open(self)
  local set, err = self.options
  local function name() return self.name or "bot" end
  local given = { bot = name, level = set.log.level,
                  json = set.log.json, file = set.log.file }
  self.log, err = log.open(given)
  if not self.log then
    self.unfit, given.file = err, nil
    self.log = log.open(given)
  end
  if set.store then
    self.memory, err = store.open(set.store, set.dry_run,
                                  set.max_store)
    self.unfit = self.unfit or err
  end
  self.store = self.memory and self.memory.data or {}
end

-- bot.new(options) -> bot
--
-- A bot that does not run yet. The options are in README.md beside this file;
-- an unknown one raises. In code that is reloaded, the bot that runs and that
-- asked for the name.
function bot.new(given)
  check.that(type(given) == "table", 1, "new", "table of options expected")
  check.that(given ~= bot, 1, "new", "call 'new' with a dot")
  local set, why = settings(given)
  check.that(set, 1, "new", why)
  if building.here() then
    local name = set.options.name
    local running = building.again(name, set)
    check.that(running, 1, "new", ("no bot %s runs: to add one, restart the "
      .. "script"):format(name and ("called %q"):format(name)
                          or "without a name"))
    return running
  end
  local self = setmetatable({
    node = false, state = "new", failure = false, overfull = false,
    options = set.options, roles = set.roles, called = {},
    memory = false, unfit = false, way = false,
    cooldowns = recent.new(),
    loopguard = loopguard.new(set.options.exchange or math.huge),
    outbox = outbox.new(set.options.rate, set.options.burst,
                        set.options.queue),
  }, meta)
  self.scope = scheduler.scope(function(problem)
    self.trouble:tell(guard.stray(problem))
  end, set.options.budget or nil)
  self.conversation = conversation.new(self)
  self.trouble = trouble.new(self)
  self.registry = self:newregistry()
  open(self)
  program.made(self)
  return self
end

-- For the other parts of the bot: they are no business of its author.

-- Starts f(...), which is code of the author's, as a task.
local function start(scope, f, ...)
  local task = scheduler.start(scope, f, ...)
  task.code = scheduler.code()
  return task
end

function Bot:newregistry()
  return registry.new(function(f) start(self.scope, f) end)
end

-- Starts a task that no new code ends.
local function keep(self, f)
  scheduler.start(self.scope, f).code = codes.new()
end

-- Takes what building.lua has brought together, in place of what there is.
function Bot:adopt(plan)
  local new, set = plan.registry, plan.settings
  for _, name in ipairs(options.keep(set.options, self.options)) do
    self.log:warn("takes a restart", { option = name })
  end
  local dropped = self.registry.agenda:swap(new.agenda)
  new.agenda = self.registry.agenda
  self.registry = new
  set.roles:follow(self.roles, self:members())
  for key, value in pairs(set) do self[key] = value end
  if self.memory then self.memory:touch() end
  self.log:info("reloaded", { timers_dropped = dropped })
  for _, f in ipairs(plan.kept) do keep(self, f) end
  self:begin()
end

-- Runs the handlers of "start". What they do may last as long as their code,
-- and ends with it, as what it spawns.
function Bot:begin()
  for _, handler in ipairs(self.registry:handlers("start")) do
    start(self.scope, guard.call, self, handler).bound = true
  end
  self.conversation:tell("start")
end

-- Starts f(...) as a task of one of its scopes; false when that has too many.
local function begin(self, scope, f, ...)
  if scope.count >= self.options.max_tasks then
    self.log:warn("not handled", { reason = "too many tasks" })
    return false
  end
  start(scope, f, ...)
  return true
end

function Bot:task(f, ...)
  return begin(self, self.scope, f, ...)
end

-- Runs the handlers of an event, and tells those who wait for it.
function Bot:fire(event, ...)
  local from = event == "message" and (...).from or nil
  local scope = event == "error" and self.trouble.scope or self.scope
  for _, handler in ipairs(self.registry:handlers(event)) do
    begin(self, scope, guard.call, self, handler, from, ...)
  end
  self.conversation:tell(event, ...)
end

-- The command of that name, or nil.
function Bot:find(name)
  return self.registry.commands:find(name) or builtin:find(name)
end

-- How many bytes the longest name of a command has, folded.
function Bot:longest()
  return math.max(self.registry.commands.longest, builtin.longest)
end

-- What has to stand before a command's name where 'ctx' was said.
function Bot:lead(ctx)
  if ctx.is_direct then return "" end
  return self.options.prefix or self.name and self.name .. ": " or ""
end

-- Where what is registered now goes to, and by which settings.
local function target(self)
  local plan = building.plan(self)
  if plan then return plan.registry, plan.settings or self end
  return self.registry, self
end

local function checkrole(self, role, name, arg, extra)
  local _, set = target(self)
  check.that(role == nil or set.roles:known(role), arg, name,
             ("no such role: %s"):format(tostring(role)), 1 + (extra or 0))
end

local COMMAND_OPTIONS = { role = true, cooldown = true, hidden = true }

local HEAR_OPTIONS = { role = true, cooldown = true, plain = true }

local function checkoptions(self, given, known, name, arg)
  for key in pairs(check.table(given, arg, name) or {}) do
    check.that(known[key], arg, name,
               ("no such option: %s"):format(tostring(key)), 1)
  end
  checkrole(self, given and given.role, name, arg, 1)
  return given or {}
end

-- bot:command(definition, [summary,] f [, options])
--
-- 'definition': "name|alias <needed:type> [other:type=default] [rest...]",
-- see usage.lua. f(ctx, args) is given the values by name; what it gives
-- back is its answer. Options: 'role' that may use it (default: everybody),
-- 'cooldown' (seconds for each user), 'hidden' (not in the help).
function Bot:command(definition, summary, f, extra)
  class.check(self, "command")
  if type(summary) ~= "string" then
    summary, f, extra = nil, summary, f
  end
  local command, why = usage.parse(check.string(definition, 1, "command"))
  check.that(command, 1, "command", why)
  check.callable(f, summary and 3 or 2, "command")
  extra = checkoptions(self, extra, COMMAND_OPTIONS, "command", 4)
  command.summary, command.role = summary, extra.role
  command.hidden = extra.hidden
  local registered, set = target(self)
  command.cooldown = check.timeout(extra.cooldown, 4, "command") or
                     set.options.cooldown
  guard.handler("command " .. command.name, dispatch.answering(f),
                set.options.max_errors, command)
  local ok, taken = registered.commands:add(command)
  check.that(ok, 1, "command",
             ("there is a command %q already"):format(taken or ""))
end

-- bot:hear(pattern, f [, options])
--
-- Runs f(ctx, captures...) for each message, but for commands, in which the
-- Lua pattern is found (in its first 4096 bytes, in a limited number of
-- steps), letters in either case; what it gives back is its answer. Options:
-- 'role' (whose messages alone), 'cooldown' (seconds for each user), plain =
-- true: the text as it stands, no pattern.
function Bot:hear(pattern, f, extra)
  class.check(self, "hear")
  pattern = check.string(pattern, 1, "hear")
  check.callable(f, 2, "hear")
  extra = checkoptions(self, extra, HEAR_OPTIONS, "hear", 3)
  local finds, why = core.pattern(matching.anycase(
    extra.plain and matching.literal(pattern) or pattern))
  check.that(finds, 1, "hear", why)
  local registered, set = target(self)
  local handler = guard.handler(("hear %q"):format(pattern),
    dispatch.answering(f), set.options.max_errors)
  handler.pattern, handler.finds = pattern, finds
  handler.role = extra.role or "everybody"
  handler.cooldown = check.timeout(extra.cooldown, 3, "hear") or 0
  registered:listen(handler)
end

-- bot:on(event, f)
--
-- Runs f(peer) when a peer has "joined" after us, or was "met": it was there
-- before us; and when it has "left" or "recovered". Runs f(peer, reason) when
-- it has "failed", and f(peer, former) when it was "renamed": 'former' is the
-- same peer with the name that it had. Runs f(ctx) for each "message", f(err)
-- for each "error", and f() at the "start" (of the bot, and of new code),
-- when it is "connected": there is a member after there was none, before the
-- "stop", and at the "unload" of the code: before new code takes its place,
-- and after the "stop". The last two wait for it for two seconds.
function Bot:on(event, f)
  class.check(self, "on")
  check.that(EVENTS[event], 1, "on",
             ("no such event: %s"):format(tostring(event)))
  check.callable(f, 2, "on")
  local handler = guard.handler("on " .. event, f)
  local events = target(self).events
  events[event] = events[event] or {}
  table.insert(events[event], handler)
end

-- An entry of the agenda, whose errors are told.
local function timed(self, name, spec, f)
  check.callable(f, 2, name, 1)
  local handler = guard.handler(("%s %s"):format(name, spec), f)
  local agenda = target(self).agenda
  local entry = agenda[name](agenda, spec, function()
    guard.call(self, handler)
  end, 2)
  return entry
end

-- bot:every(spec, f) -> entry
--
-- Runs f again and again: every so many seconds, at a time of day such as
-- "09:00", or as five fields of crontab say. entry:cancel() ends it.
function Bot:every(spec, f)
  class.check(self, "every")
  local entry = timed(self, "every", spec, f)
  return entry
end

-- bot:after(seconds, f) -> entry: runs f once.
function Bot:after(seconds, f)
  class.check(self, "after")
  local entry = timed(self, "after", seconds, f)
  return entry
end

-- bot:at(time, f) -> entry
--
-- Runs f once: at so many seconds since 1970, at the next "18:00", or at
-- "2030-12-24 18:00".
function Bot:at(time, f)
  class.check(self, "at")
  local entry = timed(self, "at", time, f)
  return entry
end

-- bot:keep(f, ...)
--
-- Starts f(...) as a task, and so the tasks that it starts, which go on when
-- new code is loaded, until the bot is stopped. In new code it is started
-- once that has been loaded.
function Bot:keep(f, ...)
  class.check(self, "keep")
  check.callable(f, 1, "keep")
  if self.state == "stopped" then error("'keep': the bot is stopped", 2) end
  local arguments = table.pack(...)
  local function run()
    f(table.unpack(arguments, 1, arguments.n))
  end
  local plan = building.plan(self)
  if plan then table.insert(plan.kept, run) else keep(self, run) end
end

-- bot:wait_for(event [, timeout [, predicate]]) -> what on(event) gets
--
-- Waits for an event for which predicate(...) holds; or nil and an error
-- when 'timeout' seconds have passed. What the task says from then on counts
-- as no reply to anybody.
function Bot:wait_for(event, timeout, predicate)
  class.check(self, "wait_for")
  check.that(EVENTS[event], 1, "wait_for",
             ("no such event: %s"):format(tostring(event)))
  timeout = check.timeout(timeout, 2, "wait_for")
  if predicate ~= nil then check.callable(predicate, 3, "wait_for") end
  return self.conversation:wait(event, timeout, predicate)
end

-- bot:save() -> true | nil, err
--
-- Writes down what is stored at once, for what must not be lost once it was
-- promised; without it that happens within a second.
function Bot:save()
  class.running(self, "save")
  if not self.memory then return true end
  return self.memory:save(self.store)
end

-- bot:members() -> list of peers: who else is there.
function Bot:members()
  class.check(self, "members")
  return self.node and self.node:members() or {}
end

-- bot:is(peer, role) -> boolean. An address and a name are only claims.
function Bot:is(peer, role)
  class.check(self, "is")
  local who, why = values.topeer(peer)
  local name = not who and values.toname(peer)
  check.that(who or name, 1, "is", why)
  checkrole(self, role, "is", 2)
  if self.node and not core.isclosed(self.node) then
    who = name and whom.one(self.node, name, "") or
          who and core.meant(self.node, who) or who
  end
  return who ~= nil and self.roles:is(who, role)
end

-- bot:start() -> true | nil, err
--
-- Starts the node and all that was asked for, as tasks. Does not wait.
function Bot:start()
  class.check(self, "start")
  if building.here() then return true end
  if self.state ~= "new" then error("the bot was started already", 2) end
  return life.start(self)
end

-- bot:run() -> true [, signal] | nil, err
--
-- For a main program: starts the bot, if it was not, and waits until it is
-- stopped, by bot:stop() or by SIGINT, SIGTERM or SIGHUP ("INT", "TERM",
-- "HUP"): these are caught meanwhile, and only meanwhile. Code that is
-- reloaded ends here.
function Bot:run()
  class.check(self, "run")
  if building.here() then
    building.finish()
    return true
  end
  return life.run(self)
end

-- bot:plugin(path) -> what it gives
--
-- Runs a file with the bot as its argument. The path is as seen from the
-- file that calls. It is reloaded with it.
function Bot:plugin(path)
  class.check(self, "plugin")
  path = check.string(path, 1, "plugin")
  local results = table.pack(program.plugin(self, path))
  check.that(results[1], 1, "plugin", results[2])
  return table.unpack(results, 2, results.n)
end

-- bot:reload() -> true | nil, err
--
-- Runs the script that made the bot again, and its plug-ins. The bots that
-- it makes are those that run; all that it registers takes the place of what
-- was registered, at once. The network, the store and handlers that run
-- already go on. If anything goes wrong, the old code stays, and it is told.
function Bot:reload()
  class.check(self, "reload")
  local ok, err = program.reload()
  if not ok then return nil, err end
  return true
end

-- bot:stop()
--
-- Runs what is to be run before the stop, leaves the network, ends all that
-- the bot does. Any number of times.
function Bot:stop()
  class.check(self, "stop")
  life.stop(self)
end

meta.__close = Bot.stop

function meta.__tostring(self)
  return ("gop2p bot %s(%s)"):format(self.name and self.name .. " " or "",
                                     self.state)
end

return bot
