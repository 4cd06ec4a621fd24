#!/bin/sh
# rung report: pages that hold together, failures that reach the user.
. "${top_srcdir:-.}/tests/shell/init.sh"
make_study=$top_builddir/tests/unit/make_study
RUNG_DATADIR= export RUNG_DATADIR
python() {
    /usr/bin/env python3 "$@"
}
python -c '' 2>err || skip "python3 is not installed"

# page WHAT NUMBERS PICTURES: the page in ./out-dir holds together and has this much on it.
page() {
    check "$1: the page is sound" python "$top_srcdir/tests/shell/check_page.py" out-dir
    check "$1: at least $2 numbers, $3 pictures" awk -F'[ :,]+' -v n="$2" -v p="$3" \
        '{ if ($2 < n || $4 != p) exit 1 }' out
}
# study WORDS...: a new study in ./made.h5 and its report in ./out-dir.
study() {
    what=$1
    shift
    rm -rf out-dir made.h5*
    check "$what: study" "$make_study" made.h5 "$@"
    check "$what: report" "$rung" report made.h5 -o out-dir
    check_contains out out-dir/index.html
    cp err warnings
    grep -i 'warning: [^t]' err && fail "$what: gnuplot warns" || pass "$what: gnuplot is silent"
}

study "three problems" problem=gemm problem=stencil7 problem=fw variants=8 seeds=3
page "three problems" 200 17
[ -s warnings ] && fail "nothing is missing, yet it warns" || pass "nothing is missing, no warning"
check_contains out-dir/index.html "rung report made.h5 -o out-dir"
check "the figures can be drawn again by hand" sh -c 'cd out-dir && rm figures/*.svg &&
    gnuplot -d draw.gp && [ "$(ls figures | wc -l)" -eq 34 ]'
page "drawn again" 200 17
# Every rung's cycles, as the table beside the figure has them, stand on the page.
awk -F'\t' 'NR > 1 { print $2 }' out-dir/data/gemm-m2-timing-cpi-means.tsv >cpi
while read -r value; do
    check_contains out-dir/index.html "<data value=\"$value\">"
done <cpi
check "five of them" [ "$(wc -l <cpi)" -eq 5 ]

study "no variants" problem=gemm
page "no variants" 40 4
check_contains out-dir/index.html "The study has no variants of its machines"
study "one rung" problem=gemm rungs=64 variants=3
page "one rung" 8 3
study "two rungs" problem=gemm rungs=64,128 variants=3
page "two rungs" 20 4
study "nothing at all"
page "nothing at all" 0 0
check_contains warnings "rung: warning: the page names 2 things that are missing in 'made.h5'"
study "all failed" problem=gemm variants=2 all_fail
page "all failed" 10 0
study "one failed" problem=gemm variants=4 one_fails
page "one failed" 40 8
check_contains out-dir/index.html "segmentation fault at 0x400123"
study "an infinite value" problem=gemm variants=4 infinite no_stacks no_work
page "an infinite value" 40 6
study "a jump at the top" problem=gemm variants=4 step=1.5
page "a jump at the top" 40 8
study "emulation alone" problem=gemm mode=emulation
page "emulation alone" 10 0
study "awkward names" "problem=a'b\"c\$(touch x)\`touch x\`" 'problem={/Symbol a}_2^3 @p \n' \
    'problem=<b>&amp;</b>' variants=3 "variant=l2='8' & <i>" "machine=m'2" 'name=-x <y>'
page "awkward names" 100 17
[ -e x ] || [ -e out-dir/x ] && fail "a name was executed" || pass "no name was executed"

# What the user must get to see.
rm -rf out-dir
cp -r "$top_srcdir/plots" own && chmod -R u+w own
echo 'plot "no such file.tsv"' >own/cpi.gp
check_status 4 "a script that fails" "$rung" report made.h5 -o out-dir --plots own
check_contains err 'no such file.tsv'
check_contains err "rung: gnuplot failed with exit status"
[ -e out-dir/index.html ] && fail "a page without figures" || pass "no page without figures"
printf 'load plots."style.gp"\nplot x title "my own"\n' >own/cpi.gp
check "scripts of the user's own" "$rung" report made.h5 -o out-dir --plots own
check "their figure" grep -q "my own" out-dir/figures/*-cpi.svg
check_status 5 "no scripts" "$rung" report made.h5 -o out-dir --plots nowhere
check_contains err "rung: cannot open 'nowhere/page.html'"
mkdir empty
PATH=$test_dir/empty check_status 4 "no gnuplot" "$rung" report made.h5 -o out-dir
check_contains err "rung: cannot start 'gnuplot': No such file or directory"
: >file
check_status 5 "a folder that cannot be made" "$rung" report made.h5 -o file/dir
check_contains err "'file"
if [ "$(id -u)" -ne 0 ]; then
    mkdir locked && chmod a-w locked
    check_status 5 "a folder that cannot be written" "$rung" report made.h5 -o locked
    chmod u+w locked
fi
check_status 5 "no store" "$rung" report nosuch.h5 -o out-dir
check_contains err "nosuch.h5"
head -c 3000 made.h5 >cut.h5
check_status 5 "a cut store" "$rung" report cut.h5 -o out-dir
check_contains err "cut.h5"
check_status 2 "no argument" "$rung" report
check_status 2 "two stores" "$rung" report made.h5 made.h5
check_status 2 "a wrong level" "$rung" report made.h5 --level 2
check_contains err "rung: --level: '2' is not between 0 and 1"
cp made.h5 named.h5
check "a folder by default" "$rung" report named.h5
check "is named after the store" test -f named-report/index.html
check "another level" "$rung" report made.h5 -o out-dir --level 90%
check "the page says so" grep -q "90 % interval" out-dir/index.html
