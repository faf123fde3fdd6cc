#!/bin/sh
# What a machine can see of the rules in a page of this project. Every check
# runs, says what is wrong and where, and one that found something fails.
set -u
LC_ALL=C.UTF-8
export LC_ALL

MAKE=${MAKE:-make}
LAYERS="base value wire node net sim lua" # of csrc, in their order
failed=0

# check WHAT COMMAND...: the command prints what it finds, or fails, or both.
check() {
  what=$1
  shift
  if found=$("$@" 2>&1) && [ -z "$found" ]; then
    return
  fi
  printf 'lint: %s\n%s\n' "$what" "$found" | sed '2,$s/^/  /'
  failed=$((failed + 1))
}

sources() { find csrc lua spec -name '*.[ch]' -o -name '*.lua' | sort; }

# nowhere PATTERN FILE...: the lines of the files with the pattern.
nowhere() {
  pattern=$1
  shift
  [ $# -eq 0 ] || grep -nHE -e "$pattern" "$@"
  [ $? -ne 2 ]
}

# Files of csrc, but for those the patterns name.
core_without() {
  find csrc -name '*.[ch]' | sort | grep -vE "^csrc/($1)"
}

long_files() {
  sources | xargs wc -l | awk '$2 != "total" && $1 > 500 {
    print $2 ": " $1 " lines" }'
}

wide_lines() { sources | xargs grep -nHE '.{79}' | cut -c -78; }

left_over() {
  sources | xargs grep -nHE '\b(TODO|FIXME|XXX|HACK)\b|[[:space:]]+$'
  return 0
}

# The layers are the folders of csrc: a file includes "layer/file.h" of its
# own layer or of an earlier one, and sim nothing of net.
layers() {
  awk -F '"' -v layers="$LAYERS" '
    BEGIN {
      count = split(layers, order, " ")
      for (i = 1; i <= count; i++) rank[order[i]] = i
    }
    /^ *# *include *"/ {
      split(FILENAME, from, "/"); split($2, to, "/")
      if (!(to[1] in rank) || rank[to[1]] > rank[from[2]] ||
          (from[2] == "sim" && to[1] == "net"))
        print FILENAME ":" FNR ": " $2
    }' csrc/*/*.[ch]
}

# shellcheck disable=SC2046  # file names here have no spaces
lua_outside() {
  nowhere '\b(lua|lauxlib|lualib)\.h\b|\blua_State\b|\bluaL?_[a-zA-Z]+ *\(' \
    $(core_without lua/)
}

# shellcheck disable=SC2046
event_outside() {
  nowhere '<(event2/|event\.h|evhttp\.h)|\b(evhttp|evbuffer|event_base)_' \
    $(core_without net/)
}

# shellcheck disable=SC2046
sodium_outside() {
  nowhere '<sodium|\b(sodium|crypto|randombytes)_[a-z0-9_]+ *\(' \
    $(core_without 'base/crypto\.c$')
}

# shellcheck disable=SC2046
unicode_outside() {
  nowhere '\butf8proc(\.h|_)' $(core_without 'base/unicode\.c$')
}

# Only base/os.c asks which system it is.
# shellcheck disable=SC2046
system_outside() {
  nowhere '^ *# *(if|ifdef|ifndef|elif)\b' $(core_without base/os.c) |
    grep -vE '^[^:]*\.h:[0-9]+:#ifndef gp_[a-z]+_[a-z0-9]+_h$'
  return 0
}

# A coroutine that is kept may be dead when it is used: no member and no
# variable that outlives a call holds one. The main thread lives as long as
# its state: lua/prompt.c, which says why, may keep that in one variable.
kept_states() {
  nowhere '^(  +|static +)(const +)?lua_State *\*+ *[A-Za-z_0-9]+(\[.*\])? *;' \
    csrc/*/*.[ch] |
    awk '!/^csrc\/lua\/prompt\.c:[0-9]+:static lua_State \*mainthread;/'
}

# A header brings along what it needs.
lone_headers() {
  for header in csrc/*/*.h; do
    # shellcheck disable=SC2046
    gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror -Icsrc \
      $(pkg-config --cflags lua5.4) -fsyntax-only -x c "$header"
  done
}

