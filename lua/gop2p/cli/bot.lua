-- bot.lua - `gop2p bot`: runs a bot script.

local gop2p = require "gop2p"
local network = require "gop2p.cli.network"
local show = require "gop2p.cli.show"

local bot = { summary = "Run a bot script, with the loop, until Ctrl-C." }

local FAILED = 1

function bot.options(command)
  command:argument("file", "The script; it runs as a task, and may start "
                   .. "others."):argname("FILE")
  command:argument("args", "Its arguments (arg, ...). Those that begin with "
                   .. "- come after --."):argname("ARG"):args("*")
end

-- As the stock Lua does it: 'arg' is there, and the chunk gets its values.
function bot.run(options)
  local script, err = loadfile(options.file)
  if not script then
    show.complain("bot", "%s", err)
    return FAILED
  end
  _G.arg = table.move(options.args, 1, #options.args, 1, {[0] = options.file})
  io.stdout:setvbuf("line")
  local ok, problem = pcall(gop2p.run, function()
    script(table.unpack(options.args))
  end)
  if ok or network.was_interrupted(problem) then return end
  show.complain("bot", "%s", problem)
  return FAILED
end

return bot
