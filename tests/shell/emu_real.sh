# Programs with glibc, statically linked, under rung and under qemu-aarch64: same output, same
# exit status.
. "${top_srcdir:-.}/tests/shell/init.sh"
qemu=${QEMU_AARCH64:-$(command -v qemu-aarch64)}
[ -n "$qemu" ] || skip "qemu-aarch64 is not installed (Debian package qemu-user)"
cc=${GUEST_CC:-aarch64-linux-gnu-gcc}
cxx=${GUEST_CXX:-}
echo 'int main(void) { return 0; }' >empty.c
$cc -static -o empty empty.c 2>err ||
    skip "$cc cannot link static programs (Debian package libc6-dev-arm64-cross)"

build() {
    code=$top_srcdir/tests/guests/real/$1
    name=${1%.*}
    case $1 in
    *.cc) $cxx -O2 -static -std=c++17 -o "$name" "$code" 2>err ;;
    *) $cc "${2:--O2}" -static -o "$name" "$code" -lm 2>err ;;
    esac || fail "$1 cannot be built"
}
# compare WHAT FOLDER PROGRAM ARGUMENT...: both run with FOLDER as their working directory.
compare() {
    what=$1 folder=$2 program=$test_dir/$3
    shift 3
    [ -f stdin ] || : >stdin
    (cd "$folder" && exec env -i "$qemu" "$program" "$@") <stdin >want 2>want.err
    want=$?
    "$rung" sim -o stats.txt --allow-files "$folder" "$program" "$@" <stdin >got 2>got.err
    got=$?
    # qemu tells what killed its guest in words of its own.
    grep -v '^qemu: ' want.err >want.lines
    grep -v '^rung: warning: .*: killed by' got.err >got.lines
    if [ "$got" -eq "$want" ] && cmp -s want got && [ -s want ] && cmp -s want.lines got.lines
    then
        pass "$what"
    else
        { diff want got; diff want.lines got.lines; tail -n 2 stats.txt; } >out
        cp got.err err
        fail "$what: exit status $got instead of $want"
    fi
}

ulimit -c 0
mkdir work
for source in floats sort heap text jumps wide recursion times signals threads; do
    build $source.c
    compare "$source" work $source
done
for level in -O0 -O3; do
    for source in floats sort wide; do
        build $source.c $level
        compare "$source at $level" work $source
    done
done
if [ -n "$cxx" ]; then
    build exceptions.cc
    compare "exceptions in C++" work exceptions
else
    echo "not tested: no C++ compiler for guests (Debian package g++-aarch64-linux-gnu)"
fi

build files.c
printf 'one\ntwo two\n\nthe last line has no end' >work/text.txt
compare "files" work files text.txt
compare "a file that is not there" work files nothing.txt
echo secret >secret.txt
check_status 9 "a file above the folder" "$rung" sim --allow-files work files ../secret.txt
check_contains out "cannot open: Permission denied"
check_status 9 "no folder, no file" "$rung" sim files work/text.txt
check_contains out "cannot open: Permission denied"
check_status 2 "a folder that is none" "$rung" sim --allow-files secret.txt files x
check_contains err "'secret.txt': can't be opened for the guest: Not a directory"

build input.c
printf '1 2 3\n-4 5 six\n' >stdin
compare "standard input" work input
rm stdin
compare "no standard input" work input

build locale.c
if [ -d /usr/lib/locale/C.utf8 ]; then
    compare "wide characters in a locale of the host" /usr/lib/locale locale
else
    compare "wide characters" work locale
fi

# Linked so that they can be loaded anywhere, or without symbols.
$cc -O2 -static-pie -o pie "$top_srcdir/tests/guests/real/floats.c" -lm 2>err &&
    compare "a static position-independent program" work pie
aarch64-linux-gnu-strip -o stripped sort 2>err && compare "without symbols" work stripped

# The same in every run: the clocks count instructions.
check "one run" "$rung" sim -f json -o one.json times
check "and another" "$rung" sim -f json -o two.json times
hash() { sed -n 's/.*"stream_hash": *"\([0-9a-f]*\)".*/\1/p' "$1"; }
[ -n "$(hash one.json)" ] && [ "$(hash one.json)" = "$(hash two.json)" ] &&
    pass "both did the same" || fail "they differ"
check "with the host's clock" "$rung" sim --host-clock times
