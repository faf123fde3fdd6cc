#!/bin/sh
# Packs the release's source rock from this checkout into build/, without a
# network: the rock is what `luarocks pack` would make of the rockspec, a zip
# of the rockspec and of the folder that its source comes as.
set -eu

folder=gop2p-lua  # from source.url
rockspec=$(ls rockspec/gop2p-[0-9]*.rockspec | sort -V | tail -n 1)
name=$(basename "$rockspec" .rockspec)
rock=$PWD/build/$name.src.rock
work=build/rock

rm -rf "$work" "$rock"
mkdir -p "$work/$folder/rockspec"
cp "$rockspec" "$work"
cp "$rockspec" "$work/$folder/rockspec"
find csrc lua spec/README.md \( -name '*.[ch]' -o -name '*.lua' \
  -o -name README.md -o -path 'lua/gop2p/bin/*' \) |
  tar -c -T - | tar -x -C "$work/$folder"
cp LICENSE README.md CHANGELOG.md "$work/$folder"
(cd "$work" && zip -q -X -r "$rock" .)
echo "$rock"
