#!/bin/sh
# The table's names and operands against binutils' objdump without aliases, in both directions:
# words that are random, and words near every row.  decode.explained lists the differences
# that are meant.
#
#   decode.sh [UNIFORM [ROWS [SEED]]]    a million random words; 200 twice near every row
. "${top_srcdir:-.}/tests/shell/init.sh"
uniform=${1:-${RUNG_DECODE_UNIFORM:-1000000}}
rows=${2:-${RUNG_DECODE_ROWS:-200}}
seed=${3:-${RUNG_DECODE_SEED:-1}}
cc=${GUEST_CC:-aarch64-linux-gnu-gcc}
objdump=${cc%gcc*}objdump
long=$top_srcdir/tests/long
words=$top_builddir/tests/long/decode_words
command -v "$objdump" >where ||
    skip "'$objdump' is not installed (Debian package binutils-aarch64-linux-gnu)"

# objdump's text without its remarks and symbols
known() {
    "$objdump" -z -b binary -m aarch64 -D -M no-aliases "$1" | sed -n '
s/^ *[0-9a-f]*:\t[0-9a-f]* \t//
t keep
d
:keep
s/ *\t*\/\/ .*//
s/ *<.*>//
s/[ \t]*$//
s/\t/ /g
p'
}

# compare KIND COUNT
compare() {
    "$words" "$1" "$2" "$seed" words >ours || exit 99
    known words >theirs
    check "$1: as many lines" test "$(wc -l <ours)" -eq "$(wc -l <theirs)"
    paste ours theirs >joined
    check "$1: $(wc -l <ours) words" awk -f "$long/decode.awk" "$long/decode.explained" joined
    grep -v '^unexplained' out
}

compare uniform "$uniform"
compare rows "$rows"
