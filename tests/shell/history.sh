#!/bin/sh
# rung history: sessions, verdicts, baselines, and files that are damaged or in use.
. "${top_srcdir:-.}/tests/shell/init.sh"
make_store=$top_builddir/tests/tools/make_store

cat >made.yaml <<'END'
study: made
problems: [gemm, lu]
ladder: [64]
modes: [emulation, timing]
machines: [m2]
END

# study NAME SEED FACTOR [CYCLES]: two problems in two modes, times with 1 % of noise.
study() {
    awk -v seed="$2" -v factor="$3" -v cycles="${4:-3e8}" 'BEGIN {
        srand(seed)
        for (p = 0; p < 2; p++)
            for (m = 0; m < 2; m++)
                printf "%s 64 %s base 0 0 ok 8e8 %s %.9f\n", p ? "lu" : "gemm",
                       m ? "timing m2" : "emulation -", m ? cycles : "-",
                       (m + 1) * factor * (1 + 0.02 * (rand() - 0.5))
    }' | "$make_store" made.yaml "$1.h5"
}
# add COMMIT DAY FACTOR N [CYCLES]: N sessions of a commit.
serial=0
add() {
    files=
    for i in $(seq "$4"); do
        serial=$((serial + 1))
        study "s$serial" "$serial" "$3" ${5-}
        files="$files s$serial.h5"
    done
    check "add $1" "$rung" history add -H h.h5 --commit "$1" --date "2026-01-$2" --host box $files
}

for day in 01 02 03 04 05 06; do add "c$day" "$day" 1 1; done
check_contains err "'h.h5': session 6, 4 runs of commit c06 on host box"
check "nothing has changed" "$rung" history check -H h.h5
check_contains out "verdict: pass"
check_contains err "commit c06 on host box against 5 commits before it"
check "one session against another" "$rung" history check -H h.h5 --commit c02 --against c01
add slow 07 1.2 1
check_status 1 "a slow-down" "$rung" history check -H h.h5
check_contains out "simulation is slower than before"
check_contains out "gemm m2 timing at 64"
check_status 1 "the same for git bisect" "$rung" history check -H h.h5 --bisect
check_status 0 "one commit earlier" "$rung" history check -H h.h5 --commit c06
check_status 0 "a tolerance above it" "$rung" history check -H h.h5 --tolerance 30%
check_status 1 "one mode alone" "$rung" history check -H h.h5 --mode timing
grep -q emulation out && fail "another mode is judged" || pass "others are not judged"
check_status 1 "a slow-down as JSON" "$rung" history check -H h.h5 -f json
cp out out.json
for key in commit host against checks verdict changes warnings level tolerance; do
    check_contains out "\"$key\""
done
if [ -x /usr/bin/python3 ]; then
    check "it is JSON" /usr/bin/python3 -c 'import json, sys; json.load(open(sys.argv[1]))' out.json
fi
check_status 1 "as JUnit" "$rung" history check -H h.h5 -f junit
check_contains out '<testsuite name="rung history check h.h5"'
check_contains out '<failure type="fail" message="simulation is slower than before">'
check_status 1 "as Markdown" "$rung" history check -H h.h5 -f markdown
check_contains out "**rung history check: fail**"
check_status 1 "as annotations" "$rung" history check -H h.h5 -f github
check_contains out "::error title=rung history check fail::speed gemm emulation at 64: "
check_contains out "%25"

# A problem that is gone is not a pass.
study part 99 1.2
"$rung" export part.h5 -f csv --only problem=lu >part.csv
check "all of it" "$rung" history add -H part-history.h5 --commit a --host box s1.h5
check "and half" "$rung" history add -H part-history.h5 --commit b --host box part.csv
check_status 3 "lines that are missing" "$rung" history check -H part-history.h5
check_contains out "2 of them were not measured at this commit, or their runs failed: first is gemm emulation at 64"

