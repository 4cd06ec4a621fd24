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
check_contains out "no variants of the machine: "
check_contains out "vary parameters in the study (five variants at least), or leave this out (--r2 none)"
check_contains out "verdict: inconclusive"
{ runs 0 "$ladder" 1; runs 0 "$ladder" 1 | sed 's/timing/fast-timing/'
    runs 0.001 "$ladder" | sed 's/timing/sampled/'; } | "$make_store" study.yaml modes.h5
check_status 3 "two modes without variants, one with" "$rung" check modes.h5 -f csv --equivalence 2%
[ "$(grep -c '^r2,' out)" -eq 2 ] && [ "$(grep -c '^equivalence,' out)" -eq 2 ] &&
    pass "one line for those without" || fail "not one line for those without"
check_contains out 'r2,"m2 fast-timing, m2 timing",'
check_contains out 'r2,gemm m2 sampled 192 -> 384,'
check_contains out '(--equivalence none)'
{ runs 0 "$ladder" 3 | awk '{ $10 = 5 * $2^3; print }' | sed 's/gemm/lu/'; runs 0.05 "$ladder" 3; } |
    "$make_store" study.yaml thin.h5
check_status 3 "too few for an interval" "$rung" check thin.h5 --error none
check_contains out "6 design points of 2 problems are too few for an interval: add variants"
runs 0 "64 128 384" | "$make_store" study.yaml few.h5
check_status 3 "three rungs" "$rung" check few.h5
check_contains out "add 2"

runs 0 "512" | "$make_store" study.yaml alone.h5
check_status 3 "one rung" "$rung" check alone.h5 --equivalence 2% -f csv
[ "$(grep -c "m2 timing at 512,.*one rung alone: there is nothing to compare" out)" -eq 2 ] &&
    pass "nothing to compare" || fail "not said that there is nothing to compare"
grep -q -- '->' out && fail "an arrow from nowhere" || pass "no arrow from nowhere"
check_contains out "1 rung is too few to predict one from the others: add 4"

runs 0.06 "$ladder" | "$make_store" study.yaml near.h5
check_status 3 "between the thresholds" "$rung" check near.h5 --r2 0.98 --error none --velocity none
check_contains out "add variants"
"$rung" check near.h5 --r2 0.95 --error none --velocity none --bound point >out
check_contains out "by point values"

# Rungs that scatter, and more of them than anyone runs would be needed: what helps instead.
scattered() {
    awk -v law="$1" 'BEGIN { k = split("64 96 128 192 256 384", n); for (i = 1; i <= k; i++)
        print "gemm", n[i], "timing m2 base 0 0 ok", 8 * n[i]^3,
              5 * n[i]^3 * (1 + (i == k ? 0 : 0.03 * sin(law * i))), n[i]^3 * 1e-6 }'
}
sed 's/192, 384/192, 256, 384/' study.yaml >six.yaml
scattered 5 | "$make_store" six.yaml scattered.h5
check_status 3 "rungs that scatter" "$rung" check scattered.h5 --r2 none --velocity none
check_contains out "the rungs scatter about every law (by 2.4 % about the likeliest): more rungs like these do not help"
check_contains out "a sampled look at n = 384"
grep -q "if they are as good" out && fail "a number of rungs that nobody runs" || pass "no number of rungs"
check "its plan" "$rung" check --plan scattered.h5 --r2 none --velocity none
check_contains out "no number helps"
scattered 7 | "$make_store" six.yaml scattered.h5
check_status 3 "rungs that scatter less" "$rung" check scattered.h5 --r2 none --velocity none
check_contains out "add rungs below n = 384 (about 6 if they are as good)"

