# Speed against error, one point for each machine and mode.
#
#   points   TSV, one a row: row (from 0), error (percent), speed (millions of instructions a
#            second)
#   names    array of the names of the rows
load plots."style.gp"

unset key
stats points using "error" name "E" nooutput
stats points using "speed" name "S" nooutput
set xlabel "mean error, %"
set ylabel "million instructions a second" offset 1, 0
set logscale y
set xrange [-0.06 * (E_max > 0 ? E_max : 1) : 1.5 * (E_max > 0 ? E_max : 1)]
set yrange [S_min / 1.6 : S_max * 1.6]
set ytics add (2, 5, 20, 50, 200, 500, 2000, 5000)
set tmargin 2.6
set lmargin 10
set for [i = 1 : |names|] label 100 + i names[i] at 0, 1 textcolor rgb ink
unset for [i = 1 : |names|] label 100 + i
plot points using "error":"speed" with points pointtype 7 pointsize 1.2 linecolor rgb hue[1], \
    points using "error":"speed":(names[int(column("row")) + 1]) with labels left offset 0.9, 0 textcolor rgb ink font "sans-serif,12"
