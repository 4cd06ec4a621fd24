#!/bin/sh
# The runner of `make check-long`, on tests that pass, fail and skip.
. "${top_srcdir:-.}/tests/shell/init.sh"

cat >good.sh <<'X'
echo "working"
echo "3 passed, 0 failed"
X
cat >bad.sh <<'X'
echo "FAILED: it is wrong"
exit 1
X
cat >absent.sh <<'X'
echo "skipped: Rscript is not installed (Debian package r-base-core)"
exit 77
X
top_builddir=$test_dir
export top_builddir
run() {
    sh "$top_srcdir/tests/long/run.sh" "$@"
}
check "passing and skipping is success" run "$test_dir/good.sh" "$test_dir/absent.sh"
check_contains out "PASS: good.sh: 3 passed, 0 failed"
check_contains out "SKIP: absent.sh: skipped: Rscript is not installed (Debian package"
check_contains out "long tests: 1 passed, 1 skipped, 0 failed"
check_contains tests/long/good.log "working"
check_status 1 "a failure" run bad.sh good.sh
check_contains out "FAIL: bad.sh: all of it is in '$test_dir/tests/long/bad.log'"
check_contains out "  FAILED: it is wrong"
check_contains out "long tests: 1 passed, 0 skipped, 1 failed"
check_status 1 "a script that is not there" run missing.sh
check_status 1 "no tests" run
