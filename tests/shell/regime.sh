#!/bin/sh
# Changes of regime: seen in the data, and foreseen from footprints, strides and caches.
. "${top_srcdir:-.}/tests/shell/init.sh"
make_store=$top_builddir/tests/tools/make_store

# LAW over the sizes that follow, as CSV.
table() {
    law=$1
    shift
    echo n,y
    for n; do awk -v n="$n" "BEGIN { printf \"%d,%.17g\n\", n, $law }"; done
}
codes() {
    python3 -c 'import json, sys
for f in json.load(open("out"))["fits"]:
    print(*[w["code"] for w in f["warnings"]])
    for p in f["predictions"]: print(p["at"], *p["flags"])'
}
sizes="64 96 128 160 192 224 256"

table '5 * n^3 + 300 * n^2' $sizes >smooth.csv
check "a smooth law" "$rung" fit smooth.csv --x n --y y --at 512 -f json
codes >list
[ "$(tr -d ' \n' <list)" = 512.0 ] && pass "nothing to warn of" || fail "warnings: $(cat list)"
grep -q '"found": false' out && pass "no change found" || fail "a change was found"

# The slope per n^3 goes from 5 to 12 at 150.
table '(n <= 150 ? 5 * n^3 : 5 * 150^3 + 12 * (n^3 - 150^3))' $sizes >kink.csv
check "a kink" "$rung" fit kink.csv --x n --y y --at 512 -f json
codes >list
check_contains list "regime-change"
check_contains list "512.0 regime-change"
grep -q '"kind": "slope"' out && pass "its slope changes" || fail "not the slope"
check "as text" "$rung" fit kink.csv --x n --y y --at 512
check_contains err "between n = 128 and 160 the slope changes by a factor of 2.4"
check "local exponents" "$rung" fit kink.csv --x n --y y --table exponents -f csv
[ "$(wc -l <out)" -eq 7 ] && pass "six exponents" || fail "not six exponents"
awk -F, 'NR == 2 { exit !($7 > 2.9999 && $7 < 3.0001) }' out && pass "the first one is 3" ||
    fail "the first one is not 3"

# Beyond the data: 24 n^2 bytes outgrow 256 KiB at n = 105, 16 MiB at n = 836.
check "a cache beyond" "$rung" fit smooth.csv --x n --y y --at 512,1024 --footprint '24 * n^2' \
    --caches 256KiB,16MiB -f json
codes >list
check_contains list "1024.0 crosses-cache"
grep -qx '512.0' list && pass "512 fits" || fail "512 is flagged: $(cat list)"
check "its text" "$rung" fit smooth.csv --x n --y y --at 1024 --footprint '24 * n^2' \
    --caches 256KiB,16MiB
check_contains err "at n = 1024 the footprint of 24 MiB outgrows the second cache (16 MiB)"
check_contains out "crosses-cache"

# A column walk of doubles through 128 KiB of 8 ways: 256, 384, 512 overcrowd few sets.
table '5 * n^3' 100 120 144 200 240 288 400 >free.csv
check "no conflict" "$rung" fit free.csv --x n --y y --at 500,512 --stride '8 * n' \
    --caches 128KiB/8/64 -f json
codes >list
check_contains list "512.0 conflict-class"
grep -qx '500.0' list && pass "500 shares the class of the rungs" || fail "500 is flagged"
check "its text" "$rung" fit smooth.csv --x n --y y --at 512 --stride '8 * n' \
    --caches 128KiB/8
check_contains err "overcrowds the sets of the first cache; of the rungs only 256 does"
check "of two rungs" "$rung" fit smooth.csv --x n --y y --at 1024 --stride '8 * n' --caches 64KiB/4
check_contains err "of the rungs only 128, 192 do:"

# Far away, few rungs, wild rungs.
check "far beyond" "$rung" fit smooth.csv --x n --y y --at 2048 -f json
codes >list
check_contains list "extrapolation"
table '5 * n^3 * (n == 160 ? 1.4 : 1 + sin(n) / 1000)' $sizes >wild.csv
check "a wild rung" "$rung" fit wild.csv --x n --y y --at 512 --robust -f json
codes >list
check_contains list "downweighted-rung"
check_contains out '"robust": true'
awk '/"predictions"/ { seen = 1 } seen && /"value"/ { r = $2 / (5 * 512^3); exit !(r > 0.99 && r < 1.01) }' \
    out && pass "the robust fit is right" || fail "the robust fit is wrong"

# Replicates, and a lack of fit that outweighs their noise.
awk 'BEGIN { print "n,y"; split("64 96 128 192 256", n)
    for (i = 1; i <= 5; i++) for (j = -1; j <= 1; j++)
        printf "%d,%.17g\n", n[i], n[i]^3 * (1 + 0.1 * (i % 2)) * (1 + 1e-4 * j) }' >misfit.csv
