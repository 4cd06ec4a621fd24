"""Reads a study file with h5py and pandas: python3 read.py STUDY.h5

Prints the cycles per instruction of each machine over the sizes, how far the smallest rung
misses the ratios of the variants at the largest one, and what the last trace of a run shows.
"""
import sys

import h5py
import pandas

with h5py.File(sys.argv[1]) as file:
    runs = pandas.DataFrame(file["summary"][:])
    for column in runs.select_dtypes(object):
        runs[column] = runs[column].str.decode("utf-8")
    runs = runs[(runs.status == "ok") & (runs.cycles > 0)]
    runs["cpi"] = runs.cycles / runs.instructions

    base = runs[runs.variant == "base"]
    print("cycles per instruction, base variants:")
    print(base.pivot_table(index="n", columns=["simulator", "machine"], values="cpi"))

    # Each variant over its own base, at the smallest and at the largest size.
    keys = ["simulator", "problem", "machine", "mode", "n", "seed"]
    ratio = runs.merge(base[keys + ["cpi"]], on=keys, suffixes=("", "_base"))
    ratio["ratio"] = ratio.cpi / ratio.cpi_base
    wide = ratio.pivot_table(index=["simulator", "variant"], columns="n", values="ratio")
    error = wide[wide.columns[0]] / wide[wide.columns[-1]] - 1
    print(f"\nratios at n = {wide.columns[0]:g} against n = {wide.columns[-1]:g}:")
    print(error.map("{:+.2%}".format))

    traced = [run for run in runs.id if "trace" in file["runs"][run]]
    trace = file["runs"][traced[-1]]["trace"]
    cycles, instructions = trace["cycles"], trace["instructions"]
    units = dict(zip(trace.dtype.names, trace.attrs["units"]))
    print(f"\n{len(cycles)} rows of the trace of {traced[-1]}, in the end",
          f"{cycles[-1] / instructions[-1]:.4f} {units['cycles'].decode()}",
          "an instruction")
