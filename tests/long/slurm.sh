#!/bin/sh
# rung run --launcher slurm against a real slurmctld and slurmd, started here with a
# configuration of their own that listens on the loopback alone.
. "${top_srcdir:-.}/tests/shell/init.sh"
PATH=$PATH:/usr/sbin:/sbin
for tool in munged slurmctld slurmd sbatch squeue scancel; do
    command -v $tool >/dev/null ||
        skip "$tool is not installed (Debian packages slurm-wlm and munge)"
done
[ "$(id -u)" -eq 0 ] || skip "slurmd runs jobs as root only"

# ---- a cluster of one node
chmod 755 "$test_dir"
mkdir c c/state c/spool
host=$(uname -n)
dd if=/dev/urandom bs=1 count=1024 of=c/munge.key 2>/dev/null
chmod 400 c/munge.key
munged --foreground --force --key-file="$test_dir/c/munge.key" --num-threads=2 \
    --socket="$test_dir/c/munge.socket" --pid-file="$test_dir/c/munged.pid" \
    --log-file="$test_dir/c/munged.log" --seed-file="$test_dir/c/munge.seed" 2>c/munged.err &
munged=$!
# Two ports that nobody listens on.
port=$((20000 + $$ % 20000))
cat >c/slurm.conf <<X
ClusterName=rung-test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$test_dir/c/munge.socket
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$test_dir/c/state
SlurmdSpoolDir=$test_dir/c/spool
SlurmctldPidFile=$test_dir/c/slurmctld.pid
SlurmdPidFile=$test_dir/c/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
MailProg=/bin/true
ReturnToService=2
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmctldTimeout=60
SlurmdTimeout=60
KillWait=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=4096 State=UNKNOWN
PartitionName=test Nodes=$host Default=YES MaxTime=INFINITE State=UP
X
SLURM_CONF=$test_dir/c/slurm.conf
export SLURM_CONF
slurmctld -D -c -L "$test_dir/c/slurmctld.log" 2>c/slurmctld.err &
slurmctld=$!
slurmd -D -N "$host" -L "$test_dir/c/slurmd.log" 2>c/slurmd.err &
slurmd=$!
stop_cluster() {
    scancel --me 2>/dev/null
    kill $slurmd $slurmctld $munged 2>/dev/null
    for process in $slurmd $slurmctld $munged; do
        for i in 1 2 3 4 5 6 7 8 9 10; do
            kill -0 $process 2>/dev/null || break
            sleep 0.3
        done
        kill -9 $process 2>/dev/null
    done
    wait 2>/dev/null
}
trap 'status=$?; stop_cluster; (exit $status); finish' EXIT

