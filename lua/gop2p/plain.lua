-- plain.lua - text of others, fit to be shown on a terminal.

-- plain(text) -> text that commands no terminal: control characters, also
-- those of eight bits, become "?", as do bytes that are no UTF-8. Every line
-- but the first is indented, so that none can pass for a line of ours.
local function plain(text)
  if not utf8.len(text) then text = text:gsub("[\x80-\xFF]", "?") end
  return (text:gsub("[\0-\8\11-\31\127]", "?")
              :gsub("\xC2[\x80-\x9F]", "?"):gsub("\n", "\n  "))
end

return plain
