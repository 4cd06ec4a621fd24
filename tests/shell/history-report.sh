#!/bin/sh
# rung history report: planted changes are found and stand on the dashboard.
. "${top_srcdir:-.}/tests/shell/init.sh"
command -v gnuplot >/dev/null || skip "no gnuplot"
python=/usr/bin/python3
[ -x "$python" ] || skip "no $python"

"$top_builddir/tests/tools/make_history" h.h5 60 2 0.01 >planted || fail "no history was made"
"$rung" history list -H h.h5 -f csv >list.csv 2>err
"$rung" history check -H h.h5 -f json >check.json 2>err
[ $? -eq 1 ] && pass "emulation is slower than the baseline" || fail "the check did not fail"
check "changes stand where they were planted" "$python" "$top_srcdir/tests/shell/planted.py" \
    check.json list.csv planted
check_contains out "6 changes, 0 wrong"

check "a dashboard" "$rung" history report -H h.h5 -o d --commit-url 'https://x.org/c/{commit}?a=1&b' \
    --accuracy 'm2 timing=9%' --accuracy 'm2 fast-timing=0.11' --title 'Speed & <more>'
check_contains out "d/index.html"
[ -s err ] && fail "gnuplot complains" || pass "gnuplot is content"
page=d/index.html
cut -f 2 planted | sort -u >commits
while read -r commit; do
    check_contains $page "<a href=\"https://x.org/c/$commit?a=1&amp;b\">"
done <commits
check_contains $page "<title>Speed &amp; &lt;more&gt;</title>"
check_contains $page "The latest commit is slower on 2 of 6 lines."
for part in regressions changes modes trends accuracy commits; do
    check_contains $page "id=\"$part\""
done
for figure in gemm-emulation-at-256-trend gemm-m2-timing-at-256-trend speed-modes \
    timing-tradeoff hardware-tradeoff; do
    [ -s "d/figures/$figure.svg" ] && [ -s "d/figures/$figure-dark.svg" ] && pass "$figure" ||
        fail "no figure $figure"
done
check_contains d/figures/gemm-emulation-at-256-trend.svg "+15 %"
check_contains d/data/modes.tsv "speed_1"
# Every picture, table and place that the page names is there.
grep -o 'src="[^"]*"\|srcset="[^"]*"\|href="data[^"]*"' $page | sed 's/.*="//; s/"$//' | sort -u |
    while read -r name; do [ -s "d/$name" ] || echo "$name"; done >lost
[ -s lost ] && fail "lost: $(head -n 3 lost)" || pass "all files are there"
grep -o 'href="#[^"]*"' $page | sed 's/.*#//; s/"$//' |
    while read -r id; do grep -q "id=\"$id\"" $page || echo "$id"; done >lost
[ -s lost ] && fail "no such place: $(cat lost)" || pass "all places are there"

# The page says what the gate says with the same options.
for options in "--tolerance 50% --growth 50%" "--busy none --best 2 --last 3 --level 99%"; do
    "$rung" history check -H h.h5 -f json $options >same.json 2>err
    check "report $options" "$rung" history report -H h.h5 -o d $options
    verdict=$(sed -n 's/^  "verdict": "\(.*\)",*$/\1/p' same.json)
    check_contains $page "<section class=\"verdict $verdict\">"
done
check_contains $page "the fastest of every 2 sessions"
check_contains $page "none for sharing their processor"
check "the same as at first" "$rung" history report -H h.h5 -o d --commit-url 'https://x.org/c/{commit}?a=1&b' \
    --accuracy 'm2 timing=9%' --accuracy 'm2 fast-timing=0.11' --title 'Speed & <more>'
cp $page first.html
check "again" "$rung" history report -H h.h5 -o d --commit-url 'https://x.org/c/{commit}?a=1&b' \
    --accuracy 'm2 timing=9%' --accuracy 'm2 fast-timing=0.11' --title 'Speed & <more>'
cmp -s first.html $page && pass "the same bytes" || fail "other bytes"
check "one mode" "$rung" history report -H h.h5 -o d --mode emulation
[ -e d/figures/gemm-m2-timing-at-256-trend.svg ] && fail "old figures stay" || pass "old figures go"
check "the page is sound" "$python" "$top_srcdir/tests/shell/check_page.py" d
grep -q "<a href=\"http" $page && fail "links without a URL" || pass "no links without a URL"


# Another commit than the latest, and nothing said of it.
before=$(awk -F, 'NR > 1 { print $1 }' list.csv | tail -n 20 | head -n 1)
"$rung" history check -H h.h5 -f json --commit "$before" >same.json 2>err
check "another commit" "$rung" history report -q -H h.h5 -o d --commit "$before"
[ -s out ] || [ -s err ] && fail "a quiet dashboard speaks" || pass "it is quiet"
verdict=$(sed -n 's/^  "verdict": "\(.*\)",*$/\1/p' same.json)
check_contains $page "<section class=\"verdict $verdict\">"
check_contains $page "<p>Commit <code title=\"$before\">$(echo "$before" | cut -c 1-10)</code> of "
check_contains $page "<h2 id=\"regressions\">This commit</h2>"
grep -q "[Tt]he latest commit" $page && fail "it is called the latest" || pass "it is not the latest"

