# Error at the held-out rung of every problem, worst first.
#
#   errors     TSV, one problem a row: row (from 0), error, error_lower, error_upper
#              (fractions)
#   names      array of the names of the rows
#   tolerance  the allowed error as a fraction; 0 where no check names one
rows_needed = |names| + 12
load plots."style.gp"

stats errors using "error_lower" name "L" nooutput
stats errors using "error_upper" name "H" nooutput
# The band of what is allowed is in view, too.
widest(a, b) = a > b ? a : b
set xtics step(100 * (widest(H_max, 1.5 * tolerance) + widest(-L_min, 1.5 * tolerance)), 6)
set yrange [|names| - 0.4 : -0.6]
set xlabel "predicted against simulated, %"
unset grid
set grid xtics linecolor rgb faint linewidth 1 dashtype solid
set offsets graph 0.06, graph 0.06, 0, 0
set lmargin format eq "text" ? 25 : 20
set tmargin head(4)
set yzeroaxis linecolor rgb soft linewidth 1
unset ytics
do for [i = 1 : |names|] {
    set label 100 + i short(names[i], 22) at graph -0.02, first i - 1 right textcolor rgb ink
}
if (tolerance > 0) {
    set object 1 rectangle from first -100 * tolerance, graph 0 \
        to first 100 * tolerance, graph 1 behind fillcolor rgb allowed fillstyle solid 1 noborder
    set xrange [* < -150 * tolerance : 150 * tolerance < *]
}
plot errors using (100 * column("error")):"row":(100 * column("error_lower")):(100 * column("error_upper")) \
    with xerrorbars pointtype 12 pointsize 0.9 linewidth 2 linecolor rgb hue[2] \
    title (format eq "text" ? "error, " : "error, with its ").level." interval"
