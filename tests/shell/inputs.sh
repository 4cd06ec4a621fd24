# What programs of a study read: `files` and `stdin`.
. "${top_srcdir:-.}/tests/shell/init.sh"
[ -n "${GUEST_CC:-}" ] || skip "no compiler for guests"
cat >sum.c <<'E2'
/* Adds the numbers of a file as often as standard input says, and tries to change what it reads. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long sum = 0, number, rounds = 0;
    char cwd[64];
    struct stat st;
    if (argc != 2 || scanf("%ld", &rounds) != 1)
        return 3;
    for (long i = 0; i < rounds; i++) {
        FILE *file = fopen(argv[1], "r");
        if (file == NULL)
            return perror(argv[1]), 4;
        while (fscanf(file, "%ld", &number) == 1)
            sum += number;
        fclose(file);
    }
    if (fopen("made", "w") != NULL || errno != EROFS || fopen(argv[1], "r+") != NULL ||
        errno != EROFS || remove(argv[1]) == 0 || errno != EROFS || mkdir("d", 0777) == 0 ||
        errno != EROFS || rename(argv[1], "x") == 0 || errno != EROFS ||
        access(argv[1], W_OK) == 0 || access(argv[1], R_OK) != 0)
        return 5;
    if (fopen("../secret", "r") != NULL || fopen("link", "r") != NULL)
        return 6;
    if (getcwd(cwd, sizeof(cwd)) == NULL || strcmp(cwd, "/") != 0 || stat("/within", &st) != 0 ||
        st.st_blksize != 4096 || st.st_mtime != 0 || st.st_uid != 1000)
        return 7;
    printf("%ld\n", sum);
    return 0;
}
E2
$GUEST_CC -O1 -static -o sum.elf sum.c 2>err || skip "$GUEST_CC links no static program"
mkdir data
seq 20 >data/10.txt
seq 40 >data/20.txt
ln -s 20.txt data/within
ln -s ../secret data/link
echo secret >secret
echo 3 >in-10
echo 3 >in-20
cat >s.yaml <<'E2'
study: s
problems: [{name: sum, elf: sum.elf, args: "{n}.txt", files: data, stdin: "in-{n}"}]
ladder: [10, 20]
modes: [emulation, timing]
machines: [small]
E2
check "a study of a program that reads" "$rung" run s.yaml
check "its runs" "$rung" log -f csv s.h5
[ "$(grep -c ',ok,' out)" -eq 4 ] && pass "all went well" || fail "not all went well"
ls data >now
[ "$(cat now | tr '\n' ' ')" = "10.txt 20.txt link within " ] && pass "nothing was written" ||
    fail "something was written"

# The same from another folder of another name, where it lies deeper: the same simulation.
mkdir -p deeper/and/deeper
cp -R s.yaml sum.elf data in-10 in-20 deeper/and/deeper
check "the same elsewhere" "$rung" run deeper/and/deeper/s.yaml -o else.h5
"$rung" export s.h5 -f csv >one.csv && "$rung" export else.h5 -f csv >other.csv
for column in id instructions cycles; do
    for file in one other; do
        awk -F, -v c=$column 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == c) at = i; next }
            { print $at }' $file.csv >$file
    done
    [ -s one ] && check "the same $column" diff one other
done
if command -v h5dump >tool; then
    h5dump -A s.h5 >dump
    for name in files stdin; do
        [ "$(grep -c "ATTRIBUTE \"${name}_sha256\"" dump)" -eq 4 ] &&
            pass "$name is stored with each run" || fail "$name is not stored"
    done
    check_contains dump "$(sha256sum <in-10 | cut -d' ' -f1)"
fi

# Results follow the content: of a file that one size reads, and of the folder that all can.
echo 4 >in-10
check "another standard input" "$rung" run s.yaml
check_contains err "'s.h5': 2 runs to be done again: the program's input changed"
touch data/10.txt in-10
check "a new date alone" "$rung" run s.yaml
check_contains err "'s.h5': 4 of 4 runs are stored, 0 of them now"
echo 7 >>data/20.txt
check "another file of the folder" "$rung" run s.yaml
check_contains err "'s.h5': 4 runs to be done again: the program's input changed"

# Runs that read different things are not judged together.
sed 's/^study: s/study: v/; s/^ladder: .*/ladder: [10, 12, 14, 16, 20]/; s/^modes: .*/modes: timing/' s.yaml >v.yaml
printf 'vary: {l2.latency: [8, 20, 30], mispredict: [4, 12]}\n' >>v.yaml
for n in 10 12 14 16 20; do
    seq $((n * 20)) >data/$n.txt
    echo 3 >in-$n
done
check "a study with variants" "$rung" run -q v.yaml
"$rung" check --velocity none v.h5 >out 2>err
grep -q "different files" err out && fail "they are called different" || pass "they are of one kind"
echo 2 >in-20
check "one variant of another input" "$rung" run -q --only variant=mispredict=4 v.yaml
check_status 3 "it is not judged" "$rung" check --velocity none v.h5
check_contains err "sum: its runs at n = 20 and n = 20 (those of 'base' and 'mispredict=4') read different files"
check "all of them" "$rung" run -q v.yaml
echo >>data/14.txt
check "one variant of another folder" "$rung" run -q --only variant=mispredict=4 v.yaml
check_status 3 "it is not judged either" "$rung" check --velocity none v.h5
check_contains err "read different files"

# What is wrong is said with file and line before anything runs.
wrong() {
    sed "$2" s.yaml >w.yaml
    check_status "$1" "$3" "$rung" run w.yaml -o w.h5
    check_contains err "$3"
    [ ! -e w.h5 ] && pass "nothing ran" || fail "there is a study file"
}
wrong 5 's/files: data/files: none/' "'w.yaml':2: cannot open '"
wrong 5 's/files: data/files: in-10/' "in-10' is no folder"
wrong 5 's/in-{n}/data/' "data' is no file"
wrong 5 's/ladder: .*/ladder: [10, 30]/' "in-30': No such file or directory"
wrong 2 's/in-{n}/in-{m}/' "'w.yaml':2: unknown placeholder '{m}' (there is {n})"
wrong 2 's/stdin: "in-{n}"/stdin: []/' "'w.yaml':2: "
wrong 2 's/elf: sum.elf, args: "{n}.txt", //' "'w.yaml':2: 'files' is for a program that 'elf' names"
sed 's/"{n}.txt"/10.txt/; s/, stdin: .*}]/}]/' s.yaml >w.yaml
check_status 2 "sizes that are all one run" "$rung" run w.yaml
check_contains err "are the same at n = 10 and at n = 20"
sed 's/"{n}.txt"/10.txt/' s.yaml >w.yaml
check "sizes told by standard input alone" "$rung" run w.yaml -o w.h5
mkfifo data/pipe
check "a pipe in the folder does not stop it" "$rung" run s.yaml
if [ "$(id -u)" -ne 0 ]; then
    chmod 0 data/20.txt
    check_status 5 "what cannot be read" "$rung" run s.yaml
    check_contains err "data/20.txt': Permission denied"
fi
