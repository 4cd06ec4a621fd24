#!/bin/sh
# What a stranger's files must not do: name other files of ours, run commands, write elsewhere
# (rung-security(7)).
. "${top_srcdir:-.}/tests/shell/init.sh"

# ---- texts: names that a shell, gnuplot or a browser would act on ------------------------------
cat >hostile.csv <<'X'
problem,n,cycles,instructions,variant
"'; system('touch pwned') #",8,1000,500,base
"'; system('touch pwned') #",16,4000,500,base
"'; system('touch pwned') #",24,9000,500,base
"$(touch pwned)`touch pwned`",8,1000,500,"""!touch pwned"
"$(touch pwned)`touch pwned`",16,4100,500,"""!touch pwned"
"$(touch pwned)`touch pwned`",24,9100,500,"""!touch pwned"
"<script>alert(1)</script>",8,1000,500,base
"<script>alert(1)</script>",16,4000,500,base
"<script>alert(1)</script>",24,9000,500,base
"../../../pwned",8,1000,500,base
"../../../pwned",16,4000,500,base
"../../../pwned",24,9000,500,base
X
check "names of all kinds are imported" "$rung" import -q hostile.csv -s hostile.h5
mkdir -p a/b/c
check "and reported" "$rung" report hostile.h5 -o a/b/c/report
grep -q "own problems" err && fail "a study without problems is complained about" ||
    pass "a study without problems has none to test"
find a -name '*.html' -exec grep -lF '<script>alert' {} + && fail "a name became a script" || pass "names are escaped in pages"
[ -z "$(find . -name pwned)" ] && pass "nothing was run" || fail "something was run"
[ "$(find a -maxdepth 3 | wc -l)" -eq 4 ] && pass "nothing left the folder" ||
    fail "something left the folder: $(find a -maxdepth 3)"

# A study's commands are no affair of --dry-run.
cat >commands.yaml <<'X'
study: commands
problems: [{name: p, work: n}]
ladder: [1, 2, 3]
simulators:
  - {name: s, shell: yes, command: "touch $OLDPWD/pwned; echo {n}", numbers: {cycles: {regex: "([0-9]+)"}}}
X
check "a dry run" "$rung" run -n commands.yaml
[ ! -e pwned ] && [ ! -e commands.h5 ] && pass "runs no command" || fail "a dry run ran a command"

# ---- links that were laid where rung writes ------------------------------------------------------
cat >s.yaml <<'X'
study: own
problems: [gemm]
ladder: [8, 12, 16, 20]
modes: [timing]
machines: [small]
X
echo "a secret of ours" >secret
cp secret secret.before
ln -s secret own.h5.tmp
check "a study" "$rung" run -q s.yaml -o own.h5
ln -s secret own.h5.tmp
check "results into it" "$rung" fit --save own.h5
check "nothing was written through a link" cmp secret secret.before

# ---- study files that name other files -----------------------------------------------------------
python=/usr/bin/python3
if ! "$python" -c 'import h5py' 2>/dev/null; then
    echo "not tested: python3-h5py is not installed"
    exit 0
fi
cat >foreign.py <<'X'
import h5py, shutil
def copy(name):
    shutil.copy("own.h5", name)
    return h5py.File(name, "r+")
with copy("link.h5") as f:
    del f["summary"]
    f["summary"] = h5py.ExternalLink("own.h5", "/summary")
with copy("linkrun.h5") as f:
    run = list(f["runs"])[0]
    del f["runs"][run]
    f["runs"][run] = h5py.ExternalLink("own.h5", "/runs/" + run)
with copy("raw.h5") as f:
    del f["study_yaml"]
    text = h5py.h5t.C_S1.copy()
    text.set_size(16)
    where = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    where.set_external(b"secret", 0, 16)
    h5py.h5d.create(f.id, b"study_yaml", text, h5py.h5s.create(h5py.h5s.SCALAR), dcpl=where)
with copy("virtual.h5") as f:
    kind, count = f["summary"].dtype, f["summary"].shape
    del f["summary"]
    layout = h5py.VirtualLayout(shape=count, dtype=kind)
    layout[:] = h5py.VirtualSource("own.h5", "summary", shape=count)
    f.create_virtual_dataset("summary", layout)
with copy("around.h5") as f:
    del f["summary"]
    f["summary"] = h5py.SoftLink("/summary")
with h5py.File("victim.h5", "w") as f:
    f.create_group("fits")
with copy("fits.h5") as f:
    for name in ("fits", "checks"):
        if name in f:
            del f[name]
        f[name] = h5py.ExternalLink("victim.h5", "/fits")
X
check "files that point at others" "$python" foreign.py
for name in link raw virtual around; do
    check_status 5 "$name.h5 is not read" "$rung" log $name.h5
    cat out err | grep -q secret && fail "$name.h5 shows the secret" || pass "$name.h5 shows nothing"
    check_status 5 "$name.h5 is damaged" "$rung" verify $name.h5
done
check_status 5 "a run in another file is damage" "$rung" verify linkrun.h5
check_contains err "3 of 4 runs"
cp victim.h5 victim.before
"$rung" fit --save fits.h5 >out 2>err </dev/null
"$rung" check --save fits.h5 >out 2>err </dev/null
check "results are not written through a link" cmp victim.h5 victim.before
