# Every guest program under rung: the same output and exit status as under qemu-aarch64, in
# every mode, at 64 and 128; repeated kernels at fewer repetitions.  At 128 only what retires
# at most RUNG_LIMIT instructions goes through the timing models; tests/long/problems.sh sets
# RUNG_ABOVE and runs the others.  RUNG_MODES and RUNG_SIZES choose other modes and sizes.
. "${top_srcdir:-.}/tests/shell/init.sh"
qemu=${QEMU_AARCH64:-$(command -v qemu-aarch64)}
[ -n "$qemu" ] || skip "qemu-aarch64 is not installed (Debian package qemu-user)"
limit=${RUNG_LIMIT:-30000000}

# is_chosen N: whether what emulation said of a run at size N lets the other modes follow.
is_chosen() {
    retired=$(sed -n 's/^ *"instructions_total": \([0-9]*\).*/\1/p' stats)
    if [ -z "$retired" ]; then return 1; fi
    if [ "$1" -lt 128 ] || [ "$retired" -le "$limit" ]; then
        [ -z "${RUNG_ABOVE:-}" ]
    else
        [ -n "${RUNG_ABOVE:-}" ]
    fi
}
compare() {
    "$rung" sim -m "$1" -f json -o stats "$elf" "$3" >out 2>err
    echo "$?" >>out
    if ! cmp -s want out; then fail "$2 $3 in $1 mode differs from qemu's"; fi
    echo "$1" >>modes
}
sh "$top_srcdir/problems/build.sh" table "$top_srcdir/problems/problems.yaml" | cut -f 1,2 >list
: >modes
while read -r name class; do
    elf=$top_builddir/problems/$name.elf
    if [ "$class" = kernel ]; then sizes=2; else sizes='64 128'; fi
    for n in ${RUNG_SIZES:-$sizes}; do
        "$qemu" "$elf" "$n" >want 2>&1
        echo "$?" >>want
        compare emulation "$name" "$n"
        is_chosen "$n" || continue
        for mode in ${RUNG_MODES:-timing fast-timing sampled}; do
            compare "$mode" "$name" "$n"
        done
    done
done <list
for mode in emulation ${RUNG_MODES:-timing fast-timing sampled}; do
    count=$(grep -cx -e "$mode" modes)
    check "programs ran in $mode mode" test "$count" -gt 0
    echo "$count runs in $mode mode"
done
