#!/bin/sh
# Is one build of a simulator slower than another?  Both are measured in turns, so that both see
# the same minutes of the host, and the sessions go into a history; see rung-ci(7).
#
#   compare.sh [-b] BASE HEAD     two source trees, both built, both checked out from git
#
# -b: exit as `git bisect run` wants it: 0, 1, or 125 where nothing can be said
#
# From the environment:
#   ROUNDS    sessions of each tree (5)
#   MEASURE   command that measures: MEASURE TREE FILE makes the study FILE.h5 or table FILE.csv
#             (default: the tree's own ./rung with STUDY)
#   STUDY     what is run (data/studies/performance.yaml of HEAD)
#   RUNG      the rung that keeps and judges (HEAD/rung)
#   CHECK     further options of `rung history check` ("--tolerance 10%")
#   HISTORY   the history (OUT/history.h5)
#   OUT       folder of the sessions, of check.txt, check.md, check.xml, check.github and of the
#             dashboard (performance)
#   URL       of a commit, for the dashboard: https://.../{commit}
set -u

fail() {
    echo "compare: $*" >&2
    exit "${broken:-4}"
}

bisect=
if [ "${1-}" = -b ]; then
    bisect=--bisect
    broken=125
    shift
fi
[ $# -eq 2 ] || {
    echo "usage: compare.sh [-b] BASE HEAD" >&2
    exit 2
}
base=$1 head=$2
rounds=${ROUNDS:-5}
out=${OUT:-performance}
history=${HISTORY:-$out/history.h5}
rung=${RUNG:-$head/rung}
study=${STUDY:-$head/data/studies/performance.yaml}
mkdir -p "$out/sessions" || fail "no folder '$out'"

measure() {
    if [ -n "${MEASURE-}" ]; then
        $MEASURE "$1" "$2"
    else
        "$1/rung" run -q -j 1 "$study" -o "$2.h5"
    fi
}

# session TREE ROUND: measures a tree and takes what it made into the history.
session() {
    commit=$(git -C "$1" rev-parse HEAD) || fail "'$1' is no git tree"
    date=$(git -C "$1" log -1 --format=%cI)
    tag=$(git -C "$1" describe --tags --exact-match 2>/dev/null) || tag=
    # A file of an earlier call would be finished, not measured anew.
    file=$out/sessions/$commit-$$-$2
    measure "$1" "$file" || fail "'$1' cannot be measured"
    for made in "$file.h5" "$file.csv"; do
        [ -f "$made" ] || continue
        "$rung" history add -q -H "$history" --commit "$commit" --date "$date" --tag "$tag" \
            ${HOST:+--host "$HOST"} "$made" || fail "no session of '$1'"
    done
}

round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    # Who comes second finds the host as the first left it: they change places.
    if [ $((round % 2)) -eq 1 ]; then set -- "$base" "$head"; else set -- "$head" "$base"; fi
    session "$1" "$round"
    session "$2" "$round"
done

base=$(git -C "$base" rev-parse HEAD) head=$(git -C "$head" rev-parse HEAD)
# The dashboard judges as the check does.  Words of CHECK are options.
judge() {
    verb=$1
    shift
    "$rung" history "$verb" -H "$history" --commit "$head" --against "$base" ${CHECK-} "$@"
}
judge check $bisect >"$out/check.txt"
status=$?
cat "$out/check.txt"
[ -n "$bisect" ] && exit "$status"
case $status in
0 | 1 | 3) ;;
*) exit "$status" ;;
esac
judge check -f markdown >"$out/check.md" 2>"$out/log"
judge check -f junit >"$out/check.xml" 2>"$out/log"
judge check -f github >"$out/check.github" 2>"$out/log"
judge report -q -o "$out/report" ${URL:+--commit-url "$URL"} || fail "no dashboard"
exit "$status"
