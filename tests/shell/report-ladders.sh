#!/bin/sh
# rung report: ladders of many rungs, and problems with ladders of their own.
. "${top_srcdir:-.}/tests/shell/init.sh"
RUNG_DATADIR= export RUNG_DATADIR
/usr/bin/env python3 -c '' 2>err || skip "python3 is not installed"

# Two problems whose ladders have no rung in common, of eleven rungs each, with eight variants.
{
    echo problem,n,variant,machine,mode,instructions,cycles,l1d_prefetches
    for ladder in "rows 1000 2000 3000 4000 6000 8000 12000 16000 20000 24000 32000" \
        "tiles 100 120 140 160 180 220 240 264 280 300 328"; do
        set -- $ladder
        problem=$1
        shift
        for n in "$@"; do
            k=0
            for variant in base a=1 b=1 c=1 d=1 e=1 f=1 g=1; do
                k=$((k + 1))
                echo "$problem,$n,$variant,m,timing,$((n * 90)),$((n * (20 + k) + k * 70)),$((n * 9))"
            done
        done
    done
} >two.csv
check "two ladders" "$rung" import -q two.csv -s two.h5
check "their report" "$rung" report -q two.h5 -o two
check "says nothing" [ ! -s err ]
check "its pages are sound" python3 "$top_srcdir/tests/shell/check_page.py" two

# Names of sizes below the axes: the first and the last, and none on another.
cat >names.py <<'EOF'
import re, sys
ladders = {"rows": "1000 2000 3000 4000 6000 8000 12000 16000 20000 24000 32000".split(),
           "tiles": "100 120 140 160 180 220 240 264 280 300 328".split()}
for problem, rungs in ladders.items():
    for kind in sys.argv[1:]:
        svg = open("two/figures/%s-m-timing-%s.svg" % (problem, kind)).read()
        shown = [(float(y), float(x), float(size), text) for x, y, size, text in re.findall(
            r'<g transform="translate\(([\d.]+),([\d.]+)\)"[^>]*font-size="([\d.]+)"[^>]*'
            r'text-anchor="middle"[^>]*>\s*<text>\s*(\d+)</text>', svg) if text in rungs]
        assert len({s[0] for s in shown}) == 1, (kind, shown)
        shown.sort()
        texts = [s[3] for s in shown]
        assert texts[0] == rungs[0] and texts[-1] == rungs[-1], (kind, texts)
        assert 5 <= len(texts) < 11, (kind, texts)
        for (_, x, size, a), (_, x2, _, b) in zip(shown, shown[1:]):
            assert x2 - x > 0.6 * size * (len(a) + len(b)) / 2, (kind, a, b)
EOF
check "no two names of sizes touch" python3 names.py ladder cpi error

# The table of a terminal has every rung, and no row that is empty.
TMPDIR=$test_dir COLUMNS=79 check "text" "$rung" report -q two.h5 --format text
cp out text
cat >text.py <<'EOF'
lines = open("text", encoding="utf-8").read().split("\n")
at = next(i for i, l in enumerate(lines) if l.startswith("CPI of each rung against the largest"))
cells, head = {"rows": 0, "tiles": 0}, {}
for line in lines[at + 1:]:
    words = line.replace(" %", "").split()
    if not words:
        break
    if words[-1] == "largest":
        sizes = words[:-1]
    else:
        assert len(words) == len(sizes) + 2, line
        cells[words[0]] += len(sizes)
        head[words[0]] = head.get(words[0], []) + sizes
assert cells == {"rows": 10, "tiles": 10}, cells
for sizes in head.values():
    assert sizes == sorted(sizes, key=float) and len(sizes) == 10, head
EOF
check "has all rungs" python3 text.py

# Each ladder has a table of its own, without a hole; one that is a part of another has none, nor
# one that shares most of its sizes.
cat >tables.py <<'EOF'
import re, sys
page = open(sys.argv[1] + "/index.html", encoding="utf-8").read()
page = page[page.index('id="rungs"'):page.index('id="problems"')].replace("\u00a0", " ")
tables = {}
for table in re.findall(r"<table.*?</table>", page, re.S):
    caption = re.search(r"<caption[^>]*>(.*?)</caption>", table, re.S).group(1)
    sizes = re.findall(r">n = ([^<]*)<", table)
    names = re.findall(r'<th scope="row"><a [^>]*>([^<]*)<', table)
    tables[" ".join(sorted(names))] = (sizes, caption, table.count("<td></td>"))
want = dict(w.split("=") for w in sys.argv[2:])
assert set(tables) == set(want), tables
for names, (sizes, caption, holes) in tables.items():
    least, most, blank = want[names].split(":")
    assert "n = %s to %s" % (least, most) in caption and holes == int(blank), tables[names]
