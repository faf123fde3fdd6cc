-- poll.lua - puts questions to a vote.
--
--   lua5.4 lua/gop2p/examples/poll.lua [port [peer...]]
--
--   !poll 30m "Where do we eat?" pizza, curry, soup
--   !poll 18:00 "Where do we eat tomorrow?" pizza, soup
--   !vote 2
--
-- One poll at a time. Each member has one vote, by its name if it has one,
-- which may also be given directly, and changed. The result is said when the
-- time is over.

local bot = require("gop2p.bot").new {
  name = "poll", port = arg[1], join = { table.unpack(arg, 2) },
}
-- The poll: by, author, question, choices, votes, ends, over. Votes go by
-- address: a name is changed in no time.
local store = bot.store
local closing             -- what will close it
local CHOICES, VOTES = 20, 1000   -- at most

local function count(votes)
  local n = 0
  for _ in pairs(votes) do n = n + 1 end
  return n
end

local function result(poll)
  local lines, counts = { poll.question }, {}
  for _, choice in pairs(poll.votes) do
    counts[choice] = (counts[choice] or 0) + 1
  end
  for i, choice in ipairs(poll.choices) do
    lines[i + 1] = ("%d. %s: %d"):format(i, choice, counts[i] or 0)
  end
  return table.concat(lines, "\n")
end

local function close()
  if not store.poll or store.poll.over then return end
  store.poll.over = true
  if closing then closing:cancel() end
  bot:say("The poll is over. " .. result(store.poll))
end

bot:command("poll <closes:time> <question> <choices...>", "begins a poll",
            function(ctx, args)
  if store.poll and not store.poll.over then
    return "There is a poll already: " .. result(store.poll)
  end
  local choices = {}
  for choice in args.choices:gmatch("[^,%s][^,]*") do
    choices[#choices + 1] = choice:match("^.*%S")
  end
  if #choices < 2 then return "Name at least two choices: a, b, c" end
  if #choices > CHOICES then return "These are too many choices." end
  local ends = math.ceil(args.closes)
  if ends <= os.time() then return "That time is past." end
  store.poll = { by = ctx.address, author = tostring(ctx.from),
                 question = args.question, choices = choices, votes = {},
                 ends = ends, over = false }
  closing = bot:at(ends, close)
  bot:say(("A poll, until %s: %s"):format(os.date("%Y-%m-%d %H:%M", ends),
                                          result(store.poll)))
end)

bot:command("vote <number:integer>", "votes for a choice",
            function(ctx, args)
  local poll = store.poll
  if not poll or poll.over then return "There is no poll." end
  local choice = poll.choices[args.number]
  if not choice then return "There is no such choice. " .. result(poll) end
  local changed = poll.votes[ctx.address] and "now " or ""
  if changed == "" and count(poll.votes) >= VOTES then
    return "Too many have voted already."
  end
  poll.votes[ctx.address] = args.number
  return ("%s has %svoted for %s."):format(ctx.from, changed, choice)
end)

bot:command("votes", "shows the votes so far, or the result", function()
  return store.poll and result(store.poll) or "There has been no poll yet."
end)

bot:command("close", "ends your poll early", function(ctx)
  local poll = store.poll
  if not poll or poll.over then return "There is no poll." end
  if poll.by ~= ctx.address and not bot:is(ctx.from, "owner") then
    return ("Only %s may close it."):format(poll.author)
  end
  close()
end)

if store.poll and not store.poll.over then   -- begun before a restart
  closing = bot:at(store.poll.ends, close)
end

assert(bot:run())
