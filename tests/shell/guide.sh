#!/bin/sh
# rung-guide(7) from beginning to end: its files and commands as they stand there, and what it
# shows of their output.
. "${top_srcdir:-.}/tests/shell/init.sh"
page=$top_srcdir/man/rung-guide.7

[ -n "${GUEST_CC:-}" ] || skip "no compiler for guests is known"
echo 'int main(void) { return 0; }' >try.c
$GUEST_CC -static try.c -o try.elf 2>/dev/null || skip "$GUEST_CC links no static program"

# block I: the I-th literal display, as a reader sees it.
block() {
    awk -v want="$1" '/^\.Bd -literal/ { i++; on = 1; next } /^\.Ed/ { on = 0 } on && i == want' \
        "$page" | sed 's/\\e/\\/g'
}
rung() {
    "$rung" "$@"
}
# An AArch64 host has the compiler under another name.
if ! command -v aarch64-linux-gnu-gcc >/dev/null; then
    mkdir bin
    printf '#!/bin/sh\nexec %s "$@"\n' "$GUEST_CC" >bin/aarch64-linux-gnu-gcc
    chmod +x bin/aarch64-linux-gnu-gcc
    PATH=$test_dir/bin:$PATH
fi
# commands I STATUS: each line of a display in this shell; STATUS is that of the last.
commands() {
    block "$1" | sed -n 's/^\$ //p' >commands
    lines=$(wc -l <commands)
    [ "$lines" -gt 0 ] || fail "display $1 has no commands"
    for i in $(seq "$lines"); do
        line=$(sed -n "${i}p" commands)
        [ "$i" -eq "$lines" ] && want=$2 || want=0
        check_status "$want" "$line" eval "$line"
    done
}
# Numbers hang on the compiler, words do not.
words() {
    sed 's/-*[0-9][0-9.]*\( %\)\{0,1\}/N/g' "$1" | tr -s ' ' | sed 's/ $//'
}
# shows I FILE: what the last command wrote is what the display has, but for numbers.
shows() {
    cp "$2" seen
    block "$1" >shown
    [ -s shown ] || fail "display $1 shows nothing"
    words shown >want
    words seen >got
    check "display $1 is what comes" diff want got
}

block 1 >blur.c
commands 2 0
check_contains err "region of interest, small"
cp out printed
check "the program's own output" grep -qE '^[0-9]+\.[0-9]{6}$' printed
commands 3 0
grep -q '^l2: {size: 64KiB' pocket.yaml && pass "the caches are small" || fail "pocket.yaml is not changed"
block 4 >blur.yaml
commands 5 3
shows 6 out
commands 7 0
shows 8 out
commands 9 0
cp out prediction
shows 10 err
check "the prediction" awk '$1 == "blur" { ok = $6 > 1.6 && $6 < 2.1 } END { exit !ok }' prediction
commands 11 1
shows 12 out
"$rung" log -f csv --only n=100 far.h5 >row
check "what is simulated there" awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { cpi = $at["cycles"] / $at["instructions"] } END { exit !(cpi > 3.3 && cpi < 4.1) }' row
commands 13 1
shows 14 out
commands 15 0
shows 16 out
commands 17 0
check_contains verdicts.xml "<testsuite"
commands 18 1
check_contains verdicts.txt "fail"
