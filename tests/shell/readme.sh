#!/bin/sh
# Everything in README.md runs as it stands there; long studies are stood in for by short ones.
. "${top_srcdir:-.}/tests/shell/init.sh"
readme=$top_srcdir/README.md

# block KIND I: the I-th fenced block of a kind.
block() {
    awk -v kind="$1" -v want="$2" '/^```/ { on = $0 == "```" kind && ++i == want; next } on' "$readme"
}
# Numbers hang on the compiler, words do not.
words() {
    sed 's/-*[0-9][0-9.]*\( %\)\{0,1\}/N/g' "$1" | tr -s ' ' | sed 's/ $//'
}

# ---- the files that it speaks of ----------------------------------------------------------------
ln -s "$rung" rung
ln -s "$top_builddir/problems" problems
mkdir -p data/studies
ln -s "$top_srcdir/data/examples" data/examples
short() {
    printf 'study: %s\nproblems: [gemm]\nladder: [12, 16, 20, 24]\nmodes: [timing]\n' "$1"
    printf 'machines: [small]\nvary: {l1d.latency: [2, 5]}\n'
}
short first >data/studies/first.yaml
short performance >data/studies/performance.yaml
for n in 16 32 64 128 256; do echo "$n,$((n * n * 7 + 100 * n))"; done | sed '1i n,cycles' >ladder.csv
{
    echo problem,cpi_64,cpi_1024
    for p in a b; do
        for i in 1 2 3 4 5 6 7 8; do echo "$p,1.$i,1.$i$((i % 3))"; done
    done
} >points.csv
{
    echo problem,variant,size,ticks,instructions
    for v in 1 2 3 4 5 6 7; do
        for n in 16 32 64 128 256; do
            echo "p,v$v,$n,$((n * n * (7 + v) + 100 * n)),$((n * n * 6))"
        done
    done
} >runs.csv
sed 's/,v1,/,new,/; s/size,ticks/n,cycles/; 1!{/,new,64,/!d;}' runs.csv >new.csv

# ---- the session ----------------------------------------------------------------------------------
block yaml 1 >mine.yaml
grep -q '^study: mine$' mine.yaml || fail "README has no study"
for i in 1 2; do
    block console $i >session
    sed -n 's/^\$ //p' session >commands
    [ -s commands ] || fail "session $i has no command"
    while IFS= read -r line; do
        check "$line" eval "$line"
    done <commands
    awk '/^\$ / { shown = ""; next } { shown = shown $0 "\n" } END { printf "%s", shown }' session >shown
    cat err out >came
    words shown >want
    words came >got
    check "README shows what comes" diff want got
done

# ---- what it says of the first study ----------------------------------------------------------------
check "the first study, unchanged machine" "$rung" run -q "$top_srcdir/data/studies/first.yaml" \
    --only variant=base -o base.h5
check_status 1 "its verdict" "$rung" check --r2 none --velocity none base.h5
check_contains out "CPI goes from 0.328 at n = 64 to 0.507 at n = 256, and 'dependency' is 100 % of that"
check_contains out "  -12."
tr '\n' ' ' <"$readme" >flat
check_contains flat "predicted 12 % too low"
check_contains flat "The verdict is *fail*, exit status 1"

# ---- all other commands -----------------------------------------------------------------------------
at=0
while at=$((at + 1)) && block sh $at >commands && [ -s commands ]; do
    while IFS= read -r line; do
        case $line in
        ./bootstrap*) continue ;; # tests/shell/bootstrap.sh
        # What was built where there is no git does not know its commit.
        *"history add"*) "$rung" --version | grep -q '^commit *[0-9a-f]' ||
            line=$(echo "$line" | sed 's/history add/history add --commit 0123456/') ;;
        *predict*) sed 's/size,ticks/n,cycles/' runs.csv >plain.csv && line=$(echo "$line" | sed 's/runs.csv/plain.csv/') ;;
        *profile*) line=$(echo "$line" | sed 's/ 128 / 12 /; s/profile/profile --seconds 0.2s/') ;;
        *bench*) line=$(echo "$line" | sed 's/bench/bench --seconds 10ms --repeats 6/') ;;
        *" sim "*) line=$(echo "$line" | sed 's/ 128$/ 12/') ;;
        esac
        eval "$line" >out 2>err </dev/null
        status=$?
        # Verdicts hang on the load of the host; mistakes (2), runs that fail and damage do not.
        case $status in
        0 | 1 | 3) pass "$line" ;;
        *) fail "$line: exit status $status" ;;
        esac

    done <commands
done
[ "$at" -gt 6 ] && pass "$at blocks" || fail "README has but $at blocks of commands"
"$rung" help | sed -n '/^commands:$/,/^$/s/^  \([a-z-]*\) .*/\1/p' >every
while read -r name; do
    grep -q "rung $name" "$readme" && pass "README mentions $name" || fail "README does not mention $name"
done <every

# The pages and files that it points to are there.
grep -oE '(man|data)/[a-z0-9./-]+[a-z0-9]' "$readme" | sort -u | while read -r name; do
    [ -e "$top_srcdir/$name" ] || echo "$name"
done >missing
[ ! -s missing ] && pass "what it points to is there" || fail "README points to $(cat missing)"

# So are the files and folders of HACKING.md's lists, wherever a name has a slash.
grep -oE '`(src|stats|problems|plots|data|man|tests)/[A-Za-z0-9_./*-]*`' "$top_srcdir/HACKING.md" | tr -d '`' |
    sort -u | while read -r name; do
    case $name in *NAME* | *CLASS*) continue ;; esac
    for path in "$top_srcdir"/$name "$top_builddir"/$name; do
        [ -e "$path" ] && continue 2
    done
    echo "$name"
done >missing
[ ! -s missing ] && pass "what HACKING.md names is there" || fail "HACKING.md names $(cat missing)"