# Against one commit: single sessions have no spread but that of the line's other commits.
check_status 1 "one session against one" "$rung" history check -H h.h5 --against c01
check "one session" "$rung" history add -q -H two.h5 --commit a --date 2026-01-01 --host box s1.h5
[ -s err ] && fail "it is not quiet" || pass "it is quiet"
check "and another" "$rung" history add -H two.h5 --commit b --date 2026-01-02 --host box s2.h5
check_status 3 "without others" "$rung" history check -H two.h5
check_contains out "single runs have no spread"
check_status 125 "which bisecting skips" "$rung" history check -H two.h5 --bisect

add base 08 1.2 5
check "a baseline" "$rung" history baseline set -H h.h5 base --note "release 1"
check "it is there" "$rung" history baseline show -H h.h5 -f csv
check_contains out ",base,release 1"
add good 09 1.21 5
check "within the tolerance of the baseline" "$rung" history check -H h.h5
check_contains err "against the baseline base"
add worse 10 1.31 5
check_status 1 "9 % slower than it" "$rung" history check -H h.h5
check "another tolerance against the commit before" "$rung" history check -H h.h5 --against last \
    --last 1 --tolerance 12%
check_contains err "against 1 commit before it"
add near 11 1.262 3
check_status 3 "at the tolerance" "$rung" history check -H h.h5
check_contains out "add about"
check_contains out " % slower: add about"
check_status 5 "a problem that is not there" "$rung" history check -H h.h5 --problem gem
check_contains err "'h.h5': no run of problem 'gem'; there are gemm, lu"
check_status 5 "a machine that is not there" "$rung" history list -H h.h5 --machine m3
check_contains err "'h.h5': no run of machine 'm3'; there is m2"

# Counters are exact.
add counts 12 1.2 5 3.00000001e8
check_status 1 "one cycle more" "$rung" history check -H h.h5
check_contains out "same inputs, other counters: cycles of gemm m2 timing at 64 was 300000000, is 300000001"

check "the list" "$rung" history list -H h.h5 -f csv
check_contains out "base,2026-01-08T00:00:00Z,,5,4,20,,now"
check "its lines" "$rung" history list -H h.h5 --lines -f csv
check_contains out "line,commits,commit,instructions_per_second,cpi,"
check_contains out "lu m2 timing at 64,12,counts,"
check "all of it" "$rung" history export -H h.h5
[ "$(wc -l <out)" -eq 121 ] && pass "30 sessions of 4 runs" || fail "$(wc -l <out) lines"
cp out whole
check "it is whole" "$rung" verify h.h5
check_contains err "'h.h5': a history of 30 sessions with 120 runs, and whole"

# What is refused.
cp h.h5 before.h5
check_status 2 "the same runs again" "$rung" history add -H h.h5 --commit x --host box s1.h5
check_contains err "'h.h5' has these runs already, as session 1"
check_status 2 "an unknown commit" "$rung" history add -H h.h5 --host box s1.h5
check_contains err "'s1.h5' does not know its commit: use --commit"
check_status 2 "no date" "$rung" history add -H h.h5 --commit x --date today s1.h5
check_contains err "'today' is no date"
check_status 5 "no study" "$rung" history add -H h.h5 --commit x none.h5
check_status 5 "a study as history" "$rung" history list -H s1.h5
check_contains err "'s1.h5' is no history of rung"
check_status 5 "a study is not overwritten" "$rung" history add -H s2.h5 --commit x s1.h5
check "it still opens" "$rung" log s2.h5
check_status 5 "no history" "$rung" history check -H none.h5
check_status 125 "no history for git bisect" "$rung" history check -H none.h5 --bisect
check_status 5 "no such host" "$rung" history list -H h.h5 --host elsewhere
check_contains err "has no session of host 'elsewhere'"
check_status 5 "no such problem" "$rung" history list -H h.h5 --problem fft
check_status 5 "no such commit" "$rung" history check -H h.h5 --against nothing
check_contains err "'h.h5' has no commit 'nothing'"
check_status 2 "several commits" "$rung" history check -H h.h5 --against c0
check_contains err "'c0' begins more than one commit"
check_status 5 "no baseline" "$rung" history check -H two.h5 --against baseline
check_contains err "'two.h5': host 'box' has no session of the baseline"
check_status 2 "itself" "$rung" history check -H h.h5 --commit slow --against slow
check_status 5 "a baseline that is not there" "$rung" history baseline set -H h.h5 nothing
check_status 2 "saving a history" "$rung" verify -o new.h5 h.h5
for wrong in "" frob "baseline" "baseline frob" "baseline set" "baseline set -f csv c01" \
    "baseline show --note x" "baseline show c01" "add" "list x" "check x" "check --last 0" \
    "check --busy 0.5" "check --level 2" "check --tolerance x" "check -f html" "export x"; do
    check_status 2 "rung history $wrong" "$rung" history $wrong
