# Time saved by the smallest sufficient rung against the full climb, problem by problem.
#
#   times    TSV, one problem a row: row (from 0), saved (a fraction; NaN: no rung suffices)
#   names    array of the names of the rows
#   some, none   1 where there are problems with, and without, a rung that suffices
#   target   how many times less the study asks for; 0 for none
rows_needed = |names| + 12
load plots."style.gp"

set yrange [|names| - 0.4 : -0.6]
set xrange [0 : 100]
set xlabel "time saved against the full climb, %"
unset grid
set grid xtics linecolor rgb faint linewidth 1 dashtype solid
set lmargin format eq "text" ? 25 : 20
set rmargin 3
set tmargin head(5.6)
unset ytics
do for [i = 1 : |names|] {
    set label 100 + i short(names[i], 22) at graph -0.02, first i - 1 right textcolor rgb ink
}
set object 1 rectangle from first 50, graph 0 to first 80, graph 1 behind fillcolor rgb allowed fillstyle solid 1 noborder
set label 2 "50–80 %" at first 65, graph 1 center offset 0, (format eq "text" ? 1.4 : 0.5) textcolor rgb hue[3] font "sans-serif,12"
beside = format eq "text" ? 2 : 0.4
above = format eq "text" ? 1 : 0.6
if (target > 1) {
    set arrow 1 from first 100 * (1 - 1.0 / target), graph 0 to first 100 * (1 - 1.0 / target), graph top_edge nohead back linecolor rgb soft linewidth 1.2 dashtype 2
    set label 3 sprintf("%g×", target) at first 100 * (1 - 1.0 / target), graph 0 left offset beside, above textcolor rgb soft font "sans-serif,12"
}
set arrow 2 from first 80, graph 0 to first 80, graph top_edge nohead back linecolor rgb soft linewidth 1.2 dashtype 2
set label 4 "5×" at first 80, graph 0 left offset beside, above textcolor rgb soft font "sans-serif,12"
saved = "times using (100 * column('saved')):'row' with points pointtype 7 pointsize 1.1 " . \
    "linecolor rgb hue[1] title '".(format eq "text" ? "" : "smallest rung that ")."suffices'"
full = "times using (known('saved') ? NaN : 1):'row' with points " . \
    "pointtype 2 linecolor rgb hue[2] title 'none suffices'"
eval "plot " . (some ? saved : "") . (some && none ? ", " : "") . (none ? full : "")
