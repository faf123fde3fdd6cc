-- Runs busted in the very Lua that runs this file: the command of that name
-- starts a shell and another Lua first, which a sanitizer would look at too.
-- What was printed is seen even if the process does not end well.
io.stdout:setvbuf("line")
require "busted.runner" {standalone = false}
