# Misses and prefetched lines per thousand instructions over the rungs, level by level.
#
#   misses   TSV, one rung a row: n, then one column a level
#   levels   array of the names of those columns
#   titles   array of what the key calls them
#   logarithmic   1 for a logarithmic axis, on which zeros are not seen
#   caches, cache_n, cache_name   number, places and names of the capacities that the
#            footprint crosses
load plots."style.gp"

stats misses using "n" name "N" nooutput
size_table = misses
eval gather_sizes
set logscale x 2
set xrange [N_min / 1.12 : N_max * 1.12]
size_low = log(N_min / 1.12); size_high = log(N_max * 1.12)
eval size_ticks
set offsets 0, 0, graph 0.06, 0
set xlabel "n"
set ylabel "per 1000 instructions"
if (logarithmic) {
    set logscale y
    set format y "%g"
    set offsets 0, 0, 0, 0
} else {
    set yrange [0 : *]
}
if (|levels| > 4) { set tmargin head(5.6) }
eval cache_lines
array hue_of[6] = [hue[6], hue[1], hue[3], hue[2], hue[4], hue[5]]
plot for [i = 1 : |levels|] misses using "n":levels[i] with linespoints linewidth 2 \
    pointtype shape[i] linecolor rgb hue_of[(i - 1) % 6 + 1] title titles[i]
