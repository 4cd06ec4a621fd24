# The guest programs: each ends well with the checksum of the table, says no to wrong
# arguments, gives the same result when its source is compiled natively, and notices a kernel
# that does nothing; the micro programs execute what they say they do; the build gives the
# same file wherever it is done.
#
# Native builds are without contraction and without fused multiply-adds, guests with them
# wherever they can't change the result; so equal checksums say that they didn't.
. "${top_srcdir:-.}/tests/shell/init.sh"
qemu=${QEMU_AARCH64:-$(command -v qemu-aarch64)}
[ -n "$qemu" ] || skip "qemu-aarch64 is not installed (Debian package qemu-user)"
build=$top_srcdir/problems/build.sh
table=$top_srcdir/problems/problems.yaml
native_cc=${CC:-cc}
tab=$(printf '\t')

sh "$build" table "$table" >list || fail "the problem table is not understood"
entries=$(awk 'END { print NR }' list)

# ---- checksums ----
bad=0 runs=0
while IFS=$tab read -r name class flags sources sums; do
    for pair in $sums; do
        runs=$((runs + 1))
        want="$name n=${pair%=*} checksum=${pair#*=}"
        got=$("$qemu" "$top_builddir/problems/$name.elf" "${pair%=*}" 2>&1) &&
            [ "$got" = "$want" ] && continue
        bad=$((bad + 1))
        echo "  '$got' instead of '$want'"
    done
done <list
if [ "$bad" -eq 0 ] && [ "$runs" -eq $((2 * entries)) ]; then
    pass "$runs runs have the checksums of the table"
else
    fail "$bad of $runs runs are wrong ($entries programs)"
fi

# ---- arguments ----
for class in $(cut -f 2 list | sort -u); do
    name=$(awk -F'\t' -v class="$class" '$2 == class { print $1; exit }' list)
    elf=$top_builddir/problems/$name.elf
    check_status 2 "$name without a size" "$qemu" "$elf"
    check_contains err "usage: $name SIZE"
    for size in 0 -1 8x "" 2147483648 99999999999999999999; do
        check_status 2 "$name with size '$size'" "$qemu" "$elf" "$size"
    done
    check_status 2 "$name with two sizes" "$qemu" "$elf" 8 8
done
check_status 2 "gemm with more memory than there is" "$qemu" "$top_builddir/problems/gemm.elf" 2147483647
check_contains err "gemm: out of memory"
check_status 2 "stencil7 with more memory than can be said" \
    "$qemu" "$top_builddir/problems/stencil7.elf" 2147483647
check_contains err "stencil7: out of memory"

# ---- layout seeds move arrays and change no result ----
for name in gemm histogram gemm-i32; do
    "$qemu" "$top_builddir/problems/$name.elf" 20 >plain
    check "$name with a layout seed" env RUNG_LAYOUT=7 "$qemu" "$top_builddir/problems/$name.elf" 20
    if cmp -s out plain; then pass "$name: same result"; else fail "$name: the layout changes the result"; fi
done

