#!/bin/sh
# rung run: what it refuses, what it stores, what it keeps, guests that fail.
. "${top_srcdir:-.}/tests/shell/init.sh"

gemm=$top_builddir/problems/gemm.elf

# The message of the last command, whole.
message() {
    if [ "$(cat err)" = "rung: $1" ]; then
        pass "the message is: $1"
    else
        fail "the message is not: $1"
    fi
}
# refuse STATUS MESSAGE: the study in ./s.yaml; nothing may be left on disk.
refuse() {
    check_status "$1" "refused: $2" "$rung" run s.yaml -o s.h5
    message "$2"
    for left in s.h5*; do
        [ -e "$left" ] && fail "a refused study leaves '$left'"
    done
}

# ---- studies that are wrong
cat >right.yaml <<E
study: small
problems: [gemm]
ladder: [8, 16, 24]
modes: [emulation, timing]
machines: [m2]
vary:
  rob: [192]
check:
  error: 3%
E
sed 's/^ladder/laddder/' right.yaml >s.yaml
refuse 2 "'s.yaml':3: unknown key 'laddder' (did you mean 'ladder'?)"
sed 's/gemm/gem/' right.yaml >s.yaml
refuse 2 "'s.yaml':2: unknown problem 'gem' (did you mean 'gemm'?)"
sed 's/\[8, 16/[16, 8/' right.yaml >s.yaml
refuse 2 "'s.yaml':3: 'ladder' must ascend, but 8 follows 16"
sed 's/24\]/8192]/' right.yaml >s.yaml
refuse 2 "'s.yaml':3: problem 'gemm' goes up to n = 1024, not 8192"
sed 's/timing\]/timming]/' right.yaml >s.yaml
refuse 2 "'s.yaml':4: unknown mode 'timming' (did you mean 'timing'?)"
sed 's/  rob/  robb/' right.yaml >s.yaml
refuse 2 "'s.yaml':7: machine 'm2': unknown key 'robb' (did you mean 'rob'?)"
sed 's/rob: \[192\]/rob: [630]/' right.yaml >s.yaml
refuse 2 "'s.yaml':7: 'rob=630' of 'm2' is the same machine as 'base' of 'm2'"
sed 's/error: 3%/error: lots/' right.yaml >s.yaml
refuse 2 "'s.yaml':9: 'error' must be a fraction such as 0.02 or 2%, not 'lots'"
sed 's/\[m2\]/[m3]/' right.yaml >s.yaml
check_status 2 "an unknown machine" "$rung" run s.yaml -o s.h5
check_contains err "rung: 's.yaml':5: unknown machine 'm3'"
sed 's/\[gemm\]/[{elf: none.elf}]/' right.yaml >s.yaml
check_status 5 "a missing program" "$rung" run s.yaml -o s.h5
check_contains err "rung: 's.yaml':2: problem 'none.elf': "
check_contains err "No such file or directory"
echo garbage >bad.elf
sed 's/\[gemm\]/[{elf: bad.elf}]/' right.yaml >s.yaml
check_status 5 "a garbage program" "$rung" run s.yaml -o s.h5
check_contains err "rung: 's.yaml':2: problem 'bad.elf': "
rm s.yaml
check_status 5 "no study file" "$rung" run s.yaml -o s.h5
check_contains err "rung: "
check_contains err "s.yaml"

# ---- outputs that cannot be
check_status 2 "a folder that is not there" "$rung" run right.yaml -o none/s.h5
message "cannot write 'none/s.h5': No such file or directory"
mkdir folder
check_status 2 "the output is a folder" "$rung" run right.yaml -o folder
message "cannot write 'folder': Is a directory"
echo notes >notes.txt
check_status 5 "the output is something else" "$rung" run right.yaml -o notes.txt
message "'notes.txt' is no HDF5 file"
[ "$(cat notes.txt)" = notes ] && pass "it is left alone" || fail "it was changed"

