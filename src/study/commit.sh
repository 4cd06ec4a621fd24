#!/bin/sh
# commit.sh TREE: the commit of a source tree as three lines: short name ("unknown" without one;
# "-dirty" behind it where files were changed), whole name, date (ISO 8601).  A tree that was
# unpacked from a tarball has no history, but these lines in its file .commit.
cd "$1" || exit 1
if [ -e .git ] && name=$(git describe --always --dirty 2>/dev/null); then
    hash=$(git rev-parse HEAD 2>/dev/null)
    case $name in *-dirty) hash=${hash:+$hash-dirty} ;; esac
    printf '%s\n%s\n%s\n' "$name" "$hash" "$(git log -1 --format=%cI 2>/dev/null)"
elif [ -s .commit ]; then
    cat .commit
else
    printf 'unknown\n\n\n'
fi
