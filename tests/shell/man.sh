#!/bin/sh
# The pages are sound, and the examples of rung-study(5), rung-store(5) and rung-fit(1) are run as they stand there.
. "${top_srcdir:-.}/tests/shell/init.sh"

if command -v mandoc >/dev/null 2>&1; then
    check "mandoc has nothing to warn of" mandoc -T lint -W warning "$top_srcdir"/man/*.[1-9]
else
    echo "not tested: mandoc is not installed"
fi

# block PAGE I: the I-th literal display.
block() {
    awk -v want="$2" '/^\.Bd -literal/ { i++; on = 1; next } /^\.Ed/ { on = 0 } on && i == want' \
        "$top_srcdir/man/$1"
}

block rung-study.5 1 >gemm-ladder.yaml
[ -s gemm-ladder.yaml ] || exit 99
block rung-study.5 2 | sed 's/^\$ //' >commands
[ "$(wc -l <commands)" -eq 2 ] || fail "there are not two commands"
rung() {
    "$rung" "$@"
}
while read -r line; do
    check "$line" eval "$line"
done <commands
check_contains err "'gemm-ladder.h5': 96 of 96 runs are stored, 96 of them now"

block rung-study.5 3 >designs.yaml
check "the second study" "$rung" run designs.yaml
check_contains err "'designs.h5': 77 of 77 runs are stored, 77 of them now"
check "its variants" "$rung" log designs.h5 -f csv --only problem=lu --only n=32
check_contains out ",rob=96 width.dispatch=4,"
[ "$(grep -c ',rob=[0-9]* l2.size=[0-9]*MiB class.fp_fma.latency=[345],' out)" -eq 6 ] &&
    pass "six are drawn" || fail "there are not six drawn ones"

block rung-study.5 4 >own.yaml
cat >mysim <<'X'
#!/bin/sh
[ -f "$2" ] || exit 1
echo "cycles: $(($4 * $4 * $4))"
echo "{\"retired\": $(($4 * $4))}" >mysim.json
echo "misses: 3k of ${6%KiB}" >&2
X
chmod +x mysim
check "the study of another simulator" "$rung" run own.yaml
check "its numbers" "$rung" export own-simulator.h5 -f json --only n=16 --only variant=base
check_contains out '"cycles": 4096.0'
check_contains out '"instructions": 256.0'
check_contains out '"l2_misses": 3000.0'

block rung-fit.1 1 | sed 's/^\$ //; s/\\e/\\/g' >commands
[ "$(wc -l <commands)" -eq 4 ] || fail "rung-fit(1) does not have four commands"
while read -r line; do
    check "$line" eval "$line"
done <commands

python=/usr/bin/python3
"$python" -c 'import h5py, pandas' 2>/dev/null || python=
if [ -z "$python" ]; then
    echo "not tested: python3-h5py and python3-pandas are not installed"
    exit 0
fi
for i in 1 2 3; do
    block rung-store.5 $i
done | sed 's/first\.h5/gemm-ladder.h5/' >examples.py
echo 'assert len(cpi) > 0 and (cpi > 0.05).all(), cpi' >>examples.py
check "the Python of rung-store(5)" "$python" examples.py
check_contains out "32.0"
