# A small picture of a problem for the overview of many: cost of a unit of work over the
# rungs, the fit of the small rungs, and the rung held out.
#
#   runs, fit, logarithmic, held_out   as in ladder.gp
load plots."style.gp"

unset key
unset xlabel
stats runs using "n" name "N" nooutput
stats runs using (column("base") == 1 ? column("value") : NaN) name "Y" nooutput
set logscale x 2
set xrange [N_min / 1.15 : N_max * 1.15]
set offsets 0, 0, graph 0.08, graph 0.08
if (Y_min == Y_max) { set yrange [0.9 * Y_min : 1.1 * Y_max] }
set lmargin 6.5
set rmargin 1
set tmargin 0.7
set bmargin 1.9
set xtics (sprintf("%g", N_min) N_min, sprintf("%g", N_max) N_max) font "sans-serif,11"
set ytics font "sans-serif,11"
if (logarithmic) {
    set logscale y
    set format y "%.0s%c"
} else {
    set ytics step(Y_max > Y_min ? 1.3 * (Y_max - Y_min) : Y_max, 3)
}
rung(out) = column("base") == 1 && column("held_out") == out ? column("value") : NaN
bands = "fit using 'n':'pi_lower':'pi_upper' with filledcurves fillcolor rgb outer, " . \
    "fit using 'n':'estimate' with lines linewidth 2 linecolor rgb hue[1], "
seen = "runs using 'n':(rung(0)) with points pointtype 7 pointsize 0.6 linecolor rgb ink"
hidden = ", runs using 'n':(rung(1)) with points pointtype 12 pointsize 1.1 linewidth 2 " . \
    "linecolor rgb hue[2]"
eval "plot " . (strlen(fit) ? bands : "") . seen . (held_out ? hidden : "")
