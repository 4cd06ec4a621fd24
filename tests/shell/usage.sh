#!/bin/sh
# The command line itself: help, unknown words, exit statuses, lost output.
. "${top_srcdir:-.}/tests/shell/init.sh"

# Standard output of the last command is the help that was kept.
same() {
    cp out got
    check "$1" diff help got
}

check_status 2 "no command" "$rung"
check_contains err "usage: rung COMMAND"
[ -s out ] && fail "usage after a mistake is on stdout" || pass "a mistake leaves stdout empty"

check "rung help" "$rung" help
check_contains out "usage: rung COMMAND"
check_contains out "exit status: 0 success, 1 a check failed, 2 usage or configuration,"
[ -s err ] && fail "help is on stderr" || pass "help leaves stderr empty"
cp out help
sed -n '/^commands:$/,/^$/s/^  \([a-z]*\) .*/\1/p' help >commands
check_contains commands help
check "rung --help" "$rung" --help
same "rung --help is rung help"
check "rung -h" "$rung" -h
same "rung -h is rung help"

check "rung --version" "$rung" --version
version=$(sed -n 's/^AC_INIT(\[rung\], \[\(.*\)\])$/\1/p' "$top_srcdir/configure.ac")
check_contains out "rung $version"
cp out version
check "rung -V" "$rung" -V
cp out got
check "rung -V is rung --version" diff version got
# It names the libraries as pkg-config knows them, and how the tree was built.
library() {
    module=$1
    shift
    number=$(${PKG_CONFIG:-pkg-config} --modversion "$module" 2>/dev/null) || return 0
    [ "$module" != nettle ] || number=${number%.*} # it does not tell its third part
    check "the version of $module" grep -qE "^libraries .* $* $number[^,]*(,|\$)" version
}
library gsl GSL
library jansson jansson
library yaml-0.1 libyaml
library nettle nettle
library libdw elfutils
check "the version of HDF5" grep -qE '^libraries .*HDF5 1\.[0-9]+\.[0-9]+(,|$)' version
flags=$(sed -n 's/^#define RUNG_FLAGS "\(.*\)"$/\1/p' "$top_builddir/src/study/commit.h")
commit=$(sed -n 's/^#define RUNG_COMMIT "\(.*\)"$/\1/p' "$top_builddir/src/study/commit.h")
check_contains version "flags        $flags"
check_contains version "commit       $commit"
check "how the models run" grep -qE '^models       version [0-9]+(, [a-z-]+ [0-9]+)*, run by the (x86-64-v3|portable) path$' version
check "the folder of the data" env RUNG_DATADIR="$test_dir/d" "$rung" --version
check_contains out "data         $test_dir/d"

check_status 2 "an unknown command, nearly right" "$rung" hlep
check_contains err "rung: unknown command 'hlep' (did you mean 'help'?)"
check_contains err "rung: see 'rung help'"
check_status 2 "an unknown command, nothing near" "$rung" frobnicate
check_contains err "rung: unknown command 'frobnicate'"
check_status 2 "an unknown option in front" "$rung" --frobnicate
check_contains err "rung: unknown option '--frobnicate'"
check_status 2 "help for an unknown command" "$rung" help hlep
check_contains err "rung: unknown command 'hlep' (did you mean 'help'?)"
check_status 2 "help for too much" "$rung" help help help
check_contains err "rung: too many arguments"
check_contains err "rung: see 'rung help help'"
check_status 2 "a value for an option that takes none" "$rung" help --help=3
check_contains err "rung: option '--help' takes no value"

# The SYNOPSIS of a page as one line of plain text, commands parted by newlines.
synopsis() {
    "$MANDOC" -T ascii "$1" | sed "s/.$(printf '\b')//g" |
        awk '/^SYNOPSIS/ { on = 1; next } /^[A-Z]/ { on = 0 } on' |
        tr -s ' \n' ' ' | sed 's/^ //; s/ $//; s/ rung /\nrung /g'
}

# Every command explains itself, in the same words by both ways, and refuses what it
# does not know.
while read -r name; do
    check "rung help $name" "$rung" help "$name"
    check_contains out "usage: rung $name"
    cp out help
    check "rung $name --help" "$rung" "$name" --help
    same "rung $name --help is rung help $name"
    check_status 2 "rung $name --no-such-option" "$rung" "$name" --no-such-option
    check_contains err "rung: unknown option '--no-such-option'"
    check_contains err "rung: see 'rung help $name'"
    check_status 2 "rung $name -~" "$rung" "$name" -~
    check_contains err "rung: unknown option '-~'"
    if awk 'length > 96' help | grep -q .; then
        fail "rung help $name has lines of more than 96 columns"
    else
        pass "rung help $name fits 96 columns"
    fi
    page=$top_srcdir/man/rung-$name.1
    [ -n "${MANDOC:-}" ] && [ -f "$page" ] || continue
    synopsis "$page" >want
    sed -n '1,/^$/{s/^usage: //;s/^       //;/./p;}' help | tr -s ' \n' ' ' |
        sed 's/^ //; s/ $//; s/ rung /\nrung /g' >got
    check "rung help $name equals the page's SYNOPSIS" diff want got
done <commands

# rung(1) names every command.
while read -r name; do
    check "rung(1) explains $name" grep -q "^\.It Cm $name\$" "$top_srcdir/man/rung.1"
done <commands

# Complaints quote what they are about, options too.
grep -nE "cmd_usage\(.*[\" ]--[a-z]" "$top_srcdir"/src/cmd/*.c >bare
[ -s bare ] && fail "options without quotes: $(head -n 3 bare)" || pass "options are quoted"

# Output that cannot be written is an error, not a success.
if [ -c /dev/full ]; then
    "$rung" help >/dev/full 2>err
    [ $? -eq 5 ] && pass "a full disk: 5" || fail "a full disk does not end with 5"
    check_contains err "rung: cannot write standard output: No space left on device"
    # More than a buffer of it, so that it fails before the end.
    "$rung" list machine m2 >/dev/full 2>err
    [ $? -eq 5 ] && pass "a full disk in the middle: 5" || fail "that does not end with 5"
    check_contains err "rung: cannot write standard output: No space left on device"
fi
"$rung" help >&- 2>err
[ $? -eq 5 ] && pass "closed standard output: 5" || fail "closed stdout does not end with 5"
check_contains err "rung: cannot write standard output: Bad file descriptor"
# The reader is gone before the first byte: rung neither dies by a signal nor complains.
{
    while (trap '' PIPE; echo x) 2>/dev/null; do :; done
    "$rung" help 2>err
    echo $? >status
} | :
check_contains status 5
[ -s err ] && fail "a closed pipe is complained about" || pass "a closed pipe is silent"
"$rung" help nosuch 2>&-
[ $? -eq 2 ] && pass "closed standard error: still 2" || fail "closed stderr changes the status"