# ---- natively, and with a kernel that returns at once ----
# native SOURCE... : compiles the program as ./native
native() {
    # shellcheck disable=SC2086
    "$native_cc" -Wall -Wextra -Werror $flags -ffp-contract=off -DRT_NATIVE \
        -I"$top_srcdir/problems/runtime" -o native "$top_srcdir/problems/runtime/native.c" "$@"
}
if command -v "${native_cc%% *}" >/dev/null 2>&1; then
    count=0
    while IFS=$tab read -r name class flags sources sums; do
        [ "$class" != micro ] || continue
        count=$((count + 1))
        paths= idle=
        for source in $sources; do
            paths="$paths $top_srcdir/problems/$source"
            idle="$idle $(basename "$source")"
            awk '/^RT_KERNEL/ { inside = 1 }
                { print }
                inside && /^\{/ { print "return;"; inside = 0 }' "$top_srcdir/problems/$source" \
                >"$(basename "$source")"
        done
        # shellcheck disable=SC2086
        if ! native $paths; then
            fail "$name does not compile natively"
            continue
        fi
        for pair in $sums; do
            want="$name n=${pair%=*} checksum=${pair#*=}"
            got=$(./native "${pair%=*}" 2>&1)
            [ "$got" = "$want" ] || fail "$name natively: '$got' instead of '$want'"
        done
        # shellcheck disable=SC2086
        native -Wno-unused-parameter -Wno-unused-function $idle
        ./native 64 >out 2>err
        status=$?
        if [ "$status" -ne 1 ] || ! grep -q "^$name: wrong result: " err; then
            fail "$name does not notice an idle kernel: exit status $status"
        fi
    done <list
    if [ "$failed" -eq 0 ] && [ "$count" -gt 20 ]; then
        pass "$count programs agree with their native builds and notice idle kernels"
    fi
    RUNG_SECONDS=1 ./native 64 2>err
    if grep -qx '[0-9]*\.[0-9]\{9\}' err; then pass "native builds tell their time"; else fail "no time"; fi
    check_status 2 "a native build with a wrong size" ./native 64x
else
    echo "no native compiler '$native_cc': native builds are left out"
fi

# ---- executed instructions of an iteration of the micro programs ----
# qemu logs the pc of each instruction; the markers are known by their words.
marker() {
    od -A d -t x4 -v -w4 "$1" | awk -v word="$2" '$2 == word { printf "%016x ", $1 + 4194304 }'
}
for pair in arithmetic=23 dependency=23 branch=8 memorystrided=23 loadheavy=23 storeheavy=23 \
    branchheavy=28 vectorsum=103 vectoradd=168 reductiontree=34 strideindirect=53; do
    elf=$top_builddir/problems/${pair%=*}.elf
    got=$("$qemu" -singlestep -d exec,nochain -D /dev/stdout "$elf" 50 |
        awk -F'[[/]' -v begin="$(marker "$elf" d5032ddf)" -v end="$(marker "$elf" d5032dff)" '
            /^Trace/ && end ~ $3 { inside = 0 }
            inside && /^Trace/ { region++ }
            /^Trace/ && begin ~ $3 { inside = 1 }
            END { print region / 50 }')
    if [ "$got" = "${pair#*=}" ]; then
        pass "${pair%=*}: $got instructions an iteration"
    else
        fail "${pair%=*}: '$got' instructions an iteration instead of ${pair#*=}"
    fi
done

# ---- the build ----
mkdir "there and" "there and/back" && cp -R "$top_srcdir/problems" "there and/back" ||
    fail "no copy of the sources"
if [ -n "${GUEST_CC:-}" ]; then
    for name in gemm fft3d strideindirect; do
        check "$name is built elsewhere" \
            sh "there and/back/problems/build.sh" elf "there and/back/problems/problems.yaml" $name $name.elf
        if cmp $name.elf "$top_builddir/problems/$name.elf"; then
            pass "$name.elf is the same"
        else
            fail "$name.elf differs"
        fi
    done
    check_status 2 "an unknown problem" sh "$build" elf "$table" gem gem.elf
    check_contains err "no problem 'gem'"
fi

mkdir made
check "rules are written" sh "$build" rules "$table" made
touch -t 202001010000 made/*.entry
sed '/name: gemm$/,/checksum/s/flags: .*/flags: -O1/; s/text: matrix/text: Matrix/' "$table" >changed
check "rules are written again" sh "$build" rules changed made
check_contains made/gemm.entry -O1
newer=$(find made -name '*.entry' -newermt 2021-01-01)
if [ "$newer" = made/gemm.entry ]; then
    pass "only the entry that changed is new"
else
    fail "new entries: $newer"
fi

# wrong WHAT SCRIPT : the table changed by sed is refused with that message
wrong() {
    sed "$2" "$table" >changed
    check_status 2 "a table with $1" sh "$build" table changed
    check_contains err "$3"
}
wrong "an unknown key" 's/class: dense/klass: dense/' "changed:"
wrong "no class" '/class: volume/d' "problem stencil7 lacks a class or sources"
wrong "a name twice" 's/name: 2mm$/name: gemm/' "problem gemm stands twice"
wrong "a bad name" 's/name: 2mm$/name: a;b/' "is no name for a problem"
wrong "a list without brackets" 's/sources: .dense.lu.c./sources: dense\/lu.c/' "expected [...]"
wrong "a comment after a value" 's/flags: -O3/flags: -O3 # fast/' "a quote or comment after a value"
wrong "nothing in it" '/name: gemm/,$d' "no problems"
check_status 2 "no arguments" sh "$build"
check_status 2 "a missing table" sh "$build" table nowhere