# ---- the rest of a climb that was interrupted
"$rung" check good.h5 2>err >out
grep -q "planned" err && fail "nothing is missing of a whole study" || pass "a whole study is not warned of"
check_status 3 "a study that was interrupted" "$rung" check few.h5
check_contains err "2 of 5 planned runs are not in 'few.h5' (first: gemm 96 timing m2 base): 'rung run'"
check_status 3 "that as JSON" "$rung" check few.h5 -f json
check_contains out '"code": "missing-runs"'
check_status 3 "rungs above --to are not asked for" "$rung" check few.h5 --to 128
check_contains err "1 of 3 planned runs is not in 'few.h5' (first: gemm 96"
sed 's/^problems:.*/problems: [{name: gemm, elf: gone.elf}]/' study.yaml >gone.yaml
runs 0 "64 128 384" | "$make_store" gone.yaml gone.h5
check_status 3 "a program that is gone" "$rung" check gone.h5
check_contains err "2 of 5 planned runs are not in 'gone.h5'"
sed 's/^machines:.*/machines: [gone]/' study.yaml >unplanned.yaml
runs 0 "64 128 384" | "$make_store" unplanned.yaml unplanned.h5
check_status 3 "a machine that is gone" "$rung" check unplanned.h5
grep -q "planned\|gone" err && fail "silent where nothing can be planned" || pass "silent where nothing can be planned"

# A failed run is never passed over.
{ runs 0.001 "$ladder"; echo gemm 512 timing m2 base 0 0 fault - - 1; } |
    "$make_store" study.yaml failed.h5
check_status 4 "a failed run" "$rung" check failed.h5
check_contains out "fault"
check_contains out "verdict: inconclusive"
check_status 4 "a failed run as JSON" "$rung" check failed.h5 -f json
check_contains out '"failed_runs": 1'
check "below it nothing failed" "$rung" check failed.h5 --to 384
echo gemm 512 timing m2 base 0 0 fault - - 1 | "$make_store" study.yaml allfailed.h5
check_status 4 "nothing but failed runs" "$rung" check allfailed.h5
check_contains err "every run failed: first is gemm at 512, base (fault)"

# What nothing is of is refused, with what there is.
refused() {
    check_status 5 "$2 of '$1'" "$rung" $1 good.h5 $2
    check_contains err "'good.h5': no run $3"
}
refused check "--to 59" "at n = 59; there are 64, 96, 128, 192, 384"
refused check "--from 65" "at n = 65; there are 64, 96, 128, 192, 384"
refused check "--problem gem" "of problem 'gem'; there is gemm"
refused check "--machine m3" "of machine 'm3'; there is m2"
refused check "--mode emulation" "of mode 'emulation'; there is timing"
refused fit "--variant rob=65" "of variant 'rob=65'; there are base, rob=128, rob=192,"
refused fit "--problem gem" "of problem 'gem'; there is gemm"
refused correlate "--to 59" "at n = 59; there are 64, 96, 128, 192, 384"
refused correlate "--mode emulation" "of mode 'emulation'; there is timing"
refused "predict --small good.h5" "--variant rob=65" "of variant 'rob=65'; there are base,"
runs 0.001 "$ladder" 20 | "$make_store" study.yaml many.h5
check_status 5 "a long list" "$rung" fit many.h5 --variant none
check_contains err " and 8 more"

# ---- the other formats
for format in junit markdown tap; do
    check "$format of a pass" "$rung" check good.h5 -f $format
    cp out good.$format
    check_status 1 "$format of a fail" "$rung" check bad.h5 -f $format
    cp out bad.$format
done
check_contains good.junit '<testcase classname="rung.r2" name="gemm m2 timing 192 -&gt; 384">'
check_contains good.junit 'tests="3" failures="0" errors="0"'
check_contains bad.junit '<failure type="fail" message="'
check_contains good.tap "TAP version 13"
check_contains good.tap "ok 1 - r2 gemm m2 timing 192 -> 384"
check_contains bad.tap "not ok 2 - error"
check_contains good.markdown "**rung check: pass**"
check_contains good.markdown "| r2 | gemm m2 timing 192 -> 384 | "
check_status 3 "a doubt as JUnit" "$rung" check one.h5 -f junit
check_contains out '<error type="inconclusive"'
if command -v python3 >/dev/null; then
    check "JUnit is XML" python3 -c 'import sys, xml.dom.minidom
