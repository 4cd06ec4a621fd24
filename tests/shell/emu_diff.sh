# Random instructions on random states under rung and under qemu-aarch64: every row of the
# table (but branches and system calls), registers, vectors, flags, FPSR and memory compared.
# RUNG_DIFF_CASES is the number of cases for every row, RUNG_DIFF_SEEDS a list of seeds.
. "${top_srcdir:-.}/tests/shell/init.sh"
qemu=${QEMU_AARCH64:-$(command -v qemu-aarch64)}
[ -n "$qemu" ] || skip "qemu-aarch64 is not installed (Debian package qemu-user)"
cases=$top_builddir/tests/diff/cases
diff=$top_srcdir/tests/diff

for seed in ${RUNG_DIFF_SEEDS:-1}; do
    "$cases" make "${RUNG_DIFF_CASES:-200}" "$seed" >cases.S || exit 99
    $GUEST_CC -O2 -std=gnu11 -march=armv8-a -mgeneral-regs-only -ffreestanding -fno-pie -no-pie \
        -static -nostdlib -fno-stack-protector -fno-tree-loop-distribute-patterns \
        -Wl,--build-id=none -o harness.elf "$diff/harness.c" "$diff/enter.S" cases.S || exit 99
    check "seed $seed runs under qemu" "$qemu" ./harness.elf
    mv out want
    check "seed $seed runs under rung" "$rung" sim -m emulation ./harness.elf
    mv out got
    check "seed $seed: no difference" "$cases" compare cases.S want got
    sed -n '$p' out
done
