#!/bin/sh
# rung correlate: two rungs of a study, two columns of a table.
. "${top_srcdir:-.}/tests/shell/init.sh"
make_store=$top_builddir/tests/tools/make_store

# The number behind "KEY": in the JSON of the last command, at the top level.
number() {
    sed -n "s/^  \"$1\": \\([-0-9.e+]*\\),*\$/\\1/p" out
}
near() {
    awk -v a="$(number "$1")" -v b="$2" 'BEGIN { d = a - b; exit !(a != "" && d * d < 1e-16) }' &&
        pass "$1 is $2" || fail "$1 is $(number "$1"), not $2"
}

# ---- a table of independent pairs; the expected numbers are R's
cat >pairs.csv <<'END'
name,small,large
a,1.2,1.25
b,2.1,2.0
c,3.3,3.4
d,3.9,4.1
e,5.4,5.2
f,6.2,6.5
g,7.7,7.4
h,8.1,8.6
i,9.6,9.5
j,11.3,11.0
END
check "independent pairs" "$rung" correlate pairs.csv --x small --y large --label name
for text in "Fisher's z" "BCa bootstrap" "Spearman" "Kendall tau" "Lin's concordance" \
    "limits of agreement" "not shown to be within 2 %" "rank flips" "worst predicted"; do
    check_contains out "$text"
done
check "as JSON" "$rung" correlate pairs.csv --x small --y large --label name -f json
near r2 0.99373859593065417
near kendall_tau 1
near ccc 0.9967437274924642
near slope 0.98222330451722895
near intercept 0.11952696943869388
for key in n r2_ci_fisher r2_ci_bca r2_pooled spearman kendall_tau_ci slope_ci intercept_ci \
    bland_altman tost lower upper p equivalent rank_flips worst seed resamples warnings scales \
    points; do
    check_contains out "\"$key\""
done
check_contains out '"p": 0.1689045304862'
check_contains out '"equivalent": false'
check_contains out '"variant": "h"'
check "a wider tolerance" "$rung" correlate pairs.csv --x small --y large --tolerance 5% -f json
check_contains out '"equivalent": true'
cp out first
check "the same seed" "$rung" correlate pairs.csv --x small --y large --tolerance 5% -f json
cmp -s first out && pass "gives the same numbers" || fail "the same seed gives other numbers"
check "another seed" "$rung" correlate pairs.csv --x small --y large --tolerance 5% -f json --seed 2
cmp -s first out && fail "the seed changes nothing" || pass "gives others"
check "one row a scale" "$rung" correlate pairs.csv --x small --y large -f csv
[ "$(wc -l <out)" -eq 2 ] && pass "one scale" || fail "not one scale"

# ---- within problems: pooled it all looks well
awk 'BEGIN {
    print "problem,kind,variant,small,large"
    for (g = 1; g <= 9; g++)
        for (v = 0; v < 6; v++)
            print "p" g "," (g % 2 ? "odd" : "even") ",v" v "," 10^g * (1 + v / 10) "," \
                10^g * (1 + (g % 2 ? v : (5 * v) % 6) / 10)
}' >grouped.csv
check "within problems" "$rung" correlate grouped.csv --x small --y large --group problem \
    --label variant --class kind
check_contains out "BCa bootstrap over problems"
check_contains out "class odd"
check_contains out "flatters"
check "its JSON" "$rung" correlate grouped.csv --x small --y large --group problem --class kind -f json
awk -v within="$(number r2)" -v pooled="$(number r2_pooled)" \
    'BEGIN { exit !(within < 0.5 && pooled > 0.999) }' &&
    pass "the pooled R2 flatters" || fail "R2 within and pooled: $(number r2) $(number r2_pooled)"
check_contains out '"unit": "problems"'
head -n 19 grouped.csv >three.csv
check "three problems" "$rung" correlate three.csv --x small --y large --group problem -f json
check_contains out '"unit": "variants"'
check "another base" "$rung" correlate three.csv --x small --y large --group problem \
    --label variant --base v3 -f json
