#!/bin/sh
# The builds that are not everybody's: other compilers and levels without a warning, and the
# sanitizers; each runs the tests of the modules, and the sanitizers those of the program, too.
# RUNG_BUILDS chooses among gcc0, clang0, clang2 and sanitize; all of them take an hour.
. "${top_srcdir:-.}/tests/shell/init.sh"

check "the tarball" make -C "$top_builddir" dist
mkdir source
xz -dc "$top_builddir"/rung-*.tar.xz | tar -xf - -C source --strip-components 1 || exit 1
units=$(sed -n 's|^tests_unit_\(test_[a-z_]*\)_SOURCES.*|tests/unit/\1|p' \
    source/src/*/local.mk source/stats/local.mk | sort -u)
[ -n "$units" ] || fail "no tests of modules"

# tests WHAT FOLDER TESTS: shows the end of what each failed one says.
tests() {
    check "$1" sh -c 'make -k -C "$1" -j2 check TESTS="$2" >"$1.log" 2>&1' - "$2" "$3"
    for failed in $(grep -rl --include='*.trs' '^:test-result: [FEX]' "$2"/tests); do
        echo "${failed%.trs}:"
        tail -n 60 "${failed%.trs}.log"
    done
}

# build NAME CC CFLAGS CONFIGURE-OPTIONS...
build() {
    name=$1 cc=$2 cflags=$3
    shift 3
    case " ${RUNG_BUILDS:-gcc0 clang0 clang2 sanitize} " in *" $name "*) ;; *) return ;; esac
    if ! command -v "$cc" >/dev/null; then
        echo "not built: $name: $cc is not installed"
        return
    fi
    mkdir "$name"
    check "$name: configure" sh -c 'cd "$1" && shift && ../source/configure -q "$@"' - "$name" \
        CC="$cc" CFLAGS="$cflags" --enable-werror "$@"
    check "$name: make" make -C "$name" -j2
    tests "$name: tests of modules" "$name" "$(echo $units)"
}
# HDF5 leaks where it refuses a damaged file.
LSAN_OPTIONS=suppressions=$test_dir/source/tests/fuzz/lsan.supp:print_suppressions=0
export LSAN_OPTIONS
build gcc0 gcc "-g -O0"
build clang0 clang "-g -O0"
build sanitize gcc "-g -O1" --enable-asan --enable-ubsan

if [ -d sanitize ]; then
    tests "sanitize: tests of the program" sanitize \
        "$(cd source && ls tests/shell/*.sh | grep -v /init.sh | tr '\n' ' ')"
fi
# With -g, clang 14 follows the variables of the dispatch loop for many minutes; without, the tests
# of profiles, which look for lines of functions, have nothing to find.
units=$(echo "$units" | grep -v /test_profile)
build clang2 clang "-O2"
