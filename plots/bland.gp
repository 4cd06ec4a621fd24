# Bland and Altman: what a variant is worth at the small rung over what it is worth at the
# large one, against the mean of both.
#
#   points   TSV, one variant of a problem a row: group (from 0), mean_ratio, difference
#            (a fraction)
#   groups   array of the names of the groups
#   bias, lower, upper   mean difference and limits of agreement (fractions, NaN: unknown)
#   tolerance  the allowed error as a fraction; 0 where no check names one
#   small, full   text, e.g. "n = 64"
load plots."style.gp"

set key at screen at_x(0.975), screen at_y(0.86) top right vertical Left reverse samplen 1.5 spacing 0.8 maxrows 12 maxcols 1 width 0
set rmargin 18
set tmargin 2.8
set offsets graph 0.06, graph 0.06, graph 0.08, graph 0.08
set xlabel "effect of the variant, mean of both rungs"
set ylabel small." over ".full.", %"
stats points using "mean_ratio" name "X" nooutput
if (X_max > X_min) { set xtics step(X_max - X_min, 4) }
if (tolerance > 0) {
    set object 1 rectangle from graph 0, first -100 * tolerance \
        to graph 1, first 100 * tolerance behind fillcolor rgb allowed fillstyle solid 1 noborder
    set yrange [* < -150 * tolerance : 150 * tolerance < *]
}
# gnuplot complains of a range without a length.
stats points using (100 * column("difference")) name "D" nooutput
if (D_max - D_min < 1e-9) {
    beyond = tolerance > 0 ? 150 * tolerance : 1
    set yrange [D_min - beyond : D_max + beyond]
}
size_of_points = X_records > 300 ? 0.35 : X_records > 100 ? 0.55 : 0.8
line(y) = "100 * ".y." with lines linewidth 1.5 linecolor rgb hue[1] "
of(g) = column("group") == g ? 100 * column("difference") : NaN
each = "for [g = 0 : |groups| - 1] points using 'mean_ratio':(of(g)) with points " . \
    "pointtype shape[g % 8 + 1] pointsize size_of_points linecolor rgb hue[g % 8 + 1] title short(groups[g + 1], 14)"
limits = lower == lower && upper == upper ? line("upper")."dashtype 2 title 'limits, '.level, " . \
    line("lower")."dashtype 2 notitle, " : ""
mean = bias == bias ? line("bias")."title 'mean', " : ""
eval "plot " . limits . mean . each