# ---- options
check_status 2 "a filter without a value" "$rung" run right.yaml --only n
check_contains err "rung: '--only': 'n' is not KEY=VALUE"
check_status 2 "two keys in one" "$rung" run -n --only mode=timing,n=8 "$top_srcdir/data/studies/first.yaml"
check_contains err "'mode=timing,n=8' names two keys: give each an option of its own"
check_status 2 "a filter that is none" "$rung" run right.yaml --only varant=base
check_contains err "rung: '--only': runs have no 'varant' (did you mean 'variant'?)"
check_status 2 "a filter on what is not known yet" "$rung" run right.yaml --only status=ok
check_status 2 "a problem that is not in the plan" "$rung" run right.yaml --only problem=gem
message "'--only': no run is of problem 'gem'; there is gemm"
check_status 2 "a dry run of it" "$rung" run -n right.yaml --only mode=timing --only n=8,9
message "'--only': no run is of n '9'; there are 8, 16, 24"
check_status 2 "no workers" "$rung" run right.yaml -j 0
check_contains err "rung: '--jobs' must be a whole number from 1 to 4096, not '0'"
check_status 2 "no study" "$rung" run
check_contains err "rung: a study is missing"

# ---- a dry run
check "a dry run" "$rung" run -n -f csv right.yaml -o right.h5
cp err dry.err
sed 's/,[^,]*,[^,]*$//' out | tr -d '\r' >got
cat >want <<E
simulator,problem,n,mode,to_run,kept,filtered
rung,gemm,8,emulation,1,0,0
rung,gemm,8,timing,2,0,0
rung,gemm,16,emulation,1,0,0
rung,gemm,16,timing,2,0,0
rung,gemm,24,emulation,1,0,0
rung,gemm,24,timing,2,0,0
E
check "it shows each rung" diff want got
[ -e right.h5 ] && fail "a dry run writes" || pass "a dry run writes nothing"
grep -Eq '^9 runs: about .* on [0-9]+ workers?; the largest needs 45.*MiB of ' dry.err &&
    pass "it sums up" || fail "it does not sum up"

# ---- memory: what can never fit is refused, by a dry run too
check_status 2 "too little memory" "$rung" run right.yaml -o right.h5 --memory-limit 40MiB
check_contains err "needs 45.79 MiB of memory, but there may be used 40 MiB, which is too little for 9 runs"
[ -e right.h5 ] && fail "it leaves a file" || pass "it leaves nothing"
check_status 2 "a dry run says so too" "$rung" run -n right.yaml -o right.h5 --memory-limit 40MiB
check_contains err "needs 45.79 MiB of memory"
check_status 2 "no memory" "$rung" run right.yaml --memory-limit 0
check_contains err "rung: '--memory-limit' must be above 0, not '0'"
check "one after the other" "$rung" run right.yaml -o tight.h5 -j 4 --memory-limit 60MiB
check_contains err "'tight.h5': 9 of 9 runs are stored, 9 of them now"
check "pinned" "$rung" run right.yaml -o pinned.h5 -j 1 --pin
check_status 2 "too many to be pinned" "$rung" run right.yaml -o pins.h5 -j 4096 --pin
check_contains err "rung: 4096 workers cannot be pinned to "
check "a forecast from another study" "$rung" run -n right.yaml -o none.h5 --speeds tight.h5
check_status 5 "from none" "$rung" run -n right.yaml -o none.h5 --speeds none.h5

# ---- what a run may take
cat >big.yaml <<E
study: big
problems: [{name: gemm, ladder: [1024]}, {name: histogram, ladder: [256]}]
modes: [emulation]
run_time: 100ms
E
check_status 4 "runs that take too long" "$rung" run big.yaml -o big.h5 -j 1 --only problem=gemm
check_contains err "rung: gemm 1024 emulation: timeout: it took more than 100 ms"
check_status 4 "they are kept" "$rung" run big.yaml -o big.h5 --only problem=gemm
check_contains err "'big.h5': 1 of 2 runs are stored, 0 of them now"
check_status 4 "with more time they are run again" "$rung" run big.yaml -o big.h5 \
    --only problem=gemm --run-time 1s
