#!/bin/sh
# Simulators of others as subjects of a study: the examples, and what goes wrong with them.
. "${top_srcdir:-.}/tests/shell/init.sh"
cp "$top_srcdir"/data/examples/*.yaml "$top_srcdir"/data/examples/roofline.awk \
    "$top_srcdir"/data/examples/native.c .
mkdir tmp
TMPDIR=$test_dir/tmp
export TMPDIR

# rows FILTER: how many runs of ./s.h5 have it.
rows() {
    "$rung" log -f csv s.h5 --only "$1" | sed 1d | wc -l
}
# count WHAT WANT FILTER
count() {
    got=$(rows "$3")
    [ "$got" -eq "$2" ] && pass "$1: $2" || fail "$1: $got instead of $2"
}

# ---- gem5's form, JSON of a shell command
rm -f s.h5
check "a simulator that writes stats.txt" "$rung" run stats.yaml -o s.h5
check_contains err "'s.h5': 35 of 35 runs are stored, 35 of them now"
count "runs that went well" 35 status=ok
check "its numbers" "$rung" log -af csv s.h5 --only n=64
check_contains out ",roofline,gemm-model,64,timing,roofline,base,0,0,ok,1835008,131272,"
check_contains out ",roofline,gemm-model,64,timing,roofline,width=1,0,0,ok,1835008,262344,"
check "nothing is run twice" "$rung" run stats.yaml -o s.h5
check_contains err "0 of them now"
check "it is fitted" "$rung" fit s.h5
check_contains out "gemm-model  roofline"
check "it is correlated" "$rung" correlate s.h5
"$rung" check s.h5 >out 2>err
check_contains out "gemm-model roofline timing 192 -> 256"
check "how it was run" "$rung" export -t runs -f json s.h5
check_contains out "-v l2=131072 -v latency=100 -v width=2 -v form=stats"
check_contains out "l2.size: 131072"

rm -f s.h5
check "a command of the shell" "$rung" run --only n=64,128 shell.yaml -o s.h5
count "runs that went well" 8 status=ok
check "its numbers" "$rung" log -af csv s.h5 --only n=64
check_contains out ",script,gemm-model,64,timing,script,base,0,0,ok,1835008,131272,"

# ---- our model and another one over a ladder
rm -f s.h5
check "two simulators" "$rung" run compare.yaml -o s.h5
count "runs of ours" 35 simulator=rung
count "runs of the other one" 35 simulator=roofline
"$rung" check s.h5 >out 2>err
check_contains out "gemm small timing 40 -> 48"
check_contains out "gemm roofline timing 40 -> 48"
check "the report of both" "$rung" report s.h5 -o page
grep -q 'roofline' page/index.html && grep -q 'small' page/index.html &&
    pass "the page has both" || fail "the page lacks one"
check "the dry run" "$rung" run --dry-run -f csv compare.yaml -o s.h5
check_contains out "roofline,gemm,48,timing,0,7,0,0,0"

# ---- qemu and perf
rm -f s.h5
if command -v qemu-aarch64 >/dev/null; then
    check "qemu" "$rung" run --only n=16,32 qemu.yaml -o s.h5
    count "runs that went well" 6 status=ok
    check "its times" "$rung" fit --metric user_seconds s.h5
else
    echo "not tested: qemu-aarch64 is not installed (Debian package qemu-user)"
fi
rm -f s.h5
if perf stat -j -e task-clock,duration_time true 2>perf.out && grep -q counter-value perf.out; then
    check "a native program" "${CC:-cc}" -O2 -o native native.c
    check "perf" "$rung" run --only n=64,96 native.yaml -o s.h5
    count "runs that went well" 6 status=ok
    check "its times" "$rung" log -f csv s.h5
else
    echo "not tested: perf is not installed or not allowed (see perf_event_paranoid)"
fi

# ---- what goes wrong costs one run, and the cause is kept
cat >toy <<'X'
#!/bin/sh
# toy KIND N
case $1 in
good) echo "cycles=$(($2 * 10))" ;;
silent) echo nothing ;;
wild) echo "cycles=lots" ;;
exit)
    for i in 1 2 3 4 5 6 7 8 9 10; do echo "line $i of trouble" >&2; done
    exit 7
    ;;
die) kill -SEGV $$ ;;
hang)
    echo waiting >&2
    sleep 4
    echo cycles=1
    ;;
esac
X
chmod +x toy
cat >toy.yaml <<'X'
study: toy
problems: [{name: toy, work: n}]
ladder: [1, 2]
simulators:
  - name: toy
    command: [./toy, "{kind}", "{n}"]
    timeout: 1500ms
    parameters: {kind: good}
    vary: {kind: [silent, wild, exit, die, hang]}
    numbers:
      cycles: {regex: "cycles=(.*)"}
  - name: lost
    command: [./toy, good, "{n}"]
    numbers:
      cycles: {json: /cycles, from: out/result.json}
X
rm -f s.h5
check_status 4 "runs that fail" "$rung" run toy.yaml -o s.h5
check_contains err "rung: 12 of 14 runs failed"
check "why" "$rung" log -vf csv s.h5
cp out why
check_contains why "toy,toy,1,timing,toy,base,0,0,ok,,10,,"
check_contains why "kind=silent,0,0,output,"
check_contains why "cycles: 'stdout' has no 'cycles=(.*)'"
check_contains why "'cycles=(.*)' is 'lots', which is no finite number"
check_contains why "exit status 7; standard error ends with"
check_contains why "line 10 of trouble"
grep -q "line 2 of" why && fail "all of standard error is kept" || pass "no more than the end"
check_contains why "kind=die,0,0,crash,"
check_contains why "signal 11"
check_contains why "kind=hang,0,0,timeout,"
check_contains why "it took more than 1500 ms; standard error ends with
waiting"
check_contains why "it made no file 'out/result.json'"
check "exit codes" "$rung" export s.h5 --only variant=kind=exit
check_contains out ",kind=exit,0,0,exit,7,"
check_status 4 "only what may pass is done again" "$rung" run toy.yaml -o s.h5
check_contains err "'s.h5': 14 of 14 runs are stored, 2 of them now"
sed 's/1500ms/30s/' toy.yaml >patient.yaml
check_status 4 "more time" "$rung" run patient.yaml -o s.h5
check_contains err "4 of them now"
ls -A tmp | grep . && fail "a folder is left" || pass "no folder is left"
sleep 0.1
pgrep -f "$test_dir.*toy hang" >pids && fail "a process is left" || pass "no process is left"

# ---- a program that was built anew, or numbers found elsewhere, make runs anew
rm -f s.h5
"$rung" run -q --only variant=base --only simulator=toy toy.yaml -o s.h5
check "kept" "$rung" run --only variant=base --only simulator=toy toy.yaml -o s.h5
check_contains err ", 0 of them now"
echo "# another build" >>toy
check "another build" "$rung" run --only variant=base --only simulator=toy toy.yaml -o s.h5
check_contains err ", 2 of them now; they replace older ones"
sed 's/cycles=(.\*)/cycles=([0-9]*)/' toy.yaml >other.yaml
check "other numbers" "$rung" run --only variant=base --only simulator=toy other.yaml -o s.h5
check_contains err ", 2 of them now; they replace older ones"

# ---- the size has to come somewhere
sed 's/{n}/8/g; s/^ladder: .*/ladder: [8, 16]/' toy.yaml >sizeless.yaml
check_status 2 "a command without a size" "$rung" run -nq sizeless.yaml
check_contains err "the command of 'toy' for 'toy' is the same at n = 8 and at n = 16: there is no {n} in it"
check_contains err "'sizeless.yaml':$(grep -n 'command:' sizeless.yaml | sed 's/:.*//;q'): "
sed 's/^ladder: .*/ladder: [16]/' sizeless.yaml >single.yaml
check "one size alone" "$rung" run -nq single.yaml

