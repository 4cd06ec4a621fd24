#!/bin/sh
# rung export and rung import: what goes out comes back, and what comes from elsewhere is fitted,
# correlated, checked and reported like a run of our own.
. "${top_srcdir:-.}/tests/shell/init.sh"

cat >s.yaml <<X
study: exchange
problems: [gemm]
ladder: [8, 12, 16, 20, 24]
modes: [timing, emulation]
machines: [small]
vary: {l1d.latency: [4, 5]}
X
check "a study" "$rung" run -q s.yaml -o a.h5

# ---- there and back
check "the summary as CSV" "$rung" export a.h5 -o a.csv
check "it is imported" "$rung" import a.csv -s b.h5
check_contains err "'b.h5': 20 runs imported"
"$rung" export b.h5 >b.csv
check "without a difference" cmp a.csv b.csv
check "again" "$rung" import -q a.csv -s b.h5
[ -s err ] && fail "a quiet import is not quiet" || pass "a quiet import is quiet"
"$rung" export b.h5 >b.csv
check "still without a difference" cmp a.csv b.csv
ls b.h5.* 2>/dev/null && fail "something is left beside the study" || pass "nothing is left"
tr ',' ';' <a.csv >semicolons.csv
check "semicolons do as well" "$rung" import -q semicolons.csv -s c.h5
"$rung" export c.h5 >c.csv
check "without a difference" cmp a.csv c.csv

# ---- with all that is known of how runs were made
check "the runs as CSV" "$rung" export -t runs a.h5 -o runs.csv
check "they are imported" "$rung" import -q runs.csv -s r.h5
"$rung" export -t runs r.h5 >runs2.csv
check "without a difference" cmp runs.csv runs2.csv

# ---- the other forms and tables
check "JSON" "$rung" export -f json a.h5
cp out a.json
check "JSON lines" "$rung" export --format jsonl a.h5
cp out a.jsonl
if /usr/bin/env python3 -c '' 2>/dev/null; then
    check "all three say the same" /usr/bin/env python3 -c '
import csv, json
def cell(v):
    return v if isinstance(v, str) else "" if v is None else repr(float(v))
rows = json.load(open("a.json"))
lines = [json.loads(line) for line in open("a.jsonl")]
assert rows == lines and len(rows) == 20, len(rows)
table = list(csv.DictReader(open("a.csv")))
for a, b in zip(rows, table):
    for k in a:
        assert cell(a[k]) == (b[k] if isinstance(a[k], str) or not b[k] else repr(float(b[k]))), k
'
fi
check "traces" "$rung" export -t trace a.h5 --only mode=timing
[ "$(wc -l <out)" -ge 16 ] && pass "they have rows" || fail "they have no rows"
check "CPI stacks" "$rung" export -t cpi_stack a.h5 --only mode=timing
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } { sum[$1] += $at["cycles"] }
    END { for (id in sum) print id "," sum[id] }' out | sort >stacks
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["mode"] == "timing" { print $1 "," $at["cycles"] }' a.csv | sort >cycles
check "their parts add up to the cycles" cmp stacks cycles
check "hot blocks" "$rung" export -t hot_blocks a.h5
check_contains out "0x"
check "reuse distances" "$rung" export -t reuse_distance a.h5 --only mode=timing
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } { sum[$1] += $at["accesses"] }
    END { for (id in sum) printf "%s,%.0f\n", id, sum[id] }' out | sort >reuse
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["mode"] == "timing" { printf "%s,%.0f\n", $1, $at["loads"] + $at["stores"] }' a.csv |
    sort >touched
check "add up to the loads and stores" cmp reuse touched
check "how runs were made" "$rung" export -t runs -f json a.h5
check_contains out "l1d.latency: 4"
check_status 5 "no fits yet" "$rung" export -t fits a.h5
check_contains err "rung: 'a.h5' has no table 'fits/ladder'"
check "fits are kept" "$rung" fit --save a.h5
check "fits" "$rung" export -t fits a.h5
check_contains out "rung,gemm,small,base,timing,cycles,"
check "their terms" "$rung" export -t fits/terms a.h5

# ---- full citizens
"$rung" fit -f csv a.h5 >a.fit 2>a.err
"$rung" fit -f csv b.h5 >b.fit 2>b.err
check "the same fit" cmp a.fit b.fit
"$rung" correlate -f csv a.h5 >a.cor 2>a.err
"$rung" correlate -f csv b.h5 >b.cor 2>b.err
check "the same correlation" cmp a.cor b.cor
"$rung" check a.h5 >a.check 2>a.err
a=$?
"$rung" check b.h5 >b.check 2>b.err
[ $a -eq $? ] && pass "the same verdict" || fail "another verdict"
check "a report" "$rung" report b.h5 -o report
check_contains report/index.html gemm

