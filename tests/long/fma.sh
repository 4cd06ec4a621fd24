#!/bin/sh
# Fused multiply-adds round once: what asks for them with fma() and has contraction off gives
# under rung the very bits of its native build for x86-64 with FMA.
#
#   fma.sh [ROUNDS [SEEDS]]    each round has four rounding modes of some thousand operations
. "${top_srcdir:-.}/tests/shell/init.sh"
rounds=${1:-${RUNG_FMA_ROUNDS:-300}}
seeds=${2:-${RUNG_FMA_SEEDS:-'1 2 3'}}
source=$top_srcdir/tests/long/fma.c
cc=${GUEST_CC:-aarch64-linux-gnu-gcc}
flags='-std=gnu11 -ffp-contract=off -fno-math-errno -fno-trapping-math'
[ "$(uname -m)" = x86_64 ] || skip "the native side needs an x86-64"
grep -qw fma /proc/cpuinfo || skip "this processor has no FMA"

for level in 0 2 3; do
    check "native build at -O$level" ${CC:-gcc} -O$level $flags -mfma -o native-$level "$source" -lm
    check "guest build at -O$level" $cc -O$level $flags -static -o guest-$level.elf "$source" -lm
done
${cc%gcc*}objdump -d guest-3.elf >code
for name in fmadd fmsub fnmadd fnmsub; do
    check "the guest has $name" grep -qw "$name" code
done
check "the guest has fmla of vectors" grep -q 'fmla.v.*[.]2d' code
check "the guest has fmls of vectors" grep -q 'fmls.v.*[.]4s' code
for seed in $seeds; do
    check "native at -O0, seed $seed" ./native-0 "$seed" "$rounds"
    mv out want
    check "seed $seed: every line" test "$(wc -l <want)" -eq $((rounds * 4))
    for level in 2 3; do
        check "native at -O$level, seed $seed" ./native-$level "$seed" "$rounds"
        mv out native
        check "native at -O$level as at -O0, seed $seed" cmp want native
    done
    for level in 0 2 3; do
        check "guest at -O$level, seed $seed" "$rung" sim -m emulation ./guest-$level.elf \
            "$seed" "$rounds"
        mv out got
        check "-O$level, seed $seed: bit for bit" cmp want got
    done
done
