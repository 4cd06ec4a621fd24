#!/bin/sh
# The shells' completions: rung says what fits, bash, zsh and fish show it.
. "${top_srcdir:-.}/tests/shell/init.sh"
completion=$top_srcdir/data/completion
tab=$(printf '\t')

# words WORD...: what fits in the place of the last word, without the texts.
words() {
    "$rung" complete -- "$@" | cut -f 1
}
# offers WANTED WORD...: the candidates are WANTED, parted by blanks.
offers() {
    want=$1
    shift
    got=$(words "$@" | tr '\n' ' ' | sed 's/ $//')
    [ "$got" = "$want" ] && pass "rung $*: '$got'" || fail "rung $*: '$got' instead of '$want'"
}

check "every command" "$rung" complete -- ""
cp out all
cut -f 1 all | grep -v '^-' | LC_ALL=C sort >got
"$rung" help | sed -n '/^commands:$/,/^$/s/^  \([a-z-]*\) .*/\1/p' | LC_ALL=C sort >commands
check "they are those of rung help" diff commands got
check_contains all "check${tab}judge whether the small rungs speak for the large one"

# What the help of a command says, its completion knows: all long options, of all its verbs.
while read -r name; do
    "$rung" help "$name" >help
    grep -oE -- '--[a-z][a-z0-9-]*' help | LC_ALL=C sort -u >want
    sed -n "s/^\(usage:\|      \) rung $name \([a-z][a-z]*\)\( .*\)\{0,1\}\$/\2/p" help | sort -u >verbs
    { words "$name" -- && while read -r verb; do words "$name" "$verb" --; done <verbs; } |
        LC_ALL=C sort -u >got
    LC_ALL=C comm -23 want got >missing
    [ ! -s missing ] && pass "all options of $name" ||
        fail "completion of '$name' lacks $(tr '\n' ' ' <missing)"
    # Formats are offered, and what is offered is taken: the next option is complained about.
    grep -q '^--format$' want || continue
    formats=0
    [ -s verbs ] || echo >verbs
    while read -r verb; do
        for format in $(words "$name" $verb --format ""); do
            formats=$((formats + 1))
            "$rung" "$name" $verb --format "$format" --nosuch 2>&1 </dev/null |
                grep -q "^rung: unknown option '--nosuch'" ||
                fail "'rung $name $verb' refuses the format '$format'"
        done
    done <verbs
    # And none is missing of those that a complaint about another one names.
    while read -r verb; do
        "$rung" "$name" $verb --format nosuch >out 2>&1 </dev/null
        taken=$(sed -n "s/.*must be \(.*\), not 'nosuch'.*/\1/p" out |
            sed "s/,//g; s/ or / /" | tr ' ' '\n')
        [ "$(words "$name" $verb --format "" | sort)" = "$(echo "$taken" | sort)" ] ||
            fail "completion of '$name $verb --format' is not '$taken'"
    done <verbs
    [ "$formats" -ge 2 ] && pass "$formats formats of $name" || fail "no formats of $name"
done <commands

# And of each verb those that its own usage has: an option that some verb alone knows is not offered
# to its neighbours.  "-q" in a usage is "-q, --quiet" below it.
while read -r name; do
    "$rung" help "$name" >help
    echo 's/\[-\(.\)\([a-z]\)\]/[-\1] [-\2]/g' >long.sed # -av is -a and -v
    sed -n 's/^\(-.\), \(--[a-z-]*\).*/s|\\([[ ]\\)\1\\([] ]\\)|\\1\2\\2|g/p' help >>long.sed
    sed -n "s/^\(usage:\|      \) rung $name \([a-z][a-z]*\)\( .*\)\{0,1\}\$/\2/p" help | sort -u >verbs
    [ -s verbs ] || echo >verbs
    while read -r verb; do
        # The usages of this verb with the lines that go on.
        awk -v start="rung $name${verb:+ $verb}" '/^$/ { exit }
            { line = substr($0, 8) }
            line ~ /^rung / { on = index(line " ", start " ") == 1 }
            on { print line }' help | sed -f long.sed | grep -oE -- '--[a-z][a-z0-9-]*' |
            LC_ALL=C sort -u >want
        words "$name" $verb -- | grep -v '^--help$' | LC_ALL=C sort -u >got
        cmp -s want got && pass "usage and completion of '$name${verb:+ $verb}' agree" ||
            fail "usage of '$name${verb:+ $verb}' and its completion differ: $(diff want got | grep '^[<>]' | tr '\n' ' ')"
    done <verbs
done <commands

offers "icestorm m2 m2sim small " sim --machine ""
offers "--mode=timing" sim --mode=t
offers "timing" sim -qm t
offers "interval point" check --bound ""
offers "text json csv junit markdown tap github" check -f ""
offers "text json csv junit markdown tap github" history check -f ""
offers "text json csv" history list -f ""
offers "junit" history check -H x.h5 --format ju
offers "baseline accuracy tune" calibrate ""
offers "set show" history baseline ""
offers "" history baseline set x s
offers "problem=gemm,lu" run --only problem=gemm,lu
offers "gemm-simd" fit --problem gemm-s
offers "l2_accesses" fit -m l2_a
offers "l2.prefetch.kind=none l2.prefetch.kind=next-line" sim -s l2.prefetch.kind=n
offers "" fit --level ""
offers "" nosuch ""
offers "" worker -
offers "" sim prog.elf -m ""
[ "$("$rung" complete -- sim --stats "")" = "${tab}files" ] && pass "files" || fail "no files"
[ "$("$rung" complete -- report -o "")" = "${tab}folders" ] && pass "folders" || fail "no folders"
[ "$("$rung" complete -- import --set n=8 --study=x.h5 "")" = "${tab}files" ] && pass "files" ||
    fail "no files to import"