# ---- nothing passes through a shell
cat >args <<'X'
#!/bin/sh
for a; do echo "<$a>"; done >&2
echo "t=$#"
X
chmod +x args
cat >args.yaml <<'X'
study: args
problems: [{name: toy}, {name: toy2, args: "--size {n}", work: n}]
ladder: [3]
simulators:
  - name: args
    command: [./args, "{args}", "$(touch pwned); `id` {p} {{n}}", "a b", "{seed} {repetition}"]
    parameters: {p: "x; y"}
    repetitions: 2
    numbers: {cycles: {regex: "t=([0-9]+)"}, loads: {regex: "nothing"}}
layouts: 2
X
sed -i 's/{name: toy}, //' args.yaml
rm -f s.h5
check_status 4 "arguments" "$rung" run args.yaml -o s.h5
check "as they are" "$rung" log -vf csv s.h5
for text in '<--size>' '<3>' '<$(touch pwned); `id` x; y {n}>' '<a b>' '<1 1>'; do
    check_contains out "$text"
done
[ -e pwned ] && fail "a shell saw it" || pass "no shell saw it"
[ "$(grep -c '^[0-9a-f]\{16\},' out)" -eq 4 ] && pass "two layouts, two repetitions" ||
    fail "not four runs"

# ---- design points: one factor at a time, each combination, a Latin hypercube
cat >points.yaml <<'X'
study: points
problems: [{name: toy, work: n}]
ladder: [8]
simulators:
  - name: toy
    command: [sh, -c, "echo size=$2 ways=$3 cost=$4; echo cycles=$1", sh,
              "{n}", "{l2.size}", "{ways}", "{cost}"]
    parameters: {l2.size: 4MiB, ways: 8, cost: 1.5}
    vary: {ways: [2, 4]}
    grid: {l2.size: [1MiB, 2MiB], ways: [4, 8]}
    sample:
      n: 8
      seed: 3
      over: {l2.size: 1MiB..8MiB, ways: 2..16 log step 2, cost: 0.5..2.5}
    numbers:
      cycles: {regex: "cycles=(.*)"}
