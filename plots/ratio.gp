# Cycles of one simulator over those of another at every rung, a row for each problem.
#
#   ratios   TSV, one rung of a row a line: row (from 0), place (0: smallest rung ... 1: largest),
#            n, ratio
#   names    array of the names of the rows
load plots."style.gp"

stats ratios using "ratio" name "R" nooutput
set yrange [|names| - 0.4 : -0.6]
set logscale x
set xlabel "cycles over cycles"
unset grid
set grid xtics linecolor rgb faint linewidth 1 dashtype solid
left = R_min < 1 ? R_min / 1.3 : 0.8
right = R_max > 1 ? R_max * 1.3 : 1.25
set xrange [left : right]
if (right / left < 30) { eval log_ticks("x", left, right) }
set format x "%g"
set lmargin 34
set tmargin 4.6
unset ytics
do for [i = 1 : |names|] {
    set label 100 + i short(names[i], 40) at graph -0.02, first i - 1 right textcolor rgb ink
}
set arrow 1 from first 1, graph 0 to first 1, graph 1 nohead back linecolor rgb soft linewidth 1.2 dashtype 2
number(colour) = int(sprintf("0x%s", colour[2 : 7]))
hue_at(place) = number(along(place * 100, 101))
plot ratios using (column("place") < 1 ? column("ratio") : NaN):"row":(hue_at(column("place"))) \
        with points pointtype 7 pointsize 0.9 linecolor rgb variable title "smaller rungs", \
    ratios using (column("place") == 1 ? column("ratio") : NaN):"row" \
        with points pointtype 12 pointsize 1.2 linewidth 2 linecolor rgb far title "largest common rung"
