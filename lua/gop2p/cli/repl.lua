-- repl.lua - `gop2p repl`: a prompt whose node is served while it waits.
--
-- Chunks run on the main thread, not in a task: there Ctrl-C ends them.

local complete = require "gop2p.complete"
local console = require "gop2p.cli.console"
local core = require "gop2p.core"
local gop2p = require "gop2p"
local network = require "gop2p.cli.network"
local prompt = require "gop2p.prompt"
local scheduler = require "gop2p.scheduler"
local show = require "gop2p.cli.show"

local repl = { summary = "A Lua prompt with a node that is always served." }
repl.__index = repl

local DONE, FAILED = 0, 1

-- All that is no part of a name.
local BREAKS = " \t\n\"\\'><=;:.+-*/%^~#&|,(){}[]!?@$`"

function repl.options(command)
  network.options(command)
  command:flag("--plain", "No line editing, as in a pipe.")
end

function repl:say(text)
  self.console:print(show.plain(text))
end

-- What nobody else reads. While a chunk runs it may want to.
local function show_messages(self)
  if self.busy or core.isclosed(self.node)
     or prompt.isread(self.node, "inbox") then
    return
  end
  for msg in core.nextmessage, self.node do self:say(tostring(msg)) end
end

local function show_errors(self)
  for err in self.node:errors() do self:say("! " .. err) end
end

local function show_events(self)
  for event in self.node:events() do self:say("* " .. event) end
end

local function follow(self)
  local inbox = core.signal(self.node, "inbox")
  scheduler.listen(inbox, function() show_messages(self) end)
  scheduler.spawn(show_errors, self)
  if self.console.terminal then scheduler.spawn(show_events, self) end
end

-- What tasks print appears above what is typed.
local function redirect(self)
  local write = io.write
  function _G.print(...)
    local words = table.pack(...)
    for i = 1, words.n do words[i] = tostring(words[i]) end
    self.console:print(show.harmless(table.concat(words, "\t")))
  end
  io.write = function(...)   -- luacheck: ignore 122
    self.console:above(write, ...)
    io.flush()
    return io.output()
  end
end

-- Where Ctrl-C found us is of no interest.
local function traceback(problem)
  local text = tostring(problem)
  if network.was_interrupted(text) then return "interrupted!" end
  return debug.traceback(text, 2)
end

-- The traceback from the chunk on; what called it is ours.
local function shortened(text)
  return (text:gsub("\n%s*%[C%]: in function 'xpcall'.*$", ""))
end

local function evaluate(self, chunk)
  self.busy = true
  core.line_rearm()
  local results = table.pack(xpcall(chunk, traceback))
  core.line_rearm()
  self.busy = false
  if not results[1] then
    self.failed = true
    self.console:print(show.harmless(shortened(results[2])))
  elseif results.n > 1 then
    local ok, problem = pcall(print, table.unpack(results, 2, results.n))
    if not ok then self.console:print(tostring(problem)) end
  end
  if not core.isclosed(self.node) then show_messages(self) end
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

-- A chunk from as many lines as it takes; nil at the end.
local function read_chunk(self)
  local text
  while true do
    local line, interrupted = self.console:read(text and ">> " or "> ")
    if not line and not interrupted then
      if text then self:reject(select(2, compile(text))) end
      return nil
    end
    text = line and (text and text .. "\n" .. line or line)
    local chunk, err, incomplete = compile(text or "")
    if chunk then return chunk end
    if not incomplete then return function() self:reject(err) end end
  end
end

function repl:reject(err)
  self.failed = true
  self.console:print(show.harmless(err))
end

local function loop(self)
  for chunk in read_chunk, self do
    evaluate(self, chunk)
  end
end

-- An error of a task comes out of whatever waits, so out of reading, too.
local function survive(self)
  local ok, problem = pcall(loop, self)
  if ok then return true end
  core.line_rearm()
  if problem:find(show.CLOSED, 1, true) then
    self.failed = true
    return true
  end
  self:reject(problem)
  return not self.console.terminal
end

local function completions(node, before)
  local start = #before - #before:match("[%w_]*$")
  return complete(before, start, function(text)
    local list = {}
    for _, peer in ipairs(node:members()) do
      local name = tostring(peer)
      if name:sub(1, #text) == text then list[#list + 1] = name end
    end
    return list
  end) or {}
end

local function join(self, peers)
  return network.join(self.node, peers, function(err)
    show.complain("repl", "%s", show.words(err))
  end)
end

local function start(self, peers)
  if not join(self, peers) and not self.console.terminal then
    return FAILED
  end
  gop2p.pump()
  while not survive(self) do end
  if not core.isclosed(self.node) then self.node:leave(5) end
  local bad = self.failed and not self.console.terminal
  return bad and FAILED or DONE
end

function repl.run(options)
  core.line_rearm()
  local node <close>, status = network.start("repl", options)
  if not node then return status end
  local self = setmetatable({ node = node }, repl)
  self.console = console.open {
    plain = options.plain, breaks = BREAKS,
    complete = function(before) return completions(node, before) end,
  }
  _G.gop2p, _G.node = gop2p, node
  redirect(self)
  follow(self)
  if self.console.terminal then
    self:say(("%s. 'node' is %s, 'gop2p' the module."):format(
      gop2p._VERSION, node:self()))
  end
  return start(self, options.join)
end

return repl