for f in sys.argv[1:]: xml.dom.minidom.parse(f)' good.junit bad.junit
fi

# ---- equivalence
check "equivalent effects" "$rung" check good.h5 --equivalence 1% --error none --velocity none -f csv
check_contains out "equivalence,gemm m2 timing 192 -> 384,"
check_contains out ",0.01,pass,"
check_status 3 "not shown to be" "$rung" check near.h5 --equivalence 2% --r2 none --error none --velocity none
check_contains out "not shown to be equivalent: add about"
awk -v OFS=' ' '{ if ($2 == 384 && $5 != "base") $10 *= 1.2; print }' <<END | "$make_store" study.yaml off.h5
$(runs 0.001 "$ladder")
END
check_status 1 "effects that are off" "$rung" check off.h5 --equivalence 2% --r2 none --error none --velocity none
check_contains out "the effects of variants at n = 192 are off on average"

# ---- speed against a baseline: SLOWER by a factor, give or take 1 %
timed() {
    runs 0.001 "$ladder" | awk -v factor="$1" -v seed="$2" 'BEGIN { srand(seed) }
        { $11 *= factor * (0.99 + 0.02 * rand()); print }'
}
timed 1 1 | "$make_store" study.yaml old.h5
timed 1.01 2 | "$make_store" study.yaml same.h5
timed 1.2 3 | "$make_store" study.yaml slow.h5
only="--r2 none --error none --velocity none"
check "as fast as before" "$rung" check same.h5 --baseline old.h5 $only
check_contains out "speed"
check_contains out "counters"
check_status 1 "slower by a fifth" "$rung" check slow.h5 --baseline old.h5 $only
check_contains out "simulation is slower than the baseline"
check "that is allowed" "$rung" check slow.h5 --baseline old.h5 --speed-loss 25% $only
check_status 3 "just at the threshold" "$rung" check slow.h5 --baseline old.h5 --speed-loss 16.5% $only
check_contains out "add about"
{ echo problem,n,variant,instructions,wall_seconds; timed 1 1 | awk '{ print $1 "," $2 "," $5 "," $9 "," $11 }'; } >old.csv
check_status 1 "a baseline in a table" "$rung" check slow.h5 --baseline old.csv $only
awk -F, -v OFS=, 'NR > 1 { $4 *= 2 } { print }' old.csv >work.csv
check_status 3 "another work" "$rung" check same.h5 --baseline work.csv $only --speed-loss 5%
check_contains out "the work is not the same"
runs 0.001 "64" 1 | "$make_store" study.yaml single.h5
check_status 3 "one run" "$rung" check single.h5 --baseline old.csv $only
check_contains out "add design points, or 'layouts' (three or more)"
{ runs 0.001 "64" 1; runs 0.001 "64" 1 | sed 's/ 0 0 ok/ 0 1 ok/; s/$/01/'; } | "$make_store" study.yaml twice.h5
{ runs 0.001 "64" 1; runs 0.001 "64" 1 | sed 's/ 0 0 ok/ 0 1 ok/; s/$/02/'; } | "$make_store" study.yaml twice2.h5
check "repetitions of one run" "$rung" check twice.h5 --baseline twice2.h5 $only --speed-loss 5%
runs 0.001 "65" | "$make_store" study.yaml elsewhere.h5
check_status 3 "a baseline of other runs" "$rung" check same.h5 --baseline elsewhere.h5 $only
check_contains out "the baseline has none of these design points"
timed 1 1 | awk '{ $10 += 1; print }' | "$make_store" study.yaml changed.h5
check_status 1 "counters that changed" "$rung" check changed.h5 --baseline old.h5 $only
check_contains out "same inputs, other counters"
check_status 2 "a loss against nothing" "$rung" check same.h5 --speed-loss 5%
check_status 5 "a baseline that is missing" "$rung" check same.h5 --baseline none.h5
sed 's/error: 3%/speed-loss: 5%/' study.yaml >speed.yaml
runs 0.001 "$ladder" | "$make_store" speed.yaml speed.h5
check "a study that wants it" "$rung" check speed.h5 --baseline old.h5
check "without a baseline it is told" "$rung" check speed.h5
check_contains err "the loss of speed is not checked: there is no baseline"

