-- What takes the place of a member that was killed: a program that is no
-- node, or a node of another form. It is told from the member by its
-- responses.

local gop2p = require "gop2p"
local net = require "spec.support.net"
local party = require "spec.support.party"
local process = require "spec.support.process"

local LUA = os.getenv("LUA") or "lua5.4"

-- What servers respond with that are no nodes: an nginx whose upstream is
-- gone, Python's http.server as it was recorded, and others.
local PAGE = "<html>\n<head><title>502 Bad Gateway</title></head>\n</html>\n"
local function nginx(status)
  return net.page(status, PAGE, "Server: nginx/1.22.1\r\n"
    .. "Date: Sun, 22 Nov 2026 10:33:19 GMT\r\nContent-Type: text/html\r\n"
    .. "Connection: keep-alive\r\n")
end

local PYTHON = "Server: SimpleHTTP/0.6 Python/3.11.2\r\n"
  .. "Date: Sun, 22 Nov 2026 10:33:19 GMT\r\n"
local function python(status, more)
  return (net.page(status, PAGE, PYTHON .. more):gsub("1%.1", "1.0", 1))
end

local function all(bytes)
  return {connect = bytes, message = bytes, disconnect = bytes,
          options = bytes}
end

local function with(responses, more)
  for kind, bytes in pairs(more) do responses[kind] = bytes end
  return responses
end

-- What Go's server adds to every response.
local GO = "Date: Sun, 22 Nov 2026 10:33:19 GMT\r\n"

