-- builtin.lua - the commands that every bot has, unless its author has made
-- others of these names.
--
-- They say notices: what one bot says of itself concerns no other.

local commands = require "gop2p.bot.commands"
local context = require "gop2p.bot.context"
local dispatch = require "gop2p.bot.dispatch"
local guard = require "gop2p.bot.guard"
local long = require "gop2p.bot.long"
local usage = require "gop2p.bot.usage"

local builtin = commands.new()

-- A name as somebody has given it, also with the bot's prefix before it,
-- and what find(bot, name, ...) finds by it.
local function look(bot, name, find, ...)
  local found, prefix = find(bot, name, ...), bot.options.prefix
  if found or not prefix or name:sub(1, #prefix) ~= prefix then
    return found
  end
  return find(bot, name:sub(#prefix + 1), ...)
end

-- A command that the peer may use.
local function usable(bot, name, peer)
  local command = bot:find(name)
  return command and bot.roles:may(peer, command) and command or nil
end

-- What can be switched off, or one of these commands, which cannot.
local function switchable(bot, name)
  return bot.registry:handler(name) or builtin:find(name)
end

local function unknown(name)
  return ("I do not know %s."):format(long.brief(name))
end

-- Adds a command. about(ctx, args): whether this bot knows what the call is
-- about. A call of which only the first words are understood is about those.
local function add(definition, summary, role, about, f)
  local command = assert(usage.parse(definition))
  local first = command.arguments[1].name
  guard.handler("command " .. command.name,
                dispatch.answering(f, context.notice), nil, command)
  command.summary, command.role, command.cooldown = summary, role, 0
  function command.about(ctx, rest)
    local args = usage.read(command.arguments, rest, ctx.bot.node)
    local name = args and args[first] or rest:match("^%S+")
    return name == nil or about(ctx, name) ~= nil
  end
  assert(builtin:add(command))
end

local function helpabout(ctx, name)
  return look(ctx.bot, name, usable, ctx.from)
end

add("help [command]", "says what can be asked", nil, helpabout,
    function(ctx, args)
  local bot = ctx.bot
  local lead = bot:lead(ctx)
  if args.command then
    local command = helpabout(ctx, args.command)
    return command and commands.describe(command, lead) or
           unknown(args.command)
  end
  return commands.help({ bot.registry.commands, builtin }, lead,
                       function(command)
    return not command.hidden and bot.roles:may(ctx.from, command)
  end)
end)

local function switchabout(ctx, name)
  return look(ctx.bot, name, switchable)
end

-- Switches a command, or what is listened for, off or on.
local function switch(off)
  return function(ctx, args)
    local found = switchabout(ctx, args.name)
    if not found then return unknown(args.name) end
    local name = found.pattern or found.name
    if builtin:find(name) == found then
      return ("%s is always on."):format(name)
    end
    found.off, found.failures = off, 0
    ctx.bot.log:info(off and "switched off" or "switched on",
                     { what = found.what, from = tostring(ctx.from) })
    return ("%s is switched %s."):format(name, off and "off" or "on")
  end
end

add("enable <name...>", "switches a command on again", "owner", switchabout,
    switch(false))
add("disable <name...>", "switches a command off", "owner", switchabout,
    switch(true))

return builtin