# ---- plans
check "a plan without a study" "$rung" check --plan -f csv
awk -F, '$1 == "r2" && $3 == 10 { exit !($5 > 0.98835 && $5 < 0.98845) }' out &&
    pass "10 points must show 0.988" || fail "10 points need not show 0.988"
awk -F, '$1 == "r2" && $3 == 40 { exit !($5 > 0.97335 && $5 < 0.97345) }' out &&
    pass "40 points must show 0.973" || fail "40 points need not show 0.973"
check "a plan of a study" "$rung" check near.h5 --plan --r2 0.98 -f csv
check_contains out "r2,gemm m2 timing 192 -> 384"
awk -F, '$1 == "r2" { exit !($5 == "inconclusive" && $6 == 9 && $7 > 9 && $8 == $7 - 9) }' out &&
    pass "it needs more points" || fail "it needs no more points"
check "a plan of three rungs" "$rung" check few.h5 --plan -f csv
grep -q '^error,.*,3,5,2,rungs' out && pass "it needs five rungs" || fail "it does not need five rungs"

# ---- tables of runs
runs 0.001 "$ladder" | awk 'BEGIN { print "bench,size,config,machine,mode,insns,ticks,wall_seconds" }
    { print $1 "," $2 "," $5 "," $4 "," $3 "," $9 "," $10 "," $11 }' >good.csv
names=problem=bench,n=size,variant=config,cycles=ticks,instructions=insns
check "a table" "$rung" check good.csv --columns $names
check_contains out "gemm m2 timing 192 -> 384"
# Cycles alone do: variants run the same instructions, and what has no time is not asked for it.
cut -d, -f1-3,7 good.csv >cycles.csv
check "a table of cycles alone" "$rung" check cycles.csv --columns problem=bench,n=size,variant=config,cycles=ticks -f csv
check_contains err "no run has its instructions: cycles stand for CPI"
check_contains err "no run has a time: velocity is not checked"
grep ^r2 out | cut -d, -f3-7 >r2-by-cycles
grep -q ^velocity out && fail "velocity is checked" || pass "velocity is left out"
check "and of CPI" "$rung" check good.csv --columns $names --velocity none -f csv
grep ^r2 out | cut -d, -f3-7 >r2-by-cpi
check "R2 is the same" awk -F, '{ r2[NR] = $1 } END { d = r2[1] - r2[2]
    exit !(NR == 2 && r2[1] > 0 && d < 1e-9 && d > -1e-9) }' r2-by-cycles r2-by-cpi
check_status 3 "velocity of no times, where it is asked for" "$rung" check cycles.csv \
    --columns problem=bench,n=size,variant=config,cycles=ticks --velocity 3
check_contains out "has its time"
printf 'n,cycles\n64,1\n96,3\n128,8\n256,64\n512,512\n' >bare.csv
check_status 3 "a table that says neither machine nor mode" "$rung" check bare.csv -f csv
check_contains out "r2,all runs,"
check_contains out "error,data at 512 (base),"
printf 'n,cycles\n64,1\n128,nan\n' >nan.csv
check_status 5 "NaN in a table" "$rung" check nan.csv
check_contains err "'nan.csv':3: column 'cycles': 'nan' is not a finite number"
for number in '976,671' '1,916,928'; do
    printf 'n;cycles\n64;%s\n' "$number" >comma.csv
    check_status 5 "$number cycles" "$rung" check comma.csv
    check_contains err "'comma.csv':2: column 'cycles': '$number' is not a finite number (write '.' before"
