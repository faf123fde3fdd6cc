-- A page in a real browser on this machine, which tries all that pages can
-- (support/evil.html): under a name that is bound anew to where the node is,
-- and as a page of another origin. It reads nothing of the node, and writes
-- nothing.

local cjson = require "cjson"
local folder = require "spec.support.folder"
local gop2p = require "gop2p"
local net = require "spec.support.net"
local party = require "spec.support.party"
local process = require "spec.support.process"
local website = require "spec.support.website"

local LIMIT = 120 -- seconds for all of it, on a machine that is busy
local NAMES = {"evil.test", "127.0.0.1", "localhost"}
local ATTEMPTS = 46 -- of evil.html, under each of them

-- It is started before the sockets of the spec are opened, or it would have
-- them, too, and waits for the page that it is to show. It finds no other
-- machine, and keeps to what the page asks for.
local function browser(own)
  return own:keep(assert(process.start({
    "sh", "-c", 'read -r url; exec "$@" "$url"', "sh",
    "chromium", "--headless", "--no-sandbox",
    "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    "--disable-popup-blocking", "--no-proxy-server",
    "--user-data-dir=" .. own.path .. "/profile",
    "--host-resolver-rules=MAP evil.test 127.0.0.1, MAP * ~NOTFOUND, "
      .. "EXCLUDE 127.0.0.1, EXCLUDE localhost",
  }, {env = {HOME = own.path}, stderr = own.path .. "/browser.log"})))
end

-- The page is there before the node is, which takes the place of its server;
-- what it reports. 'start' starts the node at a port.
local function visit(own, site, known, start)
  local chromium = browser(own)
  local port = site:listen()
  local function await(f)
    return net.await(function()
      site:turn()
      assert(not chromium:wait(0), "Chromium is not there, or has ended")
      return f()
    end, LIMIT)
  end
  known.OTHER = site:listen()
  site.pages["/"] = net.read("spec/support/evil.html"):gsub("@(%u+)@", known)
  site.pages["/go"] = false
  chromium:send(("http://evil.test:%d/"):format(port))
  await(function() return site.asked["/go"] end)
  site:leave(port)
  start(port)
  site.pages["/go"] = ""
  return cjson.decode(await(function() return site.posted["/report"] end))
end

-- What browsers say of failures names the page and what it asked for.
local function withouturls(text) return (text:gsub("http://%S*", "")) end

describe("a page in Chromium", function()
  local own, site, member, stranger, node, tried

  lazy_setup(function()
    own, site = folder.make(), website.start()
    member = own:keep(party.start("v1.1.3", "127.0.0.1"))
    stranger = own:keep(party.start("v1.1.3", "127.0.0.1"))
    local known = {MEMBER = member.port, STRANGER = stranger.port}
    tried = visit(own, site, known, function(port)
      node = assert(gop2p.start_local_node(port))
      member:connect(tostring(node:self()))
      member:broadcast("secret")
    end)
  end)

  lazy_teardown(function()
    if node then node:close() end
    site:close()
    own:close()
  end)

  it("has tried all, under each name", function()
    local count = {}
    for _, one in ipairs(tried) do
      count[one.name] = (count[one.name] or 0) + 1
      assert.is_nil(one.read:find("no end", 1, true), one.what)
    end
    for _, name in ipairs(NAMES) do assert.equal(ATTEMPTS, count[name]) end
  end)

  it("reads nothing", function()
    for _, one in ipairs(tried) do
      local where = ("%s, %s: %s"):format(one.name, one.what, one.read)
      local read = withouturls(one.read):lower()
      for _, secret in ipairs({tostring(member.port), "127.0.0.1", "secret",
                               "gop2p"}) do
        assert.is_nil(read:find(secret, 1, true), where)
      end
    end
  end)

  it("cannot tell by what it reads of another origin that it was refused",
     function()
    for _, one in ipairs(tried) do
      if one.name ~= "evil.test" then
        local read = withouturls(one.read)
        assert.is_nil(read:find("not a peer", 1, true), one.what)
        assert.is_nil(read:find("403", 1, true), one.what)
      end
    end
  end)

  it("writes nothing", function()
    assert.equal("secret", assert(node:receive(1)).data)
    assert.is_nil((node:receive(0)))
    assert.same({member.name}, net.names(node:members()))
    assert.equal(1, #node:stats().peers)
    for _, other in ipairs({member, stranger}) do
      assert.same({}, other:heard())
    end
  end)

  -- How many were refused without being told, the next error says. Workers of
  -- another origin the browser does not even ask for.
  it("has come to the node, which tells of it", function()
    local refused, more = 0, 0
    gop2p.spawn(function()
      for err in node:errors() do
        assert.same({"EBROWSER", 403}, {err.code, err.status})
        refused = refused + 1 + (err.dropped or 0)
      end
    end)
    net.await(function()
      more = more + 1
      net.ask(node, net.http("GET /", {Origin = "null"}))
      return refused - more >= #tried - 2
    end)
  end)
end)