check "numbers as they stand" "$rung" correlate three.csv --x small --y large --group problem --scale linear
check "from standard input" sh -c "'$rung' correlate - --x small --y large <pairs.csv"

# ---- a study
cat >study.yaml <<'END'
study: made
problems: [gemm]
ladder: [64, 128, 256]
modes: [timing]
machines: [m2]
END
runs() {
    awk -v variants="$1" -v problems="$2" 'BEGIN {
        for (p = 0; p < problems; p++)
            for (v = 0; v < variants; v++)
                for (n = 64; n <= 256; n *= 2)
                    print "problem" p, n, "timing m2", v ? "rob=" 64 * v : "base", "0 0 ok", 8 * n^3,
                          int((5 + p) * n^3 * (1 + v / 10) * (1 + 0.3 / n * n^0.5 * sin(13 * v + p))), 1
    }'
}
runs 9 2 | "$make_store" study.yaml two.h5
check "two rungs of a study" "$rung" correlate two.h5 --from 64 --to 256
check_contains out "n = 64 against n = 256, 18 points of 2 problems"
check_contains out "problem1"
check "every pair" "$rung" correlate two.h5 --matrix
[ "$(wc -l <out)" -eq 4 ] && pass "three pairs" || fail "not three pairs"
check "the two largest without being told" "$rung" correlate two.h5
check_contains out "n = 128 against n = 256"
check "one problem is independent pairs" "$rung" correlate two.h5 --problem problem1 -f json
near n 9
grep -A 2 r2_ci_fisher out | grep -q null && fail "no interval by Fisher" || pass "Fisher's interval"
check "kept in the study file" "$rung" correlate two.h5 --save
check "which still opens" "$rung" correlate two.h5

# ---- runs in a table, under other names
{
    echo bench,size,config,ticks,insns
    runs 7 1 | awk '{ print $1 "," $2 "," $5 "," $10 "," $9 }'
} >other.csv
check "runs in a table" "$rung" correlate other.csv --from 64 --to 256 \
    --columns problem=bench,n=size,variant=config,cycles=ticks,instructions=insns
check_contains out "7 points of 1 problem"

# ---- what cannot be answered: 3
runs 2 1 | "$make_store" study.yaml few.h5
check_status 3 "two variants" "$rung" correlate few.h5
check_contains err "no pair of rungs has three variants"
head -n 2 pairs.csv >one.csv
check_status 3 "one design point" "$rung" correlate one.csv --x small --y large
check_contains err "1 row is too few for a correlation"
printf 'x,y\n1,5\n2,5\n3,5\n4,5\n5,5\n6,5\n' >flat.csv
check_status 3 "a constant column" "$rung" correlate flat.csv --x x --y y
check_contains err "one of the columns does not vary"
check_status 3 "a constant column as JSON" "$rung" correlate flat.csv --x x --y y -f json
check_contains out '"r2": null'

# ---- what is wrong with the data: 5, with file, line and column
for bad in nan inf -inf abc '' 1e999; do
    printf 'x,y\n1,2\n2,3\n3,%s\n4,4\n' "$bad" >bad.csv
    check_status 5 "'$bad' among the numbers" "$rung" correlate bad.csv --x x --y y
    check_contains err "rung: 'bad.csv':4: column 'y': '$bad' is not a finite number"
done
: >empty.csv
check_status 5 "an empty file" "$rung" correlate empty.csv --x x --y y
check_contains err "'empty.csv': no header and no rows"
check_status 5 "a missing column" "$rung" correlate pairs.csv --x smal --y large
check_contains err "'pairs.csv': no column 'smal' (did you mean 'small'?)"
check_status 5 "a missing group" "$rung" correlate pairs.csv --x small --y large --group problem
check_status 5 "a missing base" "$rung" correlate three.csv --x small --y large --group problem \
    --label variant --base v9