done
printf 'n,cycles\n16,5000\n24,\n32,40000\n48,\n' >gaps.csv
check_status 3 "cells without cycles" "$rung" check gaps.csv
check_contains err "'gaps.csv':3: this run and others have no cycles"
printf 'n,cycles,wall_seconds\n16,5000,1\n24,,1\n32,40000,1\n' >times.csv
check_status 3 "a time alone" "$rung" check times.csv
grep -q "no cycles" err && fail "they are missed" || pass "they are not missed"
: >empty.csv
check_status 5 "an empty table" "$rung" check empty.csv
printf 'n,cycles\n64,100\n' >point.csv
check_status 3 "one design point" "$rung" check point.csv
# Names are what somebody called his programs.
sed "s/^gemm,/\"a<b>\"\"\&amp;|#'x::%0A\",/" good.csv >odd.csv
for format in junit markdown tap github; do
    check "names with markup as $format" "$rung" check odd.csv --columns $names -f $format
    cp out odd.$format
done
check_contains odd.junit 'name="a&lt;b&gt;&quot;&amp;amp;|#'
check_contains odd.markdown "| a<b>\"&amp;\\|#'x::%0A"
check_contains odd.tap "r2 a<b>\"&amp;|_'x::%0A"
runs 0.6 "$ladder" | awk -v q="'" 'BEGIN { print "bench,size,config,mode,insns,ticks" }
    { print "c#" q "x::%0A," $2 "," $5 "," $3 "," $9 "," $10 }' >worse.csv
check_status 1 "names with markup as an annotation" "$rung" check worse.csv --columns $names -f github
check_contains out "worst is c#'x::%250A rob="
check_status 1 "in quotes of YAML" "$rung" check worse.csv --columns $names -f tap
check_contains out "worst is c#''x::%0A rob="
python3 -c 'import sys, xml.dom.minidom
case = xml.dom.minidom.parse(sys.argv[1]).getElementsByTagName("testcase")[0]
assert case.getAttribute("name").startswith("a<b>\"&amp;|#\x27x::%0A"), case.getAttribute("name")' \
    odd.junit && pass "XML has the name as it is" || fail "XML has another name"
check_status 2 "a table is not written to" "$rung" check good.csv --columns $names --save
check_status 2 "columns of a study" "$rung" check good.h5 --columns $names
check_status 2 "a plan as JUnit" "$rung" check good.h5 --plan -f junit
check_status 2 "a format that is none" "$rung" check good.h5 -f yaml

# ---- the script of the manual, in all six outcomes
for outcome in good:0 bad:1 one:3 failed:4 none:5; do
    store=${outcome%:*}.h5 want=${outcome#*:}
    said=$("$rung" check "$store" --r2 0.95 2>err >out || echo "do not trust the small rung ($?)")
    if [ "$want" -eq 0 ]; then expected=; else expected="do not trust the small rung ($want)"; fi
    [ "$said" = "$expected" ] && pass "$store: '$said'" || fail "$store: '$said', not '$expected'"
done
said=$("$rung" check good.h5 --r2 95 2>err >out || echo "do not trust the small rung ($?)")
[ "$said" = "do not trust the small rung (2)" ] && pass "a mistake: '$said'" || fail "a mistake: '$said'"
check_status 2 "no file" "$rung" check
check_status 2 "R2 above 1" "$rung" check good.h5 --r2 1.5
for option in error equivalence speed-loss level; do
    check_status 2 "--$option without its percent sign" "$rung" check good.h5 --$option 2
    check_contains err "'--$option' must be a fraction such as 0.02 or 2%, not '2', which is 200 %"
    check_contains err "(did you mean '2%'?)"
done
"$rung" check good.h5 --error 200% >out
check_contains out "200.0 %"
check_status 2 "a size below 0" "$rung" check good.h5 --from -64
check_contains err "'--from' must be above 0, not '-64'"
check_status 2 "a bound that is none" "$rung" check good.h5 --bound lower
check_status 2 "rungs the wrong way round" "$rung" check good.h5 --from 192 --to 64
check_status 2 "too few resamples" "$rung" check good.h5 --resamples 5
check_status 2 "a negative error" "$rung" check good.h5 --error -1
echo garbage >garbage.h5
check_status 5 "garbage" "$rung" check garbage.h5
check_contains err "garbage.h5"

# ---- a small rung that turns the order round has an R2 of 1
reversed() {
    awk -v noise="$1" 'BEGIN {
        print "problem,n,variant,cycles,instructions"
        for (v = 0; v < 8; v++) {
            c = 3 + v
            printf "A,128,%s,%.0f,16000000\n", v ? "w=" c : "base", 16e6 * c
            printf "A,256,%s,%.0f,64000000\n", v ? "w=" c : "base",
                64e6 * 30 * (noise ? 1 + noise * sin(9 * v * v) : 1 / c)
        }
    }'
}
reversed 0 >reversed.csv
check_status 1 "a reversed order" "$rung" check reversed.csv --velocity none --error none
grep -q "^r2 .* 1.000 .*fail .*the order is reversed: slope -1.0" out &&
    pass "fails whatever R2, which is shown as it is" || fail "it is not the order that fails: $(cat out)"
