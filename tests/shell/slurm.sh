#!/bin/sh
# Slurm's launcher without a cluster: mistakes, and commands that fail.  The real thing is in
# tests/long/slurm.sh.
. "${top_srcdir:-.}/tests/shell/init.sh"
cat >s.yaml <<X
study: s
problems: [gemm]
ladder: [8, 12]
modes: [emulation]
X
check_status 2 "no such launcher" "$rung" run --launcher pbs s.yaml
check_contains err "'--launcher' must be local or slurm, not 'pbs'"
check_status 2 "waiting for local workers" "$rung" run --no-wait s.yaml
check_contains err "'--no-wait' goes with '--launcher slurm'"
check_status 2 "pinned tasks" "$rung" run --launcher slurm --pin s.yaml
check "nothing to gather" "$rung" run --gather s.yaml -o s.h5
check_contains err "'s.h5': 0 of 2 runs are stored"

# Commands that stand for Slurm's.
mkdir bin
PATH=$test_dir/bin:$PATH
script() {
    cat >"bin/$1" && chmod +x "bin/$1"
}
script sbatch <<'X'
#!/bin/sh
echo "sbatch: error: invalid partition specified: nowhere" >&2
exit 1
X
script scancel <<'X'
#!/bin/sh
exit 0
X
check_status 4 "a refused array" "$rung" run --launcher slurm s.yaml -o r.h5
check_contains err "rung: sbatch: sbatch: error: invalid partition specified: nowhere"
ls r.h5.runs 2>/dev/null && fail "something is left" || pass "nothing is left"
# An array whose tasks run at once, and a queue that is empty then.
script sbatch <<'X'
#!/bin/sh
echo "$@" >>args
for script; do :; done
for task in 0 1; do
    log=$(echo "$*" | sed -n "s/.*--output=\([^ ]*\)%a.log.*/\1$task.log/p")
    SLURM_ARRAY_TASK_ID=$task sh "$script" >"$log" 2>&1
done
echo 17
X
script squeue <<'X'
#!/bin/sh
exit 0
X
check "an array" "$rung" run --launcher slurm -j 3 s.yaml -o s.h5
check_contains err "'s.h5': 2 of 2 runs are stored, 2 of them now"
check_contains args "--array=0-1%3 --mem=128M --time=2"
mkdir s.h5.runs
echo >s.h5.runs/plan.jsonl
check "nothing is left to do but to tidy up" "$rung" run -q --launcher slurm s.yaml -o s.h5
[ ! -e s.h5.runs ] && pass "an old plan is cleared away" || fail "an old plan is left"
# A queue that cannot be asked.
rm -rf s.h5*
script sbatch <<'X'
#!/bin/sh
echo 18
X
check "submitted" "$rung" run --launcher slurm --no-wait s.yaml -o s.h5
check_contains err "'s.h5': 2 runs under way in Slurm"
script squeue <<'X'
#!/bin/sh
echo "slurm_load_jobs error: Unable to contact slurm controller" >&2
exit 1
X
check_status 4 "no controller" "$rung" run --gather s.yaml -o s.h5
check_contains err "rung: squeue: slurm_load_jobs error: Unable to contact slurm controller"
script squeue <<'X'
#!/bin/sh
printf 'PD\nR\nCG\n'
X
check_status 3 "two are under way" "$rung" run --gather s.yaml -o s.h5
check_contains err "'s.h5': 2 runs under way in Slurm"
check_status 2 "local workers are refused" "$rung" run s.yaml -o s.h5
check_status 2 "a second array is refused" "$rung" run --launcher slurm --no-wait s.yaml -o s.h5
# Tasks that never began are done again; one that died is told.
script squeue <<'X'
#!/bin/sh
exit 0
X
echo "slurmstepd: error: *** JOB 18 ON n CANCELLED AT x DUE TO TIME LIMIT ***" \
    >s.h5.runs/array-0-0.log
check_status 4 "gathered" "$rung" run --gather s.yaml -o s.h5
check "one is lost" "$rung" log -vf csv s.h5
check_contains out ",timeout,"
check_contains out "DUE TO TIME LIMIT"
[ "$(wc -l <out)" -eq 2 ] && pass "the other one is not there" || fail "not one run"
printf '0 nonsense\n' >bad
mkdir -p b.h5.runs
cp bad b.h5.runs/array-0.tasks
check_status 5 "a damaged array" "$rung" run --gather s.yaml -o b.h5
check_contains err "array-0.tasks':1 is damaged"
