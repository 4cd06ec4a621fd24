#!/bin/sh
# Verdicts on deliberate slow-downs of 0, 3, 6, 8 and 20 %, from measured runs:
#
#   ./configure --enable-slowdown && make rung problems/gemm.elf problems/lu.elf \
#       tests/bench/history_trials
#   tests/bench/slowdown.sh measure DIR ROUNDS    # some 3 s a round; all levels in turns
#   tests/bench/slowdown.sh loaded DIR ROUNDS     # level 0 again, with another process on the
#                                                 # same processor
#   tests/bench/slowdown.sh judge DIR SESSIONS,... [TRIALS [BEST [BUSY]]]
#
# `measure` makes ROUNDS sessions of each level and may be called again, also at the same time in
# another folder below DIR; `judge` puts all of them into DIR/history.h5, draws TRIALS (200) times
# SESSIONS sessions of each side, the loaded ones too, and prints how often `rung history check`
# says what.
set -u
top=${top_builddir:-.}
sizes='gemm:96 lu:128'
modes='fast-timing timing'
levels='0 3 6 8 20'

# The numbers of a run stand on standard error, for the guest has the other one.
session() {
    echo "simulator,problem,n,mode,machine,instructions,wall_seconds,user_seconds,peak_memory"
    for size in $sizes; do
        for mode in $modes; do
            RUNG_SLOWDOWN=$1 "$top/rung" sim -f json -m "$mode" "$top/problems/${size%:*}.elf" \
                "${size#*:}" 2>&1 >/dev/null | awk -F'[:,]' -v line="rung,${size%:*},${size#*:},$mode,m2" '
                /^  "(instructions_total|wall_seconds|user_seconds|peak_memory)"/ {
                    gsub(/[ "]/, "", $1); value[$1] = $2 + 0
                }
                END { printf "%s,%.17g,%.17g,%.17g,%.17g\n", line, value["instructions_total"],
                      value["wall_seconds"], value["user_seconds"], value["peak_memory"] }'
        done
    done
}

measure() {
    mkdir -p "$1" || exit 1
    i=0
    while [ "$i" -lt "$2" ]; do
        i=$((i + 1))
        for level in $levels; do
            name=$1/slow$level-$$-$i.csv
            session "$level" >"$name.tmp" && mv "$name.tmp" "$name" || exit 1
        done
    done
}

# A busy loop and the simulator on the last processor that this shell may use.
loaded() {
    mkdir -p "$1" || exit 1
    cpu=$(taskset -pc $$ | sed 's/.*[:, -]//')
    taskset -pc "$cpu" $$ >/dev/null || exit 1
    while :; do :; done &
    load=$!
    trap 'kill $load' EXIT
    i=0
    while [ "$i" -lt "$2" ]; do
        i=$((i + 1))
        session 0 >"$1/loaded.tmp" && mv "$1/loaded.tmp" "$1/loaded-$$-$i.csv" || exit 1
    done
}

judge() {
    history=$1/history.h5
    rm -f "$history"
    for level in $levels; do
        find "$1" -name "slow$level-*.csv" | sort -V >"$1/list"
        xargs "$top/rung" history add -q -H "$history" --host here --commit "slow$level" \
            --date "2026-01-0$((1 + level / 4))" <"$1/list" || exit 1
    done
    find "$1" -name "loaded-*.csv" | sort -V >"$1/list"
    loads=
    if [ -s "$1/list" ]; then
        loads=,loaded
        xargs "$top/rung" history add -q -H "$history" --host here --commit loaded \
            --date 2026-01-08 <"$1/list" || exit 1
    fi
    "$top/rung" history list -H "$history"
    "$top/tests/bench/history_trials" "$history" slow0 "slow0,slow3,slow6,slow8,slow20$loads" "$2" \
        "${3:-200}" "${4:-1}" "${5:-1.25}"
}

case $#:${1-} in
3:measure) measure "$2" "$3" ;;
3:loaded) loaded "$2" "$3" ;;
[3456]:judge) shift && judge "$@" ;;
*)
    sed -n '6,9s/^# *//p' "$0" >&2
    exit 2
    ;;
esac
