-- matching.lua - Lua patterns that ignore case, or find just a text.

local neutral = require("gop2p.text").neutral

local matching = {}

local function bothcases(a, b)
  local range = b and "%s-%s%s-%s" or "%s%s"
  if not b then return range:format(a:lower(), a:upper()) end
  return range:format(a:lower(), b:lower(), a:upper(), b:upper())
end

-- What stands at 'at' in a pattern, for both cases, and where to go on.
local function item(pattern, at, inset)
  local fixed = pattern:match(inset and "^%%." or "^%%b..", at) or
                pattern:match("^%%.", at)
  if fixed then return fixed, at + #fixed end
  local a, b = pattern:match("^(%a)%-(%a)", at)
  if inset and a then return bothcases(a, b), at + 3 end
  local c = pattern:sub(at, at)
  if not c:find("%a") then return c, at + 1 end
  return inset and bothcases(c) or "[" .. bothcases(c) .. "]", at + 1
end

-- matching.anycase(pattern) -> a Lua pattern that takes letters (of ASCII) of
-- either case for those of 'pattern'.
matching.anycase = neutral(function(pattern)
  local out, at, inset = {}, 1, false
  while at <= #pattern do
    local open = not inset and pattern:match("^%[%^?%]?", at)
    if open then
      inset, out[#out + 1], at = true, open, at + #open
    else
      if pattern:find("^%]", at) then inset = false end
      out[#out + 1], at = item(pattern, at, inset)
    end
  end
  return table.concat(out)
end)

-- matching.literal(s) -> a Lua pattern that finds just 's'.
function matching.literal(s)
  return (s:gsub("[^0-9A-Za-z]", "%%%0"))
end

return matching
