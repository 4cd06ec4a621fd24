#!/bin/sh
# A killed, interrupted or doubled driver: nothing that was finished is lost, and the study
# ends with the counters of an undisturbed one.
. "${top_srcdir:-.}/tests/shell/init.sh"

cat >s.yaml <<E
study: many
problems: [gemm]
ladder: [16, 24, 32, 40]
modes: [timing]
machines: [m2]
vary:
  rob: [96, 192]
layouts: 2
E
runs=24
cat >long.yaml <<E
study: long
problems: [gemm]
ladder: [320]
modes: [emulation]
layouts: 4
E

# All counters of a store, without times.
counters() {
    "$rung" log -a -f csv "$1" >all.csv || return 1
    awk -F, -v OFS=, '{ NF -= 3; print }' all.csv
}
# Waits until the command is true, ten seconds at most.
await() {
    for i in $(seq 200); do
        "$@" && return 0
        sleep 0.05
    done
    return 1
}
run_files() {
    ls "$1".runs 2>/dev/null | grep -c '\.h5$'
}
has_run_files() {
    [ "$(run_files "$1")" -ge "$2" ]
}
# The workers of the driver with this process number.
workers_of() {
    cat "/proc/$1/task/$1/children" 2>/dev/null
}
has_workers() {
    [ -n "$(workers_of "$1")" ]
}
all_ended() {
    for process; do
        kill -0 "$process" 2>/dev/null && return 1
    done
    return 0
}
[ -e /proc/self/task/self/children ] || [ -e "/proc/$$/task/$$/children" ] ||
    skip "the kernel does not list children in /proc"

check "the undisturbed study" "$rung" run -q s.yaml -o whole.h5
counters whole.h5 >whole.csv
[ "$(wc -l <whole.csv)" -eq $((runs + 1)) ] && pass "it has $runs runs" || fail "it has not $runs runs"

# ---- SIGKILL, at several moments; the driver never gets to say good-bye
for wanted in 1 5 11; do
    # On a busy machine this shell may look too late: it tries again.
    for attempt in 1 2 3 4 5 6 7 8; do
        rm -rf s.h5*
        "$rung" run -j 2 s.yaml -o s.h5 2>driver.err </dev/null &
        driver=$!
        await has_run_files s.h5 $wanted
        workers=$(workers_of $driver)
        kill -9 $driver
        wait $driver 2>/dev/null
        await all_ended $workers && pass "the workers end with the driver" ||
            fail "workers outlive the driver"
        done_before=$(run_files s.h5)
        [ -d s.h5.runs ] && [ "$done_before" -lt $runs ] && break
    done
    [ -d s.h5.runs ] && [ "$done_before" -lt $runs ] && pass "killed after $done_before runs" ||
        fail "killed too late to test anything"
    check "the study file opens after the kill" "$rung" log s.h5
    check "the study goes on" "$rung" run s.yaml -o s.h5
    check_contains err "'s.h5': $done_before run"
    check_contains err "'s.h5': $runs of $runs runs are stored, $((runs - done_before)) of them now"
    counters s.h5 >s.csv
    check "its counters are those of the undisturbed one" diff whole.csv s.csv
    ls s.h5.* 2>/dev/null && fail "something is left beside the study" ||
        pass "nothing is left beside the study"
done

# ---- killed between the last run and the end: nothing is left to do but to tidy up
mkdir s.h5.runs
echo >s.h5.runs/plan.jsonl
check "a study that was done" "$rung" run -q s.yaml -o s.h5
[ ! -e s.h5.runs ] && pass "its plan is cleared away" || fail "its plan is left"

# ---- two drivers; the worker stands still, so that no speed matters
"$rung" run -j 1 long.yaml -o long.h5 2>first.err </dev/null &
driver=$!
await has_workers $driver
workers=$(workers_of $driver)
kill -STOP $workers
check_status 2 "a second driver" "$rung" run long.yaml -o long.h5
check_contains err "rung: 'long.h5' is in use by process $driver on $(uname -n)"

