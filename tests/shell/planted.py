"""planted.py CHECK.json LIST.csv PLANTED: do the changes that `rung history check -f json` tells
stand where make_history planted them?  Exits with 1 and a list where they do not."""
import csv
import json
import sys

changes = json.load(open(sys.argv[1]))["changes"]
order = {row["commit"]: i for i, row in enumerate(csv.DictReader(open(sys.argv[2])))}
wrong = 0
for row in open(sys.argv[3]):
    line, commit, ratio = row.rstrip("\n").split("\t")
    found = [c for c in changes if c["line"] == line]
    hits = [c for c in found if abs(order[c["commit"]] - order[commit]) <= 1]
    if len(found) != 1 or len(hits) != 1 or abs(hits[0]["ratio"] / float(ratio) - 1) > 0.02:
        print("%s: planted %s at %d, found %s" % (
            line, ratio, order[commit], [(order[c["commit"]], c["ratio"]) for c in found]))
        wrong += 1
print("%d changes, %d wrong" % (len(changes), wrong))
sys.exit(wrong > 0)
