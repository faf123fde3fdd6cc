-- Programs of every form and of ours come, talk and go at random. After each
-- step whoever is there has everybody that it can have, once; what is said
-- is heard once by all who understand it, and nothing else is.

local net = require "spec.support.net"
local party = require "spec.support.party"

local KINDS = {
  {"ours"}, {"ours"}, {"ours", "127.0.0.1"}, {"seed"}, {"v1.1.2"},
  {"v1.1.2", "127.0.0.1"}, {"v1.1.3"}, {"v1.1.3", "127.0.0.1"},
  {"v1.1.3", "0.0.0.0"},
}
local HOSTS = {"localhost", "127.0.0.1", "0.0.0.0"}
local STEPS = 30

-- 'all' by the order of KINDS; 'here' tells who is in the network.
local all, here, history

local function ours(i)
  return all[i].form == "ours"
end

local function start(i)
  return party.start(table.unpack(KINDS[i]))
end

-- Those of the network other than 'i' that pass the filter.
local function others(i, filter)
  local list = {}
  for j = 1, #all do
    if j ~= i and here[j] and (not filter or filter(j)) then
      list[#list + 1] = j
    end
  end
  return list
end

-- How often each port stands in the list of members.
local function held(i)
  local count = {}
  for _, name in ipairs(all[i]:members()) do
    local port = tonumber(name:match("%d+$"))
    count[port] = (count[port] or 0) + 1
  end
  return count
end

-- What is wrong with the members of 'i', or nil. Go and Go are not judged.
local function wrong(i)
  local count = held(i)
  for j = 1, #all do
    local due = here[j] and 1 or 0
    local has = count[all[j].port] or 0
    if j ~= i and (ours(i) or ours(j)) and has ~= due then
      return ("%s has %s %d times"):format(all[i].name, all[j].name, has)
    end
  end
end

local function settle()
  local what
  local good = pcall(net.await, function()
    what = nil
    for i = 1, #all do
      what = what or here[i] and wrong(i) or nil
    end
    return not what
  end)
  if not good then error(what, 0) end
end

-- Go joins through ours, which knows who is alive; ours through anybody.
local function join(i)
  local list = others(i, function(j) return ours(i) or ours(j) end)
  if #list == 0 then return end
  local entry = all[list[math.random(#list)]]
  local name = entry.name
  if entry.form == "ours" then
    name = HOSTS[math.random(#HOSTS)] .. ":" .. entry.port
  end
  history[#history + 1] = all[i].name .. " joins " .. name
  all[i]:connect(name)
  here[i] = true
end

-- A Go program ends once it has left, and another is started for it.
local function leave(i)
  if #others(i, ours) == 0 then return end
  history[#history + 1] = all[i].name .. " leaves"
  all[i]:leave()
  here[i] = nil
  if not ours(i) then
    all[i]:close()
    all[i] = start(i)
  end
end

local function check_heard(i, from, text)
  local count = 0
  local expected = "message " .. text .. " from "
  for _, line in ipairs(all[i]:heard()) do
    if line:sub(1, #expected) == expected then
      count = count + 1
      assert.equal(tostring(all[from].port), line:match("%d+$"))
    elseif ours(i) then
      error(all[i].name .. " was told: " .. line, 0)
    end
  end
  if ours(i) or ours(from) or i == from then
    assert.equal(i == from and 0 or 1, count, all[i].name)
  end
end

local function say(i, step)
  history[#history + 1] = all[i].name .. " speaks"
  all[i]:broadcast("text " .. step)
  for j = 1, #all do
    if here[j] then check_heard(j, i, "text " .. step) end
  end
end

local function walk()
  here[1] = true
  for step = 1, STEPS do
    local i = math.random(#all)
    if not here[i] then
      join(i)
    elseif math.random(3) == 1 then
      leave(i)
    else
      say(i, step)
    end
    settle()
  end
end

describe("who comes, talks and goes", function()
  before_each(function()
    all, here, history = party.group(), {}, {}
    for i = 1, #KINDS do all[i] = start(i) end
  end)

  after_each(function() getmetatable(all).__close(all) end)

  for seed = 1, 4 do
    it("as seed " .. seed .. " has it", function()
      math.randomseed(seed)
      local good, err = pcall(walk)
      if not good then
        local kinds = {}
        for i = 1, #all do
          kinds[i] = ("%s %s: %s"):format(all[i].form, all[i].name,
            here[i] and table.concat(all[i]:members(), " ") or "out")
        end
        error(table.concat({tostring(err), table.concat(history, "\n  "),
                            table.concat(kinds, "\n  ")}, "\n  "), 0)
      end
    end)
  end
end)
