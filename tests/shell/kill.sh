#!/bin/sh
# SIGKILL for a driver, its workers or all of them, at KILLS random moments (10) of a study of
# many short runs.  After each, every file can be read; and when the study has gone on to its
# end, its counters are bit for bit those of an undisturbed one.  KILL_SEED chooses the moments.
. "${top_srcdir:-.}/tests/shell/init.sh"

kills=${KILLS:-10}
state=${KILL_SEED:-1}
# Sets $drawn to a number from 0 to $1 - 1 (a linear congruential generator: Park and Miller).
draw() {
    state=$((state * 48271 % 2147483647))
    drawn=$((state % $1))
}
now() {
    date +%s%N | sed 's/......$//' # milliseconds
}
counters() {
    "$rung" log -a -f csv "$1" >all.csv || return 1
    awk -F, -v OFS=, '
        NR == 1 { for (i = 1; i <= NF; i++) time[i] = $i ~ /^(wall_seconds|user_seconds|peak_memory)$/ }
        { for (i = 1; i <= NF; i++) if (time[i]) $i = ""; print }' all.csv
}
workers_of() {
    cat "/proc/$1/task/$1/children" 2>/dev/null
}
[ -e /proc/self/task/self/children ] || [ -e "/proc/$$/task/$$/children" ] ||
    skip "the kernel does not list children in /proc"

cat >s.yaml <<Y
study: many
problems: [gemm, lu]
ladder: [8, 16, 24]
modes: [timing]
machines: [m2]
vary:
  rob: [96, 192]
layouts: 2
Y
start=$(now)
check "the undisturbed study" "$rung" run -q -j 2 s.yaml -o whole.h5
took=$(($(now) - start))
counters whole.h5 >whole.csv
[ "$(wc -l <whole.csv)" -eq 37 ] && pass "it has 36 runs" || fail "it has not 36 runs"

# Whatever is there can be read: the study file, and each finished run beside it.
readable() {
    for file in s.h5 s.h5.runs/*.h5; do
        [ ! -e "$file" ] || "$rung" verify -q "$file" || return 1
    done
}
hit=0 ends=0 i=0
while [ "$i" -lt "$kills" ]; do
    i=$((i + 1))
    draw $((took * 6 / 5 + 1))
    moment=$(printf %d.%03d $((drawn / 1000)) $((drawn % 1000)))
    "$rung" run -q -j 2 s.yaml -o s.h5 >/dev/null 2>driver.err </dev/null &
    driver=$!
    sleep "$moment"
    workers=$(workers_of $driver)
    kill -0 $driver 2>/dev/null && hit=$((hit + 1))
    draw 3
    # shellcheck disable=SC2086 # a list
    case $drawn in
    0) kill -9 $driver 2>/dev/null ;;
    1) [ -n "$workers" ] && kill -9 $workers 2>/dev/null ;;
    2) kill -9 $driver $workers 2>/dev/null ;;
    esac
    wait $driver 2>/dev/null
    readable || fail "kill $i, after $moment s: a file cannot be read"
    # What was killed twice goes on as well.
    draw 2
    if [ "$drawn" -eq 1 ] && [ "$i" -lt "$kills" ]; then
        continue
    fi
    "$rung" run -q -j 2 s.yaml -o s.h5 2>err || fail "kill $i: the study does not go on"
    counters s.h5 >s.csv
    if cmp -s whole.csv s.csv; then
        ends=$((ends + 1))
    else
        fail "kill $i, after $moment s: other counters: $(diff whole.csv s.csv | head -4)"
    fi
    ls s.h5.* 2>/dev/null && fail "kill $i: something is left beside the study"
    rm -rf s.h5*
done
[ "$hit" -gt 0 ] && pass "$hit of $kills kills hit a running study" || fail "no kill hit"
[ "$ends" -gt 0 ] && pass "$ends studies went on to the same end" || fail "no study ended"
