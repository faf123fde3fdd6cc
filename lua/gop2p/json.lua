-- json.lua - JSON by lua-cjson, as it is everywhere: a number has a point,
-- whatever the locale.

local cjson = require "cjson"
local core = require "gop2p.core"
local text = require "gop2p.text"

local json = {}

-- json.encode(value) -> text
json.encode = text.neutral(cjson.encode)

-- cjson notes which sign numbers have for their point whenever an instance is
-- made: the one of the locale that is in force then.
local function renew() cjson.new() end

-- json.decode(reader, written) -> true, value | false, why it is none
--
-- 'reader' is an instance of cjson. Other users of that find it as it was. No
-- Lua function calls it: cjson would begin its error with a line of that.
function json.decode(reader, written)
  core.neutral(renew)
  local ok, value = pcall(core.neutral, reader.decode, written)
  cjson.new()
  return ok, value
end

return json
