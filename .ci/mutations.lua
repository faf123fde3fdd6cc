--[[
Where a text in C can be changed so that it means something else: returns a
function from the text to a list of places, each with 'from' and 'to' (bytes)
and one or more texts that may stand there instead.

Changed is an operator, a constant, a condition, the result of a function that
returns a bool, or a statement goes (a call, an assignment, a break); never a
declaration, a label, an assertion or the size of an allocation.

Relies on the layout that clang-format gives: an operator between blanks has
two operands, a star without one behind it makes a pointer.
]]
local function map(text)
  local out = {}
  for a, b in text:gmatch("(%S+) (%S+)") do out[a], out[b] = b, a end
  return out
end

local function set(text)
  local out = {}
  for word in text:gmatch("%S+") do out[word] = true end
  return out
end

-- What becomes what: between blanks, and wherever it stands.
local BINARY = map "< <= > >= == != && || + - * / << >> & | += -="
local UNARY = map "++ -- true false"
BINARY["%"], UNARY["!"] = "/", ""
local LONG = set "<= >= == != && || << >> += -= *= /= %= &= |= ^= ++ -- ->"
local ASSIGNS = set "= += -= *= /= %= &= |= ^= <<= >>="
local CLOSES = {["("] = ")", ["["] = "]", ["{"] = "}"}
local KEYWORD = set "if else for while do switch return goto break continue"
local HEADED = set "if for while switch"
local UNTOUCHED = set "malloc calloc realloc assert static_assert sizeof"

-- The same text with blanks for comments and the preprocessor's lines, and
-- names for strings.
local function masked(text)
  local out, at = {}, 1
  text = text:gsub("\\[^\n]", "  ")
  for from, c in text:gmatch("()([/\"'#])") do
    local _, to
    if c == "/" then
      _, to = text:find("^/%*.-%*/", from)
    elseif c == "#" then
      to = from
      repeat to = text:find("\n", to + 1, true)
      until text:sub(to - 1, to - 1) ~= "\\"
    else
      _, to = text:find(c .. "[^\n]-" .. c, from)
    end
    if to and from >= at then
      out[#out + 1] = text:sub(at, from - 1)
      local with = c:find("[\"']") and "_" or " "
      out[#out + 1] = text:sub(from, to):gsub("[^\n]", with)
      at = to + 1
    end
  end
  return table.concat(out) .. text:sub(at)
end

-- Words with where they stand; 'match' leads from a bracket to the other.
local function tokens(code)
  local list, open, at = {}, {}, code:find("%S")
  while at do
    local word = code:match("^%d[%w.]*", at) or code:match("^[%w_]+", at)
    local three, two = code:sub(at, at + 2), code:sub(at, at + 1)
    word = word or ASSIGNS[three] and three or LONG[two] and two or
           code:sub(at, at)
    list[#list + 1] = {text = word, from = at, to = at + #word - 1}
    if CLOSES[word] then
      open[#open + 1] = #list
    elseif word == ")" or word == "]" or word == "}" then
      local begin = table.remove(open)
      list[begin].match = #list
    end
    at = code:find("%S", at + #word)
  end
  return list
end

return function(text)
  local code = masked(text)
  local t, places, skipped = tokens(code), {}, {}

  local function word(i) return t[i] and t[i].text or "" end
  local function isname(i)
    return word(i):find("^[%a_]") and not KEYWORD[word(i)]
  end

  local function offer(from, to, ...)
    places[#places + 1] = {from = t[from].from, to = t[to].to, ...}
  end

  local function skip(from, to)
    for i = from, to do skipped[i] = true end
  end

  -- Where 'what' stands first from 'i' on, brackets passed over.
  local function find(what, i)
    while t[i] and word(i) ~= what do i = (t[i].match or i) + 1 end
    return i
  end

  local function negated(from, to)
    return "!(" .. text:sub(t[from].from, t[to].to) .. ")"
  end

  -- What follows the name of what is assigned to or called, from 'i' on.
  local function target(i)
    while word(i) == "*" or UNARY[word(i)] do i = i + 1 end
    if not isname(i) then return i end
    i = i + 1
    while true do
      if word(i) == "[" then i = t[i].match + 1
      elseif word(i) == "." or word(i) == "->" then i = i + 2
      elseif UNARY[word(i)] then i = i + 1
      else return i end
    end
  end

  local function simple(i)
    local stop, after = find(";", i), target(i)
    if isname(i) and (isname(i + 1) or word(i + 1) == "*") then
      for j = i, stop do -- a declaration: not its sizes
        if word(j) == "[" then skip(j, t[j].match) end
      end
    elseif ASSIGNS[word(after)] or after == stop and after > i or
           word(after) == "(" and t[after].match + 1 == stop then
      offer(i, stop, ";")
    end
  end

  local function statement(i, isbool)
    local w = word(i)
    if w == "if" or w == "while" then
      local from, to = i + 2, t[i + 1].match - 1
      offer(from, to, negated(from, to), "false", w == "if" and "true" or nil)
    elseif w == "for" then
      local from = find(";", i + 2) + 1
      local to = find(";", from) - 1
      if to >= from then offer(from, to, "false") end
    elseif w == "break" or w == "continue" then
      offer(i, i + 1, ";")
    elseif w == "return" then
      local to = find(";", i) - 1
      if isbool and not UNARY[word(to)] then
        offer(i + 1, to, negated(i + 1, to))
      end
    elseif not KEYWORD[w] then
      simple(i)
    end
  end

  local function token(i)
    local w = word(i)
    local digits, suffix = w:match("^(%d+)([uUlL]*)$")
    local n = digits and math.tointeger(tonumber(digits))
    if BINARY[w] and code:find("^%s", t[i].from - 1) and
       code:find("^%s", t[i].to + 1) and word(i + 1) ~= "sizeof" then
      offer(i, i, BINARY[w])
    elseif UNARY[w] then
      offer(i, i, UNARY[w])
    elseif n then
      offer(i, i, n + 1 .. suffix, n ~= 0 and "0" or nil)
    end
  end

  local function body(from, to, isbool)
    local begins = {[from + 1] = true} -- where a statement does
    for i = from + 1, to - 1 do
      local w = word(i)
      if w == "case" or w == "default" then
        local colon = find(":", i)
        skip(i, colon)
        begins[colon + 1] = true
      elseif UNTOUCHED[w] then
        skip(i, t[i + 1].match or i + 1)
      elseif HEADED[w] then
        begins[t[i + 1].match + 1] = true
      elseif w == "(" then
        for j = i, t[i].match do begins[j] = false end
      end
      if w:find("^[{};]$") or w == "else" or w == "do" then
        begins[i + 1] = begins[i + 1] == nil
      end
      if begins[i] and not skipped[i] then statement(i, isbool) end
      if not skipped[i] then token(i) end
    end
  end

  local i, from = 1, 1 -- of what stands at the outermost level
  while t[i] do
    if word(i) == "{" and word(i - 1) == ")" then
      local head = code:sub(t[from].from, t[i].from):match("^[^(]*")
      body(i, t[i].match, head:find("%f[%w]bool ") ~= nil)
    end
    i = t[i].match or i
    if word(i) == "}" or word(i) == ";" then from = i + 1 end
    i = i + 1
  end
  return places
end
