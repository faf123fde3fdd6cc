--[[
Changes one thing at a time in the C core, runs the tests in C on it, and
tells which changes they did not notice:

  lua5.4 .ci/mutants.lua COUNT SEED FOLDER...   so many, in these of csrc,
                                                which may be files, too
  lua5.4 .ci/mutants.lua only ID                that one: its diff and what
                                                the tests say; its tree stays

What can be changed is in mutations.lua; which changes are made is drawn by
SEED alone. One that does not compile, or compiles to the same bytes, does not
count: the next takes its place. A test that fails, crashes or takes too much
time or memory has noticed.

All happens in copies of the tree, as many as there are processors.
]]
local findplaces = dofile(".ci/mutations.lua")

local ROOT = "build/mutants"
local MAKE = "env MAKEFLAGS= make -s BUILD=build CFLAGS=-O2 SETUP=: "

-- Reads which file was changed, and says what became of it. First the tests
-- that take no time run, with few seeds, then all; they are limited by the
-- seconds of the processor that they use, so that other work does not matter.
local WORKER = [[
passes() (
  ulimit -c 0
  ulimit -v 4000000
  ulimit -t "$1"
  export SEEDS="$2"
  shift 2
  exec build/spec/core_test --stop "$@"
)
while read -r file; do
  object=build/obj/${file%.c}.o
  if ! $MAKE "$object"; then
    result=broken
  elif cmp -s "$object" "../0/$object"; then
    result=same
  elif ! $MAKE build/spec/core_test; then
    result=broken
  elif passes "$QUICK" 20 "$@" && passes "$ALL" 200; then
    result=missed
  else
    result=noticed
  fi
  cp -p "../0/csrc/$file" "csrc/$file"
  cp -p "../0/$object" "$object"
  echo "$NUMBER $result" 1<>../results # waits for no reader
done
]]

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function read(file)
  local f <close> = assert(io.open(file, "rb"))
  return f:read("a")
end

local function run(command, ...)
  assert(os.execute(command:format(...)))
end

local function output(command, ...)
  local pipe <close> = assert(io.popen(command:format(...)))
  return pipe:read("a")
end