check_status 1 "a reversed order, by values" "$rung" check reversed.csv --velocity none --error none --bound point
reversed 0.01 >open.csv
check_status 3 "an order that is open" "$rung" check open.csv --velocity none --error none --r2 0.000001
check_contains out "whether the order is kept or reversed is open"

# ---- problems with ladders of their own: none drops out
ladders() {
    awk -v b="$1" 'BEGIN {
        print "problem,n,variant,cycles,instructions,wall_seconds"
        split("A 32 A 64 A 128 A 256 B 20 B 40 B 80", w, " ")
        for (v = 0; v < 8; v++)
            for (i = 1; i < 14; i += 2) {
                c = 3 + v; n = w[i + 1]
                if (w[i] == "B" && n == 80) c = b == "reversed" ? 30 / c : c
                if (w[i] == "B" && b == "base" && v > 0) continue
                printf "%s,%d,%s,%.0f,%d,%g\n", w[i], n, v ? "w=" 3 + v : "base", c * n * n, n * n, n * n
            }
    }'
}
ladders reversed >ladders.csv
check_status 1 "each problem has its own two largest rungs" "$rung" check ladders.csv --velocity none --error none -f csv
check_contains out 'r2,A 128 -> 256,'
check_contains out 'r2,B 40 -> 80,'
check_contains out 'the order is reversed'
cp out both
check_status 1 "the same as alone" "$rung" check ladders.csv --velocity none --error none -f csv --problem B
[ "$(grep '^r2,B' both)" = "$(grep '^r2,B' out)" ] && pass "the row is the same" || fail "the row differs"
check "rungs that one problem has" "$rung" check ladders.csv --velocity none --error none --from 128 --to 256
check_contains err "'B' is in no check of R2 or equivalence"
check "time of both" "$rung" check ladders.csv --r2 none --error none --bound point --velocity 1.1 --plan -f csv
check_contains out ",16,"
ladders base >base.csv
check_status 3 "a problem without variants" "$rung" check base.csv --velocity none --error none
check_contains out "fewer than three variants have both rungs"
{ ladders base; ladders base | sed -n '/^B,80/s/^B,80/B,256/p; /^B,40/s/^B,40/B,128/p'; } >base.csv
check_status 3 "a problem without variants at the rungs of others" "$rung" check base.csv --velocity none --error none
check_contains out "B 128 -> 256"

