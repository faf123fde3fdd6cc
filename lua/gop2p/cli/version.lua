-- version.lua - `gop2p version`.

local gop2p = require "gop2p"
local network = require "gop2p.cli.network"
local show = require "gop2p.cli.show"

local version = { summary = "Print the version." }

function version.options(command)
  network.json(command)
end

function version.run(options)
  if not options.json then return show.line(gop2p._VERSION) end
  show.json("gop2p", gop2p._VERSION:match("%S+$"),
            "lua", _VERSION:match("%S+$"))
end

return version
