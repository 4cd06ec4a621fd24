#!/bin/sh
# Random C programs of csmith, every other one with floating point, compiled at -O0, -O2 and
# -O3: output and exit code under rung must be those under qemu-aarch64.
#
#   csmith.sh [COUNT [SEED]]     compares COUNT programs (300) from seed SEED (1) on
#
# A program that takes qemu longer than RUNG_CSMITH_SECONDS (5) of CPU time is skipped and
# counted; rung gets ten times as long.  What differs is kept in tests/long/csmith-SEED-LEVEL
# below the build tree: the source, the ELF file, and both outputs.
. "${top_srcdir:-.}/tests/shell/init.sh"
count=${1:-${RUNG_CSMITH_COUNT:-300}}
seed=${2:-${RUNG_CSMITH_SEED:-1}}
levels=${RUNG_CSMITH_LEVELS:-'0 2 3'}
seconds=${RUNG_CSMITH_SECONDS:-5}
qemu=${QEMU_AARCH64:-$(command -v qemu-aarch64)}
cc=${GUEST_CC:-aarch64-linux-gnu-gcc}
headers=${CSMITH_HEADERS:-/usr/include/csmith}
[ -n "$qemu" ] || skip "qemu-aarch64 is not installed (Debian package qemu-user)"
command -v csmith >where || skip "csmith is not installed (Debian package csmith)"
[ -f "$headers/csmith.h" ] || skip "no '$headers/csmith.h' (Debian package libcsmith-dev)"

# limited SECONDS COMMAND...: of CPU time; status 137 or 152 where that was too short.
limited() {
    (
        ulimit -t "$1"
        shift
        exec "$@"
    )
}

keep() {
    kept=$top_builddir/tests/long/csmith-$seed-O$level
    mkdir -p "$kept" && cp p.c p.elf want got err "$kept" && echo "command: $*" >"$kept/how"
    fail "seed $seed at -O$level: kept in '$kept'"
}

# Compiles p.c at $level and compares.  The argument makes it print every global's checksum.
compare() {
    if ! $cc -O$level -w $march -static -I"$headers" -o p.elf p.c >out 2>err; then
        fail "seed $seed does not compile at -O$level"
        return 0
    fi
    limited "$seconds" "$qemu" ./p.elf 1 >want 2>want.err </dev/null
    want=$?
    case $want in
    137 | 152) return 1 ;;
    esac
    limited $((seconds * 10)) "$rung" sim -m emulation ./p.elf 1 >got 2>err </dev/null
    got=$?
    compared=$((compared + 1))
    if [ "$got" -ne "$want" ] || ! cmp -s want got; then
        keep "csmith --seed $seed $float; -O$level $march; exit $got instead of $want"
    fi
    return 0
}

compared=0 programs=0 slow=0
while [ $programs -lt "$count" ] && [ $slow -le $((count * 2)) ]; do
    float='' march=-march=armv8-a
    [ $((seed % 2)) -eq 1 ] || float=--float
    [ $((seed % 3)) -ne 0 ] || march=-march=armv8-a+crc+lse
    csmith --seed "$seed" $float >p.c || exit 99
    whole=yes
    for level in $levels; do
        compare || whole=
    done
    if [ -n "$whole" ]; then
        programs=$((programs + 1))
    else
        slow=$((slow + 1))
    fi
    seed=$((seed + 1))
done
[ "$failed" -gt 0 ] || [ "$programs" -lt "$count" ] || pass "no program differs"
[ "$programs" -ge "$count" ] || fail "too many programs are slow under qemu"
echo "$programs programs at levels $levels, $slow skipped as slow, $compared comparisons"
