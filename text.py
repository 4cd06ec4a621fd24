lines = open("out", encoding="utf-8").read().split("\n")
at = next(i for i, l in enumerate(lines) if l.startswith("CPI of each rung against the largest"))
cells, head = {"rows": 0, "tiles": 0}, []
for line in lines[at + 1:]:
    words = line.replace(" %", "").split()
    if not words:
        break
    if words[-1] == "largest":
        head += words[:-1]
    else:
        assert len(words) > 2, line
        cells[words[0]] += len(words) - 2
assert cells == {"rows": 10, "tiles": 10}, cells
assert head == sorted(head, key=float) and len(head) == 20, head
