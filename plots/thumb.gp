# A small picture of a problem for the overview of many: cost of a unit of work over the
# rungs, the fit of the small rungs, and the rung held out.
#
#   runs, fit, logarithmic, held_out   as in ladder.gp
load plots."style.gp"

unset key
unset xlabel
stats runs using "n" name "N" nooutput
stats runs using (column("base") == 1 ? column("value") : NaN) name "Y" nooutput
# What is drawn may reach beyond the points.
low = Y_min
high = Y_max
if (strlen(fit)) {
    stats fit using "pi_lower" name "L" nooutput
    stats fit using "pi_upper" name "H" nooutput
    low = L_min < low ? L_min : low
    high = H_max > high ? H_max : high
}
set logscale x 2
set xrange [N_min / 1.15 : N_max * 1.15]
set offsets 0, 0, graph 0.08, graph 0.08
if (Y_min == Y_max) { set yrange [0.9 * Y_min : 1.1 * Y_max] }
set lmargin 6.5
# The name of the largest size reaches beyond its mark.
set rmargin 1 + 0.25 * strlen(sprintf("%g", N_max))
set tmargin 0.7
set bmargin 1.9
set xtics (sprintf("%g", N_min) N_min, sprintf("%g", N_max) N_max) font "sans-serif,11"
set ytics font "sans-serif,11"
if (logarithmic) {
    set logscale y
    set format y "%.0s%c"
} else {
    set ytics step(high > low ? 1.1 * (high - low) : high, 3)
}
rung(out) = column("base") == 1 && column("held_out") == out ? column("value") : NaN
bands = "fit using 'n':'pi_lower':'pi_upper' with filledcurves fillcolor rgb outer, " . \
    "fit using 'n':'estimate' with lines linewidth 2 linecolor rgb hue[1], "
seen = "runs using 'n':(rung(0)) with points pointtype 7 pointsize 0.6 linecolor rgb ink"
hidden = ", runs using 'n':(rung(1)) with points pointtype 12 pointsize 1.1 linewidth 2 " . \
    "linecolor rgb hue[2]"
eval "plot " . (strlen(fit) ? bands : "") . seen . (held_out ? hidden : "")
