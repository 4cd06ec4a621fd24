# A bare Debian system of its own, for scripts that root runs; read by them after init.sh.
#
# RUNG_DEBIAN_MIRROR names the mirror, RUNG_DEBIAN_BASE a minimal system to copy instead of
# making one.
PATH=$PATH:/usr/sbin:/sbin
system=$test_dir/system

# needs_system [TOOL...]: the test skips itself where it cannot have one, or lacks a tool.
needs_system() {
    for tool in debootstrap unshare "$@"; do
        command -v $tool >/dev/null ||
            skip "$tool is not installed (Debian packages debootstrap, util-linux, debhelper)"
    done
    [ "$(id -u)" -eq 0 ] || skip "only root can make a system of its own"
}

# Makes it in the folder $system.
make_system() {
    if [ -n "${RUNG_DEBIAN_BASE:-}" ]; then
        check "a copy of a bare system" cp -a "$RUNG_DEBIAN_BASE" "$system"
    else
        check "a bare system" debootstrap --variant=minbase bookworm "$system" \
            "${RUNG_DEBIAN_MIRROR:-http://deb.debian.org/debian}"
    fi
    # In a mount namespace, so that nothing stays mounted.
    cat >inside <<X
mount -t proc proc '$system/proc'
mount --bind /dev '$system/dev'
exec chroot '$system' /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
    LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive sh -c "cd /root && \$1"
X
}

# inside COMMAND: root runs a command of the shell in it, in root's home.
inside() {
    unshare -m sh "$test_dir/inside" "$1"
}
