# Error of the simulated time between neighbouring sizes, program by program.
#
#   errors      TSV, one pair of sizes a line: series (from 0), size (over the program's
#               smallest), error (a fraction)
#   names       array of the programs
#   groups      array of their categories (from 1)
#   categories  array of the names of the categories
load plots."style.gp"

set logscale x 2
# Nothing is level but against 0.
set xrange [1 : 2 < *]
set yrange [* < -1 : 1 < *]
set xlabel "size over the smallest"
set ylabel "simulated against measured, %"
set xzeroaxis linecolor rgb soft linewidth 1
set key maxcols 4 width 0
# Each category stands in the key once.
shown(k) = (sum [i = 1 : k] (groups[i] == groups[k])) == 1
of(k) = column("series") == k - 1 ? 100 * column("error") : NaN
plot for [k = 1 : |names|] errors using "size":(of(k)) with linespoints pointsize 0.5 \
    linewidth 1.5 pointtype shape[(int(groups[k]) - 1) % 8 + 1] \
    linecolor rgb hue[(int(groups[k]) - 1) % 8 + 1] \
    title (shown(k) ? categories[int(groups[k])] : "")