EOF
check "a table for each ladder" python3 tables.py two "rows=1000:32000:0" "tiles=100:328:0"
{
    echo problem,n,machine,mode,instructions,cycles
    for ladder in "volume 64 128 256 512 1024" "short 64 128 256 512" "dense 64 96 128 256 512" \
        "plane 256 512 1024 2048 4096 8192" "low 512 1024 2048 4096"; do
        set -- $ladder
        problem=$1
        shift
        for n in "$@"; do
            echo "$problem,$n,m,timing,$((n * 90)),$((n * 20 + 70))"
        done
    done
} >five.csv
check "five problems" "$rung" import -q five.csv -s five.h5
check "their report" "$rung" report -q five.h5 -o five
check "two tables of five problems" python3 tables.py five "dense short volume=64:1024:4" \
    "low plane=256:8192:2"

# Each ladder has pictures of its own: a matrix, its rungs against its largest one, ranks.
cat >pictures.py <<'EOF'
import glob, re
page = open("two/scales.html", encoding="utf-8").read()
for problem, top in (("rows", 32000), ("tiles", 328)):
    svg = open("two/figures/m-timing-%s-matrix.svg" % problem, encoding="utf-8").read()
    cells = re.findall(r"<text>\s*([01]\.\d{3})</text>", svg)
    assert len(cells) == 55, (problem, len(cells))
    with open("two/data/m-timing-%s-matrix.tsv" % problem) as table:
        assert len(table.readlines()) == 56
    pictures = glob.glob("two/figures/m-timing-%s-*-to-*-between.svg" % problem)
    assert len(pictures) == 10 and all("-to-%d-" % top in p for p in pictures), pictures
    with open("two/data/m-timing-%s-ranks.tsv" % problem) as table:
        assert len(table.readlines()) == 12
    assert "R² of variants between every two rungs, %s." % problem in page
tables = re.findall(r"R² of every rung with the largest.*?</table>", page, re.S)
assert len(tables) == 2 and all(len(re.findall("<tr>", t)) == 2 for t in tables)
assert all('title="not available"' not in t for t in tables), "cells are empty"
EOF
check "each ladder has its pictures" python3 pictures.py

# Where every variant is worth the same at every rung, all errors are 0; and without machine and
# mode titles have no empty parts.
{
    echo problem,n,variant,work,instructions,cycles
    for n in 32 64 128 256; do
        for k in 3 4 5 6 7 8 9; do
            variant=w=$k
            [ $k -gt 3 ] || variant=base
            echo "same,$n,$variant,$((n * n)),$((n * n)),$((n * n * k))"
        done
    done
} >same.csv
check "no errors at all" "$rung" import -q same.csv -s same.h5
check "their report" "$rung" report -q same.h5 -o same
check "gnuplot finds a range for it" [ ! -s err ]
grep -l '· *·\|>[^<>]*· *<\|> *· ' same/*.html same/figures/*.svg >dots
check "no title has an empty part" [ ! -s dots ]

# Prefetched lines are drawn and listed beside the misses.
check "prefetches in the table of the picture" awk -F'\t' 'NR == 1 && $2 != "l1d_prefetches" { exit 1 }
    NR > 1 && $2 != 100 { exit 1 }' two/data/rows-m-timing-misses.tsv
check_contains two/problem-rows-m-timing.html "<th scope=\"col\" class=\"number\">lines prefetched to L1D"
check_contains two/figures/rows-m-timing-misses.svg "L1D prefetches"

# A look at one size in a cheaper mode misses nothing.
cat >look.yaml <<'EOF'
study: look
problems: gemm
ladder: [8, 12, 16, 20, 24, 28]
look: 40
modes: timing
machines: small
vary: {l2.latency: [8, 20], mispredict: [4, 12]}
EOF
check "a study with a look" "$rung" run -q look.yaml
check "its report" "$rung" report -q look.h5 -o look
check_contains look/problem-gemm-small-sampled.html "A look: what the rungs of a costlier mode"
check_contains look/index.html "timing at 40, sampled look"
"$rung" report look.h5 -o look 2>err
grep missing err && fail "something is missing" || pass "nothing is missing"

# Two simulators with a machine of one name: each has an answer of its own.
{
    echo simulator,problem,n,variant,machine,mode,instructions,cycles
    for simulator in one two; do
        for n in 16 24 32 48 64 96; do
            for k in 3 4 5 6 7 8; do
                variant=w=$k
                [ $k -gt 3 ] || variant=base
                bend=0
                [ $simulator.$n != two.96 ] || bend=$((n * n))
                echo "$simulator,grid,$n,$variant,m,timing,$((n * n)),$((n * n * k + bend))"
            done
        done
    done
} >pair.csv
check "two simulators" "$rung" import -q pair.csv -s pair.h5
COLUMNS=400 "$rung" report pair.h5 --format text >out 2>err
tr '\n' ' ' <out | tr -s ' ' >said
check_contains said "rungs below for 1 of 2 ladders of 1 problem; for 1 they are not (grid · two)"