# makes BUILD ARGUMENT...: what make says of it, when it fails.
makes() {
  build=$1
  shift
  rm -f "$build/gop2p/core.so"
  $MAKE -k BUILD="$build" CFLAGS="-O2 -Werror" "$@" >build/lint.log 2>&1 ||
    grep -vE '^  cc |^make' build/lint.log
}

compiles() {
  makes "build/lint-$1" CC="$1" build ctest "build/lint-$1/spec/bare"
}

# What macOS and the BSDs get to see of the core, as far as can be told here:
# the other half of base/os, and nothing but POSIX.
compiles_elsewhere() {
  makes build/lint-posix build \
    SYSTEM='-D_POSIX_C_SOURCE=200809L -DGP_OS_PORTABLE'
}

# What does not compile was told already.
exports() {
  [ -f "build/lint-$1/gop2p/core.so" ] || return 0
  nm -D --defined-only "build/lint-$1/gop2p/core.so" |
    awk '$3 != "luaopen_gop2p_core" { print $3 " is exported" }'
}

# What gcc has compiled; what does not compile was told already.
circles() {
  # shellcheck disable=SC2046
  "${LUA:-lua5.4}" .ci/cycles.lua build/lint-gcc/obj \
    $(printf '%s\n' csrc/*/*.c | sed 's|^csrc/\(.*\)\.c$|\1.o|')
}

# What a module of the node offers, and what it owns, is seen at one glance;
# the two faces of the node itself may be somewhat larger.
large_modules() {
  # shellcheck disable=SC2046
  "${LUA:-lua5.4}" .ci/shape.lua 15 15 \
    csrc/node/node.h=20 csrc/node/transport.h=20 \
    $(find csrc/node -name '*.[ch]' ! -name node.h ! -name transport.h | sort)
}

# luacheck has a last line even when all is well.
luachecks() {
  luacheck -q --no-color .busted lua spec .ci/*.lua >build/lint.log ||
    cat build/lint.log
  for rockspec in rockspec/*.rockspec; do
    luacheck -q --no-color --std rockspec --filename "$rockspec" - \
      <"$rockspec" >build/lint.log || cat build/lint.log
  done
}

# shellcheck disable=SC2086  # a list of words
layout() { "${LUA:-lua5.4}" .ci/layout.lua $LAYERS; }

formatting() {
  clang-format --dry-run -Werror csrc/*/*.[ch] spec/*/*.[ch] \
    >build/lint.log 2>&1 || {
    sed -n 's/^\([^ ]*:[0-9]*\):.*error: .*/\1/p' build/lint.log | uniq
    echo "(make format mends it)"
  }
}

mkdir -p build
check "luacheck" luachecks
check "clang-format" formatting
check "files out of place" layout
check "rockspecs" "${LUA:-lua5.4}" .ci/modules.lua check
check "more than 500 lines" long_files
check "more than 78 columns" wide_lines
check "left over" left_over
check "Lua outside csrc/lua" lua_outside
check "libevent outside csrc/net" event_outside
check "libsodium outside csrc/base/crypto.c" sodium_outside
check "utf8proc outside csrc/base/unicode.c" unicode_outside
check "systems outside csrc/base/os.c" system_outside
check "an include of a later layer" layers
check "a kept lua_State" kept_states
check "headers that do not stand alone" lone_headers
for cc in gcc clang; do
  check "warnings of $cc" compiles $cc
  check "exported names ($cc)" exports $cc
done
check "warnings with POSIX alone" compiles_elsewhere
check "object files that take from each other in a circle" circles
check "large modules of the node" large_modules

[ $failed -eq 0 ] || { echo "lint: $failed checks failed" >&2; exit 1; }