X
rm -f s.h5
check "design points" "$rung" run points.yaml -o s.h5
check "listed" "$rung" log -f csv s.h5
# base, two, four combinations and eight draws, each of which hits an eighth of the sizes
check_contains out "ways=2,"
check_contains out "l2.size=1MiB ways=4,"
check_contains out ",l2.size=2MiB,"
[ "$(grep -c '^[0-9a-f]\{16\},' out)" -eq 15 ] && pass "fifteen points" || fail "not fifteen"
[ "$(grep -o 'cost=[0-9.]*' out | sort -u | wc -l)" -eq 8 ] && pass "eight costs" ||
    fail "not eight costs"
[ "$(grep 'cost=' out | grep -o 'size=[0-9.]*MiB' | sort | uniq -c | awk '{ print $1 }' | tr '\n' ' ')" = \
    "$(grep 'cost=' out | grep -o 'size=[0-9.]*MiB' | sort -u | sed 's/.*/1/' | tr '\n' ' ')" ] &&
    pass "each size once" || fail "a size was drawn twice"

# ---- mistakes are found before anything runs
# wrong MESSAGE LINES...: the simulator of these lines is refused.
wrong() {
    message=$1
    shift
    {
        printf '%s\n' 'study: wrong' 'problems: [{name: p, work: n}]' 'ladder: [1]' 'simulators:'
        printf '%s\n' "$@"
    } >wrong.yaml
    check_status 2 "refused: $message" "$rung" run wrong.yaml -o wrong.h5
    check_contains err "$message"
}
wrong "'wrong.yaml':5: 'name' is missing" "  - command: true"
wrong "'command' is missing" "  - name: x"
wrong "'rung' is this simulator's own name" "  - {name: rung, command: true}"
wrong "simulator 'x' stands here twice" "  - {name: x, command: true}" "  - {name: x, command: true}"
wrong "unknown key 'comand' (did you mean 'command'?)" "  - {name: x, comand: true}"
wrong "simulator 'x': no program 'no-such-program'" "  - {name: x, command: no-such-program}"
wrong "simulator 'x': no program './nothing'" "  - {name: x, command: [./nothing]}"
wrong "unknown placeholder '{m}' (there are {n}, {problem}, {study}, {seed}, {repetition}, {args})" \
    "  - {name: x, command: 'true {m}'}"
wrong "unknown placeholder '{elf}'" "  - {name: x, command: 'true {elf}'}"
wrong "'{args}' must be an argument of its own" "  - {name: x, command: 'true -{args}'}"
wrong "a command for the shell is one text" "  - {name: x, shell: yes, command: [a, b]}"
wrong "'command' must be text or a list" "  - {name: x, command: {}}"
wrong "'timeout' must be above 0" "  - {name: x, command: true, timeout: 0s}"
wrong "'repetitions' must be from 1 to 1000" "  - {name: x, command: true, repetitions: 0}"
wrong "'q' is not one of the parameters of 'x'" "  - {name: x, command: true, vary: {q: 1}}"
wrong "the design point 'base' stands here twice" \
    "  - {name: x, command: true, parameters: {q: 1}, vary: {q: 1}}"
