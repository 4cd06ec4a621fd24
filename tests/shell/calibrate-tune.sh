#!/bin/sh
# rung calibrate tune: a machine with hidden parameters plays the hardware.
. "${top_srcdir:-.}/tests/shell/init.sh"

grep -E '^(program|arithmetic|memorystrided|loadheavy|storeheavy|vectorsum|strideindirect),' \
    "$top_srcdir/data/hardware/m2-times.csv" >some.csv
# Times of the hidden machine at larger sizes than tuning looks at: 5 ms to start, 3.3 GHz.
hide() {
    "$rung" calibrate accuracy -f csv --part 0.5% "$@" some.csv | awk -F, -v OFS=, '
        NR == 1 { print "program,category,problem,n,instructions,time_ms"; next }
        { for (k = 1; k <= 4; k++) { n = k * 100000
              print $1, $2, $1, n, n * $5, sprintf("%.12g", 5 + n * $6 / 3.3e6) } }'
}
hide -s forward.latency=6 -s ports.alu=4 -s ports.load=2 >hidden.csv
[ "$(wc -l <hidden.csv)" -eq 25 ] && pass "hidden times" || fail "no hidden times"

cat >calib.yaml <<'END'
calibration: hidden
hardware: ./hidden.csv
clock: {from: 3GHz, to: 3.6GHz}
parameters:
  forward.latency: {from: 3, to: 8}
  ports.alu: {from: 3, to: 6}
  ports.load: [2, 3]
fixed:
  rob: measured by others
rungs: [0.1%, 0.5%]
points: 6
END
check "hidden parameters are found" "$rung" calibrate tune calib.yaml -f json -o tuned.yaml
python3 - out <<'END' && pass "each of them, the clock, and no error left" || fail "others were found"
import json, sys
r = json.load(open(sys.argv[1]))
tuned = {p["name"]: p["tuned"]["value"] for p in r["parameters"]}
assert tuned == {"forward.latency": 6, "ports.alu": 4, "ports.load": 2}, tuned
assert abs(r["clock_ghz"] - 3.3) < 0.01, r["clock_ghz"]
assert r["error"] < 0.005 < r["start_error"], r["error"]
assert r["agree"] and r["verdict"] == "pass"
for p in r["parameters"]:
    assert p["identified"] and p["interval"][0] <= p["tuned"]["value"] <= p["interval"][1], p
    assert p["sensitivity_ci"][0] <= p["sensitivity"] <= p["sensitivity_ci"][1], p
assert len(r["programs"]) == 6 and len(r["rungs"]) == 2
assert r["rungs"][0]["points"] > r["rungs"][1]["points"]
assert r["saving"] > 2, r["saving"]
END
check_contains tuned.yaml "to 6, 3 to 8 tried"
check_contains tuned.yaml "# fixed: rob, measured by others"
check_contains tuned.yaml "forward.latency: 6"
check_contains tuned.yaml "name: tuned"
check "the machine that it writes gives these times" "$rung" calibrate accuracy -M ./tuned.yaml \
    --part 0.5% --clock 3.3GHz --error 0.5% --worst 1% hidden.csv
cp out first
check "again" "$rung" calibrate accuracy -M ./tuned.yaml --part 0.5% --clock 3.3GHz --error 0.5% \
    --worst 1% hidden.csv
cmp -s first out && pass "gives the same" || fail "gives something else"
check "as text" "$rung" calibrate tune calib.yaml --rungs 0.1%
check_contains out "clock 3.3 GHz, tuned"
check_contains out "programs left out:"
check "as CSV" "$rung" calibrate tune calib.yaml --rungs 0.1% -f csv
[ "$(wc -l <out)" -eq 4 ] && pass "a parameter a row" || fail "not a parameter a row"

# ---- files that are refused
bad() {
    title=$1 says=$2 at=$3
    shift 3
    sed "$@" calib.yaml >bad.yaml
    check_status 2 "$title" "$rung" calibrate tune bad.yaml
    check_contains err "rung: 'bad.yaml':$at: $says"
}
bad "an unknown key" "unknown key 'hardwear'" 2 's/^hardware/hardwear/'
bad "an unknown parameter" "machine 'm2' has no parameter 'forward.latenzy'" 5 's/latency/latenzy/'
bad "a value out of range" "" 6 's/from: 3, to: 6/from: 0, to: 6/'
bad "a range of nothing" "'ports.alu': from has to be below to" 6 's/from: 3, to: 6/from: 6, to: 6/'
bad "half a range" "'ports.alu' needs from and to" 6 's/from: 3, to: 6/from: 3/'
bad "a start outside" "'ports.alu' is 6 in machine 'm2', which is not among the values to try" 6 \
    's/from: 3, to: 6/from: 3, to: 5/'
bad "one value" "'ports.load' has one value only" 7 's/\[2, 3\]/[3]/'
bad "values that fall" "'ports.load': values have to ascend" 7 's/\[2, 3\]/[3, 2]/'
bad "no values" "'ports.load' needs {from, to} or a list of values" 7 's/\[2, 3\]/3/'
bad "fixed and tuned" "'ports.alu' is both fixed and to be tuned" 9 's/rob:/ports.alu:/'
bad "fixed and unknown" "machine 'm2' has no parameter 'robb'" 9 's/rob:/robb:/'
bad "rungs that fall" "'rungs' ascend" 10 's/\[0.1%, 0.5%\]/[0.5%, 0.1%]/'
bad "no points" "'points' is not within 1 and 100000" 11 's/points: 6/points: 0/'
bad "a clock that falls" "'clock': from has to be below to" 3 's/to: 3.6GHz/to: 2GHz/'
bad "rungs without a list" "'rungs' is a list of parts, as [0.4%, 4%]" 10 's/\[0.1%, 0.5%\]/0.1%/'
bad "fixed without sources" "'fixed' is a map of parameters and their sources" 8 \
    -e 's/^fixed:.*/fixed: [rob]/' -e '/^  rob:/d'
bad "a share to keep below 0" "'keep' must be a fraction such as 0.02 or 2%, not '-1%'" 12 '$a keep: -1%'
bad "programs that are no list" "'programs' is a list of names" 12 '$a programs: arithmetic'
bad "an unknown mode" "unknown mode 'emulation'" 12 '$a mode: emulation'
bad "an unknown loss" "unknown loss 'cubes'" 12 '$a loss: cubes'
bad "an unknown program" "the hardware times have no program 'gemm'" 12 '$a programs: [gemm]'
sed '/^  ports/d; /^  forward/d' calib.yaml >bad.yaml
check_status 2 "no parameters" "$rung" calibrate tune bad.yaml
check_contains err "'parameters' names none"
sed '$a programs: [arithmetic, loadheavy, storeheavy]' calib.yaml >bad.yaml
check_status 2 "fewer programs than parameters" "$rung" calibrate tune bad.yaml
check_contains err "3 programs cannot decide 3 parameters and the clock"
sed 's/hidden.csv/none.csv/' calib.yaml >bad.yaml
check_status 5 "no hardware times" "$rung" calibrate tune bad.yaml
check_status 5 "no file" "$rung" calibrate tune none.yaml
check_status 2 "no file named" "$rung" calibrate tune
check_status 2 "rungs on the command line that fall" "$rung" calibrate tune --rungs 1%,0.5% calib.yaml
check_status 2 "rungs that are none" "$rung" calibrate tune --rungs small calib.yaml
check_status 5 "a place that cannot be written" "$rung" calibrate tune --rungs 0.1% \
    -o none/tuned.yaml calib.yaml
