#!/bin/sh
# Random instructions on random states under rung and under qemu-aarch64, registers, vectors,
# flags, FPSR and memory compared: single instructions of every row of the table, then
# sequences around branches, fusions and system registers (tests/diff/sequences.c).
#
#   emu_diff.sh [CASES [SEQUENCES [SEEDS]]]    of every kind (200, 100); how many seeds (20):
#                                              five million instructions, three million sequences
. "${top_srcdir:-.}/tests/shell/init.sh"
qemu=${QEMU_AARCH64:-$(command -v qemu-aarch64)}
[ -n "$qemu" ] || skip "qemu-aarch64 is not installed (Debian package qemu-user)"
of_row=${1:-${RUNG_DIFF_CASES:-200}}
of_kind=${2:-${RUNG_DIFF_SEQUENCES:-100}}
seeds=${3:-${RUNG_DIFF_SEEDS:-20}}
cases=$top_builddir/tests/diff/cases
diff=$top_srcdir/tests/diff

# differ KIND COUNT SEED QEMU-OPTIONS...
differ() {
    kind=$1 count=$2 seed=$3
    shift 3
    "$cases" "$kind" "$count" "$seed" >cases.S || exit 99
    $GUEST_CC -O2 -std=gnu11 -march=armv8-a -mgeneral-regs-only -ffreestanding -fno-pie -no-pie \
        -static -nostdlib -fno-stack-protector -fno-tree-loop-distribute-patterns \
        -Wl,--build-id=none -o harness.elf "$diff/harness.c" "$diff/enter.S" cases.S || exit 99
    check "seed $seed, $kind: qemu runs" "$qemu" "$@" ./harness.elf
    mv out want
    check "seed $seed, $kind: rung runs" "$rung" sim -m emulation ./harness.elf
    mv out got
    check "seed $seed, $kind: no difference" "$cases" compare cases.S want got
    sed -n '$p' out
}
for seed in $(seq "$seeds"); do
    differ make "$of_row" "$seed"
    # a core of Armv8.0: no pointer authentication, DC ZVA of 64 bytes
    differ sequences "$of_kind" "$seed" -cpu cortex-a57
done
