#!/bin/sh
# rung fit on study files.
. "${top_srcdir:-.}/tests/shell/init.sh"
make_store=$top_builddir/tests/tools/make_store

cat >study.yaml <<'END'
study: made
problems: [gemm]
ladder: [64, 96, 128, 192, 256]
modes: [timing]
machines: [m2]
END

# 5 n^3 cycles for the base variant, half as many again for the other.
awk 'BEGIN {
    split("64 96 128 192 256", n)
    for (v = 0; v < 2; v++)
        for (i = 1; i <= 5; i++)
            print "gemm", n[i], "timing m2", v ? "rob=64" : "base", "0 0 ok", 8 * n[i]^3,
                  (5 + 2.5 * v) * n[i]^3, n[i]^3 * 1e-6
}' >runs
"$make_store" study.yaml s.h5 <runs

check "fit a store" "$rung" fit s.h5
check_contains out "gemm"
check_contains out "n^3"
check "fit with predictions" "$rung" fit s.h5 --at 512,1024
check_contains out "1024"
check "fit far beyond the ladder" "$rung" fit s.h5 --at 2048
check_contains err "8 times beyond the largest rung"
check "one variant" "$rung" fit s.h5 --variant base --table terms --format csv
check_contains out "gemm,m2,base,timing,n^3,n^3,"
[ "$(wc -l <out)" -eq 2 ] && pass "one term" || fail "more than one term"
awk -F, 'NR == 2 { exit !($7 > 4.9999 && $7 < 5.0001) }' out && pass "its estimate is 5" ||
    fail "its estimate is not 5"
check "predictions as CSV" "$rung" fit s.h5 --variant rob=64 --at 512 --table predictions -f csv
awk -F, 'NR == 2 { r = $6 / (7.5 * 512^3); exit !(r > 0.9999 && r < 1.0001) }' out &&
    pass "the prediction at 512 is right" || fail "the prediction at 512 is wrong"
for table in fits models points; do
    check "table $table" "$rung" fit s.h5 --table $table -f csv
    [ "$(wc -l <out)" -gt 2 ] && pass "$table has rows" || fail "$table has no rows"
done
check "json" "$rung" fit s.h5 --format json --at 512
for key in model terms estimate r2 r2_adjusted r2_predicted residual_sd df aicc predictions at ci \
    pi warnings held_out points weight; do
    check_contains out "\"$key\""
done
check "another metric" "$rung" fit s.h5 --metric instructions --table terms -f csv
check "fits are kept" "$rung" fit s.h5 --save
check "and the file still opens" "$rung" fit s.h5

# Too few rungs is an answer: 3.
grep -E ' (64|96) ' runs >few
"$make_store" study.yaml few.h5 <few
check_status 3 "two rungs" "$rung" fit few.h5
check_contains err "2 rungs admit no candidate model: add 2 more"

# What is wrong with the file or the options.
check_status 5 "no such file" "$rung" fit none.h5
check_contains err "none.h5"
echo garbage >bad.h5
check_status 5 "garbage" "$rung" fit bad.h5
check_contains err "bad.h5"
head -c 2000 s.h5 >cut.h5
check_status 5 "a truncated store" "$rung" fit cut.h5
check_status 2 "no file" "$rung" fit
check_status 2 "an unknown metric" "$rung" fit s.h5 --metric cycels
check_contains err "unknown metric 'cycels' (did you mean 'cycles'?)"
check_status 2 "a level of 1" "$rung" fit s.h5 --level 100%
check_status 2 "size zero" "$rung" fit s.h5 --at 0
check_status 2 "an unknown table" "$rung" fit s.h5 --table x
check_status 2 "predictions of nothing" "$rung" fit s.h5 --table predictions
check_status 2 "an unknown format" "$rung" fit s.h5 -f xml
check_status 5 "a variant that was not run" "$rung" fit s.h5 --variant rob=1
check_contains err "'s.h5': no run of variant 'rob=1'; there are base, rob=64"
