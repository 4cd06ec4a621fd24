# Every guest program under rung: the same output and exit status as under qemu-aarch64, in
# every mode, at 64 and (in emulation) 128; repeated kernels at fewer repetitions.
# RUNG_MODES and RUNG_SIZES choose others.
. "${top_srcdir:-.}/tests/shell/init.sh"
qemu=${QEMU_AARCH64:-$(command -v qemu-aarch64)}
[ -n "$qemu" ] || skip "qemu-aarch64 is not installed (Debian package qemu-user)"

# compare MODE NAME SIZE
compare() {
    elf=$top_builddir/problems/$2.elf
    "$qemu" "$elf" "$3" >want 2>&1 || return 1
    "$rung" sim -m "$1" -o stats "$elf" "$3" >out 2>err && cmp -s want out
}
sh "$top_srcdir/problems/build.sh" table "$top_srcdir/problems/problems.yaml" | cut -f 1,2 >list
for mode in ${RUNG_MODES:-emulation timing}; do
    count=0 before=$failed
    while read -r name class; do
        case $class:$mode in
        kernel:*) sizes=2 ;;
        *:emulation) sizes='64 128' ;;
        *) sizes=64 ;;
        esac
        for n in ${RUNG_SIZES:-$sizes}; do
            count=$((count + 1))
            compare "$mode" "$name" "$n" || fail "$name $n in $mode mode differs from qemu's"
        done
    done <list
    if [ "$failed" -eq "$before" ] && [ "$count" -gt 0 ]; then
        pass "$count runs in $mode mode end as under qemu"
    fi
done
