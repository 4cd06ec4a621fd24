# Error of the simulated time of every program, with the interval of the measured one.
#
#   errors      TSV, one program a row: row (from 0), category (from 1), error, error_lower,
#               error_upper (fractions of the shorter time; above 0: the simulator is too slow)
#   names       array of the names of the rows
#   categories  array of the names of the categories
#   tolerance   the allowed error as a fraction; 0 where there is none
load plots."style.gp"

stats errors using "error_lower" name "L" nooutput
stats errors using "error_upper" name "H" nooutput
# The band of what is allowed is in view, too.
widest(a, b) = a > b ? a : b
set xtics step(100 * (widest(H_max, 1.5 * tolerance) + widest(-L_min, 1.5 * tolerance)), 6)
set yrange [|names| - 0.4 : -0.6]
set xlabel "simulated against measured, %"
set key width 2
unset grid
set grid xtics linecolor rgb faint linewidth 1 dashtype solid
set offsets graph 0.06, graph 0.06, 0, 0
set lmargin 20
set tmargin 4
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
# A program whose measured time has no interval stands without one.
end(name) = known(name) ? column(name) : column("error")
of(name, k) = column("category") == k ? 100 * end(name) : NaN
plot for [k = 1 : |categories|] errors using (of("error", k)):"row":(of("error_lower", k)): \
    (of("error_upper", k)) with xerrorbars pointtype shape[(k - 1) % 8 + 1] pointsize 0.8 \
    linewidth 2 linecolor rgb hue[(k - 1) % 8 + 1] title categories[k]
