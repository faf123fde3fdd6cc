--[[
netns - machines of a small network, each a network namespace of Linux.

  local net <close> = assert(netns.open(4))
  process.start(net:within(1, {"lua5.4", "some.lua"}))   -- on machine 1,
  net:address(1)                                         -- "10.77.0.1"
  net:ipv6(1)                                            -- "fd77::1"
  net:also(1, "10.77.0.50")   -- one address more,
  net:prefer(1, "10.77.0.50", "10.77.0.2")   -- which it has on the way there,
  net:ports(1, 40000, 40001)  -- and which ports its programs are given
  net:unroute(1, 4)           -- no default route of IPv4 (or 6) any more
  net:etc(1, "hosts", "10.77.0.2 ann\n")   -- a file of /etc, for what
                                            -- starts there from now on
  net:cut(1)   net:heal(1)    -- its cable, out of and into the switch
  net:lose(10)                -- per cent of all packets; or nil and why not

Each has a cable to one switch, a bridge in a namespace of its own; the
machine that the specs run on has none and notices nothing. It takes root
and iproute2; netem, which loses packets, is not in every kernel. Namespaces
that a run left behind because it was killed go with the next one.
]]
local netns = {}

local Net = {}
Net.__index = Net

local PREFIX = "gop2p-spec-"

-- What the command prints, or nil and that.
local function run(format, ...)
  local pipe <close> = assert(io.popen(format:format(...) .. " 2>&1"))
  local text = pipe:read("a")
  if pipe:close() then return text end
  return nil, (text:gsub("%s+", " "))
end

local function own_pid()
  local file <close> = assert(io.open("/proc/self/stat"))
  return file:read("n")
end

local function remove_left_behind()
  for name, pid in (run("ip netns list") or ""):gmatch(
      "(" .. PREFIX:gsub("%-", "%%-") .. "(%d+)%-%w+)") do
    local file = io.open("/proc/" .. pid .. "/stat")
    if file then file:close() else run("ip netns del %s", name) end
  end
end

function Net:name(i)
  return ("%s%d-%s"):format(PREFIX, self.pid, i)
end

function Net:address(i)
  return self.subnet .. i
end

function Net:ipv6(i)
  return self.subnet6 .. i
end

function Net:also(i, address)
  assert(run("ip -n %s addr add %s/%d dev eth0%s", self:name(i), address,
             address:find(":") and 64 or 24,
             address:find(":") and " nodad" or ""))
end

function Net:prefer(i, address, to)
  assert(run("ip -n %s route add %s/32 dev eth0 src %s", self:name(i), to,
             address))
end

function Net:ports(i, first, last)
  assert(run("ip netns exec %s sysctl -qw "
             .. "net.ipv4.ip_local_port_range='%d %d'",
             self:name(i), first, last))
end

function Net:unroute(i, version)
  assert(run("ip -n %s -%d route del default", self:name(i), version))
end

-- 'ip netns exec' puts what is in this folder in the place of /etc's.
function Net:etc(i, name, text)
  local folder = "/etc/netns/" .. self:name(i)
  assert(run("mkdir -p %s", folder))
  self.folders[folder] = true
  local file <close> = assert(io.open(folder .. "/" .. name, "w"))
  file:write(text)
end

function Net:within(i, argv)
  local out = {"ip", "netns", "exec", self:name(i)}
  return table.move(argv, 1, #argv, #out + 1, out)
end

function Net:cut(i)
  assert(run("ip -n %s link set cable%d down", self:name("switch"), i))
end

function Net:heal(i)
  assert(run("ip -n %s link set cable%d up", self:name("switch"), i))
end

function Net:lose(percent)
  for i = 1, self.n do
    local ok, err = run("tc -n %s qdisc replace dev eth0 root netem loss"
                        .. " %d%%", self:name(i), percent)
    if not ok then return nil, err end
  end
  return true
end

function Net:close()
  for _, name in ipairs(self.made) do run("ip netns del %s", name) end
  for folder in pairs(self.folders) do
    run("rm -r %s && rmdir /etc/netns", folder)   -- if it is empty now
  end
  self.made, self.folders = {}, {}
end

Net.__close = Net.close

function Net:add(i)
  local name = self:name(i)
  local ok, err = run("ip netns add %s", name)
  if not ok then return nil, err end
  self.made[#self.made + 1] = name
  return run("ip -n %s link set lo up", name)
end

function Net:plug(i)
  local switch, name = self:name("switch"), self:name(i)
  return run("ip -n %s link add cable%d type veth peer name eth0 netns %s"
             .. " && ip -n %s addr add %s/24 dev eth0"
             .. " && ip -n %s link set eth0 up"
             .. " && ip -n %s link set cable%d master bridge up"
             .. " && ip -n %s addr add %s/64 dev eth0 nodad"
             .. " && ip -n %s route add default dev eth0"
             .. " && ip -n %s -6 route add default dev eth0",
             switch, i, name, name, self:address(i), name, switch, i,
             name, self:ipv6(i), name, name)
end

local function build(self)
  local ok, err = self:add("switch")
  if not ok then return nil, err end
  ok, err = run("ip -n %s link add bridge type bridge"
                .. " && ip -n %s link set bridge up",
                self:name("switch"), self:name("switch"))
  for i = 1, self.n do
    if not ok then return nil, err end
    ok, err = self:add(i)
    if ok then ok, err = self:plug(i) end
  end
  -- Shows as well whether programs can be run on it.
  if ok then ok, err = run("ip netns exec %s true", self:name(1)) end
  return ok, err
end

-- 'n' machines, 250 at most; or nil and why there can be none here.
function netns.open(n)
  local self = setmetatable({n = n, pid = own_pid(), subnet = "10.77.0.",
                             subnet6 = "fd77::",
                             made = {}, folders = {}}, Net)
  remove_left_behind()
  local ok, err = build(self)
  if ok then return self end
  self:close()
  return nil, err
end

return netns
