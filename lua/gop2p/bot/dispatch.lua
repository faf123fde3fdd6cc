-- dispatch.lua - what becomes of a message: an answer that somebody waits
-- for, a command, something that is listened for, or nothing.
--
-- Messages are taken in the order in which they came; what they lead to runs
-- in tasks of its own, side by side.

local commands = require "gop2p.bot.commands"
local context = require "gop2p.bot.context"
local core = require "gop2p.core"
local guard = require "gop2p.bot.guard"
local long = require "gop2p.bot.long"
local matching = require "gop2p.bot.matching"
local speech = require "gop2p.bot.speech"
local text = require "gop2p.text"
local usage = require "gop2p.bot.usage"
local values = require "gop2p.values"

local dispatch = {}

-- Bytes of a text that calls a command, and of one in which patterns are
-- looked for. What reads it may take a time that grows with its square.
local LONGEST = 4096

local REMINDED = 60   -- seconds until somebody is told of that again

-- What is said to the bot by its name, which may have changed, in letters
-- of either case, unless another member is called just so; or nil.
local function called(bot, said)
  local name, patterns = bot.name, bot.called
  if not name then return nil end
  if patterns.name ~= name then
    local either = matching.anycase(matching.literal(name))
    patterns = { "^@?(" .. either .. ")[:,]()", "^@(" .. either .. ")()",
                 name = name }
    bot.called = patterns
  end
  local given, past = text.match(said, patterns[1])
  local marked = given ~= nil
  if not given then given, past = text.match(said, patterns[2]) end
  if not given then return nil end
  local at, spaced = text.skip(said, past)
  if at > #said or not (marked or spaced) or
     given ~= name and core.named(bot.node, given) then
    return nil
  end
  return said:sub(at)
end

