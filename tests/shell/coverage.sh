#!/bin/sh
# The intervals of a ladder fit hold as often as they say, and changes of regime are found, on series made with a fixed seed.
. "${top_srcdir:-.}/tests/shell/init.sh"
coverage=$top_builddir/tests/bench/coverage
regime=$top_builddir/tests/bench/regime

check "100 series of each law and noise" "$coverage" 100 5
[ "$(grep -c '%' out)" -eq 42 ] && pass "14 laws at three noises" || fail "rows are missing"
# Nominal 95 %; of 100 series, 89 or fewer hold once in a hundred tables at a true 95 %.
grep -v 'held out' out | awk -F '%' 'NR > 1 {
        n = split($2, a, " "); split($3, b, " ")
        if (a[n] < 88 || b[1] < 88) { print "low: " $0; bad = 1 }
        rows++
    }
    END { exit bad || rows != 15 }' >low && pass "the laws are covered" || { cat low; fail "coverage"; }
# The error at 1024 with 2 % noise.
awk -F '%' '/^5 n\^3 \+ 300 n\^2 .* 2 %/ { seen++; if ($4 + 0 > 6) bad = 1 }
    /^n(\^3 log2\(n\)|\^3 \+ 1e6|\^2\.5|\^2 log2\(n\)) .* 2 %/ { seen++; if ($4 + 0 > 0.6) bad = 1 }
    END { exit bad || seen != 5 }' out && pass "the errors are small" || fail "an error is too large"
check_status 2 "no series" "$coverage" 0
check_status 2 "too many arguments" "$coverage" 1 2 3 4
check_status 2 "no repetitions" "$coverage" 1 2 0

check "100 series with and without a change" "$regime" 100 5
awk -F % '/smooth/ { seen++; if ($2 + 0 >= 5) bad = 1 }
    / change +[12] / { seen++; if ($2 + 0 < 95) bad = 1 }
    END { exit bad || seen != 48 }' out && pass "changes are found, noise is not one" ||
    fail "changes are missed or imagined"
check_status 2 "no series of regimes" "$regime" 0
check_status 2 "too many arguments of regimes" "$regime" 1 2 3
