-- builtin.lua - the commands that every bot has, unless its author has made
-- others of these names.

local commands = require "gop2p.bot.commands"
local dispatch = require "gop2p.bot.dispatch"
local guard = require "gop2p.bot.guard"
local text = require "gop2p.bot.text"
local usage = require "gop2p.bot.usage"

local list = commands.new()

local function add(definition, summary, role, f)
  local command = assert(usage.parse(definition))
  guard.handler("command " .. command.name, dispatch.answering(f), nil,
                command)
  command.summary, command.role, command.cooldown = summary, role, 0
  assert(list:add(command))
end

add("help [command]", "says what can be asked", nil, function(ctx, args)
  local bot = ctx.bot
  local lead = bot:lead(ctx)
  local function may(command)
    return not command.hidden and bot.roles:may(ctx.from, command)
  end
  if not args.command then
    return commands.help({ bot.registry.commands, list }, lead, may)
  end
  local command = bot:find(args.command)
  if not command or not bot.roles:may(ctx.from, command) then
    return ("I do not know %s."):format(text.brief(args.command))
  end
  return commands.describe(command, lead)
end)

-- Switches a command, or what is listened for, off or on.
local function switch(off)
  return function(ctx, args)
    local bot = ctx.bot
    local handler = bot.registry:handler(args.name)
    if not handler and list:find(args.name) then
      return ("%s is always on."):format(args.name)
    elseif not handler then
      return ("I do not know %s."):format(text.brief(args.name))
    end
    handler.off, handler.failures = off, 0
    bot.log:info(off and "switched off" or "switched on",
                 { what = handler.what, from = tostring(ctx.from) })
    return ("%s is switched %s."):format(args.name, off and "off" or "on")
  end
end

add("enable <name...>", "switches a command on again", "owner",
    switch(false))
add("disable <name...>", "switches a command off", "owner", switch(true))

return list
