#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the fuzz targets as OSS-Fuzz does: CXX, CXXFLAGS and LIB_FUZZING_ENGINE come from outside, the targets with
# their dictionaries and seeds go to $OUT.  Without any of these: clang++, libFuzzer, address and undefined, build-fuzz/out.
set -eu
tree=$(cd "$(dirname "$0")/../.." && pwd)
: "${OUT:=$tree/build-fuzz/out}" "${CXX:=clang++}" "${LIB_FUZZING_ENGINE:=-fsanitize=fuzzer}"
: "${CXXFLAGS=-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined}"
export CXX CXXFLAGS
build=$OUT/build
mkdir -p "$OUT"
[ -f "$build/build.ninja" ] || meson setup "$build" "$tree" --buildtype=plain -Db_lundef=false -Dstatic=false -Dtests=false -Dman=false \
    -Dfuzzers=true -Dfuzzing_engine="$LIB_FUZZING_ENGINE"
for source in "$tree"/tests/fuzz/fuzz_*.cpp; do
    name=${source##*/fuzz_}
    name=${name%.cpp}
    ninja -C "$build" "tests/fuzz/fuzz_$name"
    cp "$build/tests/fuzz/fuzz_$name" "$OUT/"
    cp "$tree/tests/fuzz/dictionaries/$name" "$OUT/fuzz_$name.dict"
    python3 "$tree/tests/fuzz/seeds.py" "$name" "$OUT/seeds/$name"
    (cd "$OUT/seeds/$name" && python3 -m zipfile -c "$OUT/fuzz_${name}_seed_corpus.zip" ./*)
done
cp "$(find "$tree/tests/machines" -path '*lab-bochs-haswell-nested/snapshot.json')" "$OUT/machine.json"
cp "$(find "$tree/tests/machines" -path '*lab-qemu-svm-nested/snapshot.json')" "$OUT/other.json"
