# Share of accesses that a fully associative cache would miss, over its size, rung by rung.
#
#   reuse    TSV: bytes, then one column for each rung (shares)
#   rungs    array of the names of those columns, ascending
#   caches, cache_n, cache_name   number, sizes and names of the machine's caches
load plots."style.gp"

top = 0
higher(x) = (top = x > top ? x : top, 1)
do for [i = 1 : |rungs|] { stats reuse using (higher(real(strcol(rungs[i])))) nooutput }
set logscale x 2
set xrange [1024 : 1073741824]
set xtics ("1 KiB" 2 ** 10, "32 KiB" 2 ** 15, "1 MiB" 2 ** 20, "32 MiB" 2 ** 25, "1 GiB" 2 ** 30)
set xlabel "size of the cache"
set ylabel "accesses that miss, %"
set yrange [0 : *]
# gnuplot complains where all is 0.
if (top == 0) { set yrange [0 : 1] }
set key at screen at_x(0.975), screen at_y(0.86) top right vertical Left reverse samplen 1.2 maxrows 12 maxcols 1 width 0
set rmargin 12
set tmargin 2.8
eval cache_lines
plot for [i = 1 : |rungs|] reuse using "bytes":(100 * column(rungs[i])) with lines \
    linewidth (i == |rungs| ? 2.4 : 1.5) linecolor rgb along(i - 1, |rungs|) title rungs[i]
