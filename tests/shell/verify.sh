#!/bin/sh
# rung verify: bytes are changed all over a study file; nothing wrong goes unseen, and what is
# saved is right.
. "${top_srcdir:-.}/tests/shell/init.sh"

cat >s.yaml <<Y
study: many
problems: [gemm]
ladder: [8, 12, 16]
modes: [timing]
machines: [m2]
vary:
  rob: [96, 192]
Y
check "a study" "$rung" run -q s.yaml -o s.h5
counters() {
    "$rung" log -a -f csv "$1" >all.csv || return 1
    awk -F, -v OFS=, '{ NF -= 3; print }' all.csv
}
counters s.h5 >s.csv
cp s.h5 kept.h5

check "a whole file" "$rung" verify s.h5
check_contains err "'s.h5': 9 of 9 runs are whole, and all the rest"
[ -s out ] && fail "it lists something" || pass "it lists nothing"
check "as a table" "$rung" verify -q -f csv s.h5
check "a copy of what is whole" "$rung" verify -o copy.h5 s.h5
counters copy.h5 >copy.csv
check "it has the same runs" diff s.csv copy.csv
check "and is whole itself" "$rung" verify copy.h5
check "it goes on" "$rung" run s.yaml -o copy.h5
check_contains err "'copy.h5': 9 of 9 runs are stored, 0 of them now"
check "over itself" "$rung" verify -q -o copy.h5 copy.h5
check "the file is as it was" cmp s.h5 kept.h5

check_status 5 "a file that is not there" "$rung" verify none.h5
check_status 5 "something else" "$rung" verify s.yaml
check_contains err "rung: 's.yaml' is a study and no HDF5 file: its runs are in 's.h5'"
check_status 2 "no file" "$rung" verify
check_status 2 "an output that cannot be" "$rung" verify -o none/x.h5 s.h5

# ---- one byte after the other, all over the file
size=$(wc -c <s.h5)
seen=0 missed=0 saved=0
for i in $(seq 60); do
    at=$((size * i / 61))
    cp s.h5 d.h5
    byte=$(dd if=s.h5 bs=1 skip=$at count=1 2>/dev/null | od -An -tu1 | tr -d ' ')
    printf "\\$(printf %03o $(((byte + 85) % 256)))" |
        dd of=d.h5 bs=1 seek=$at conv=notrunc 2>/dev/null
    rm -f new.h5
    "$rung" verify -f csv -o new.h5 d.h5 >out 2>err
    case $? in
    0) # not in what is checked: then nothing that is read may have changed
        counters d.h5 >d.csv && diff s.csv d.csv >/dev/null || missed=$((missed + 1))
        ;;
    5) seen=$((seen + 1)) ;;
    *) fail "byte $at: a status that is none" ;;
    esac
    [ -e new.h5 ] || continue
    if counters new.h5 >new.csv && ! grep -vxF -f s.csv new.csv >/dev/null &&
        "$rung" verify -q new.h5; then
        saved=$((saved + 1))
    else
        fail "byte $at: what is saved is wrong"
    fi
done
[ "$missed" -eq 0 ] && pass "no damage is missed" || fail "$missed damages are missed"
[ "$seen" -ge 30 ] && pass "$seen damages are seen" || fail "only $seen damages are seen"
[ "$saved" -ge 20 ] && pass "$saved files are saved in part" || fail "only $saved are saved"
