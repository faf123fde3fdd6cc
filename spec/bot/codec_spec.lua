-- What a store can hold beyond plain values, and what it leaves out.

local codec = require "gop2p.bot.codec"
local gop2p = require "gop2p"

describe("a table as JSON", function()
  it("holds peers, with their names, as values and as keys", function()
    local bare, six = gop2p.peer("localhost:5000"), gop2p.peer("[::1]:80")
    local node <close> = assert(gop2p.start_local_node(0))
    local other <close> = assert(gop2p.start_local_node(0, { name = "Zoë" }))
    assert(other:connect(node:self()))
    local zoe = node:members()[1]
    local text, faults = codec.encode({
      by = zoe, list = { bare, six }, votes = { [zoe] = 1, [bare] = 2 },
      text = "#peer x", own = "localhost:5000",
    }, "store")
    assert.same({}, faults)
    assert.matches('\n"by":"#peer Zoë %(localhost:%d+%)",\n', text)
    local t = assert(codec.decode(text))
    for got, want in pairs { [t.by] = zoe, [t.list[1]] = bare,
                             [t.list[2]] = six } do
      assert.equal(want, got)
      assert.equal(want.name, got.name)
      assert.equal(tostring(want), tostring(got))
      assert.equal(gop2p.peer(want), gop2p.peer(got))
    end
    assert.same({ 1, 2 }, { t.votes[zoe], t.votes[bare] })
    assert.same({ "#peer x", "localhost:5000" }, { t.text, t.own })
    assert.equal(text, codec.encode(t, "store"))
    -- A node that has left is as good: only the text stays.
    assert.equal("ann", codec.decode('{"x":"#peer ann (a:1)"}').x.name)
    for _, none in ipairs { "#peer", "#peer ", "#peer ann", "#peer a:0",
                            "#peer a b (c:1)", "#peer :1", "#peer x (a:)" } do
      assert.equal(none, codec.decode(('{"x":"%s"}'):format(none)).x)
    end
    local members = node:members()
    members[1] = bare
    text, faults = codec.encode({ members = members }, "store")
    assert.same({}, faults)
    assert.same({ bare }, codec.decode(text).members)
  end)

  it("leaves out what it cannot hold, and says what and where", function()
    local circle, deep = { kept = 1 }, { kept = 1 }
    circle.x = { circle }
    for _ = 1, 200 do deep = { x = deep } end
    local object = setmetatable({}, { __index = {} })
    local no = "a table with a metatable cannot be stored"
    for text, case in pairs {
      ["store.a.b[3]: a function cannot be stored"] =
        { { a = { b = { 1, 2, print } } }, { a = { b = { 1, 2 } } } },
      ["store.a[2]: a thread cannot be stored"] =
        { { a = { 1, coroutine.create(print), 3 } },
          { a = { [1] = 1, [3] = 3 } } },
      ["store.f: a userdata cannot be stored"] =
        { { f = io.stdout, [1] = 1, x = 2 }, { [1] = 1, x = 2 } },
      ['store["a b"]: inf cannot be stored'] =
        { { ["a b"] = math.huge, c = 1 }, { c = 1 } },
      ["store.x: -inf cannot be stored"] =
        { { x = -math.huge, y = { { 1 } } }, { y = { { 1 } } } },
      ["store.x[1]: this table contains itself"] =
        { circle, { kept = 1, x = {} } },
      ["store: a boolean cannot be a key: a string, a number or a peer can"] =
        { { [true] = 1, a = 1 }, { a = 1 } },
      ["store.a: a table cannot be a key: a string, a number or a peer can"] =
        { { a = { [{}] = 1, 2 } }, { a = { 2 } } },
      ["store.a: infinity cannot be a key"] =
        { { a = { [math.huge] = 1 } }, { a = {} } },
      ["store.o: " .. no] = { { o = object, p = 1 }, { p = 1 } },
      ["store.err: " .. no] =
        { { err = select(2, pcall(error, setmetatable({}, { __name = "e" }))),
            p = 1 }, { p = 1 } },
      ["store: its metatable cannot be stored"] =
        { setmetatable({ a = 1 }, { __index = { b = 2 } }), { a = 1 } },
      ["store.p: " .. no] =   -- one that a program has spoilt
        { { p = setmetatable({ address = 5, port = 1 },
                             getmetatable(gop2p.me(1))) }, {} },
    } do
      local out, faults = codec.encode(case[1], "store")
      assert.same({ text }, faults)
      assert.same(case[2], codec.decode(out))
    end
    local out, faults = codec.encode({ x = 0 / 0, y = 1 }, "store")
    assert.equal("store.x: nan cannot be stored", faults[1])
    assert.same({ y = 1 }, codec.decode(out))
    out, faults = codec.encode(deep, "store")
    assert.equal(1, #faults)
    assert.matches("x: tables are nested too deeply$", faults[1])
    assert.equal(1, #codec.decode(out).x.x.x and 1)
    out, faults = codec.encode({ a = print, b = { print, { print } } }, "s")
    assert.equal('{\n"b":{"#2":[]}\n}\n', out:gsub("{}", "[]"))
    assert.equal(3, #faults)
    out, faults = codec.encode("x", "s")
    assert.is_nil(out)
    assert.same({ "s: table expected, got string" }, faults)
  end)
end)