check "a lack of fit" "$rung" fit misfit.csv --x n --y y -f json
codes >list
check_contains list "lack-of-fit"
grep -q '"lack_of_fit_p": null' out && fail "no p" || pass "with its p"
check "repeated runs" "$rung" fit smooth.csv --x n --y y --deterministic -f json
cat smooth.csv >twice.csv; tail -n +2 smooth.csv >>twice.csv
check "counted once" "$rung" fit twice.csv --x n --y y --deterministic -f json
codes >list
check_contains list "zero-variance-replicates"

# rung check: a fit that crosses a cache cannot pass, however small its error.
cat >study.yaml <<'END'
study: made
problems: [gemm-tiled, gemm]
ladder: [100, 120, 144, 200, 240, 1000]
modes: [timing]
machines: [m2]
END
runs() {
    for v in base rob=64 rob=128 rob=192 rob=256 rob=320 rob=384 rob=448; do
        for n in $2; do
            awk -v p="$1" -v n="$n" -v v="$v" -v jump="${3:-1}" 'BEGIN {
                c = v == "base" ? 0 : substr(v, 5) / 640
                print p, n, "timing m2", v, "0 0 ok", 8 * n^3,
                    5 * n^3 * (1 + c) * (n > 240 && v == "rob=64" ? jump : 1), n^3 * 1e-6,
                    1, "@m2.txt" }'
        done
    done
}
cp "$top_srcdir/data/machines/m2.yaml" m2.txt
runs gemm-tiled "100 120 144 200 240 400" | "$make_store" study.yaml within.h5
check "a ladder within its caches" "$rung" check within.h5
check_contains out "verdict: pass"
runs gemm-tiled "100 120 144 200 240 1000" | "$make_store" study.yaml beyond.h5
check_status 3 "a top rung beyond a cache" "$rung" check beyond.h5
check_contains out "outgrows slc (8 MiB), as at most one of the rungs of the fit does"
check_contains out "(crosses-cache): choose rungs beyond it, two or more in all"
check "its plan" "$rung" check beyond.h5 --plan -f csv
check_contains out ",inconclusive,0,2,2,rungs beyond the cache,\"at n = 1000 the footprint of"
check_status 3 "by the point, too" "$rung" check beyond.h5 --bound point
check "a fit of it" "$rung" fit beyond.h5 --variant base --at 1024 -f json
codes >list
check_contains list "crosses-cache"
runs gemm "100 120 144 200 240 512" | "$make_store" study.yaml conflict.h5
check_status 3 "a top rung of another conflict class" "$rung" check conflict.h5
check_contains out "overcrowds the sets of l1d; of the rungs none does"
check_contains out "(conflict-class): choose rungs of the same class"
check "its plan" "$rung" check conflict.h5 --plan -f csv
check_contains out ",inconclusive,0,4,4,rungs of the same class,"
# Where a verdict fails, the cause stands there too; the variants that pass are counted.
runs gemm-tiled "100 120 144 200 240 1000" 1.5 | "$make_store" study.yaml fails.h5
check_status 1 "a fail beyond a cache" "$rung" check fails.h5 --r2 none --velocity none
check_contains out "(worst of 8: rob=64)"
check_contains out "outgrows slc (8 MiB), as at most one of the rungs of the fit does"
runs gemm-tiled "100 120 144 240 400" 1.5 | "$make_store" study.yaml unknown.h5
check_status 1 "a fail without a cause" "$rung" check unknown.h5 --r2 none --velocity none
check_contains out "the rungs below do not speak for n = 400: simulate it, or take a sampled look at it; 7 of 8 variants pass"
awk '{ if ($2 >= 200) $10 *= 1 + 0.2 * ($2 >= 200); print }' <<END | "$make_store" study.yaml change.h5
$(runs gemm-tiled "100 110 120 130 144 160 200 220 240")
END
check_status 1 "a change among the rungs" "$rung" check change.h5 --r2 none --velocity none --to 200
check_contains out "two laws describe the rungs better than one: between n = "
check_contains out "(regime-change): choose rungs beyond the change"
check "its plan" "$rung" check change.h5 --r2 none --velocity none --to 200 --plan -f csv
check_contains out ",4,3,rungs beyond the change,"

# What is wrong with the options.
check_status 2 "caches without a formula" "$rung" fit smooth.csv --x n --y y --caches 1MiB
check_status 2 "a formula without caches" "$rung" fit smooth.csv --x n --y y --footprint n
check_status 2 "caches of a study" "$rung" fit within.h5 --footprint n --caches 1MiB
check_status 2 "a robust linear model" "$rung" fit smooth.csv --model 'y ~ n' --robust
for caches in x 0 1MiB/x 1MiB/0x 1MiB/3/64 1MiB/8/64/1 1,2,3,4,5 1MiB, ''; do
    check_status 2 "caches '$caches'" "$rung" fit smooth.csv --x n --y y --footprint n \
        --caches "$caches"
done
check_status 2 "a broken formula" "$rung" fit smooth.csv --x n --y y --footprint 'n^' --caches 1MiB
check_contains err "--footprint"
