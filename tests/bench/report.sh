#!/bin/sh
# Time of a report of a made-up study of 15 problems, 5 rungs and 10 design points, which should
# take less than 5 s on two processors of about 3 GHz.  With an argument, of that many problems.
#
#   make tests/unit/make_study && tests/bench/report.sh [PROBLEMS]
set -eu
top=${top_builddir:-.}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
set -- $(seq -f 'problem=p%g' "${1:-15}")
"$top/tests/unit/make_study" "$dir/made.h5" "$@" variants=9
time "$top/rung" report "$dir/made.h5" -o "$dir/report"
