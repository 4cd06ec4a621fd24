#!/bin/sh
# The Debian package: built from what is shipped, installed into a bare system of its own, used
# as a stranger would, and removed without a trace.
#
# RUNG_DEBIAN_MIRROR names the mirror, RUNG_DEBIAN_BASE a minimal system to copy instead of
# making one.
. "${top_srcdir:-.}/tests/shell/init.sh"
mirror=${RUNG_DEBIAN_MIRROR:-http://deb.debian.org/debian}
PATH=$PATH:/usr/sbin:/sbin
for tool in dh debootstrap unshare; do
    command -v $tool >/dev/null ||
        skip "$tool is not installed (Debian packages debhelper, debootstrap, util-linux)"
done
[ "$(id -u)" -eq 0 ] || skip "only root can make a system of its own"

check "the package" make -C "$top_builddir" deb
package=$(ls "$top_builddir"/out/deb/rung_*.deb) || exit 1

# ---- a system that has never seen the source
system=$test_dir/system
if [ -n "${RUNG_DEBIAN_BASE:-}" ]; then
    check "a copy of a bare system" cp -a "$RUNG_DEBIAN_BASE" "$system"
else
    check "a bare system" debootstrap --variant=minbase bookworm "$system" "$mirror"
fi
cp "$package" "$system/root/rung.deb"
# In a mount namespace, so that nothing stays mounted.
cat >inside <<X
mount -t proc proc '$system/proc'
mount --bind /dev '$system/dev'
exec chroot '$system' /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
    LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive sh -c "cd /root && \$1"
X
inside() {
    unshare -m sh "$test_dir/inside" "$1"
}
check "what it depends on is found" inside \
    'apt-get update && apt-get install -y --no-install-recommends ./rung.deb'

# ---- use
check "the version" inside 'rung --version'
check_contains out "rung "
check "no cross compiler there" inside '! command -v aarch64-linux-gnu-gcc'
cat >"$system/root/s.yaml" <<'X'
study: smoke
problems: [gemm, histogram]
ladder: [8, 12, 16, 24]
modes: [timing]
machines: [m2]
vary: {rob: [96], l1d.size: [32KiB]}
X
check "a study" inside 'rung run -q s.yaml -o s.h5'
check "its runs" inside 'rung log -f csv s.h5'
[ "$(grep -c ',ok,' out)" -eq 24 ] && pass "all went well" || fail "not 24 good runs"
check_status 1 "a check that fails" inside 'rung check --r2 0.999999 --error 0.0001% s.h5'
check "a report" inside 'rung report s.h5 -o report'
[ -s "$system/root/report/index.html" ] && pass "its page" || fail "no page"
check "a program in emulation" inside 'rung sim -m emulation /usr/share/rung/problems/gemm.elf 8'
check "the manual" inside 'test -s /usr/share/man/man1/rung.1.gz'

# ---- and away with it
check "removed" inside 'dpkg --purge rung'
check "nothing is left" inside '! find / -xdev -path /proc -prune -o -path /root -prune -o \
    -path /var/lib/apt -prune -o -name "*rung*" -print | grep .'
