# R2 of every pair of rungs: rows are the larger rung.
#
#   matrix   TSV, one pair a row: column, row (from 0), r2, lower
#   names    array of the rungs
#   threshold   what R2 should be at least
load plots."style.gp"

unset grid
unset key
set border 0
set tics scale 0
set size ratio -1
set xrange [-0.5 : |names| - 1.5]
set yrange [|names| - 0.5 : 0.5]
set tmargin 2.8
set lmargin 9
set rmargin 3
unset xtics
unset ytics
set xtics nomirror scale 0 () textcolor rgb ink
set ytics nomirror scale 0 () textcolor rgb ink
do for [i = 1 : |names|] {
    if (i < |names|) { set xtics add (names[i] i - 1) }
    if (i > 1) { set ytics add (names[i] i - 1) }
}
set xlabel "small rung, n"
set ylabel "large rung, n"
# Three classes, told apart by the writing as well: the interval is above the threshold, the
# value is, or neither.
class(r2, lower) = lower >= threshold ? 1 : r2 >= threshold ? 2 : 3
if (theme eq "dark") {
    array fill[3] = ["#1f5a4a", "#4a4a20", "#63301a"]
} else {
    array fill[3] = ["#bfe5d8", "#f3e6a8", "#f7c9ae"]
}
size = |names| > 7 ? 9 : 12
colour_of(r2, lower) = r2 != r2 ? "" : fill[class(r2, lower)]
number(colour) = int(sprintf("0x%s", colour[2 : 7]))
text_of(r2, lower) = r2 != r2 ? "–" : sprintf(class(r2, lower) == 1 ? "%.3f" : class(r2, lower) == 2 ? "%.3f?" : "(%.3f)", r2)
half(r2) = r2 == r2 ? 0.47 : 0.001
plot matrix using "column":"row":(half(column("r2"))):(half(column("r2"))):(column("r2") == column("r2") ? number(colour_of(column("r2"), column("lower"))) : number(paper)) \
        with boxxyerror linecolor rgb variable fillstyle solid 1 noborder, \
    matrix using "column":"row":(text_of(column("r2"), column("lower"))) \
        with labels textcolor rgb ink font sprintf("sans-serif,%d", size)
