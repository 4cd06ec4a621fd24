# Instruction counts against an independent count: qemu-aarch64 executing one instruction a
# time and logging the pc of each.  RUNG_COUNT_SIZES widens it ("64 128 256" takes minutes).
. "${top_srcdir:-.}/tests/shell/init.sh"
qemu=${QEMU_AARCH64:-$(command -v qemu-aarch64)}
[ -n "$qemu" ] || skip "qemu-aarch64 is not installed (Debian package qemu-user)"
elf=$top_builddir/problems/gemm.elf

# The runtime looks through the environment, so qemu's guest gets an empty one, as ours has.
# Prints the instructions of the whole run and those between the markers.  The pcs of the
# markers are found by their words in the log's first pass over the file.
qemu_count() {
    begin=$(marker_pc d5032ddf) end=$(marker_pc d5032dff)
    rm -f log && mkfifo log || exit 99
    env -i "$qemu" -singlestep -d exec,nochain -D log "$elf" "$1" >qemu.out &
    awk -F'[[/]' -v begin="$begin" -v end="$end" '
        /^Trace/ {
            total++
            if ($3 == end) inside = 0
            region += inside
            if ($3 == begin) inside = 1
        }
        END { printf "%d %d\n", total, region }' log
    wait
}
# The virtual address of the one instruction word, as qemu prints it.
marker_pc() {
    /usr/bin/env python3 - "$elf" "$1" <<'PY'
import struct, sys
data = open(sys.argv[1], "rb").read()
word = int(sys.argv[2], 16)
phoff, = struct.unpack_from("<Q", data, 32)
phnum, = struct.unpack_from("<H", data, 56)
found = []
for i in range(phnum):
    kind, flags, offset, vaddr, _, size = struct.unpack_from("<IIQQQQ", data, phoff + 56 * i)
    if kind == 1 and flags & 1:
        for at in range(offset, offset + size - 3, 4):
            if struct.unpack_from("<I", data, at)[0] == word:
                found.append(vaddr + at - offset)
assert len(found) == 1, found
print("%016x" % found[0])
PY
}
rung_count() {
    "$rung" sim -m emulation -f json -o stats.json "$elf" "$1" >guest.out 2>err || return 1
    /usr/bin/env python3 -c 'import json; s = json.load(open("stats.json"))
print(s["instructions_total"], s["instructions"])'
}
for n in ${RUNG_COUNT_SIZES:-8 24}; do
    want=$(qemu_count "$n")
    got=$(rung_count "$n")
    echo "gemm $n: qemu $want, rung $got"
    case $want in
    "" | *" 0") fail "qemu's log was not understood" ;;
    "$got") pass "gemm $n retires what qemu retires" ;;
    *) fail "gemm $n: rung counts $got, qemu $want" ;;
    esac
done
