# Cost of a unit of work over the rungs, with the fit and its bands.
#
#   runs     TSV, one run a row: n, base (1: the base machine), held_out, value
#   fit      TSV over a fine grid of n: estimate, ci_lower, ci_upper, pi_lower, pi_upper;
#            "" where there is no fit
#   unit     text at the vertical axis, which is logarithmic where logarithmic is 1
#   caches, cache_n, cache_name   number, places and names of the capacities that the
#            footprint crosses
#   held_out 1 where the fit was made without the largest rung
load plots."style.gp"

stats runs using "n" name "N" nooutput
stats runs using (column("base") == 1 ? column("value") : NaN) name "Y" nooutput
size_table = runs
eval gather_sizes
set logscale x 2
set xrange [N_min / 1.12 : N_max * 1.12]
size_low = log(N_min / 1.12); size_high = log(N_max * 1.12)
eval size_ticks
set offsets 0, 0, graph 0.06, graph 0.06
set xlabel "n"
if (Y_min == Y_max) { set yrange [0.9 * Y_min : 1.1 * Y_max] }
y_text = unit
eval y_label
set tmargin head(5.6)
# No quantity here is negative, though a wide band may be.
if (strlen(fit) && !logarithmic && Y_min > 0) {
    stats fit using "pi_lower" name "L" nooutput
    if (L_min < 0) { set yrange [0 : *] }
}

if (logarithmic) {
    set logscale y
    set format y "%.0s %c"
}

eval cache_lines
rung(out) = column("base") == 1 && column("held_out") == out ? column("value") : NaN
# On a logarithmic axis the lines of an area are as far from each other everywhere.
if (logarithmic) { within(low, high, share) = low > 0 ? low * (high / low) ** share : low + share * (high - low) }
bands = area("fit", "n", "pi_lower", "pi_upper", outer, text_outer, "prediction ".level) . \
    area("fit", "n", "ci_lower", "ci_upper", inner, text_inner, "confidence ".level) . \
    "fit using 'n':'estimate' with lines".lettered(text_fit)." linewidth 2 linecolor rgb hue[1] title 'fit', "
seen = "runs using 'n':(rung(0)) with points pointtype shape[1] linecolor rgb ink " . \
    "title 'simulated'"
hidden = ", runs using 'n':(rung(1)) with points pointtype 12 pointsize 1.3 " . \
    "linewidth 2 linecolor rgb hue[2] title 'held out'"
eval "plot " . (strlen(fit) ? bands : "") . seen . (held_out ? hidden : "")
