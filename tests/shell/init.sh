# Sourced by every shell test: a private directory, helpers, a summary at the end.
#
#   . "${top_srcdir:-.}/tests/shell/init.sh"
#   check "what is expected" command args...        # succeeds
#   check_status 2 "what is expected" command args... # exits with that status
#   check_contains FILE "text"                      # the file has the text
#   skip "reason"                                   # the whole test: exit 77
#
# Standard output and error of the last checked command are in ./out and ./err.
set -u
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
top_builddir=$(cd "${top_builddir:-.}" && pwd)
rung=$top_builddir/rung
test_dir=$(mktemp -d "${TMPDIR:-/tmp}/rung-test.XXXXXX") || exit 99
passed=0 failed=0
finish() {
    status=$?
    cd / && rm -rf "$test_dir"
    if [ "$status" -eq 77 ] || [ "$status" -eq 99 ]; then exit "$status"; fi
    echo "$passed passed, $failed failed"
    if [ "$failed" -gt 0 ] || [ "$passed" -eq 0 ] || [ "$status" -ne 0 ]; then exit 1; fi
    exit 0
}
trap finish EXIT
trap 'exit 99' HUP INT TERM
cd "$test_dir" || exit 99

skip() {
    echo "skipped: $*"
    exit 77
}
pass() {
    passed=$((passed + 1))
    echo "ok: $1"
}
fail() {
    failed=$((failed + 1))
    echo "FAILED: $1"
    [ -s out ] && sed 's/^/  out: /' out | head -40
    [ -s err ] && sed 's/^/  err: /' err | head -40
    :
}
check_status() {
    want=$1 what=$2
    shift 2
    "$@" >out 2>err </dev/null
    got=$?
    if [ "$got" -eq "$want" ]; then pass "$what"; else fail "$what: exit status $got instead of $want: $*"; fi
}
check() {
    what=$1
    shift
    check_status 0 "$what" "$@"
}
check_contains() {
    if grep -qF -- "$2" "$1"; then pass "'$2' is in $1"; else fail "'$2' is not in $1: $(head -c 300 "$1")"; fi
}