# Of a commit's name people see the beginning, and can see the rest.
"$rung" history baseline set -H h.h5 "$before" || fail "no baseline"
check "the baselines" "$rung" history baseline show -H h.h5
check_contains out "  $(echo "$before" | cut -c 1-10)"
grep -q "$before" out && fail "a whole name in a table" || pass "no whole name in a table"
first=$(awk -F, 'NR == 2 { print $1 }' list.csv)
cat >one.csv <<'END'
problem,n,mode,instructions,cycles,wall_seconds,user_seconds
gemm,64,timing,1000000,2000000,2.01,2.01
lu,64,timing,1000000,2000000,2.02,2.02
END
check "one commit alone" "$rung" history add -q -H one.h5 --host ci --commit "$first" one.csv
check "its dashboard" "$rung" history report -q -H one.h5 -o one --commit-url 'https://x.org/{commit}'
short=$(echo "$first" | cut -c 1-10)
check_contains one/index.html "<th scope=\"row\">commit <a href=\"https://x.org/$first\"><code title=\"$first\">$short</code></a></th>"
check "without links" "$rung" history report -q -H one.h5 -o one
check_contains one/index.html "<th scope=\"row\">commit <code title=\"$first\">$short</code></th>"
sed 's/title="[^"]*"//g' one/index.html | grep -q "$first" && fail "the whole name is shown" ||
    pass "the whole name is nowhere but in titles"
check_status 3 "the same in a terminal" "$rung" history check -H one.h5
check_contains out "commit $short "
grep -q "$first" out && fail "the whole name in a table" || pass "no whole name in a table"
sed '2d; s/2.02/2.03/' one.csv >two.csv
check "another without gemm" "$rung" history add -q -H one.h5 --host ci --commit "$before" two.csv
check "what is lost" "$rung" history report -q -H one.h5 -o one
check_contains one/index.html "2 lines of commit <code title=\"$first\">$short</code></th>"
check_contains one/index.html "held against the commit before it."
check_contains one/index.html "1 of them was not measured at this commit, or its runs failed: external: gemm timing"
check_contains one/index.html "<td>1 line</td>"

for wrong in "--commit-url x" "--commit-url javascript:{commit}" "--commit-url https://x.org" \
    "--busy 0.5" "--best 0" "--tolerance 200%" "--accuracy x" "--accuracy =1" "--accuracy m2=x" "x"; do
    check_status 2 "report $wrong" "$rung" history report -H h.h5 -o d $wrong
done
mkdir site && echo mine >site/index.html
check_status 2 "a folder of others" "$rung" history report -H h.h5 -o site
check_contains err "'site' holds what is no report of rung"
check "by force" "$rung" history report -H h.h5 -o site --force
check_status 2 "an empty name" "$rung" history report -H h.h5 -o ''
check_status 5 "no history" "$rung" history report -H none.h5 -o d
touch file
check_status 5 "no folder" "$rung" history report -H h.h5 -o file/d
check_status 5 "no scripts" "$rung" history report -H h.h5 -o e --plots none
check_status 4 "no gnuplot" env PATH=/nowhere "$rung" history report -H h.h5 -o e

# Another simulator, two commits of one minute, the second a fifth slower.
for commit in one two; do
    for session in 1 2 3 4 5; do
        {
            echo simulator,problem,n,mode,instructions,cycles,wall_seconds,user_seconds
            for problem in a b; do
                seconds=2.0$session
                [ $commit = one ] || seconds=2.4$session
                echo "mysim,$problem,64,timing,1000000,2000000,$seconds,$seconds"
            done
        } >runs.csv
        rm -f runs.h5
        "$rung" import -q runs.csv -s runs.h5 &&
            "$rung" history add runs.h5 -H own.h5 --host ci --commit $commit-of-these-commits \
                --date 2026-11-23T12:30:0${session}Z || fail "session $session of $commit"
    done
done >out 2>&1
check "its dashboard" "$rung" history report -H own.h5 -o own
[ -s err ] && fail "gnuplot complains" || pass "gnuplot is content"
check_contains own/index.html "<title>Speed of mysim</title>"
check_contains own/index.html "The latest commit is slower on 2 of 2 lines."
for text in '>0.5<' '>0.4<' one-of-the two-of-the; do
    check_contains own/figures/speed-modes.svg "$text"
done
# What fails stands apart in the picture, too: two levels, and the change between them.
check_contains own/figures/mysim-a-timing-at-64-trend.svg "+2"
awk 'NR > 1 { level[NR] = $3 } END { exit !(level[2] > 1.1 * level[3]) }' \
    own/data/mysim-a-timing-at-64-trend.tsv && pass "two levels" || fail "one level"