# ---- SIGINT: the run under way is finished, no other is begun
kill -INT $driver
await grep -qF "finishing 1 run under way" first.err
kill -CONT $workers
wait $driver
[ $? -eq 4 ] && pass "an interrupted driver ends with 4" || fail "an interrupted driver: $?"
check_contains first.err "rung: interrupted: finishing 1 run under way"
check_contains first.err "'long.h5': 1 of 4 runs are stored, 1 of them now"
check_contains first.err "rung: interrupted"

# ---- SIGINT twice: at once
rm -rf long.h5*
"$rung" run -j 1 long.yaml -o long.h5 2>twice.err </dev/null &
driver=$!
await has_workers $driver
workers=$(workers_of $driver)
kill -STOP $workers
kill -INT $driver
await grep -qF "finishing 1 run" twice.err # two of the same signal at once are one
kill -INT $driver
wait $driver
[ $? -eq 4 ] && pass "interrupted twice: 4" || fail "interrupted twice: $?"
check_contains twice.err "rung: interrupted again: 1 run killed"
check_contains twice.err "'long.h5': 0 of 4 runs are stored"
all_ended $workers && pass "no worker is left" || fail "a worker is left"

# ---- a worker that dies is one lost run, which is done again next time
rm -rf long.h5*
"$rung" run -j 1 --only seed=0,1 long.yaml -o long.h5 2>crash.err </dev/null &
driver=$!
await has_workers $driver
kill -KILL $(workers_of $driver)
wait $driver
[ $? -eq 4 ] && pass "a dead worker: 4" || fail "a dead worker: $?"
check_contains crash.err "crash: the worker was killed by signal 9 (Killed)"
check_contains crash.err "'long.h5': 2 of 4 runs are stored, 2 of them now"
check "the crash is stored" "$rung" log -v long.h5 --only status=crash
check_contains out "killed by signal 9"
check "it is run again" "$rung" run --only seed=0,1 long.yaml -o long.h5
check_contains err "'long.h5': 2 of 4 runs are stored, 1 of them now; they replace older ones"
check "no crash is left" "$rung" log long.h5 -f csv --only status=crash
[ "$(wc -l <out)" -eq 1 ] && pass "all went well" || fail "the crash is still there"

# ---- a damaged run file is set aside, and its run done again
rm -rf s.h5*
"$rung" run -q s.yaml -o s.h5 --only n=16
mkdir s.h5.runs
id=$("$rung" log -f csv whole.h5 --only n=24 | sed -n 2s/,.*//p)
head -c 1000 /dev/zero >"s.h5.runs/$id.h5"
check "with a damaged run file" "$rung" run s.yaml -o s.h5
check_contains err "rung: warning: 1 damaged run file, set aside ('s.h5.runs/$id.h5.damaged')"
counters s.h5 >s.csv
check "the counters are right all the same" diff whole.csv s.csv

# ---- no room: a limit on the size of files stands for a full disk
rm -rf s.h5*
limited() {
    limit=$1
    shift
    (
        trap '' XFSZ # an error of write() instead of a signal
        ulimit -f "$limit"
        "$@"
    )
}
check_status 5 "no room for the study file" limited 300 "$rung" run s.yaml -o s.h5
check_contains err "rung: cannot write 's.h5.tmp': File too large"
[ "$(run_files s.h5)" -eq $runs ] && pass "the runs are safe" || fail "runs are lost"
[ -e s.h5.tmp ] && fail "a piece is left" || pass "no piece is left"
check "with room again" "$rung" run s.yaml -o s.h5
check_contains err "'s.h5': $runs runs of an earlier call taken in"
counters s.h5 >s.csv
check "the counters are right" diff whole.csv s.csv
rm -rf s.h5*
check_status 5 "no room for a run" limited 140 "$rung" run -j 1 s.yaml -o s.h5
check_contains err ": File too large"
check "the study file opens" "$rung" log s.h5
check "with room again" "$rung" run -q s.yaml -o s.h5
counters s.h5 >s.csv
check "the counters are right" diff whole.csv s.csv