-- Every place of the files in these folders.
local function allplaces(folders)
  local all = {}
  for _, folder in ipairs(folders) do
    local names = output("cd csrc && find %s -name '*.c' | LC_ALL=C sort",
                         quote(folder))
    for file in names:gmatch("%S+") do
      local text = read("csrc/" .. file)
      for _, place in ipairs(findplaces(text)) do
        local before = text:sub(1, place.from - 1)
        local _, line = before:gsub("\n", "")
        place.id = ("%s:%d:%d"):format(file, line + 1,
                                       #before:match("[^\n]*$") + 1)
        place.file, place.text, place.order = file, text, #all
        all[#all + 1] = place
      end
    end
  end
  return all
end

-- The text of a file with one change, number 'i' of a place, and its diff.
local function mutant(place, i)
  local text, new = place.text, place[i]
  local head, tail = text:sub(1, place.from - 1), text:sub(place.to + 1)
  local first, rest = head:match("[^\n]*$"), tail:match("^[^\n]*")
  local function lines(sign, middle)
    return ("\n" .. first .. middle .. rest):gsub("\n", "\n" .. sign)
  end
  return {
    file = place.file, text = head .. new .. tail, order = place.order,
    diff = "csrc/" .. place.id .. ":" .. i
           .. lines("- ", text:sub(place.from, place.to)) .. lines("+ ", new),
  }
end

-- Draws one mutant after the other, each once; nil when there are no more.
-- The numbers are those of splitmix64.
local function drawer(places, seed)
  local function below(n)
    seed = seed + 0x9e3779b97f4a7c15
    local z = (seed ~ seed >> 30) * 0xbf58476d1ce4e5b9
    z = (z ~ z >> 27) * 0x94d049bb133111eb
    return (z ~ z >> 31) % n
  end
  for _, place in ipairs(places) do
    place.left = {}
    for i = 1, #place do place.left[i] = i end
  end
  return function()
    if #places == 0 then return nil end
    local at = below(#places) + 1
    local place = places[at]
    local i = table.remove(place.left, below(#place.left) + 1)
    if #place.left == 0 then
      places[at] = places[#places]
      places[#places] = nil
    end
    return mutant(place, i)
  end
end

-- The tree number 0, built.
local function plant()
  run("rm -rf %s && mkdir -p %s/0", ROOT, ROOT)
  run("cp -r Makefile csrc spec %s/0", ROOT)
  run("cd %s/0 && %s -j build/spec/core_test >/dev/null", ROOT, MAKE)
end

-- The names of the tests that take less than a tenth of a second with few
-- seeds, how long they take together, and all.
local function quickones()
  local quick, short, all, last = {}, 0, 0, nil
  local text = output([[cd %s/0 && unset TRACES FIRST &&
    { echo 'ok 0 - '; SEEDS=20 build/spec/core_test; } |
    while read -r line; do echo "$(date +%%s%%N) $line"; done]], ROOT)
  assert(text:find(" 1%.%.%d+\n$") and not text:find(" not ok "),
         "the tests fail before anything is changed")
  for time, name in text:gmatch("(%d+) ok %d+ %- ([^\n]*)") do
    local took = (time - (last or time)) / 1e9
    if last and took < 0.1 then
      short = short + took
      quick[#quick + 1] = quote(name)
    end
    all, last = all + took, time
  end
  return quick, short, all
end

-- So many workers, each with a tree.
local function hire(workers, count)
  local quick, short, all = quickones()
  run("mkfifo %s/results", ROOT)
  for i = 1, count do
    run("cp -a %s/0 %s/%d", ROOT, ROOT, i)
    local command = ("cd %s/%d && unset TRACES FIRST && export NUMBER=%d "
      .. "QUICK=%d ALL=%d MAKE=%s && exec sh -c %s sh %s >/dev/null 2>&1")
      :format(ROOT, i, i, 5 * short // 1 + 2, 10 * all // 1 + 10,
              quote(MAKE), quote(WORKER), table.concat(quick, " "))
    workers[i] = assert(io.popen(command, "w"))
    workers[i]:setvbuf("line")
  end
end

-- Makes a mutant of a tree.
local function put(m, tree)
  local name = ("%s/%d/csrc/%s"):format(ROOT, tree, m.file)
  local f <close> = assert(io.open(name, "wb"))
  assert(f:write(m.text))
end

local function tally(folders, name)
  for _, f in ipairs(folders) do
    if f.name == name then return f end
  end
  folders[#folders + 1] = {name = name, noticed = 0, all = 0}
  return folders[#folders]
end

-- Gives each idle worker the next mutant, until 'count' of them counted;
-- which ones do does not depend on how fast the workers are. Fills 'missed'
-- with those that were not noticed, and 'folders' with how many were.
local function try(missed, folders, count, draw, workers, results)
  local doing, busy, counted = {}, 0, 0
  local function give(i)
    doing[i] = counted + busy < count and draw() or nil
    if doing[i] then
      busy = busy + 1
      put(doing[i], i)
      workers[i]:write(doing[i].file, "\n")
    end
  end
  for i in ipairs(workers) do give(i) end
  while busy > 0 do
    local i, result = assert(results:read("l")):match("^(%d+) (%a+)$")
    local m = doing[tonumber(i)]
    doing[tonumber(i)], busy = nil, busy - 1
    if result == "missed" or result == "noticed" then
      local f = tally(folders, m.file:match("^[^/]+"))
      f.all, counted = f.all + 1, counted + 1
      if result == "noticed" then f.noticed = f.noticed + 1
      else missed[#missed + 1] = m end
      if counted % 50 == 0 then
        io.stderr:write(("%d, %d not noticed\n"):format(counted, #missed))
      end
    end
    for j in ipairs(workers) do
      if not doing[j] then give(j) end
    end
  end
end

local function report(missed, folders)
  local noticed, all = 0, 0
  table.sort(missed, function(a, b) return a.order < b.order end)
  for _, m in ipairs(missed) do print(m.diff .. "\n") end
  for _, f in ipairs(folders) do
    print(("%-6s %3d of %3d noticed"):format(f.name, f.noticed, f.all))
    noticed, all = noticed + f.noticed, all + f.all
  end
  print(("all    %3d of %3d noticed, %.1f %%"):format(noticed, all,
                                                     100 * noticed / all))
end

local function many(count, seed, ...)
  local draw = drawer(allplaces {...}, seed)
  local workers = {}
  local _ <close> = setmetatable(workers, {__close = function()
    for _, worker in ipairs(workers) do worker:close() end
    run("rm -rf %s", ROOT)
  end})
  plant()
  hire(workers, tonumber(output("getconf _NPROCESSORS_ONLN")))
  local results <close> = assert(io.open(ROOT .. "/results", "r+"))
  local missed, folders = {}, {}
  local ok, err = pcall(try, missed, folders, count, draw, workers, results)
  report(missed, folders)
  if not ok then error(err, 0) end
end

local function one(id)
  local name, i = id:match("^(.*):(%d+)$")
  for _, place in ipairs(allplaces {id:match("^[^/]+")}) do
    if place.id == name and place[tonumber(i)] then
      local m = mutant(place, tonumber(i))
      plant()
      put(m, 0)
      print(m.diff)
      print(("\nIt is in %s/0, where the tests say:\n"):format(ROOT))
      os.execute(("cd %s/0 && %s build/spec/core_test && "
                  .. "build/spec/core_test --stop | grep -v '^ok'"):format(
                  ROOT, MAKE))
      return
    end
  end
  error("there is no place " .. id)
end

if arg[1] == "only" then
  one((arg[2]:gsub("^csrc/", "")))
else
  many(math.tointeger(arg[1]), math.tointeger(arg[2]),
       table.unpack(arg, 3))
end
