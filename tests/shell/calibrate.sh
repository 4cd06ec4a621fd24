#!/bin/sh
# rung calibrate: the published times against numbers of our own, programs whose cycles are
# certain, and bad tables.
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
# ---- accuracy: what the efficiency core's file says of its eleven programs is so
eleven=vectorsum,vectoradd,reductiontree,strideindirect,gemm,atax,2mm,mvt,jacobi-1d,3mm,bicg
check "the efficiency core" "$rung" calibrate accuracy -M icestorm --programs "$eleven" \
    --clock machine -f json
cp out documented.json
check "with a clock that fits" "$rung" calibrate accuracy -M icestorm --programs "$eleven" -f json
python3 - documented.json out "$top_srcdir/data/machines/icestorm.yaml" <<'END' &&
import json, re, sys
said = open(sys.argv[3]).read()
for file, line in (sys.argv[1], r"clock ([0-9.]+) GHz, as documented: mean error"), \
        (sys.argv[2], r"clock ([0-9.]+) GHz \([^)]*\), which fits best:"):
    r = json.load(open(file))
    m = re.search(line + r" ([0-9.]+) % \(([0-9.]+) to ([0-9.]+)\), largest ([0-9.]+) %", said)
    everything = r["categories"][0]
    assert everything["programs"] == 11
    is_so = [r["clock"]["ghz"], *(100 * x for x in (everything["error"], *everything["error_ci"],
                                                    everything["worst"]))]
    for a, b, digits in zip(m.groups(), is_so, (3, 1, 1, 1, 1)):
        assert a == "%.*f" % (digits, b), (line, a, b)
END
    pass "are as far from the times as its file says" || fail "its file says something else"
check_status 2 "a program that was not measured" "$rung" calibrate accuracy --programs gemm,nothing
check_contains err "the hardware times have no program 'nothing'"

# ---- accuracy: two programs, simulated on the spot, whose cycles are certain
grep -E '^(program|dependency|branch),' "$top_srcdir/data/hardware/m2-times.csv" >two.csv
check "two programs on the spot" "$rung" calibrate accuracy --clock dependency --part 0.1% two.csv
check_contains out "clock 3.217 GHz (3.214 to 3.22), by the program that was named"
check "as JSON" "$rung" calibrate accuracy --clock dependency --part 0.1% -f json two.csv
check_contains out '"cycles": 20.0'
check_contains out '"instructions": 23.0'
check_contains out '"nominal": 20.0'
for key in programs categories clock ghz by error error_ci left_out worst worst_program drift \
    per_doubling sizes measured_ns measured_ci simulated_ns error_threshold worst_threshold \
    verdict level seed resamples warnings; do
    check_contains out "\"$key\""
done
check_status 1 "a clock that is wrong" "$rung" calibrate accuracy --clock 1.6GHz --part 0.1% \
    --worst 25% two.csv
check_contains out "at most 25 %: fail"
check_status 1 "the machine's own clock" "$rung" calibrate accuracy --clock machine --part 0.1% \
    -s clock=1.6GHz --worst 25% two.csv
check_contains out "clock 1.6 GHz, given"
check_status 3 "two programs have no mean with an interval" "$rung" calibrate accuracy \
    --error 10% --clock dependency --part 0.1% two.csv
check "between sizes" "$rung" calibrate accuracy --table sizes --part 0.1% two.csv -f csv
[ "$(wc -l <out)" -eq 11 ] && pass "five a program" || fail "not five a program"

# ---- kept for a report
rm -f kept.h5*
check "errors are kept" "$rung" calibrate accuracy --clock dependency --part 0.1% --save kept.h5 \
    two.csv
check "once more" "$rung" calibrate accuracy --clock dependency --part 0.1% --save kept.h5 two.csv
check "and of a changed machine" "$rung" calibrate accuracy --clock dependency --part 0.1% \
    -s class.alu.latency=2 --save kept.h5 two.csv
check "and of one program" "$rung" calibrate accuracy --clock 3.217GHz --part 0.1% \
    --programs branch --save one.h5 two.csv
