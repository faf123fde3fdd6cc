-- Networks of all forms. Go programs of different forms do not understand
-- each other, so what one says to another is refused or lost there; with
-- ours everybody can talk, both ways.

local go = require "spec.support.go"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local party = require "spec.support.party"

-- What each was told by the others, in their order: sender -> texts. Lines
-- other than messages are left out: they are about Go and Go.
local function sorted_by_sender(one)
  local said = {}
  for _, line in ipairs(one:heard()) do
    local text, from = line:match("^message (.*) from (.*)$")
    if text then
      said[from] = said[from] or {}
      table.insert(said[from], text)
    end
  end
  return said
end

local function names(list)
  local out = {}
  for i, one in ipairs(list) do out[i] = one.name end
  return out
end

local function others(list, one)
  local out = {}
  for _, other in ipairs(list) do
    if other ~= one then out[#out + 1] = other end
  end
  return out
end

-- Whether 'a' understands 'b', and the other way round.
local function understand(a, b)
  return a.form == "ours" or b.form == "ours" or a.form == b.form
end

-- One of a form that takes part in what follows under the port 'port'.
local function line(text, i)
  return text .. " " .. i
end

-- Everybody says COUNT lines at once, and whoever understands them hears
-- each of them once and in order.
local COUNT = 5

local function everybody_talks(all)
  local receipts = {}
  for i = 1, COUNT do
    for _, one in ipairs(all) do
      local text = line(one.name, i)
      if one.form == "ours" then
        receipts[#receipts + 1] = assert(one.node:broadcast(text))
      else
        one.peer:send("broadcast " .. go.encode(text))
      end
    end
  end
  for _, receipt in ipairs(receipts) do assert(receipt:wait(10)) end
  for _, one in ipairs(all) do
    for _ = 1, one.form == "ours" and 0 or COUNT do
      assert.equal("sent", one.peer:reply(10, net.idle))
    end
  end
  for _, one in ipairs(all) do
    local said = sorted_by_sender(one)
    for _, other in ipairs(others(all, one)) do
      if understand(one, other) then
        local expected = {}
        for i = 1, COUNT do expected[i] = line(other.name, i) end
        assert.same(expected, said[other.name])
      end
    end
  end
end

local function everybody_is_there(all)
  for _, one in ipairs(all) do
    if one.form == "ours" then
      party.settled(one, names(others(all, one)))
    else
      -- Go of another form that came later did not get through to it.
      local held = table.concat(one:members(), " ") .. " "
      for _, other in ipairs(others(all, one)) do
        local _, count = held:gsub(other.name:gsub("%p", "%%%0") .. " ", "")
        assert.is_true(count <= 1)
        if understand(one, other) then
          assert.equal(1, count, other.name .. " at " .. one.name)
        end
      end
    end
  end
end

-- All leave, ours first; nobody holds one of them any more.
local function everybody_leaves(all)
  for _, one in ipairs(all) do
    if one.form == "ours" then one:leave() end
  end
  for _, one in ipairs(all) do
    local held = table.concat(one:members(), " ") .. " "
    for _, other in ipairs(all) do
      if other.form == "ours" then
        assert.is_nil(held:find(":" .. other.port .. " ", 1, true))
      end
    end
    if one.form == "ours" then assert.same({}, one:members()) end
  end
end

local function start(list)
  local all = party.group()
  for i, kind in ipairs(list) do
    all[i] = party.start(table.unpack(kind))
  end
  return all
end

describe("one of each form, with ours as entry point,", function()
  local all

  before_each(function()
    all = start({{"ours"}, {"seed"}, {"v1.1.2"}, {"v1.1.3"}})
  end)

  after_each(function() getmetatable(all).__close(all) end)

  local orders = {{2, 3, 4}, {2, 4, 3}, {3, 2, 4}, {3, 4, 2}, {4, 2, 3},
                  {4, 3, 2}}
  for _, order in ipairs(orders) do
    it("in the order " .. table.concat(order, " "), function()
      for before, i in ipairs(order) do
        -- Itself counts too: the entry point that it connected to.
        assert.equal(before, all[i]:connect(all[1].name))
      end
      everybody_is_there(all)
      everybody_talks(all)
      everybody_is_there(all)
      everybody_leaves(all)
    end)
  end

  it("which writes to each of them", function()
    for i = 2, 4 do all[i]:connect(all[1].name) end
    local list = {}
    for i = 2, 4 do list[i - 1] = all[i].name end
    assert(assert(all[1].node:send(list, "psst")):wait(5))
    for i = 2, 4 do
      local kind = all[i].form == "seed" and "message" or "direct"
      local heard = all[i]:heard()
      assert.equal(kind .. " psst from " .. all[1].name, heard[#heard])
      assert.is_nil(heard[#heard - 1] and heard[#heard - 1]:find("psst"))
    end
  end)

  -- Go of the other form does not understand the one that leaves, and would
  -- stop each broadcast at it from then on.
  for gone = 2, 4 do
    it("which one leaves and ends, " .. gone, function()
      for i = 2, 4 do
        local k = (gone + i - 4) % 3 + 2 -- the one that goes comes first
        all[k]:connect(all[1].name)
      end
      all[gone]:leave()
      all[gone]:close()
      local rest = {}
      for i = 2, 4 do
        if i ~= gone then rest[#rest + 1] = all[i] end
      end
      for _, one in ipairs(rest) do
        net.await(function()
          local held = table.concat(one:members(), " ") .. " "
          return not held:find(all[gone].name .. " ", 1, true)
        end)
        sorted_by_sender(one)
        one:broadcast("still here")
        assert.same({"message still here from " .. one.name},
                    all[1]:heard())
      end
      all[1]:broadcast("so am I")
      for _, one in ipairs(rest) do
        assert.same({"so am I"}, sorted_by_sender(one)[all[1].name])
      end
    end)
  end

  it("which some leave", function()
    for i = 2, 4 do all[i]:connect(all[1].name) end
    for i = 2, 4 do
      sorted_by_sender(all[i])
      all[i]:leave()
      assert.same(names({table.unpack(all, i + 1)}), all[1]:members())
      all[1]:broadcast("still here?")
      assert.is_nil(sorted_by_sender(all[i])[all[1].name])
    end
    assert.is_false(all[1].node:is_connected())
  end)
end)

describe("two of each form,", function()
  it("through one of ours", function()
    local all <close> = start({
      {"ours"}, {"ours"}, {"seed"}, {"seed"}, {"v1.1.2"}, {"v1.1.2"},
      {"v1.1.3"}, {"v1.1.3", "127.0.0.1"}})
    for i = 2, #all do all[i]:connect(all[1].name) end
    everybody_is_there(all)
    everybody_talks(all)
    everybody_is_there(all)
    everybody_leaves(all)
  end)

  it("with the chat that calls everybody 0.0.0.0", function()
    local all <close> = start({
      {"ours"}, {"ours"}, {"seed"}, {"seed"}, {"v1.1.2"}, {"v1.1.2"},
      {"v1.1.3", "0.0.0.0"}, {"v1.1.3", "0.0.0.0"}})
    for i = 2, #all do
      local chat = all[i].form == "v1.1.3"
      all[i]:connect(chat and all[1].port or all[1].name)
    end
    party.settled(all[2], names(others(all, all[2])))
    for _, i in ipairs({1, 2, 1}) do
      all[i]:broadcast("Hello")
      for k = 3, #all do
        local heard = table.concat(all[k]:heard(), " ")
        local _, count = heard:gsub("message Hello from [%w.]+:"
                                    .. all[i].port, "")
        assert.equal(1, count, all[k].name .. ": " .. heard)
      end
    end
    for k = 3, #all do
      all[k]:broadcast("from " .. all[k].name)
      for i = 1, 2 do
        assert.same({[all[k].name] = {"from " .. all[k].name}},
                    {[all[k].name] = sorted_by_sender(all[i])[all[k].name]})
      end
    end
    everybody_leaves(all)
  end)

  it("each through one that it understands", function()
    local all <close> = start({
      {"seed"}, {"v1.1.2"}, {"v1.1.3"}, {"ours"}, {"ours"}, {"seed"},
      {"v1.1.2"}, {"v1.1.3"}})
    for i = 1, 3 do all[4]:connect(all[i].name) end
    all[5]:connect(all[4].name)
    for i = 6, 8 do all[i]:connect(all[i - 5].name) end
    party.settled(all[4], names(others(all, all[4])))
    everybody_is_there(all)
    everybody_talks(all)
    everybody_leaves(all)
  end)
end)

describe("two that join at once", function()
  -- The two entry points know each other; ROUNDS times, for it is a race.
  local ROUNDS = 3

  local function join(one, entry)
    if one.form == "ours" then
      return function() one:connect(entry.name) end
    end
    one.peer:send("connect " .. entry.name)
    return function()
      assert.matches("^connected ", one.peer:reply(5, net.idle))
    end
  end

  local function race(kinds)
    for _ = 1, ROUNDS do
      local all <close> = start(kinds)
      all[2]:connect(all[1].name)
      local done = {join(all[4], all[2]), join(all[3], all[1])}
      for _, f in ipairs(done) do f() end
      everybody_is_there(all)
      everybody_talks(all)
      everybody_leaves(all)
    end
  end

  for _, form in ipairs(go.forms) do
    it("through ours, Go and ours, " .. form, function()
      race({{"ours"}, {"ours"}, {"ours"}, {form}})
    end)

    it("through Go, Go and ours, " .. form, function()
      race({{form}, {form}, {"ours"}, {form}})
    end)

    it("through Go and ours, Go and ours, " .. form, function()
      race({{form}, {"ours"}, {"ours"}, {form}})
    end)

    it("through Go, both ours, " .. form, function()
      for _ = 1, ROUNDS do
        local all <close> = start({{form}, {form}, {"ours"}, {"ours"}})
        all[2]:connect(all[1].name)
        local joined = 0
        for i = 3, 4 do
          gop2p.spawn(function()
            all[i]:connect(all[i - 2].name)
            joined = joined + 1
          end)
        end
        net.await(function() return joined == 2 end)
        everybody_is_there(all)
        everybody_talks(all)
        everybody_leaves(all)
      end
    end)
  end
end)
