#!/bin/sh
# Runs the fuzzers of the decoders, which stand in a folder, as many at once
# as there are processors:
#
#   sh .ci/fuzz.sh build/fuzz 60 1   each for 60 seconds, from a seed (0: any)
#
# With a seed, and nothing kept from earlier runs, they try the same texts in
# the same order, as far as they come. They start from the recordings in
# spec/wire, from a request with each header of ours that the words in
# spec/fuzz/wire.dict have, and from what earlier runs found worth keeping
# (build/fuzz/corpus). What a decoder does not stand is kept beside it and told;
# it becomes a spec when it is mended.
set -eu
LC_ALL=C
export LC_ALL

build=$1
seconds=$2
random=$3
seeds=$build/seeds

# seed NAME TEXT: a file of its own for each.
count=0
seed() {
  count=$((count + 1))
  mkdir -p "$seeds/$1"
  printf %s "$2" >"$seeds/$1/$count"
}

# What is after the empty line; a carriage return ends those before.
body() { sed '1,/^.\{0,1\}$/d' "$1"; }

# one NAME: its log and what it found are kept.
one() {
  out=$build/found/$1
  mkdir -p "$build/corpus/$1" "$out"
  if "$build/spec/$1_fuzz" -max_total_time="$seconds" -seed="$random" \
    -max_len=4096 -timeout=10 -print_final_stats=1 -dict=spec/fuzz/wire.dict \
    -artifact_prefix="$out/" "$build/corpus/$1" "$seeds/$1" \
    >"$build/$1.log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$1.log")
    echo "fuzz: $1: $runs texts, nothing found"
    # A decoder that was given nothing has not been shown to stand anything.
    [ "${runs:-0}" -gt 0 ]
  else
    tail -n 60 "$build/$1.log"
    echo "fuzz: $1: FAILED, see $build/$1.log and $out"
    return 1
  fi
}

if [ $# -eq 4 ]; then
  one "$4"
  exit
fi

rm -rf "$seeds"
mkdir -p "$seeds/header" "$seeds/list"
for file in spec/wire/*/*.http; do
  name=$(echo "$file" | sed 's,^spec/wire/,,; s,/,-,')
  case $name in
    v1.1.3-request*)
      seed json "$(body "$file")"
      seed scan "$(body "$file")"
      ;;
    *-request*) cp "$file" "$seeds/header/$name" ;;
    *) cp "$file" "$seeds/list/$name" ;;
  esac
done
while read -r header; do
  for method in GET PUT OPTIONS; do
    seed header "$(printf '%s / HTTP/1.1\nHost: localhost:7301\n%s\n\n.' \
                     "$method" "$header")"
  done
done <<END
$(sed -n 's/^"\(Gop2p-[A-Za-z]*: .*[^ ]\)"$/\1/p' spec/fuzz/wire.dict)
END
for text in $(cat spec/wire/*/*.http |
              grep -ohE '[a-z0-9.]+:[0-9]{4}' | sort -u) '[::1]:5000'; do
  seed peer "$text"
done
for text in $(cat spec/wire/v1.1.3/*.http |
              grep -oE '"data":"[^"]*"' | cut -d '"' -f 4); do
  seed base64 "$text"
done
for text in anna 'J%C3%BCrgen' 'Jürgen' '漢字' 'O%27Neil'; do
  seed nick "$text"
done

rm -rf "$build/found"
for file in spec/fuzz/*_fuzz.c; do
  basename "$file" _fuzz.c
done | xargs -P "$(nproc)" -I NAME sh "$0" "$build" "$seconds" "$random" NAME