check "its table" "$rung" export -t accuracy/programs one.h5 -o one.csv
check_contains one.csv ',"two.csv, 1 of 2 programs",m2,timing,base,3.217 GHz,branch,'
check "the file is whole" "$rung" verify kept.h5
check "their table" "$rung" export -t accuracy/programs kept.h5 -o kept.csv
check "two programs of two machines" [ "$(wc -l <kept.csv)" -eq 5 ]
for text in ',two.csv,m2,timing,base,program dependency,dependency,' \
    ',two.csv,m2,timing,class.alu.latency=2,program dependency,branch,'; do
    check_contains kept.csv "$text"
done
echo text >no.h5
check_status 5 "into what is no study" "$rung" calibrate accuracy --clock dependency --part 0.1% \
    --save no.h5 two.csv
check_contains err "no.h5"
check_status 2 "where nothing can be written" "$rung" calibrate accuracy --clock dependency \
    --part 0.1% --save no-such-folder/kept.h5 two.csv

if command -v gnuplot >/dev/null; then
    check "a report of what is kept" "$rung" report kept.h5 -o kept-report
    check_contains kept-report/accuracy.html "class.alu.latency=2"
    check_contains kept-report/accuracy.html 'href="#subject-2"'
    check_contains kept-report/accuracy.html '<section id="subject-2">'
    check "its figures" [ "$(ls kept-report/figures | wc -l)" -eq 8 ]
    check "a figure" "$rung" calibrate accuracy --clock dependency --part 0.1% --figure pic \
        --worst 25% two.csv
    check_contains pic/figures/accuracy-accuracy.svg "</svg>"
    check_contains pic/figures/accuracy-accuracy.svg "dependency"
    check_contains pic/figures/accuracy-accuracy-dark.svg "</svg>"
    [ "$(wc -l <pic/data/accuracy.tsv)" -eq 3 ] && pass "its table" || fail "no table"
    : >taken
    check_status 5 "a figure where a file is" "$rung" calibrate accuracy --part 0.1% \
        --figure taken two.csv
fi

# the same from runs made before: 40 cycles for one of n
cat >runs.csv <<'END'
problem,n,cycles,instructions
dependency,1000,40100,23000
dependency,2000,80100,46000
END
check "from a table of runs" "$rung" calibrate accuracy --store runs.csv --clock 3.217GHz two.csv -f csv
check_contains out "dependency,micro,2000,23,20,40,"
check_contains err "'branch' is left out: there are no simulated runs of it"
check_status 5 "no runs at all" "$rung" calibrate accuracy --store runs.csv --variant rob=8 two.csv
check_status 5 "a missing store" "$rung" calibrate accuracy --store none.h5 two.csv
check_status 2 "changes to runs made before" "$rung" calibrate accuracy --store runs.csv -s rob=8
check_status 2 "a variant of no store" "$rung" calibrate accuracy --variant rob=8
check_status 2 "an unknown parameter" "$rung" calibrate accuracy -s robb=8 two.csv
check_contains err "robb"
check_status 2 "a change that is none" "$rung" calibrate accuracy -s rob two.csv
check_status 2 "an unknown machine" "$rung" calibrate accuracy -M none two.csv
check_status 2 "a mode without cycles" "$rung" calibrate accuracy -m emulation two.csv
check_status 2 "a clock from nowhere" "$rung" calibrate accuracy --part 0.1% --clock nobody two.csv
check_status 2 "an unknown table of results" "$rung" calibrate accuracy --table none two.csv
check_status 2 "a part of nothing" "$rung" calibrate accuracy --part 0 two.csv
printf 'program,problem,n,time_ms\na,dependancy,1,5\na,dependancy,2,7\na,dependancy,3,9\n' >bad.csv
check_status 2 "an unknown problem" "$rung" calibrate accuracy bad.csv
check_contains err "program 'a': unknown problem 'dependancy' (did you mean 'dependency'?)"

if [ -c /dev/full ]; then
    "$rung" calibrate baseline clean.csv >/dev/full 2>err
    [ $? -eq 5 ] && pass "a full disk" || fail "a full disk does not end with 5"
fi
