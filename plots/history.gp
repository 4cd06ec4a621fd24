# Mean error over the commits, with its interval, and by category.
#
#   means       TSV, one commit a line: place (from 0), category (0: all), error, lower, upper
#               (fractions)
#   commits     array of the names of the places
#   categories  array of the names of the categories from 1 on
#   parted      1 where there are categories
load plots."style.gp"

set xrange [-0.3 : |commits| - 0.7]
set yrange [0 : *]
set offsets 0, 0, graph 0.05, 0
set xtics () rotate by 30 right
# No more names than stand beside each other.
do for [i = 1 : |commits|] {
    if ((|commits| - i) % (1 + |commits| / 13) == 0) { set xtics add (short(commits[i], 12) i - 1) }
}
set bmargin 4.5
set xlabel ""
set ylabel "mean error, %"
of(name, k) = column("category") == k ? 100 * column(name) : NaN
all = "means using 'place':(of('error', 0)):(of('lower', 0)):(of('upper', 0)) with yerrorbars " . \
    "pointtype 7 pointsize 0.9 linewidth 2 linecolor rgb ink title 'all, with its '.level.' interval', " . \
    "means using 'place':(of('error', 0)) with lines linewidth 2 linecolor rgb ink notitle"
each = ", for [k = 1 : |categories|] means using 'place':(of('error', k)) with linespoints " . \
    "linewidth 1.5 pointsize 0.7 pointtype shape[(k - 1) % 8 + 1] " . \
    "linecolor rgb hue[(k - 1) % 8 + 1] title categories[k]"
eval "plot " . all . (parted ? each : "")
