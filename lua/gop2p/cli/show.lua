-- show.lua - how the command shows messages, errors and tables.

local core = require "gop2p.core"
local json = require "gop2p.json"
local plain = require "gop2p.plain"
local values = require "gop2p.values"

local show = {}

-- What is raised when nobody reads the output any more.
show.CLOSED = "gop2p: the output is closed"

show.plain = plain

-- The same for what is ours, such as a table: its lines begin as they do.
function show.harmless(text)
  return (text:gsub("[^\n]+", plain))
end

-- An error without its kind. What a program can call is an option here.
function show.words(err)
  local cause = err.cause
  if cause == core.only_here then
    cause = "this node is reached from this machine alone: start it with "
            .. "--address auto"
  end
  return err.text .. ": " .. cause
end

local EPIPE = 32     -- whoever read has seen enough: nothing to be told

local function check(done, why, code)
  if done then return end
  if code ~= EPIPE then
    io.stderr:write("gop2p: could not write: ", why, "\n")
  end
  error(show.CLOSED, 0)
end

-- A line of output. Raises when it cannot be written: a node ignores
-- SIGPIPE, so nothing else would end a command whose reader is gone. Of a
-- file that is buffered by lines, C's library would not say that it failed.
function show.line(text)
  io.stdout:setvbuf("full")
  check(io.stdout:write(text, "\n"))
  check(io.stdout:flush())
end

-- Raises when what others wrote to the output could not be written.
function show.check()
  check(io.stdout:flush())
  if core.isbroken(io.stdout) then error(show.CLOSED, 0) end
end

-- show.json(field, value, field, value, ...): an object on a line of its
-- own, its fields in this order. A nil leaves its field out.
function show.json(...)
  local fields = table.pack(...)
  local out = {}
  for i = 1, fields.n, 2 do
    local value = fields[i + 1]
    if value ~= nil then
      out[#out + 1] = json.encode(fields[i]) .. ":"
                      .. core.visible(json.encode(value), "json")
    end
  end
  show.line("{" .. table.concat(out, ",") .. "}")
end

-- Says what failed, where errors go; 'name' is the command.
function show.complain(name, format, ...)
  io.stderr:write("gop2p ", name, ": ", show.plain(format:format(...)), "\n")
end

-- Data for JSON, whose strings are text: two values, of which one is nil.
-- The second is of data that is no text, in hexadecimal.
function show.text(data)
  if utf8.len(data) then return data, nil end
  return nil, (data:gsub(".", function(c)
    return ("%02x"):format(c:byte())
  end))
end

-- The sender of a message, and that it came to us alone.
function show.sender(msg)
  return msg.from .. (msg.type == "direct" and " to you" or "")
end

function show.is_terminal(file)
  return core.isatty(core.fileno(file)) and os.getenv("TERM") ~= "dumb"
end

-- Whether standard output shall have colours. https://no-color.org
function show.has_colours()
  return show.is_terminal(io.stdout) and (os.getenv("NO_COLOR") or "") == ""
end

local SPEAKERS = {"32", "33", "34", "35", "36", "92", "94", "95", "96"}

-- The colour of a speaker: the same while it is one member, whatever it is
-- called.
function show.colour_of(peer)
  local who, sum = values.endpoint(peer), 0
  for i = 1, #who do sum = (sum * 31 + who:byte(i)) % 65521 end
  return SPEAKERS[sum % #SPEAKERS + 1]
end

function show.paint(text, colour)
  return ("\27[%sm%s\27[0m"):format(colour, text)
end

-- As much of a line as has room in so many columns, no character being cut
-- in two.
function show.cut(line, columns)
  return line:sub(1, (core.fit(line, columns)))
end

-- A text with the blanks that fill it up to so many columns.
local function fill(text, columns)
  local _, taken = core.fit(text)
  return text .. (" "):rep(columns - taken)
end

-- Rows of cells as lines, in columns. The last column is not filled up.
function show.columns(rows)
  local widths, lines = {}, {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      local _, taken = core.fit(cell)
      widths[i] = math.max(widths[i] or 0, taken)
    end
  end
  for n, row in ipairs(rows) do
    local out = {}
    for i, cell in ipairs(row) do
      out[i] = i < #row and fill(cell, widths[i]) or cell
    end
    lines[n] = table.concat(out, "  ")
  end
  return lines
end

return show
