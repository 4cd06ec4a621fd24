# The speed of each machine and mode over the commits.
#
#   modes     TSV, one commit a row: index (from 0), speed_1, speed_2, ... (millions a second)
#   names     array of their names
#   commits   number of commits
#   base_at   the baseline; -1 for none
#   tags, tag_at, tag_name   releases: their places and names
#   low, high   of all speeds
#   first_day, last_day   below the ends of the axis: dates, or what else tells the two apart
load plots."style.gp"

set logscale y
set xrange [-0.7 : commits - 0.3]
set yrange [low / 1.25 : high * 1.25]
set lmargin 8
set tmargin 5.2
set bmargin 2.4
unset xlabel
unset xtics
set label 10 first_day at first 0, graph 0 center offset 0, -1 textcolor rgb ink
if (commits > 1) { set label 11 last_day at first commits - 1, graph 0 center offset 0, -1 textcolor rgb ink }
if (high / low < 30) {
    eval log_ticks("y", low / 1.25, high * 1.25)
    set format y "%g"
} else {
    set mytics 10
    set ytics add (2, 5, 20, 50, 200, 500, 2000, 5000)
}
set key width 0
do for [i = 1 : tags] {
    set arrow 20 + i from first tag_at[i], graph 0 to first tag_at[i], graph 1 nohead back linecolor rgb faint linewidth 1.5
    set label 20 + i tag_name[i] at first tag_at[i], graph 1 right rotate by 90 offset -0.7, -0.4 front textcolor rgb soft font "sans-serif,11"
}
if (base_at >= 0) {
    set arrow 1 from first base_at, graph 0 to first base_at, graph 1 nohead back linecolor rgb soft dashtype 3 linewidth 1.5
    set label 2 "baseline" at first base_at, graph 0 left rotate by 90 offset 0.7, 0.5 front textcolor rgb soft font "sans-serif,11"
}
plot for [i = 1 : |names|] modes using "index":(column(sprintf("speed_%d", i))) with linespoints \
    pointtype shape[1 + (i - 1) % 8] pointsize (commits > 60 ? 0.3 : 0.7) linewidth 2 \
    linecolor rgb hue[1 + (i - 1) % 8] title names[i]
