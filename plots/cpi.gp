# Cycles per instruction over the rungs: the base machine, its layout seeds, its variants.
#
#   runs     TSV, one run a row: n, base (1: the base machine), seed, cpi
#   variants 1 where there are runs of changed machines
#   caches, cache_n, cache_name   number, places and names of the capacities that the
#            footprint crosses
#   means    TSV, one rung a row: n, cpi (mean over the layout seeds of the base machine)
load plots."style.gp"

stats runs using "n" name "N" nooutput
stats runs using "cpi" name "Y" nooutput
size_table = runs
eval gather_sizes
set logscale x 2
set xrange [N_min / 1.12 : N_max * 1.12]
size_low = log(N_min / 1.12); size_high = log(N_max * 1.12)
eval size_ticks
set offsets 0, 0, graph 0.06, graph 0.06
if (Y_min == Y_max) { set yrange [0.9 * Y_min : 1.1 * Y_max] }
if (Y_min > 0 && Y_min < 0.2 * (Y_max - Y_min)) { set yrange [0 : *] }
set xlabel "n"
set ylabel "cycles per instruction"

eval cache_lines
of(base) = column("base") == base ? column("cpi") : NaN
changed = "runs using 'n':(of(0)) with points pointtype 2 pointsize 0.6 " . \
    "linecolor rgb soft title 'variants', "
mean = "means using 'n':'cpi' with lines linewidth 2 linecolor rgb hue[1] title 'mean', "
same = "runs using 'n':(of(1)) with points pointtype shape[1] " . \
    "linecolor rgb hue[1] title 'base machine'"
eval "plot " . (variants ? changed : "") . mean . same
