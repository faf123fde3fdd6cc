-- system.lua - what the library uses of the system that a program runs on:
-- nodes, files, and signals of the process.
--
-- The one place where the test kit takes hold of the library. While a
-- simulated network is open it puts functions of its own in the place of
-- some of these (system.install); and each simulated program that requires
-- this module gets one of its own. So they are called by name here,
-- system.start(...), and not kept. Nobody else installs anything, and
-- ordinary programs call the core.
--
-- The clock, and what a node stands on, are the core's to exchange.

local core = require "gop2p.core"
local scheduler = require "gop2p.scheduler"

local system = {
  -- Whether time and network are made up: then nobody sets the clock, and
  -- nobody is at a prompt.
  simulated = false,

  -- Nodes: a new one, and a message that is put on its way.
  start = core.start,
  post = core.post,

  -- Files that a program has for itself; see file.lua.
  checkfile = core.checkfile,
  makefile = core.makefile,
  filestamp = core.filestamp,
  replacefile = core.replacefile,
  lockfile = core.lockfile,
  unlockfile = core.unlockfile,

  -- Signals of the process.
  catch = core.catch,
  uncatch = core.uncatch,
  outlives = core.outlives,

  -- awaitfiles(seconds): waits, in a task that looks again and again whether
  -- files have changed.
  awaitfiles = scheduler.sleep,
}

-- A bot has logged an error that is its own: the test kit looks at that.
function system.erred() end

-- Shows a text that concerns a node, where nobody reads its errors.
function system.warn(node, text)
  warn("gop2p: ", core.self(node) .. ": ", text)
end

-- statefile(path) -> where the state file really is that a node is started
-- with.
function system.statefile(path)
  return path
end

-- install(other) -> uninstall
--
-- For the test kit: what stands in 'other' takes the place of what is called
-- so here, until uninstall() is called. Memory that runs out leaves all as
-- it was.
function system.install(other)
  local before = {}
  for name in pairs(other) do before[name] = system[name] end
  local function uninstall()
    for name, value in pairs(before) do system[name] = value end
  end
  for name, value in pairs(other) do system[name] = value end
  return uninstall
end

return system
