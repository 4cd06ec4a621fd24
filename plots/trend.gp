# The speed of one line over the commits, small.
#
#   trend     TSV, one commit a row: index (from 0), speed (millions of instructions a second),
#             level (their mean between changes), busy (1: on a busy processor alone)
#   commits   number of commits of the whole history
#   changes, change_at, change_by   change points: places, and relative changes of time
#   base_at, base_speed   the baseline; -1 for none
#   first_day, last_day   below the ends of the axis
load plots."style.gp"

unset key
unset xlabel
stats trend using "speed" name "S" nooutput
stats trend using "busy" name "B" nooutput
low = base_at >= 0 && base_speed < S_min ? base_speed : S_min
high = base_at >= 0 && base_speed > S_max ? base_speed : S_max
# The same relative height for all: a change of a tenth looks like one.
room = high - low < 0.2 * high ? (0.2 * high - (high - low)) / 2 : 0
set xrange [-0.7 : commits - 0.3]
set yrange [low - room - 0.06 * high : high + room + 0.16 * high]
set lmargin 5.5
set rmargin 1
set tmargin 0.6
set bmargin 1.7
unset xtics
set label 3 first_day at first 0, graph 0 left offset -1, -0.8 textcolor rgb soft font "sans-serif,10"
if (commits > 1) { set label 4 last_day at first commits - 1, graph 0 right offset 1, -0.8 textcolor rgb soft font "sans-serif,10" }
set ytics step((high - low) + 2 * room + 0.22 * high, 4) font "sans-serif,10"
do for [i = 1 : changes] {
    colour = change_by[i] > 0 ? hue[2] : hue[3]
    set arrow 10 + i from first change_at[i], graph 0 to first change_at[i], graph 0.86 nohead front linecolor rgb colour dashtype 2 linewidth 1.5
    set label 10 + i sprintf("%+.0f %%", 100 * change_by[i]) at first change_at[i], graph 0.93 center front textcolor rgb colour font "sans-serif,10"
}
if (base_at >= 0) {
    set arrow 1 from first base_at, first base_speed to graph 1, first base_speed nohead back linecolor rgb soft dashtype 3 linewidth 1.5
}
size = commits > 60 ? 0.25 : commits > 20 ? 0.4 : 0.6
quiet(x) = column("busy") == 0 ? x : NaN
loud(x) = column("busy") == 0 ? NaN : x
points = "trend using 'index':(quiet(column('speed'))) with points pointtype 7 pointsize size linecolor rgb soft, "
hollow = "trend using 'index':(loud(column('speed'))) with points pointtype 6 pointsize size + 0.2 linecolor rgb hue[2], "
eval "plot " . (B_min < 1 ? points : "") . (B_max > 0 ? hollow : "") . \
    "trend using 'index':'level' with steps linewidth 2 linecolor rgb hue[1]"
