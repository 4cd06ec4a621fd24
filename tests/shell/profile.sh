#!/bin/sh
# rung profile: where the simulator's own time goes.
. "${top_srcdir:-.}/tests/shell/init.sh"
gemm=$top_builddir/problems/gemm.elf
python=/usr/bin/python3
[ -x "$python" ] || skip "python3 is not installed"

check "a profile of a program" "$rung" profile -q -f json -o p.h5 --seconds 0.5s "$gemm" 48
[ -s err ] && fail "a quiet profile says something" || pass "a quiet profile says nothing"
cp out p.json
cat >shares.py <<'X'
import json, sys
profiles = json.load(open("p.json"))["profiles"]
assert [p["mode"] for p in profiles] == ["emulation", "fast-timing", "timing", "sampled"]
for p in profiles:
    assert p["problem"] == "gemm" and p["n"] == 48, p
    assert p["samples"] >= 50 and p["runs"] >= 1 and p["instructions"] > 1e6, p["samples"]
    assert p["user_seconds"] + p["system_seconds"] >= 0.5
    assert abs(p["period"] - 1 / 997) < 1e-5
    for key in ("stages", "modules", "functions"):
        assert abs(sum(x["self"] for x in p[key]) - 1) < 1e-9, (p["mode"], key)
        order = [x["self"] for x in p[key]]
        assert order == sorted(order, reverse=True)
    for f in p["functions"]:
        assert f["self"] <= f["total"] + 1e-12 and f["total"] <= 1 + 1e-12, f
        assert not f["file"].startswith("/"), f
    whole = {f["function"]: f["total"] for f in p["functions"]}
    # All of it is sampled while the guest runs, and nothing else.
    assert whole["run_batches"] > 0.999, whole["run_batches"]
has_lines = all(p["has_lines"] for p in profiles)
if has_lines:
    share = {p["mode"]: {m["name"]: m["self"] for m in p["modules"]} for p in profiles}
    assert share["timing"]["timing"] > 0.3, share["timing"]
    assert share["emulation"]["emu"] > 0.3, share["emulation"]
    stages = {p["mode"]: {s["name"]: s["self"] for s in p["stages"]} for p in profiles}
    assert stages["timing"]["timing/branch predictor"] > 0.01
    assert not any(s.startswith("timing/retire") for s in stages["emulation"])
print("with lines" if has_lines else "without lines")
X
check "shares add up" "$python" shares.py
check_contains out "with lines"

check "text for people" "$rung" profile -q -m timing -o p.h5 --seconds 0.2s --top 3 "$gemm" 48
check_contains out "gemm 48 timing m2: "
check_contains out "stage "
check_contains out "with callees"
check "a row a function" "$rung" profile -q -m timing -f csv -o p.h5 --seconds 0.2s "$gemm" 48
check_contains out "problem,n,mode,machine,variant,function,file,module,samples,self,total"
check_contains out "gemm,48,timing,m2,base,tage_branch,src/timing/predictor.h,timing,"

# Four runs were profiled, and one of them twice more: their raw profiles are kept.
[ "$(ls p.h5.profile | wc -l)" -eq 4 ] && pass "a raw profile a run" || fail "not four raw profiles"
if command -v google-pprof >which 2>&1; then
    for file in p.h5.profile/*.cpu.prof; do
        check "pprof reads it" google-pprof --text "$rung" "$file"
        check_contains out "run_batches"
    done
else
    echo "not tested: google-pprof (package google-perftools) is not installed"
fi
check "the runs are in the study file" "$rung" log p.h5
check_contains out "fast-timing"

cat >two.yaml <<'X'
study: two
problems: [gemm, {name: chase, ladder: [32, 64]}]
ladder: [16, 32]
modes: [emulation, timing]
machines: [small]
X
check "a study" "$rung" profile -q -f csv --seconds 0.1s two.yaml
[ "$(cut -d, -f1-4 out | sed 1d | LC_ALL=C sort -u | tr '\n' ' ')" = \
    "chase,32,emulation, chase,32,timing,small gemm,16,emulation, gemm,16,timing,small " ] &&
    pass "the lowest rung of each problem" || fail "not the lowest rungs"
check "some of a study" "$rung" profile -q -f csv --seconds 0.1s --only problem=gemm --only n=32 \
    --only mode=timing two.yaml
[ "$(cut -d, -f1-4 out | sed 1d | sort -u)" = "gemm,32,timing,small" ] && pass "that one" ||
    fail "others too"

check_status 2 "no subject" "$rung" profile
check_contains err "a study file or a program"
check_status 5 "no such file" "$rung" profile nothing.elf
check_contains err "'nothing.elf': cannot be read"
check_status 2 "nothing of that kind" "$rung" profile --only n=7 two.yaml
check_contains err "has no run of this simulator like that"
check_status 2 "an unknown mode" "$rung" profile -m fast "$gemm" 16
check_status 2 "a study with arguments" "$rung" profile two.yaml 16
check_contains err "'two.yaml': is no program"
check_status 2 "no time" "$rung" profile --seconds 0 two.yaml
check_status 2 "a filter on what nobody knows yet" "$rung" profile --only status=ok two.yaml
check_status 4 "a program that fails" "$rung" profile -q -o bad.h5 -m emulation "$gemm"
check_contains err "is left out: its run failed"
check_status 2 "a worker without a file" "$rung" profile-worker plan 0
check_status 5 "a worker without a plan" "$rung" profile-worker --cpu-into x plan.jsonl 0
