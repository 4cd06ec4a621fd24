#!/bin/sh
# tests/layers.sh must find what is planted, in a copy of the tree, and nothing else.
. "${top_srcdir:-.}/tests/shell/init.sh"

layers=$top_srcdir/tests/layers.sh

# The sources alone, in a tree of their own.
(cd "$top_srcdir" && find src stats tests/unit -name '*.[ch]' -type f | tar cf - -T -) |
    tar xf - || exit 99
chmod -R u+w src stats tests

check "the tree as it is has no violation" sh "$layers" "$test_dir"
check_contains out " 0 failed"

# plant FILE LINE TEXT MESSAGE: puts TEXT in the place of the line, runs, restores.
plant() {
    cp "$1" saved
    awk -v line="$2" -v text="$3" 'NR == line { print text } { print }' saved >"$1"
    check_status 1 "$1:$2 with $3" sh "$layers" "$test_dir"
    check_contains out "$1:$2: $4"
    check_contains out " 1 failed"
    cp saved "$1"
}

plant stats/stats.h 5 '#include <hdf5.h>' "only src/store may include 'hdf5.h'"
plant stats/stats.h 5 '#include "hdf5_hl.h"' "only src/store may include 'hdf5_hl.h'"
plant src/emu/emu.h 4 '#include "timing/machine.h"' \
    "emu may not include 'timing/machine.h' of timing"
plant src/emu/emu.h 4 '  #  include <timing/machine.h>' \
    "emu may not include 'timing/machine.h' of timing"
plant src/emu/emu.h 4 '#include "src/timing/machine.h"' \
    "emu may not include 'src/timing/machine.h' of timing"
plant src/emu/emu.h 4 '#include "../timing/machine.h"' "'../timing/machine.h' leaves its folder"
plant src/timing/model.h 4 '#include "emu/emu.h"' "timing may not include 'emu/emu.h' of emu"
plant src/base/err.h 4 '#include "isa/class.h"' "base may not include 'isa/class.h' of isa"
plant src/sim/sim.h 4 '#include "store/store.h"' "sim may not include 'store/store.h' of store"
plant src/store/store.h 4 '#include "sim/sim.h"' "store may not include 'sim/sim.h' of sim"
plant src/study/study.h 4 '#include "stats/stats.h"' \
    "study may not include 'stats/stats.h' of stats"
plant src/report/report.h 4 '#include "emu/emu.h"' "report may not include 'emu/emu.h' of emu"
plant stats/stats.h 4 '#include "trace/counters.h"' \
    "stats may not include 'trace/counters.h' of trace"
plant src/analysis/analysis.h 4 '#include <gsl/gsl_math.h>' \
    "only stats may include 'gsl/gsl_math.h'"
plant src/study/study.h 4 '#include "store/store_priv.h"' \
    "'store/store_priv.h' is private to store"
plant src/cmd/main.c 5 '#include "cmd/cmd.c"' "includes the source file 'cmd/cmd.c'"
plant src/base/err.c 1 '#include <stdio.h>' "config.h must be included first"
plant src/base/err.h 4 '#include HEADER' "an #include without a plain file name"

# A file of a folder that nobody has given a layer, and one that includes nothing at all.
mkdir src/extra
echo 'int extra;' >src/extra/extra.h
check_status 1 "a folder without a layer" sh "$layers" "$test_dir"
check_contains out "src/extra/extra.h:1: the folder 'extra' has no layer"
rm -r src/extra
echo 'int alone;' >src/base/alone.c
check_status 1 "a source without config.h" sh "$layers" "$test_dir"
check_contains out "src/base/alone.c:1: config.h must be included first"
rm src/base/alone.c

# What is allowed.
cp src/store/store.h saved
echo '#include <H5public.h>' >>src/store/store.h
check "the store sees HDF5" sh "$layers" "$test_dir"
cp saved src/store/store.h

mkdir nothing
check_status 2 "a folder without sources" sh "$layers" "$test_dir/nothing"
check_contains err "is no source tree"
check "the root is \$top_srcdir by default" env top_srcdir="$test_dir" sh "$layers"
