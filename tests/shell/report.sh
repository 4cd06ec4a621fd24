#!/bin/sh
# rung report: pages that hold together, failures that reach the user.
. "${top_srcdir:-.}/tests/shell/init.sh"
make_study=$top_builddir/tests/unit/make_study
RUNG_DATADIR= export RUNG_DATADIR
python() {
    /usr/bin/env python3 "$@"
}
python -c '' 2>err || skip "python3 is not installed"

# page WHAT NUMBERS PICTURES: the pages in ./out-dir hold together and have this much on them.
page() {
    check "$1: the pages are sound" python "$top_srcdir/tests/shell/check_page.py" out-dir
    cp out summary # `check` writes `out` anew
    check "$1: at least $2 numbers, $3 pictures" awk -F'[ :,]+' -v n="$2" -v p="$3" \
        '{ numbers += $2; pictures += $4 }
        END { if (numbers < n || pictures != p) { print numbers, pictures; exit 1 } }' summary
}
# on_pages TEXT: some page has it.
on_pages() {
    check "a page says '$1'" grep -qF -- "$1" out-dir/*.html
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
page "three problems" 1000 36
[ -s warnings ] && fail "nothing is missing, yet it warns" || pass "nothing is missing, no warning"
on_pages "rung report made.h5 -o out-dir"
check "the figures can be drawn again by hand" sh -c 'cd out-dir && rm figures/*.svg &&
    gnuplot -d draw.gp && [ "$(ls figures | wc -l)" -eq 72 ]'
page "drawn again" 1000 36
# Every rung's cycles, as the table beside the figure has them, stand on the page.
awk -F'\t' 'NR > 1 { print $2 }' out-dir/data/gemm-m2-timing-cpi-means.tsv >cpi
while read -r value; do
    on_pages "<data value=\"$value\">"
done <cpi
check "five of them" [ "$(wc -l <cpi)" -eq 5 ]

# The same, as PDF, PNG and text.
check "PDF and PNG" "$rung" report made.h5 -o out-dir --pdf --png
page "PDF and PNG" 1000 36
check "a PNG a figure" [ "$(ls out-dir/figures/*.png | wc -l)" -gt 20 ]
check "each is one" sh -c 'for f in out-dir/figures/*.png; do
    [ "$(head -c 8 "$f" | od -An -tx1)" = " 89 50 4e 47 0d 0a 1a 0a" ] || exit 1; done'
check "a PDF" [ "$(head -c 5 out-dir/report.pdf)" = %PDF- ]
if command -v pdftotext >which.out; then
    check "PDF to text" pdftotext -layout out-dir/report.pdf out
    for text in made 'speaks for n = 256' 'R² between rungs' 'gemm · m2 · timing' Velocity; do
        check_contains out "$text"
    done
fi
check "drawn again, PDF and all" sh -c 'cd out-dir && rm report.pdf && gnuplot -d draw.gp &&
    [ -s report.pdf ]'
check "a report without them" "$rung" report made.h5 -o out-dir
check "leaves none of them" [ ! -e out-dir/report.pdf ]
check "no PNG either" sh -c '! ls out-dir/figures/*.png 2>/dev/null'
mkdir tmp
TMPDIR=$test_dir/tmp COLUMNS=79 check "text" "$rung" report made.h5 --format text
check_contains out 'speaks for n = 256'
check_contains out 'gemm · m2 · timing'
cp out text
check "no line is too long" python -c "import sys; sys.exit(any(len(l) > 80 for l in open(\"text\", encoding=\"utf-8\")))"
check "nothing is left of it" rmdir tmp
# Keys stand below what the horizontal axis tells, and nothing is printed over anything.
check "the key is below the plot" awk '/predicted against simulated, %$/ { axis = NR }
    /\*\*\*L\*\*\*error, 95 % interval/ { key = NR } END { exit !(axis > 0 && key == axis + 1) }' text
for line in 'prediction 95 %      G   simulated' 'confidence 95 %      L   held out' \
    'cycles per unit of work' 'CPI over its mean, n = 256' 'CPI over its mean, n = 192' 'suffices'; do
    check_contains text "$line"
done
# Areas have the letters that their keys show, each its own, and lie in each other.
{
    echo problem,n,mode,work,instructions,cycles
    sign=1
    for n in 16 24 32 48 64 96 128; do
        sign=$((-sign))
        echo "noisy,$n,timing,$((n * n * n)),$((n * n * n * 10)),$((n * n * n * (20 + 4 * sign)))"
    done
} >noisy.csv
check "a ladder with wide bands" "$rung" import -q noisy.csv -s noisy.h5
COLUMNS=79 check "as text" "$rung" report -f text noisy.h5
cp out text
cat >letters.py <<'EOF'
lines = open("text", encoding="utf-8").read().split("\n")
at = next(i for i, l in enumerate(lines) if l.strip() == "cycles per unit of work")
end = next(i for i, l in enumerate(lines) if i > at and "*******fit" in l)
picture, key = "\n".join(lines[at:end - 3]), "\n".join(lines[end - 3:end + 1])
assert "=======prediction 95 %" in key and "#######confidence 95 %" in key, key
assert "XX" not in picture, "gnuplot has filled an area"
for letter in "=#*":
    assert picture.count(letter) > 20, letter
column = ["".join(l[x] for l in lines[at + 1:end - 5] if len(l) > x).strip(" .") for x in range(30, 60)]
shown = [c for c in column if "=" in c and "#" in c]
assert len(shown) > 15 and all(c[0] == c[-1] == "=" for c in shown), shown
EOF
check "areas of a ladder can be told apart" python letters.py
many=$(seq -f problem=number-%g 18)
check "eighteen problems" "$make_study" many.h5 $many variants=4
for columns in 60 132; do
    COLUMNS=$columns check "their text in $columns columns" "$rung" report many.h5 --format text
    [ "$(grep -c '^ *number-[0-9]*  *|' out)" -eq 36 ] && pass "each has a line, twice" ||
        fail "not each has a line: $(grep -c '^ *number-[0-9]*  *|' out)"
    [ -s err ] && fail "gnuplot found no room" || pass "there is room for all"
done

study "no variants" problem=gemm
page "no variants" 150 8
check_contains warnings "the report finds 1 thing missing in 'made.h5': Between scales: the study has no variants of its machines"
check "quietly" "$rung" report -q made.h5 -o out-dir
cat out err >said
[ -s said ] && fail "a quiet report speaks" || pass "a quiet report is quiet"

# What is not ours is not written into.
mkdir site && echo mine >site/index.html
check_status 2 "a folder of others" "$rung" report made.h5 -o site
check_contains err "'site' holds what is no report of rung ('index.html'): name another folder"
check "what is there stays" grep -qx mine site/index.html
check "nothing is added" [ "$(ls site)" = index.html ]
echo notes.txt >site/files.txt
check_status 2 "a list of others" "$rung" report made.h5 -o site
printf '../index.html\n' >site/files.txt
check_status 2 "a list that leads outside" "$rung" report made.h5 -o site
check "by force" "$rung" report made.h5 -o site --force
check "again without" "$rung" report made.h5 -o site
mkdir -p empty/data
check "an empty folder" "$rung" report made.h5 -o empty
on_pages "The study has no variants of its machines"
study "one rung" problem=gemm rungs=64 variants=3
page "one rung" 40 7
study "two rungs" problem=gemm rungs=64,128 variants=3
page "two rungs" 90 11
study "nothing at all"
page "nothing at all" 0 0
check_contains warnings "rung: warning: the report finds 3 things missing in 'made.h5': 2 of 2 planned runs are not in"
check_contains warnings "; Verdict: the study has no runs"
study "all failed" problem=gemm variants=2 all_fail
page "all failed" 10 0
check_contains warnings "4 things missing in 'made.h5': gemm · m2 · timing: 15 of 15 runs failed"
check_contains warnings "; and 1 more"
study "one failed" problem=gemm variants=4 one_fails
page "one failed" 300 18
on_pages "segmentation fault at 0x400123"
check_contains warnings "1 thing missing in 'made.h5': gemm · m2 · timing: 1 of 25 runs failed"
study "an infinite value" problem=gemm variants=4 infinite no_stacks no_work
page "an infinite value" 200 17
study "a jump at the top" problem=gemm variants=4 step=1.5
page "a jump at the top" 300 18
study "emulation alone" problem=gemm mode=emulation
page "emulation alone" 10 0
study "awkward names" "problem=a'b\"c\$(touch x)\`touch x\`" 'problem={/Symbol a}_2^3 @p \n' \
    'problem=<b>&amp;</b>' variants=3 "variant=l2='8' & <i>" "machine=m'2" 'name=-x <y>'
page "awkward names" 1000 36
[ -e x ] || [ -e out-dir/x ] && fail "a name was executed" || pass "no name was executed"

# Two simulators in one study: ours and a command of the shell that answers in JSON.
cat >two.yaml <<'EOF'
study: two
problems: [gemm]
ladder: [8, 12, 16, 20]
modes: [timing]
machines: [small]
vary: {width.dispatch: [1], l1d.latency: [2, 5]}
simulators:
  - name: cubic
    command: [sh, "{study}/cubic.sh", "{n}", "{slope}"]
    timeout: 10s
    parameters: {slope: 5}
    vary: {slope: [4, 6]}
    numbers: {instructions: {json: /instructions}, cycles: {json: /cycles}}
EOF
cat >cubic.sh <<'EOF'
echo "{\"instructions\": $(($1 * $1 * $1 * 7)), \"cycles\": $(($1 * $1 * $1 * $2 + 40 * $1))}"
EOF
rm -rf two.h5* out-dir
check "a study of two simulators" "$rung" run two.yaml -o two.h5 -j 1
check "its report" "$rung" report two.h5 -o out-dir
grep -i 'warning: [^t]' err && fail "two simulators: gnuplot warns" || pass "gnuplot is silent"
page "two simulators" 350 32
for page in simulators.html problem-gemm-cubic-timing.html \
    problem-gemm-small-timing-rung.html; do
    check "there is $page" [ -s out-dir/$page ]
    check "$page is reached" grep -q "href=\"$page\"" out-dir/index.html
done
# The ratios by another way: the cycles of the summary, divided by hand.
check "export" "$rung" export two.h5 --format csv -o two.csv
cat >ratios.py <<'EOF'
import csv
rows = [r for r in csv.DictReader(open("two.csv")) if r["variant"] == "base"]
cycles = {(r["simulator"], float(r["n"])): float(r["cycles"]) for r in rows}
page = open("out-dir/simulators.html", encoding="utf-8").read()
for n in (8, 20):
    assert cycles["cubic", n] == n ** 3 * 5 + 40 * n, cycles
    ratio = cycles["cubic", n] / cycles["rung", n]
    assert '<data value="%.17g">' % ratio in page, (n, ratio)
table = list(csv.DictReader(open("out-dir/data/simulators-ratio.tsv"), delimiter="\t"))
assert [float(r["n"]) for r in table] == [8, 12, 16, 20], table
for r in table:
    n = float(r["n"])
    assert float(r["ratio"]) == cycles["cubic", n] / cycles["rung", n], r
EOF
check "the ratios are those of the runs" python ratios.py
check "one simulator" "$make_study" one.h5 problem=gemm
check "report of one" "$rung" report one.h5 -o one-report
check "has no page of simulators" [ ! -e one-report/simulators.html ]

# Rungs against the largest and modes against timing, by another way: from the exported summary.
cat >modes.yaml <<'EOF'
study: modes
problems: [gemm, stencil7]
ladder: [16, 24, 32, 48]
modes: [timing, fast-timing, sampled]
machines: [m2]
EOF
check "a study in three modes" "$rung" run modes.yaml -o modes.h5 -j 2
rm -rf out-dir
check "its report" "$rung" report modes.h5 -o out-dir
page "three modes" 800 55
check "export" "$rung" export modes.h5 --format csv -o modes.csv
cat >modes.py <<'EOF'
import csv, statistics
cpi = {(r["problem"], r["mode"], float(r["n"])): float(r["cycles"]) / float(r["instructions"])
       for r in csv.DictReader(open("modes.csv"))}
assert len(cpi) == 24
page = open("out-dir/index.html", encoding="utf-8").read()
part = page[page.index('id="rungs"'):page.index('id="problems"')]
for (problem, mode, n), value in cpi.items():
    distance = value / cpi[problem, mode, 48] - 1
    kind = "pass" if abs(distance) <= 0.02 else "fail"
    cell = '<td class="number heat %s"><data value="%.17g">' % (kind, distance)
    assert (cell in part) == (n < 48), (problem, mode, n, distance)
assert part.index("timing, worst first") < part.index("<details>")
page = open("out-dir/velocity.html", encoding="utf-8").read()
part = page[page.index("<h2>Modes</h2>"):]
for mode in ("fast-timing", "sampled"):
    errors = [v / cpi[p, "timing", n] - 1 for (p, m, n), v in cpi.items() if m == mode]
    row = part[part.index(mode):]
    row = row[:row.index("</tr>")]
    shown = [float(x.split('"')[0]) for x in row.split('<data value="')[1:]]
    assert shown[0] == 8, shown
    assert abs(shown[1] - statistics.median(map(abs, errors))) < 1e-12, shown
    assert abs(abs(shown[2]) - max(map(abs, errors))) < 1e-12, shown
EOF
check "the distances are those of the runs" python modes.py
TMPDIR=$test_dir COLUMNS=79 check "the same as text" "$rung" report modes.h5 --format text
cp out text
cat >text.py <<'EOF'
import csv
cpi = {(r["problem"], float(r["n"])): float(r["cycles"]) / float(r["instructions"])
       for r in csv.DictReader(open("modes.csv")) if r["mode"] == "timing"}
lines = open("text", encoding="utf-8").read().split("\n")
at = lines.index("CPI of each rung against the largest one, rung · m2 · timing")
assert lines[at + 1].split() == ["16", "24", "32", "largest"]
seen = set()
for line in lines[at + 2:at + 4]:
    problem, *cells = line.replace(" %", "").split()
    want = ["%.1f" % (100 * (cpi[problem, n] / cpi[problem, 48] - 1)) for n in (16, 24, 32)]
    assert cells == want + ["48"], (line, want)
    seen.add(problem)
assert seen == {"gemm", "stencil7"}
assert " ".join(lines).count("4 rungs are") == 1, "said once for all modes"
EOF
check "the text has the distances" python text.py

# A table from elsewhere has what it has: cycles alone are drawn, and the rest is said.
printf 'problem,n,cycles\ngemm,8,2560\ngemm,16,20480\ngemm,32,163840\ngemm,64,1310720\n' >bare.csv
check "cycles alone are imported" "$rung" import -q bare.csv -s bare.h5
check "and reported" "$rung" report bare.h5 -o bare
grep -qi 'gnuplot\|no valid' err && fail "cycles alone: gnuplot complains" || pass "in silence"
check "their pages are sound" python "$top_srcdir/tests/shell/check_page.py" bare
check "the ladder is drawn" test -s bare/figures/*-ladder.svg
for file in bare/problem-*.html; do check_contains "$file" "The study file has no instructions"; done
test -e bare/figures/*-cpi.svg && fail "an empty figure of CPI" || pass "no empty figure"

# Where variants stop below the top, the rung at which they do is the one to compare with.
{
    echo problem,n,variant,instructions,cycles
    k=0
    for variant in base a=1 b=1 c=1 d=1 e=1 f=1 g=1; do
        k=$((k + 1))
        for n in 8 16 32 64; do
            [ $n -eq 64 ] && [ $variant != base ] ||
                echo "gemm,$n,$variant,$((n * n * n * 9)),$((n * n * n * (20 + k) + n * k * 7))"
        done
    done
} >below.csv
check "a top rung without variants" "$rung" import -q below.csv -s below.h5
check "its report" "$rung" report below.h5 -o below
check "its pages are sound" python "$top_srcdir/tests/shell/check_page.py" below
check_contains below/index.html "n = 16 speaks for n = 32"
check_contains below/index.html "At the largest rung, n = 64, too few variants ran"
cat >voices.py <<'EOF'
import re
page = open("below/scales.html", encoding="utf-8").read()
row = re.search(r"where enough variants ran.*?<tbody>(.*?)</tr>", page, re.S).group(1)
values = [float(x) for x in re.findall(r'<data value="([^"]*)"', row)]
assert values[:2] == [64, 32], values
assert len(values) == 6 and all(v == v for v in values), values  # R2 and error at 8 and 16
assert values[2] > 0.95 and values[4] > 0.95, values
EOF
check "each rung against that one" python voices.py
for file in below/problem-*.html; do check_contains "$file" "against n = 32, above which too few"; done

# A rung speaks where all above it do, too; several ladders are told by their problems.
awk 'BEGIN {
    print "problem,n,variant,instructions,cycles"
    for (v = 0; v < 8; v++)
        for (n = 8; n <= 32; n += 8) {
            name = v ? "a=" v : "base"
            print "gemm," n "," name "," n * n * 900 "," int(n * n * 900 * (1 + v * (n == 24 ? (v % 2) : 1) / 10))
            print "fw," n * 10 "," name "," n * n * 900 "," int(n * n * 900 * (1 + v / 10))
        }
}' >chance.csv
check "a rung that passes below one that does not" "$rung" import -q chance.csv -s chance.h5
check "its report" "$rung" report chance.h5 -o chance
check_contains chance/index.html "n = 24 does not speak for n = 32 of gemm"
check_contains chance/index.html "n = 80 speaks for n = 320 of fw"
sed -n "/Speaks for that/,/<\/table>/p" chance/problem-gemm*.html >voices
check_contains voices inconclusive
grep -q "✓\|>pass" voices && fail "a rung below passes" || pass "no rung below passes"
check_status 1 "the check says so" "$rung" check chance.h5 --error none --velocity none -f csv
check_contains out "r2,gemm"
check_contains out "r2,fw"

# What fills a cache to the last byte still fits.
cp "$top_builddir/problems/gemm.elf" full.elf
cat >full.yaml <<E
study: full
problems: [{name: full, elf: full.elf, work: n^3, footprint: 1024 * n}]
ladder: [8, 16, 24, 32, 40]
modes: [timing]
machines: [small]
E
check "a study at the brim" "$rung" run -q full.yaml
check "its report" "$rung" report -q full.h5 -o full-report
check_contains full-report/problem-full-small-timing.html "l1d 32 KiB at <var>n</var> = 33."

# Lines that a caption calls dashed are so in the picture: upright ones with dashes.
printf 'n\tl1d\n64\t1\n128\t5\n256\t30\n' >misses.tsv
cat >misses.gp <<EOF
plots = "$top_srcdir/plots/"; theme = "light"; format = "svg"; output = "misses.svg"
heading = ""; level = "95 %"; width = 460; height = 330; columns = 80
misses = "misses.tsv"; array levels[1] = ["l1d"]; array titles[1] = ["L1D"]; logarithmic = 0
caches = 1; array cache_n[1] = [180]; array cache_name[1] = ["L1D 128 KiB"]
load plots."misses.gp"
EOF
check "a footprint that outgrows a cache" gnuplot misses.gp
check "its line is dashed" grep -q "dasharray=[^/]*M\([0-9.]*\),[0-9.]* L\1,[0-9.]* *'/>" misses.svg

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
check_status 2 "an unknown format" "$rung" report made.h5 --format pdf
check_contains err "rung: '--format' must be html or text, not 'pdf'"
check_status 2 "text in a folder" "$rung" report made.h5 --format text -o out-dir
check_contains err "rung: '--format text' writes no folder"
check_status 2 "a wrong level" "$rung" report made.h5 --level 2
check_contains err "rung: '--level' must be a fraction such as 0.02 or 2%, not '2', which is 200 %"
cp made.h5 named.h5
check "a folder by default" "$rung" report named.h5
check "is named after the store" test -f named-report/index.html
check "another level" "$rung" report made.h5 -o out-dir --level 90%
on_pages "90 % interval"

# What a browser shows at the width of a laptop and of a phone: nothing runs out of the page.
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || :)
if [ -n "$browser" ]; then
    "$make_study" made.h5 problem=gemm problem=a-problem-with-quite-a-long-name variants=8 >out
    check "report for the browser" "$rung" report made.h5 -o out-dir
    cat >probe.html <<'EOF'
<!DOCTYPE html><body><script>
onload = function () {
    var pages = location.hash.slice(1).split(","), text = "";
    pages.forEach(function (page) {
        var frame = document.createElement("iframe");
        frame.style.cssText = "border:0;height:900px;width:" + innerWidth + "px";
        frame.onload = function () {
            var d = frame.contentDocument, broken = 0;
            Array.from(d.images).forEach(function (i) { broken += i.naturalWidth === 0; });
            text += page + " " + (d.documentElement.scrollWidth - frame.clientWidth) + " " +
                broken + " " + d.images.length + ";";
            var head = d.querySelector("thead th.number");
            if (head) { head.click(); text += head.getAttribute("aria-sort") + ";"; }
            document.title = text;
        };
        frame.src = "out-dir/" + page;
        document.body.appendChild(frame);
    });
};
</script></body>
EOF
    pages=$(cd out-dir && ls *.html | paste -sd,)
    for width in 1366 390; do
        check "a browser at $width" timeout 60 "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars \
            --allow-file-access-from-files --no-first-run --disable-background-networking \
            --user-data-dir="$test_dir/browser" --window-size=$width,900 \
            --virtual-time-budget=8000 --dump-dom "file://$test_dir/probe.html#$pages"
        cp out dom
        check "every page fits and shows its pictures" awk -v RS=';' '
            / 0 0 [0-9]+$/ { good++ } / [0-9-]+ [0-9]+ [0-9]+$/ { all++ }
            END { if (good < 7 || good != all) { print good, all; exit 1 } }' dom
    done
else
    echo "no browser is installed: how the pages look is not tested"
fi
