#!/bin/sh
# The examples that read study files in Python and in R, where these are installed.
. "${top_srcdir:-.}/tests/shell/init.sh"
examples=$top_srcdir/data/examples
cat >s.yaml <<X
study: examples
problems: [gemm]
ladder: [8, 12, 16]
modes: [timing]
machines: [small]
vary: {l1d.latency: [4, 5]}
X
check "a study" "$rung" run -q s.yaml -o s.h5
check "its CSV" "$rung" export s.h5 -o s.csv
tested=
if /usr/bin/python3 -c 'import h5py, pandas' 2>/dev/null; then
    check "Python" /usr/bin/python3 "$examples/read.py" s.h5
    check_contains out "ratios at n = 8 against n = 16:"
    check_contains out "l1d.latency=5"
    check_contains out "cycles an instruction"
    cpi=$("$rung" log -f csv s.h5 --only variant=base --only n=16 |
        awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
            { printf "%.6f", $at["cycles"] / $at["instructions"] }')
    check_contains out "$cpi"
    tested=yes
else
    echo "not tested: python3-h5py and python3-pandas are not installed"
fi
if command -v Rscript >/dev/null; then
    check "R on the CSV" Rscript "$examples/read.R" s.csv
    check_contains out "rung gemm small: cycles = "
    cp out csv.out
    if Rscript -e 'library(rhdf5)' >/dev/null 2>&1; then
        check "R on the study file" Rscript "$examples/read.R" s.h5
        cp out hdf5.out
        check "it says the same" cmp hdf5.out csv.out
    else
        echo "not tested: R's rhdf5 is not installed (Debian package r-bioc-rhdf5)"
    fi
    tested=yes
else
    echo "not tested: R is not installed (Debian package r-base-core)"
fi
[ -n "$tested" ] || skip "neither python3-h5py nor R is installed"
