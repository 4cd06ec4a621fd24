#!/bin/sh
# Rank sums, rank correlations, Welch's t and adjusted p-values against R, to 1e-9 relative.
. "${top_srcdir:-.}/tests/shell/init.sh"

command -v Rscript >rscript || skip "Rscript is not installed (Debian package r-base-core)"
for seed in 1 2 3; do
    check "cases of seed $seed" "$top_builddir/tests/long/rank_cases" $seed
    mv out cases.R
    check "R agrees on the cases of seed $seed" Rscript --vanilla cases.R
    cat out
done
