#!/bin/sh
# One step of `git bisect run` for a simulator that became slower: builds the tree that is
# checked out and compares it with a good one; see rung-ci(7).
#
#   git bisect run sh /elsewhere/bisect.sh
#
# This script, compare.sh beside it and RUNG must lie outside of the tree, for bisecting changes
# that.  From the environment, besides what compare.sh reads:
#   GOOD      a tree of the good commit, built
#   RUNG      the rung that judges
#   BUILD     command that builds the tree (./bootstrap build)
#   CHECK     `--tolerance 10%` for a slow-down of about 20 %: half of it
set -u
here=$(cd "$(dirname "$0")" && pwd)
: "${GOOD:?a tree of the good commit}" "${RUNG:?the rung that judges}"
export RUNG
OUT=${OUT:-$(mktemp -d "${TMPDIR:-/tmp}/bisect.XXXXXX")} || exit 128
export OUT

# A commit that cannot be built can be neither good nor bad.
${BUILD:-./bootstrap build} >"$OUT/build.log" 2>&1 || {
    echo "bisect: $(git rev-parse --short HEAD) cannot be built, see '$OUT/build.log'" >&2
    exit 125
}
sh "$here/compare.sh" -b "$GOOD" .
