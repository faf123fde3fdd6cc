local net = require "spec.support.net"
local party = require "spec.support.party"
local function run(name, forms)
it(name, function()
  local bad=0
  for round=1,15 do
    local all <close> = party.group()
    local a,b = party.start("ours"), party.start("ours")
    all[1],all[2]=a,b
    local seen=net.watch(a.node)
    b:connect("127.0.0.1:"..a.port)
    for i,f in ipairs(forms) do
      local g=party.start(f[1],f[2]); all[#all+1]=g
      g:connect((f[3] or "127.0.0.1")..":"..(f[4]=="b" and b or a).port)
    end
    a:leave()
    a:connect(all[3].name)
    net.await(function() return #b:members()==#forms+1 end)
    a:broadcast("x")
    a:leave()
    local ok=pcall(net.await,function() return #b:members()==#forms end,1)
    if not ok or table.concat(seen," "):find("failed") then bad=bad+1
      print(name,round, ok, table.concat(seen,"; ")) end
  end
  assert.equal(0,bad)
end)
end
run("v112 v113", {{"v1.1.2","127.0.0.1",nil,"b"},{"v1.1.3","0.0.0.0","0.0.0.0"}})
run("v112 seed", {{"v1.1.2","127.0.0.1",nil,"b"},{"seed","localhost"}})
run("v112 v113 seed", {{"v1.1.2","127.0.0.1",nil,"b"},{"v1.1.3","0.0.0.0","0.0.0.0"},{"seed","localhost"}})
run("v113", {{"v1.1.3","0.0.0.0","0.0.0.0"}})
