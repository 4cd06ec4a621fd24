# Guests of many kinds under rung and under qemu-aarch64: same output, same exit status.
. "${top_srcdir:-.}/tests/shell/init.sh"
qemu=${QEMU_AARCH64:-$(command -v qemu-aarch64)}
[ -n "$qemu" ] || skip "qemu-aarch64 is not installed (Debian package qemu-user)"

compare() {
    name=$1
    shift
    "$qemu" "$@" >want 2>want.err
    want=$?
    "$rung" sim -m emulation "$@" >got 2>err
    got=$?
    [ "$got" -eq "$want" ] && cmp -s want got && [ -s want ]
    if [ $? -eq 0 ]; then pass "$name"; else
        diff want got >out
        fail "$name: exit status $got instead of $want"
    fi
}
for level in 0 2 3; do
    compare "scalar work at -O$level" "$top_builddir/tests/guests/scalar-O$level.elf"
done
compare "a written line" "$top_builddir/tests/guests/small.elf" h
compare "gemm" "$top_builddir/problems/gemm.elf" 20
