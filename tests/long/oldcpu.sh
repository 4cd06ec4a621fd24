#!/bin/sh
# Hosts without AVX2, FMA and BMI, as qemu-x86_64 shows them: the paths that are chosen at run
# time are then the plain ones, say so, and give the same results bit for bit.
. "${top_srcdir:-.}/tests/shell/init.sh"

[ "$(uname -m)" = x86_64 ] || skip "the host is no x86-64"
qemu=$(command -v qemu-x86_64) || skip "qemu-x86_64 is not installed (Debian package qemu-user)"
check "the tests are built" make -C "$top_builddir" check TESTS=
check "here" "$rung" --version
here=$(sed -n 's/^models .* run by the \(.*\) path$/\1/p' out)
same="import json, sys
a, b = (json.load(open(f)) for f in sys.argv[1:])
for key in list(a):
    if key.endswith('_seconds') or key == 'peak_memory':
        del a[key], b[key]
assert a == b, [k for k in a if a[k] != b.get(k)]"

for cpu in core2duo Nehalem; do
    check "$cpu: the version" "$qemu" -cpu $cpu "$rung" --version
    check_contains out "run by the portable path"
    # Integers, branches, scalar and vector floating point with and without fused multiply-adds.
    for run in gemm:20 gemm-simd:24 fft3d:8 sort:8 histogram:8 branchheavy:1000 chase:4; do
        elf=$top_builddir/problems/${run%:*}.elf n=${run#*:}
        for mode in emulation fast-timing timing sampled; do
            name=${run%:*}-$mode
            [ -s "$name.json" ] || "$rung" sim -m $mode -f json -o "$name.json" "$elf" "$n" >said 2>err
            check "$cpu: $run in mode $mode" "$qemu" -cpu $cpu "$rung" sim -m $mode -f json \
                -o old.json "$elf" "$n"
            check "$cpu: $run gives the same as here ($here)" /usr/bin/env python3 -c "$same" "$name.json" old.json
        done
    done
done
# The plain paths' own tests; those that hold wall time, or start programs, are not for qemu.  Each
# in a process of its own, for qemu keeps tables for all guest memory that there ever was.
RUNG_TEST_ROUNDS=10
export RUNG_TEST_ROUNDS
for test in emu isa system timing models fast cache reuse streams sim stats stats_ladder; do
    unit=$top_builddir/tests/unit/test_$test
    "$unit" --list >names || fail "test_$test does not list its tests"
    while IFS= read -r name; do
        check "Nehalem: test_$test: $name" "$qemu" -cpu Nehalem "$unit" "$name"
    done <names
done