check_contains err "'big.h5': 1 of 2 runs are stored, 1 of them now; they replace older ones"
check_status 4 "a run that takes too much memory" "$rung" run big.yaml -o big.h5 -j 1 \
    --only problem=histogram --run-memory 20MiB --run-time 1h
check_contains err "rung: histogram 256 emulation: memory: it took more than 20 MiB of memory"
check "it is stored" "$rung" log -v big.h5 -f csv --only status=memory
check_contains out "histogram,256,emulation"

# ---- a part, then the rest, then nothing
check "a part" "$rung" run -j 1 right.yaml -o right.h5 --only mode=timing \
    --only n=8,16
check_contains err "[4/4] gemm 8 timing m2 "
check_contains err "'right.h5': 4 of 9 runs are stored, 4 of them now"
check "the rest" "$rung" run right.yaml -o right.h5 -j 3
check_contains err "'right.h5': 4 runs kept"
check_contains err "'right.h5': 9 of 9 runs are stored, 5 of them now"
cp right.h5 before.h5
check "nothing is left to do" "$rung" run right.yaml -o right.h5
check_contains err "'right.h5': 9 runs kept"
check "the file is as it was" cmp right.h5 before.h5
check "a dry run of nothing" "$rung" run -n right.yaml -o right.h5
said=$(cat err)
[ "$said" = "nothing to do: all runs are there" ] && pass "it says so" || fail "it says: $said"
check_status 2 "a list of another problem's runs" "$rung" log right.h5 --only problem=gem
check_contains err "'--only': no run is of problem 'gem'; there is gemm"
check_status 2 "a table of them" "$rung" export right.h5 --only mode=sampled
check_contains err "'--only': no run is of mode 'sampled'; there "
check "quietly" "$rung" run -q right.yaml -o right.h5
[ -s err ] && fail "quiet is not quiet" || pass "quiet says nothing"
ls right.h5.* >/dev/null 2>&1 && fail "something is left beside the study" ||
    pass "nothing is left beside the study"
mkdir elsewhere
(cd elsewhere && check_status 0 "the default output" "$rung" run -q ../right.yaml)
[ -s elsewhere/small.h5 ] && pass "it is named after the study" || fail "no small.h5"

# The same counters, whoever counts.
check "rung log" "$rung" log right.h5 -f csv --only mode=timing --only variant=base --only n=24
cycles=$(sed -n 2p out | cut -d, -f12)
"$rung" sim -m timing -f json "$gemm" 24 >/dev/null 2>sim.json
check_contains sim.json "\"cycles\": $cycles,"
check "rung log of failed runs alone" "$rung" log right.h5 -f csv --only status=fault
[ "$(wc -l <out)" -eq 1 ] && pass "there are none" || fail "there are some"
check_status 5 "rung log of something else" "$rung" log notes.txt
message "'notes.txt' is no HDF5 file"
head -c 3000 right.h5 >cut.h5
check_status 5 "rung log of a truncated file" "$rung" log cut.h5
check_contains err "rung: 'cut.h5': damaged: truncated file"
check_status 5 "rung run on a truncated file" "$rung" run right.yaml -o cut.h5
check_contains err "rung: 'cut.h5': damaged: truncated file"

