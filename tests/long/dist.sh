#!/bin/sh
# What is shipped, as a stranger has it: unpacked beside nothing else, built outside its folder,
# installed under DESTDIR and under a prefix, used where there is no cross compiler, removed.
# `make distcheck` is more thorough about the build; this one uses what it has made.
. "${top_srcdir:-.}/tests/shell/init.sh"

check "the tarball" make -C "$top_builddir" dist
tarball=$(ls "$top_builddir"/rung-*.tar.xz) || exit 1
mkdir source build
check "unpacked" sh -c 'xz -dc "$1" | tar -xf - -C source --strip-components 1' - "$tarball"
check "no programs are shipped" sh -c \
    '! find source -type f \( -name "*.elf" -o -name "*.[ao]" -o -name "*.pyc" \) -print | grep .'

# ---- without a cross compiler configure says what it lacks, and its package
mkdir none
for folder in /usr/local/bin /usr/bin /bin; do
    for tool in "$folder"/*; do
        case ${tool##*/} in
        aarch64-*) ;;
        *) [ -e "none/${tool##*/}" ] || ln -s "$tool" none/ ;;
        esac
    done
done
without() {
    (cd "${where:-.}" && env -u GUEST_CC PATH="$test_dir/none" "$@")
}
if [ "$(uname -m)" != aarch64 ]; then
    where=build check_status 1 "configure without a cross compiler" \
        without ../source/configure -q --prefix="$test_dir/usr"
    check_contains err "an AArch64 cross compiler (Debian package gcc-aarch64-linux-gnu)"
    rm -rf build && mkdir build
fi

# ---- built, with nothing written into what was unpacked
chmod -R a-w source
built() {
    (cd build && "$@")
}
check "configure" built ../source/configure -q --prefix="$test_dir/usr"
check "make" built make -j2
check "make install, staged" built make install DESTDIR="$test_dir/stage"
check "nothing goes elsewhere" sh -c '[ ! -e usr ] && [ "$(ls stage)" = "${1%%/*}" ]' - "${test_dir#/}"
check "make install" built make install
check "both are the same" diff -r usr "stage$test_dir/usr"
for file in bin/rung share/man/man1/rung.1 share/rung/problems/gemm.elf share/rung/machines/m2.yaml \
    share/rung/plots/style.gp share/bash-completion/completions/rung; do
    check "installed: $file" test -s "usr/$file"
done

# ---- used from there, without the tree
chmod -R u+w source
mv build build.gone
mv source source.gone
used() {
    without usr/bin/rung "$@"
}
cat >s.yaml <<'X'
study: shipped
problems: [gemm, histogram]
ladder: [8, 12, 16, 24]
modes: [timing]
machines: [m2]
X
check "the version" used --version
check_contains out "data         $test_dir/usr/share/rung"
check "a study" used run -q s.yaml -o s.h5
check "its runs" used log -f csv s.h5
[ "$(grep -c ',ok,' out)" -eq 8 ] && pass "all went well" || fail "not 8 good runs"
check "a report" used report s.h5 -o report
[ -s report/index.html ] && pass "its page" || fail "no page"
check "the page of the manual" grep -q '^\.Nm rung' usr/share/man/man1/rung.1

# ---- and away with it
mv source.gone source
mv build.gone build
check "make uninstall, staged" built make uninstall DESTDIR="$test_dir/stage"
check "make uninstall" built make uninstall
check "nothing is left" sh -c '! find usr stage ! -type d -print | grep .'
check "nor a folder of rung's own" sh -c '! find usr stage -name rung -print | grep .'
