-- repl.lua - `gop2p repl`: a prompt whose node is served while it waits.
--
-- Chunks run on the main thread, not in a task: there Ctrl-C ends them.

local core = require "gop2p.core"
local gop2p = require "gop2p"
local network = require "gop2p.cli.network"
local prompt = require "gop2p.prompt"
local show = require "gop2p.cli.show"

local repl = { summary = "A Lua prompt with a node that is always served." }
repl.__index = repl

local DONE, FAILED = 0, 1

local GOODBYE = 5    -- seconds

function repl.options(command)
  network.options(command)
  network.entry(command)
  network.waits(command)
  command:flag("--plain", "No line editing, as in a pipe.")
end

-- Where Ctrl-C found us is of no interest.
local function traceback(problem)
  local text = tostring(problem)
  if network.was_interrupted(text) then return "interrupted!" end
  return debug.traceback(text, 2)
end

-- The traceback from the chunk on; what called it is ours.
local function shortened(text)
  return (text:gsub("\n[ \t]*%[C%]: in function 'xpcall'.*$", ""))
end

function repl:reject(problem)
  self.failed = true
  show.line(show.harmless(problem))
end

-- Ctrl-C ends the chunk.
local function evaluate(self, chunk)
  core.rearm()
  local results = table.pack(xpcall(chunk, traceback))
  core.rearm()
  if not results[1] then
    self:reject(shortened(results[2]))
  elseif results.n > 1 then
    local ok, problem = pcall(print, table.unpack(results, 2, results.n))
    if not ok then self:reject("error calling 'print': " .. problem) end
  end
  show.check()
end

-- An expression, whose values are shown, or a chunk; nil and why not, and
-- whether more of it could make it one.
local function compile(text)
  local chunk, first = load("return " .. text:gsub("^=", ""), "=stdin")
  local err
  if not chunk then chunk, err = load(text, "=stdin") end
  return chunk, err, not chunk
         and (first .. "\0" .. err):find("<eof>[\"']?%f[\0]") ~= nil
end

-- A chunk from as many lines as it takes, or why it is none; false at the
-- end.
local function read_chunk(self)
  local text
  while true do
    local mark = text and ">> " or "> "
    local line, interrupted, why = prompt.read(self.terminal and mark)
    if not line and interrupted then
      core.rearm()
      text = nil
    elseif not line then
      if why and not self.terminal then
        return false, "could not read standard input: " .. why.text
      end
      return false, text and select(2, compile(text))
    else
      text = text and text .. "\n" .. line or line
      local chunk, err, incomplete = compile(text)
      if not incomplete then
        if text:find("%S") then prompt.remember(text) end
        return chunk, err
      end
    end
  end
end

local function loop(self)
  repeat
    local chunk, err = read_chunk(self)
    if chunk then evaluate(self, chunk) end
    if err then self:reject(err) end
  until chunk == false
  if self.terminal then show.line("") end
end

-- Where no line is edited the error of a task comes out of reading.
local function survive(self)
  local ok, problem = pcall(loop, self)
  if ok then return true end
  core.rearm()
  if problem == show.CLOSED then
    self.failed = true
    return true
  end
  self:reject(tostring(problem))
  return not self.terminal
end

-- Whether it has joined; after Ctrl-C it has not.
local function join(node, options)
  local ok, joined = pcall(network.persist, node, options.join, function(err)
    show.complain("repl", "%s", show.words(err))
  end, options.wait)
  core.rearm()
  if ok then return joined end
  if not network.was_interrupted(tostring(joined)) then error(joined, 0) end
  return false
end

-- On the main thread, not in a task: there Ctrl-C ends what waits.
local function start(self, options)
  local name = tostring(self.node:self())
  if not join(self.node, options) and not self.terminal then return FAILED end
  if self.terminal and tostring(self.node:self()) ~= name then
    show.line(("'node' is %s now, which others reach."):format(
      self.node:self()))
  end
  while not survive(self) do end
  prompt.goodbye(GOODBYE)
  return self.failed and not self.terminal and FAILED or DONE
end

function repl.run(options)
  core.rearm()
  local self = setmetatable({
    terminal = show.is_terminal(io.stdin) and show.is_terminal(io.stdout),
  }, repl)
  local edits = prompt.begin { edit = self.terminal and not options.plain }
  if not self.terminal then prompt.set { on_event = false } end
  local node <close>, status = network.start("repl", options, DONE)
  if not node then return status end
  self.node = node
  rawset(_G, "gop2p", gop2p)
  rawset(_G, "node", node)
  if self.terminal then
    show.line(("%s. 'node' is %s, 'gop2p' the module."):format(
      gop2p._VERSION, node:self()))
  end
  local _ <close> = not edits and network.on_end(function()
    os.exit(DONE)   -- which says goodbye
  end) or nil
  return start(self, options)
end

return repl
