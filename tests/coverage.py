#!/usr/bin/env python3
"""What the tests ran of each module: lines and branches, from gcov's records.

coverage.py [--least PERCENT] [--files] [--gcov GCOV] SOURCES BUILD

SOURCES is the top of the source tree, BUILD that of a tree configured with --enable-gcov in
which the tests have run.  A line counts as run when any object that holds it ran it: templates
and inline functions stand in several.  A branch counts as taken when it was taken once.
--files shows each file and the lines that never ran.  Ends with status 1 when a module has
less than --least percent of its lines run (or when there is nothing to count), 2 after wrong
usage.
"""
import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict


def read_records(gcov, build):
    """gcov's account of every object below `build`, also of those that never ran."""
    notes = []
    for folder, _, names in os.walk(build):
        notes += [os.path.join(folder, n) for n in names if n.endswith(".gcno")]
    notes.sort()
    for note in notes:
        made = subprocess.run([gcov, "--json-format", "--stdout", "--branch-probabilities", note],
                              cwd=build, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              check=False)
        if made.returncode != 0:
            sys.exit(f"coverage.py: '{gcov}' failed on '{note}': {made.stderr.decode().strip()}")
        for line in made.stdout.splitlines():
            yield json.loads(line)


def gather(records, sources):
    """{file: {line: count}} and {file: {key of a line's branches: counts}} of src and stats."""
    lines, branches = defaultdict(dict), defaultdict(dict)
    for record in records:
        for part in record["files"]:
            path = os.path.join(record["current_working_directory"], part["file"])
            path = os.path.relpath(os.path.realpath(path), sources)
            if not path.startswith(("src/", "stats/")):
                continue
            seen = defaultdict(int)
            for line in part["lines"]:
                number = line["line_number"]
                lines[path][number] = lines[path].get(number, 0) + line["count"]
                counts = [b["count"] for b in line["branches"]]
                where = (number, line.get("function_name"), len(counts))
                key = where + (seen[where],)
                seen[where] += 1
                old = branches[path].get(key, [0] * len(counts))
                branches[path][key] = [a + b for a, b in zip(old, counts)]
    return lines, branches


def spans(numbers):
    """"3-5, 9" of [3, 4, 5, 9]."""
    out = []
    for n in sorted(numbers):
        if out and n == out[-1][1] + 1:
            out[-1][1] = n
        else:
            out.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in out)


def share(ran, of):
    return f"{100 * ran / of:5.1f} %" if of else "    – "


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--least", type=float, default=0)
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--gcov", default="gcov")
    parser.add_argument("sources")
    parser.add_argument("build")
    o = parser.parse_args()
    lines, branches = gather(read_records(o.gcov, o.build), os.path.realpath(o.sources))
    if not lines:
        sys.exit(f"coverage.py: nothing was measured in '{o.build}' (configure --enable-gcov)")

    total = defaultdict(lambda: [0, 0, 0, 0])
    for path in sorted(lines):
        taken = [c > 0 for counts in branches[path].values() for c in counts]
        ran = sum(c > 0 for c in lines[path].values())
        row = [ran, len(lines[path]), sum(taken), len(taken)]
        for of in (os.path.dirname(path), "all"):
            total[of] = [a + b for a, b in zip(total[of], row)]
        if o.files:
            never = spans(n for n, c in lines[path].items() if c == 0)
            print(f"{path}: {share(*row[:2])} of lines, {share(*row[2:])} of branches"
                  + (f"; never ran: {never}" if never else ""))
    print(f"{'module':<14} {'lines':>6} {'run':>7}  {'branches':>8} {'taken':>7}")
    short = []
    for module in sorted(total, key=lambda m: (m == "all", m)):
        ran, of, taken, ways = total[module]
        print(f"{module:<14} {of:>6} {share(ran, of)}  {ways:>8} {share(taken, ways)}")
        if 100 * ran < o.least * of:
            short.append(module)
    if short:
        sys.exit(f"coverage.py: less than {o.least:g} % of the lines ran in {', '.join(short)}")


if __name__ == "__main__":
    main()
