#!/bin/sh
# The whole check on ladders whose full scale is known: few passes are wrong, and some pass.
. "${top_srcdir:-.}/tests/shell/init.sh"

check "at most one pass in twenty is wrong" "$top_builddir/tests/bench/verdicts" 8 1 300
cp out verdicts
# Each kind of check passes in some series: "all KIND n pass% ...".
for kind in r2 equivalence error velocity speed; do
    awk -v kind=$kind '$1 == "all" && $2 == kind { exit !($3 > 0 && $4 > 0 && $4 < 100) }' verdicts &&
        pass "$kind passes sometimes" || fail "$kind passes never or always: $(grep "^all *$kind" verdicts)"
done
# A cache that the top alone outgrows is no ground for a pass.
awk '/^kink before the top, footprint known .* error / && $(NF - 5) != "0.0" { bad = 1 } END { exit bad }' verdicts &&
    pass "no error passes across a known kink" || fail "an error passes across a known kink"
