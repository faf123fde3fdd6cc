--[[
A live node, and a bot that has an owner, among liars: servers that respond at
random, and requests in everybody's name; meanwhile the honest talk to each
other through the node.

  lua5.4 spec/storm/lies.lua SECONDS [SEED]

Ends with 0 when nobody believed them: no message between the honest was
lost, came twice, out of order, or was forged; none of them failed, left or
was called otherwise in the eyes of another one; the bot obeyed its owner in
all, and nobody else; and the node still responds and ends well.

The same seed makes the same requests in the same order.
]]
local stage = require "spec.storm.stage"

local seconds = tonumber(arg[1])
local seed = math.tointeger(tonumber(arg[2] or os.time() % 1000000))

print(("lies: %g seconds, seed %d"):format(seconds, seed))
io.stdout:flush()

-- The bot has obeyed these and no more, in order.
local function obeyed(bot, sent)
  for i = 1, sent do
    local said = stage.expect(bot, "mark")
    if said ~= tostring(i) then
      return stage.fault(("the bot obeyed %s after %d"):format(said, i - 1))
    end
  end
end

local target <close> = stage.start("target")
local name = assert(target:line(10))
local speakers = {stage.start("speaker", "127.77.0.2", name),
                  stage.start("speaker", "127.77.0.3", name)}
local bot <close> = stage.start("commanded", "127.77.0.4", name)
local honest = {name}
for _, s in ipairs(speakers) do
  honest[#honest + 1] = stage.expect(s, "ready")
end
local botname = stage.expect(bot, "ready")
local owner <close> = stage.start("owner", "127.77.0.5", name, botname)
honest[#honest + 1] = botname .. "=bot"
honest[#honest + 1] = stage.expect(owner, "ready") .. "=owner"

local talking = {speakers[1], speakers[2], owner}
for _, one in ipairs(talking) do one:send("go") end
local liar <close> = stage.start("liar", seed, seconds,
                                 table.unpack(honest))
local _, _, last = stage.watch(target, liar, seconds)

local sent = {}
for i, one in ipairs(talking) do
  one:send("stop")
  sent[i] = math.tointeger(tonumber(stage.expect(one, "sent", 30) or 0))
end
local said = sent[1] + sent[2]
local noise, errors = stage.all(target, "count", said)
for _, s in ipairs(speakers) do stage.all(s, "heard", said) end
obeyed(bot, sent[3])

stage.finish(name)
for _, one in ipairs {owner, bot, speakers[1], speakers[2], target} do
  stage.stop(one)
end

local steps, refused, responded, served =
  (last or ""):match("(%d+)%s+(%d+)%s+(%d+)%s+(%d+)")
print(("lies: %s requests, %s responses, %s not connected, %s to the liars")
  :format(steps, responded, refused, served))
print(("lies: %d messages, %d commands, %s of liars, %s errors"):format(
  said, sent[3], noise, errors))
if said == 0 or sent[3] == 0 or not steps or tonumber(responded) == 0
   or tonumber(served) == 0 then
  stage.fault("nothing happened")
end
stage.exit("lies", seed)
