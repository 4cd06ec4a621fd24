#!/bin/sh
# Reads the problem table for the build and the tests, so that neither repeats it, and builds
# the guest programs.
#
#   build.sh rules TABLE OUT   writes makefile rules on standard output, one for each problem,
#                              and OUT/NAME.entry, touched only when what the build takes
#                              from the entry (flags, sources) has changed
#   build.sh table TABLE       prints name, class, flags, sources and size=checksum pairs,
#                              separated by tabs
#   build.sh elf TABLE NAME OUT.elf
#                              builds one program with $GUEST_CC
#
# What is understood is less than YAML: entries begin with "  - name:", each key stands on
# one line, lists and maps are written in brackets and braces on that line, and comments
# have lines of their own.  Anything else is an error, with its line.
#
# Programs are static, freestanding AArch64, the same for every host.  The compiler runs at the
# top of the source tree and is told to forget where that is: debug information, from which
# the hot blocks get their source lines, then names "problems/dense/gemm.c" whatever the
# place of the build, and the files are the same bit for bit.  Contraction to fused
# multiply-adds is GCC's default under gnu11; problems whose results it would change are built
# without (their flags say so).
set -u
usage() {
    echo "usage: $0 rules TABLE OUT | table TABLE | elf TABLE NAME OUT" >&2
    exit 2
}
case ${1:-}:$# in
rules:3 | table:2) ;;
elf:4)
    entry=$(sh "$0" table "$2") || exit 2
    entry=$(printf '%s\n' "$entry" | awk -F'\t' -v name="$3" '$1 == name { print $3; print $4 }')
    [ -n "$entry" ] || { echo "$0: no problem '$3' in $2" >&2; exit 2; }
    flags=$(echo "$entry" | sed -n 1p)
    sources=$(echo "$entry" | sed -n '2{s|^|problems/|; s| | problems/|g; p;}')
    case $4 in /*) out=$4 ;; *) out=$PWD/$4 ;; esac
    cd "$(dirname "$2")/.." || exit 2
    # Flags and sources are lists of words.
    # shellcheck disable=SC2086
    ${GUEST_CC:?} -std=gnu11 -Wall -Wextra -Werror -g -march=armv8-a -ffreestanding -fno-pie \
        -fno-stack-protector -fno-tree-loop-distribute-patterns $flags \
        -ffile-prefix-map="$(pwd)=." -ffile-prefix-map="$(pwd -P)=." -Iproblems/runtime \
        -static -nostdlib -no-pie -Wl,--build-id=none -Wl,-z,noexecstack \
        -o "$out.tmp" problems/runtime/start.S problems/runtime/rt.c $sources &&
        mv "$out.tmp" "$out"
    exit
    ;;
*) usage ;;
esac
exec awk -v mode="$1" -v out="${3:-}" '
function complain(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text > "/dev/stderr"
    failed = 1
    exit 2
}
# The value after "key:", without its quotes.
function value(line) {
    sub(/^[^:]*:[ ]*/, "", line)
    if (line ~ /^".*"$/)
        line = substr(line, 2, length(line) - 2)
    else if (line ~ /["#]/ && line !~ /^[[{]/)
        complain("a quote or comment after a value")
    return line
}
# The items of "[a, b]" or "{a: b, c: d}", separated by blanks; quotes fall away.
function items(text, left, right) {
    if (substr(text, 1, 1) != left || substr(text, length(text)) != right)
        complain("expected " left "..." right)
    text = substr(text, 2, length(text) - 2)
    gsub(/"/, "", text)
    gsub(/,/, " ", text)
    gsub(/:[ ]*/, "=", text)
    gsub(/[ ]+/, " ", text)
    sub(/^ /, "", text)
    sub(/ $/, "", text)
    return text
}
function write_entry(file, text,    old, line, exists) {
    while ((getline line < file) > 0) {
        old = old line "\n"
        exists = 1
    }
    close(file)
    if (exists && old == text)
        return
    printf "%s", text > file
    close(file)
}
function finish(    i, n, path, file, list) {
    if (name == "")
        return
    if (class == "" || sources == "")
        complain("problem " name " lacks a class or sources")
    if (mode == "table") {
        printf "%s\t%s\t%s\t%s\t%s\n", name, class, flags, sources, checksum
        return
    }
    n = split(sources, path, " ")
    file = out "/" name
    for (i = 1; i <= n; i++) {
        list = list " problems/" path[i]
        all_sources = all_sources " problems/" path[i]
    }
    write_entry(file ".entry", flags "\n" sources "\n")
    all = all " " file ".elf"
    printf "%s.elf: %s.entry $(guest_common) $(addprefix $(top_srcdir)/,%s)\n", file, file, list
    printf "\t$(AM_V_GEN)$(guest_build) %s $@\n", name
}
/^[ ]*(#|$)/ { next }
/^problems:$/ { next }
/^  - name: / {
    finish()
    name = value($0)
    if (name !~ /^[a-z0-9][a-z0-9-]*$/)
        complain("\"" name "\" is no name for a problem")
    if (name in seen)
        complain("problem " name " stands twice")
    seen[name] = 1
    class = flags = sources = checksum = ""
    next
}
name != "" && /^    class: / { class = value($0); next }
name != "" && /^    flags: / { flags = value($0); next }
name != "" && /^    sources: / { sources = items(value($0), "[", "]"); next }
name != "" && /^    checksum: / { checksum = items(value($0), "{", "}"); next }
name != "" && /^    (text|work|footprint|instructions|stride|args|max): / { next }
{ complain("not understood: " $0) }
END {
    if (failed)
        exit 2
    finish()
    if (failed)
        exit 2
    if (name == "")
        complain("no problems")
    if (mode == "rules") {
        printf "GUEST_PROBLEMS =%s\n", all
        printf "GUEST_SOURCES =%s\n", all_sources
        printf "all-am: $(GUEST_PROBLEMS)\n"
    }
}' "$2"
