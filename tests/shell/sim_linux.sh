# rung sim: faults, signals, unknown calls, the trace, the listing.
. "${top_srcdir:-.}/tests/shell/init.sh"
small=$top_builddir/tests/guests/small.elf gemm=$top_builddir/problems/gemm.elf

fault() {
    check_status 4 "$1" "$rung" sim -o counters.txt "$small" "$2"
    check_contains err "rung: warning: '$small': $3"
    [ "$(wc -l <err)" -eq 1 ] && pass "in one line" || fail "not in one line"
}
fault "an unmapped read" u "unmapped read of 8 bytes at 0x10 (pc 0x"
check_contains err "in unmapped_here+0x0: ldr x4, [x1])"
fault "a write to code" w "forbidden write of 16 bytes at 0x"
fault "a jump to nowhere" j "unmapped fetch at 0x7000"
fault "a jump to the last address" e "misaligned fetch at 0xffffffffffffffff"
fault "an undefined instruction" d "unallocated: 0x00000000 at 0x"
fault "a breakpoint" b "breakpoint (pc 0x"
fault "endless recursion" r "stack overflow: write of 16 bytes at 0x"
check_contains err "in recurse+0x0: stp"
fault "a misaligned exclusive" m "misaligned read of 8 bytes at 0x"
check_status 4 "an endless loop" "$rung" sim --max-instructions 1000000 -f json "$small" f
check_contains err '"end": "limit"'
check_contains err '"exit_code": null'

check "the listing" "$rung" sim --disassemble "$small"
check_contains out "<unmapped_here>:"
cp out listing
grep -Eq '^ +[0-9a-f]+:	f9400024	ldr	x4, \[x1\]$' listing &&
    pass "it has instructions" || fail "it lacks an instruction"
check_status 5 "the listing of no program" "$rung" sim --disassemble listing
check_contains err "'listing': not an ELF file"
if command -v aarch64-linux-gnu-objdump >objdump.txt; then
    aarch64-linux-gnu-objdump -d "$gemm" |
        sed -n 's/^ *\([0-9a-f]*\):	\([0-9a-f]*\) .*/\1 \2/p' >want
    "$rung" sim --disassemble "$gemm" |
        sed -n 's/^ *\([0-9a-f]*\):	\([0-9a-f]*\)	.*/\1 \2/p' >got
    [ -s want ] && check "it lists what objdump lists" diff want got
fi

check "a trace" \
    "$rung" sim -m timing -M small --interval 20000 --trace-to trace.h5 -o counters.txt "$gemm" 32
check "it is a study file" "$rung" log trace.h5
check_contains out "gemm"
ls | grep -q tmp && fail "something temporary is left" || pass "nothing temporary is left"
if /usr/bin/python3 -c 'import h5py' 2>err; then
    check "its columns grow" /usr/bin/python3 -c '
import h5py
f = h5py.File("trace.h5")
run = f["runs"][next(iter(f["runs"]))]
n, c = run["trace"]["instructions"], run["trace"]["cycles"]
assert len(n) >= 10 and (n[1:] > n[:-1]).all() and (c[1:] > c[:-1]).all()
row = f["summary"][0]
assert row["instructions"] >= n[-1] and row["problem"] == b"gemm" and row["status"] == b"ok"'
fi
check "a trace in emulation" "$rung" sim --trace-to trace.h5 -o counters.txt "$gemm" 32
check_status 4 "of a fault too" "$rung" sim --trace-to fault.h5 "$small" u
check "it is stored" "$rung" log fault.h5
check_contains out "fault"
check_status 2 "a trace that cannot be written" "$rung" sim --trace-to /nowhere/t.h5 "$gemm" 8
check_contains err "'/nowhere/t.h5': cannot be written"
ln -s /dev/null null
check_status 2 "a trace into a device" "$rung" sim --trace-to null "$gemm" 8
check_contains err "'null': cannot be written: it is a device or pipe"
[ -L null ] && [ -c /dev/null ] && pass "the device is left" || fail "the device is gone"
check_status 2 "two results in one file" "$rung" sim --trace-to same -o same "$gemm" 8
check_contains err "'same' can't hold both"

cat >calls.c <<'END'
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (strcmp(what, "abort") == 0)
        abort();
    if (strcmp(what, "wait") == 0) {
        int word = 5;
        syscall(SYS_futex, &word, 0, 5, NULL);
    }
    if (strcmp(what, "terminal") == 0)
        return isatty(1) ? 7 : 8;
    for (int i = 0; i < 3; i++)
        if (socket(AF_INET, SOCK_STREAM, 0) != -1 || syscall(4000) != -1)
            return 1;
    return 0;
}
END
${GUEST_CC:-aarch64-linux-gnu-gcc} -static -o calls calls.c 2>err || {
    echo "not tested: calls of a C library, which cannot be linked statically"
    exit 0
}
check "unknown calls" "$rung" sim -f json -o stats.json calls
check_contains err "rung: warning: 'calls': made the system call socket, which is not implemented"
check_contains err "made the system call number 4000, which"
[ "$(wc -l <err)" -eq 2 ] && pass "each once" || fail "not each once"
check_contains stats.json '"socket"'
check_status 134 "abort()" "$rung" sim -o counters.txt calls abort
check_contains err "killed by its own signal 6, Aborted (pc 0x"
check_status 4 "abort() as a status" "$rung" sim --exit-code status -o counters.txt calls abort
check_status 4 "a futex that nobody wakes" "$rung" sim -o counters.txt calls wait
check_contains err "would wait for ever for the futex at 0x"
check_status 8 "no terminal" "$rung" sim -o counters.txt calls terminal
if command -v script >script.txt; then
    cat >seen.sh <<END
"$rung" sim -o counters.txt calls terminal; echo "status \$?"
"$rung" sim --terminal -o counters.txt calls terminal; echo "status \$?"
END
    script -q -c "sh seen.sh" /dev/null </dev/null >typescript 2>err
    check_contains typescript "status 8"
    check_contains typescript "status 7"
fi

cat >region.c <<'END'
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    char c;

    if (strcmp(what, "input") == 0)
        return (int)read(0, &c, 1);
    if (strcmp(what, "region") == 0)
        __asm__("hint #110; nop; hint #111");
    return 0;
}
END
check "a program with a region" ${GUEST_CC:-aarch64-linux-gnu-gcc} -static -o region region.c
check "a region that is never begun is counted as a whole" \
    "$rung" sim -f json -o stats.json region
check_contains stats.json '"region_marked": false'
grep -Eq '"instructions": [1-9][0-9]+' stats.json &&
    pass "it was counted" || fail "it was not counted"
check "a region" "$rung" sim -f json -o stats.json region region
check_contains stats.json '"instructions": 1,'
echo x | "$rung" sim region input >out 2>err
[ $? -eq 4 ] &&
    pass "but not twice when it took input" || fail "it was run twice with its input gone"
check_contains err "never began its region of interest; it can't be counted whole"
check_status 4 "nor when it may see a terminal" "$rung" sim --terminal region
