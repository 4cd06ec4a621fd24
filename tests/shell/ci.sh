#!/bin/sh
# The scripts for CI systems: comparison of two trees, and git bisect, on a made-up project whose
# speed stands in a file.
. "${top_srcdir:-.}/tests/shell/init.sh"
command -v git >/dev/null || skip "no git"
ci=$top_srcdir/data/ci
HOME=$PWD GIT_CONFIG_NOSYSTEM=1
export HOME GIT_CONFIG_NOSYSTEM
git config --global user.name test
git config --global user.email test@example.org
git config --global init.defaultBranch main
git config --global advice.detachedHead false

# measure TREE FILE: two problems, 1 % of noise; each call has a seed of its own.
cat >measure <<'END'
#!/bin/sh
echo x >>"$HOME/calls"
awk -v seed="$(wc -l <"$HOME/calls")" -v slow="$(cat "$1/speed")" 'BEGIN {
    srand(seed)
    print "simulator,problem,n,mode,instructions,user_seconds,wall_seconds"
    for (p = 1; p <= 2; p++) {
        time = p * slow * (1 + 0.02 * (rand() - 0.5))
        printf "mysim,p%d,64,timing,100000000,%.9f,%.9f\n", p, time, time * 1.01
    }
}' >"$2.csv"
END
cat >build <<'END'
#!/bin/sh
! grep -q broken source
END
chmod +x measure build

# Twelve commits: number 4 cannot be built, number 8 is 20 % slower.
git init -q project
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    echo "commit $i" >project/source
    [ "$i" -ne 4 ] || echo broken >>project/source
    if [ "$i" -lt 8 ]; then echo 1; else echo 1.2; fi >project/speed
    git -C project add source speed
    GIT_COMMITTER_DATE="2026-01-$(printf %02d "$i")T00:00:00Z" git -C project commit -qm "commit $i"
    git -C project tag "c$i"
done
git -C project worktree add -q ../good c1
git -C project worktree add -q ../same c7
git -C project worktree add -q ../slow c8

export RUNG="$rung" MEASURE="$PWD/measure" HOST=box ROUNDS=5 URL='https://x.org/{commit}'
if command -v gnuplot >/dev/null; then
    check "two trees of one speed" env OUT=out1 sh "$ci/compare.sh" good same
    check_contains out "verdict: pass"
    check_status 1 "a slower one" env OUT=out2 sh "$ci/compare.sh" good slow
    check_contains out "verdict: fail"
    check_contains out2/check.md "**rung history check: fail**"
    check_contains out2/check.xml "<failure"
    check_contains out2/check.github "::error title=rung history check fail::speed mysim: p1 timing at 64"
    check_contains out2/report/index.html "https://x.org/$(git -C slow rev-parse HEAD)"
    check "sessions of both" "$rung" history list -H out2/history.h5 -f csv
    check_contains out ",c1,5,2,10,"
    check_contains out ",c8,5,2,10,"
    # The history goes on: another comparison in the same file.
    check "again, in one history" env OUT=out2 sh "$ci/compare.sh" good same
    check "three commits" "$rung" history list -H out2/history.h5 -f csv
    check_contains out ",c1,10,2,20,"
    # The dashboard is about the tree that was measured, be there a later commit.
    check_contains out2/check.md "**rung history check: pass**"
    check_contains out2/report/index.html "<section class=\"verdict pass\">"
    check_contains out2/report/index.html "This commit is as fast as before"
fi
check_status 1 "for git bisect" env OUT=out3 sh "$ci/compare.sh" -b good slow
check_status 125 "one round cannot tell" env OUT=out4 ROUNDS=1 sh "$ci/compare.sh" -b good slow
check_status 125 "nothing can be measured" env OUT=out5 MEASURE=false sh "$ci/compare.sh" -b good slow
check_status 4 "nor outside of bisecting" env OUT=out5 MEASURE=false sh "$ci/compare.sh" good slow
check_status 125 "no tree" env OUT=out6 sh "$ci/compare.sh" -b good nowhere
check_status 2 "no arguments" sh "$ci/compare.sh"

# The recipe of rung-ci(7).
mkdir tools
cp "$ci/bisect.sh" "$ci/compare.sh" tools
cd project || exit 99
git bisect start main c1 >/dev/null
unset ROUNDS
GOOD=$HOME/good BUILD="$HOME/build" CHECK="--tolerance 10%" TMPDIR=$HOME \
    git bisect run sh "$HOME/tools/bisect.sh" >"$HOME/out" 2>"$HOME/err"
cd "$HOME" || exit 99
check_contains out "$(git -C project rev-parse c8) is the first bad commit"
git -C project bisect log >log
check_contains log "# bad: [$(git -C project rev-parse c8)] commit 8"
check_contains log "# good: [$(git -C project rev-parse c7)] commit 7"

# Commits that cannot be built are skipped: with no other in between, both are named.
cd project || exit 99
git bisect reset >/dev/null 2>&1
git bisect start c5 c3 >/dev/null
GOOD=$HOME/slow BUILD="$HOME/build" TMPDIR=$HOME \
    git bisect run sh "$HOME/tools/bisect.sh" >"$HOME/out" 2>"$HOME/err"
cd "$HOME" || exit 99
cat err >>out
check_contains out "cannot be built"
check_contains out "$(git -C project rev-parse c4)"
check_status 2 "bisect.sh without a good tree" env -u GOOD sh tools/bisect.sh
