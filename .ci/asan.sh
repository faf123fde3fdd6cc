#!/bin/sh
# Runs a Lua that loads a core built with the address sanitizer:
#
#   BUILD=build/asan LUA=lua5.4 sh .ci/asan.sh ARGUMENTS-OF-LUA...
#
# Lua itself is built without, so the sanitizer has to be preloaded. Only
# Lua gets it: not every program stands it, and what others leak is theirs. So
# it leaves the environment as soon as it is loaded, and $LUA, which is the
# Lua that specs are to start, leads back here. Any other refuses the core.
#
# Reports go to files, and any of them is a failure, also one of a process
# whose end nobody looks at. The search for leaks at the end of a process is
# done by a helper, which says so when that process is killed meanwhile; that
# is no report of it: specs kill whom they do not need any more.
set -eu

lua=$(command -v "$LUA")
reports=$PWD/$BUILD/reports
bin=$PWD/$BUILD/bin
rm -rf "$reports" "$bin"
mkdir -p "$reports" "$bin"

gcc -shared -fPIC -o "$bin/once.so" -x c - <<'END'
#include <stdlib.h>
__attribute__((constructor)) static void once (void) {
  unsetenv("LD_PRELOAD");
}
END

# The name that a program knows its Lua by (arg[-1]) is this one's, too.
cat >"$bin/$(basename "$lua")" <<END
#!/bin/bash
export LD_PRELOAD="$(gcc -print-file-name=libasan.so) $bin/once.so \\
  \${LD_PRELOAD-}"
exec -a "\$0" '$lua' "\$@"
END
chmod +x "$bin/$(basename "$lua")"
LUA=$bin/$(basename "$lua")

# What the undefined sanitizer says goes to stderr; that it aborts is then
# reported like the rest, if it is told the same path.
ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
ASAN_OPTIONS=$ASAN_OPTIONS:allocator_may_return_null=1:handle_abort=1
ASAN_OPTIONS=$ASAN_OPTIONS:log_path=$reports/asan
LSAN_OPTIONS=print_suppressions=0:suppressions=$PWD/.ci/asan.supp
UBSAN_OPTIONS=print_stacktrace=1:abort_on_error=1:log_path=$reports/asan
export LUA ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS

status=0
"$LUA" "$@" || status=$?
killed='^==[0-9]+==Unable to get registers from thread [0-9]+\.$'
for report in "$reports"/*; do
  if [ -e "$report" ] && ! grep -qvE "$killed" "$report"; then
    rm "$report"
  fi
done
if [ -n "$(ls "$reports")" ]; then
  cat "$reports"/* >&2
  echo "asan: reports of $(ls "$reports" | wc -l) processes" >&2
  status=1
fi
exit $status
