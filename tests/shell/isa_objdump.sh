# Random words of every row: names and operands must be those of binutils' objdump without
# aliases.  Explained differences, left out: the names of identification registers, which
# objdump knows one by one (MRS of op0 = 3, op1 = 0); LDPSW of one register twice or with
# its base written back, constrained unpredictable (DDI 0487, C6.2), which objdump refuses.
. "${top_srcdir:-.}/tests/shell/init.sh"
objdump=${GUEST_CC%gcc*}objdump
command -v "$objdump" >/dev/null || skip "'$objdump' is not installed (Debian package binutils-aarch64-linux-gnu)"

"$top_builddir/tests/diff/cases" list "${RUNG_DIFF_CASES:-40}" 1 words.bin >ours || exit 99
"$objdump" -b binary -m aarch64 -D -M no-aliases words.bin |
    sed -n 's/^ *[0-9a-f]*:\t[0-9a-f]* \t//; t keep; d; :keep; s/ *\t*\/\/ .*//; s/ *<.*>//; s/[ \t]*$//; p' >theirs
wc -l <ours
check "as many words" test "$(wc -l <ours)" -eq "$(wc -l <theirs)"
check "many words" test "$(wc -l <ours)" -gt 10000
paste -d '|' ours theirs | awk -F '|' '$1 != $2 && $1 !~ /^mrs\t.*s3_0_c0/ && !($1 ~ /^ldpsw/ && $2 ~ /undefined/)' >different
mv different out.different
check "no difference" test ! -s out.different
head -20 out.different
