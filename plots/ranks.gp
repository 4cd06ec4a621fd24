# Ranks of the variants at every rung: a line that goes level keeps its place.
#
#   ranks    TSV, one rung a row: rung (from 0), then one column v1, v2, ... a variant
#   names    array of the variants
#   moved    array: 1 for those that are drawn in colour and named
#   last     array of their ranks at the largest rung
#   rungs    array of the rungs
load plots."style.gp"

size_table = ranks
eval gather_sizes
unset key
unset grid
set xrange [-0.15 : |rungs| - 1 + 0.15]
set yrange [|names| + 0.6 : 0.4]
if (|rungs| > 5) {
    set xtics font "sans-serif,10"
    size_letter = 6.4
}
size_at(k) = k - 1
size_place(k) = k - 1
size_low = -0.15; size_high = |rungs| - 0.85; size_margin = 34
eval size_ticks
set xlabel "n"
set ylabel "rank of the variant (1: least CPI)"
set ytics 1, |names| > 12 ? 5 : |names| > 6 ? 2 : 1
set rmargin 24
set tmargin 2.8
colours = 0
do for [i = 1 : |names|] {
    if (moved[i]) {
        colours = colours + 1
        set label 100 + i short(names[i], 26) at graph 1.02, first last[i] left textcolor rgb hue[(colours - 1) % 8 + 1] font "sans-serif,11"
    }
}
hue_at(i) = hue[(int(sum [k = 1 : i] (moved[k])) - 1) % 8 + 1]
plot for [i = 1 : |names|] ranks using "rung":sprintf("v%d", i) with linespoints \
    linewidth (moved[i] ? 2.2 : 1) pointtype 7 pointsize (moved[i] ? 0.8 : 0.4) \
    linecolor rgb (moved[i] ? hue_at(i) : soft) notitle
