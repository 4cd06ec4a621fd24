#!/bin/sh
# rung bench: parts of the simulator, and two builds in turns.
. "${top_srcdir:-.}/tests/shell/init.sh"
python=/usr/bin/python3
[ -x "$python" ] || skip "python3 is not installed"

check "all parts" "$rung" bench -q -f json --repeats 6 --seconds 0.006s
cp out parts.json
cat >parts.py <<'X'
import json
parts = {p["part"]: p for p in json.load(open("parts.json"))}
assert len(parts) == 25, sorted(parts)
for p in parts.values():
    assert 0 < p["lower"] <= p["ns"] <= p["upper"], p
    assert p["repeats"] == 6 and p["operations"] >= 1 and p["host_instructions"] is None, p
# What differs by far more than any load does.
assert parts["alu-timing"]["ns"] > parts["alu-emulation"]["ns"]
assert parts["translate"]["ns"] > parts["branch"]["ns"]
assert parts["store-write"]["ns"] > 1e5
X
check "each has a time" "$python" parts.py
check "one part, for people" "$rung" bench -q --repeats 6 --seconds 0.006s cache-hit
check_contains out "cache-hit  access"
[ "$(wc -l <out)" -eq 2 ] && pass "that one alone" || fail "others too"
check "progress" "$rung" bench --repeats 6 --seconds 0.006s decode
check_contains err "measuring decode"
check_status 2 "an unknown part" "$rung" bench cache-hits
check_contains err "unknown part 'cache-hits' (did you mean 'cache-hit'?)"
check_status 2 "too few repeats for an interval" "$rung" bench --repeats 2
check_status 2 "operations of several parts" "$rung" bench --operations 5 decode load
check "operations alone" "$rung" bench --operations 1000 decode
[ -s out ] && fail "that says something" || pass "that says nothing"

if "$rung" --version | grep -q fsanitize=address; then
    echo "not tested: valgrind does not run what the address sanitizer is built into"
elif command -v valgrind >which 2>&1; then
    check "instructions of the host" "$rung" bench -q -f csv --callgrind --repeats 6 \
        --seconds 0.006s cache-front
    # A hit in front is some dozen instructions, without optimization a hundred more, whatever else
    # the host does.
    cut -d, -f8 out | sed -n 2p | awk '{ exit !($1 > 3 && $1 < 200) }' && pass "some dozen" ||
        fail "not some dozen"
    cut -d, -f8 out | sed -n 2p >first
    check "and once more" "$rung" bench -q -f csv --callgrind --repeats 6 --seconds 0.006s \
        cache-front
    cut -d, -f8 out | sed -n 2p | paste -d' ' first - |
        awk '{ d = $1 / $2 - 1; exit !(d < 0.01 && d > -0.01) }' && pass "the same" || fail "not the same"
else
    echo "not tested: valgrind is not installed"
fi

# A build that burns a third of its time is slower than this one, and this one is not slower.
mkdir -p data/problems
ln -s "$top_srcdir/data/machines" data/machines
ln -s "$top_srcdir/problems/problems.yaml" "$top_builddir"/problems/*.elf data/problems/
RUNG_DATADIR=$test_dir/data
export RUNG_DATADIR
planted=$top_builddir/tests/tools/planted
cat >slow <<X
#!/bin/sh
PLANTED_SHARE=0.6 exec "$planted" "\$@"
X
chmod +x slow
# Long and often enough for a host that does other work in between.
check "against a slower build" "$rung" bench -q --against ./slow --blocks 6 -f json -m emulation \
    --tolerance 20% gemm:192
"$python" - <<'X' && pass "far below 1" || fail "not far below 1"
import json
line = json.load(open("out"))[0]
assert line["verdict"] == "pass" and line["upper"] < 1 and line["ratio"] < 0.8, line
assert line["problem"] == "gemm" and line["n"] == 192 and line["mode"] == "emulation"
assert line["blocks"] == 6 and line["seconds"] > 0
X
PLANTED_SHARE=0.8
export PLANTED_SHARE
check_status 1 "the slow one against this" "$planted" bench -q --against "$rung" --blocks 6 \
    -m emulation gemm:192
check_contains out "fail"
unset PLANTED_SHARE
check_status 2 "no such build" "$rung" bench --against ./nothing gemm:16
check_contains err "'./nothing': is no program"
check_status 2 "no such problem" "$rung" bench -q --against "$rung" -m emulation gem:16
check_contains err "unknown problem 'gem'"
check_status 2 "no size" "$rung" bench -q --against "$rung" gemm
check_contains err "'gemm' is not PROBLEM:N"
printf '#!/bin/sh\nexit 7\n' >broken && chmod +x broken
check_status 4 "a build that fails" "$rung" bench -q --against ./broken -m emulation gemm:96
check_contains err "ended with status 7"
printf '#!/bin/sh\nexit 0\n' >mute && chmod +x mute
check_status 4 "one that says nothing" "$rung" bench -q --against ./mute -m emulation gemm:96
check_contains err "does not say how long it took"
cat >zero <<'X'
#!/bin/sh
while [ $# -gt 1 ]; do
    [ "$1" != -o ] || echo '{"user_seconds": 0}' >"$2"
    shift
done
X
chmod +x zero
check_status 2 "too short" "$rung" bench -q --against ./zero -m emulation gemm:2
check_contains err "use a larger size"
check_status 2 "no level" "$rung" bench --level 1 --against "$rung"
