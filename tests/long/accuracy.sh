#!/bin/sh
# The published times of 18 programs: prints how far the machine m2 is from them in each mode, what
# the two kinds of core do together, and what one iteration of a calibration takes at small sizes
# and at the measured ones.
. "${top_srcdir:-.}/tests/shell/init.sh"

slow=vectorsum,vectoradd,reductiontree,strideindirect,gemm,atax,2mm,mvt,jacobi-1d,3mm,bicg
fast=arithmetic,dependency,branch,memorystrided,loadheavy,storeheavy,branchheavy
for mode in timing fast-timing sampled; do
    check "m2 in $mode" "$rung" calibrate accuracy -m "$mode" --clock 3.217GHz -f json
    cp out "m2-$mode.json"
    check "m2 in $mode by its own clock" "$rung" calibrate accuracy -m "$mode" \
        --clock machine -f json
    cp out "own-$mode.json"
    check "m2 in $mode by a clock that fits" "$rung" calibrate accuracy -m "$mode" -f json
    cp out "estimate-$mode.json"
    check "fast programs in $mode" "$rung" calibrate accuracy -m "$mode" --clock 3.217GHz \
        --programs "$fast" -f json
    cp out "fast-$mode.json"
    check "slow programs in $mode" "$rung" calibrate accuracy -m "$mode" --clock machine \
        -M icestorm --programs "$slow" -f json
    cp out "slow-$mode.json"
done
python3 - <<'END_OF_FILE' && pass "the modes agree within 1 %" || fail "modes differ"
import json
modes = "timing", "fast-timing", "sampled"

def load(name):
    return {m: json.load(open("%s-%s.json" % (name, m))) for m in modes}

def programs(r):
    return {p["name"]: p for p in r["programs"]}

m2, fast, slow = load("m2"), load("fast"), load("slow")
one = {m: programs(m2[m]) for m in modes}
two = {m: {**programs(fast[m]), **programs(slow[m])} for m in modes}
assert set(one["timing"]) == set(two["timing"]) and len(one["timing"]) == 18
head = "%-15s %-8s %9s" + " %12s" * 3 + " %21s" + " %12s" * 3
print(head % ("program", "category", "drift", *modes, "interval", *modes))
print(head % ("", "", "", "m2", "3.217 GHz", "", "", "each core", "own clock", ""))
for name, p in one["timing"].items():
    print("%-15s %-8s %7.2f %%" % (name, p["category"], 100 * p["drift"]["per_doubling"]) +
          "".join(" %10.2f %%" % (100 * one[m][name]["error"]) for m in modes) +
          " %8.2f to %7.2f %%" % tuple(100 * e for e in p["error_ci"]) +
          "".join(" %10.2f %%" % (100 * two[m][name]["error"]) for m in modes))

def mean(table):
    return sum(abs(p["error"]) for p in table.values()) / len(table)

def worst(table):
    return max(abs(p["error"]) for p in table.values())

for what, of in ("mean", mean), ("largest", worst):
    print("%-34s" % what + "".join(" %10.2f %%" % (100 * of(one[m])) for m in modes) + " " * 22 +
          "".join(" %10.2f %%" % (100 * of(two[m])) for m in modes))
print("\n%-12s %-10s %-9s %18s %18s %10s %9s" %
      ("mode", "clock", "category", "mean error", "interval", "left out", "worst"))
for mode in modes:
    for name in "own", "m2", "estimate":
        r = json.load(open("%s-%s.json" % (name, mode)))
        for g in r["categories"]:
            left = "-" if g["left_out"] is None else "%.2f %%" % (100 * g["left_out"])
            print("%-12s %5.3f GHz  %-9s %16.2f %% %7.2f to %6.2f %% %10s %7.1f %%" %
                  (mode, r["clock"]["ghz"], g["name"], 100 * g["error"], 100 * g["error_ci"][0],
                   100 * g["error_ci"][1], left, 100 * g["worst"]))
for m in modes[1:]:
    for name, p in one["timing"].items():
        assert abs(one[m][name]["cycles"] / p["cycles"] - 1) < 0.01, (m, name)
        assert abs(two[m][name]["cycles"] / two["timing"][name]["cycles"] - 1) < 0.01, (m, name)
assert mean(two["timing"]) < mean(one["timing"]) / 5
END_OF_FILE

# The slow core's two tuned latencies, from the documented ones of single instructions.
sed 's/^  mul: {latency: 1,/  mul: {latency: 3,/; s/^  latency: 3  /  latency: 4  /' \
    "$top_srcdir/data/machines/icestorm.yaml" >start.yaml
sed 's/^machine: icestorm/machine: .\/start.yaml/' \
    "$top_srcdir/data/hardware/icestorm-calibration.yaml" >calib.yaml
check "the slow core is tuned" "$rung" calibrate tune calib.yaml -f json
python3 - out <<'END_OF_FILE' && pass "to what is shipped" || fail "to something else"
import json, sys
r = json.load(open(sys.argv[1]))
print("%-18s %6s %6s %16s %12s" % ("parameter", "start", "tuned", "interval", "sensitivity"))
for p in r["parameters"]:
    print("%-18s %6s %6s %7.2f to %5.2f %10.1f %%" % (p["name"], p["start"]["text"],
          p["tuned"]["text"], *p["interval"], 100 * p["sensitivity"]))
print("clock %.3f GHz; error %.2f %% -> %.2f %%; programs left out %.2f %% -> %.2f %%" % (
      r["clock_ghz"], *(100 * r[k] for k in ("start_error", "error", "start_cross_error",
                                             "cross_error"))))
start = {p["name"]: p["start"]["value"] for p in r["parameters"]}
tuned = {p["name"]: p["tuned"]["value"] for p in r["parameters"]}
assert start == {"class.mul.latency": 3, "l1d.latency": 4, "fetch.bubble": 0}, start
assert tuned == {"class.mul.latency": 1, "l1d.latency": 3, "fetch.bubble": 0}, tuned
assert r["verdict"] == "pass" and r["agree"] and r["cross_error"] < 0.1
END_OF_FILE

# One iteration: all programs, at a part of the smallest measured size and at twice that.
python3 - "$rung" <<'END_OF_FILE' && pass "an iteration takes a third at most" || fail "iterations"
import resource, subprocess, sys

def seconds(mode, part):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([sys.argv[1], "calibrate", "accuracy", "-m", mode, "--part", part, "-f", "json"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

print("%-12s %14s %14s %14s %10s" % ("mode", "part 0.4 %", "part 4 %", "part 100 %", "ratio"))
for mode in "timing", "fast-timing", "sampled":
    times = [seconds(mode, part) for part in ("0.4%", "4%", "100%")]
    print("%-12s %12.2f s %12.2f s %12.2f s %10.1f" % (mode, *times, times[2] / times[0]))
    assert times[2] > 3 * times[0], mode
END_OF_FILE
