-- standup.lua - asks a team what it is at, and posts what was answered.
--
--   OWNER=ann lua5.4 standup.lua [port [peer...]]
--
-- The owner says who is in the team (!add, !remove) and when it is asked
-- (!schedule). Each of them is asked directly, and has an hour to answer.

local gop2p = require "gop2p"
local bot = require("gop2p.bot").new {
  name = "standup", port = arg[1], join = { table.unpack(arg, 2) },
  owner = os.getenv("OWNER"),
}
local store = bot.store
store.team = store.team or {}       -- name, or else address -> true
store.schedule = store.schedule or "0 9 * * mon-fri"

local QUESTION = "What are you working on, and what holds you up?"
local TIME, LONGEST = 3600, 1000   -- seconds, and bytes, of an answer
local OWNER = { role = "owner" }

local function team()
  local names = {}
  for name in pairs(store.team) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function isthere(member)
  local known = bot.node:member(member)
  return known and (known.state == "alive" or known.state == "suspected")
end

local function summary(round)
  local lines = { "Standup of " .. os.date("%A, %Y-%m-%d") .. ":" }
  for _, member in ipairs(team()) do
    local answer = round.answers[member] or "(no answer)"
    lines[#lines + 1] = member .. ": " .. answer
  end
  return table.concat(lines, "\n")
end

-- Asks one, as soon as it is there.
local function ask(member, round)
  local function left() return round.ends - os.time() end
  while not isthere(member) and left() > 0 do gop2p.sleep(5) end
  if round.answers[member] or left() <= 0 then return end
  local answer = bot:ask(member, QUESTION, left())
  round.answers[member] = answer and answer:sub(1, LONGEST)
  if round.answers[member] then bot:say("Thank you.", member) end
end

-- Asks all, side by side, and tells the answers.
local function hold()
  local round = store.round
  gop2p.run(function()
    for _, member in ipairs(team()) do gop2p.spawn(ask, member, round) end
  end)
  if store.round ~= round then return end   -- new code has done it
  store.round = nil
  bot:say(summary(round))
end

local function begin()
  if not next(store.team) then return "Nobody is in the team." end
  if store.round then return "I am asking already." end
  store.round = { ends = os.time() + TIME, answers = {} }
  hold()
end

local daily = bot:every(store.schedule, begin)

local function settings()
  return ("The team (asked at %s): %s"):format(store.schedule,
                                               table.concat(team(), ", "))
end

bot:command("team", "says who is asked, and when", settings)

bot:command("add <member:peer>", "adds a member", function(_, args)
  store.team[args.member.name or tostring(args.member)] = true
  return settings()
end, OWNER)

bot:command("remove <member>", "removes a member", function(_, args)
  store.team[args.member] = nil
  return settings()
end, OWNER)

bot:command("schedule <when:schedule...>", "sets the time", function(_, args)
  store.schedule = args.when
  daily:cancel()
  daily = bot:every(store.schedule, begin)
  return settings()
end, OWNER)

bot:command("now", "asks the team now", begin, OWNER)

if store.round then bot:after(0, hold) end   -- a restart has cut it short
assert(bot:run())