wrong "'q' is not one of the parameters of 'x'" "  - {name: x, command: true, grid: {q: 1}}"
wrong "the numbers of a range have one unit" \
    "  - {name: x, command: true, parameters: {q: 1KiB}, sample: {n: 2, over: {q: 1KiB..2MiB}}}"
wrong "'a' is no number" \
    "  - {name: x, command: true, parameters: {q: 1}, sample: {n: 2, over: {q: a..2}}}"
wrong "'q': 3 is not below 2" \
    "  - {name: x, command: true, parameters: {q: 1}, sample: {n: 2, over: {q: 3..2}}}"
wrong "'sample' needs 'n'" \
    "  - {name: x, command: true, parameters: {q: 1}, sample: {over: {q: 1..2}}}"
wrong "'q': a logarithmic range begins above 0" \
    "  - {name: x, command: true, parameters: {q: 1}, sample: {n: 2, over: {q: 0..2 log}}}"
wrong "'parameters' must be a map from names to values" \
    "  - {name: x, command: true, parameters: [q]}"
wrong "'numbers' must be a map from columns to their places" \
    "  - {name: x, command: true, numbers: [cycles]}"
wrong "'scale' must be above 0, not 0" \
    "  - {name: x, command: true, numbers: {cycles: {regex: a, scale: 0}}}"
wrong "'simulators' must be a list of simulators" "  {}"
wrong "'name' has control characters" '  - {name: "x\ty", command: true}'
wrong "'name' has 1 to 63 bytes, not 64" \
    "  - {name: $(printf %064d 0 | tr 0 x), command: true}"
wrong "a parameter cannot be called 'n'" "  - {name: x, command: true, parameters: {n: 1}}"
wrong "runs have no 'cycels' (did you mean 'cycles'?)" \
    "  - {name: x, command: true, numbers: {cycels: {regex: a}}}"
wrong "runs have no 'n' that is measured" "  - {name: x, command: true, numbers: {n: {regex: a}}}"
wrong "'cycles' is found by one of regex, json, stats, perf and csv" \
    "  - {name: x, command: true, numbers: {cycles: {from: a}}}"
wrong "'regex' and 'json' exclude each other" \
    "  - {name: x, command: true, numbers: {cycles: {regex: a, json: /a}}}"
wrong "'(' is no regular expression" \
    "  - {name: x, command: true, numbers: {cycles: {regex: '('}}}"
wrong "'a' is no JSON pointer" "  - {name: x, command: true, numbers: {cycles: {json: a}}}"
wrong "'../a' is no file in the run's own folder" \
    "  - {name: x, command: true, numbers: {cycles: {regex: a, from: ../a}}}"
wrong "'dump' is a number from 1, and for 'stats'" \
    "  - {name: x, command: true, numbers: {cycles: {regex: a, dump: 1}}}"
wrong "'kB' is no unit of 'wall_seconds'" \
    "  - {name: x, command: true, numbers: {wall_seconds: {regex: a, unit: kB}}}"
wrong "'cycles' has no unit: give a 'scale'" \
    "  - {name: x, command: true, numbers: {cycles: {regex: a, unit: ms}}}"
wrong "'unit' and 'scale' exclude each other" \
    "  - {name: x, command: true, numbers: {wall_seconds: {regex: a, unit: ms, scale: 2}}}"
ls wrong.h5* 2>/dev/null && fail "something was written" || pass "nothing was written"
printf '%s\n' 'study: wrong' 'problems: [{name: p, work: n}]' 'ladder: [1]' 'modes: [emulation]' \
    'simulators: [{name: x, command: true}]' >wrong.yaml
check_status 2 "no program for rung" "$rung" run wrong.yaml
check_contains err "problem 'p' has no 'elf' to simulate"

# ---- units
cat >units.yaml <<'X'
study: units
problems: [{name: p, work: n}]
ladder: [1]
simulators:
  - name: x
    command: [echo, "250 ms, 3 kB, 12"]
    numbers:
      wall_seconds: {regex: "([0-9]+) ms", unit: ms}
      peak_memory: {regex: "([0-9]+) kB", unit: kB}
      cycles: {regex: "([0-9]+)$", scale: 1000}
X
rm -f s.h5
check "units" "$rung" run units.yaml -o s.h5
check "their values" "$rung" export -f json s.h5
check_contains out '"cycles": 12000.0'
check_contains out '"wall_seconds": 0.25'
check_contains out '"peak_memory": 3000.0'
