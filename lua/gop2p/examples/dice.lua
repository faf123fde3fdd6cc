-- dice.lua - rolls dice, flips coins, and takes decisions.
--
--   lua5.4 lua/gop2p/examples/dice.lua [port [peer...]]

local bot = require("gop2p.bot").new {
  name = "dice", port = arg[1], join = { table.unpack(arg, 2) },
}

bot:command("roll|r [sides:integer=6] [dice:integer=1]", "rolls dice",
            function(ctx, args)
  if args.sides < 1 or args.dice < 1 or args.dice > 50 then
    return "I roll 1 to 50 dice, each with at least one side."
  end
  local rolled, sum = {}, 0
  for i = 1, args.dice do
    rolled[i] = math.random(args.sides)
    sum = sum + rolled[i]
  end
  if args.dice == 1 then return ("%s rolled %d"):format(ctx.from, sum) end
  return ("%s rolled %s: %d"):format(ctx.from, table.concat(rolled, " + "),
                                     sum)
end)

bot:command("flip", "flips a coin", function()
  return math.random(2) == 1 and "heads" or "tails"
end)

bot:command("pick <choices...>", "picks one of several: pizza, curry, soup",
            function(_, args)
  local choices = {}
  for choice in args.choices:gmatch("[^,%s][^,]*") do
    choices[#choices + 1] = choice:match("^.*%S")
  end
  if #choices < 2 then return "Name at least two choices: a, b, c" end
  return choices[math.random(#choices)]
end)

bot:hear("^good morning", function(ctx)
  return ("Good morning, %s!"):format(ctx.from)
end)

assert(bot:run())
