#!/bin/sh
# A function that takes 30 % of the time is named first, with 30 +- 3 %.
. "${top_srcdir:-.}/tests/shell/init.sh"
python=/usr/bin/python3
[ -x "$python" ] || skip "python3 is not installed"
mkdir -p data/problems
ln -s "$top_srcdir/data/machines" data/machines
ln -s "$top_srcdir/problems/problems.yaml" "$top_builddir"/problems/*.elf data/problems/
RUNG_DATADIR=$test_dir/data PLANTED_SHARE=0.3
export RUNG_DATADIR PLANTED_SHARE
cat >planted.py <<'X'
import json
p = json.load(open("p.json"))["profiles"][0]
first = p["functions"][0]
print(first, p["samples"])
assert first["function"] == "planted_burn", first
assert abs(first["self"] - 0.3) <= 0.03, first
X
# 24 s are 6000 samples at 250 a second: 0.6 % of standard error.
for mode in emulation fast-timing timing; do
    check "30 % of $mode" "$top_builddir/tests/tools/planted" profile -q -f json -o p.h5 -m $mode \
        --seconds 24s "$top_builddir/problems/gemm.elf" 160
    cp out p.json
    check "named first, with 30 +- 3 %" "$python" planted.py
    cat out
done
