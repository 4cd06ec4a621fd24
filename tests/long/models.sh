#!/bin/sh
# Fast-timing and sampled against timing: CPI within 1 % on each kernel and 0.3 % in the median,
# intervals of the sampled mode that cover over layout seeds, and the order of machine variants.
. "${top_srcdir:-.}/tests/shell/init.sh"

check "errors and coverage are within limits" python3 "$top_srcdir/tests/bench/models" \
    --rung "$rung" --runs 1 --seeds 4 --variants --check
cat out
