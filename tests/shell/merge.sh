#!/bin/sh
# rung merge: equal runs once, contradictions refused or decided.
. "${top_srcdir:-.}/tests/shell/init.sh"

cat >s.yaml <<Y
study: many
problems: [{name: own, elf: own.elf, work: n^3}]
ladder: [8, 12, 16]
modes: [timing]
machines: [m2]
vary:
  rob: [96, 192]
Y
cp "$top_builddir/problems/gemm.elf" own.elf
counters() {
    "$rung" log -a -f csv "$1" >all.csv || return 1
    awk -F, -v OFS=, '{ NF -= 3; print }' all.csv
}
check "a study" "$rung" run -q s.yaml -o s.h5
check "a part" "$rung" run -q s.yaml -o a.h5 --only n=8,12
check "another part" "$rung" run -q s.yaml -o b.h5 --only n=12,16
counters s.h5 >s.csv

check "both" "$rung" merge a.h5 b.h5 -o c.h5
check_contains err "'c.h5': 9 runs; 3 were there twice"
counters c.h5 >c.csv
check "they are the whole" diff s.csv c.csv
check "the file is whole" "$rung" verify c.h5
check "the study goes on there" "$rung" run s.yaml -o c.h5
check_contains err "'c.h5': 9 of 9 runs are stored, 0 of them now"
check "three of them, quietly" "$rung" merge -q a.h5 b.h5 s.h5 -o d.h5
[ -s err ] && fail "quiet is not quiet" || pass "quiet says nothing"
check_status 2 "over a file that is none of them" "$rung" merge a.h5 b.h5 -o c.h5
check_contains err "rung: 'c.h5' is there already, and none of the files to merge"
check "over one of them" "$rung" merge a.h5 b.h5 -o a.h5
counters a.h5 >a.csv
check "it has all runs now" diff s.csv a.csv

# Another program of the same name: the same design points, other runs.
printf x >>own.elf
check "the same study of another program" "$rung" run -q s.yaml -o other.h5 --only n=16
check_status 2 "they contradict each other" "$rung" merge s.h5 other.h5 -o e.h5
check_contains err "rung: 's.h5' and 'other.h5' contradict each other: own 16 timing m2 base, layout 0, is of another program, machine or model"
[ -e e.h5 ] && fail "it leaves a file" || pass "it leaves nothing"
first=$("$rung" log -f csv s.h5 --only n=16 | sed -n 2p)
last=$("$rung" log -f csv other.h5 --only n=16 | sed -n 2p)
check "the first wins" "$rung" merge --prefer first s.h5 other.h5 -o e.h5
check_contains err "'e.h5': 9 runs; 3 contradicted others"
"$rung" log -f csv e.h5 >out
check_contains out "$first"
check "the last wins" "$rung" merge --prefer last s.h5 other.h5 -o f.h5
"$rung" log -f csv f.h5 >out
check_contains out "$last"
check "it is whole" "$rung" verify f.h5

sed 's/^study: many/study: few/' s.yaml >few.yaml
check "a study of another text" "$rung" run -q few.yaml -o few.h5 --only n=16
check "with a warning" "$rung" merge other.h5 few.h5 -o g.h5
check_contains err "rung: warning: the files are of different studies: the text of 'other.h5' stays"
check_status 2 "one file" "$rung" merge a.h5 -o x.h5
check_status 2 "no output" "$rung" merge a.h5 b.h5
check_contains err "rung: '--output' is missing"
check_status 2 "what to prefer" "$rung" merge --prefer any a.h5 b.h5 -o x.h5
check_status 5 "a file that is not there" "$rung" merge a.h5 none.h5 -o x.h5
