#!/bin/sh
# Tuning at a small rung against tuning at a rung a hundred times as large: the same hidden machine
# is found, from another start, for at most a third of the work.  Prints the table of what was
# hidden, where both began and what they found, and what each has cost.
. "${top_srcdir:-.}/tests/shell/init.sh"

grep -E '^(program|arithmetic|branchheavy|memorystrided|loadheavy|storeheavy|reductiontree|vectorsum|strideindirect|jacobi-1d|bicg),' \
    "$top_srcdir/data/hardware/m2-times.csv" >some.csv
# Times of the hidden machine at four times the large rung: 5 ms to start, 3.3 GHz.
"$rung" calibrate accuracy -f csv --part 40% -s forward.latency=6 -s ports.alu=4 -s ports.load=2 \
    -s fetch.bubble=1 some.csv >cycles.csv
awk -F, -v OFS=, 'FNR == 1 { file++ } /^#/ { next }
    file == 1 { cycles[$1] = $6; next }
    FNR == 1 { print; next }
    { print $1, $2, $3, $4, $5, sprintf("%.12g", 5 + $4 * cycles[$1] / 3.3e6) }' \
    cycles.csv some.csv >hidden.csv
[ "$(wc -l <hidden.csv)" -eq 61 ] && pass "hidden times" || fail "no hidden times"

cat >calib.yaml <<'END_OF_FILE'
calibration: hidden
hardware: ./hidden.csv
clock: {from: 3GHz, to: 3.6GHz}
parameters:
  forward.latency: {from: 3, to: 8}
  ports.alu: {from: 3, to: 6}
  ports.load: [1, 2, 3]
  fetch.bubble: {from: 0, to: 2}
points: 8
END_OF_FILE
check "tuning at a small rung" "$rung" calibrate tune calib.yaml --rungs 0.1%,1% -f json
cp out small.json
check "tuning at a large rung" "$rung" calibrate tune calib.yaml --rungs 10% -f json
cp out full.json
python3 - small.json full.json <<'END_OF_FILE' && pass "the same machine for a third" || fail "they differ"
import json, sys
small, full = (json.load(open(f)) for f in sys.argv[1:3])
hidden = {"forward.latency": 6, "ports.alu": 4, "ports.load": 2, "fetch.bubble": 1}

def found(p):
    return "%s (%.4g to %.4g)" % (p["tuned"]["text"], *p["interval"])

row = "%-16s %-7s %-7s %-24s %s"
print(row % ("parameter", "hidden", "start", "found at small rungs", "found at the large one"))
for s, f in zip(small["parameters"], full["parameters"]):
    print(row % (s["name"], hidden[s["name"]], s["start"]["text"], found(s), found(f)))
print(row % ("clock", "3.3 GHz", "3.5 GHz", "%.4f GHz" % small["clock_ghz"],
             "%.4f GHz" % full["clock_ghz"]))
for r in small, full:
    tuned = {p["name"]: p["tuned"]["value"] for p in r["parameters"]}
    assert tuned == hidden, tuned
    assert abs(r["clock_ghz"] / 3.3 - 1) < 0.01 and r["verdict"] == "pass"
    for p in r["parameters"]:
        assert p["interval"][0] <= hidden[p["name"]] <= p["interval"][1], p
assert max(r["error"] for r in (small, full)) < 0.01
assert abs(small["error"] - full["error"]) < 0.005

# What a search takes is what it takes at its first rung, and where validation stands apart, the
# share of the points that were visited before it.
def cost(r, key, search_only):
    first = r["rungs"][0]
    share = r["search_points"] / first["points"] if search_only else 1
    return first[key] * share + sum(x[key] for x in r["rungs"][1:])

print("\n%-6s %10s %7s %7s %7s %14s %9s" %
      ("rungs", "before", "after", "points", "search", "instructions", "seconds"))
for name, r in ("small", small), ("large", full):
    print("%-6s %9.2f%% %6.3f%% %7d %7d %14.4g %9.2f" %
          (name, r["start_error"] * 100, r["error"] * 100, r["rungs"][0]["points"],
           r["search_points"], cost(r, "instructions", False), cost(r, "seconds", False)))
for key in "instructions", "seconds":
    print("times less %s: %.1f, %.1f without validation" % (key, cost(full, key, False) /
          cost(small, key, False), cost(full, key, True) / cost(small, key, True)))
assert cost(full, "instructions", False) > 3 * cost(small, "instructions", False)
END_OF_FILE
