# rung sim: exit statuses, where output goes, bad input.
. "${top_srcdir:-.}/tests/shell/init.sh"
gemm=$top_builddir/problems/gemm.elf

check "a program runs" "$rung" sim "$gemm" 16
check_contains out "gemm n=16 checksum="
check_contains err "instructions"
check "counters go into a file" "$rung" sim -m timing -M small -f json -o stats.json "$gemm" 16
[ -s err ] && fail "nothing on standard error" || pass "nothing on standard error"
check "the file is JSON" /usr/bin/env python3 -c '
import json
s = json.load(open("stats.json"))
assert s["mode"] == "timing" and s["machine"] == "small" and s["exit_code"] == 0
assert s["instructions"] == 6 * 16**3 + 11 * 16**2 + 8 * 16 + 14, s["instructions"]
assert s["cycles"] > 0 and abs(s["cpi"] - s["cycles"] / s["instructions"]) < 1e-12
assert sum(s["cpi_stack"].values()) == s["cycles"]
reuse = s["reuse_distance"]
assert reuse["line"] == 64 and reuse["accesses"] == s["loads"] + s["stores"]
assert reuse["cold"] + sum(b["accesses"] for b in reuse["bins"]) == reuse["accesses"]
hot = s["hot_blocks"][0]
assert 0.5 * s["cycles"] < hot["cycles"] <= s["cycles"]
assert abs(sum(hot["cpi_stack"].values()) - hot["cycles"]) < 1e-6 * hot["cycles"]
assert hot["end"] == hot["pc"] + 4 * hot["block_instructions"] and ".c:" in hot["source"]
assert hot["bound"] == max(hot["cpi_stack"], key=hot["cpi_stack"].get)
assert len(s["stream_hash"]) == 16 and s["hot_blocks"][0]["symbol"].startswith("kernel")
'
check "as many hot blocks as asked for" "$rung" sim -m timing --hot-blocks 2 "$gemm" 16
[ "$(sed -n '/^hot block/,/^$/p' err | grep -c kernel)" = 2 ] && pass "two hot blocks" || fail "two hot blocks"
check "a sample" "$rung" sim -m sampled -f json -o sample.json "$gemm" 128
check "an error is wanted" "$rung" sim -m sampled --error 0.2% -f json -o wanted.json "$gemm" 128
[ -s err ] && fail "it is reached" || pass "it is reached"
check "a larger sample and a shorter interval" /usr/bin/env python3 -c '
import json
sample, wanted = (json.load(open(f)) for f in ("sample.json", "wanted.json"))
assert sample["instructions_timed"] < wanted["instructions_timed"] <= wanted["instructions"]
assert 0 < wanted["cycles_error"] < sample["cycles_error"]
assert wanted["cycles_error"] <= 0.002 * wanted["cycles"]
assert sample["stream_hash"] == wanted["stream_hash"]'
check "more than there is to sample" "$rung" sim -m sampled --error 0.000001 "$gemm" 73
check_contains err "more than the 0.0001 % that was wanted"
check_status 2 "no part of the cycles" "$rung" sim -m sampled --error 0 "$gemm" 16
check_contains err "'--error' must be between 0 and 1, not '0'"
check_status 2 "more than the cycles" "$rung" sim -m sampled --error 120% "$gemm" 16
check_status 2 "no number" "$rung" sim -m sampled --error little "$gemm" 16
check_status 2 "a mode without samples" "$rung" sim -m timing --error 1% "$gemm" 16
check_contains err "mode 'timing' does not sample"
check "a machine for nothing" "$rung" sim -M m2 "$gemm" 8
check_contains err "rung: warning: mode 'emulation' times nothing, so 'm2' changes nothing: choose a mode with '--mode'"
check "a setting for nothing" "$rung" sim -s rob=96 "$gemm" 8
check_contains err "so 'rob=96' changes nothing"
check "a machine for something" "$rung" sim -m timing -M m2 "$gemm" 8
grep -q "changes nothing" err && fail "a needless warning" || pass "no warning"
# A share above the whole is explained: lines from before the region are used in it.
"$rung" sim -m timing "$gemm" 96 >out 2>err </dev/null
awk '$1 ~ /_prefetches$/ { made[substr($1, 1, 3)] = $2 }
    $1 ~ /_prefetches_useful$/ { used[substr($1, 1, 3)] = $2; text[substr($1, 1, 3)] = $0 }
    END { for (c in used) if (made[c] > 0) { n++; bad += (used[c] > made[c]) != (text[c] ~ /with earlier ones$/) }
        exit bad > 0 || n == 0 }' err && pass "shares of prefetches" || fail "an odd share: $(grep prefetches err)"
check "reuse distances in emulation" "$rung" sim --reuse "$gemm" 64
check_contains err "reuse within"
check_contains err "cold"
check_status 2 "too many hot blocks" "$rung" sim --hot-blocks 33 "$gemm" 16
check "a parameter is changed" "$rung" sim -m timing -M small -s l1d.size=4KiB -f json -o less.json "$gemm" 48
check "and the same without" "$rung" sim -m timing -M small -f json -o more.json "$gemm" 48
check "a smaller cache misses more" /usr/bin/env python3 -c '
import json
less, more = (json.load(open(f)) for f in ("less.json", "more.json"))
assert less["l1d_misses"] > more["l1d_misses"]
assert less["stream_hash"] == more["stream_hash"]'

check_status 2 "the guest's status is ours" "$rung" sim "$gemm" nonsense
check_contains err "usage: gemm SIZE"
check_status 4 "or tells that it failed" "$rung" sim --exit-code status "$gemm" nonsense
check_status 4 "a limit stops it" "$rung" sim --max-instructions 1000 "$gemm" 64
check_contains err "stopped after 1003 instructions"
check_status 5 "a missing program" "$rung" sim ./nowhere.elf
check_contains err "'./nowhere.elf'"
head -c 100000 /dev/urandom >garbage.elf
check_status 5 "a program that is garbage" "$rung" sim garbage.elf
check_contains err "'garbage.elf'"
head -c 300 "$gemm" >short.elf
check_status 5 "a truncated program" "$rung" sim short.elf
check_contains err "'short.elf'"
check_status 2 "an unknown mode" "$rung" sim -m fastest "$gemm" 8
check_contains err "fastest"
check_status 2 "an unknown machine" "$rung" sim -m timing -M nothing "$gemm" 8
check_contains err "'nothing'"
check_status 2 "an unknown parameter" "$rung" sim -m timing -s l9.size=1MiB "$gemm" 8
check_contains err "l9.size"
check_status 2 "a value out of range" "$rung" sim -m timing -s rob=0 "$gemm" 8
check_contains err "rob"
check_status 2 "counters that cannot be written" "$rung" sim -o /nowhere/stats "$gemm" 8
check_contains err "/nowhere/stats"
check_status 2 "no program" "$rung" sim
