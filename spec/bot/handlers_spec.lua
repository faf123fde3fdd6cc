-- What handlers of a bot are told of, and that none waits for another.

local bots = require "spec.support.bots"
local gop2p = require "gop2p"
local net = require "spec.support.net"

describe("handlers", function()
  it("run side by side", function()
    local scene <close> = bots.scene()
    local over = false
    scene.bot:command("slow", function()
      repeat gop2p.sleep(0.01) until over
      return "slow"
    end)
    scene:ping():start()
    scene:tell("slow")
    scene:tell("ping")
    assert.equal("pong", (scene:hear()))
    over = true
    assert.equal("slow", (scene:hear()))
  end)

  it("are told of those who come and go", function()
    local scene <close> = bots.scene()
    local seen = {}
    for _, event in ipairs {"joined", "left", "start", "stop"} do
      scene.bot:on(event, function(peer)
        seen[#seen + 1] = event .. (peer and " " .. peer or "")
      end)
    end
    scene:start()
    local user = tostring(scene.user:self())
    net.await(function() return #seen == 2 end)
    assert(scene.user:leave())
    net.await(function() return #seen == 3 end)
    scene.bot:stop()
    assert.same({"start", "joined " .. user, "left " .. user, "stop"}, seen)
  end)

  it("can greet who joins", function()
    local scene <close> = bots.scene()
    scene.bot:on("joined", function(peer)
      assert(scene.bot:send(peer, "welcome; try !help"))
    end)
    scene:start()
    assert.same({"welcome; try !help", "direct"}, {scene:hear()})
  end)

  it("do not take those who were there before for newcomers", function()
    local nodes <close> = net.network(2)
    local seen = {}
    local bot <close> = bots.new {join = nodes[1]:self()}
    for _, event in ipairs {"joined", "met"} do
      bot:on(event, function(peer) seen[tostring(peer)] = event end)
    end
    assert(bot:start())
    local late <close> = assert(gop2p.start_local_node(0))
    net.await(function() return #bot:members() == 2 end)
    assert(late:connect(nodes[2]:self()))
    net.await(function() return seen[tostring(late:self())] end)
    assert.same({[tostring(nodes[1]:self())] = "met",
                 [tostring(nodes[2]:self())] = "met",
                 [tostring(late:self())] = "joined"}, seen)
  end)
end)