[ "$("$rung" complete -- merge a.h5 b.h5 "")" = "${tab}files" ] && pass "files" || fail "no more files"
check "nothing typed" "$rung" complete
[ ! -s out ] && pass "nothing fits" || fail "something fits nothing"
RUNG_DATADIR=$test_dir/none check "no data" "$rung" complete -- run --only problem=
[ ! -s out ] && [ ! -s err ] && pass "nothing is said" || fail "a word where there are no data"
check_status 2 "an option of its own" "$rung" complete --nosuch

mkdir -p bin folder/sub
ln -s "$rung" bin/rung
: >'folder/two words.h5'
: >folder/plain.h5
PATH=$test_dir/bin:$PATH
export PATH

# ---- bash: the words as readline gives them ------------------------------------------------
if command -v bash >/dev/null; then
    cat >harness.bash <<'Y'
. "$1"
complete -p rung || exit 1
# try LINE WORD...: what is offered at the end of the line.
try() {
    COMP_LINE=$1 COMP_POINT=${#1}
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _rung
    printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | tr '\n' '|'
    echo
}
try 'rung che' rung che
try 'rung check --form' rung check --form
try 'rung check --format ' rung check --format ''
try 'rung sim --mode=' rung sim --mode = ''
try 'rung sim --mode=ti' rung sim --mode = ti
try 'rung run --only problem=gemm,l' rung run --only problem = gemm,l
try 'rung run  --only   pro' rung run --only pro
try 'rung log folder/' rung log folder/
try 'rung sim --stats=folder/p' rung sim --stats = folder/p
try 'rung report -o folder/' rung report -o folder/
try './bin/rung list mach' ./bin/rung list mach
Y
    cat >want <<'Y'
complete -F _rung rung
check|
--format|
csv|github|json|junit|markdown|tap|text|
emulation|fast-timing|sampled|timing|
timing|
gemm,loadheavy|gemm,lu|
problem=|
folder/plain.h5|folder/sub|folder/two words.h5|
folder/plain.h5|
folder/sub|
machine|machines|
Y
    check "bash" bash --norc harness.bash "$completion/bash/rung"
    cp out got
    check "bash offers what fits" diff want got
    # And as typed by hand, where there is a terminal to be had; the line is not run.
    if command -v script >/dev/null; then
        printf '%s\n' ". $completion/bash/rung" "PS1='> '" >rc
        { sleep 1; printf 'rung calibrate acc\t--figure fol\t\001#\n'; sleep 1; printf 'exit\n'; } |
            TERM=dumb script -qec "bash --noprofile --rcfile rc -i" /dev/null >typed 2>&1
        check_contains typed "rung calibrate accuracy --figure folder/"
    fi
else
    echo "not tested: bash is not installed"
fi

# ---- zsh: typed into a terminal of its own ---------------------------------------------------
if command -v zsh >/dev/null; then
    mkdir functions
    cp "$completion/zsh/_rung" functions/
    # The line after a TAB, which a widget prints instead of running it.
    cat >harness.zsh <<'Y'
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1='> '; fpath=($PWD/functions \$fpath); autoload -U compinit; compinit -D -u; bindkey -e"
zpty -w z "keep() { print -r -- \"<\$BUFFER>\"; BUFFER=; zle accept-line }; zle -N keep; bindkey '^X' keep"
zpty -w z 'print rea""dy'
zpty -r z text '*ready*'
for line in 'che' 'check --form' 'sim --mode=ti' 'run --only prob' 'log folder/pl' 'report -o fol' \
        'sim -s l2.wa' 'sim --stats=folder/pl'; do
    zpty -n -w z "rung $line"$'\t\x18'
    zpty -r z text '*<rung *>*'
    text=${text##*<}
    print -r -- "${text%%>*}"
done
zpty -d z
Y
    cat >want <<'Y'
rung check 
rung check --format 
rung sim --mode=timing 
rung run --only problem=
rung log folder/plain.h5 
rung report -o folder/
rung sim -s l2.ways=
rung sim --stats=folder/plain.h5 
Y
    check "zsh" zsh -f harness.zsh
    cp out got
    check "zsh completes what fits" diff want got
else
    echo "not tested: zsh is not installed"
fi

# ---- fish -------------------------------------------------------------------------------------
if command -v fish >/dev/null; then
    cat >harness.fish <<'Y'
source $argv[1]
for line in 'rung che' 'rung check --form' 'rung sim --mode=ti' 'rung run --only problem=gemm,lu' \
        'rung log folder/p' 'rung report -o folder/s' 'rung sim -s l2.wa' 'rung sim --stats=folder/p'
    complete -C $line
end
Y
    printf '%s\n' "check${tab}judge whether the small rungs speak for the large one" \
        "--format${tab}text (default), json, csv, junit, markdown, tap, github" --mode=timing \
        "problem=gemm,lu${tab}LU decomposition without pivoting, double" folder/plain.h5 \
        "folder/sub/${tab}Directory" "l2.ways=${tab}its ways" --stats=folder/plain.h5 >want
    check "fish" env HOME="$test_dir" LC_ALL=C fish --no-config harness.fish "$completion/fish/rung.fish"
    cp out got
    check "fish offers what fits" diff want got
else
    echo "not tested: fish is not installed"
fi
