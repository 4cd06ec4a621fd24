# Cost of one problem over the rungs, simulator by simulator.
#
#   cycles   TSV, one rung a line: setting (from 0), n, value
#   names    array of the names of the settings
#   unit     text at the vertical axis, which is logarithmic
load plots."style.gp"

stats cycles using "n" name "N" nooutput
stats cycles using "value" name "Y" nooutput
size_table = cycles
eval gather_sizes
set logscale x 2
set xrange [N_min / 1.12 : N_max * 1.12]
size_low = log(N_min / 1.12); size_high = log(N_max * 1.12)
eval size_ticks
set logscale y
set yrange [Y_min / 1.25 : Y_max * 1.25]
if (Y_max / Y_min < 50) {
    eval log_ticks("y", Y_min / 1.25, Y_max * 1.25)
    set format y "%g"
} else {
    set format y "%.0s%c"
}
set xlabel "n"
set ylabel unit
set key maxcols 2 width 0
set tmargin |names| > 4 ? 7 : 5.6
of(k) = column("setting") == k - 1 ? column("value") : NaN
plot for [k = 1 : |names|] cycles using "n":(of(k)) with linespoints linewidth 2 \
    pointtype shape[(k - 1) % 8 + 1] linecolor rgb hue[(k - 1) % 8 + 1] title short(names[k], 24)