# A study that grows keeps what it has; one whose program changes runs again what it must.
sed 's/24\]/24, 32]/' right.yaml >more.yaml
check "one more rung" "$rung" run more.yaml -o right.h5
check_contains err "'right.h5': 12 of 12 runs are stored, 3 of them now"
cp "$gemm" own.elf
cat >own.yaml <<E
study: own
problems: [{name: own, elf: own.elf, work: n^3}]
ladder: [8, 16]
modes: emulation
E
check "a program of one's own" "$rung" run own.yaml -o own.h5
printf 'x' >>own.elf
check "the same, built anew" "$rung" run own.yaml -o own.h5
check_contains err "'own.h5': 2 of 2 runs are stored, 2 of them now; they replace older ones"
check_contains err "'own.h5': 2 runs to be done again: the program changed"
sed 's/, work: n^3//' own.yaml >blank.yaml
check "a program that nothing is known of" "$rung" run -n blank.yaml -o blank.h5
check_contains err "2 runs: how long is not known before one of "
check "after a run of it" "$rung" run -n blank.yaml -o blank.h5 --speeds own.h5
check_contains err "2 runs: about "
check "two runs, not four" "$rung" log own.h5 -f csv
[ "$(wc -l <out)" -eq 3 ] && pass "the old ones are gone" || fail "the old ones are still there"

cp "$top_srcdir/data/machines/small.yaml" mine.yaml
mkdir beside && mv mine.yaml beside/mine.yaml
for machine in mine.yaml ./mine.yaml ../beside/mine.yaml "$PWD/beside/mine.yaml"; do
    printf 'study: m\nproblems: [gemm]\nladder: [8]\nmodes: timing\nmachines: [%s]\n' "$machine" >beside/m.yaml
    check "the machine '$machine' counts from the study's folder" "$rung" run -nq beside/m.yaml
done
sed -i 's|^machines:.*|machines: [mine]|' beside/m.yaml
check_status 2 "a name is no file" "$rung" run -nq beside/m.yaml
check_contains err "'beside/m.yaml':5: unknown machine 'mine'"
check_contains err "did you mean the file 'mine.yaml'?"
cp "$gemm" beside/own.elf
printf 'study: m\nproblems: [own.elf]\nladder: [8]\nmodes: timing\nmachines: m9\n' >beside/m.yaml
check_status 2 "an unknown machine" "$rung" run -nq beside/m.yaml
check_contains err "; see 'rung list machines'"
sed -i 's/m9/m2/' beside/m.yaml
cat >beside/sizes.yaml <<'E'
study: sizes
problems:
  - {name: own, elf: own.elf, args: "64"}
ladder: [8, 16]
modes: emulation
E
check_status 2 "arguments without a size" "$rung" run -nq beside/sizes.yaml
check_contains err "'beside/sizes.yaml':3: the arguments of 'own' are the same at n = 8 and at n = 16"
check_status 2 "a program where a problem's name is due" "$rung" run -nq beside/m.yaml
check_contains err "'beside/m.yaml':2: unknown problem 'own.elf' (a program of your own is {elf: own.elf})"
check_status 2 "runs where a study is due" "$rung" run right.h5
check_contains err "'right.h5' has the runs of a study, and is not its text (a YAML file)"
check_status 5 "a study where runs are due" "$rung" check right.yaml
check_contains err "'right.yaml' is a study and no HDF5 file: its runs are in 'right.h5'"
cp right.yaml beside/elsewhere.yaml
sed -i 's/^study: .*/study: nowhere/' beside/elsewhere.yaml
check_status 5 "a study that never ran" "$rung" fit beside/elsewhere.yaml
check_contains err "'rung run' keeps its runs in 'nowhere.h5' when no other name is given"
: >beside/nowhere.h5
check_status 5 "runs beside the study" "$rung" fit beside/elsewhere.yaml
check_contains err "its runs are in 'beside/nowhere.h5'"
cp beside/mine.yaml mine.yaml
sed 's/^modes:.*/modes: timing/; $a machines: [./mine.yaml]' own.yaml >timed.yaml
check "a machine of one's own" "$rung" run timed.yaml -o timed.h5
sed 's/latency: 120ns/latency: 77ns/' mine.yaml >other.yaml
cmp -s mine.yaml other.yaml && fail "the machine is the same"
mv other.yaml mine.yaml
check "what would be done again" "$rung" run -n timed.yaml -o timed.h5
check_contains err "'timed.h5': 2 runs to be done again: the machine changed"
check "another machine of that name" "$rung" run timed.yaml -o timed.h5
check_contains err "'timed.h5': 2 runs to be done again: the machine changed"
check_contains err "'timed.h5': 2 of 2 runs are stored, 2 of them now; they replace older ones"
sed 's/\[8, 16\]/[8]/' timed.yaml >less.yaml
check "a study that shrinks" "$rung" run less.yaml -o timed.h5
check_contains err "'timed.h5': 1 run that the study does not ask for left alone"

