# All modes retire the same instructions in the same order, and count the same where no time
# is involved.
. "${top_srcdir:-.}/tests/shell/init.sh"
cat >compare.py <<'PYTHON'
import json, sys
runs = {m: json.load(open(m + ".json")) for m in sys.argv[1:]}
want = runs["timing"]
for mode, s in runs.items():
    for key in "stream_hash", "instructions", "instructions_total", "exit_code", "branches_taken":
        assert s[key] == want[key], (mode, key, s[key], want[key])
    if mode == "emulation":
        continue
    assert sum(s["cpi_stack"].values()) == s["cycles"] > 0, mode
    for key in ("branches", "loads", "stores", "fp_simd", "l1i_misses", "l1d_accesses",
                "l1d_misses", "l2_misses", "slc_misses", "dram_bytes_read",
                "dram_bytes_written"):
        assert s[key] == want[key], (mode, key, s[key], want[key])
PYTHON
modes=$("$rung" sim -h | sed -n 's/^-m, --mode MODE *//p' | sed 's/(default)//; s/,//g')
check "the help names the modes" test "${modes#*fast-timing}" != "$modes"
for point in gemm:40 stencil7:24 floyd-warshall:32 gemm-simd:48 sort:16 bfs-grid:16 fft3d:16 \
    branch:5000 atax:128; do
    for mode in $modes; do
        "$rung" sim -m "$mode" -f json -o "$mode.json" "$top_builddir/problems/${point%:*}.elf" \
            "${point#*:}" >out 2>err || fail "$point runs in mode $mode"
    done
    check "$point is the same in all modes" /usr/bin/env python3 compare.py $modes
done