-- Where what comes at once after a prefix begins, if that stands at 'from';
-- or nil.
local function prefixed(said, prefix, from)
  if not prefix or said:sub(from, from + #prefix - 1) ~= prefix then
    return nil
  end
  local at, spaced = text.skip(said, from + #prefix)
  return not spaced and at <= #said and at or nil
end

-- Whether what begins at 'from' calls a command.
local function calls(bot, line, from)
  local word = text.word(line, from)
  return word and bot:find(word)
end

-- A line without the prefixes that it begins with: without as few as leave a
-- command of the bot, or without all. A name may begin with prefixes, but not
-- with more than it has bytes; so few are tried, however many there are.
local function bare(bot, line)
  if calls(bot, line, 1) then return line end
  local at, begins = 1, {}
  repeat
    begins[#begins + 1] = at
    at = prefixed(line, bot.options.prefix, at)
  until not at
  local last, longest = begins[#begins], bot:longest()
  if #text.fold(text.word(line, last) or "") <= longest then
    for i = math.max(2, #begins - longest), #begins - 1 do
      if calls(bot, line, begins[i]) then return line:sub(begins[i]) end
    end
  end
  return line:sub(last)
end

-- What a message says to the bot, without the name that it begins with, or
-- the prefix that makes it one for bots; and how it was meant: "name",
-- "prefix", "direct"; or nil. The name comes first: it may begin with the
-- prefix.
local function addressed(bot, ctx)
  local said = ctx.text
  local rest = called(bot, said)
  if rest then return rest, "name" end
  local at = prefixed(said, bot.options.prefix, 1)
  if at then return ctx.is_direct and said or said:sub(at), "prefix" end
  if ctx.is_direct then return said, "direct" end
end

-- dispatch.answering(f [, say]): the same, but what it gives back is its
-- answer, unless that is nil, false or an empty text. say(ctx, text) says it;
-- ctx.reply unless it is given.
function dispatch.answering(f, say)
  say = say or context.reply
  return function(ctx, ...)
    local given = f(ctx, ...)
    if not given then return end
    local meta = getmetatable(given)
    if type(given) ~= "string" and type(given) ~= "number" and
       not (type(meta) == "table" and meta.__tostring) then
      error(("text expected as answer, got a %s"):format(type(given)), 0)
    end
    local words = text.tostring(given)
    if words ~= "" then say(ctx, words) end
  end
end

-- Why a command is not run: the text for whoever gave it; false when that was
-- told already; nil when it is run.
local function refusal(bot, command, ctx)
  if not bot.roles:may(ctx.from, command) then
    return ("Sorry, you may not use %s."):format(command.name)
  elseif command.off then
    return ("Sorry, %s is switched off."):format(command.name)
  end
  local key = command.name .. " " .. values.endpoint(ctx.from)
  local told, left = bot.cooldowns:get(key)
  if left then
    bot.cooldowns:set(key, true, left)
    return not told and ("Please wait %d s before you use %s again.")
      :format(math.ceil(left), command.name)
  end
end

-- The same for a text that is too long; 'bytes' is how long.
local function excess(bot, ctx, bytes)
  if bytes <= LONGEST then return nil end
  local key = values.endpoint(ctx.from)   -- no other key is without a space
  if bot.cooldowns:get(key) then return false end
  bot.cooldowns:set(key, true, REMINDED)
  return ("Sorry, that is too long: a command has %d bytes at most, and this "
          .. "had %d."):format(LONGEST, bytes)
end

-- 'line' is what comes after its name, in a text of so many bytes.
local function runcommand(bot, command, ctx, line, bytes)
  local refused = refusal(bot, command, ctx)
  if refused == nil then refused = excess(bot, ctx, bytes) end
  if refused ~= nil then return refused and ctx:notice(refused) end
  local args, why = usage.read(command.arguments, line, bot.node)
  if not args then
    return ctx:notice(("%s\nusage: %s"):format(why,
      commands.usage(command, bot:lead(ctx))))
  end
  if command.cooldown > 0 then
    bot.cooldowns:set(command.name .. " " .. values.endpoint(ctx.from),
                      false, command.cooldown)
  end
  if guard.call(bot, command, ctx.from, ctx, args) then return end
  ctx:notice(("Sorry, %s failed.%s"):format(command.name,
    command.off and " It is switched off now." or ""))
end

-- Steps in which a pattern is found or given up: some two milliseconds. A
-- text can be made such that one takes a time that grows with a power of the
-- text's length, and whoever writes it holds up everybody else.
local STEPS = 1000000

-- What listens for a pattern could not be told whether the text has it. Once:
-- who can write one such text can write many.
local function giveup(bot, handler, from)
  if handler.tired then return end
  handler.tired = true
  local err = values.error("internal", "ELIMIT",
    handler.what .. " was not run",
    ("its pattern takes more than %d steps in what %s has said; this is not "
     .. "told again"):format(STEPS, from))
  err.from = from
  bot.trouble:tell(err)
end

-- The captures, packed, of what listens for the text, or for what it says
-- without the bot's name before it, if there is that; or nil.
local function found(bot, handler, from, said, rest)
  local captures = table.pack(core.match(handler.finds, said, STEPS))
  if captures[1] then return captures end
  if captures[1] == false then return giveup(bot, handler, from) end
  return rest and found(bot, handler, from, rest) or nil
end

-- Whether it may be run for that peer again; then it is.
local function rested(bot, handler, peer)
  if handler.cooldown == 0 then return true end
  local key = ("%s %d %s"):format(handler.what, handler.nth,
                                  values.endpoint(peer))
  local _, left = bot.cooldowns:get(key)
  if not left then bot.cooldowns:set(key, false, handler.cooldown) end
  return not left
end

-- Runs all that listens for the text; whether there is any.
local function hear(bot, ctx, rest)
  local any, said = false, ctx.text:sub(1, LONGEST)
  rest = rest and rest:sub(1, LONGEST)
  for _, handler in ipairs(bot.registry.hears) do
    local may = not handler.off and bot.roles:is(ctx.from, handler.role)
    local captures = may and found(bot, handler, ctx.from, said, rest)
    any = any or captures
    if captures and rested(bot, handler, ctx.from) then
      bot:task(guard.call, bot, handler, ctx.from, ctx,
               table.unpack(captures, 1, captures.n))
    end
  end
  return any
end

-- Whether the bot may not be meant: in a room the prefix alone does not say
-- that, there may be others that have the same.
local function isopen(ctx, how)
  return how == "prefix" and not ctx.is_direct
end

-- Whoever meant the bot and was not understood is told what to do.
local function hint(bot, ctx, word, how)
  local seen = how == "direct" and #bot.registry:handlers("message") > 0
  if not how or isopen(ctx, how) or seen then return end
  ctx:notice(("I do not know %s. Try %shelp."):format(
    long.brief(word), bot:lead(ctx)))
end

-- The word that may be a command's name, and what comes after it; or nil.
-- Whoever means this bot may say the prefix as well, or once more.
local function split(bot, ctx, line, how)
  if line and not isopen(ctx, how) then line = bare(bot, line) end
  local word, next = text.word(line or "", 1)
  return word, word and line:sub(next)
end

-- The command that is called, or nil. One about something that this bot does
-- not know, as "!help lunch", calls none when another bot may be meant.
local function find(bot, ctx, word, rest, how)
  local command = bot:find(word)
  local about = command and command.about
  if about and isopen(ctx, how) and not about(ctx, text.trim(rest)) then
    return nil
  end
  return command
end

local function known(bot, ctx)
  local line, how = addressed(bot, ctx)
  local word, rest = split(bot, ctx, line and line:sub(1, LONGEST), how)
  local command = word and find(bot, ctx, word, rest, how)
  if command then
    ctx.command = command.name
    bot:task(runcommand, bot, command, ctx, rest, #line)
  elseif not hear(bot, ctx, how == "name" and line) and word then
    bot:task(hint, bot, ctx, word, how)
  end
end

-- Whether to listen to the sender at all. What is said in the bot's own name
-- its node does not let in.
local function heeded(bot, message)
  local listen, new = bot.loopguard:heard(message)
  if not listen and new then
    bot.trouble:tell(values.error("internal", "ELOOP",
      "not listening to " .. message.from,
      "we have answered each other too often; until it has been "
      .. "silent for a minute"))
    bot:task(speech.say, bot, "That was a lot. I listen again when you have "
             .. "been silent for a minute.", { message.from },
             { cause = message.from, notice = true })
  end
  return listen
end

-- dispatch.message(bot, message): starts what it leads to. Does not wait.
-- A notice leads to nothing but on("message"), or bots would answer each
-- other's help and errors.
function dispatch.message(bot, message)
  local ctx = context.new(bot, message)
  bot.log:debug("heard", { from = tostring(ctx.from), text = ctx.text,
                           direct = ctx.is_direct,
                           notice = ctx.is_notice or nil })
  bot.roles:seen(ctx.from)
  if not heeded(bot, message) then return end
  bot:fire("message", ctx)
  if ctx.is_notice or bot.conversation:deliver(ctx) then return end
  known(bot, ctx)
end

return dispatch
