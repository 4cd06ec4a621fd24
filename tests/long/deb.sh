#!/bin/sh
# The Debian package: built from what is shipped, installed into a bare system of its own, used
# as a stranger would, and removed without a trace.
. "${top_srcdir:-.}/tests/shell/init.sh"
. "${top_srcdir:-.}/tests/long/system.sh"
needs_system dh

check "the package" make -C "$top_builddir" deb
package=$(ls "$top_builddir"/out/deb/rung_*.deb) || exit 1

# ---- a system that has never seen the source
make_system
cp "$package" "$system/root/rung.deb"
check "what it depends on is found" inside \
    'apt-get update && apt-get install -y --no-install-recommends ./rung.deb'

# ---- use
check "the version" inside 'rung --version'
check_contains out "rung "
check "no cross compiler there" inside '! command -v aarch64-linux-gnu-gcc'
cat >"$system/root/s.yaml" <<'X'
study: smoke
problems: [gemm, histogram]
ladder: [8, 12, 16, 20, 24]
modes: [timing]
machines: [m2]
vary: {rob: [96], l1d.size: [32KiB]}
X
check "a study" inside 'rung run -q s.yaml -o s.h5'
check "its runs" inside 'rung log -f csv s.h5'
[ "$(grep -c ',ok,' out)" -eq 30 ] && pass "all went well" || fail "not 30 good runs"
check_status 1 "a check that fails" inside 'rung check --r2 0.999999 --error 0.0001% s.h5'
check "a report" inside 'rung report s.h5 -o report'
[ -s "$system/root/report/index.html" ] && pass "its page" || fail "no page"
check "a program in emulation" inside 'rung sim -m emulation /usr/share/rung/problems/gemm.elf 8'
check "the manual" inside 'test -s /usr/share/man/man1/rung.1.gz'

# ---- and away with it
check "removed" inside 'dpkg --purge rung'
check "nothing is left" inside '! find / -xdev -path /proc -prune -o -path /root -prune -o \
    -path /var/lib/apt -prune -o -name "*rung*" -print | grep .'