# ---- guests that fail
[ -n "${GUEST_CC:-}" ] || skip "no compiler for guests"
cat >fault.s <<'E'
        .globl _start
_start: b sink
        .globl sink
sink:   mov x1, #0x10
        ldr x0, [x1]
E
cat >quit.s <<'E'
        .globl _start
_start: mov x0, #2
        adr x1, text
        mov x2, #6
        mov x8, #64
        svc #0
        mov x0, #3
        mov x8, #93
        svc #0
text:   .ascii "sorry\n"
E
for guest in fault quit; do
    check "$guest is built" $GUEST_CC -nostdlib -static -Wl,--build-id=none -o $guest.elf $guest.s
done
cat >fail.yaml <<E
study: fail
problems:
  - gemm
  - {name: faulty, elf: fault.elf}
  - {name: quitter, elf: quit.elf, args: []}
ladder: [8]
modes: [timing]
machines: [m2]
E
check_status 4 "guests that fail" "$rung" run fail.yaml -o fail.h5
check_contains err "rung: faulty 8 timing m2 base: fault: "
check_contains err "sink"
check_contains err "0x10"
check_contains err "rung: quitter 8 timing m2 base: exit: "
check_contains err ": sorry"
check_contains err "rung: 2 of 3 runs failed"
check "they are stored" "$rung" log -v fail.h5 -f csv
check_contains out ",gemm,8,timing,m2,base,0,0,ok,"
check_contains out ",faulty,8,timing,m2,base,0,0,fault,,,,"
check_contains out ",quitter,8,timing,m2,base,0,0,exit,,,,"
check_contains out "sink"
check_status 4 "failed runs are kept" "$rung" run fail.yaml -o fail.h5
check_contains err "'fail.h5': 2 failed runs kept (--retry runs them again)"
check_contains err "'fail.h5': 3 of 3 runs are stored, 0 of them now"
check_status 4 "or run again" "$rung" run --retry fail.yaml -o fail.h5
check_contains err "'fail.h5': 3 of 3 runs are stored, 2 of them now"

# ---- the hidden command
check_status 5 "a plan that is not there" "$rung" worker none.jsonl 0
check_contains out '"error":-5'
check_status 2 "a worker without a number" "$rung" worker none.jsonl
"$rung" help | grep worker >/dev/null && fail "worker is listed" || pass "worker is not listed"

# ---- rung list
check "rung list problems" "$rung" list problems
check_contains out gemm
check "rung list machines" "$rung" list machines -f json
check_contains out '"machine": "m2"'
check "rung list modes" "$rung" list modes -f csv
check "all of them" test "$(cut -d, -f1 out | tr '\n' ' ')" = "mode emulation fast-timing timing sampled "
check "rung list studies" "$rung" list studies -f csv
check_contains out "first,1,64 96 128 192 256,"
check_contains out "full,20,64 128 256 512 1024,"

# ---- the studies that come with rung: what they ask for is there
for study in "$top_srcdir"/data/studies/*.yaml; do
    check "a plan of ${study##*/}" "$rung" run -n -f csv --memory-limit 16GiB -o none.h5 "$study"
done
check "the full ladder" "$rung" run -n -f csv --memory-limit 16GiB "$top_srcdir/data/studies/full.yaml"
for rung_of in gemm,1024,timing stencil7,1024,sampled heat-3d,768,fast-timing sort,512,timing; do
    check_contains out "$rung_of,1,0,0,"
done
if grep -q '^sort,1024\|^heat-3d,1024' out; then
    fail "it goes beyond what the problems can"
