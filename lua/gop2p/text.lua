-- text.lua - what people type, whatever keyboard and locale they have.

local text = {}

-- Space of Unicode beyond that of ASCII. UTF-8 begins no character with a
-- byte that is within another, so each is found where it is, and only there.
local SPACES = { "\xC2[\x85\xA0]", "\xE1\x9A\x80",
                 "\xE2\x80[\x80-\x8A\xA8\xA9\xAF]", "\xE2\x81\x9F",
                 "\xE3\x80\x80" }

-- text.spaced(s) -> s with a blank for each no-break space, ideographic space
-- and the like. What is left as it is: the space of ASCII.
function text.spaced(s)
  for _, space in ipairs(SPACES) do s = s:gsub(space, " ") end
  return s
end

return text
