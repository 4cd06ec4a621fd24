"""How far predictions reach: python3 reach.py RUNG STUDY.h5

Cuts the ladders of a study short at each rung, has `RUNG fit` predict the rungs beyond, and
compares with what was simulated there: how often the prediction intervals hold, with warnings
about the fit and without, and how many problems whose fit the check would pass at the last rung
that is left (the error at the rung held out within 2 % by its whole interval) are within 2 % at
the rung beyond, too.
"""
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile

import h5py

TOLERANCE = 0.02


def simulated(study):
    with h5py.File(study) as file:
        rows = file["summary"][:]
    key = lambda r: tuple(r[k].decode() for k in ("problem", "machine", "variant", "mode"))
    return {(*key(r), float(r["n"])): float(r["cycles"]) for r in rows
            if r["status"] == b"ok" and r["simulator"] == b"rung"}


def cut(study, copy, last):
    shutil.copy(study, copy)
    with h5py.File(copy, "r+", libver=("v110", "v110")) as file:
        rows = file["summary"][:]
        del file["summary"]
        file.create_dataset("summary", data=rows[rows["n"] <= last])


def verdict(held_out):
    low, high = held_out["ci"] if held_out and held_out["ci"] else (None, None)
    if low is None or high is None:
        return "untested"
    if low >= -TOLERANCE and high <= TOLERANCE:
        return "pass"
    return "fail" if low > TOLERANCE or high < -TOLERANCE else "open"


def main(rung, study):
    truth = simulated(study)
    sizes = sorted({key[-1] for key in truth})
    print("last rung  predicted  held, no warning   held, warned  passed there  of these off")
    with tempfile.TemporaryDirectory() as folder:
        for last in sizes[2:-1]:
            copy = os.path.join(folder, "cut.h5")
            cut(study, copy, last)
            beyond = [n for n in sizes if n > last]
            fitted = subprocess.run([rung, "fit", "-f", "json", "--at",
                                     ",".join(f"{n:g}" for n in beyond), copy],
                                    stdout=subprocess.PIPE, text=True)
            if fitted.returncode not in (0, 3):  # 3: too few rungs for some
                sys.exit(f"{rung} failed")
            tally = collections.defaultdict(collections.Counter)
            for fit in json.loads(fitted.stdout)["fits"]:
                key = tuple(fit[k] for k in ("problem", "machine", "variant", "mode"))
                codes = {w["code"] for w in fit["warnings"]} - {"wide-interval"}
                for p in fit["predictions"]:
                    cycles = truth.get((*key, p["at"]))
                    if cycles is None or p["value"] is None:
                        continue
                    t = tally[p["at"]]
                    kind = "warned" if codes or p["flags"] else "clean"
                    t[kind] += 1
                    t[kind + " held"] += p["pi"][0] <= cycles <= p["pi"][1]
                    if verdict(fit["held_out"]) == "pass":
                        t["pass"] += 1
                        t["off"] += abs(p["value"] / cycles - 1) > TOLERANCE
            for n, t in sorted(tally.items()):
                print(f"{last:9g}  {n:9g}  {t['clean held']:6d} of {t['clean']:5d}"
                      f"  {t['warned held']:6d} of {t['warned']:5d}"
                      f"  {t['pass']:12d}  {t['off']:12d}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    main(*sys.argv[1:])