local servers = {
  ["Python's web server"] = with(
    all(python("501 Unsupported method ('OPTIONS')", "Connection: close\r\n"
               .. "Content-Type: text/html;charset=utf-8\r\n")),
    {connect = python("200 OK", "Content-type: text/html; charset=utf-8\r\n")
    }),
  ["nginx without its upstream"] = all(nginx("502 Bad Gateway")),
  ["a proxy that is busy"] = all(nginx("503 Service Unavailable")),
  ["a web server that takes anything"] = all(nginx("200 OK")),
  ["one that has nothing"] = all(nginx("404 Not Found")),
  ["one that sends elsewhere"] = all(nginx("301 Moved")),
  ["one that says nothing at all"] = all(net.page("200 OK", "")),
  ["one with an empty list"] = all(net.page("200 OK", "[]")),
  ["one whose pages may be used by others"] = all(
    net.page("200 OK", "", "Access-Control-Allow-Origin: *\r\n" .. GO
             .. "Vary: Origin\r\n")),
  ["a web service in Go"] = all(net.page("404 Not Found",
    "404 page not found\n", "Content-Type: text/plain; charset=utf-8\r\n"
    .. "X-Content-Type-Options: nosniff\r\n" .. GO)),
  ["one that echoes"] = all("OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
}

-- What passes half of what is asked of a response, before 'before' was
-- killed: its process is copied, and its other headers are not.
local ANY = "Access-Control-Allow-Origin: *\r\n"
local FOUR = ANY .. "Access-Control-Allow-Headers: *\r\n"
  .. "Access-Control-Allow-Methods: *\r\n"
  .. "Access-Control-Allow-Credentials: true\r\n"

local function go(body, more)
  return net.page("200 OK", body, GO .. (more or ""))
end

local halves = {
  ["one with any origin, and a page"] = all(go("ok", ANY)),
  ["one with any origin, and no page"] = all(go("", ANY)),
  ["one with any origin, and no page but for OPTIONS"] = with(
    all(go("", ANY)), {options = go("ok", ANY)}),
  ["one with four headers, and a page"] = all(go("ok", FOUR)),
  ["one with four headers for OPTIONS"] = with(
    all(nginx("404 Not Found")), {options = go("", FOUR)}),
  ["one with four headers for messages"] = with(
    all(nginx("404 Not Found")), {message = go("", FOUR)}),
  ["one with another process"] = all(go("",
    "Gop2p-Process: 0000000000000001\r\n")),
  ["one with another process and any origin"] = all(go("", ANY
    .. "Gop2p-Process: 0000000000000001\r\n")),
}

-- A node of ours in a process of its own, at a port or a free one; it joins
-- through 'entry', or nobody.
local OURS = [[
  local gop2p = require "gop2p"
  local node = assert(gop2p.start_local_node(tonumber(arg[1])))
  if arg[2] then assert(node:connect(arg[2])) end
  io.stdout:write("ready ", node:self().port, "\n")
  io.stdout:flush()
  node:wait()
]]

local function ours(port, entry)
  local path = os.tmpname()
  do
    local file <close> = assert(io.open(path, "w"))
    file:write(OURS)
  end
  local child = assert(process.start({LUA, path, tostring(port or 0), entry}))
  local line = child:line(10, net.idle)
  os.remove(path)
  port = math.tointeger(tonumber((line or ""):match("^ready (%d+)$")))
  return {port = assert(port, line), name = "localhost:" .. port,
          close = function() child:close() end}
end

-- A member of that form, which is joined by 'node'.
local function member(form, node)
  local peer = form == "ours" and ours() or party.start(form, "localhost")
  assert(node:connect("localhost:" .. peer.port))
  return peer
end

-- Another member of the node, so that there is one that can be asked to
-- probe the first.
local function helper(node)
  local other = assert(gop2p.start_local_node(0))
  assert(other:connect(node:self()))
  return other
end

local function known(node, port)
  for _, peer in ipairs(node:members()) do
    if peer.port == port then return true end
  end
  return false
end

-- Which ports failed, and with what: a table that grows.
local function failures(node)
  local list = {}
  gop2p.spawn(function()
    for event in node:events() do
      if event.type == "failed" then
        list[event.peer.port] = event.reason.code
      end
    end
  end)
  return list
end

local function count(list)
  local n = 0
  for _ in pairs(list) do n = n + 1 end
  return n
end

-- As many members as a list has servers, their names and ports.
local function join(members, form, node, list)
  local names, ports = {}, {}
  for name in pairs(list) do names[#names + 1] = name end
  for i in ipairs(names) do
    members[i] = member(form, node)
    ports[i] = members[i].port
  end
  return names, ports
end

-- Each server takes the place of a member.
local function replace(members, list, names, ports)
  for i, name in ipairs(names) do
    members[i]:close()
    members[i] = net.canned(list[name], {port = ports[i]})
  end
end

-- A node that reaches none of so many members doubts itself, and waits up to
-- four times as long before they fail: 6 to 15 s where nothing else runs.
local DOUBT = 40

for _, form in ipairs({"ours", "v1.1.3", "v1.1.2", "seed"}) do
  it("a server in the place of a member of " .. form .. " is none", function()
    local members <close> = party.group()
    local node <close> = assert(gop2p.start_local_node(0))
    local other <close> = helper(node)
    local names, ports = join(members, form, node, servers)
    net.await(function() return #other:members() == #ports + 1 end, 15)
    local failed, there = failures(node), failures(other)
    replace(members, servers, names, ports)
    local failed_to = assert(select(2, node:broadcast("x"):wait(8))).failed
    for i, name in ipairs(names) do
      local err = failed_to[gop2p.peer("localhost", ports[i])]
      assert.same({"EPROTO", "parsing"}, {err.code, err.kind}, name)
    end
    net.await(function()
      return count(failed) == #ports and count(there) == #ports
    end, DOUBT)
    for i, name in ipairs(names) do
      assert.equal("EPROTO", failed[ports[i]], name)
    end
    net.pass(2) -- they are tried again
    assert.same({other:self()}, node:members())
    assert.is_true((node:broadcast("y"):wait(8)))
  end)
end

-- None of them delivers, nor does it come back; the last message is sent long
-- after the first probes.
it("a server that passes for half a node in the place of ours is none",
   function()
  local members <close> = party.group()
  local node <close> = assert(gop2p.start_local_node(0))
  local other <close> = helper(node)
  local names, ports = join(members, "ours", node, halves)
  replace(members, halves, names, ports)
  local failed_to = assert(select(2, node:broadcast("x"):wait(8))).failed
  for i, name in ipairs(names) do
    assert.is_truthy(failed_to[gop2p.peer("localhost", ports[i])], name)
  end
  net.await(function() return #node:members() == 1 end, DOUBT)
  net.pass(2) -- they are tried again
  assert.same({other:self()}, node:members())
  assert.is_true((node:broadcast("y"):wait(8)))
end)

-- Its server refuses what it has no connection for before the node hears of
-- it; that shows as well that it is there.
it("a member that refuses connections beyond its limit is alive", function()
  local full <close> = assert(gop2p.start_local_node(0,
    {max_connections = 1, inbox_messages = 1, inbox_timeout = 9}))
  local node <close> = assert(gop2p.start_local_node(0,
                                                     {request_timeout = 9}))
  assert(node:connect(full:self()))
  local seen = net.watch(node)
  assert.is_true((node:broadcast("read never"):wait()))
  local receipt = node:broadcast("keeps the one connection")
  local refused = 0
  gop2p.spawn(function()
    for err in full:errors() do
      if err.status == 503 then refused = refused + 1 end
    end
  end)
  net.pass(7) -- what is silent fails sooner
  assert.is_true(refused > 3, refused)
  assert.same({full:self() .. " joined"}, seen)
  assert.same({full:self()}, node:members())
  assert.equal("read never", full:receive().data)
  assert.is_true((receipt:wait(5)))
end)

-- Python's web server itself, where there is one.
describe("Python's web server", function()
  local python3 = os.execute("python3 -c 'import http.server' 2>/dev/null")
  if not python3 then return end

  it("takes the port of a member that was killed", function()
    local node <close> = assert(gop2p.start_local_node(0))
    local old = member("ours", node)
    old:close()
    local server <close> = assert(process.start({"python3", "-m",
      "http.server", tostring(old.port), "--bind", "127.0.0.1"},
      {stderr = "/dev/null"}))
    assert(server)
    local failed = failures(node)
    net.await(function() return failed[old.port] end, 12)
    assert.is_false(known(node, old.port))
    net.await(function() return (net.dial(old.port)) end, 10):close()
    local ok, err = node:connect(old.name)
    assert.is_nil(ok)
    assert.same({"EPROTO", 200}, {err.code, err.status})
  end)
end)

describe("joining through a server that is no node", function()
  for name, responses in pairs(servers) do
    it("says so: " .. name, function()
      local node <close> = assert(gop2p.start_local_node(0))
      local server <close> = net.canned(responses)
      local ok, err = node:connect(server.name)
      assert.is_nil(ok)
      assert.equal("EPROTO", err.code)
      assert.matches("could not join through " .. server.name
        .. ": the response is not one of a gop2p node", tostring(err), 1,
        true)
      assert.same({}, node:members())
      ok, err = node:send(server.name, "x"):wait(8)
      assert.is_nil(ok)
      assert.equal("EPROTO", err.code)
    end)
  end
end)

-- The other program does not say by itself that it is there.
describe("a node of another form in the place of a member", function()
  local function replaced(before, after)
    it(("is met as what it is: %s, it was %s"):format(after, before),
       function()
      local node <close> = assert(gop2p.start_local_node(0))
      local old = member(before, node)
      local seen = net.watch(node)
      old:close()
      local new
      if after == "ours" then
        new = ours(old.port)
      else
        new = party.start(after, "localhost", {port = old.port})
      end
      local closing <close> = setmetatable({}, {__close = function()
        new:close()
      end})
      assert(closing)
      net.await(function()
        local list = table.concat(seen, " ")
        return list:find("failed") and list:find("failed.* met")
          or list:find("failed.* joined") or list:find("recovered")
      end, 8)
      net.await(function() return known(node, old.port) end)
      assert.is_true((node:broadcast("Hello"):wait(5)))
      if after ~= "ours" then
        assert.same({("message Hello from %s"):format(node:self())},
                    new:heard())
      end
    end)
  end

  for _, before in ipairs({"ours", "v1.1.3", "v1.1.2", "seed"}) do
    for _, after in ipairs({"ours", "v1.1.3", "v1.1.2", "seed"}) do
      local alike = before == after or (before ~= "ours" and after ~= "ours"
                    and before ~= "v1.1.3" and after ~= "v1.1.3")
      if not alike then replaced(before, after) end
    end
  end
end)
