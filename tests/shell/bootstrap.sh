#!/bin/sh
# ./bootstrap without packages, without rights, on another system: a copy of it meets stand-ins
# for the package tools, so that nothing is installed here.
. "${top_srcdir:-.}/tests/shell/init.sh"

mkdir tree bin
cp "$top_srcdir/bootstrap" tree/bootstrap || exit 99
for tool in sh cat cp dirname echo env false grep head mkdir nproc rm sed tail true; do
    ln -s "$(command -v "$tool")" "bin/$tool" || exit 99
done
stand_in() {
    cat >"bin/$1"
    chmod +x "bin/$1"
}
# $1: what to do; the status is bootstrap's.
boot() {
    PATH=$test_dir/bin sh tree/bootstrap "$@"
}

check_status 2 "no job" boot
check_contains err "usage: ./bootstrap build|study|check"
check_status 2 "an unknown job" boot biuld
check_contains err "usage: ./bootstrap build|study|check"
check_status 2 "two jobs" boot build check
[ -e tree/out ] && fail "a usage error writes" || pass "a usage error writes nothing"

check_status 2 "not Debian" boot build
check_contains err "bootstrap: this system is not Debian; these Debian packages are needed:"
check_contains err " libhdf5-dev "
check_contains err " gcc-aarch64-linux-gnu "

# Debian, everything there but two packages.
stand_in dpkg <<'X'
#!/bin/sh
echo "${TEST_ARCH:-amd64}"
X
stand_in dpkg-query <<'X'
#!/bin/sh
for last; do :; done
case $last in
libyaml-dev) exit 1 ;;
gnuplot-nox) printf config-files ;;
gcc-aarch64-linux-gnu | libc6-dev-arm64-cross) [ "${TEST_ARCH:-}" = arm64 ] || printf installed ;;
*) printf installed ;;
esac
X
stand_in apt-get <<'X'
#!/bin/sh
echo "$*" >>"$TEST_DIR/apt"
[ "$1" != "${TEST_FAIL:-}" ] || { echo "E: no network" && exit 100; }
X
stand_in id <<'X'
#!/bin/sh
echo "$TEST_UID"
X
TEST_DIR=$test_dir TEST_UID=1000
export TEST_DIR TEST_UID

check_status 2 "no rights, no sudo" boot build
check_contains err "bootstrap: no rights to install packages (neither root nor sudo); these"
tail -n 1 err >last
echo "gnuplot-nox libyaml-dev" >want
check "exactly what is missing is named" diff want last
[ -e apt ] && fail "apt-get was called" || pass "apt-get was not called"

stand_in sudo <<'X'
#!/bin/sh
echo "sudo $*" >>"$TEST_DIR/apt"
exit 1
X
check_status 2 "sudo refuses" boot build
check_contains apt "sudo -n true"
check_contains err "bootstrap: no rights to install packages; these"

TEST_UID=0
rm apt
check_status 2 "package lists cannot be read" env TEST_FAIL=update PATH="$test_dir/bin" \
    sh tree/bootstrap build
check_contains err "E: no network"
check_contains err "the package lists cannot be read; these Debian packages are needed:"
check_status 2 "packages cannot be installed" env TEST_FAIL=install PATH="$test_dir/bin" \
    sh tree/bootstrap build
check_contains err "packages cannot be installed; these Debian packages are needed:"

# Installed; then making configure breaks, which is no lack of packages.
stand_in autoreconf <<'X'
#!/bin/sh
echo "configure.ac: broken" >&2
exit 1
X
rm apt
check_status 1 "autoreconf breaks" boot build
check_contains err "configure.ac: broken"
check_contains err "bootstrap: making configure: failed; all of it is in '"
check_contains apt "update"
check_contains apt "install -y --no-install-recommends gnuplot-nox libyaml-dev"

# An AArch64 host needs no cross compiler.
rm apt
check_status 1 "an AArch64 host" env TEST_ARCH=arm64 PATH="$test_dir/bin" \
    sh tree/bootstrap build
check_contains apt "install -y --no-install-recommends gnuplot-nox libyaml-dev"
grep -q aarch64 apt && fail "a cross compiler is asked for" || pass "no cross compiler"
