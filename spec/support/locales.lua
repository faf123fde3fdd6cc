--[[
locales - locales of other countries, which a machine for tests need not have:
they are made in a folder, from the sources that Debian's package "locales"
brings.

  local locales = require "spec.support.locales"
  local path = locales.path            -- for LOCPATH; nil: none can be made
  locales.names                        -- those that are in it
]]
local shell = require "spec.support.shell"

local locales = {
  names = {"de_DE.UTF-8", "tr_TR.UTF-8", "de_DE.ISO-8859-1"},
}

local BUILD = "build/locales"

-- One at a time makes what is not there yet; a name appears when it is whole.
local MAKE = [[
mkdir -p %s && cd %s || exit
exec 9>lock && flock 9 || exit
for name in %s; do
  test -d $name || {
    rm -rf new && mkdir new &&
    localedef --no-archive -i ${name%%.*} -f ${name#*.} ./new/$name
    test -d new/$name && mv new/$name .
  } >/dev/null 2>&1 || exit
done
pwd]]

local made = shell.output("%s", MAKE:format(
  BUILD, BUILD, table.concat(locales.names, " ")))
locales.path = made ~= "" and made or nil

return locales
