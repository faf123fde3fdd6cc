-- failure.lua - how a test is told that it has failed.

-- failure(text, level): raises, as error(text, level) would where this is
-- called; under busted as its assertions do.
return function(text, level)
  local busted = package.loaded["busted"]
  if type(busted) == "table" and busted.fail then
    busted.fail(text, level + 1)
  end
  error(text, level + 1)
end
