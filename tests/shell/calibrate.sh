#!/bin/sh
# rung calibrate baseline: the published times against numbers of our own, and bad tables.
. "${top_srcdir:-.}/tests/shell/init.sh"

# latency, overhead, R2 of every program to 10 digits; standard errors by the intervals:
# t(0.975, 4) = 2.7764451051977987.
reference=$top_srcdir/tests/shell/m2-baselines.csv
check_status 1 "one program fails the gate" "$rung" calibrate baseline -f csv
cp out got.csv
awk -F, 'function off(a, b) { d = (a - b) / b; return d < 0 ? -d : d }
    FNR == 1 { file++ } /^#/ || /^program/ { next }
    file == 1 { latency[$1] = $2; start[$1] = $3; r2[$1] = $4; se[$1] = $5; next }
    { n++; half = ($6 - $5) / 2 / 2.7764451051977987
      if (off($4, latency[$1]) > 1e-10 || off($8, start[$1]) > 1e-10 ||
          off($9, r2[$1]) > 1e-10 || off(half, se[$1]) > 1e-10) { print "differs: " $0; bad++ } }
    END { if (n != 18) { print n " programs"; bad++ } exit bad > 0 }' "$reference" got.csv >out &&
    pass "18 programs agree to 10 digits" || fail "baselines differ from ours"

check_status 1 "as text" "$rung" calibrate baseline
check_contains out "R2 > 0.997: fail; 1 of 18 programs fail"
check_contains out "1 after Holm's correction"
check_contains err "memorystrided: the slope changes by -32.6 %"
check_contains err "vectoradd: R2 is 0.995812, not above 0.997"
check_status 1 "as JSON, by name" "$rung" calibrate baseline m2-times -f json
for key in programs name category problem sizes rows latency_ns latency_ci overhead_ms overhead_ci \
    r2 residual_sd df curvature slope_change lack_of_fit outlier studentised p p_adjusted verdict \
    warnings gate level weights; do
    check_contains out "\"$key\""
done
check_contains out '"code": "r2-gate"'
check "a lower gate" "$rung" calibrate baseline --gate 0.99
check_contains out "R2 > 0.99: pass; 0 of 18"
check_status 1 "times per iteration, relative weights, a table by its path" "$rung" calibrate \
    baseline --x n --weights relative --level 90% "$top_srcdir/data/hardware/m2-times.csv" -f json
check_contains out '"weights": "relative"'
check_contains out '"level": 0.9'

printf 'who,size,ms\na,1,5\na,2,7\nb,1,5\nb,2,7\nb,3,9.01\n' >two.csv
check_status 3 "two sizes say nothing of a line" "$rung" calibrate baseline --program who \
    --x size --time ms two.csv
check_contains err "a: two points always lie on a line: measure a third size"
check_contains out "1 inconclusive"
printf 'program,instructions,time_ms\na,1,5\na,2,7\na,3,9.01\na,4,11\n' >clean.csv
check "a clean table" "$rung" calibrate baseline clean.csv
check "from standard input" sh -c "'$rung' calibrate baseline - <clean.csv"

printf 'program,instructions,time_ms\na,1,5\na,2,NaN\n' >bad.csv
check_status 5 "NaN" "$rung" calibrate baseline bad.csv
check_contains err "rung: 'bad.csv':3: column 'time_ms': 'NaN' is not a finite number"
printf 'program,instructions,time_ms\na,1,fast\na,2,7\n' >bad.csv
check_status 5 "text in a column of numbers" "$rung" calibrate baseline bad.csv
check_contains err "rung: 'bad.csv':2: column 'time_ms': 'fast' is not a finite number"
printf 'program,instructions,time_ms\na,1,5\na,1,7\n' >bad.csv
check_status 5 "one size" "$rung" calibrate baseline bad.csv
check_contains err "rung: 'bad.csv':2: program 'a' has one size only"
printf 'program,instruction,time_ms\na,1,5\na,1,7\n' >bad.csv
check_status 5 "a missing column" "$rung" calibrate baseline bad.csv
check_contains err "no column 'instructions' (did you mean 'instruction'?)"
check_status 5 "a missing file" "$rung" calibrate baseline ./none.csv
check_status 2 "an unknown table" "$rung" calibrate baseline none
check_contains err "rung: no hardware times 'none'"
check_status 2 "nothing to do" "$rung" calibrate
check_status 2 "something unknown" "$rung" calibrate baselin
check_contains err "unknown word 'baselin' (did you mean 'baseline'?)"
check_status 2 "a gate above 1" "$rung" calibrate baseline --gate 2
check_status 2 "no level" "$rung" calibrate baseline --level 0
check_status 2 "weights that are none" "$rung" calibrate baseline --weights heavy
check_status 2 "two tables" "$rung" calibrate baseline clean.csv two.csv
if [ -c /dev/full ]; then
    "$rung" calibrate baseline clean.csv >/dev/full 2>err
    [ $? -eq 5 ] && pass "a full disk" || fail "a full disk does not end with 5"
fi
