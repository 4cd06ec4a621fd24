#!/bin/sh
# A study file as others read it: h5dump, and h5py with pandas.
. "${top_srcdir:-.}/tests/shell/init.sh"

python=/usr/bin/python3
have_dump=$(command -v h5dump)
"$python" -c 'import h5py, pandas' 2>/dev/null || python=
[ -n "$have_dump$python" ] ||
    skip "neither h5dump (Debian package hdf5-tools) nor python3-h5py with python3-pandas is installed"

cat >s.yaml <<E
study: small
problems: [gemm]
ladder: [24, 40]
modes: [emulation, timing]
machines: [m2]
vary: {rob: [192]}
E
check "a study" "$rung" run -q s.yaml -o s.h5
check "its runs" "$rung" log -a -f csv s.h5
cp out log.csv
id=$(sed -n 's/,rung,gemm,40,timing,m2,rob=192,.*//p' log.csv)

if [ -n "$have_dump" ]; then
    check "h5dump reads all of it" h5dump s.h5
    check_contains out 'ATTRIBUTE "schema"'
    check_contains out '"rung-study"'
    check_contains out 'DATASET "study_yaml"'
    check "h5dump reads a run" h5dump -g "/runs/$id" s.h5
    check_contains out 'ATTRIBUTE "elf_sha256"'
    check_contains out 'DATASET "hot_blocks"'
    check "h5dump shows how a trace is kept" h5dump -p -H -d "/runs/$id/trace" s.h5
    check_contains out 'CHUNKED'
    check_contains out 'COMPRESSION DEFLATE'
    check_contains out 'CHECKSUM FLETCHER32'
    check_contains out 'H5T_STD_U64LE "l1d_misses"'
    check_contains out 'ATTRIBUTE "units"'
else
    echo "not tested: h5dump (Debian package hdf5-tools is not installed)"
fi

if [ -z "$python" ]; then
    echo "not tested: python3-h5py and python3-pandas are not installed"
    exit 0
fi
cat >read.py <<'E'
import csv, sys
import h5py, numpy, pandas

# The one line of the manual.
runs = pandas.DataFrame(h5py.File("s.h5")["summary"][:])
assert len(runs) == 6, len(runs)

# Every number is that of `rung log`.
with open("log.csv") as file:
    log = {row["id"]: row for row in csv.DictReader(file)}
for _, run in runs.iterrows():
    row = log[run["id"].decode()]
    assert run["variant"].decode() == row["variant"]
    for name in ("n", "instructions", "cycles", "l1d_misses", "wall_seconds"):
        if row[name] == "":
            assert numpy.isnan(run[name]), name
        else:
            assert float(row[name]) == run[name], name

file = h5py.File("s.h5")
assert file.attrs["schema"] == "rung-study" or file.attrs["schema"] == b"rung-study"
assert file.attrs["version"] == 2
assert file["study_yaml"][()].decode() == open("s.yaml").read()

run = file["runs"][sys.argv[1]]
trace = run["trace"]
frame = pandas.DataFrame(trace[:])
units = dict(zip(trace.dtype.names, trace.attrs["units"]))
assert list(frame.columns) == list(units) and len(frame) == len(trace)
assert units["cycles"] == b"cycles" and units["instructions"] == b"instructions"
assert (numpy.diff(trace["instructions"]) > 0).all()
assert (numpy.diff(frame.cycles) > 0).all()
row = runs[runs["id"] == sys.argv[1].encode()].iloc[0]
assert trace["instructions"][-1] <= row["instructions"]
assert run["cpi_stack"]["cycles"].sum() == row["cycles"]
assert run["hot_blocks"]["instructions"].sum() <= row["instructions"]
assert run["hot_blocks"]["instructions"][0] > 0.5 * row["instructions"]
assert 0.5 * row["cycles"] < run["hot_blocks"]["cycles"][0] <= row["cycles"]
parts = [name for name in run["hot_blocks"].dtype.names if name.startswith("cycles_")]
assert abs(sum(run["hot_blocks"][p][0] for p in parts) - run["hot_blocks"]["cycles"][0]) < 1
reuse = run["reuse_distance"]
assert reuse.attrs["accesses"] == row["loads"] + row["stores"]
assert abs(reuse["accesses"].sum() + reuse.attrs["cold"] - reuse.attrs["accesses"]) < 1
assert 0 < reuse.attrs["rate"] <= 1 and (reuse["to"][:-1] + 1 == reuse["from"][1:]).all()
assert b"gemm.c:" in run["hot_blocks"]["source"][0]
print("read")
E
check "h5py and pandas read it" "$python" read.py "$id"
check_contains out read

# ---- a run that is lost but for its summary ----------------------------------------------------------
{
    echo problem,n,variant,machine,mode,work,instructions,cycles
    for n in 32 48 64 96 128; do
        echo "p,$n,base,m,timing,$((n * n * n)),$((n * n * n * 6)),$((n * n * n * 3))"
    done
    echo "p,256,base,m,timing,$((256 * 256 * 256)),$((256 * 256 * 256 * 6)),$((256 * 256 * 256 * 5))"
} >lost.csv
check "runs of another program" "$rung" import -q lost.csv -s lost.h5
cat >lose.py <<'E2'
import h5py
with h5py.File("lost.h5", "a") as f:
    row = f["summary"][:]
    del f["runs"][row[row["n"] == 256]["id"][0].decode()]
E2
check "one is lost" "$python" lose.py
check_status 1 "the verdict is still there" "$rung" check --r2 none --velocity none lost.h5
check_contains out "error  p m timing at 256 (base)  -40.00 %"
check_contains err "where CPI grows is not known: 'lost.h5': a run of the summary is missing"