else
    pass "it ends where the problems do"
fi
check_status 2 "rung list what" "$rung" list machins
check_contains err "rung: nothing to list is called 'machins' (did you mean 'machines'?)"
check_status 2 "rung list" "$rung" list
check "rung list machine" "$rung" list machine small -f json
check_contains out "\"parameter\": \"l2.size\""
check_status 2 "rung list machine without a name" "$rung" list machine
check_contains err "a machine is missing"
check_status 2 "rung list with too much" "$rung" list studies first
check_contains err "too many arguments"

# ---- a ladder of two programs
mixed() {
    printf 'study: mixed\nproblems: [{name: own, elf: own.elf, args: "{n}"}]\nladder: [%s]\n' "$1"
    printf 'modes: [timing]\nmachines: [small]\n'
}
cp "$gemm" own.elf
mixed '8, 10, 12, 14' >mixed.yaml
check "one program" "$rung" run -q mixed.yaml
"$rung" check mixed.h5 >out 2>err
grep -q "different programs" err && fail "one program is called two" || pass "it makes a ladder"
cp "$top_builddir/problems/stencil7.elf" own.elf
mixed '16, 18' >mixed.yaml
check "another at other sizes" "$rung" run -q mixed.yaml
for command in check fit correlate; do
    "$rung" $command mixed.h5 >out 2>err
    check_contains err "warning: own: its runs at n = 8 and n = 16 are of different programs"
    [ "$(grep -c 'different programs' err)" -eq 1 ] && pass "$command says it once" ||
        fail "$command does not say it once"
done

# ---- a study that was run again in part, after its machine or its program changed
sed 's/^name: .*/name: own/' "$top_srcdir/data/machines/small.yaml" >own.yaml
cp "$gemm" own.elf
{
    mixed '8, 10, 12, 14, 16' | sed 's/^study: .*/study: part/; s/small/.\/own.yaml/'
    printf 'vary: {l2.latency: [8, 20, 30], mispredict: [4, 12]}\n'
} >part.yaml
check "runs of one kind" "$rung" run -q part.yaml
check_status 1 "they are judged" "$rung" check --velocity none part.h5
sed -i 's/^l1d: {size: 32KiB/l1d: {size: 2KiB/' own.yaml
check "half of them on another machine" "$rung" run -q --only variant=base,l2.latency=8 part.yaml
check_status 3 "different machines are not judged" "$rung" check --velocity none part.h5
check_contains err "l1d.size is 2KiB in its run of own at n = 8 (base), but 32KiB in that at n = 8"
[ "$(grep -c '^r2 .*inconclusive.*l1d.size' out)" -eq 1 ] && pass "no R2" || fail "R2 is judged"
[ "$(grep -c '^error .*inconclusive.*l1d.size' out)" -eq 1 ] && pass "no error" ||
    fail "the error is judged"
for command in correlate fit 'report --format text' 'predict --small part.h5 --error none'; do
    "$rung" $command part.h5 >out 2>err
    cat out err | tr '\n' ' ' >all
    check_contains all "l1d.size is 2KiB in its run of own"
done
check_status 3 "no prediction follows" "$rung" predict --small part.h5 --error none part.h5
"$rung" report --format text part.h5 >out 2>err
tr '\n' ' ' <out | tr -s ' ' >said
check_contains said "n = 14 is not shown to speak for n = 16"
check_contains said "The cycles at n = 16 are not shown to be predicted within"
check "the rest" "$rung" run -q part.yaml
check_status 1 "all of them again" "$rung" check --velocity none part.h5
grep -q "different" err && fail "they are called different" || pass "they are of one kind"
cp "$top_builddir/problems/stencil7.elf" own.elf
check "one variant of another program" "$rung" run -q --only variant=mispredict=4 part.yaml
check_status 3 "different programs are not judged" "$rung" check --velocity none part.h5
check_contains err "at n = 8 are of different programs (those of 'base' and 'mispredict=4')"
