--[[
Runs specs, each file by busted in a process of its own, as many at once as
there are processors, as most of them wait most of the time:

  lua5.4 .ci/specs.lua [FLAG-OF-BUSTED...] [FILE-OR-FOLDER...]

Of a folder all specs below it; of spec/ when nothing is named. $LUA is the
Lua that runs them, $JOBS so many at once. What a file prints is shown when it
has ended, and only if there is more to say than that all was well. The last
line is like busted's, for all of them; a process that ended otherwise than
busted ends one is an error.
]]
local LUA = os.getenv("LUA") or "lua5.4"
local COUNTS = "^(%d+) success[es]* / (%d+) failures? / (%d+) errors? / "
               .. "(%d+) pending : ([%d.]+) seconds?"

-- The files that the arguments name. One that is not there is named, too, and
-- fails when it is run.
local LIST = [[
for name; do
  if [ -d "$name" ]; then
    find "$name" -name '*_spec.lua' | sort
  else
    printf '%s\n' "$name"
  fi
done
]]

-- Says what a file printed between two lines that only it can print; the
-- locks keep two that end at once from being mixed up.
local WORKER = [[
out=$(mktemp) && status=0
"$LUA" .ci/busted.lua $FLAGS "$1" >"$out" 2>&1 || status=$?
{ flock 9
  printf '\n\001begin %s\n' "$1"
  cat "$out"
  printf '\n\001end %s\n' "$status"
  rm "$out"; } 9>"$LOCK"
]]

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function capture(command)
  local pipe <close> = assert(io.popen(command))
  return pipe:read("a")
end

local flags, names = {}, {}
for _, word in ipairs(arg) do
  if word:find("^-") then
    flags[#flags + 1] = word
  else
    names[#names + 1] = quote(word)
  end
end
if #names == 0 then names = {"spec"} end

local total = {successes = 0, failures = 0, errors = 0, pending = 0}
local kinds = {"successes", "failures", "errors", "pending"}

-- What the process that ran a file has said, and how it ended.
local function judge(file, lines, status)
  local found
  for _, line in ipairs(lines) do
    local counts = {line:match(COUNTS)}
    if counts[1] then found = counts end
  end
  local bad = 0
  for i, kind in ipairs(kinds) do
    local count = found and math.tointeger(tonumber(found[i])) or 0
    total[kind] = total[kind] + count
    if i > 1 then bad = bad + count end
  end
  if not found or status ~= 0 and bad == 0 then
    total.errors = total.errors + 1
    bad = 1
    lines[#lines + 1] = ("Error -> %s: ended with status %d"):format(file,
                                                                    status)
  end
  print(("%5s ok %7.2f s  %s"):format(found and found[1] or 0,
                                       found and found[5] or 0, file))
  if bad > 0 then print(table.concat(lines, "\n")) end
end

io.stdout:setvbuf("line")
local folder = capture("mktemp -d"):match("[^\n]+")
local jobs = os.getenv("JOBS") or capture("getconf _NPROCESSORS_ONLN")
local from = os.time()
local pipe = assert(io.popen(
  ("export LUA=%s FLAGS=%s LOCK=%s/lock; "
   .. "sh -c %s sh %s | xargs -P %d -n 1 sh -c %s sh")
  :format(quote(LUA), quote(table.concat(flags, " ")), folder, quote(LIST),
          table.concat(names, " "), tonumber(jobs), quote(WORKER))))
local file, lines
for line in pipe:lines() do
  local begun = line:match("^\1begin (.*)$")
  local status = line:match("^\1end (%d+)$")
  if begun then
    file, lines = begun, {}
  elseif status then
    judge(file, lines, tonumber(status))
  elseif lines then
    lines[#lines + 1] = line
  end
end
local ended = pipe:close()
os.execute("rm -rf " .. folder)
print(("%d successes / %d failures / %d errors / %d pending : %d seconds")
      :format(total.successes, total.failures, total.errors, total.pending,
              os.difftime(os.time(), from)))
os.exit(ended and total.failures + total.errors == 0
        and total.successes > 0, true)
