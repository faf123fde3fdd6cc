-- echo.lua - shows whether a network carries: what comes in goes out again.
--
--   lua5.4 lua/gop2p/examples/echo.lua [port [peer...]]

local bot = require("gop2p.bot").new {
  name = "echo", port = arg[1], join = { table.unpack(arg, 2) },
}

local started = os.time()

local function age(seconds)
  return ("%dd %02d:%02d"):format(seconds // 86400, seconds // 3600 % 24,
                                  seconds // 60 % 60)
end

bot:command("echo <text...>", "repeats a text", function(_, args)
  return args.text
end)

-- What is written to it directly needs no command.
bot:hear(".*", function(ctx, text)
  return ctx.is_direct and text
end)

bot:command("ping [member:peer]", "says whether it, or a member, responds",
            function(_, args)
  if not args.member or args.member == bot.node:self() then return "pong" end
  for _, known in ipairs(bot.node:stats().peers) do
    if known.peer == args.member then
      local rtt = known.state == "alive" and known.rtt
      return ("%s is %s%s"):format(known.peer, known.state, rtt and
        (", and responds within %.0f ms"):format(rtt * 1000) or "")
    end
  end
  return ("%s is not a member."):format(args.member)
end)

bot:command("who", "lists the members", function()
  local names = { bot.name }
  for _, peer in ipairs(bot:members()) do
    names[#names + 1] = tostring(peer)
  end
  table.sort(names)
  return ("%d: %s"):format(#names, table.concat(names, ", "))
end)

bot:command("uptime", "says how long the bot has been running", function()
  return ("up since %s, that is %s"):format(
    os.date("%Y-%m-%d %H:%M", started), age(os.time() - started))
end)

assert(bot:run())
