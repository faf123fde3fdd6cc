-- reminders.lua - reminds people of what they do not want to forget.
--
--   lua5.4 lua/gop2p/examples/reminders.lua [port [peer...]]
--
--   !remind me in 20m the tea is ready
--   !remind all at 18:00 the office closes
--
-- What has been promised is kept: when at that time the bot is down, or the
-- one to be reminded is away, it is said as soon as both are there.

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
  local text = "Reminder: " .. reminder.text
  local receipt
  if reminder.to then
    receipt = bot:send(reminder.to, text)
  elseif bot.node:is_connected() then
    receipt = bot:broadcast(text)
  end
  if receipt and (receipt:wait() or not reminder.to) then
    store.reminders[number] = nil
    bot:save()
  elseif not later[number] then
    later[number] = bot:after(600, function() tell(number) end)
  end
  telling[number] = nil
end

local function schedule(number)
  bot:at(store.reminders[number].at, function() tell(number) end)
end

local function who(peer) return peer.name or tostring(peer) end

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
            "reminds you, or everybody: !remind me in 20m tea",
            function(ctx, args)
  local whom = args["me-or-all"]
  if whom ~= "me" and whom ~= "all" then return "Remind whom: me or all?" end
  if args.when < os.time() then return "That time is past." end
  local number = (store.last or 0) + 1
  local by, at = who(ctx.from), math.ceil(args.when)
  store.last, store.reminders[number] = number,
    { by = by, to = whom == "me" and by, at = at, text = args.text }
  assert(bot:save())
  schedule(number)
  return ("I will remind %s at %s (number %d)."):format(
    whom == "me" and by or whom, os.date("%Y-%m-%d %H:%M:%S", at), number)
end)

bot:command("reminders", "lists your reminders", function(ctx)
  local lines = {}
  for number, reminder in pairs(store.reminders) do
    if reminder.by == who(ctx.from) then
      lines[#lines + 1] = ("%s %s (number %d)"):format(
        os.date("%Y-%m-%d %H:%M:%S", reminder.at), reminder.text, number)
    end
  end
  table.sort(lines)
  return lines[1] and table.concat(lines, "\n") or "You have no reminders."
end)

bot:command("forget <number:integer>", "deletes one of your reminders",
            function(ctx, args)
  local reminder = store.reminders[args.number]
  if not reminder or reminder.by ~= who(ctx.from) then
    return "You have no reminder with that number."
  end
  store.reminders[args.number] = nil
  return "Forgotten: " .. reminder.text
end)

for number in pairs(store.reminders) do schedule(number) end
for _, event in ipairs { "joined", "met", "recovered", "renamed" } do
  bot:on(event, catchup)
end

assert(bot:run())
