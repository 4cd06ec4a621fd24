# One quantity over the course of a run, rung by rung, in shares of the run's instructions.
#
#   trace    TSV: share (0 ... 1), then one column for each rung
#   rungs    array of the names of those columns, ascending
#   unit     text at the vertical axis
load plots."style.gp"

top = 0
higher(x) = (top = x > top ? x : top, 1)
do for [i = 1 : |rungs|] { stats trace using (higher(real(strcol(rungs[i])))) nooutput }
set xrange [0 : 100]
set xlabel "part of the run's instructions, %"
set ylabel unit
set yrange [0 : *]
# gnuplot complains where all is 0.
if (top == 0) { set yrange [0 : 1] }
set offsets 0, 0, graph 0.08, 0
set key at screen at_x(0.975), screen at_y(0.86) top right vertical Left reverse samplen 1.2 maxrows 12 maxcols 1 width 0
set rmargin 11
set tmargin 2.8
plot for [i = 1 : |rungs|] trace using (100 * column("share")):rungs[i] with lines \
    linewidth (i == |rungs| ? 2.4 : 1.5) linecolor rgb along(i - 1, |rungs|) title rungs[i]
