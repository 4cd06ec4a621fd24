#!/bin/sh
# rung fit on tables of numbers.
. "${top_srcdir:-.}/tests/shell/init.sh"
strd=$top_srcdir/data/strd

check "certified values of every set to 12 digits" "$top_builddir/tests/bench/certified" "$strd"
check "a line" "$rung" fit --model 'y ~ 1 + x' "$strd/Norris.csv"
check_contains out "R2 (about the mean)"
check "no constant" "$rung" fit --model 'y ~ 0 + x' "$strd/NoInt1.csv" --format json
check_contains out '"r2_centred": false'
check_contains out '"estimate": 2.07438016528925'
for key in model terms term se t p ci r2 r2_adjusted r2_predicted residual_sd df aicc bic f condition \
    predictions rows leverage studentised cook warnings; do
    check_contains out "\"$key\""
done
check "predictions" "$rung" fit --model 'y ~ x' --at 100,500 --table predictions -f csv \
    "$strd/Norris.csv"
[ "$(wc -l <out)" -eq 3 ] && pass "two of them" || fail "not two of them"
check "case statistics" "$rung" fit --model 'y ~ x' --table rows -f csv "$strd/Norris.csv"
[ "$(wc -l <out)" -eq 37 ] && pass "one row each" || fail "not one row each"
check "relative weights" "$rung" fit --model 'y ~ x' --weights relative "$strd/NoInt1.csv"
check "from standard input" sh -c "'$rung' fit --model 'y ~ x' - <'$strd/Norris.csv'"

awk 'BEGIN { print "size,time,who"; for (i = 1; i <= 7; i++) for (k = 0; k < 3; k++) {
    n = 32 * (i + 1); print n "," 5 * n^3 + 300 * n^2 + k * n^2 ",one"; print n "," 7 * n^2 ",two" } }' >t.csv
check "growth laws of two columns" "$rung" fit --x size --y time --group who --at 512 t.csv
check_contains out "n^3 + n^2"
check "repetitions of one run" "$rung" fit --x size --y time --group who --deterministic t.csv
check_contains err "add no evidence"
check "as JSON" "$rung" fit --x size --y time --group who --at 512 -f json t.csv

# Growth that grows, and laws that an average takes below 0.
awk 'BEGIN { print "n,y"; for (n = 4; n <= 14; n += 2) print n "," 2^n }' >steep.csv
check "2^n" "$rung" fit --x n --y y --at 16 steep.csv
check_contains err "'y' grows as n^8.99 between n = 12 and 14, and more steeply from rung to rung: no law"
check_contains err "at n = 16 the laws of the rungs go below 0, which 'y' cannot: the interval ends there"
check_contains err "at n = 16 the fit is not known within a factor of two"
check "as JSON" "$rung" fit --x n --y y --at 16 -f json steep.csv
for code in faster-than-any-law cut-at-zero wide-interval; do check_contains out "\"code\": \"$code\""; done
check "its prediction" "$rung" fit --x n --y y --at 16 -f csv --table predictions steep.csv
grep -q -- ',-[0-9]' out && fail "a bound below 0" || pass "no bound below 0"
awk 'BEGIN { print "n,y"; for (n = 4; n <= 14; n += 2) print n "," n^9 }' >power.csv
check "n^9, which is a law" "$rung" fit --x n --y y --at 16 power.csv
grep -q "no law" err && fail "a power is a law" || pass "a power is a law"

printf 'x,y\n1,2\n2,abc\n3,4\n' >text.csv
check_status 5 "text in a number column" "$rung" fit --model 'y ~ x' text.csv
check_contains err "rung: 'text.csv':3: column 'y': 'abc' is not a finite number"
: >empty.csv
check_status 5 "an empty file" "$rung" fit --model 'y ~ x' empty.csv
check_contains err "'empty.csv': no header and no rows"
check_status 5 "a missing file" "$rung" fit --model 'y ~ x' none.csv
check_status 5 "a missing column" "$rung" fit --model 'y ~ xx' text.csv
check_contains err "no column 'xx' (did you mean 'x'?)"
check_status 2 "a formula that is none" "$rung" fit --model 'y x' text.csv
check_status 5 "a missing x" "$rung" fit --x size2 --y time t.csv
check_status 2 "x without y" "$rung" fit --x size t.csv
check_status 2 "two kinds of fit" "$rung" fit --x size --y time --model 'time ~ size' t.csv
check_status 2 "groups of nothing" "$rung" fit --group who t.csv
check_status 2 "weights of nothing" "$rung" fit --weights relative t.csv
check_status 2 "a table that a model has not" "$rung" fit --model 'time ~ size' --table points t.csv
check_status 2 "case statistics of a ladder" "$rung" fit --x size --y time --table rows t.csv
check_status 2 "a table that is not kept" "$rung" fit --x size --y time --save t.csv
