#!/bin/sh
# Runs a Lua, and every Lua that it starts as $LUA, under valgrind:
#
#   BUILD=build LUA=lua5.4 sh .ci/valgrind.sh ARGUMENTS-OF-LUA...
#
# It sees what the sanitizers do not: values that were never set, also in the
# libraries that were built without any. What it says goes to files, and any
# error in one of them is a failure, also in a process whose end nobody looks
# at.
set -eu

lua=$(command -v "$LUA")
reports=$PWD/$BUILD/valgrind
bin=$reports/bin
rm -rf "$reports"
mkdir -p "$bin"

# A coroutine's stack is no other than Lua's, and a program that is killed
# leaks nothing that is of interest.
cat >"$bin/$(basename "$lua")" <<END
#!/bin/sh
exec valgrind -q --leak-check=full --show-leak-kinds=definite \\
  --errors-for-leak-kinds=definite --num-callers=20 \\
  --log-file='$reports/%p.log' '$lua' "\$@"
END
chmod +x "$bin/$(basename "$lua")"
LUA=$bin/$(basename "$lua")
export LUA

status=0
"$LUA" "$@" || status=$?
find "$reports" -name '*.log' -empty -delete
if [ -n "$(ls "$reports" | grep log)" ]; then
  cat "$reports"/*.log >&2
  echo "valgrind: reports of $(ls "$reports" | grep -c log) processes" >&2
  status=1
fi
exit $status
