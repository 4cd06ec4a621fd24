# Relative error of the fit over the rungs, in percent: at the rungs that it was made from,
# and, with an interval, at the one that was left out.
#
#   errors     TSV, one rung a row: n, held_out, error, error_lower, error_upper (fractions)
#   held_out   1 where a rung was left out
#   tolerance  the allowed error as a fraction; 0 where no check names one
load plots."style.gp"

stats errors using "n" name "N" nooutput
end(name) = 100 * (known(name) ? column(name) : column("error"))
stats errors using (end("error_lower")):(end("error_upper")) name "E" nooutput
size_table = errors
eval gather_sizes
set logscale x 2
set xrange [N_min / 1.12 : N_max * 1.12]
size_low = log(N_min / 1.12); size_high = log(N_max * 1.12)
eval size_ticks
set offsets 0, 0, graph 0.06, graph 0.06
set xlabel "n"
set ylabel "predicted against simulated, %"
set xzeroaxis linecolor rgb soft linewidth 1
if (tolerance > 0) {
    set object 1 rectangle from graph 0, first -100 * tolerance \
        to graph 1, first 100 * tolerance behind fillcolor rgb allowed fillstyle solid 1 noborder
    set label 2 sprintf("±%g %% allowed", 100 * tolerance) at graph 0.01, first 100 * tolerance \
        left offset 0, 0.6 textcolor rgb hue[3] font "sans-serif,12"
    # The band must be in view, however small the errors are.
    set yrange [* < -150 * tolerance : 150 * tolerance < *]
}
# gnuplot complains of a range without a length.
if (E_max_y == E_min_x) {
    beyond = tolerance > 0 ? 150 * tolerance : 1
    set yrange [E_min_x - beyond : E_max_y + beyond]
}
percent(name, out) = column("held_out") == out ? 100 * column(name) : NaN
seen = "errors using 'n':(percent('error', 0)) with points pointtype shape[1] " . \
    "linecolor rgb ink title 'fitted'"
hidden = ", errors using 'n':(percent('error', 1)):(percent('error_lower', 1)):" . \
    "(percent('error_upper', 1)) with yerrorbars pointtype 12 pointsize 1.3 " . \
    "linewidth 2 linecolor rgb hue[2] title 'held out, '.level.' interval'"
eval "plot " . seen . (held_out ? hidden : "")
