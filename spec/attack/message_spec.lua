-- Requests that are good HTTP and no good messages: refused, told, and
-- nothing else comes of them. spec/wire/request_spec.lua has more of them.

local gop2p = require "gop2p"
local net = require "spec.support.net"

-- Whose address says that it is there.
local sender = net.sender()
local FROM = ('{"port":%d,"address":"127.1.2.3"}'):format(sender.port)

teardown(function() sender:close() end)

describe("a hostile message:", function()
  local node

  before_each(function()
    node = assert(gop2p.start_local_node(0))
    assert.equal(200, net.ask(node,
      net.post('{"type":0,"from":' .. FROM .. "}")).status)
  end)
  after_each(function() node:close() end)

  -- All are refused with 'status' and told; who is a member stays as it was,
  -- and is served on.
  local function refused(status, ...)
    for _, bodies in ipairs({...}) do
      for _, body in ipairs(bodies) do
        local response = net.ask(node, net.post(body))
        assert.equal(status, response.status, body:sub(1, 100))
        assert.matches("^text/plain", response.headers["content-type"])
      end
    end
    local err = assert(net.errors(node, 1)[1])
    assert.same({"parsing", "EBADMSG", status},
                {err.kind, err.code, err.status})
    assert.same({sender.name}, net.names(node:members()))
    assert.equal(200, net.ask(node, net.json(2, sender, "YQ==")).status)
    assert.equal("a", assert(node:receive(1)).data)
    assert.is_nil((node:receive(0)))
  end

  -- 'format' with each of the list in place of its %s.
  local function filled(format, list)
    local out = {}
    for i, text in ipairs(list) do
      out[i] = format:gsub("%%s", (text:gsub("%%", "%%%%")))
    end
    return out
  end

  it("null, nothing and lists", function()
    refused(400, {"null", "", " ", "[]", "[null]", "{}", "true", "0", '""'})
  end)

  it("not JSON", function()
    refused(400, {"x", "{", "}", "{'type':2}", '{"type":2,}', '{"type":}',
                  '{"type":2}x', "{\0}", "\239\187\191{}", "\255\254{\0}\0",
                  '{"type":2 "from":' .. FROM .. "}", "NaN", "/**/{}"})
  end)

  it("deep JSON", function()
    refused(400, {("["):rep(100000), ('{"a":'):rep(100000),
                  '{"type":2,"from":' .. FROM .. ',"x":'
                  .. ("["):rep(1000) .. ("]"):rep(1000) .. "}"})
  end)

  it("wrong types", function()
    refused(400,
      filled('{"type":%s,"data":null,"from":' .. FROM .. "}",
                        {"null", "true", '"2"', "[2]", "{}", "2.5"}),
      filled('{"type":2,"data":%s,"from":' .. FROM .. "}",
                        {"1", "true", "[]", "{}", '["YQ=="]'}),
      filled('{"type":2,"data":null,"from":%s}',
                        {"1", "true", '"a:1"', "[]", "null", "{}"}),
      filled('{"type":3,"from":' .. FROM .. ',"to":%s}',
                        {"1", "true", '"a:1"', "[1]", "[[]]", "[null]",
                         '["a:1"]', "[{}]"}))
  end)

  it("missing fields", function()
    refused(400, {'{"type":2}', '{"from":' .. FROM .. "}", '{"data":"YQ=="}',
                  '{"type":2,"from":{"port":4000}}',
                  '{"type":2,"from":{"address":"127.1.2.3"}}'})
  end)

  it("fields that nobody reads, twice, count for nothing", function()
    local body = '{"type":2,"data":"Yg==","x":1,"x":2,"X":null,'
                 .. '"from":' .. FROM .. "}"
    assert.equal(200, net.ask(node, net.post(body)).status)
    assert.equal("b", assert(node:receive(1)).data)
    assert.is_nil((node:receive(0)))
  end)

  it("numbers that are none of ours", function()
    refused(400, filled('{"type":%s,"from":' .. FROM .. "}",
                        {"0x2", "2.0000001", "-", "+2"}))
    for _, kind in ipairs({"-1", "4", "1e300", "-1e300",
                           "99999999999999999999", "2147483648",
                           "4294967298", "18446744073709551618",
                           "1e999"}) do
      local body = '{"type":' .. kind .. ',"from":' .. FROM .. "}"
      assert.equal(405, net.ask(node, net.post(body)).status, kind)
    end
  end)

  it("ports that are none", function()
    refused(400, filled('{"type":0,"from":{"port":%s,"address":"127.1.1.1"}}',
                        {"0", "-1", "65536", "5000.5", '"5000 "', '" 5000"',
                         "1e300", "-1e300", '"-5"', '"5e3"', '"65536"',
                         "4294972296", "18446744073709556616", "true", "null",
                         '"' .. ("9"):rep(10000) .. '"'}))
  end)

  it("addresses that are none", function()
    refused(400, filled('{"type":0,"from":{"port":4000,"address":%s}}',
                        {[["a\rb"]], [["a\nb"]], [["a\r\nHost: b"]],
                         [["a\u0000b"]], [["\u0000"]], '"a b"', '" "', '""',
                         '"a/b"', '"//a"', '"a?b"', '"a#b"', '"a@b"', '"a%b"',
                         '"a:b"', '"[a]"', '"[::1"', '"::1]"', [["a\\b"]],
                         '"' .. ("a"):rep(10240) .. '"',
                         '"' .. ("1."):rep(5120) .. '"'}))
  end)

  it("bad base64", function()
    refused(400, filled('{"type":2,"data":"%s","from":' .. FROM .. "}",
                        {"Y", "YQ", "YQ=", "YQ===", "Y===", "=", "====",
                         "YQ==YQ==", "YQ=a", "-_-_", "Y Q=", "YR==!", "@@@@",
                         "\\u0000\\u0000\\u0000\\u0000"}))
  end)

  it("NUL and bad UTF-8", function()
    refused(400,
      filled('{"type":0,"from":{"port":4000,"address":"a%s"}}',
                        {"\255", "\192\128", "\237\160\128",
                         "\244\144\128\128", "\194", "\\ud800", "\0"}),
      filled('{"type":2,"data":"YQ=%s","from":' .. FROM .. "}",
                        {"\255", "\192\128", "\194", "\\ud800", "\0"}),
      {"\0", ("\0"):rep(1000), ("\255"):rep(1000),
                  '{"\0type":2,"from":' .. FROM .. "}",
                  '{"type":2,"from":' .. FROM .. "}\0"})
  end)

  it("fields of nobody may hold anything", function()
    local body = '{"type":2,"data":"YQ==","from":' .. FROM
                 .. ',"\\u0000":"\\u0000","\\ud83d\\ude00":[1,{"type":0}]}'
    assert.equal(200, net.ask(node, net.post(body)).status)
    assert.equal("a", assert(node:receive(1)).data)
  end)

  it("of somebody who is no member", function()
    for kind = 1, 3 do
      local bytes = net.json(kind, gop2p.peer("127.6.6.6", 6), "YQ==",
                             {node:self()})
      assert.equal(403, net.ask(node, bytes).status)
    end
    assert.is_nil((node:receive(0)))
    assert.same({sender.name}, net.names(node:members()))
  end)

  it("in headers that lie", function()
    for _, headers in ipairs({
      {Peer_address = "127.1.2.3"}, {Peer_port = "4000"},
      {Peer_address = ("a"):rep(10240), Peer_port = "4000"},
      {Peer_address = "127.1.2.3", Peer_port = ("4"):rep(10240)},
      {Peer_address = "a\255", Peer_port = "4000"},
      {Peer_address = "127.1.2.3", Peer_port = "4000 5"},
    }) do
      headers.Host = "localhost"
      assert.equal(400, net.ask(node, net.http("DELETE /", headers)).status)
    end
    assert.same({sender.name}, net.names(node:members()))
  end)

  it("larger than the limit", function()
    local small <close> = assert(gop2p.start_local_node(0, {max_body = 100}))
    assert.equal(200, net.ask(small, net.json(0, sender)).status)
    local data = ("YWFh"):rep(34)
    assert.equal(413, net.ask(small, net.json(2, sender, data)).status)
    assert.equal(200, net.ask(small, net.json(2, sender, ("YWFh"):rep(33)))
                      .status)
    local err = assert(net.errors(small, 1)[1])
    assert.same({"ELIMIT", 413}, {err.code, err.status})
    assert.equal(99, #assert(small:receive(1)).data)
  end)
end)

describe("errors of hostile requests", function()
  it("do not drive out others, and are counted", function()
    local hung <close> = net.nobody()
    local node <close> = assert(gop2p.start_local_node(0))
    local conn <close> = assert(net.dial(node))
    for _ = 1, 200 do
      conn:send(net.post("rubbish"))
      assert.equal(400, assert(conn:response()).status)
    end
    node:send(hung.name, "x")
    net.pass(1.1)
    conn:send(net.post("rubbish"))
    assert.equal(400, assert(conn:response()).status)
    local told, delivery = 0, nil
    for _, err in ipairs(net.errors(node, 1000, 0.3)) do
      told = told + 1 + (err.dropped or 0)
      delivery = delivery or err.message
    end
    assert.equal("x", delivery.data)
    assert.equal(202, told)
  end)

  it("have how many were dropped when their queue is full", function()
    local nobody <close> = net.nobody()
    local node <close> = assert(gop2p.start_local_node(0, {max_errors = 5}))
    for i = 1, 12 do node:send(nobody.name, "n" .. i) end
    net.pass(0.2)
    local list = net.errors(node, 5)
    local told = 0
    for _, err in ipairs(list) do told = told + 1 + (err.dropped or 0) end
    assert.same({5, 12}, {#list, told})
  end)
end)
