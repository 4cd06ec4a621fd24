# Layout seeds: the same seed gives the same run, another one the same instructions at other
# places; and the traces of long and short runs in every mode.
. "${top_srcdir:-.}/tests/shell/init.sh"
chase=$top_builddir/problems/chase.elf

# 512 KiB in an L2 that just holds them, in 32 pages of 8 to a way: at random, some do not fit.
sim() {
    "$rung" sim -m "$1" -s l2.size=512KiB -s slc.size=0 --layout-seed "$2" -f json -o "$3" \
        "$chase" 50 >out 2>err
}
for seed in 0 1 2 3; do
    check "layout $seed" sim timing "$seed" "seed$seed.json"
done
check "layout 1 again" sim timing 1 again.json
check "layout 1 in emulation" sim emulation 1 emulation.json
cat >compare.py <<'P'
import json
runs = [json.load(open(f"seed{s}.json")) for s in range(4)]
again, emulation = json.load(open("again.json")), json.load(open("emulation.json"))
for key in again:
    if not key.endswith("_seconds") and key != "peak_memory":
        assert again[key] == runs[1][key], key
assert emulation["stream_hash"] == runs[1]["stream_hash"]
assert len({r["instructions"] for r in runs}) == 1
# The runtime looks for its seed before the region begins: the plain layout has other code there.
assert len({r["stream_hash"] for r in runs[1:]}) == 1
# An array moves by lines, which L1 sees alike, and its pages are dealt anew, which L2 does not.
assert max(r["l1d_misses"] for r in runs) < 1.1 * min(r["l1d_misses"] for r in runs)
assert len({r["l2_misses"] for r in runs}) == 4, [r["l2_misses"] for r in runs]
assert all(r["l2_misses"] > 2 * runs[0]["l2_misses"] for r in runs[1:])
P
check "instructions stay, conflicts in L2 change" /usr/bin/env python3 compare.py

cat >layouts.yaml <<'E'
study: layouts
problems: [gemm]
ladder: [48]
modes: [timing]
machines: [m2]
layouts: 3
E
check "a study of layouts" "$rung" run -q layouts.yaml -o layouts.h5
check "its runs" "$rung" export --only status=ok -o layouts.csv layouts.h5
cat >study.py <<'P'
import csv
rows = list(csv.DictReader(open("layouts.csv")))
assert sorted(r["seed"] for r in rows) == ["0", "1", "2"], rows
assert len({r["instructions"] for r in rows}) == 1
assert len({r["cycles"] for r in rows}) > 1
P
check "has each of them" /usr/bin/env python3 study.py

# Some 2,000 rows of a long run, one for each 1,024 instructions of a short one.
cat >traces.yaml <<'E'
study: traces
problems: [gemm]
ladder: [24, 96]
modes: [emulation, fast-timing, timing, sampled]
machines: [m2]
E
check "a study of all modes" "$rung" run -q traces.yaml -o traces.h5
check "its traces" "$rung" export -t trace -o traces.csv traces.h5
check "its summary" "$rung" export -o runs.csv traces.h5
cat >traces.py <<'P'
import csv, collections
rows = collections.Counter(r["id"] for r in csv.DictReader(open("traces.csv")))
runs = list(csv.DictReader(open("runs.csv")))
assert len(runs) == 8
for r in runs:
    interval = 1024 if r["n"] in ("24", "24.0") else 4096
    assert rows[r["id"]] == int(float(r["instructions"])) // interval, (r["mode"], r["n"])
P
check "have their rows in every mode" /usr/bin/env python3 traces.py

# ---- nothing hangs on where a program lies ----------------------------------------------------------
cp "$top_builddir/problems/gemm-simd.elf" g.elf
for at in "" ./././././././././.; do
    check "at '$at'" "$rung" sim -m timing -f json -o "at${#at}.json" "$at${at:+/}g.elf" 32
done
cat >same.py <<'P'
import json
a, b = (json.load(open(f)) for f in ("at0.json", "at19.json"))
for key in list(a):
    if key.endswith("_seconds") or key in ("peak_memory", "elf"):
        del a[key], b[key]
assert a == b, [k for k in a if a[k] != b[k]]
P
check "run the same" /usr/bin/env python3 same.py
