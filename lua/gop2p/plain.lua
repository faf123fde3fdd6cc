-- plain.lua - text of others, fit to be shown on a terminal.

local core = require "gop2p.core"

-- plain(text) -> text that commands no terminal, and hides nothing: control
-- characters, also those of eight bits, become "?", as do bytes that are no
-- UTF-8; what reorders text or is not seen is shown as what it is, such as
-- <U+202E>, except where a script needs it (csrc/base/display.h). Every line
-- but the first is indented, so that none can pass for a line of ours.
local function plain(text)
  return (core.visible(text, "terminal"):gsub("\n", "\n  "))
end

return plain
