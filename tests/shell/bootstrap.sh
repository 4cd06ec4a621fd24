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

# Everything is installed; stand-ins for the tools that build make a program that tells how it
# was called, and tests with the results that are asked for.
stand_in dpkg-query <<'X'
#!/bin/sh
printf installed
X
stand_in autoreconf <<'X'
#!/bin/sh
mkdir build-aux
: >build-aux/install-sh
: >Makefile.in
cat >configure <<'Y'
#!/bin/sh
echo configured >>"$TEST_DIR/built"
echo "abs_top_builddir = $(pwd)" >Makefile
Y
chmod +x configure
X
stand_in make <<'X'
#!/bin/sh
echo "make $*" >>"$TEST_DIR/built"
for job; do :; done
[ "$job" != "${TEST_BREAK:-}" ] || { echo "x.c:1: error: broken" && exit 2; }
case $job in
check)
    mkdir -p tests/unit tests/shell
    : >tests/shell/stale.log
    sleep 0.1
    printf 'Suite: a\nRun Summary:    Type  Total\n   tests   7\n\nElapsed\n' >tests/unit/a.log
    echo ":test-result: PASS" >tests/unit/a.trs
    printf '5 passed, 0 failed\nPASS tests/shell/b.sh\n' >tests/shell/b.log
    echo ":test-result: PASS" >tests/shell/b.trs
    printf 'skipped: no mandoc\nSKIP tests/shell/c.sh\n' >tests/shell/c.log
    echo ":test-result: SKIP" >tests/shell/c.trs
    [ -z "${TEST_RED:-}" ] || {
        printf 'FAILED: it is wrong\n4 passed, 1 failed\n' >tests/shell/d.log
        echo ":test-result: FAIL" >tests/shell/d.trs
        exit 2
    }
    ;;
clean) rm -f rung ;;
*)
    cat >rung <<'Y'
#!/bin/sh
echo "rung $*" >>"$TEST_DIR/called"
case $1 in
check) echo "gemm r2 verdict" && exit "${TEST_VERDICT:-0}" ;;
*) [ "$1" != "${TEST_BREAK:-}" ] || exit 5 ;;
esac
Y
    chmod +x rung
    ;;
esac
X
for tool in chmod find sleep sort; do
    [ -e "bin/$tool" ] || ln -s "$(command -v "$tool")" "bin/$tool" || exit 99
done

check "build" boot build
check_contains out "$test_dir/tree/rung"
check_contains built configured
rm built
check "build again" boot build
grep -q configured built && fail "configured twice" || pass "not configured twice"
sed "s|$test_dir/tree\$|/elsewhere/tree|" tree/Makefile >Makefile && cp Makefile tree/Makefile
check "build in a tree that was moved" boot build
check_contains built configured
check_contains built "make clean"

for verdict in 0 1 3; do
    rm -f called
    check "a study with verdict $verdict" env TEST_VERDICT=$verdict PATH="$test_dir/bin" \
        sh tree/bootstrap study
    printf 'rung %s\n' "run data/studies/first.yaml -o out/first.h5" "fit --save out/first.h5" \
        "check --save out/first.h5" "report out/first.h5 -o out/first" >want
    cp out got
    check "run, fit, check and report were called" diff want called
    tail -n 3 got >last
    printf 'gemm r2 verdict\n\nreport: %s/tree/out/first/index.html\n' "$test_dir" >want
    check "the verdicts and the report's path are last" diff want last
done
for verdict in 2 4 5; do
    check_status 1 "a check that ends with $verdict" env TEST_VERDICT=$verdict \
        PATH="$test_dir/bin" sh tree/bootstrap study
    check_contains err "'rung check' ended with status $verdict"
done
for job in run fit report; do
    check_status 1 "rung $job breaks" env TEST_BREAK=$job PATH="$test_dir/bin" \
        sh tree/bootstrap study
done

check "all tests pass" boot check
printf '%s\n' "PASS: tests/shell/b" "5 passed, 0 failed" "SKIP: tests/shell/c" \
    "skipped: no mandoc" "PASS: tests/unit/a" "Run Summary:    Type  Total" "   tests   7" "" \
    "1 skipped" "2 passed, 0 failed" >want
cp out got
check "the runners' closing lines, and the sum" diff want got
check_status 1 "a test fails" env TEST_RED=1 PATH="$test_dir/bin" sh tree/bootstrap check
check_contains out "FAIL: tests/shell/d"
check_contains out "4 passed, 1 failed"
check_contains out "FAILED: it is wrong"
tail -n 1 out >last
check_contains last "2 passed, 1 failed"
rm tree/tests/shell/d.*
check_status 1 "a test cannot be built" env TEST_BREAK=check PATH="$test_dir/bin" \
    sh tree/bootstrap check
check_contains err "x.c:1: error: broken"
tail -n 1 out >last
check_contains last "0 passed, 0 failed"
