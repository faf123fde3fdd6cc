-- reminders.lua - reminds people of what they do not want to forget.
--
--   lua5.4 lua/gop2p/examples/reminders.lua [port [peer...]]
--
--   !remind me in 20m the tea is ready
--   !remind all at 18:00 the office closes
--
-- What is promised is kept: if the bot is down at that time, or the one to be
-- reminded is away, it is said as soon as both are there.

local bot = require("gop2p.bot").new {
  name = "reminders", port = arg[1], join = { table.unpack(arg, 2) },
}
local store = bot.store
store.reminders = store.reminders or {}   -- number -> by, to, at, text
local telling, later = {}, {}   -- numbers that are, or will be, told again

-- Tells one. It is forgotten once it has arrived, and not before.
local function tell(number)
  local reminder = store.reminders[number]
  later[number] = nil
  if not reminder or telling[number] then return end
  telling[number] = true
  local receipt = (reminder.to or bot.node:is_connected()) and
                  bot:say("Reminder: " .. reminder.text, reminder.to or nil)
  if receipt and (receipt:wait() or not reminder.to) then
    store.reminders[number] = nil
    bot:save()
  elseif not later[number] then
    later[number] = bot:after(600, function() tell(number) end)
  end
  telling[number] = nil
end

local function who(peer) return peer.name or tostring(peer) end
local function date(at) return os.date("%Y-%m-%d %H:%M:%S", at) end

-- A line for each reminder that somebody has; and how many all have.
local function list(by)
  local lines, all = {}, 0
  for number, reminder in pairs(store.reminders) do
    all = all + 1
    lines[#lines + 1] = reminder.by == by and ("%s %s (number %d)"):format(
      date(reminder.at), reminder.text, number) or nil
  end
  table.sort(lines)
  return lines, all
end

-- Somebody is there again: and may have missed something.
local function catchup(peer)
  for number, reminder in pairs(store.reminders) do
    local theirs = not reminder.to or reminder.to == who(peer)
    if theirs and reminder.at <= os.time() then
      bot:after(0, function() tell(number) end)
    end
  end
end

bot:command("remind <me-or-all> <in-or-at> <when:time> <text...>",
            "reminds: !remind me in 20m tea", function(ctx, args)
  local whom = args["me-or-all"]
  if whom ~= "me" and whom ~= "all" then return "Remind whom: me or all?" end
  if args.when < os.time() then return "That time is past." end
  if #args.text > 500 then return "That is too long: 500 bytes at most." end
  local by, at = who(ctx.from), math.ceil(args.when)
  local lines, all = list(by)
  if #lines >= 100 or all >= 1000 then return "These are too many." end
  local number = (store.last or 0) + 1
  store.last, store.reminders[number] = number,
    { by = by, to = whom == "me" and by, at = at, text = args.text }
  assert(bot:save())
  bot:at(at, function() tell(number) end)
  return ("I will remind %s at %s (number %d)."):format(
    whom == "me" and by or whom, date(at), number)
end)

bot:command("reminders", "lists your reminders", function(ctx)
  local lines = list(who(ctx.from))
  return lines[1] and table.concat(lines, "\n") or "You have no reminders."
end)

bot:command("forget <number:integer>", "forgets one", function(ctx, args)
  local reminder = store.reminders[args.number]
  if not reminder or reminder.by ~= who(ctx.from) then
    return "You have no reminder with that number."
  end
  store.reminders[args.number] = nil
  return "Forgotten: " .. reminder.text
end)

for number, reminder in pairs(store.reminders) do
  bot:at(reminder.at, function() tell(number) end)
end
for _, event in ipairs { "joined", "met", "recovered", "renamed" } do
  bot:on(event, catchup)
end

assert(bot:run())
