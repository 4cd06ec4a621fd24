#!/bin/sh
# rung profile: where the simulator's own time goes.
. "${top_srcdir:-.}/tests/shell/init.sh"
gemm=$top_builddir/problems/gemm.elf
python=/usr/bin/python3
[ -x "$python" ] || skip "python3 is not installed"

check "a profile of a program" "$rung" profile -q -f json -o p.h5 --seconds 1s "$gemm" 48
[ -s err ] && fail "a quiet profile says something" || pass "a quiet profile says nothing"
cp out p.json
cat >shares.py <<'X'
import json, sys
profiles = json.load(open("p.json"))["profiles"]
assert [p["mode"] for p in profiles] == ["emulation", "fast-timing", "timing", "sampled"]
for p in profiles:
    assert p["problem"] == "gemm" and p["n"] == 48, p
    assert p["samples"] >= 25 and p["runs"] >= 1 and p["instructions"] > 1e6, p["samples"]
    busy = p["user_seconds"] + p["system_seconds"]
    assert busy >= 0.5 and abs(p["period"] * p["samples"] - busy) < 1e-9 * busy
    heap, phases = p["heap"], ("loading", "first_half", "third_quarter", "last_quarter")
    if heap is not None:
        for phase in phases:
            for key in ("allocations", "bytes"):
                assert heap[phase][key] == sum(s[phase][key] for s in heap["sites"])
                assert heap[phase][key] >= 0
        assert heap["first_half"]["allocations"] > 0 and heap["live_bytes"] > 1000
        steady = 4e6 * heap["third_quarter"]["allocations"] / (p["instructions"] / p["runs"])
        assert abs(heap["per_million_instructions"] - steady) < 1e-9 + 1e-9 * steady
        assert any(s["function"] == "trace_add" and s["file"] == "src/sim/sim.c" and s["line"] > 0
                   and s["caller"] == "take_batch" for s in heap["sites"])
        # Buffers that grow are there once a run is under way.
        assert not any(s["file"] == "src/sim/reuse.c" and s["third_quarter"]["allocations"] > 0
                       for s in heap["sites"])
        if p["mode"] == "timing":
            assert heap["per_million_instructions"] == 0, heap["per_million_instructions"]
        assert not any("take_profile" in (s["function"], s["caller"]) for s in heap["sites"])
    if p["mode"] == "emulation":
        assert heap is None or heap["per_million_instructions"] == 0, heap
    counters = p["counters"]
    missing = [k for k, v in counters.items() if v is None and k != "missing_because"]
    assert bool(missing) == (counters["missing_because"] is not None), counters
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
    for modules in share.values(): # of what is left where sanitizers look on
        own = 1 - sum(modules.pop(m, 0) for m in ("libsanitizer", "libasan", "libubsan"))
        modules.update({m: s / own for m, s in modules.items()})
    assert share["timing"]["timing"] > 0.3, share["timing"]
    assert share["emulation"]["emu"] > 0.3, share["emulation"]
    stages = {p["mode"]: {s["name"]: s["self"] for s in p["stages"]} for p in profiles}
    assert stages["timing"]["timing/branch predictor"] > 0.01
    assert stages["timing"]["timing/retire"] > 0.01
    assert not any(s.startswith("timing/retire") for s in stages["emulation"])
print("with lines" if has_lines else "without lines")
X
check "shares add up" "$python" shares.py
check_contains out "with lines"

check "text for people" "$rung" profile -q -m timing -o p.h5 --seconds 0.2s --top 3 "$gemm" 48
check_contains out "gemm 48 timing m2: "
check_contains out "stage "
check_contains out "with callees"
check "a row a function" "$rung" profile -q -m timing -f csv -o p.h5 --seconds 1s "$gemm" 48
check_contains out "problem,n,mode,machine,variant,function,file,module,samples,self,total"
check_contains out "gemm,48,timing,m2,base,tage_branch,src/timing/predictor.h,timing,"

