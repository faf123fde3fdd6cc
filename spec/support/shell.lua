-- shell - what specs have the shell do.
--
--   local shell = require "spec.support.shell"
--   local mode = shell.output("stat -c %%a %s", shell.quote(path))

local shell = {}

-- A text as one word of the shell's.
function shell.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- Texts as words, with spaces between.
function shell.words(list)
  local out = {}
  for i, text in ipairs(list) do out[i] = shell.quote(text) end
  return table.concat(out, " ")
end

-- What commands print, made as string.format does, without the end of the
-- last line.
function shell.output(format, ...)
  local pipe <close> = assert(io.popen(format:format(...)))
  return (pipe:read("a"):gsub("\n$", ""))
end

return shell