done
cmp -s h.h5 before.h5 && pass "the history is as it was" || fail "the history has changed"

# Of another simulator the commit has to be named.
printf 'simulator,problem,n,mode,instructions,wall_seconds\nother,gemm,64,timing,1000,2\n' >o.csv
check_status 2 "whose commit is it?" "$rung" history add -H o.h5 --host box o.csv
check_contains err "has runs of another simulator: name its commit with --commit"
check "a table with a commit" "$rung" history add -H o.h5 --host box --commit v1 --tag 1.0 o.csv
check_status 3 "the first of all" "$rung" history check -H o.h5
check_contains out "nothing to compare it with"
check "found by its tag" "$rung" history baseline set -H o.h5 1.0

# A held lock, and damage.
if command -v flock >/dev/null; then
    echo "process 1 on elsewhere" >h.h5.lock
    check_status 2 "while another writes" flock h.h5.lock "$rung" history baseline set -H h.h5 base
    check_contains err "'h.h5' is in use by process 1 on elsewhere"
    rm -f h.h5.lock
fi
size=$(stat -c %s h.h5)
head -c $((size / 2)) h.h5 >half.h5
check_status 5 "half a file" "$rung" history list -H half.h5
check_status 5 "half a file is found by verify" "$rung" verify half.h5
missed=0 found=0 at=1000
while [ "$at" -lt "$size" ]; do
    cp h.h5 hit.h5
    printf '\377\377\377\377\377\377' | dd of=hit.h5 bs=1 seek="$at" conv=notrunc status=none
    "$rung" history export -H hit.h5 >got 2>err </dev/null
    case $? in
    0) cmp -s got whole || missed=$((missed + 1)) ;;
    5) found=$((found + 1)) ;;
    *) missed=$((missed + 1)) ;;
    esac
    at=$((at + size / 40))
done
[ "$missed" -eq 0 ] && [ "$found" -gt 10 ] && pass "damage is found, or touches nothing" ||
    fail "$missed damages passed, $found were found"

# ---- commits before the judged one that differ by more than their sessions do
sessions() { # COMMIT DAY SECONDS...
    commit=$1 day=$2
    shift 2
    for seconds in "$@"; do
        printf 'n,mode,instructions,user_seconds,wall_seconds\n64,timing,1e9,%s,%s\n' \
            "$seconds" "$seconds" >one.csv
        "$rung" history add -q -H apart.h5 --commit "$commit" --date "2026-02-$day" --host box one.csv ||
            fail "a session of $commit"
    done
}
sessions aaaaaaa 01 1.000 1.001 0.999 1.002
sessions bbbbbbb 02 1.010 1.011 1.009 1.012
sessions ccccccc 03 1.100 1.101 1.099 1.102
check_status 3 "they are the spread" "$rung" history check -H apart.h5
check_contains out "sessions do not help, take more commits (--last) or one of them (--against)"
check_status 1 "one of them alone" "$rung" history check -H apart.h5 --against bbbbbbb
check_contains out "simulation is slower than before"