# ---- an R2 that one or two variants carry: the others hardly differ, and agree in nothing
carried() {
    echo n,variant,cycles,instructions
    for n in 192 256; do
        printf "$n,base,1000000,1000000\n"
        for big in "$@"; do
            echo "$n,big=$big,${big}000000,1000000"
        done
    done
    printf '192,p%d=1,%d,1000000\n' 1 1001000 2 1003000 3 999000 4 1002000 5 998000 6 1000500
    printf '256,p%d=1,%d,1000000\n' 1 1002000 2 998500 3 1001000 4 1000500 5 1000000 6 997500
}
carried 3 >one.csv
check_status 3 "one variant carries R2" "$rung" check one.csv --error none
check_contains out "R2 rests on data big=3 (0.0"
check_contains out "without it): add some that matter as much"
carried 3 4 >two.csv
check_status 3 "two variants carry R2" "$rung" check two.csv --error none
check_contains out "R2 rests on data big=4 and data big=3 (0.0"
carried 2 3 4 5 6 7 8 9 >many.csv
check_status 0 "many do" "$rung" check many.csv --error none
grep -q "rests on" out && fail "it is said to rest on some" || pass "it rests on all"

# ---- two simulators with machines of one name
{
    echo simulator,machine,mode,n,variant,cycles,instructions
    for s in ours theirs; do
        for n in 20 30 40 60 80 100; do
            for v in 1 2 3 4 5 6 7; do
                echo "$s,core,timing,$n,v$v,$((n * (1000 + v * v * 10)))000,${n}000000"
            done
        done
    done
} >simulators.csv
check_status 0 "two simulators" "$rung" check simulators.csv
for s in ours theirs; do
    check_contains out "r2     data $s/core timing 80 -> 100"
    check_contains out "error  data $s/core timing at 100"
done
check "they are taken in" "$rung" import -q simulators.csv -s simulators.h5
check "their laws" "$rung" fit --table fits simulators.h5
check_contains out "ours/core    v1       timing"
check_contains out "theirs/core  v1       timing"
for format in text csv; do
    check "their agreement as $format" "$rung" correlate -f $format simulators.h5
    for s in ours theirs; do
        grep -q "^$s/core[ ,]" out && pass "a row of $s" || fail "no row of $s"
    done
done
grep -v '^theirs' simulators.csv >ours.csv
check_status 0 "one of them" "$rung" check ours.csv
check_contains out "r2     data core timing 80 -> 100"

# ---- a size that no growth law is for
sed 's/^ours,core,timing,20,/ours,core,timing,1,/' ours.csv >ones.csv
check_status 3 "a rung at 1" "$rung" check ones.csv
check_contains out "growth laws are for sizes above 1, and n = 1 is there"
grep -q "too few" out && fail "more rungs are asked for" || pass "no more rungs are asked for"

# ---- nothing to judge, and design points that a baseline does not have
check_status 3 "no check at all" "$rung" check good.h5 --r2 none --error none --velocity none
check_contains err "warning: no check is asked for that these runs allow: nothing was judged"
{
    echo problem,n,variant,instructions,wall_seconds
    for n in 64 128 256; do
        echo "old,$n,base,${n}0000,$n"
        echo "new,$n,base,${n}0000,$n"
    done
} >speeds.csv
grep -v '^new' speeds.csv >before.csv
check_status 0 "a problem that is new" "$rung" check speeds.csv --baseline before.csv \
    --r2 none --error none --velocity none
check_contains err "3 of 6 design points are not in the baseline (first: new at 64, base)"
sed 's/^old/gone/' before.csv >gone.csv
check_status 3 "another baseline" "$rung" check speeds.csv --baseline gone.csv \
    --r2 none --error none --velocity none
check_contains out "5.000 %  inconclusive  the baseline has none of these design points"
# Without one of them R2 falls just below the threshold: it rests on no single one.
sed -n '/^192,p\|^256,p/d; p' many.csv | awk -F, -v OFS=, '
    $1 == 256 && $2 ~ /^big/ { $3 = int($3 * (1 + 0.13 * (($3 / 1000000) % 2 ? 1 : -1))) } { print }' >even.csv
check_status 3 "an R2 that is open" "$rung" check even.csv --error none --r2 0.97
check_contains out "leave the interval across the threshold"
grep -q "rests on" out && fail "it is said to rest on one" || pass "it rests on no single one"
