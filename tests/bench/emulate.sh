#!/bin/sh
# How fast guests run in emulation, and under qemu-aarch64: emulate.sh [RUNS [KERNEL...]]
#
# `make bench-emulate BENCH_RUNS=5` builds and runs it, in the build tree.  Each run takes user CPU time of whole
# processes at two sizes of the same ELF file, under `emulate`, `emulate -r` (which records, as
# the timing models ask for) and qemu, one after another.  The speed is the difference in
# instructions over the difference in time, so that start-up, and qemu's translation of the code
# that both sizes run, fall out.  The table has medians of RUNS (5) runs; the ratio is the median
# of the runs' own ratios, with the least and the greatest.  Host instructions for each guest
# instruction are callgrind's, at two smaller sizes, in the same way ("-" without valgrind).
set -u
runs=${1:-5}
[ $# -gt 0 ] && shift
wanted=${*:-}
qemu=${QEMU_AARCH64:-qemu-aarch64}
work=$(mktemp -d "${TMPDIR:-/tmp}/rung-bench.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
bench=$(pwd)/tests/bench
command -v "$qemu" >"$work/where" || {
    echo "emulate.sh: '$qemu' is not installed (Debian package qemu-user)" >&2
    exit 77
}

# kind, problem, sizes for time, sizes for callgrind
kernels='
integer floyd-warshall 64 320 32 64
memory stencil7 64 224 16 48
memory histogram 64 160 16 32
scalar-fp gemm 64 320 32 64
scalar-fp cholesky 64 512 32 96
simd-fp gemm-simd 64 384 32 96
simd-int simd_int 1000 40000 20 200
branchy sort 32 96 8 16
branchy bfs-grid 32 96 8 24
chain dependency 100000 5000000 1000 50000'

fail() {
    echo "emulate.sh: $*" >&2
    exit 1
}

# seconds COMMAND...: user seconds; what it prints is in $work/printed
seconds() {
    "$bench/user_seconds" "$work/time" "$@" >"$work/printed" 2>"$work/guest" ||
        fail "failed: $*"
    cat "$work/time"
}

instructions() {
    sed -n 's/ instructions.*//p' "$work/printed"
}

# callgrind's count of host instructions for all of `emulate ELF SIZE`
host() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench/emulate" "$1" "$2" \
        >"$work/printed" 2>"$work/valgrind" || fail "callgrind failed: $(cat "$work/valgrind")"
    sed -n 's/.*Collected : //p' "$work/valgrind"
}

measure() {
    elf=problems/$1.elf
    [ -f "$elf" ] || elf=tests/bench/$1.elf
    [ -f "$elf" ] || fail "no '$1.elf'"
    : >"$work/runs"
    for run in $(seq "$runs"); do
        e2=$(seconds "$bench/emulate" "$elf" "$3") || exit 1
        n2=$(instructions)
        q2=$(seconds "$qemu" "$elf" "$3") || exit 1
        r2=$(seconds "$bench/emulate" -r "$elf" "$3") || exit 1
        e1=$(seconds "$bench/emulate" "$elf" "$2") || exit 1
        n1=$(instructions)
        q1=$(seconds "$qemu" "$elf" "$2") || exit 1
        r1=$(seconds "$bench/emulate" -r "$elf" "$2") || exit 1
        echo "$n1 $n2 $e1 $e2 $q1 $q2 $r1 $r2" >>"$work/runs"
    done
    per_guest=-
    if command -v valgrind >"$work/where"; then
        h1=$(host "$elf" "$4") || exit 1
        n1=$(instructions)
        h2=$(host "$elf" "$5") || exit 1
        n2=$(instructions)
        per_guest=$(awk -v a="$h1" -v b="$h2" -v n="$n1" -v m="$n2" \
            'BEGIN { printf "%.1f", (b - a) / (m - n) }')
    fi
    awk -v kind="$kind" -v problem="$1" -v per_guest="$per_guest" '
function sort(x, n,    i, j, t)
{
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && x[j - 1] > x[j]; j--) {
            t = x[j]; x[j] = x[j - 1]; x[j - 1] = t
        }
}
function median(x, n)
{
    sort(x, n)
    return n % 2 ? x[(n + 1) / 2] : (x[n / 2] + x[n / 2 + 1]) / 2
}
{
    guest = ($2 - $1) * 1e-6
    if ($4 <= $3 || $6 <= $5 || $8 <= $7) {
        print "emulate.sh: " problem ": a run too short to time" >"/dev/stderr"
        exit
    }
    e[NR] = guest / ($4 - $3)
    q[NR] = guest / ($6 - $5)
    r[NR] = guest / ($8 - $7)
    ratio[NR] = e[NR] / q[NR]
}
END {
    m = median(ratio, NR)
    printf "%-10s %-15s %9.1f %8.0f %8.0f %8.0f %6.2f %5.2f-%-5.2f %6s\n", kind, problem, guest,
        median(e, NR), median(r, NR), median(q, NR), m, ratio[1], ratio[NR], per_guest
}' "$work/runs"
}

printf '%-10s %-15s %9s %8s %8s %8s %6s %11s %6s\n' kind kernel guest rung records qemu ratio \
    range host
printf '%-10s %-15s %9s %8s %8s %8s\n' '' '' million M/s M/s M/s
echo "$kernels" | while read -r kind problem sizes; do
    [ -n "$kind" ] || continue
    [ -z "$wanted" ] || case " $wanted " in *" $problem "*) ;; *) continue ;; esac
    measure "$problem" $sizes || exit 1
done
