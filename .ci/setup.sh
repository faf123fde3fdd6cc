#!/bin/sh
# Installs what is missing for a purpose, and nothing else:
#
#   sh .ci/setup.sh [demo | test | asan | fuzz | valgrind | lint | rock | all]
#
# (demo when nothing is said.)
#
# It asks for the things themselves, a command, a header, a Lua module, not
# for the packages they come in: whatever put them there is good enough, and
# when nothing is missing it is done at once. Debian's names for the packages
# are used where something is. A POSIX shell is all it takes, so that it runs
# on a machine that has not even make.
#
# SETUP=: make ...  leaves it out altogether.
set -eu

LUA=${LUA:-lua5.4}

# has_command NAME, has_library PKG-CONFIG-NAME, has_module LUA-MODULE
has_command() { command -v "$1" >/dev/null 2>&1; }

has_library() { pkg-config --exists "$1" 2>/dev/null; }

has_module() {
  "$LUA" -e "os.exit(package.searchpath('$1', package.path) ~= nil
                     or package.searchpath('$1', package.cpath) ~= nil)" \
    >/dev/null 2>&1
}

# The compiler without the headers and the linker of C is no compiler.
has_compiler() {
  has_command "$1" && has_command ld &&
    echo '#include <stdlib.h>' | "$1" -E - >/dev/null 2>&1
}

# need PACKAGE TEST...: notes the package unless the test says yes.
missing=
need() {
  package=$1
  shift
  "$@" || missing="$missing $package"
}

need_build() {
  need make has_command make
  need gcc has_command gcc
  need libc6-dev has_compiler gcc
  need pkg-config has_command pkg-config
  need liblua5.4-dev has_library lua5.4
  need libevent-dev has_library libevent_extra
  need libsodium-dev has_library libsodium
  need libutf8proc-dev has_library libutf8proc
}

need_demo() {
  need_build
  need lua5.4 has_command "$LUA"
  need lua-cjson has_module cjson
  need lua-argparse has_module argparse
}

# What locales of other countries are made of.
has_locales() { [ -e /usr/share/i18n/locales/tr_TR ]; }

need_test() {
  need_demo
  need lua-busted has_command busted
  need lua-socket has_module socket
  need curl has_command curl
  need iproute2 has_command ip
  need luarocks has_command luarocks
  need tmux has_command tmux
  need zip has_command zip
  need chromium has_command chromium
  need locales has_locales
}

need_lint() {
  need_demo
  need clang has_command clang
  need clang-format has_command clang-format
  need lua-check has_command luacheck
}

# What libFuzzer comes in differs from one version of clang to the next.
has_fuzzer() {
  ls "$(clang -print-resource-dir 2>/dev/null)"/lib/*/*fuzzer-* \
    >/dev/null 2>&1
}

need_fuzz() {
  need_demo
  need clang has_command clang
  need libclang-rt-dev has_fuzzer
}

# Without them the specs of what completes in them are pending.
need_shells() {
  need zsh has_command zsh
  need fish has_command fish
}

# A package can be named by several of the lists, so each is named once.
collect() {
  missing=
  case $1 in
    demo) need_demo ;;
    test | asan) need_test ;;
    fuzz) need_fuzz ;;
    valgrind) need_test; need valgrind has_command valgrind ;;
    lint) need_lint ;;
    rock) need zip has_command zip ;;
    all) need_test; need_shells; need_lint; need_fuzz ;;
    *) echo "setup: '$1' is not one of demo, test, asan, fuzz, valgrind," \
         "lint, rock, all" >&2
       exit 2 ;;
  esac
  missing=$(for p in $missing; do echo "$p"; done | sort -u | tr '\n' ' ')
  missing=${missing% }
}

# give_up WHY: says what remains to be done, by whom.
give_up() {
  {
    echo "setup: $1. To be run as root:"
    echo "  apt-get update && apt-get install -y $missing"
  } >&2
  exit 1
}

# The words before a command that make it the superuser's, in $root.
become_root() {
  root=
  if [ "$(id -u)" -ne 0 ]; then
    has_command sudo || give_up "this needs root, and there is no sudo"
    root=sudo
    # Nobody is there to type a password when there is no terminal.
    if ! [ -t 0 ]; then
      root="sudo -n"
      $root true 2>/dev/null || give_up "sudo would ask for a password"
    fi
  fi
}

apt() {
  $root env DEBIAN_FRONTEND=noninteractive apt-get -qq \
    -o DPkg::Lock::Timeout=300 "$@"
}

# Keeps quiet unless it fails. Lists that could not all be renewed may still
# be good enough, so only the installation decides.
install() {
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  # shellcheck disable=SC2086  # $missing is a list of words
  if ! { apt update; apt install -y --no-install-recommends $missing; } \
    >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    give_up "apt-get failed"
  fi
}

collect "${1:-demo}"
[ -n "$missing" ] || exit 0
has_command apt-get || {
  echo "setup: there is no apt-get here. Please install what Debian calls" >&2
  echo "  $missing" >&2
  exit 1
}
become_root
echo "setup: installing $missing" >&2
install
wanted=$missing
collect "${1:-demo}"
[ -z "$missing" ] || give_up "not there, although $wanted were installed"