check_contains err "no row 'v9' in group 'p1'"
printf 'g,x,y\na,1,2\na,0,3\na,3,4\n' >zero.csv
check_status 5 "a zero where ratios are asked for" "$rung" correlate zero.csv --x x --y y --group g
check_contains err "'zero.csv':3: column 'x': '0' is not above 0"
check "zeros as they stand" "$rung" correlate zero.csv --x x --y y
check_contains err "values that are not above 0 have no ratios"
check_status 5 "no such file" "$rung" correlate none.csv --x x --y y
check_status 5 "no such study" "$rung" correlate none.h5
check_status 5 "a rung that was not run" "$rung" correlate two.h5 --from 65
check_contains err "no run at n = 65; there are 64, 128, 256"
check_status 5 "a table without sizes" "$rung" correlate pairs.csv
check_contains err "no column 'n'"
check_status 5 "text among the counters" sh -c "printf 'n,cycles\n1,2\n2,x\n' >t.csv; '$rung' correlate t.csv"
check_contains err "'t.csv':3: column 'cycles': 'x' is not a finite number"
grep -q "decimals" err && fail "a letter is taken for a comma" || pass "no word of commas"

# ---- what is wrong with the command: 2
check_status 2 "x without y" "$rung" correlate pairs.csv --x small
check_status 2 "a group of runs" "$rung" correlate two.h5 --group problem
check_status 2 "rungs of columns" "$rung" correlate pairs.csv --x small --y large --from 64
check_status 2 "a class without groups" "$rung" correlate pairs.csv --x small --y large --class name
check_status 2 "a base without labels" "$rung" correlate pairs.csv --x small --y large --group name --base a
check_status 2 "rungs the wrong way round" "$rung" correlate two.h5 --from 256 --to 64
check_status 2 "a scale that is none" "$rung" correlate pairs.csv --x small --y large --scale cubic
check_status 2 "a level of 1" "$rung" correlate two.h5 --level 1
check_status 2 "an alpha of one half" "$rung" correlate two.h5 --alpha 50%
check_status 2 "a renaming that is none" "$rung" correlate other.csv --columns size
check_contains err "'size' is not NAME=COLUMN"
check_status 2 "a renaming of nothing" "$rung" correlate other.csv --columns cycels=ticks
check_contains err "runs have no 'cycels' (did you mean 'cycles'?)"
check_status 2 "a renaming of a study" "$rung" correlate two.h5 --columns n=size
check_status 2 "a table that is not kept" "$rung" correlate other.csv --save

# ---- R2 is a square: a reversed order is told
awk 'BEGIN { print "small,large"; for (v = 3; v < 11; v++) print v "," 20 - v }' >reversed.csv
check "a reversed order" "$rung" correlate reversed.csv --x small --y large
check_contains err "the order is reversed: slope -1.0, whatever R2"
check "as JSON" "$rung" correlate reversed.csv --x small --y large -f json
check_contains out '"order-reversed"'

# ---- problems with ladders of their own
awk 'BEGIN {
    print "problem,n,variant,cpi"
    for (v = 0; v < 4; v++) {
        name = v ? "w=" 3 + v : "base"
        for (n = 64; n <= 256; n *= 2) print "A," n "," name "," 3 + v
        for (n = 20; n <= 80; n *= 2) print "B," n "," name "," 3 + v
    }
}' >ladders.csv
check "ladders of their own" "$rung" correlate ladders.csv
check_contains err "B: no three variants at n = 128 and n = 256: compared at its two largest, 40 and 80"
grep -q "^ *B  *40  *80 " out && pass "B has its row" || fail "B has no row: $(cat out)"
grep -q "^ *A  *64  *128 " out && fail "A has a row too many" || pass "A has one row"
check "rungs that are named" "$rung" correlate ladders.csv --from 128 --to 256
grep -q "B:" err && fail "a warning of what was not asked for" || pass "no warning"
