-- naming.lua - coming in under a name that may be taken.

local core = require "gop2p.core"
local start = require "gop2p.start"

local naming = {}

local TRIES = 100

-- naming.numbered(name, number) -> "ann-2", cut so that it fits
function naming.numbered(name, number)
  local suffix = ("-%d"):format(number)
  while not core.isname(name .. suffix) do
    name = name:sub(1, (core.letters(name, 1, #name - 1)))
  end
  return name .. suffix
end

-- The next of these names that no member has, as far as is known here: takes
-- it, and gives its number; nil when there is none.
local function takenext(node, asked, number)
  local own = node:self().name
  for i = number + 1, TRIES do
    local name = naming.numbered(asked, i)
    if name ~= own and core.setname(node, name) then return i end
  end
end

-- naming.connect(node, peer, asked [, timeout [, connect]])
--   -> true | nil, err
--
-- As connect(node, peer, timeout), which is start.connect unless it is given.
-- Where the node's name is taken it comes in as the first of "ann-2",
-- "ann-3", ... that is free, 'asked' being "ann"; node:self().name is the
-- name that it has then. Where it does not come in it has the name that it
-- had.
function naming.connect(node, peer, asked, timeout, connect)
  connect = connect or start.connect
  local had, number = node:self().name, 1
  local ok, err = connect(node, peer, timeout)
  while not ok and err.code == "EEXIST" and not core.isclosed(node) do
    number = takenext(node, asked, number)
    if not number then break end
    ok, err = connect(node, peer, timeout)
  end
  if not ok and not core.isclosed(node) and node:self().name ~= had then
    core.setname(node, had)
  end
  return ok, err
end

return naming
