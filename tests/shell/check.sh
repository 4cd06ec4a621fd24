#!/bin/sh
# rung check: verdicts and exit statuses.
. "${top_srcdir:-.}/tests/shell/init.sh"
make_store=$top_builddir/tests/tools/make_store

# Variant v costs 1 + v / 10 times the base; at the top rung it is off by up to SPREAD.
runs() {
    awk -v spread="$1" -v sizes="$2" -v variants="${3:-9}" 'BEGIN {
        k = split(sizes, n)
        for (v = 0; v < variants; v++)
            for (i = 1; i <= k; i++)
                print "gemm", n[i], "timing m2", v ? "rob=" 64 * v : "base", "0 0 ok", 8 * n[i]^3,
                      5 * n[i]^3 * (1 + v / 10) * (i == k ? 1 + spread * sin(13 * (v + 1)) : 1),
                      n[i]^3 * 1e-6 * (1 + 0.01 * v)
    }'
}
cat >study.yaml <<'END'
study: made
problems: [gemm]
ladder: [64, 96, 128, 192, 384]
modes: [timing]
machines: [m2]
check:
  error: 3%
END
ladder="64 96 128 192 384"

runs 0.001 "$ladder" | "$make_store" study.yaml good.h5
check "a ladder that holds" "$rung" check good.h5
check_contains out "verdict: pass"
for name in r2 error velocity; do check_contains out "$name"; done
check "its table as CSV" "$rung" check good.h5 --format csv
check_contains out "name,subject,value,ci_lower,ci_upper,threshold,verdict,advice"
check_contains out ",0.029999999999999999,pass,"
check "as JSON" "$rung" check good.h5 --format json
for key in checks verdict name subject value ci threshold advice seed; do
    check_contains out "\"$key\""
done
check "an option stands above the study" "$rung" check good.h5 --error 5% -f csv
check_contains out ",0.050000000000000003,pass,"
check "the result is kept" "$rung" check good.h5 --save
check "and the file still opens" "$rung" check good.h5
check_status 1 "a velocity that is not reached" "$rung" check good.h5 --velocity 100
check_contains out "verdict: fail"
check "that check left out" "$rung" check good.h5 --velocity none
grep -q velocity out && fail "velocity is still there" || pass "velocity is not checked"

runs 0.6 "$ladder" | "$make_store" study.yaml bad.h5
check_status 1 "variants that part ways at the top" "$rung" check bad.h5
check_contains out "worst is gemm rob="

runs 0 "$ladder" 1 | "$make_store" study.yaml one.h5
check_status 3 "one variant alone" "$rung" check one.h5
check_contains out "vary parameters of the machine"
check_contains out "verdict: inconclusive"
runs 0 "64 128 384" | "$make_store" study.yaml few.h5
check_status 3 "three rungs" "$rung" check few.h5
check_contains out "add 2"

runs 0.06 "$ladder" | "$make_store" study.yaml near.h5
check_status 3 "between the thresholds" "$rung" check near.h5 --r2 0.98 --error none --velocity none
check_contains out "add variants"
"$rung" check near.h5 --r2 0.95 --error none --velocity none --bound point >out
check_contains out "by point values"

# A failed run is never passed over.
{ runs 0.001 "$ladder"; echo gemm 512 timing m2 base 0 0 fault - - 1; } |
    "$make_store" study.yaml failed.h5
check_status 3 "a failed run" "$rung" check failed.h5
check_contains out "fault"

# The script of the manual, in all outcomes.
for outcome in good:0 bad:1 one:3 none:5; do
    store=${outcome%:*}.h5 want=${outcome#*:} got=0
    "$rung" check "$store" >out 2>err || got=$?
    [ "$got" -eq "$want" ] && pass "$store gives $want" || fail "$store gives $got"
done
check_status 2 "no file" "$rung" check
check_status 2 "R2 above 1" "$rung" check good.h5 --r2 1.5
check_status 2 "a bound that is none" "$rung" check good.h5 --bound lower
check_status 2 "rungs the wrong way round" "$rung" check good.h5 --from 192 --to 64
check_status 2 "too few resamples" "$rung" check good.h5 --resamples 5
check_status 2 "a negative error" "$rung" check good.h5 --error -1
echo garbage >garbage.h5
check_status 5 "garbage" "$rung" check garbage.h5
check_contains err "garbage.h5"