# await SECONDS COMMAND...: until it is true.
await() {
    tries=$(($1 * 5))
    shift
    for i in $(seq $tries); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.2
    done
    return 1
}
node_is_idle() {
    sinfo -h -o %t 2>/dev/null | grep -q '^idle$'
}
if ! await 60 node_is_idle; then
    tail -n 20 c/*.log c/*.err
    fail "the cluster does not come up"
    exit 1
fi
pass "a cluster with one node of $host"

# ---- a study as a job array
cat >s.yaml <<X
study: array
problems: [gemm]
ladder: [16, 24, 32]
modes: [timing]
machines: [small]
vary: {l1d.latency: [4, 5]}
layouts: 2
X
counters() {
    "$rung" log -a -f csv "$1" >all.csv || return 1
    awk -F, -v OFS=, '{ NF -= 3; print }' all.csv
}
check "the study by local workers" "$rung" run -q s.yaml -o local.h5
counters local.h5 >local.csv
mkdir "a folder"
check "the same as a job array" "$rung" run --launcher slurm s.yaml -o "a folder/s.h5"
check_contains err "'a folder/s.h5': 18 of 18 runs are stored, 18 of them now"
counters "a folder/s.h5" >slurm.csv
check "its counters are those of local workers" diff local.csv slurm.csv
ls "a folder" | grep -v '^s.h5$' && fail "something is left beside the study" ||
    pass "nothing is left beside the study"
scontrol show jobs -o >jobs 2>&1
grep -q 'ArrayTaskId=' jobs && pass "slurmd ran an array" || fail "there was no array"
check "all of it is kept" "$rung" run --launcher slurm s.yaml -o "a folder/s.h5"
check_contains err "0 of them now"

# ---- submitted, and gathered later
cat >slow.yaml <<X
study: slow
problems: [{name: wait, work: n}]
ladder: [1, 2, 3]
simulators:
  - name: sleeper
    command: [./sleeper, "{n}"]
    timeout: 90s
    numbers: {cycles: {regex: "cycles=([0-9]+)"}}
X
cat >sleeper <<'X'
#!/bin/sh
[ -e "${0%/*}/go" ] || [ "$1" = 1 ] || sleep 1
while [ "$1" != 1 ] && [ ! -e "${0%/*}/go" ]; do sleep 0.2; done
echo "cycles=$((100 * $1))"
X
chmod +x sleeper
check "submit and return" "$rung" run --launcher slurm --no-wait slow.yaml -o slow.h5
check_contains err "'slow.h5': 3 runs under way in Slurm"
check_status 2 "another driver is refused" "$rung" run slow.yaml -o slow.h5
check_contains err "runs under way in Slurm: 'rung run --gather' takes in what is done"
has_runs() {
    [ "$(ls slow.h5.runs 2>/dev/null | grep -c '^[0-9a-f]*\.h5$')" -ge "$1" ]
}
await 30 has_runs 1 && pass "the first one ends" || fail "no run ends"
await 30 sh -c '[ "$(squeue -h -r --me | wc -l)" -eq 2 ]'
check_status 3 "gather while two are under way" "$rung" run --gather slow.yaml -o slow.h5
check_contains err "'slow.h5': 1 of 3 runs are stored"
check_contains err "'slow.h5': 2 runs under way in Slurm"
: >go
await 60 sh -c '[ "$(squeue -h -r --me | wc -l)" -eq 0 ]'
check "gather the rest" "$rung" run --gather slow.yaml -o slow.h5
check_contains err "'slow.h5': 3 of 3 runs are stored"
ls slow.h5.* 2>/dev/null && fail "something is left beside the study" ||
    pass "nothing is left beside the study"

# ---- a driver that is killed finds its array again
rm -rf go slow.h5*
"$rung" run --launcher slurm slow.yaml -o slow.h5 2>killed.err </dev/null &
driver=$!
await 30 has_runs 1
kill -9 $driver
wait $driver 2>/dev/null
: >go
check "another one follows it" "$rung" run --launcher slurm slow.yaml -o slow.h5
check_contains err "'slow.h5': 3 of 3 runs are stored"
grep -c . slow.h5.runs/* 2>/dev/null && fail "something is left" || pass "nothing is left"

# ---- a task that dies is one lost run, which is done again
rm -rf go slow.h5*
"$rung" run --launcher slurm slow.yaml -o slow.h5 2>lost.err </dev/null &
driver=$!
await 30 has_runs 1
await 30 sh -c '[ "$(squeue -h -r --me -t R | wc -l)" -eq 2 ]'
scancel "$(squeue -h -r --me -t R -o %i | head -n 1)"
sleep 1
: >go
wait $driver
[ $? -eq 4 ] && pass "a lost task: 4" || fail "a lost task does not end with 4"
check "it is stored" "$rung" log -v -f csv slow.h5 --only status=crash
check_contains out "the task ended without a result"
check "and done again" "$rung" run --launcher slurm slow.yaml -o slow.h5
check_contains err "'slow.h5': 3 of 3 runs are stored, 1 of them now; they replace older ones"

# ---- an interrupt cancels what waits and lets the rest finish
rm -rf go slow.h5*
"$rung" run --launcher slurm -j 1 slow.yaml -o slow.h5 2>interrupted.err </dev/null &
driver=$!
await 30 sh -c '[ "$(squeue -h -r --me -t R | wc -l)" -eq 1 ]'
kill -INT $driver
sleep 1
: >go
wait $driver
[ $? -eq 4 ] && pass "interrupted: 4" || fail "interrupted does not end with 4"
check_contains interrupted.err "rung: interrupted"
[ "$(squeue -h -r --me | wc -l)" -eq 0 ] && pass "the queue is empty" || fail "jobs are left"
check "and goes on" "$rung" run --launcher slurm slow.yaml -o slow.h5
check_contains err "'slow.h5': 3 of 3 runs are stored"

# ---- what Slurm refuses is told, and leaves nothing behind
check_status 4 "more memory than any node has" "$rung" run --launcher slurm --run-memory 900GiB \
    s.yaml -o refused.h5
check_contains err "rung: sbatch: "
ls refused.h5.runs 2>/dev/null && fail "something is left" || pass "nothing is left"