# ---- numbers of other programs
cat >t.csv <<X
size;variant;ticks;insns;run
64;base;100;50;a
64;base;110;50;b
128;base;800;400;c
X
check "a table of one's own" "$rung" import t.csv -s o.h5 \
    --columns n=size,cycles=ticks,instructions=insns --set problem=mine --set simulator=m2sim
check "its runs" "$rung" export o.h5 --only simulator=m2sim
check_contains out "m2sim,mine,,64,"
grep -c ',mine,' out >count
check_contains count 3
awk -F, '$5 == 64 { print $12 }' out | sort | tr '\n' ' ' >repetitions
check_contains repetitions "0 1 "
printf '%s\n' '---------- Begin Simulation Statistics ----------' 'simInsts 400 # n' \
    'system.cpu.numCycles 900 # n' 'hostSeconds 1.5' >stats.txt
check "gem5's statistics" "$rung" import stats.txt -s o.h5 --set n=128 --set problem=mine
printf '%s\n' '{"counter-value" : "12.5", "unit" : "msec", "event" : "task-clock"}' \
    '{"counter-value" : "20000000", "unit" : "ns", "event" : "duration_time"}' >perf.json
check "perf's counters" "$rung" import perf.json -s o.h5 --set n=128 --set problem=mine
check "five runs of three programs" "$rung" log -f csv o.h5
check_contains out "gem5,mine,128,timing,gem5,base,0,0,ok,400,900,"
check_contains out "perf,mine,128,native,perf,base,0,0,ok,,,"
[ "$(wc -l <out)" -eq 6 ] && pass "five runs" || fail "not five runs"
echo "simTicks 5" | cat - stats.txt | sed s/900/901/ >tmp && mv tmp stats.txt
check "a newer one replaces it" "$rung" import stats.txt -s o.h5 --set n=128 --set problem=mine
check_contains err "1 run imported; they replace older ones"

# ---- refusals: nothing is written
check_status 2 "no study file" "$rung" import t.csv
check_contains err "'--study' is missing"
printf 'n,cycles,l2\n64,100,8\n128,800,8\n64,90,16\n' >unmapped.csv
check "rows that an unknown column tells apart" "$rung" import unmapped.csv -s unmapped.h5
check_contains err "'unmapped.csv':4: the run of line 2 again, but for column 'l2', which is unknown"
check "as variants" "$rung" import unmapped.csv -s variants.h5 --columns variant=l2
grep -q warning err && fail "nothing is unknown then" || pass "nothing is unknown then"
printf 'n,cycles\n64,100\n128,-800\n' >below.csv
check_status 5 "cycles below 0" "$rung" import below.csv -s n.h5
check_contains err "'below.csv':3: column 'cycles': '-800' is not above 0"
sed 's/^system.cpu.numCycles.*/system.cpu.numCycles 0 # none/' stats.txt >stopped.txt
check_status 5 "statistics of nothing" "$rung" import stopped.txt -s n.h5 --set n=128
check_contains err "cycles: '0' is not above 0"
check_status 2 "no such form" "$rung" import -f xml t.csv -s n.h5
check_status 2 "an unknown form" "$rung" import s.yaml -s n.h5
check_contains err "'s.yaml': which form it has cannot be told from its name"
check_status 5 "no such file" "$rung" import none.csv -s n.h5
check_status 2 "no such member" "$rung" import stats.txt -s n.h5 --set size=3
check_contains err "rung: runs have no 'size'"
check_status 5 "no such column" "$rung" import t.csv -s n.h5 --columns n=sise
check_contains err "no column 'sise' (did you mean 'size'?)"
check_status 2 "no size" "$rung" import stats.txt -s n.h5
check_contains err "its size is not said (--set n=SIZE)"
printf 'n,cycles,repetition\n1,2,3\n1,3,3\n' >twice.csv
check_status 5 "the same run twice" "$rung" import twice.csv -s n.h5
check_contains err "two rows are the same run: 'data' 1, 'base', repetition 3"
check_status 5 "no study" "$rung" import t.csv -s t.csv --columns n=size,cycles=ticks
check_contains err "rung: 't.csv' is no HDF5 file"
ls n.h5* 2>/dev/null && fail "a refused import leaves something" || pass "nothing is left"
check_status 2 "no such form of export" "$rung" export -f text a.h5
check_contains err "'--format' must be csv, json or jsonl, not 'text'"
check_status 5 "no such table" "$rung" export -t frobs a.h5
check_status 2 "a filter on results" "$rung" export -t fits a.h5 --only n=8
check_contains err "'--only' chooses runs"
check_status 5 "a folder that is not there" "$rung" export a.h5 -o no/such.csv
check_status 5 "no study file" "$rung" export none.h5