# Four runs were profiled, and one of them twice more: their raw profiles are kept.
[ "$(ls p.h5.profile/*.cpu.prof | wc -l)" -eq 4 ] && pass "a raw profile a run" || fail "not four raw profiles"
if command -v google-pprof >which 2>&1; then
    for file in p.h5.profile/*.cpu.prof; do
        check "pprof reads it" google-pprof --text "$rung" "$file"
        check_contains out "run_batches"
    done
    for file in p.h5.profile/*.end.heap; do
        [ -f "$file" ] || continue
        check "pprof reads it" google-pprof --text --alloc_space "$rung" "$file"
        check_contains out "worker_simulate"
    done
else
    echo "not tested: google-pprof (package google-perftools) is not installed"
fi
check "the runs are in the study file" "$rung" log p.h5
check_contains out "fast-timing"

# What was found stays with the runs, and can be exported, compared and drawn.
check "the study file is whole" "$rung" verify p.h5
check "stages are a table" "$rung" export -t profile/stages p.h5
check_contains out "id,problem,mode,machine,variant,stage,n,self,total"
for table in runs modules functions sites stacks; do
    check "so are $table" "$rung" export -f json -o $table.json -t profile/$table p.h5
done
cat >tables.py <<'X'
import json
runs, functions, stacks = (json.load(open(t + ".json")) for t in ("runs", "functions", "stacks"))
assert len(runs) == 1 and runs[0]["mode"] == "timing" and runs[0]["n"] == 48, runs
assert abs(sum(f["self"] for f in functions) - 1) < 1e-9
assert abs(sum(s["self"] for s in stacks) - 1) < 1e-9
assert all(s["stack"].startswith("sim:run_batches") for s in stacks), stacks
assert any("timing:tage_branch" in s["stack"].split(";") for s in stacks)
X
check "the tables add up" "$python" tables.py
check "a second profile, against the first" "$rung" profile -q -m timing -f json --compare p.h5 \
    -o p.h5 --seconds 0.3s "$gemm" 48
cp out compared.json
cat >compared.py <<'X'
import json
d = json.load(open("compared.json"))
whole = {(c["what"], c["name"]): c for c in d["comparison"]}
time = whole["time", "all"]
assert time["before"] > 0 and time["after"] > 0 and time["margin"] is None
stages = [c for c in d["comparison"] if c["what"] == "stage"]
assert abs(sum(c["before"] for c in stages) - time["before"]) < 1e-6 * time["before"]
assert abs(sum(c["after"] for c in stages) - time["after"]) < 1e-6 * time["after"]
moves = [abs(c["after"] - c["before"]) for c in stages]
assert moves == sorted(moves, reverse=True)
assert all(c["moved"] == (abs(c["after"] - c["before"]) > c["margin"]) for c in stages)
allocations = whole["allocations", "third quarter"]
assert allocations["before"] == allocations["after"], allocations
blocks = d["profiles"][0]["hot_blocks"]
assert blocks and blocks[0]["source"].startswith("problems/dense/gemm.c:"), blocks[:1]
assert abs(sum(blocks[0]["cpi_stack"].values()) - blocks[0]["cycles"]) < 1e-6 * blocks[0]["cycles"]
top = d["bottlenecks"]
assert [b["share"] for b in top] == sorted((b["share"] for b in top), reverse=True)
assert abs(sum(b["nanoseconds_per_instruction"] for b in top) - time["after"]) < 1e-6 * time["after"]
X
check "what moved adds up" "$python" compared.py
check "what moved, for people" "$rung" profile -q -m timing --compare p.h5 -o new.h5 \
    --seconds 0.1s --top 2 "$gemm" 48
check_contains out "what moved: nanoseconds"
check_contains out "waits for"
check_status 2 "nothing to compare with" "$rung" profile -q -m emulation --compare p.h5 -o new.h5 \
    --seconds 0.1s "$gemm" 48
check_contains err "'p.h5': has no profile of any of these runs"
printf 'study: bare\nproblems: [gemm]\nladder: [16]\nmodes: [emulation]\n' >bare.yaml
check "options behind a study" "$rung" profile bare.yaml -q --seconds 0.2s -f csv -o behind.h5
check_status 2 "words behind a study" "$rung" profile bare.yaml more
check_contains err "is no program: arguments"
check "runs without a profile" "$rung" run -q bare.yaml
check_status 5 "a file without a profile" "$rung" profile -q -m emulation --compare bare.h5 \
    -o new.h5 --seconds 0.1s "$gemm" 48
check_contains err "profile/runs"
check "a report" "$rung" report p.h5 -o page
check "its pages are sound" "$python" "$top_srcdir/tests/shell/check_page.py" page
check_contains page/profile.html "timing/branch predictor"
check_contains page/profile.html "figures/flame-"
check_contains page/profile.html "problems"
check "a report of the runs alone" "$rung" report bare.h5 -o page
[ -f page/profile.html ] && fail "a page of a profile that is not there" || pass "no such page"
[ "$(find page -name 'flame*')" = "" ] && pass "the flame graphs are gone" || fail "flame graphs stay"
cat >svg.py <<'X'
import glob, xml.etree.ElementTree as tree
names = glob.glob("p.h5.profile/*.svg")
assert len(names) == 4, names
for name in names:
    root = tree.parse(name).getroot()
    frames = root.findall("{http://www.w3.org/2000/svg}g")
    widths = [float(g.find("{http://www.w3.org/2000/svg}rect").get("width")) for g in frames]
    titles = [g.find("{http://www.w3.org/2000/svg}title").text for g in frames]
    assert len(frames) > 5 and max(widths) <= 1192, (name, max(widths))
    assert titles[0].startswith("sim:run_batches: 100.00 %"), titles[0]
    assert root.get("role") == "img" and not list(root.iter("{http://www.w3.org/2000/svg}script"))
X
check "flame graphs parse" "$python" svg.py

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
check "what was run" "$rung" export two-profile.h5
[ "$(sed 1d out | wc -l)" -eq 4 ] && pass "nothing that is not profiled" || fail "others were run"
check "some of a study" "$rung" profile -q -f csv --seconds 0.1s --only problem=gemm --only n=32 \
    --only mode=timing two.yaml
[ "$(cut -d, -f1-4 out | sed 1d | sort -u)" = "gemm,32,timing,small" ] && pass "that one" ||
    fail "others too"

check_status 2 "no subject" "$rung" profile
check_contains err "a study or a program"
check_status 5 "no such file" "$rung" profile nothing.elf
check_contains err "'nothing.elf': cannot be read"
check_status 2 "nothing of that kind" "$rung" profile --only n=7 two.yaml
check_contains err "'--only': no run is of n '7'; there are 16, 32, 64"
check_status 2 "an unknown mode" "$rung" profile -m fast "$gemm" 16
check_status 2 "a study with arguments" "$rung" profile two.yaml 16
check_contains err "'two.yaml': is no program"
check_status 2 "no time" "$rung" profile --seconds 0 two.yaml
check_status 2 "a filter on what nobody knows yet" "$rung" profile --only status=ok two.yaml
check_status 4 "a program that fails" "$rung" profile -q -o bad.h5 -m emulation "$gemm"
check_contains err "is left out: its run failed"
check_status 2 "a worker without a file" "$rung" profile-worker plan 0
check_status 5 "a worker without a plan" "$rung" profile-worker --cpu-into x plan.jsonl 0
check_status 2 "a worker without the heap profiler" "$rung" profile-worker --heap-into x plan.jsonl
check_contains err "a plan or the number of a run"

# What was planted is found: a function that takes 30 %, and allocations with every batch.
mkdir -p data/problems
ln -s "$top_srcdir/data/machines" data/machines
ln -s "$top_srcdir/problems/problems.yaml" "$top_builddir"/problems/*.elf data/problems/
RUNG_DATADIR=$test_dir/data PLANTED_SHARE=0.3 PLANTED_ALLOCATIONS=2
export RUNG_DATADIR PLANTED_SHARE PLANTED_ALLOCATIONS
check "something planted" "$top_builddir/tests/tools/planted" profile -q -f json -o q.h5 -m timing \
    --seconds 2s "$gemm" 96
cp out q.json
cat >planted.py <<'X'
import json
p = json.load(open("q.json"))["profiles"][0]
first, n = p["functions"][0], p["samples"]
print(first, n)
assert first["function"] == "planted_burn" and first["file"] == "tests/tools/planted.c"
# Four standard deviations of so many samples, and what is burnt late.
assert abs(first["self"] - 0.3) < 4 * (0.3 * 0.7 / n) ** 0.5 + 0.03
if p["heap"] is not None:
    site = p["heap"]["sites"][0]
    print(site)
    assert site["function"] == "planted_allocate" and site["file"] == "tests/tools/planted.c"
    source = open("planted.c").read().split("\n")
    assert "malloc(64 + (size_t)i)" in source[site["line"] - 1], site
    assert site["caller"] == "__wrap_emu_next"
    assert site["third_quarter"]["allocations"] > 100
    assert site["third_quarter"]["bytes"] == 64.5 * site["third_quarter"]["allocations"]
X
cp "$top_srcdir/tests/tools/planted.c" .
check "it is named first" "$python" planted.py
